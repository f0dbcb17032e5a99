"""The table every format is read into."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from headway.engine.errors import Invalid

from .limits import Limits


class Severity(StrEnum):
    """What a problem costs: an error leaves its row out, a note does not."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing the file says that Headway cannot take as it stands."""

    row: int | None
    """Row as the spreadsheet numbers it: the headings are row 1. None: the whole file."""
    column: str
    value: str
    message: str
    """What is wrong and the way out, in a sentence."""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, kw_only=True)
class Row:
    """One record; as many cells as the table has headings."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Headings and rows of one file. Headings may repeat: a column is known by its position."""

    file_name: str
    format: str
    """How it was written: ``csv``, ``xlsx`` or ``json``."""
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


def check_headings(headings: Sequence[str], limits: Limits) -> None:
    """Refuse a table without named columns or with more than `limits.columns` of them."""
    if len(headings) > limits.columns:
        raise Invalid(
            f"The file has {len(headings):,} columns; Headway reads up to {limits.columns:,}. "
            "Export only the columns you need.",
            code="import.too_many_columns",
            field="columns",
            value=len(headings),
        )
    if not any(heading.strip() for heading in headings):
        raise Invalid(
            "The first row holds no headings. Put the names of the columns into the first row.",
            code="import.no_headings",
        )


def check_rows(count: int, limits: Limits) -> None:
    """Refuse the first row beyond `limits.rows`."""
    if count > limits.rows:
        raise Invalid(
            f"The file has more than {limits.rows:,} rows. Split it and import one part after the other.",
            code="import.too_many_rows",
            field="rows",
            value=count,
        )


def check_cell(text: str, row: int, column: str, limits: Limits) -> None:
    """Refuse a cell longer than `limits.cell` characters."""
    if len(text) > limits.cell:
        raise Invalid(
            f"Row {row}, column {column!r}: the cell holds {len(text):,} characters; "
            f"Headway reads up to {limits.cell:,}. Shorten it, or leave the column out.",
            code="import.cell_too_long",
            field=column,
            row=row,
        )
