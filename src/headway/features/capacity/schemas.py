"""What the capacity API takes."""

from pydantic import Field

from headway.features.capacity.policies import LONGEST_NOTE
from headway.kit.schemas import Change, Points


class OverrideIn(Change):
    """A capacity set by hand."""

    points: Points = Field(description="Points, whole or half, 0 to 1,000.")
    note: str = Field(max_length=LONGEST_NOTE, description="Why; required.")
