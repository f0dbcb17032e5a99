"""Who is on a train's pages now, and which card they hold."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

PROCESS = uuid4().hex
"""This process among its siblings on PostgreSQL."""

FORGET_AFTER = 45.0
"""Seconds after which what another process said is no longer believed."""


@dataclass(kw_only=True)
class Presence:
    """The people on one train, as this process and its siblings know them."""

    connected: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    doing: dict[int, dict[str, Any]] = field(default_factory=dict)
    elsewhere: dict[str, tuple[float, list[dict[str, Any]]]] = field(default_factory=dict)
    changed: bool = False

    def arrive(self, person_id: int, name: str) -> None:
        """A page of this person opened its stream."""
        self.connected[person_id] = self.connected.get(person_id, 0) + 1
        self.names[person_id] = name
        self.changed = True

    def leave(self, person_id: int) -> None:
        """A stream of this person ended."""
        left = self.connected.get(person_id, 0) - 1
        if left > 0:
            self.connected[person_id] = left
        else:
            self.connected.pop(person_id, None)
            self.doing.pop(person_id, None)
        self.changed = True

    def tell(self, person_id: int, name: str, page: str, holding: str) -> None:
        """The person looks at ``page`` and holds a card (``story:12``) or nothing."""
        self.names[person_id] = name
        self.doing[person_id] = {"page": page, "holding": holding}
        self.changed = True

    def hear(self, process: str, people: list[dict[str, Any]]) -> None:
        """Another process told who is connected to it."""
        self.elsewhere[process] = (monotonic(), people)
        self.changed = True

    def here(self) -> list[dict[str, Any]]:
        """Who is connected to this process."""
        people = self.connected.keys() | self.doing.keys()
        return [
            {"id": each, "name": self.names[each], "on": each in self.connected, **self.doing.get(each, {})}
            for each in sorted(people)
        ]

    def everybody(self) -> list[dict[str, Any]]:
        """Who is here, a person once however many pages and processes they use."""
        now = monotonic()
        merged: dict[int, dict[str, Any]] = {}
        lists = [people for at, people in self.elsewhere.values() if now - at < FORGET_AFTER]
        for each in [person for people in [*lists, self.here()] for person in people]:
            known = merged.setdefault(each["id"], {"on": False, "page": "", "holding": ""})
            on = known["on"] or each["on"]
            known.update(each)
            known["on"] = on
        return [
            {
                "id": each["id"],
                "name": each["name"],
                "initials": initials(each["name"]),
                "page": each["page"],
                "holding": each["holding"],
            }
            for each in merged.values()
            if each["on"]
        ]


def initials(name: str) -> str:
    """Two letters for a name: the first of the first and of the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
