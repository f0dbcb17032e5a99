"""Undo meets a train that has moved on: it gives a sentence, and never half a thing."""

from collections.abc import Callable

import pytest
from django.db import connection

from headway.engine.errors import Conflict, HeadwayError
from headway.features.backlog import actions as backlog
from headway.features.calendar import actions as calendar
from headway.features.journal.actions import undo_last
from headway.features.people import actions as people
from headway.kit.access import Actor
from headway.store.models import Comment, Feature, Person, Team, Theme, Train
from headway.store.portraits import snapshot
from tests.builders import FIRST_DAY, build_feature, build_increment, build_story, iteration, root
from tests.cast import Cast


def its_pi(actor: Actor, train: Train) -> None:
    build_increment(train, number=2, starts_on=FIRST_DAY.replace(year=2027))
    second = iteration(train, 2, 1)
    story = build_story(train, pi=second.pi, iteration=second)
    backlog.move_story(actor, number=story.number, pi_id=None, iteration_id=None)
    calendar.remove_increment(root(train), number=2)


def its_story(actor: Actor, train: Train) -> None:
    story = build_story(train)
    task = backlog.add_task(root(train), story=story.number, title="Draw the table")
    backlog.remove_task(actor, task_id=task.subject.pk)
    backlog.remove_story(root(train), number=story.number)


def its_feature(actor: Actor, train: Train) -> None:
    feature = build_feature(train)
    story = build_story(train, feature=feature)
    backlog.edit_story(actor, number=story.number, feature_id=None)
    backlog.remove_feature(root(train), number=feature.number)


def its_team(actor: Actor, train: Train) -> None:
    vera = Person.objects.get(train=train, name="Vera Duarte")
    made = people.add_member(root(train), team="kestrel", person_id=vera.pk)
    people.remove_member(actor, membership_id=made.subject.pk)
    people.remove_person(root(train), person_id=vera.pk)


@pytest.mark.parametrize("gone", [its_pi, its_story, its_feature, its_team])
def test_what_an_undo_would_bring_back_has_lost_its_place(
    gone: Callable[[Actor, Train], None], cast: Cast, train: Train
) -> None:
    gone(cast.tess, train)
    before = snapshot(train)
    with pytest.raises(Conflict):
        undo_last(cast.tess)
    assert snapshot(train) == before
    connection.check_constraints()


def test_the_theme_of_a_feature_is_gone(cast: Cast, train: Train) -> None:
    backlog.create_theme(root(train), name="Trust")
    theme = Theme.objects.get(train=train)
    feature = build_feature(train, theme=theme)
    backlog.edit_feature(cast.paul, number=feature.number, theme_id=None)
    backlog.remove_theme(root(train), theme_id=theme.pk)
    with pytest.raises(Conflict):
        undo_last(cast.paul)
    connection.check_constraints()


def test_the_name_has_been_taken_since(cast: Cast, train: Train) -> None:
    backlog.create_theme(root(train), name="Trust")
    backlog.remove_theme(cast.paul, theme_id=Theme.objects.get(train=train).pk)
    backlog.create_theme(root(train), name="Trust")
    with pytest.raises(HeadwayError):
        undo_last(cast.paul)
    assert Theme.objects.filter(train=train).count() == 1


def test_an_undo_takes_no_word_of_others_along(cast: Cast, train: Train) -> None:
    backlog.create_feature(cast.paul, title="Reading history")
    feature = Feature.objects.get(train=train)
    backlog.comment_on_feature(cast.tess, number=feature.number, text="By Thursday?")
    with pytest.raises(Conflict):
        undo_last(cast.paul)
    assert Comment.objects.filter(feature=feature).count() == 1


def test_an_undo_takes_no_work_of_others_along(cast: Cast, train: Train) -> None:
    backlog.create_story(cast.tess, title="Show it", team_id=Team.objects.get(train=train, slug="kestrel").pk)
    backlog.add_task(cast.kim, story=1, title="Draw the table")
    before = snapshot(train)
    with pytest.raises(Conflict):
        undo_last(cast.tess)
    assert snapshot(train) == before
