"""JSON: a list of objects, or an object around one (as GitHub's command line writes projects)."""

from typing import Any

import orjson

from headway.engine.errors import Invalid

from .limits import Limits
from .table import Row, Table, check_cell, check_headings, check_rows

LIST_BREAK = "\n"
"""Between the entries of a list in one cell."""


def read_json(file_name: str, data: bytes, limits: Limits) -> Table:
    """One row per object; an object inside becomes columns with dotted names (``sprint.title``).

    Rows are numbered as a spreadsheet would: the first object is row 2.
    """
    records = _records(_parsed(data))
    check_rows(len(records), limits)
    flat: list[dict[str, str]] = []
    headings: dict[str, None] = {}
    for number, record in enumerate(records, start=2):
        cells: dict[str, str] = {}
        _flatten(record, "", cells, number, limits)
        flat.append(cells)
        headings.update(dict.fromkeys(cells))
        check_headings(tuple(headings) or ("",), limits)
    if not headings:
        raise Invalid("The file holds no rows: its list is empty.", code="import.empty")
    names = tuple(headings)
    rows = tuple(
        Row(number=number, cells=tuple(cells.get(name, "") for name in names))
        for number, cells in enumerate(flat, start=2)
    )
    return Table(file_name=file_name, format="json", headings=names, rows=rows)


def _parsed(data: bytes) -> Any:
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The file is not valid JSON: {error}.", code="import.broken_json") from error


def _records(document: Any) -> list[dict[str, Any]]:
    found = document
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Invalid(
            "The JSON is neither a list of objects nor an object with one such list. "
            'Headway reads files like [{"title": "…"}, …] and those of "gh project item-list --format json".',
            code="import.unknown_json",
        )
    return found


def _flatten(value: dict[str, Any], prefix: str, cells: dict[str, str], number: int, limits: Limits) -> None:
    if prefix.count(".") >= limits.depth:
        raise Invalid(
            f"Row {number}: {prefix!r} nests deeper than {limits.depth} levels.",
            code="import.too_deep",
            row=number,
        )
    for key, entry in value.items():
        name = f"{prefix}{key}"
        if isinstance(entry, dict):
            _flatten(entry, f"{name}.", cells, number, limits)
            continue
        text = _text(entry)
        check_cell(text, number, name, limits)
        cells[name] = text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return LIST_BREAK.join(_entry(entry) for entry in value)
    return str(value).replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _entry(value: Any) -> str:
    """An entry of a list; of an object only its name, which is what labels and milestones carry."""
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("title") or "")
    return orjson.dumps(value).decode() if isinstance(value, list) else _text(value)
