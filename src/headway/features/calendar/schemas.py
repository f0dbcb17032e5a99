"""What the calendar API takes."""

from datetime import date

from pydantic import Field

from headway.kit.schemas import Change, Command, Number


class IncrementIn(Command):
    """The next PI; what is left out follows the train's cadence."""

    starts_on: date
    number: Number | None = None
    iterations: int | None = None
    iteration_weeks: int | None = None
    ip_weeks: int | None = None
    buffer_percent: int | None = None


class IncrementChange(Change):
    """Changes of a PI."""

    name: str = Field(default="", max_length=80)
    starts_on: date | None = None
    ends_on: date | None = None
    buffer_percent: int = 20


class AdvanceIn(Command):
    """The state a PI goes to."""

    to: str = Field(max_length=20)


class IterationChange(Change):
    """Changes of an iteration."""

    name: str = Field(default="", max_length=80)
    starts_on: date | None = None
    ends_on: date | None = None
    is_ip: bool = False


class MilestoneIn(Command):
    """A date that matters."""

    name: str = Field(max_length=120)
    on: date
    note: str = Field(default="", max_length=2000)


class MilestoneChange(Change):
    """Changes of a milestone."""

    name: str = Field(default="", max_length=120)
    on: date | None = None
    note: str = Field(default="", max_length=2000)


class ClosureIn(Command):
    """Days, both included, on which the whole train rests."""

    name: str = Field(max_length=80)
    starts_on: date
    ends_on: date


class ClosureChange(Change):
    """Changes of a closure."""

    name: str = Field(default="", max_length=80)
    starts_on: date | None = None
    ends_on: date | None = None
