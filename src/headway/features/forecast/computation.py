"""From the question to what is kept: draw the forecast and write it down as compact JSON. For the worker alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any

from headway.engine.errors import Invalid
from headway.engine.forecast import (
    Chance,
    Distribution,
    Driver,
    Forecast,
    ForecastProblem,
    backtest,
    drivers,
    forecast,
)
from headway.features.forecast.policies import DRIVER_SECONDS, DRIVER_TRIALS, PROMISE, TRIALS, VERSION
from headway.features.forecast.problem_queries import Question

PACE_TRIALS = 4_000
AT_RISK = 0.9
"""Features less sure than this are asked for what drives their risk."""

MOST_AT_RISK = 12
PER_TARGET = 4
HORIZONS = (1, 3, 5)
LEVELS = (0.15, 0.5, 0.85)

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


def computed(question: Question, *, progress: Progress, cancelled: Cancelled, seed: int = 0) -> dict[str, Any]:
    """The whole result of one forecast; of a PI without one, what is missing."""
    result: dict[str, Any] = {
        "v": VERSION,
        "day": question.calendar.today.isoformat(),
        "code": question.code,
        "missing": question.missing,
        "notes": list(question.notes),
    }
    problem = question.problem
    if problem is None:
        return result
    drawn = forecast(
        problem, trials=TRIALS, seed=seed, cancelled=cancelled, progress=lambda done, of: progress(0.5 * done / of)
    )
    result |= _odds(question, drawn)
    result["teams"] = _paces(question, problem, drawn, seed)
    progress(0.6)
    result["drivers"] = _drivers(question, problem, drawn, seed, cancelled)
    progress(0.9)
    result["backtest"] = _backtest(problem)
    progress(1.0)
    return result


def _odds(question: Question, drawn: Forecast) -> dict[str, Any]:
    record = question.record
    return {
        "trials": drawn.trials,
        "iterations": [each.id for each in question.ahead],
        "ip_share": [record.ip_share, record.ip_seen],
        "basis": "scores" if question.is_scored else "even",
        "value": round(sum(question.values.values()), 1),
        "landed": round(sum(v for key, v in question.values.items() if drawn.features[key].before), 1),
        "promise": _promise(drawn.predictability),
        "predictability": _distribution(drawn.predictability),
        "features": {
            str(row.id): _chance(drawn.features[key]) | {"value": question.values.get(key), "like": _like(drawn, key)}
            for key, row in question.features.items()
            if key in drawn.features
        },
        "stories": {
            str(pk): _chance(drawn.items[key])
            for key, pk in question.stories.items()
            if key in drawn.items and not drawn.items[key].before
        },
        "dependencies": {
            str(pk): _string(drawn.dependencies[key], is_begun=key in question.begun)
            for key, pk in question.dependencies.items()
            if key in drawn.dependencies
        },
        "cells": {
            f"{team_id}:{iteration_id}": {
                "load": round(question.loads[key], 1),
                "chance": _share(drawn.objectives[key].in_time),
            }
            for key, (team_id, iteration_id) in question.cells.items()
        },
        "unseen": {str(pk): why for pk, why in question.out_of_sight.items()},
        "notes": [*question.notes, *drawn.notes],
    }


def _chance(chance: Chance) -> dict[str, Any]:
    return {
        "by": [_share(each) for each in chance.by],
        "planned": chance.planned,
        "in_time": _share(chance.in_time),
        "before": chance.before,
    }


def _string(chance: Chance, *, is_begun: bool) -> dict[str, Any]:
    """In time is before the consumer's iteration; for a consumer that has begun, by the end of it."""
    told = _chance(chance)
    if is_begun and chance.planned is not None and not chance.before:
        told["in_time"] = _share(chance.by[min(chance.planned + 1, len(chance.by) - 1)])
    return told


def _like(drawn: Forecast, key: str) -> list[Any] | None:
    like = drawn.likes.get(key)
    return [like.landed, like.of, like.like] if like else None


def _distribution(found: Distribution | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "mean": round(found.mean, 4),
        "quantiles": {f"{level:g}": round(value, 4) for level, value in found.quantiles.items()},
        "edges": [round(each, 4) for each in found.edges],
        "histogram": list(found.histogram),
    }


def _paces(question: Question, problem: ForecastProblem, drawn: Forecast, seed: int) -> dict[str, Any]:
    """What each team gets done, 15/50/85 %: until the end of each iteration left, and in each by itself."""
    bare = replace(problem, items=(), dependencies=(), arrivals=(), parties=(), objectives=(), past=())
    count = len(problem.iterations)
    until = [_pace(bare, range(index + 1), seed) for index in range(count)]
    alone = [_pace(bare, (index,), seed) for index in range(count)]
    return {
        str(pk): {
            "seen": drawn.observations.get(name, 0),
            "past": [
                [row.iteration.id, row.completed, row.available, row.unplanned]
                for row in question.record.rows.get(pk, ())
            ],
            "until": [each[name] for each in until],
            "alone": [each[name] for each in alone],
        }
        for name, pk in question.teams.items()
    }


def _pace(bare: ForecastProblem, counted: Iterable[int], seed: int) -> Mapping[str, list[float]]:
    """The quantiles of each team when only these iterations count."""
    kept = set(counted)
    teams = tuple(
        replace(team, capacity=tuple(points if index in kept else 0.0 for index, points in enumerate(team.capacity)))
        for team in bare.teams
    )
    drawn = forecast(replace(bare, teams=teams), trials=PACE_TRIALS, seed=seed)
    return {name: [round(found.quantiles[level], 1) for level in LEVELS] for name, found in drawn.velocity.items()}


def _drivers(
    question: Question, problem: ForecastProblem, drawn: Forecast, seed: int, cancelled: Cancelled
) -> list[dict[str, Any]]:
    """What would help most: for the PI as a whole, and for the features at risk, the most valuable risk first."""
    risky = [key for key in question.values if not drawn.features[key].before and drawn.features[key].in_pi < AT_RISK]
    risky.sort(key=lambda key: -(1 - drawn.features[key].in_pi) * question.values[key])
    targets = ["predictability"] * bool(question.values) + risky[:MOST_AT_RISK]
    until = monotonic() + DRIVER_SECONDS
    found = drivers(
        problem,
        targets=targets,
        trials=DRIVER_TRIALS,
        seed=seed,
        most=PER_TARGET,
        cancelled=lambda: monotonic() > until or cancelled(),
    )
    return [_driver(question, drawn, each) for each in found]


def _driver(question: Question, drawn: Forecast, each: Driver) -> dict[str, Any]:
    """The gain comes from fewer trials than the odds do, so it is told on top of those."""
    feature = question.features.get(each.target)
    before = each.before
    if feature is not None:
        before = drawn.features[each.target].in_pi
    elif drawn.predictability is not None:
        before = drawn.predictability.mean
    return {
        "kind": each.kind,
        "subject": each.subject,
        "change": each.change,
        "target": feature.id if feature else None,
        "before": _share(before),
        "after": _share(min(1.0, before + each.gain)),
    }


def _promise(found: Distribution | None) -> float | None:
    """The chance that at least the promised part of the planned value lands; that part is an edge of the bins."""
    if found is None:
        return None
    above = sum(count for low, count in zip(found.edges, found.histogram, strict=False) if low >= PROMISE - 1e-9)
    return round(above / sum(found.histogram), 3)


def _backtest(problem: ForecastProblem) -> list[dict[str, Any]]:
    """What forecasts at every past moment of this train would have said, against what came; by iterations ahead."""
    histories = [team.history for team in problem.teams if team.history.iterations]
    found = []
    for horizon in HORIZONS:
        try:
            held = backtest(histories, horizon, train=True)
        except Invalid:  # no team has finished enough iterations for this one
            break
        found.append(
            {
                "horizon": horizon,
                "observations": held.observations,
                "teams": len(held.boards),
                "coverage": {f"{level:g}": _share(held.coverage[level]) for level in LEVELS},
                "loss": round(held.pinball, 4),
                "loss_of_mean": round(held.baselines["mean"].pinball, 4),
            }
        )
    return found


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
