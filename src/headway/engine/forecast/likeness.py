"""What became of earlier features like this one: counts, no model."""

from collections import Counter
from collections.abc import Callable

from headway.engine.forecast.problem import ForecastProblem, PastItem
from headway.engine.forecast.results import LikeIt

ENOUGH = 5
"""Fewer than this many alike say nothing; then a wider likeness is asked."""


def likes(problem: ForecastProblem) -> dict[str, LikeIt]:
    """For each feature the narrowest group of earlier ones that has at least 5; no entry when none has.

    A feature is its team's that has most of its points. Alike are those of the team about as large (half to
    twice the points), else those about as large, else those of the team, else all.
    """
    if not problem.past:
        return {}
    points: Counter[str] = Counter()
    by_team: dict[str, Counter[str]] = {}
    for item in problem.items:
        if item.feature is not None:
            points[item.feature] += item.points  # type: ignore[assignment]  # a Counter adds floats as well
            by_team.setdefault(item.feature, Counter())[item.team] += item.points  # type: ignore[assignment]
    found = {}
    for feature, teams in by_team.items():
        team = max(sorted(teams), key=lambda each: teams[each])
        if like := _like(problem.past, team, points[feature]):
            found[feature] = like
    return found


def _like(past: tuple[PastItem, ...], team: str, points: float) -> LikeIt | None:
    def its(each: PastItem) -> bool:
        return each.team == team

    def large(each: PastItem) -> bool:
        return points / 2 <= each.points <= points * 2

    widening: tuple[tuple[str, Callable[[PastItem], bool]], ...] = (
        (f"features of {team} about as large", lambda each: its(each) and large(each)),
        ("features about as large", large),
        (f"features of {team}", its),
        ("features", lambda _: True),
    )
    for words, alike in widening:
        group = [each.landed for each in past if alike(each)]
        if len(group) >= ENOUGH:
            return LikeIt(landed=sum(group), of=len(group), like=words)
    return None
