"""Snapshots of a train, and what journal entries make of them."""

import copy
from collections.abc import Iterable
from typing import Any

from headway.store.models import Entry, Train
from headway.store.portraits import snapshot

Snapshot = dict[str, dict[int, dict[str, Any]]]


def taken(train: Train) -> Snapshot:
    """Everything in the train as it is now."""
    return snapshot(Train.objects.get(pk=train.pk))


def replayed(before: Snapshot, entries: Iterable[Entry]) -> Snapshot:
    """The snapshot after these entries, by nothing but what they say."""
    after = copy.deepcopy(before)
    for entry in entries:
        if entry.after is None:
            del after[entry.kind][entry.subject_id]
        else:
            after[entry.kind][entry.subject_id] = entry.after
    return after


def without_versions(whole: Snapshot) -> Snapshot:
    """The snapshot as people see it: an undone change counts versions on."""
    return {
        kind: {pk: {name: value for name, value in row.items() if name != "version"} for pk, row in rows.items()}
        for kind, rows in whole.items()
    }
