"""Whether the stories that must be in the PI can all be placed: a complete search, bounded by work and not by time.

Stories go one after the other into the earliest iteration that will do; where one finds no place, the last
choices are taken back. What the search cannot tell within its steps CP-SAT is asked, when it is installed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from headway.engine.planner.demands import TOLERANCE, Case, Demand, Demands, Outcome

STEPS = 500
"""Places tried in one order of the stories, and 4 more a story, before the next order, after the last CP-SAT."""

Cells = Mapping[tuple[str, int], tuple[float, float]]
"""Points that may be committed, and the capacity, of each team and iteration."""

MOST = 10_000_000.0
"""Points that stand for no limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One story to place: ``first`` to ``last`` are iterations, ``after`` its providers with the iterations between.

    ``held`` says that it may use the buffer.
    """

    story: int
    team: str
    points: float
    held: bool
    first: int
    last: int
    after: tuple[tuple[int, int], ...]


class Answer(NamedTuple):
    """Whether it is possible (None: not known), with places for every story that must be in.

    When it is not, ``core`` are demands among the given ones that already make it impossible.
    """

    possible: bool | None
    places: Mapping[int, int] = {}
    core: frozenset[Demand] = frozenset()
    asked: bool = False
    """Whether CP-SAT had to be asked."""


def fit(case: Case, demands: Demands, *, steps: int = STEPS, ask: bool = True) -> Answer:
    """Whether all these demands can be met at once, and how; CP-SAT is asked only when ``ask`` is set."""
    outcome = Outcome(case, demands)
    if outcome.conflicts:
        return Answer(possible=False, core=outcome.conflicts[0])
    jobs = _jobs(outcome)
    if not jobs:
        return Answer(possible=True)
    teams = sorted({job.team for job in jobs})
    cells = {(team, at): outcome.limits(team, at) for team in teams for at in range(case.last + 1)}
    answer = _tried(case, jobs, cells, steps)
    if answer.possible is None:
        alone = _team_alone(outcome, teams, cells, steps, ask)
        if alone.possible is False:
            return alone
        answer = _ask_cp_sat(jobs, cells) if ask else answer
    if answer.possible is False:
        return answer._replace(core=outcome.core(outcome.needed))
    return answer


def _team_alone(outcome: Outcome, teams: list[str], cells: Cells, steps: int, ask: bool) -> Answer:
    """Whether the work of one team is already too much for it, the others having all the room they like."""
    asked = False
    for team in teams:
        jobs, ties = _own_jobs(outcome, team)
        answer = _tried(outcome.case, jobs, cells, steps)
        if answer.possible is None and ask:
            answer = _ask_cp_sat(jobs, {cell: limit for cell, limit in cells.items() if cell[0] == team})
            asked = asked or answer.asked
        if answer.possible is False:
            core = outcome.core(job.story for job in jobs) | ties
            return Answer(possible=False, core=core, asked=asked)
    return Answer(possible=None, asked=asked)


def _tried(case: Case, jobs: list[Job], cells: Cells, steps: int) -> Answer:
    for order in _orders(case, jobs):
        try:
            return _Search(order, cells, steps + 4 * len(jobs)).run()
        except _OutOfStepsError:
            continue
    return Answer(possible=None)


def _jobs(outcome: Outcome) -> list[Job]:
    case = outcome.case
    return [
        _job(
            outcome,
            story,
            {
                provider: int(outcome.demands[demand])
                for demand, provider in sorted(case.providers[story], key=lambda tie: outcome.demands.get(tie[0], 0))
                if demand in outcome.demands
            },
        )
        for story in outcome.needed
    ]


def _own_jobs(outcome: Outcome, team: str) -> tuple[list[Job], frozenset[Demand]]:
    """The stories of one team, tied to each other through those of others too, and the dependencies that tie them."""
    case = outcome.case
    behind: dict[int, dict[int, int]] = {}
    ties: set[Demand] = set()
    jobs = []
    for story in sorted(outcome.needed, key=case.rank.__getitem__):
        after: dict[int, int] = {}
        for demand, provider in case.providers[story]:
            if demand in outcome.demands and behind[provider]:
                ties.add(demand)
                for one, between in behind[provider].items():
                    after[one] = max(after.get(one, 0), between + int(outcome.demands[demand]))
        mine = case.stories[story].team == team
        behind[story] = {story: 0} if mine else after
        if mine:
            jobs.append(_job(outcome, story, after))
    return jobs, frozenset(ties)


def _job(outcome: Outcome, story: int, after: Mapping[int, int]) -> Job:
    case = outcome.case
    return Job(
        story=story,
        team=case.stories[story].team,
        points=case.stories[story].points,
        held=case.held[story],
        first=outcome.low[story][0],
        last=outcome.high[story][0],
        after=tuple(after.items()),
    )


def _orders(case: Case, jobs: list[Job]) -> list[list[Job]]:
    """Providers come before their consumers in all of them: rooms, then windows, then sizes decide."""
    rank = case.rank
    level: dict[int, int] = {}
    for job in sorted(jobs, key=lambda each: rank[each.story]):
        level[job.story] = 1 + max((level.get(provider, 0) for provider, _ in job.after), default=0)
    return [
        sorted(jobs, key=lambda each: (each.last, level[each.story], each.last - each.first, -each.points)),
        sorted(jobs, key=lambda each: (level[each.story], each.last - each.first, -each.points)),
        sorted(jobs, key=lambda each: (each.first, level[each.story], each.last, -each.points)),
    ]


class _OutOfStepsError(Exception):
    """The search may go on for too long."""


class _Search:
    """Depth first over one order of the jobs, the earliest iteration first."""

    def __init__(self, jobs: list[Job], cells: Cells, steps: int) -> None:
        self.jobs = jobs
        self.cells = cells
        self.steps = steps
        self.place: dict[int, int] = {}
        self.before: dict[int, list[tuple[int, int]]] = {}
        for job in jobs:
            for provider, between in job.after:
                self.before.setdefault(provider, []).append((job.story, between))
        self.twin = self._twins()
        self.free = dict.fromkeys(cells, 0.0)
        self.held = dict.fromkeys(cells, 0.0)

    def run(self) -> Answer:
        """Places for all, or that there are none. Raises _OutOfStepsError."""
        tried = [-1] * len(self.jobs)
        depth = 0
        while depth < len(self.jobs):
            at = self._next(self.jobs[depth], tried[depth])
            if at is not None:
                self._put(self.jobs[depth], at)
                tried[depth] = at
                depth += 1
                continue
            tried[depth] = -1
            depth -= 1
            if depth < 0:
                return Answer(possible=False)
            self._take(self.jobs[depth])
        return Answer(possible=True, places=self.place)

    def _twins(self) -> dict[int, int]:
        """For a story just like another one before it, that one: it need not be tried in an earlier place."""
        twin: dict[int, int] = {}
        seen: dict[tuple[object, ...], int] = {}
        for job in self.jobs:
            if not job.after and job.story not in self.before:
                alike = (job.team, job.points, job.held, job.first, job.last)
                if alike in seen:
                    twin[job.story] = seen[alike]
                seen[alike] = job.story
        return twin

    def _next(self, job: Job, tried: int) -> int | None:
        if job.story in self.twin:
            tried = max(tried, self.place[self.twin[job.story]] - 1)
        first = max([job.first, *(self.place[one] + gap for one, gap in job.after if one in self.place)])
        last = min(
            [job.last, *(self.place[one] - gap for one, gap in self.before.get(job.story, ()) if one in self.place)]
        )
        for at in range(max(first, tried + 1), last + 1):
            self.steps -= 1
            if self.steps < 0:
                raise _OutOfStepsError
            if self._has_room(job, (job.team, at)):
                return at
        return None

    def _has_room(self, job: Job, cell: tuple[str, int]) -> bool:
        committable, capacity = self.cells[cell]
        free, held = self.free[cell], self.held[cell]
        if job.held:
            held += job.points
        else:
            free += job.points
        return held <= capacity + TOLERANCE and (free <= 0 or free + held <= committable + TOLERANCE)

    def _put(self, job: Job, at: int) -> None:
        self.place[job.story] = at
        (self.held if job.held else self.free)[job.team, at] += job.points

    def _take(self, job: Job) -> None:
        at = self.place.pop(job.story)
        loads = self.held if job.held else self.free
        loads[job.team, at] = round(loads[job.team, at] - job.points, 9)


def _ask_cp_sat(jobs: list[Job], cells: Cells) -> Answer:
    try:
        from headway.engine.planner.cp_sat.fitting import fits
    except ImportError:
        return Answer(possible=None)
    windows = {job.story: (job.first, job.last) for job in jobs}
    after = [(provider, job.story, gap) for job in jobs for provider, gap in job.after]
    groups: dict[tuple[str, bool], list[tuple[int, int]]] = {}
    for job in jobs:
        groups.setdefault((job.team, job.held), []).append((job.story, _units(job.points)))
    limits = {cell: (_units(min(free, MOST)), _units(min(held, MOST))) for cell, (free, held) in cells.items()}
    found = fits(windows, after, groups, limits)
    return Answer(possible=None if found is None else bool(found), places=found or {}, asked=True)


def _units(points: float) -> int:
    """Whole thousandths, down to which a limit is cut; points come to the hundredth."""
    return int(points * 1000 + TOLERANCE * 1000)
