"""What makes one plan better than another: six parts, told separately, in one weighted sum."""

from dataclasses import dataclass

from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import Problem, Weights

EVEN = 0.9
"""A cell filled beyond this fraction of what may be committed is not level."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Objective:
    """The parts, each of them for itself, and ``total``, their weighted sum. More is better.

    * ``value``: the share (0 to 1) of the value of all features that the plan completes.
    * ``early``: the same, each feature counted by how early it finishes: whole when it finishes in the first
      iteration, 1/I of it when it finishes in the last of I.
    * ``slack``: minus the planned dependencies across teams without a spare iteration, per story of the problem.
    * ``level``: minus the points by which cells are filled beyond nine tenths of what may be committed, as a
      share of all points of the problem.
    * ``buffer``: minus the points beyond what may be committed (only people put any there), as such a share.
    * ``closeness``: the share of the stories of the present plan that stay where they are; 0 without one.
    """

    value: float
    early: float
    slack: float
    level: float
    buffer: float
    closeness: float
    weights: Weights

    @property
    def total(self) -> float:
        """The weighted sum of the parts."""
        weights = self.weights
        return (
            weights.value * self.value
            + weights.early * self.early
            + weights.slack * self.slack
            + weights.level * self.level
            + weights.buffer * self.buffer
            + weights.closeness * self.closeness
        )


def score(problem: Problem, plan: Plan) -> Objective:
    """The objective of any plan for this problem, also of one that breaks its rules."""
    finish = _finishes(problem, plan)
    worth = sum(feature.value for feature in problem.features) or 1.0
    last = len(problem.iterations)
    done = [(feature.value, finish[feature.key]) for feature in problem.features if finish.get(feature.key) is not None]
    points = sum(story.points for story in problem.stories) or 1.0
    level, buffer = _overloads(problem, plan)
    return Objective(
        value=sum(value for value, _ in done) / worth,
        early=sum(value * (last - at) / last for value, at in done if at is not None) / worth,
        slack=-_tight(problem, plan) / (len(problem.stories) or 1),
        level=-level / points,
        buffer=-buffer / points,
        closeness=_closeness(problem, plan),
        weights=problem.weights,
    )


def _finishes(problem: Problem, plan: Plan) -> dict[str, int | None]:
    """The iteration a feature finishes in; None when a story is missing. Features without stories are left out."""
    finish: dict[str, int | None] = {}
    for story in problem.stories:
        if story.feature is not None:
            at, so_far = plan.at(story.key), finish.get(story.feature, -1)
            finish[story.feature] = None if at is None or so_far is None else max(at, so_far)
    return finish


def _tight(problem: Problem, plan: Plan) -> int:
    team = {story.key: story.team for story in problem.stories}
    tight = 0
    for link in problem.dependencies:
        provider, consumer = plan.at(link.provider), plan.at(link.consumer)
        if team[link.provider] != team[link.consumer] and provider is not None and consumer is not None:
            tight += consumer - provider < (1 if link.mocked else 2)
    return tight


def _overloads(problem: Problem, plan: Plan) -> tuple[float, float]:
    """Points beyond an even load, and points in the buffer."""
    loads = {team.key: [0.0] * len(problem.iterations) for team in problem.teams}
    for story in problem.stories:
        at = plan.at(story.key)
        if at is not None:
            loads[story.team][at] += story.points
    level = buffer = 0.0
    for team in problem.teams:
        for load, room in zip(loads[team.key], problem.committable(team), strict=True):
            level += max(0.0, load - EVEN * room)
            buffer += max(0.0, load - room)
    return level, buffer


def _closeness(problem: Problem, plan: Plan) -> float:
    if problem.present is None or not problem.present.placement:
        return 0.0
    present = problem.present.placement
    return sum(plan.at(key) == place for key, place in present.items()) / len(present)
