"""Whoever has left a team speaks for it no more: not by undo, not for its people."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from headway.engine.errors import Forbidden
from headway.features.backlog import actions as backlog
from headway.features.capacity import actions as capacity
from headway.features.dependencies import actions as dependencies
from headway.features.journal.actions import undo_last
from headway.features.people import actions as people
from headway.kit import clock
from headway.kit.access import Actor
from headway.store.models import Membership, Person, Team, Train
from headway.store.portraits import snapshot
from tests.builders import FIRST_DAY, build_dependency, build_story, iteration, root
from tests.cast import Cast


def change_teams(cast: Cast, train: Train, name: str, to: str) -> Actor:
    """The person leaves every team yesterday and is in another one today."""
    person = Person.objects.get(train=train, user=cast.user(name))
    for membership in Membership.objects.filter(person=person):
        people.edit_member(root(train), membership_id=membership.pk, ends_on=clock.today() - timedelta(days=1))
    people.add_member(root(train), team=to, person_id=person.pk, role="scrum_master")
    return cast.actor(name)


def place(actor: Actor, train: Train) -> None:
    first = iteration(train, 1, 1)
    backlog.move_story(actor, number=build_story(train).number, pi_id=first.pi_id, iteration_id=first.pk)


def take(actor: Actor, train: Train) -> None:
    backlog.take_story(actor, number=build_story(train, team="").number, team_id=next(iter(actor.teams)))


def hand_back(actor: Actor, train: Train) -> None:
    backlog.release_story(actor, number=build_story(train).number)


def add_task(actor: Actor, train: Train) -> None:
    backlog.add_task(actor, story=build_story(train).number, title="Draw the table")


def tick_task(actor: Actor, train: Train) -> None:
    made = backlog.add_task(root(train), story=build_story(train).number, title="Draw the table")
    backlog.edit_task(actor, task_id=made.subject.pk, done=True)


def remove_task(actor: Actor, train: Train) -> None:
    made = backlog.add_task(root(train), story=build_story(train).number, title="Draw the table")
    backlog.remove_task(actor, task_id=made.subject.pk)


def set_capacity(actor: Actor, train: Train) -> None:
    capacity.set_capacity(actor, team="kestrel", iteration_id=iteration(train, 1, 1).pk, points=3, note="Fair")


def answer(actor: Actor, train: Train) -> None:
    dependency = build_dependency(train, consumer="merlin", provider="kestrel", state="requested")
    dependencies.answer_dependency(actor, number=dependency.number, answer="decline")


def request(actor: Actor, train: Train) -> None:
    dependency = build_dependency(train, consumer="kestrel", provider="nordlicht")
    dependencies.request_dependency(actor, number=dependency.number, needed_by_id=iteration(train, 1, 2).pk)


def note_absence(actor: Actor, train: Train) -> None:
    kim = Person.objects.get(train=train, name="Kim Larsen")
    people.record_absence(actor, person_id=kim.pk, starts_on=FIRST_DAY, ends_on=FIRST_DAY)


def take_somebody_in(actor: Actor, train: Train) -> None:
    vera = Person.objects.get(train=train, name="Vera Duarte")
    people.add_member(actor, team="kestrel", person_id=vera.pk)


def describe(actor: Actor, train: Train) -> None:
    people.edit_team(actor, team="kestrel", mission="Readings people trust")


CHANGES = [
    place,
    take,
    hand_back,
    add_task,
    tick_task,
    remove_task,
    set_capacity,
    answer,
    request,
    note_absence,
    take_somebody_in,
    describe,
]


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_left_the_team_cannot_undo_what_they_did_for_it(
    change: Callable[[Actor, Train], None], cast: Cast, train: Train
) -> None:
    change(cast.tess, train)
    moved_on = change_teams(cast, train, "tess", "merlin")
    before = snapshot(train)
    with pytest.raises(Forbidden):
        undo_last(moved_on)
    assert snapshot(train) == before


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_is_in_the_team_can_undo_it(change: Callable[[Actor, Train], None], cast: Cast, train: Train) -> None:
    change(cast.tess, train)
    assert undo_last(cast.tess).entries


def test_former_team_mates_record_no_absence(cast: Cast, train: Train) -> None:
    change_teams(cast, train, "kim", "merlin")
    kim = Person.objects.get(train=train, name="Kim Larsen")
    assert Team.objects.get(train=train, slug="kestrel").pk in cast.tess.teams
    with pytest.raises(Forbidden):
        people.record_absence(cast.tess, person_id=kim.pk, starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 7))
