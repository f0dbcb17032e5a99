"""What every action promises, proven on one example of each.

The examples are the permission rows that the features' own tests state.
"""

import inspect
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from headway.engine.errors import Conflict, Forbidden, HeadwayError, Locked, Missing
from headway.features.journal.actions import undo_last
from headway.kit.access import Actor, Scope
from headway.store.change import Outcome
from headway.store.models import Command, Entry, Train
from headway.store.verbs import VERBS
from tests.builders import build_train
from tests.cast import ON_THE_TRAIN, Cast
from tests.features.permissions import Row
from tests.house.full_train import fill
from tests.house.replay import replayed, taken, without_versions
from tests.house.rows import actions, label, rows

TOLD_ELSEWHERE = {
    "journal.undo_last": "takes back what another action did; it is tried after every one of them",
    "whatif.answer_scenario": "the worker alone calls it, since an answer that somebody sends in would be no answer",
}
"""Actions without a row of their own, and why."""

every_action = pytest.mark.parametrize("row", rows(), ids=label)


def somebody(cast: Cast, row: Row) -> Actor:
    """The first, by the alphabet, who may do it."""
    return cast.actor(min(row.allowed))


def outsider_to(row: Row, cast: Cast) -> Actor:
    """Somebody of the train who may not do it."""
    return cast.actor(max(set(ON_THE_TRAIN) - row.allowed))


def test_every_action_has_a_row() -> None:
    tried = {row.action for row in rows()}
    assert sorted(name for name, each in actions().items() if each not in tried) == sorted(TOLD_ELSEWHERE)


def test_every_action_begins_with_who_asks_and_names_everything_else() -> None:
    odd = []
    for name, each in actions().items():
        first, *others = inspect.signature(each).parameters.values()
        named = all(other.kind in (other.KEYWORD_ONLY, other.VAR_KEYWORD) for other in others)
        if first.name != "actor" or not named or "command_id" not in {other.name for other in others}:
            odd.append(name)
    assert odd == []


@every_action
def test_the_journal_tells_all_that_an_action_changes(row: Row, cast: Cast, train: Train) -> None:
    values = row.prepare(train).values
    before = now = taken(train)
    outcome: Outcome = row.action(somebody(cast, row), **values)
    for entry in outcome.entries:
        was = now[entry.kind].get(entry.subject_id)
        assert entry.before == (was and {column: was[column] for column in entry.before or ()})
        now = replayed(now, [entry])
    assert now == taken(train) != before
    numbers = [entry.number for entry in Entry.objects.filter(train=train).order_by("number")]
    assert numbers == list(range(1, Train.objects.get(pk=train.pk).seq + 1))


@every_action
def test_a_retried_command_changes_nothing_more_and_is_nobody_elses(row: Row, cast: Cast, train: Train) -> None:
    values, command = row.prepare(train).values, uuid4()
    first: Outcome = row.action(somebody(cast, row), **values, command_id=command)
    once = taken(train)
    again: Outcome = row.action(somebody(cast, row), **values, command_id=command)
    assert (again.number, [each.pk for each in again.entries]) == (first.number, [each.pk for each in first.entries])
    with pytest.raises(Conflict, match="used by somebody else"):
        row.action(outsider_to(row, cast), **values, command_id=command)
    assert taken(train) == once


@every_action
def test_an_undone_action_leaves_the_train_as_it_was(row: Row, cast: Cast, train: Train) -> None:
    values = row.prepare(train).values
    before = taken(train)
    actor = somebody(cast, row)
    outcome: Outcome = row.action(actor, **values)
    if not all(VERBS[entry.verb].undoable for entry in outcome.entries):
        with pytest.raises(Locked):
            undo_last(actor)
        return
    middle = taken(train)
    undone = undo_last(actor)
    assert without_versions(taken(train)) == without_versions(before)
    assert replayed(middle, undone.entries) == taken(train)


@every_action
def test_a_refused_action_leaves_no_trace(row: Row, cast: Cast, train: Train) -> None:
    values = row.prepare(train).values
    before = (taken(train), Train.objects.get(pk=train.pk).seq, Command.objects.count())
    allowed = somebody(cast, row)
    reading_only = replace(allowed, scopes=frozenset({Scope.READ}))
    for actor in (outsider_to(row, cast), reading_only):
        with pytest.raises(Forbidden):
            row.action(actor, **values)
    assert (taken(train), Train.objects.get(pk=train.pk).seq, Command.objects.count()) == before


@every_action
def test_an_action_in_another_train_finds_nothing_of_this_one(row: Row, cast: Cast, train: Train) -> None:
    """Everybody is on Vega too, in the same roles, but what the example names belongs to Orion."""
    values = row.prepare(train).values
    if not _names_something(values):
        return
    vega = build_train(slug="vega", name="Vega")
    other = Train.objects.get(slug="vega")
    Train.objects.filter(pk=other.pk).update(last_number=5000)
    fill(other)
    before = (taken(train), taken(other))
    with pytest.raises(HeadwayError) as caught, transaction.atomic():
        row.action(vega.actor(min(row.allowed)), **values)
    assert isinstance(caught.value, Missing) or caught.value.code in ("missing", "unknown_reference", "forbidden")
    assert (taken(train), taken(other)) == before


def _names_something(values: Any) -> bool:
    """Whether the example names rows by id or number (teams by address exist in both trains)."""
    return any(
        isinstance(value, int) and not isinstance(value, bool) and (name.endswith("_id") or name in ("number", "story"))
        for name, value in values.items()
    )
