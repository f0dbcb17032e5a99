"""Tables out again as CSV, in which no cell can act as a formula. Pure."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

Cell = str | int | float | bool | date | datetime | None

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings by which spreadsheet programs take a text for a formula (their full-width forms too)."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A list with headings, ready to be written."""

    name: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def defused(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet program would run it as a formula."""
    return f"'{text}" if text.startswith(_ACTIVE) else text


def csv_of(sheet: Sheet) -> bytes:
    """The sheet as CSV in UTF-8 with the mark by which Excel knows it."""
    target = StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([defused(heading) for heading in sheet.headings])
    writer.writerows([_csv_cell(cell) for cell in row] for row in sheet.rows)
    return target.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return defused(cell) if isinstance(cell, str) else str(cell)
