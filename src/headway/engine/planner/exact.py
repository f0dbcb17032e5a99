"""Help for the search from solvers, where they are installed: exact sub-problems here, bounds from beside."""

import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from headway.engine.planner.beside import Beside, Task
from headway.engine.planner.problem import Problem
from headway.engine.planner.shape import Shape, is_choice, shape

if TYPE_CHECKING:
    from headway.engine.planner.cp_sat.search import Search

NO_ORTOOLS = (
    "OR-tools (9.15 or later) is not installed, so plans are improved step by step only; "
    "better ones come with headway[solver]."
)
NO_SCIPY = "scipy is not installed, so how good the plan is can only be estimated."
AT_ONCE = 2
"""Every other round is exact where the answer comes from beside."""

TOGETHER = 20
"""Rounds from one exchange of plans to the next, when exact sub-problems are solved beside."""

MOMENT = 0.01
"""Seconds between two looks at what the process beside has told, when nothing else can be done."""


class Exact:
    """Better plans and bounds for one problem; ``close`` it in the end.

    With ``workers`` of 2 or more the exact sub-problems are solved beside, and plans are exchanged, which makes
    runs differ. ``notes`` are sentences about what is missing on this machine.
    """

    notes: tuple[str, ...]
    cadence: int | None = None

    def __init__(self, problem: Problem, *, seed: int, workers: int = 1, bound: bool = True) -> None:
        self._shape: Shape = shape(problem)
        self._bounding: Beside | None = None
        self._helper: Beside | None = None
        self._known: list[int] | None = None
        notes = []
        self._search = _search(self._shape, seed)
        if self._search is None:
            notes.append(NO_ORTOOLS)
        if not _is_here("scipy"):
            notes.append(NO_SCIPY)
        elif bound:
            self._bounding = Beside(Task.BOUND, self._shape)
        if workers > 1 and self._search is not None and not is_choice(self._shape):
            self._helper = Beside(Task.SEARCH, self._shape, seed=seed)
            self.cadence = TOGETHER
        self.notes = tuple(notes)
        if self._bounding is not None and is_choice(self._shape):
            self.cadence = AT_ONCE

    def improve(self, place: list[int], *, rounds: int, until: Callable[[], bool]) -> list[int] | None:
        """A better placement after so many rounds, None when none was found.

        ``place`` is the iteration of each of the problem's stories, or -1; it keeps the rules. A problem that is
        a choice and no timetable is left to the process beside: this waits for it.
        """
        if is_choice(self._shape) and self._bounding is not None:
            return self._choose(self._bounding, place, until)
        if self._helper is not None:
            return self._exchange(self._helper, place)
        return None if self._search is None else self._search.improve(place, rounds=rounds, until=until)

    def bound(self) -> float | None:
        """The lowest bound on the objective proven so far; never waits."""
        if self._bounding is None:
            return None
        if not is_choice(self._shape):
            self._bounding.listen()
        return self._bounding.bound

    def close(self) -> None:
        """End what runs beside."""
        for process in (self._bounding, self._helper):
            if process is not None:
                process.close()
        self._bounding = self._helper = None

    def _exchange(self, helper: Beside, place: list[int]) -> list[int] | None:
        """A better plan from the search beside, which is told of this one when it is news."""
        told = helper.listen()
        if told is not None and self._shape.total(told) > self._shape.total(place):
            self._known = told
            return told
        if place != self._known:
            self._known = place
            helper.tell(place)
        return None

    def _choose(self, beside: Beside, place: list[int], until: Callable[[], bool]) -> list[int] | None:
        while True:
            told = beside.listen()
            if told is not None and self._shape.total(told) > self._shape.total(place):
                return told
            if beside.over or until():
                return None
            time.sleep(MOMENT)


def _search(shape: Shape, seed: int) -> "Search | None":
    if not _is_here("ortools"):
        return None
    with suppress(ImportError):
        from headway.engine.planner.cp_sat import search

        return search.Search(shape, seed)
    return None


def _is_here(package: str) -> bool:
    with suppress(ImportError, ValueError):
        return find_spec(package) is not None
    return False
