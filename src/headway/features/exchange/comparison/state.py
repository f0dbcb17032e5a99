"""What a train holds already, as far as an import needs to know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Key = tuple[str, str]
"""Kind and external identifier."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A thing of the train with its present values by column."""

    id: int
    values: Mapping[str, Any]


@dataclass(kw_only=True)
class State:
    """The things of one train by kind and id, and what earlier imports from the same source said."""

    things: dict[str, dict[int, Stored]]
    imported: dict[Key, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    """Subject and the values of the last import."""
    undone: frozenset[tuple[str, int]] = frozenset()
    """Subjects that are gone because an import was undone, not because somebody removed them."""

    def __post_init__(self) -> None:
        self._natural: dict[tuple[str, tuple[Any, ...]], int] = {}
        self._numbers: dict[str, dict[int, Stored]] = {}

    def of(self, kind: str) -> Iterable[Stored]:
        """All things of a kind."""
        return self.things.get(kind, {}).values()

    def get(self, kind: str, subject_id: int) -> Stored | None:
        """One thing, if it is still there."""
        return self.things.get(kind, {}).get(subject_id)

    def find(self, kind: str, *natural: Any) -> Stored | None:
        """The thing that has this natural key (the name of a team, a feature and its PI)."""
        if not self._natural:
            self._index()
        found = self._natural.get((kind, natural))
        return None if found is None else self.get(kind, found)

    def numbered(self, kind: str, number: int) -> Stored | None:
        """The feature or story with this number."""
        if kind not in self._numbers:
            self._numbers[kind] = {thing.values["number"]: thing for thing in self.of(kind)}
        return self._numbers[kind].get(number)

    def _index(self) -> None:
        for kind, columns in NATURAL.items():
            for thing in self.of(kind):
                key = tuple(natural_part(thing.values[column]) for column in columns)
                self._natural.setdefault((kind, key), thing.id)


NATURAL: Mapping[str, tuple[str, ...]] = {
    "team": ("name",),
    "pi": ("name",),
    "iteration": ("pi_id", "name"),
    "milestone": ("pi_id", "name"),
    "theme": ("name",),
    "feature": ("source", "external_id"),
    "story": ("source", "external_id"),
    "target": ("feature_id", "pi_id"),
    "dependency": ("source", "external_id"),
}
"""Columns by which a thing is known that no import has brought."""


def natural_part(value: Any) -> Any:
    """Names are compared without regard to case."""
    return value.casefold() if isinstance(value, str) else value
