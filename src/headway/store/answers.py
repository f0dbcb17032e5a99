"""What an action answers through the API."""

from typing import Any

from headway.store.change import Outcome
from headway.store.models import Recorded
from headway.store.portraits import portrait


def told(outcome: Outcome) -> dict[str, Any]:
    """The newest journal number, and what happened: each entry with the thing as it is now (null when removed)."""
    return {
        "number": outcome.number,
        "entries": [
            {"number": each.number, "verb": each.verb, "kind": each.kind, "id": each.subject_id, "after": each.after}
            for each in outcome.entries
        ],
    }


def answer(outcome: Outcome, kind: str, row: Recorded | None = None) -> dict[str, Any]:
    """The newest journal number, and one thing: ``row`` as it is now, else the first of this kind that was written."""
    if row is not None:
        return {"number": outcome.number, kind: portrait(row)}
    after = next((each.after for each in outcome.entries if each.kind == kind), None)
    return {"number": outcome.number, kind: after}
