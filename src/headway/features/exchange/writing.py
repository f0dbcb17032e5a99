"""Tables out again: CSV and Excel, in which no cell can act as a formula. Pure."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Cell = str | int | float | bool | date | datetime | None

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings by which spreadsheet programs take a text for a formula (their full-width forms too)."""
_WORKBOOK_CELL = 32_767


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


def workbook_of(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as an Excel workbook; texts are stored as texts, so that none is calculated."""
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name[:31])
        page.freeze_panes = "A2"
        page.append([_heading(page, heading) for heading in sheet.headings])
        for row in sheet.rows:
            page.append([_workbook_cell(page, cell) for cell in row])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


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


def _heading(page: WriteOnlyWorksheet, text: str) -> object:
    cell = WriteOnlyCell(page, value=text)
    cell.font = Font(bold=True)
    return cell


def _workbook_cell(page: WriteOnlyWorksheet, cell: Cell) -> object:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)[:_WORKBOOK_CELL]
    made = WriteOnlyCell(page, value=text)
    # openpyxl would take a text that begins with "=" for a formula.
    made.data_type = "s"
    return made
