"""The whole train as one document. Pure: identifiers are renumbered, so that two exports can be compared."""

from collections.abc import Iterable, Mapping
from typing import Any

FORMAT = "headway-train"
FORMAT_VERSION = 1
HIDDEN: Mapping[str, frozenset[str]] = {"person": frozenset({"user_id"})}
"""Columns that tie things to accounts; they are exported as null, since accounts never leave an installation."""

References = Mapping[str, Mapping[str, str]]
"""Kind → column → the kind it refers to."""


def renumbered(document: dict[str, Any], references: References) -> dict[str, Any]:
    """The document with identifiers counted from 1 by kind, in the order they had.

    Things that are gone but stand in the journal are counted too, so that their history stays together.
    """
    order = _Order(document, references)
    return {
        **document,
        "train": order.portrait("train", document["train"]),
        "things": {
            kind: [order.portrait(kind, portrait) for portrait in portraits]
            for kind, portraits in document["things"].items()
        },
        "commands": order.commands(document["commands"]),
        "journal": [order.entry(entry) for entry in document["journal"]],
        "imported": [order.imported(row) for row in document["imported"]],
    }


class _Order:
    def __init__(self, document: dict[str, Any], references: References) -> None:
        self._references = references
        found: dict[str, set[int]] = {kind: set() for kind in references}
        for kind, portrait in _portraits(document):
            if portrait is None:
                continue
            if "id" in portrait:
                found[kind].add(portrait["id"])
            for column, target in references[kind].items():
                if portrait.get(column) is not None:
                    found[target].add(portrait[column])
        for each in (*document["journal"], *document["imported"]):
            found[each["kind"]].add(each["subject_id"])
        self._numbers = {kind: {old: new for new, old in enumerate(sorted(ids), 1)} for kind, ids in found.items()}
        self._commands = {command["id"]: number for number, command in enumerate(document["commands"], 1)}

    def portrait(self, kind: str, portrait: dict[str, Any] | None) -> dict[str, Any] | None:
        """A portrait with new identifiers."""
        if portrait is None:
            return None
        numbers = dict(portrait)
        if "id" in numbers:
            numbers["id"] = self._numbers[kind][numbers["id"]]
        for column, target in self._references[kind].items():
            if numbers.get(column) is not None:
                numbers[column] = self._numbers[target][numbers[column]]
        for column in HIDDEN.get(kind, frozenset()) & numbers.keys():
            numbers[column] = None
        return numbers

    def entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        """A journal entry with new identifiers."""
        return {
            **entry,
            "subject_id": self._numbers[entry["kind"]][entry["subject_id"]],
            "before": self.portrait(entry["kind"], entry["before"]),
            "after": self.portrait(entry["kind"], entry["after"]),
            "command": self._commands[entry["command"]],
        }

    def commands(self, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The commands with new identifiers."""
        return [
            {
                **command,
                "id": self._commands[command["id"]],
                "undoes": self._commands.get(command["undoes"]),
            }
            for command in commands
        ]

    def imported(self, row: dict[str, Any]) -> dict[str, Any]:
        """What an import remembered, with new identifiers."""
        return {
            **row,
            "subject_id": self._numbers[row["kind"]][row["subject_id"]],
            "values": self.portrait(row["kind"], row["values"]),
        }


def _portraits(document: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any] | None]]:
    yield "train", document["train"]
    for kind, portraits in document["things"].items():
        for portrait in portraits:
            yield kind, portrait
    for entry in document["journal"]:
        yield entry["kind"], entry["before"]
        yield entry["kind"], entry["after"]
    for row in document["imported"]:
        yield row["kind"], row["values"]
