"""Changes, and another plan, put into the forecast's question."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from functools import reduce

from headway.engine.forecast.problem import ForecastProblem, Item
from headway.engine.scenario.changes import AddFeature, CapacityChange, Change, DropFeature, Slip
from headway.engine.scenario.planned import know, needing


def change_forecast(problem: ForecastProblem, changes: Iterable[Change]) -> ForecastProblem:
    """The question with the changes made, one after the other, and the plan as it is.

    What slips begins so many iterations after the one it is planned into. What slips out of the PI or was dropped
    leaves the question, and so does all that needs it, with every objective it is part of. A new feature is not
    planned yet: its stories come after everything planned until ``replanned`` gives them a place.

    Raises Invalid for a change that names a team, feature or story the question does not have.
    """
    return reduce(_changed, changes, problem)


def replanned(problem: ForecastProblem, places: Mapping[str, str | None]) -> ForecastProblem:
    """The question with another plan: item key → name of its iteration, None for "not planned".

    Items that are done or not named keep their place; what is planned into an iteration that is over comes first.
    """
    index = {name: place for place, name in enumerate(problem.iterations)}

    def planned(item: Item) -> int | None:
        name = places[item.key]
        return None if name is None else index.get(name, 0)

    moved = (
        item if item.done or item.key not in places else replace(item, planned=planned(item)) for item in problem.items
    )
    return replace(problem, items=tuple(moved))


def _changed(problem: ForecastProblem, change: Change) -> ForecastProblem:
    match change:
        case CapacityChange():
            return _with_capacity(problem, change)
        case Slip(provider=None):
            return _with_late_arrival(problem, change)
        case Slip():
            return _with_late_story(problem, change)
        case DropFeature():
            return _without_feature(problem, change)
        case AddFeature():
            return _with_feature(problem, change)


def _with_capacity(problem: ForecastProblem, change: CapacityChange) -> ForecastProblem:
    know("team", change.team, (team.key for team in problem.teams))
    teams = tuple(
        replace(team, capacity=change.changed(team.capacity, problem.iterations)) if team.key == change.team else team
        for team in problem.teams
    )
    return replace(problem, teams=teams)


def _with_late_arrival(problem: ForecastProblem, change: Slip) -> ForecastProblem:
    know("consumer", str(change.consumer), (arrival.item for arrival in problem.arrivals))
    last = len(problem.iterations) - 1
    late = tuple(
        replace(arrival, promised=min(max(arrival.promised, 0) + change.iterations, last))
        if arrival.item == change.consumer
        else arrival
        for arrival in problem.arrivals
    )
    return replace(problem, arrivals=late)


def _with_late_story(problem: ForecastProblem, change: Slip) -> ForecastProblem:
    know("provider", str(change.provider), (item.key for item in problem.items))
    late = next(item for item in problem.items if item.key == change.provider)
    later = max(late.earliest, late.planned or 0) + change.iterations
    if later >= len(problem.iterations):
        return _without(problem, {late.key})
    items = tuple(replace(item, earliest=later) if item is late else item for item in problem.items)
    return replace(problem, items=items)


def _without_feature(problem: ForecastProblem, change: DropFeature) -> ForecastProblem:
    know("feature", change.feature, {item.feature for item in problem.items if item.feature})
    return _without(problem, {item.key for item in problem.items if item.feature == change.feature})


def _with_feature(problem: ForecastProblem, change: AddFeature) -> ForecastProblem:
    for story in change.stories:
        know("team", story.team, (team.key for team in problem.teams))
    fresh = tuple(
        Item(key=key, team=story.team, points=float(story.points), feature=change.key) for key, story in change.named()
    )
    return replace(problem, items=(*problem.items, *fresh))


def _without(problem: ForecastProblem, unreachable: Set[str]) -> ForecastProblem:
    links = [(link.provider, link.consumer) for link in problem.dependencies if not link.mocked]
    gone = needing(unreachable, links)
    spoilt = gone | {item.feature for item in problem.items if item.key in gone}
    return replace(
        problem,
        items=tuple(item for item in problem.items if item.key not in gone),
        dependencies=tuple(link for link in problem.dependencies if not {link.provider, link.consumer} & gone),
        arrivals=tuple(arrival for arrival in problem.arrivals if arrival.item not in gone),
        objectives=tuple(objective for objective in problem.objectives if not set(objective.items) & spoilt),
    )
