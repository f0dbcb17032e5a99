"""Two plans for one problem, side by side."""

from dataclasses import dataclass

from headway.engine.planner.objective import Objective, score
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A story that is elsewhere: indexes of iterations, None when not in the PI."""

    story: str
    before: int | None
    after: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finish:
    """A feature that finishes in another iteration (None: not in this PI), with its value."""

    feature: str
    value: float
    before: int | None
    after: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadChange:
    """A cell whose load in points differs; ``committable`` is what may be committed in it."""

    team: str
    iteration: int
    before: float
    after: float
    committable: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkChange:
    """A dependency whose slack in iterations differs; None when an end is not in the PI.

    ``needed`` is the slack it has to have: 1 across teams, 0 inside a team or with a mock.
    """

    provider: str
    consumer: str
    before: int | None
    after: int | None
    needed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What differs from the plan before to the plan after; each list in the order of the problem.

    ``objective_before`` and ``objective_after`` hold every part of both objectives.
    """

    moves: tuple[Move, ...]
    finishes: tuple[Finish, ...]
    loads: tuple[LoadChange, ...]
    links: tuple[LinkChange, ...]
    value_before: float
    value_after: float
    objective_before: Objective
    objective_after: Objective

    @property
    def value(self) -> float:
        """The value of the features won less that of the features lost."""
        return self.value_after - self.value_before

    @property
    def features_in(self) -> tuple[str, ...]:
        """Features that only the plan after completes."""
        return tuple(each.feature for each in self.finishes if each.before is None)

    @property
    def features_out(self) -> tuple[str, ...]:
        """Features that only the plan before completes."""
        return tuple(each.feature for each in self.finishes if each.after is None)

    @property
    def same(self) -> bool:
        """Whether no story is elsewhere."""
        return not self.moves

    def __str__(self) -> str:
        if self.same:
            return "The two plans are the same."
        told = [f"{len(self.moves)} {'story moves' if len(self.moves) == 1 else 'stories move'}"]
        for verb, where, keys in (("come", "in", self.features_in), ("drop", "out", self.features_out)):
            if keys:
                told.append(f"{', '.join(keys)} {verb}{'s' if len(keys) == 1 else ''} {where}")
        return f"{'; '.join(told)}. Value {self.value_before:g} → {self.value_after:g}."


def compare(problem: Problem, before: Plan, after: Plan) -> Comparison:
    """Moves, features won and lost, value, load and slack: what changes from one plan to the other.

    The other way round everything is the same with the sides changed.
    """
    values = {feature.key: feature.value for feature in problem.features}
    finishes = [_finishes(problem, plan) for plan in (before, after)]
    return Comparison(
        moves=tuple(
            Move(story=story.key, before=before.at(story.key), after=after.at(story.key))
            for story in problem.stories
            if before.at(story.key) != after.at(story.key)
        ),
        finishes=tuple(
            Finish(feature=key, value=value, before=finishes[0].get(key), after=finishes[1].get(key))
            for key, value in values.items()
            if finishes[0].get(key) != finishes[1].get(key)
        ),
        loads=tuple(_loads(problem, before, after)),
        links=tuple(_links(problem, before, after)),
        value_before=sum(values[key] for key in finishes[0]),
        value_after=sum(values[key] for key in finishes[1]),
        objective_before=score(problem, before),
        objective_after=score(problem, after),
    )


def _finishes(problem: Problem, plan: Plan) -> dict[str, int]:
    """The last iteration of every feature whose stories are all planned."""
    ends: dict[str, list[int | None]] = {}
    for story in problem.stories:
        if story.feature is not None:
            ends.setdefault(story.feature, []).append(plan.at(story.key))
    whole = {key: [at for at in every if at is not None] for key, every in ends.items()}
    return {key: max(some) for key, some in whole.items() if len(some) == len(ends[key])}


def _loads(problem: Problem, before: Plan, after: Plan) -> list[LoadChange]:
    loads: dict[tuple[str, int], list[float]] = {}
    for story in problem.stories:
        if before.at(story.key) != after.at(story.key):
            for side, at in enumerate((before.at(story.key), after.at(story.key))):
                if at is not None:
                    loads.setdefault((story.team, at), [0.0, 0.0])[side] += story.points
    unmoved = [story for story in problem.stories if before.at(story.key) == after.at(story.key)]
    for story in unmoved:
        at = before.at(story.key)
        if at is not None and (story.team, at) in loads:
            loads[story.team, at][0] += story.points
            loads[story.team, at][1] += story.points
    return [
        LoadChange(team=team.key, iteration=at, before=was, after=will, committable=room)
        for team in problem.teams
        for at, room in enumerate(problem.committable(team))
        for was, will in [loads.get((team.key, at), (0.0, 0.0))]
        if was != will
    ]


def _links(problem: Problem, before: Plan, after: Plan) -> list[LinkChange]:
    team = {story.key: story.team for story in problem.stories}
    return [
        LinkChange(
            provider=link.provider,
            consumer=link.consumer,
            before=was,
            after=will,
            needed=int(team[link.provider] != team[link.consumer] and not link.mocked),
        )
        for link in problem.dependencies
        for was, will in [(_slack(before, link.provider, link.consumer), _slack(after, link.provider, link.consumer))]
        if was != will
    ]


def _slack(plan: Plan, provider: str, consumer: str) -> int | None:
    first, then = plan.at(provider), plan.at(consumer)
    return None if first is None or then is None else then - first
