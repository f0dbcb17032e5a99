"""Comma, semicolon and tab separated text."""

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from headway.engine.errors import Invalid

from .limits import Limits
from .table import Problem, Row, Table, check_cell, check_headings, check_rows
from .text import decode

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_RECORDS = 20
_SAMPLE_CHARACTERS = 200_000


def read_csv(file_name: str, data: bytes, limits: Limits) -> Table:
    """The table in `data`; cells may hold line breaks inside quotes.

    A row with more filled cells than there are headings becomes a problem, because its values stand
    in wrong columns.
    """
    text = decode(data)
    text, delimiter = _hint(text)
    records = _records(text, delimiter or _delimiter(text))
    first, headings = next(records, (0, []))
    if not first:
        raise Invalid("The file is empty. Export it again and make sure it holds rows.", code="import.empty")
    names = tuple(heading.strip() for heading in headings)
    check_headings(names, limits)
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, record in records:
        check_rows(len(rows) + 1, limits)
        cells = _fitted(record, names, number, problems)
        if cells is None:
            continue
        for name, cell in zip(names, cells, strict=True):
            check_cell(cell, number, name, limits)
        rows.append(Row(number=number, cells=cells))
    return Table(file_name=file_name, format="csv", headings=names, rows=tuple(rows), problems=tuple(problems))


def _hint(text: str) -> tuple[str, str]:
    """Spreadsheet programs write the delimiter as a first line of its own: ``sep=;``."""
    line, _, rest = text.partition("\n")
    line = line.rstrip("\r")
    if line.lower().startswith("sep=") and len(line) == 5:
        return rest, line[4]
    return text, ""


def _delimiter(text: str) -> str:
    return max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter))


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """How well the first records agree on a number of columns above one, then how many columns."""
    reader = csv.reader(StringIO(text[:_SAMPLE_CHARACTERS], newline=""), delimiter=delimiter)
    try:
        widths = [len(record) for record in islice(reader, _SAMPLE_RECORDS) if record]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 1
    return sum(width == widths[0] for width in widths), widths[0]


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered records that hold anything at all; a record with line breaks inside counts once."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for record in reader:
            number += 1
            if any(cell.strip() for cell in record):
                yield number, record
    except csv.Error as error:
        raise Invalid(
            f"Row {number + 1} (line {reader.line_num}) cannot be read: {error}. "
            "Usually a quotation mark is missing or stands inside an unquoted cell.",
            code="import.broken_csv",
            row=number + 1,
        ) from error


def _fitted(record: list[str], names: tuple[str, ...], number: int, problems: list[Problem]) -> tuple[str, ...] | None:
    extra = [cell for cell in record[len(names) :] if cell.strip()]
    if extra:
        problems.append(
            Problem(
                row=number,
                column="",
                value=extra[0][:100],
                message=f"The row has {len(record)} cells but there are {len(names)} headings. "
                "Put quotation marks around the cell that holds the delimiter.",
            )
        )
        return None
    padded = record[: len(names)] + [""] * (len(names) - len(record))
    return tuple(padded)
