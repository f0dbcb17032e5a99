"""What the capacity API takes."""

from uuid import UUID

from ninja import Schema
from pydantic import Field

from headway.features.capacity.policies import LONGEST_NOTE


class OverrideIn(Schema):
    """A capacity set by hand."""

    points: float = Field(description="Points, whole or half, 0 to 1,000.")
    note: str = Field(max_length=LONGEST_NOTE, description="Why; required.")
    seen: int | None = Field(default=None, description="Version of the override you decided on.")
    command_id: UUID | None = Field(default=None, description="Makes a retry harmless.")
