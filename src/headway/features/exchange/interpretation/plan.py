"""What an import would bring in, as values. ``key`` is the stable external identifier within the source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..headings import Field
from ..reading import Problem


@dataclass(frozen=True, kw_only=True)
class TeamValue:
    name: str
    rows: int
    """How many rows name the team."""


@dataclass(frozen=True, kw_only=True)
class PiValue:
    name: str
    number: int
    starts_on: date
    ends_on: date
    closed: bool = False
    """Its outcomes are known and its last day is over."""


@dataclass(frozen=True, kw_only=True)
class IterationValue:
    pi: str
    name: str
    starts_on: date
    ends_on: date
    is_ip: bool = False


@dataclass(frozen=True, kw_only=True)
class MilestoneValue:
    pi: str
    name: str
    on: date


@dataclass(frozen=True, kw_only=True)
class ThemeValue:
    key: str
    row: int
    name: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class FeatureValue:
    key: str
    row: int
    title: str
    description: str = ""
    acceptance: str = ""
    theme: str | None = None
    """Key of its theme."""
    team: str | None = None
    state: str = "funnel"
    enabler_kind: str = ""
    """Empty for business work."""
    size: float | None = None
    derived: bool = False
    """Known only by its name from other rows (a milestone); of its own the file says nothing."""


@dataclass(frozen=True, kw_only=True)
class StoryValue:
    key: str
    row: int
    title: str
    description: str = ""
    acceptance: str = ""
    feature: str | None = None
    """Key of its feature."""
    team: str | None = None
    pi: str | None = None
    iteration: str | None = None
    points: float | None = None
    state: str = "todo"
    blocked: bool = False
    enabler_kind: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskValue:
    key: str
    row: int
    story: str
    title: str
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class TargetValue:
    key: str
    row: int
    feature: str
    pi: str
    iteration: str | None = None
    planned: bool = True
    outcome: str = ""
    """Empty, ``landed``, ``missed`` or ``dropped``."""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DependencyValue:
    key: str
    row: int
    column: str
    consumer: str
    """Key of the item that waits."""
    provider: str
    """Key of the item it waits for; it may have come in with an earlier file."""


@dataclass(frozen=True, kw_only=True)
class OwnValue:
    """A row of a list Headway exported: a feature or story with the columns the list speaks of."""

    kind: str
    key: str
    row: int
    title: str
    number: int | None = None
    """Its number if it is of this very train."""
    version: int = 0
    """Its version when it was exported."""
    columns: Mapping[str, Any]
    names: Mapping[str, tuple[str, str] | None]
    """Kind and key of the things that columns refer to; None where the list says nothing is to stand there."""
    source: str
    external_id: str


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """Everything a file says, and everything it says that cannot be taken."""

    format: str
    source: str
    rows: int
    fields: frozenset[Field] = frozenset()
    """The meanings the file carries; what it does not carry is never changed in the train."""
    teams: tuple[TeamValue, ...] = ()
    pis: tuple[PiValue, ...] = ()
    iterations: tuple[IterationValue, ...] = ()
    milestones: tuple[MilestoneValue, ...] = ()
    themes: tuple[ThemeValue, ...] = ()
    features: tuple[FeatureValue, ...] = ()
    stories: tuple[StoryValue, ...] = ()
    tasks: tuple[TaskValue, ...] = ()
    targets: tuple[TargetValue, ...] = ()
    own: tuple[OwnValue, ...] = ()
    dependencies: tuple[DependencyValue, ...] = ()
    decided_pis: tuple[str, ...] = ()
    """Names of the PIs whose outcomes the file gives."""
    problems: tuple[Problem, ...] = ()
    unused_columns: tuple[str, ...] = ()
