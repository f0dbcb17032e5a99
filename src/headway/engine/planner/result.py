"""What comes back from drafting, on the way and at the end."""

from dataclasses import dataclass

from headway.engine.planner.objective import Objective
from headway.engine.planner.plan import Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A better plan was found, or time has passed: the best so far.

    ``bound`` is an objective no plan can exceed and ``gap`` = (bound - objective) / bound; both None until a
    bound is known. ``phase`` is ``greedy``, ``search`` or ``exact``.
    """

    plan: Plan
    objective: Objective
    bound: float | None
    gap: float | None
    seconds: float
    rounds: int
    phase: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogEntry:
    """One step of the search: when, after how many rounds, how good, found by which phase."""

    seconds: float
    rounds: int
    total: float
    phase: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The best plan found.

    ``stopped`` says why the search ended, in words. ``unmet`` are the keys of what must be in the PI (mandatory,
    pinned IN, or needed by what is pinned) and found no place; ``feasible`` is False when there are any or when
    the pins and locks contradict each other: ``explain`` tells which. ``notes`` are sentences about what this
    machine could not do (a solver that is not installed).
    """

    plan: Plan
    objective: Objective
    bound: float | None
    gap: float | None
    stopped: str
    seconds: float
    rounds: int
    feasible: bool
    unmet: tuple[str, ...] = ()
    log: tuple[LogEntry, ...] = ()
    notes: tuple[str, ...] = ()
