"""Plan and forecast of a PI, as it is and with a scenario's changes. For the worker alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from headway.engine.forecast import Forecast, ForecastProblem, forecast
from headway.engine.planner import AnyOf, NoImprovement, Plan, Problem, TimeLimit, draft_plan, score
from headway.engine.planner.check import check_plan
from headway.engine.scenario import change_forecast, change_problem, replanned
from headway.features.whatif.policies import VERSION
from headway.features.whatif.questions import Questions

TRIALS = 10_000
SECONDS = 8.0
"""Time for each of the two drafts."""

QUIET_ROUNDS = 3_000
SEED = 0
TARGET = 0.8
"""The share of planned value from which a PI counts as predictable."""

MOST_SENTENCES = 5
MOST_MOVES = 300

Tell = Callable[[float, str], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, kw_only=True)
class _World:
    """One of the four cells of the comparison: a question, a plan for it, and the odds of that plan."""

    problem: Problem
    plan: Plan
    odds: Forecast | None


def worked_out(questions: Questions, *, tell: Tell, cancelled: Cancelled) -> dict[str, Any]:
    """The whole answer as compact JSON: four plans with their odds, and what differs."""
    problem = questions.problem
    changed = change_problem(problem, questions.plan_changes)
    odds, odds_changed = questions.odds, None
    if odds is not None:
        odds_changed = change_forecast(odds, questions.odds_changes)
    today, kept = problem.present or Plan(placement={}), changed.present or Plan(placement={})
    tell(0.05, "Drafting a plan without the changes")
    fresh = _drafted(problem, cancelled)
    tell(0.35, "Drafting a plan with the changes")
    fresh_changed = _drafted(changed, cancelled)
    worlds: dict[str, _World] = {}
    for step, (key, question, plan, chances) in enumerate(
        (
            ("today", problem, today, odds),
            ("kept", changed, kept, odds_changed),
            ("fresh", problem, fresh, odds),
            ("replanned", changed, fresh_changed, odds_changed),
        )
    ):
        tell(0.65 + 0.08 * step, "Drawing the odds")
        worlds[key] = _World(problem=question, plan=plan, odds=_drawn(questions, question, plan, chances, cancelled))
    return {
        "v": VERSION,
        "odds": odds is not None,
        "missing": questions.odds_missing,
        "iterations": list(problem.iterations),
        "worlds": {key: _facts(world) | _expected(questions, worlds, key) for key, world in worlds.items()},
        "teams": _teams(questions, worlds),
        "features": _features(questions, worlds),
        "moves": _moves(questions, worlds["kept"].plan, worlds["replanned"].plan),
    }


def _drafted(problem: Problem, cancelled: Cancelled) -> Plan:
    stop = AnyOf(TimeLimit(SECONDS), NoImprovement(QUIET_ROUNDS))
    return draft_plan(problem, stop=stop, seed=SEED, cancelled=cancelled).plan


def _drawn(
    questions: Questions, problem: Problem, plan: Plan, odds: ForecastProblem | None, cancelled: Cancelled
) -> Forecast | None:
    if odds is None:
        return None
    names = problem.iterations
    places = {
        questions.item_of(story.key): None if (at := plan.at(story.key)) is None else names[at]
        for story in problem.stories
    }
    return forecast(replanned(odds, places), trials=TRIALS, seed=SEED, cancelled=cancelled)


def _facts(world: _World) -> dict[str, Any]:
    parts = score(world.problem, world.plan)
    findings = check_plan(world.problem, world.plan)
    worth = sum(feature.value for feature in world.problem.features)
    points = {story.key: story.points for story in world.problem.stories}
    return {
        "value": round(parts.value * worth, 1),
        "features": len(_complete(world)),
        "stories": len(world.plan),
        "points": round(sum(points.get(key, 0) for key in world.plan.placement), 1),
        "broken": len(findings),
        "sentences": [finding.message for finding in findings[:MOST_SENTENCES]],
        "odds": _predictability(world.odds),
    }


def _expected(questions: Questions, worlds: Mapping[str, _World], key: str) -> dict[str, Any]:
    """The value that is likely to land: each feature's value times its chance, summed; None without odds."""
    odds = worlds[key].odds
    if odds is None:
        return {"expected": None}
    worth: dict[str, float] = {}
    for world in worlds.values():
        for feature in world.problem.features:
            worth[feature.key] = max(feature.value, worth.get(feature.key, 0.0))
    chances = ((_chance(odds, questions.group_of(feature)) or 0.0, value) for feature, value in worth.items())
    return {"expected": round(sum(chance * value for chance, value in chances), 1)}


def _complete(world: _World) -> set[str]:
    placed: dict[str, bool] = {}
    for story in world.problem.stories:
        if story.feature is not None:
            placed[story.feature] = placed.get(story.feature, True) and world.plan.at(story.key) is not None
    return {key for key, whole in placed.items() if whole}


def _predictability(odds: Forecast | None) -> dict[str, Any] | None:
    found = odds and odds.predictability
    if not found:
        return None
    return {
        "low": round(found.quantiles[0.15], 3),
        "median": round(found.quantiles[0.5], 3),
        "high": round(found.quantiles[0.85], 3),
        "mean": round(found.mean, 3),
    }


def _teams(questions: Questions, worlds: Mapping[str, _World]) -> list[dict[str, Any]]:
    loads = {key: _loads(world) for key, world in worlds.items()}
    after = {team.key: team.capacity for team in worlds["kept"].problem.teams}
    return [
        {
            "team": questions.team_ids[team.key],
            "before": [round(points, 1) for points in team.capacity],
            "after": [round(points, 1) for points in after[team.key]],
            **{key: [round(points, 1) for points in found[team.key]] for key, found in loads.items()},
        }
        for team in worlds["today"].problem.teams
    ]


def _loads(world: _World) -> dict[str, list[float]]:
    loads = {team.key: [0.0] * len(world.problem.iterations) for team in world.problem.teams}
    for story in world.problem.stories:
        at = world.plan.at(story.key)
        if at is not None:
            loads[story.team][at] += story.points
    return loads


def _features(questions: Questions, worlds: Mapping[str, _World]) -> list[dict[str, Any]]:
    """Every feature of any of the four worlds: in the plan or not, and its chance to land in the PI."""
    asked = dict.fromkeys(feature.key for world in worlds.values() for feature in world.problem.features)
    # A story without a feature is the planner's feature of its own; people did not name it one.
    keys = [key for key in asked if key in questions.feature_titles]
    complete = {key: _complete(world) for key, world in worlds.items()}
    return [
        {
            "number": questions.feature_numbers.get(key),
            "title": questions.feature_titles[key],
            "in": {name: key in complete[name] for name in worlds},
            "odds": {name: _chance(world.odds, questions.group_of(key)) for name, world in worlds.items()},
        }
        for key in keys
    ]


def _chance(odds: Forecast | None, key: str) -> float | None:
    found = odds.features.get(key) if odds else None
    return round(found.in_pi, 3) if found else None


def _moves(questions: Questions, before: Plan, after: Plan) -> list[dict[str, Any]]:
    """What replanning with the changes would ask of the teams, at most 300 moves."""
    keys = [key for key in questions.story_titles if before.at(key) != after.at(key)]
    return [
        {
            "story": questions.story_numbers.get(key),
            "title": questions.story_titles[key],
            "team": questions.story_teams[key],
            "from": before.at(key),
            "to": after.at(key),
        }
        for key in keys[:MOST_MOVES]
    ]
