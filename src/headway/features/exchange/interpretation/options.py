"""What the person importing decides, and what the train already has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Where a type of work item stands in the hierarchy of the train."""

    LEFT_OUT = 0
    TASK = 1
    STORY = 2
    FEATURE = 3
    THEME = 4


class EpicLevel(StrEnum):
    """What an epic becomes: ``auto`` makes it a theme where the file has features too, else a feature."""

    AUTO = "auto"
    THEME = "theme"
    FEATURE = "feature"


@dataclass(frozen=True, kw_only=True)
class KnownIteration:
    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class KnownPi:
    """A PI the train already has."""

    name: str
    number: int
    starts_on: date
    ends_on: date
    iterations: tuple[KnownIteration, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Options:
    """Choices of one import. ``today`` is given because nothing here reads a clock."""

    today: date
    train: str = ""
    """Address of the train; a list exported from it is known by it."""
    epics: EpicLevel = EpicLevel.AUTO
    levels: Mapping[str, Level] = field(default_factory=dict)
    """Level by the file's own word for a type, in lower case; goes before the built-in reading."""
    team_labels: str = ""
    """Labels that begin with this name the team (``topic:``)."""
    default_team: str = ""
    """The team of rows that name none."""
    day_first: bool | None = None
    """How 3/4/2026 is meant; None: decided by the other dates of the column."""
    place_by_due: bool = False
    """Whether items without an iteration go to the one their due date lies in."""
    first_day: date | None = None
    """First day of the first PI when the file gives no dates."""
    calendar: tuple[KnownPi, ...] = ()
    iteration_weeks: int = 2
    iterations_per_pi: int = 5
    ip_weeks: int = 2
