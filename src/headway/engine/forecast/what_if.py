"""Which input drives the risk: the same forecast again, with one thing gone well."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from headway.engine.errors import Invalid
from headway.engine.forecast import monte_carlo
from headway.engine.forecast.problem import ForecastProblem
from headway.engine.forecast.results import Driver, Forecast

PREDICTABILITY = "predictability"
SURE = 0.99
MOST_ASKED = 40
"""Dependencies and arrivals asked about, the most doubtful first."""
MOST_TEAMS = 12
"""Teams asked about, those most likely to leave the most points undone first."""
MORE_CAPACITY = 1.1
LEAST_GAIN = 0.01

Change = tuple[str, str, str, ForecastProblem]


def drivers(
    problem: ForecastProblem,
    *,
    targets: Collection[str] | None,
    trials: int,
    seed: int,
    most: int,
    cancelled: Callable[[], bool] | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[Driver, ...]:
    """See ``drawing.drivers``."""
    base = monte_carlo.draw(problem, trials=trials, seed=seed)
    before = _chances(problem, base)
    wanted = _default_targets(base) if targets is None else tuple(targets)
    for target in wanted:
        if target not in before:
            raise Invalid(f"Target {target!r} is not known.", code="unknown", field="targets", value=target)
    changes = tuple(_changes(problem, base))
    found: dict[str, list[Driver]] = {target: [] for target in wanted}
    for number, (kind, subject, words, changed) in enumerate(changes, start=1):
        if cancelled is not None and cancelled():
            break
        after = _chances(changed, monte_carlo.draw(changed, trials=trials, seed=seed))
        for target in wanted:
            driver = Driver(
                kind=kind,
                subject=subject,
                change=words,
                target=target,
                before=before[target],
                after=after[target],
            )
            if driver.gain >= LEAST_GAIN:
                found[target].append(driver)
        if progress is not None:
            progress(number, len(changes))
    return tuple(
        driver
        for target in wanted
        for driver in sorted(found[target], key=lambda each: (-each.gain, each.kind, each.subject))[:most]
    )


def _changes(problem: ForecastProblem, base: Forecast) -> Iterator[Change]:
    """One input each: what kind, which, in words, and the problem with it gone well."""
    doubtful = sorted(
        (chance.in_time, key)
        for key, chance in base.dependencies.items()
        if chance.in_time is not None and chance.in_time < SURE
    )
    asked = {key for _, key in doubtful[:MOST_ASKED]}
    for each in problem.dependencies:
        if each.key in asked and not each.mocked:
            others = tuple(replace(other, mocked=other.mocked or other is each) for other in problem.dependencies)
            yield "dependency", each.key, f"with {each.key} on time", replace(problem, dependencies=others)
    for arrival in problem.arrivals:
        if arrival.key in asked and not arrival.mocked:
            rest = tuple(replace(other, mocked=other.mocked or other is arrival) for other in problem.arrivals)
            yield "arrival", arrival.key, f"with {arrival.key} on time", replace(problem, arrivals=rest)
    undone = {team.key: 0.0 for team in problem.teams}
    for item in problem.items:
        undone[item.team] += item.points * (1 - base.items[item.key].in_pi)
    pressed = {
        key for key, points in sorted(undone.items(), key=lambda each: (-each[1], each[0]))[:MOST_TEAMS] if points
    }
    for team in problem.teams:
        if team.key not in pressed:
            continue
        more = replace(team, capacity=tuple(points * MORE_CAPACITY for points in team.capacity))
        teams = tuple(more if other is team else other for other in problem.teams)
        yield "team", team.key, f"with a tenth more capacity in {team.key}", replace(problem, teams=teams)
    if problem.unplanned_share is None and any(
        past.unplanned for team in problem.teams for past in team.history.iterations
    ):
        yield "unplanned", "train", "without unplanned work", replace(problem, unplanned_share=0.0)


def _default_targets(base: Forecast) -> tuple[str, ...]:
    measured = (PREDICTABILITY,) if base.predictability is not None else ()
    return (*base.objectives, *measured)


def _chances(problem: ForecastProblem, forecast: Forecast) -> dict[str, float]:
    """What may be a target; an objective's key wins over a feature's, and a feature's over an item's."""
    chances = {key: chance.in_pi for chances in (forecast.items, forecast.features) for key, chance in chances.items()}
    for objective in problem.objectives:
        by = forecast.objectives[objective.key].by
        chances[objective.key] = by[-1 if objective.due is None else objective.due]
    if forecast.predictability is not None:
        chances[PREDICTABILITY] = forecast.predictability.mean
    return chances
