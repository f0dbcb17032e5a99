"""A closed PI keeps its plan and its results, whichever door somebody tries."""

from collections.abc import Callable
from typing import Any

import pytest

from headway.engine.errors import Locked
from headway.features.backlog import actions as backlog
from headway.features.calendar import actions as calendar
from headway.features.capacity import actions as capacity
from headway.features.journal.actions import undo_last
from headway.features.people import actions as people
from headway.kit.access import Actor
from headway.store.models import Increment, Story, Train
from headway.store.portraits import snapshot
from tests.builders import build_feature, build_story, iteration, root
from tests.cast import Cast


def close(train: Train, number: int = 1) -> None:
    pi = Increment.objects.get(train=train, number=number)
    for state in ("committed", "executing", "closed"):
        calendar.advance_increment(root(train), number=pi.number, to=state)


def placed(train: Train, **values: Any) -> Story:
    first = iteration(train, 1, 1)
    return build_story(train, pi=first.pi, iteration=first, **values)


def move(actor: Actor, train: Train) -> None:
    story = placed(train)
    second = iteration(train, 1, 2)
    backlog.move_story(actor, number=story.number, pi_id=second.pi_id, iteration_id=second.pk)


def leave(actor: Actor, train: Train) -> None:
    backlog.move_story(actor, number=placed(train).number, pi_id=None, iteration_id=None)


def remove(actor: Actor, train: Train) -> None:
    backlog.remove_story(actor, number=placed(train).number)


def write(actor: Actor, train: Train) -> None:
    first = iteration(train, 1, 1)
    team = next(iter(actor.teams))
    backlog.create_story(actor, title="Late idea", team_id=team, pi_id=first.pi_id, iteration_id=first.pk)


def tick(actor: Actor, train: Train) -> None:
    backlog.add_task(actor, story=placed(train).number, title="Draw the table")


def estimate(actor: Actor, train: Train) -> None:
    backlog.edit_story(actor, number=placed(train).number, points=5)


def set_points(actor: Actor, train: Train) -> None:
    capacity.set_capacity(actor, team="kestrel", iteration_id=iteration(train, 1, 1).pk, points=3, note="Fair")


@pytest.mark.parametrize("change", [move, leave, remove, write, tick, estimate, set_points])
def test_what_was_done_before_the_closing_is_not_undone_after_it(
    change: Callable[[Actor, Train], None], cast: Cast, train: Train
) -> None:
    change(cast.tess, train)
    close(train)
    before = snapshot(train)
    with pytest.raises(Locked):
        undo_last(cast.tess)
    assert snapshot(train) == before


def test_an_outcome_is_not_undone_after_the_closing(cast: Cast, train: Train) -> None:
    pi = Increment.objects.get(train=train, number=1)
    feature = build_feature(train)
    backlog.target_feature(root(train), number=feature.number, pi_id=pi.pk)
    backlog.note_outcome(cast.paul, number=feature.number, pi_id=pi.pk, outcome="landed")
    close(train)
    before = snapshot(train)
    with pytest.raises(Locked):
        undo_last(cast.paul)
    assert snapshot(train) == before


def test_the_dates_of_an_iteration_are_not_undone_after_the_closing(cast: Cast, train: Train) -> None:
    calendar.edit_iteration(cast.rosa, iteration_id=iteration(train, 1, 1).pk, name="First steps")
    close(train)
    before = snapshot(train)
    with pytest.raises(Locked):
        undo_last(cast.rosa)
    assert snapshot(train) == before


def test_a_feature_with_stories_in_a_closed_pi_is_not_removed(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    placed(train, feature=feature)
    close(train)
    before = snapshot(train)
    with pytest.raises(Locked):
        backlog.remove_feature(cast.paul, number=feature.number)
    assert snapshot(train) == before


def test_a_team_with_stories_in_a_closed_pi_is_not_removed(cast: Cast, train: Train) -> None:
    placed(train)
    close(train)
    before = snapshot(train)
    with pytest.raises(Locked):
        people.remove_team(cast.rosa, team="kestrel")
    assert snapshot(train) == before
