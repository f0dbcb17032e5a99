"""Problems collected while reading rows."""

from ..headings import Field, Mapping
from ..reading import Problem
from ..reading.table import Severity

_SHOWN = 120


class Findings:
    """Collects problems; knows how the file calls its columns."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._found: list[Problem] = []
        self._said: set[tuple[str, str]] = set()
        self.refused: set[int] = set()
        """Rows with an error; nothing of them is taken."""

    def error(self, row: int, field: Field, value: str, message: str) -> None:
        """The row is left out."""
        self.refused.add(row)
        self._add(row, field, value, message, Severity.ERROR)

    def note(self, row: int | None, field: Field, value: str, message: str) -> None:
        """The row is taken without what the note names."""
        self._add(row, field, value, message, Severity.NOTE)

    def note_once(self, row: int, field: Field, value: str, message: str) -> None:
        """A note that is the same for every row with this value."""
        if (field, value) not in self._said:
            self._said.add((field, value))
            self.note(row, field, value, message)

    def all(self) -> tuple[Problem, ...]:
        """Errors first, then by row."""
        return tuple(sorted(self._found, key=lambda each: (each.severity is Severity.NOTE, each.row or 0)))

    def _add(self, row: int | None, field: Field, value: str, message: str, severity: Severity) -> None:
        shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        heading = self._mapping.heading(field)
        self._found.append(Problem(row=row, column=heading, value=shown, message=message, severity=severity))
