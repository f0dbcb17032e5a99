"""Tables out again as Excel workbooks, in which no cell can act as a formula. Pure.

Import it where a workbook is written, not before: with its library come arrays, which no web process needs to hold.
"""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from .writing import Cell, Sheet

_LONGEST_CELL = 32_767


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
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)[:_LONGEST_CELL]
    made = WriteOnlyCell(page, value=text)
    # openpyxl would take a text that begins with "=" for a formula.
    made.data_type = "s"
    return made
