"""Which column of a table carries which meaning."""

from collections.abc import Collection
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, replace

from headway.engine.errors import Invalid

from ..reading import Row
from .fields import LABELS, Field

MANUAL = "manual"


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Columns by meaning. Columns are positions, because trackers repeat headings."""

    format: str
    """Name of the recognised format, or ``manual``."""
    source: str
    """Where the identifiers come from; identifiers are unique within a source of a train."""
    headings: tuple[str, ...]
    columns: MappingType[Field, tuple[int, ...]]

    def has(self, field: Field) -> bool:
        """Whether any column carries the meaning."""
        return bool(self.columns.get(field))

    def heading(self, field: Field) -> str:
        """The heading to name in messages."""
        found = self.columns.get(field)
        return self.headings[found[0]] if found else LABELS[field]

    def cell(self, row: Row, field: Field) -> str:
        """The first filled cell with this meaning, trimmed; empty when there is none."""
        return next(iter(self.cells(row, field)), "")

    def cells(self, row: Row, field: Field) -> tuple[str, ...]:
        """All filled cells with this meaning, trimmed, in the order of the columns."""
        texts = (row.cells[at].strip() for at in self.columns.get(field, ()))
        return tuple(text for text in texts if text)

    def field_of(self, column: int) -> Field | None:
        """The meaning of the column at a position."""
        return next((field for field, found in self.columns.items() if column in found), None)

    def without(self, fields: Collection[Field]) -> "Mapping":
        """The mapping with the columns of some meanings left unused."""
        return replace(self, columns={field: found for field, found in self.columns.items() if field not in fields})

    def unused(self) -> tuple[str, ...]:
        """Headings that are not taken over, without repetition."""
        used = {column for found in self.columns.values() for column in found}
        return tuple(dict.fromkeys(name for at, name in enumerate(self.headings) if at not in used and name))

    def changed(self, choices: MappingType[int, Field | None]) -> "Mapping":
        """The mapping with some columns given another meaning, or none."""
        columns = {field: tuple(at for at in found if at not in choices) for field, found in self.columns.items()}
        for at, field in choices.items():
            if field is not None:
                columns[field] = (*columns.get(field, ()), at)
        return replace(self, columns={field: tuple(sorted(found)) for field, found in columns.items() if found})

    def check(self) -> None:
        """Raise `Invalid` when rows could not become anything."""
        if not (self.has(Field.TITLE) or self.has(Field.TREE_TITLE) or self.has(Field.PI)):
            raise Invalid(
                "No column is marked as the title. Choose which column holds the title of the work.",
                code="import.no_title",
                field=Field.TITLE,
            )
