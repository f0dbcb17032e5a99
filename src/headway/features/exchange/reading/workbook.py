"""Excel workbooks (.xlsx), read for their values only."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from headway.engine.errors import Invalid

from .limits import Limits
from .table import Problem, Row, Table, check_cell, check_headings, check_rows

_CHUNK = 1024 * 1024
_SMALL_PART = 64 * 1024
_BLANK_ROWS = 1_000
_FORMULA = "f"


def read_workbook(file_name: str, data: bytes, limits: Limits) -> Table:
    """The first sheet with content. Formulas are never calculated: the value stored with the file counts.

    A formula without a stored value becomes a problem of its row. Raises `Invalid` for packed bombs, links to
    other workbooks and anything that is no workbook.
    """
    check_archive(data, limits)
    try:
        return _read(file_name, data, limits)
    except (KeyError, ValueError, TypeError, ParseError, InvalidFileException, zipfile.BadZipFile) as error:
        raise Invalid(
            f"The workbook {file_name!r} is damaged and cannot be read. "
            "Open it in a spreadsheet program and save it again as .xlsx.",
            code="import.broken_workbook",
        ) from error


def check_archive(data: bytes, limits: Limits) -> None:
    """Refuse what would unpack to too much, or reach outside the file, before any of it is parsed."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except zipfile.BadZipFile as error:
        raise Invalid(
            "The file is not a readable .xlsx workbook. Save it again as .xlsx or as CSV.",
            code="import.broken_workbook",
        ) from error
    parts = archive.infolist()
    _check_sizes(parts, limits)
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise Invalid("The file is a ZIP archive but no .xlsx workbook.", code="import.broken_workbook")
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise Invalid(
            "The workbook takes values from other workbooks. Import a copy that holds values only.",
            code="import.external_links",
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            _check_no_entities(archive, part)


def _check_sizes(parts: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    if len(parts) > limits.parts:
        raise Invalid(
            f"The workbook is made of {len(parts):,} parts; up to {limits.parts:,} are read.",
            code="import.packed_bomb",
        )
    total = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > _SMALL_PART and part.file_size > limits.packed_ratio * max(part.compress_size, 1)
        for part in parts
    )
    if total > limits.unpacked_bytes or swollen:
        raise Invalid(
            f"The workbook would unpack to {total:,} bytes, far more than its size lets expect, and was not "
            "opened. Save the sheet as CSV and import that.",
            code="import.packed_bomb",
            value=total,
        )
    if any(part.flag_bits & 1 for part in parts):
        raise Invalid("The workbook is encrypted. Save a copy without a password.", code="import.encrypted")


def _check_no_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    tail = b""
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                    raise Invalid(
                        f"The part {part.filename!r} of the workbook declares entities and was not opened.",
                        code="import.hostile_workbook",
                    )
                tail = chunk[-10:]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise Invalid(
            f"The part {part.filename!r} of the workbook is damaged.", code="import.broken_workbook"
        ) from error


def _read(file_name: str, data: bytes, limits: Limits) -> Table:
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    formulas = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            records = _records(sheet, limits)
            first = next(records, None)
            if first is not None:
                unvalued = _unvalued(formulas[sheet.title], limits)
                return _table(file_name, first[1], records, unvalued, limits)
    finally:
        book.close()
        formulas.close()
    raise Invalid("The workbook holds no visible sheet with content.", code="import.empty")


def _table(
    file_name: str,
    headings: tuple[str, ...],
    records: Iterator[tuple[int, tuple[str, ...]]],
    formulas: dict[tuple[int, int], str],
    limits: Limits,
) -> Table:
    width = max((at + 1 for at, heading in enumerate(headings) if heading), default=0)
    names = headings[:width]
    check_headings(names, limits)
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, record in records:
        check_rows(len(rows) + 1, limits)
        cells = (record + ("",) * width)[:width]
        for at, cell in enumerate(cells):
            check_cell(cell, number, names[at], limits)
        unvalued = [at for at, cell in enumerate(cells) if not cell and (number, at) in formulas]
        problems.extend(_no_value(number, names[at], at, formulas[number, at]) for at in unvalued)
        if not unvalued:
            rows.append(Row(number=number, cells=cells))
    return Table(file_name=file_name, format="xlsx", headings=names, rows=tuple(rows), problems=tuple(problems))


def _no_value(number: int, name: str, at: int, formula: str) -> Problem:
    return Problem(
        row=number,
        column=name,
        value=formula[:100],
        message=f"Cell {get_column_letter(at + 1)}{number} holds a formula without a stored value. Headway "
        "does not calculate: open the workbook in a spreadsheet program, save it, or paste the values.",
    )


def _records(sheet: Any, limits: Limits) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Numbered rows with content; ends after a long blank stretch, as a hostile file may hold millions."""
    # The size a sheet claims to have is not to be trusted: openpyxl would pad every row to it.
    sheet.reset_dimensions()
    blank = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if len(values) > limits.columns and any(value is not None for value in values[limits.columns :]):
            check_headings(tuple("x" for _ in values), limits)
        cells = tuple(_text(value) for value in values[: limits.columns])
        blank = 0 if any(cells) else blank + 1
        if blank > _BLANK_ROWS:
            return
        if not blank:
            yield number, cells


def _unvalued(sheet: Any, limits: Limits) -> dict[tuple[int, int], str]:
    """The formula cells of a sheet by row number and column index."""
    sheet.reset_dimensions()
    found: dict[tuple[int, int], str] = {}
    for number, row in enumerate(sheet.iter_rows(max_row=limits.rows + 1), start=1):
        for at, cell in enumerate(row[: limits.columns]):
            if cell.data_type == _FORMULA:
                found[number, at] = str(cell.value)
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\x00", "\N{REPLACEMENT CHARACTER}")
