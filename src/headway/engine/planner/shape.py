"""A problem in whole numbers: what the solvers read.

Stories, teams and features are their positions in the problem; points are counted in the largest unit that
divides them all. A story without a feature has one of its own after the others. Places are lists: the iteration
of each story, or -1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, gcd

from headway.engine.planner.objective import EVEN, score
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import PinKind, Problem

FREE = -2
OUT = -1
CENTS = 100
TINY = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """``consumer`` comes ``gap`` (0 or 1) or more iterations after ``provider``; ``spare`` is a comfortable gap.

    A planned link with less than ``spare`` costs its part of the objective; spare 0 never does.
    """

    provider: int
    consumer: int
    gap: int
    spare: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """``fixed`` is where people have put a story (an iteration, OUT) or FREE; free stories go from ``earliest``
    to ``latest`` into ``room``, points left beside the fixed ones, of which ``even`` come without a penalty.

    ``forced`` says for each feature whether its free stories are in (True), out (False), or may be either. The
    objective is ``constant`` plus, for each feature done, ``worth`` and ``sooner`` for each iteration of the PI
    from the one it finishes in; minus ``tight`` for each link without spare, minus ``uneven`` for each unit of
    points beyond ``even``; plus ``kept`` for each free story that stays at ``home``.
    """

    iterations: int
    team: tuple[int, ...]
    points: tuple[int, ...]
    feature: tuple[int, ...]
    earliest: tuple[int, ...]
    latest: tuple[int, ...]
    fixed: tuple[int, ...]
    home: tuple[int, ...]
    free: tuple[tuple[int, ...], ...]
    forced: tuple[bool | None, ...]
    finish: tuple[int, ...]
    worth: tuple[float, ...]
    sooner: tuple[float, ...]
    room: tuple[tuple[int, ...], ...]
    even: tuple[tuple[float, ...], ...]
    links: tuple[Link, ...]
    before: tuple[tuple[Link, ...], ...]
    after: tuple[tuple[Link, ...], ...]
    constant: float
    tight: float
    uneven: float
    kept: float

    @property
    def teams(self) -> int:
        """How many teams there are."""
        return len(self.room)

    @property
    def stories(self) -> int:
        """How many stories there are."""
        return len(self.team)

    @property
    def features(self) -> int:
        """How many features there are, those of single stories included."""
        return len(self.free)

    def places(self, problem: Problem, plan: Plan) -> list[int]:
        """The plan as places."""
        return [plan.placement.get(story.key, OUT) for story in problem.stories]

    def plan(self, problem: Problem, places: Sequence[int]) -> Plan:
        """The places as a plan."""
        return Plan(
            placement={story.key: at for story, at in zip(problem.stories, places, strict=True) if at >= 0},
        )

    def loads(self, places: Sequence[int]) -> list[list[int]]:
        """Points of the free stories in each cell: by team, then iteration."""
        loads = [[0] * self.iterations for _ in self.room]
        for story, at in enumerate(places):
            if at >= 0 and self.fixed[story] == FREE:
                loads[self.team[story]][at] += self.points[story]
        return loads

    def total(self, places: Sequence[int]) -> float:
        """The objective of places that keep the rules."""
        last = self.iterations
        total = self.constant
        for feature, stories in enumerate(self.free):
            if stories and self.worth[feature] and all(places[story] >= 0 for story in stories):
                finish = max(self.finish[feature], max(places[story] for story in stories))
                total += self.worth[feature] + self.sooner[feature] * (last - finish)
        for loads, even in zip(self.loads(places), self.even, strict=True):
            total -= self.uneven * sum(max(0.0, load - most) for load, most in zip(loads, even, strict=True))
        for link in self.links:
            provider, consumer = places[link.provider], places[link.consumer]
            total -= self.tight * (provider >= 0 and 0 <= consumer < provider + link.spare)
        stays = sum(home >= 0 and at == home for home, at in zip(self.home, places, strict=True))
        return total + self.kept * stays


def shape(problem: Problem) -> Shape:
    """The problem in whole numbers. Links and places of stories that are both fixed only make up the constant."""
    last = len(problem.iterations)
    keys = {story.key: i for i, story in enumerate(problem.stories)}
    fixed = _fixed(problem, keys)
    feature, members = _members(problem)
    values = [each.value for each in problem.features] + [0.0] * (len(members) - len(problem.features))
    countable = [bool(stories) and all(fixed[each] != OUT for each in stories) for stories in members]
    finish = tuple(max((fixed[each] for each in stories if fixed[each] >= 0), default=0) for stories in members)
    cents = [round(story.points * CENTS) for story in problem.stories]
    cent = gcd(*cents) or 1
    cells = _Cells(problem, fixed, cent / CENTS)
    latest, late = _latest(problem, members, countable, finish)
    links = _links(problem, keys, fixed)
    before: list[list[Link]] = [[] for _ in problem.stories]
    after: list[list[Link]] = [[] for _ in problem.stories]
    for link in links:
        before[link.consumer].append(link)
        after[link.provider].append(link)
    weights, all_value = problem.weights, sum(values) or 1.0
    parts = [value / all_value if ok else 0.0 for value, ok in zip(values, countable, strict=True)]
    uneven = weights.level * cent / CENTS / (sum(story.points for story in problem.stories) or 1.0)
    made = Shape(
        iterations=last,
        team=cells.team,
        points=tuple(each // cent for each in cents),
        feature=feature,
        earliest=_earliest(problem, keys),
        latest=tuple(latest[each] for each in feature),
        fixed=fixed,
        home=_home(problem, fixed),
        free=tuple(tuple(each for each in stories if fixed[each] == FREE) for stories in members),
        forced=_forced(problem, keys, feature, members, late),
        finish=finish,
        worth=tuple(weights.value * part for part in parts),
        sooner=tuple(weights.early * part / last for part in parts),
        room=cells.room(),
        even=cells.even(),
        links=links,
        before=tuple(map(tuple, before)),
        after=tuple(map(tuple, after)),
        constant=0.0,
        tight=weights.slack / (len(problem.stories) or 1),
        uneven=uneven,
        kept=weights.closeness / len(problem.present) if problem.present else 0.0,
    )
    held = {story.key: at for story, at in zip(problem.stories, fixed, strict=True) if at >= 0}
    constant = score(problem, Plan(placement=held)).total - made.total([max(OUT, at) for at in fixed])
    return replace(made, constant=constant)


def is_choice(shape: Shape) -> bool:
    """Whether the problem asks only what is in: one team in one iteration, the Next Release Problem."""
    return shape.iterations == 1 and len({shape.team[s] for s, at in enumerate(shape.fixed) if at == FREE}) == 1


def _fixed(problem: Problem, keys: dict[str, int]) -> tuple[int, ...]:
    fixed = [FREE] * len(problem.stories)
    for i, story in enumerate(problem.stories):
        if story.team in problem.locks and problem.present is not None:
            fixed[i] = problem.present.placement.get(story.key, OUT)
    for pin in problem.pins:
        if pin.kind is PinKind.HERE and pin.iteration is not None:
            fixed[keys[pin.subject]] = pin.iteration
    return tuple(fixed)


def _members(problem: Problem) -> tuple[tuple[int, ...], list[list[int]]]:
    """The feature of each story, and the stories of each feature; stories without one have their own at the end."""
    features = {feature.key: i for i, feature in enumerate(problem.features)}
    members: list[list[int]] = [[] for _ in features]
    feature = []
    for i, story in enumerate(problem.stories):
        if story.feature is None:
            feature.append(len(members))
            members.append([i])
        else:
            feature.append(features[story.feature])
            members[feature[-1]].append(i)
    return tuple(feature), members


def _earliest(problem: Problem, keys: dict[str, int]) -> tuple[int, ...]:
    earliest = [story.earliest for story in problem.stories]
    for arrival in problem.arrivals:
        story = keys[arrival.story]
        earliest[story] = max(earliest[story], arrival.iteration + (not arrival.mocked))
    return tuple(earliest)


def _latest(
    problem: Problem, members: Sequence[Sequence[int]], countable: Sequence[bool], finish: Sequence[int]
) -> tuple[list[int], set[int]]:
    """The last iteration for each feature's stories, and the features people have already made too late."""
    latest = [len(problem.iterations) - 1] * len(members)
    late = set()
    for i, feature in enumerate(problem.features):
        if feature.due is not None and countable[i]:
            latest[i] = feature.due
            if finish[i] > feature.due:
                late.add(i)
    return latest, late


def _forced(
    problem: Problem, keys: dict[str, int], feature: Sequence[int], members: Sequence[Sequence[int]], late: set[int]
) -> tuple[bool | None, ...]:
    forced: list[bool | None] = [None] * len(members)
    names = {each.key: i for i, each in enumerate(problem.features)}
    for i, each in enumerate(problem.features):
        if each.mandatory:
            forced[i] = True
    for pin in problem.pins:
        if pin.kind is not PinKind.HERE:
            subject = feature[keys[pin.subject]] if pin.subject in keys else names[pin.subject]
            forced[subject] = pin.kind is PinKind.IN
    for feature_late in late:
        forced[feature_late] = False
    return tuple(forced)


def _links(problem: Problem, keys: dict[str, int], fixed: Sequence[int]) -> tuple[Link, ...]:
    links = []
    for each in problem.dependencies:
        provider, consumer = keys[each.provider], keys[each.consumer]
        across = problem.stories[provider].team != problem.stories[consumer].team
        gap = int(across and not each.mocked)
        if FREE in (fixed[provider], fixed[consumer]):
            links.append(Link(provider=provider, consumer=consumer, gap=gap, spare=gap + 1 if across else 0))
    return tuple(links)


def _home(problem: Problem, fixed: Sequence[int]) -> tuple[int, ...]:
    present = problem.present.placement if problem.present else {}
    return tuple(
        present.get(story.key, OUT) if at == FREE else OUT for story, at in zip(problem.stories, fixed, strict=True)
    )


class _Cells:
    """The cells as the free stories find them."""

    def __init__(self, problem: Problem, fixed: Sequence[int], unit: float) -> None:
        teams = {team.key: i for i, team in enumerate(problem.teams)}
        self.team = tuple(teams[story.team] for story in problem.stories)
        self.unit = unit
        self.rooms = [problem.committable(team) for team in problem.teams]
        self.held = [[0.0] * len(problem.iterations) for _ in problem.teams]
        for story, team, at in zip(problem.stories, self.team, fixed, strict=True):
            if at >= 0:
                self.held[team][at] += story.points

    def room(self) -> tuple[tuple[int, ...], ...]:
        """What may be filled beside what is held, in whole units."""
        return tuple(
            tuple(max(0, floor((most - held) / self.unit + TINY)) for most, held in zip(*row, strict=True))
            for row in zip(self.rooms, self.held, strict=True)
        )

    def even(self) -> tuple[tuple[float, ...], ...]:
        """What may be filled without being uneven."""
        return tuple(
            tuple(max(0.0, (EVEN * most - held) / self.unit) for most, held in zip(*row, strict=True))
            for row in zip(self.rooms, self.held, strict=True)
        )
