"""What the API takes for an import."""

from datetime import date
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field


class ImportIn(Schema):
    """How to read the file, beside the file itself."""

    dry_run: bool = Field(True, description="Only say what would happen.")
    columns: str = Field(
        "",
        max_length=20_000,
        description='JSON object from meaning to heading, such as {"points": "Effort"}; for tables of unknown origin.',
    )
    source: str = Field("", max_length=40, description="Where the identifiers come from; else the recognised tool.")
    epics: Literal["auto", "theme", "feature"] = Field("auto", description="What epics become.")
    team_labels: str = Field("", max_length=40, description="Labels that begin with this name the team.")
    default_team: str = Field("", max_length=80, description="Team of rows that name none.")
    place_by_due: bool = Field(False, description="Place items without an iteration by their due date.")
    first_day: date | None = Field(None, description="First day of the first PI, where the file gives no dates.")
    command_id: UUID | None = None
