"""Drafting: a first plan at once, better ones until told to stop, and never a worse one than there was."""

from collections.abc import Callable
from random import Random
from typing import Protocol

from headway.engine.planner.board import Board
from headway.engine.planner.ceiling import ceiling
from headway.engine.planner.greedy import fill, greedy, ranked
from headway.engine.planner.ground import Ground
from headway.engine.planner.objective import Objective, score
from headway.engine.planner.order import GONE
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import Problem
from headway.engine.planner.repair import Repair
from headway.engine.planner.result import LogEntry, Progress, Result
from headway.engine.planner.stop import Standing, Stop, TimeLimit, Watch

OFTEN = 0.05
"""Seconds at least between two better plans told."""
ALONE = 500
"""Rounds before the first exact sub-problem, and"""
CYCLE = 20
"""between two of them, or"""
SHARE = 4
"""one in so many rounds as there are blocks by this, if that is more: large trains gain more from plain rounds."""
ASK = 50
"""Rounds between two looks at the bound."""
EXACT_ENOUGH = 3e-7
"""A gap so small is none: bounds are given with some safety."""


class Solver(Protocol):
    """What exact sub-problems and bounds come from; places are in the order of ``problem.stories``."""

    notes: tuple[str, ...]
    cadence: int | None
    """Rounds from one exact sub-problem to the next; None leaves it to the search."""

    def improve(self, place: list[int], *, rounds: int, until: Callable[[], bool]) -> list[int] | None:
        """A better placement, None when it found none."""

    def bound(self) -> float | None:
        """The lowest bound proven so far; never waits."""

    def close(self) -> None:
        """End what runs beside."""


def draft_plan(
    problem: Problem,
    stop: Stop | None = None,
    *,
    seed: int = 0,
    start: Plan | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    workers: int = 1,
    exact: bool = True,
) -> Result:
    """The best plan found until ``stop`` (by default two seconds).

    ``progress`` is first called with the greedy plan, then with better ones, at most twenty a second, and when the
    bound falls. ``cancelled`` is asked every round; when it says True the best plan so far comes back.
    ``start`` and the present plan are worked from as well: the result is never worse than either that keeps the
    rules. With the same ``seed`` and a stop without a clock the plan is the same in every run. ``exact`` lets
    installed solvers help, with ``workers`` processor cores at most.

    Where decisions contradict each other, or something that must be in finds no place, the result is the best
    plan without it, and ``feasible`` is False.
    """
    draft = _Draft(problem, stop or TimeLimit(2.0), seed, progress, cancelled)
    draft.begin(start)
    if exact and draft.blocks:
        draft.solver = _solver(problem, seed, workers, draft.notes)
    try:
        return draft.run()
    finally:
        if draft.solver is not None:
            draft.solver.close()


def _solver(problem: Problem, seed: int, workers: int, notes: list[str]) -> Solver | None:
    try:
        from headway.engine.planner.exact import Exact
    except ImportError as missing:
        notes.append(f"Plans are good but not proven: {missing.name} is not installed.")
        return None
    return Exact(problem, seed=seed, workers=workers, bound=True)


class _Draft:
    """One run."""

    def __init__(
        self,
        problem: Problem,
        stop: Stop,
        seed: int,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.watch = Watch()
        self.problem = problem
        self.notes: list[str] = []
        self.solver: Solver | None = None
        self._stop = stop
        self._random = Random(seed)  # noqa: S311 - drawing plans, not secrets
        self._tell = progress
        self._cancelled = cancelled
        self._ground = Ground(problem)
        self._cycle = max(CYCLE, len(self._ground.rows) // SHARE)
        self._log: list[LogEntry] = []
        self._rounds = 0
        self._found_at = 0
        self._told_at = -OFTEN
        self._untold = False
        self._phase = "greedy"

    @property
    def blocks(self) -> bool:
        """Whether there is anything to decide."""
        return any(self._ground.alive)

    def begin(self, start: Plan | None) -> None:
        """The greedy plan, told at once; then the plans there are already, put right and filled up."""
        board = greedy(self._ground)
        self._bound = ceiling(self._ground)
        self._repair = Repair(board, self._random)
        self._best = board.objective()
        self._told(board)
        for plan in (self.problem.present, start):
            if plan is not None:
                self._from(plan)
        self._phase = "search"

    def _from(self, plan: Plan) -> None:
        ground = self._ground
        board = Board(ground)
        board.adopt(ground.taken([plan.placement.get(story.key, GONE) for story in self.problem.stories]))
        self._offer(board)
        fill(board, ranked(ground, 1.0))
        self._offer(board)

    def _offer(self, board: Board) -> bool:
        if board.total() <= self._repair.best_total:
            return False
        self._repair.adopt(board)
        self._better()
        return True

    def run(self) -> Result:
        """Round after round until something says stop."""
        while (why := self._over()) is None:
            self._rounds += 1
            if self.solver is not None and self._is_due(self.solver):
                self._exactly(self.solver)
            elif self._repair.round():
                self._phase = "search"
                self._better()
            if self.solver is not None and self._rounds % ASK == 0:
                self._ask_bound(self.solver)
            if self._untold and self.watch.seconds() - self._told_at >= OFTEN:
                self._told(self._repair.best)
        return self._result(why)

    def _is_due(self, solver: Solver) -> bool:
        """Whether this round is an exact sub-problem."""
        if solver.cadence is not None:
            return self._rounds % solver.cadence == 0
        return self._rounds >= ALONE and self._rounds % self._cycle == 0

    def _over(self) -> str | None:
        if self._cancelled is not None and self._cancelled():
            return "cancelled"
        if not self.blocks:
            return "nothing to decide"
        if not self._gap(self._best):
            return "with the best possible plan"
        stale = self._rounds - self._found_at
        return self._stop.reached(
            Standing(seconds=self.watch.seconds(), rounds=self._rounds, stale=stale, gap=self._gap(self._best))
        )

    def _exactly(self, solver: Solver) -> None:
        """An exact sub-problem; what comes back is checked like any other plan."""
        ground, best = self._ground, self._repair.best
        found = solver.improve(ground.given(best.place), rounds=1, until=lambda: self._over() is not None)
        if found is not None:
            board = Board(ground)
            board.adopt(ground.taken(found))
            self._phase = "exact"
            self._offer(board)

    def _ask_bound(self, solver: Solver) -> None:
        bound = solver.bound()
        if bound is not None and bound < self._bound:
            self._bound = bound
            self._untold = True

    def _better(self) -> None:
        self._found_at = self._rounds
        self._untold = True
        self._best = self._repair.best.objective()

    def _gap(self, total: float) -> float:
        lack = self._bound - total
        if lack <= EXACT_ENOUGH * max(abs(self._bound), 1.0):
            return 0.0
        return min(lack / abs(self._bound), 1.0) if self._bound else 1.0

    def _told(self, board: Board) -> None:
        """Tell the best plan so far, and note it in the log."""
        self._untold = False
        self._told_at = seconds = self.watch.seconds()
        self._log.append(LogEntry(seconds=seconds, rounds=self._rounds, total=board.objective(), phase=self._phase))
        if self._tell is None:
            return
        plan, objective = self._answer(board)
        self._tell(
            Progress(
                plan=plan,
                objective=objective,
                bound=self._bound,
                gap=self._gap(objective.total),
                seconds=seconds,
                rounds=self._rounds,
                phase=self._phase,
            )
        )

    def _answer(self, board: Board) -> tuple[Plan, Objective]:
        plan = self._ground.plan(board.place)
        return plan, score(self.problem, plan)

    def _result(self, why: str) -> Result:
        best = self._repair.best
        if self._untold:
            self._told(best)
        if self.solver is not None:
            self.notes += self.solver.notes
            self._ask_bound(self.solver)
        plan, objective = self._answer(best)
        unmet = self._ground.unmet(best.inside)
        return Result(
            plan=plan,
            objective=objective,
            bound=self._bound,
            gap=self._gap(objective.total),
            stopped=why,
            seconds=self.watch.seconds(),
            rounds=self._rounds,
            feasible=self._ground.consistent and not unmet,
            unmet=unmet,
            log=tuple(self._log),
            notes=tuple(self.notes),
        )
