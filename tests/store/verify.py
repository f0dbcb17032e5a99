"""The proof that the journal tells the whole truth about a change."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from uuid import uuid4

from headway.store.change import Outcome
from headway.store.models import Entry, Train
from headway.store.portraits import snapshot

Snapshot = dict[str, dict[int, dict[str, Any]]]


def present(train: Train) -> Snapshot:
    """Everything of the train as it is in the database now."""
    return snapshot(Train.objects.get(pk=train.pk))


def replay(state: Snapshot, entries: list[Entry]) -> Snapshot:
    """The state after the entries; each entry's ``before`` has to fit what it finds."""
    state = deepcopy(state)
    for entry in entries:
        things = state[entry.kind]
        if entry.before is None:
            assert entry.subject_id not in things
        else:
            found = things[entry.subject_id]
            assert {name: found[name] for name in entry.before} == entry.before
        if entry.after is None:
            assert things.pop(entry.subject_id) == entry.before
        else:
            things[entry.subject_id] = entry.after
    return state


def verify_action(train: Train, act: Callable[..., Outcome]) -> Outcome:
    """Carry out ``act(command_id=…)`` and prove: old snapshot + journal entries == new snapshot.

    Also: the numbers follow on without a gap, the answer names the last one, and a retry changes nothing.
    """
    train.refresh_from_db()
    before, first = present(train), train.seq + 1
    command = uuid4()
    outcome = act(command_id=command)
    entries = list(Entry.objects.filter(train=train, number__gte=first).order_by("number"))
    assert [entry.number for entry in entries] == list(range(first, first + len(entries)))
    assert outcome.number == first + len(entries) - 1
    after = present(train)
    assert replay(before, entries) == after
    if entries:
        again = act(command_id=command)
        assert (again.number, present(train)) == (outcome.number, after)
    return outcome
