"""What the calendar API takes."""

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field


class CommandIn(Schema):
    """What every change may carry."""

    command_id: UUID | None = Field(default=None, description="Makes a retry harmless.")


class SeenIn(CommandIn):
    """What every change of something existing may carry; fields that are not sent stay as they are."""

    seen: int | None = Field(default=None, description="Version of the thing you decided on.")

    def given(self) -> dict[str, Any]:
        """Only what was sent."""
        return self.dict(exclude_unset=True)


class IncrementIn(CommandIn):
    """The next PI; what is left out follows the train's cadence."""

    starts_on: date
    number: int | None = None
    iterations: int | None = None
    iteration_weeks: int | None = None
    ip_weeks: int | None = None
    buffer_percent: int | None = None


class IncrementChange(SeenIn):
    """Changes of a PI."""

    name: str = Field(default="", max_length=80)
    starts_on: date | None = None
    ends_on: date | None = None
    buffer_percent: int = 20


class AdvanceIn(CommandIn):
    """The state a PI goes to."""

    to: str = Field(max_length=20)


class IterationChange(SeenIn):
    """Changes of an iteration."""

    name: str = Field(default="", max_length=80)
    starts_on: date | None = None
    ends_on: date | None = None
    is_ip: bool = False


class MilestoneIn(CommandIn):
    """A date that matters."""

    name: str = Field(max_length=120)
    on: date
    note: str = Field(default="", max_length=2000)


class MilestoneChange(SeenIn):
    """Changes of a milestone."""

    name: str = Field(default="", max_length=120)
    on: date | None = None
    note: str = Field(default="", max_length=2000)


class ClosureIn(CommandIn):
    """Days, both included, on which the whole train rests."""

    name: str = Field(max_length=80)
    starts_on: date
    ends_on: date


class ClosureChange(SeenIn):
    """Changes of a closure."""

    name: str = Field(default="", max_length=80)
    starts_on: date | None = None
    ends_on: date | None = None
