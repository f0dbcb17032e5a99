"""The first two PIs: planned, done, and closed with what became of every feature."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from headway.demo.chapters.backlog import write_feature, write_story
from headway.demo.content import FeatureText
from headway.demo.plan import Placed
from headway.demo.stages import ITERATION_DAYS, workday
from headway.demo.telling import Telling
from headway.features.backlog import actions as backlog
from headway.features.calendar.actions import advance_increment


def tell_past(telling: Telling, pi: int, placed: list[Placed]) -> None:
    """One past PI from its features to its closing."""
    start, planning = telling.calendar.pi(pi), telling.calendar.planning_of(pi)
    features = [each for each in telling.content.features if each.pi == pi]
    for index, feature in enumerate(features):
        telling.enter(workday(start - timedelta(days=18 - index % 8)), 9.5, write_feature, telling, feature)
        telling.enter(planning - timedelta(days=2), 10, _target, telling, feature, pi)
    for each in placed:
        telling.enter(planning, telling.random.uniform(8, 16), _plan_story, telling, each, pi)
    advance(telling, pi, features)
    for each in placed:
        _do_story(telling, each, pi)
    for feature in features:
        if feature.outcome == "landed":
            _land(telling, feature, pi)
        else:
            day = telling.calendar.planning_of(pi + 1) - timedelta(days=2)
            telling.enter(day, 11, _miss, telling, feature, pi)
    telling.enter(telling.calendar.planning_of(pi + 1) - timedelta(days=1), 16, advance_to, telling, pi, "closed")


def advance(telling: Telling, pi: int, features: Iterable[FeatureText]) -> None:
    """A PI through its states, up to and with execution; its features are planned once it is committed."""
    planning = telling.calendar.planning_of(pi)
    telling.enter(planning - timedelta(days=1), 17, advance_to, telling, pi, "planning")
    telling.enter(planning + timedelta(days=1), 17, advance_to, telling, pi, "committed")
    telling.enter(planning + timedelta(days=1), 17.4, _mark_planned, telling, [each.title for each in features])
    telling.enter(telling.calendar.pi(pi), 7, advance_to, telling, pi, "executing")


def advance_to(telling: Telling, pi: int, state: str) -> None:
    """A PI into its next state, by the Release Train Engineer."""
    advance_increment(telling.rosa(), number=pi, to=state)


def move_feature(telling: Telling, title: str, state: str) -> None:
    """A feature into another state, by the Product Manager."""
    backlog.edit_feature(telling.paul(), number=telling.ids.features[title].number, state=state)


def _mark_planned(telling: Telling, titles: list[str]) -> None:
    numbers = [telling.ids.features[title].number for title in titles]
    backlog.edit_features(telling.paul(), numbers=numbers, state="planned")


def _target(telling: Telling, feature: FeatureText, pi: int) -> None:
    number = telling.ids.features[feature.title].number
    backlog.target_feature(telling.paul(), number=number, pi_id=telling.ids.pis[pi])


def _plan_story(telling: Telling, placed: Placed, pi: int) -> None:
    write_story(
        telling,
        placed.text,
        telling.somebody(placed.text.team),
        placed.points,
        [],
        pi_id=telling.ids.pis[pi],
        iteration_id=telling.ids.iterations[pi, placed.iteration],
    )


def _do_story(telling: Telling, placed: Placed, pi: int) -> None:
    first = telling.calendar.iteration(pi, placed.iteration)
    done_on = workday(first + timedelta(days=telling.random.randrange(4, ITERATION_DAYS - 3)))
    by, key = telling.somebody(placed.text.team), placed.text.key
    telling.enter(done_on, telling.random.uniform(9, 17), partial(edit_story, telling, by, key, state="done"))


def edit_story(telling: Telling, name: str, key: str, **values: Any) -> None:
    """A story is changed by somebody of its team."""
    backlog.edit_story(telling.actor(name), number=telling.ids.stories[key].number, **values)


def _land(telling: Telling, feature: FeatureText, pi: int) -> None:
    telling.enter(telling.calendar.pi(pi), 13, move_feature, telling, feature.title, "in_progress")
    review = telling.calendar.iteration(pi, 6) + timedelta(days=telling.random.randrange(3))
    telling.enter(review, 14, move_feature, telling, feature.title, "done")


def _miss(telling: Telling, feature: FeatureText, pi: int) -> None:
    number = telling.ids.features[feature.title].number
    pi_id = telling.ids.pis[pi]
    backlog.note_outcome(telling.paul(), number=number, pi_id=pi_id, outcome=feature.outcome, note=feature.note)
    move_feature(telling, feature.title, "ready")
