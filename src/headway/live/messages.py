"""Journal entries and presence as server-sent events."""

from collections.abc import Sequence
from typing import Any

import orjson

from headway.live.fragments import fragments_of
from headway.store.models import Entry
from headway.store.verbs import VERBS

PING = b": still here\n\n"


def event(name: str, data: Any, number: int | None = None) -> bytes:
    """One server-sent event; the number, where there is one, is what a browser resumes from."""
    head = b"id: %d\n" % number if number is not None else b""
    return head + b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def entry_messages(train_id: int, after: int, limit: int) -> list[tuple[int, bytes]]:
    """The entries that follow number ``after``, at most ``limit``, each rendered with its fragments."""
    entries = (
        Entry.objects.filter(train_id=train_id, number__gt=after).select_related("command").order_by("number")[:limit]
    )
    return [(entry.number, event("entry", _told(entry), entry.number)) for entry in entries]


def sentence(entry: Entry) -> str:
    """What happened, in words: "Tess moved story 12 “Show the reading history”"."""
    row = entry.after or entry.before or {}
    title = row.get("title") or row.get("name") or row.get("needs") or ""
    number = f" {row['number']}" if row.get("number") and entry.kind != "pi" else ""
    quoted = f" “{title}”" if title else ""
    return f"{entry.actor_name} {VERBS[entry.verb].reads} {NOUNS.get(entry.kind, entry.kind)}{number}{quoted}"


NOUNS = {
    "pi": "PI",
    "role": "a role",
    "membership": "a team membership",
    "absence": "an absence",
    "capacity": "a capacity",
    "target": "a feature’s target",
    "comment": "a comment",
    "proposal": "plan",
    "proposal_part": "a team’s part of a draft",
    "scenario": "what if",
}


def presence_message(people: Sequence[Any]) -> bytes:
    """Who is here now."""
    return event("presence", {"people": people})


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "actor": entry.actor_name,
        "user": entry.user_id,
        "verb": entry.verb,
        "sentence": sentence(entry),
        "kind": entry.kind,
        "id": entry.subject_id,
        "before": entry.before,
        "after": entry.after,
        "command": str(entry.command.uuid),
        "fragments": fragments_of(entry),
    }
