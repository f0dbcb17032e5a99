"""What an action answers through the API."""

from typing import Any

from headway.store.change import Outcome


def told(outcome: Outcome) -> dict[str, Any]:
    """The newest journal number, and what happened: each entry with the thing as it is now (null when removed)."""
    return {
        "number": outcome.number,
        "entries": [
            {"number": each.number, "verb": each.verb, "kind": each.kind, "id": each.subject_id, "after": each.after}
            for each in outcome.entries
        ],
    }
