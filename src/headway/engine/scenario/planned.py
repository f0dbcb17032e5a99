"""Changes put into the planner's question."""

from collections.abc import Iterable, Set
from dataclasses import replace
from functools import reduce

from headway.engine.errors import Invalid
from headway.engine.planner.plan import LAST_ITERATION
from headway.engine.planner.problem import Feature, PinKind, Problem, Story
from headway.engine.scenario.changes import AddFeature, CapacityChange, Change, DropFeature, Slip


def change_problem(problem: Problem, changes: Iterable[Change]) -> Problem:
    """The question with the changes made, one after the other.

    What slips keeps no pin on its old iteration: it may come in the later one or after. What slips out of the PI,
    what was dropped, and a story too large for what is left of its team's capacity leave the question, and so does
    all that needs them. A capacity change for an iteration that is not in the question changes nothing. The
    present plan stays, less what left.

    Raises Invalid for a change that names a team, feature or story the question does not have.
    """
    return reduce(_changed, changes, problem)


def _changed(problem: Problem, change: Change) -> Problem:
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


def _with_capacity(problem: Problem, change: CapacityChange) -> Problem:
    know("team", change.team, (team.key for team in problem.teams))
    teams = tuple(
        replace(team, capacity=change.changed(team.capacity, problem.iterations)) if team.key == change.team else team
        for team in problem.teams
    )
    room = max(next(team.capacity for team in teams if team.key == change.team))
    too_large = {story.key for story in problem.stories if story.team == change.team and story.points > room}
    return replace(_without_stories(problem, too_large), teams=teams)


def _with_late_story(problem: Problem, change: Slip) -> Problem:
    know("provider", str(change.provider), (story.key for story in problem.stories))
    story = next(story for story in problem.stories if story.key == change.provider)
    present = problem.present.at(story.key) if problem.present else None
    planned = max(story.earliest, present or 0)
    later = planned + change.iterations
    if later >= len(problem.iterations):
        return _without_stories(problem, {story.key})
    return replace(
        problem,
        stories=tuple(replace(each, earliest=later) if each.key == story.key else each for each in problem.stories),
        pins=tuple(pin for pin in problem.pins if pin.subject != story.key or pin.kind is not PinKind.HERE),
    )


def _with_late_arrival(problem: Problem, change: Slip) -> Problem:
    waiting = [arrival for arrival in problem.arrivals if arrival.story == change.consumer]
    know("consumer", str(change.consumer), (arrival.story for arrival in problem.arrivals))
    late = [
        replace(arrival, iteration=min(arrival.iteration + change.iterations, LAST_ITERATION)) for arrival in waiting
    ]
    last = len(problem.iterations) - 1
    if any(arrival.iteration > last or (arrival.iteration == last and not arrival.mocked) for arrival in late):
        return _without_stories(problem, {str(change.consumer)})
    others = tuple(arrival for arrival in problem.arrivals if arrival not in waiting)
    return replace(problem, arrivals=(*others, *late))


def _without_feature(problem: Problem, change: DropFeature) -> Problem:
    know("feature", change.feature, (feature.key for feature in problem.features))
    dropped = {story.key for story in problem.stories if story.feature == change.feature}
    left = _without_stories(problem, dropped)
    return replace(
        left,
        features=tuple(feature for feature in left.features if feature.key != change.feature),
        pins=tuple(pin for pin in left.pins if pin.subject != change.feature),
    )


def _with_feature(problem: Problem, change: AddFeature) -> Problem:
    for story in change.stories:
        know("team", story.team, (team.key for team in problem.teams))
    stories = tuple(
        Story(key=key, team=story.team, feature=change.key, points=float(story.points)) for key, story in change.named()
    )
    feature = Feature(key=change.key, value=float(change.value))
    return replace(problem, features=(*problem.features, feature), stories=(*problem.stories, *stories))


def _without_stories(problem: Problem, unreachable: Set[str]) -> Problem:
    """The question without these stories and those that need them; their features are worth nothing any more."""
    if not unreachable:
        return problem
    gone = needing(unreachable, [(link.provider, link.consumer) for link in problem.dependencies])
    spoilt = {story.feature for story in problem.stories if story.key in gone}
    present = problem.present
    return replace(
        problem,
        features=tuple(Feature(key=each.key, value=0.0) if each.key in spoilt else each for each in problem.features),
        stories=tuple(story for story in problem.stories if story.key not in gone),
        dependencies=tuple(link for link in problem.dependencies if not {link.provider, link.consumer} & gone),
        arrivals=tuple(arrival for arrival in problem.arrivals if arrival.story not in gone),
        pins=tuple(pin for pin in problem.pins if pin.subject not in gone | spoilt),
        present=present and present.without(*gone),
    )


def needing(keys: Set[str], links: Iterable[tuple[str, str]]) -> frozenset[str]:
    """These keys and everything that needs one of them, directly or through others, by (provider, consumer)."""
    consumers: dict[str, list[str]] = {}
    for provider, consumer in links:
        consumers.setdefault(provider, []).append(consumer)
    found, waiting = set(keys), list(keys)
    while waiting:
        for consumer in consumers.get(waiting.pop(), ()):
            if consumer not in found:
                found.add(consumer)
                waiting.append(consumer)
    return frozenset(found)


def know(field: str, key: str, among: Iterable[str]) -> None:
    """Raise Invalid unless ``key`` is among those."""
    if key not in set(among):
        raise Invalid(
            f"The change names {key!r}, which is not in this PI's plan; choose another {field}.",
            code="unknown_key",
            field=field,
            value=key,
        )
