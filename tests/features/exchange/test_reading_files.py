"""From bytes to rows: what people really export, and what somebody hostile would send."""

import csv
from contextlib import suppress
from datetime import date, datetime, time
from io import StringIO
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.engine.errors import Invalid
from headway.features.exchange.reading import Limits, read_table
from tests.features.exchange.files import with_part, workbook_of


def cells(data: bytes, name: str = "work.csv") -> list[tuple[str, ...]]:
    table = read_table(name, data)
    return [table.headings, *(row.cells for row in table.rows)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_in_the_unicode_encodings_trackers_write(encoding: str) -> None:
    assert cells("Ключ,Тема\n1,Прокат лыж\n".encode(encoding)) == [("Ключ", "Тема"), ("1", "Прокат лыж")]


def test_an_old_spreadsheet_in_windows_1252_is_read_too() -> None:
    assert cells("Titel;Größe\nTür “A”;3\n".encode("cp1252")) == [("Titel", "Größe"), ("Tür “A”", "3")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_shape_of_the_rows(delimiter: str) -> None:
    text = f'ID{delimiter}Title\n1{delimiter}"One; two, three"\n2{delimiter}Four\n'
    assert cells(text.encode()) == [("ID", "Title"), ("1", "One; two, three"), ("2", "Four")]


def test_the_delimiter_line_of_a_spreadsheet_program_is_obeyed() -> None:
    assert cells(b"sep=;\r\nID;Title\r\n1;A,B\r\n") == [("ID", "Title"), ("1", "A,B")]


def test_a_cell_may_hold_line_breaks_and_the_row_counts_once() -> None:
    table = read_table("a.csv", b'ID,Text\n1,"first\nsecond\n\nfourth"\n2,plain\n')
    assert [(row.number, row.cells[1]) for row in table.rows] == [
        (2, "first\nsecond\n\nfourth"),
        (3, "plain"),
    ]


def test_short_rows_are_filled_up_and_blank_ones_skipped() -> None:
    assert cells(b"A,B,C\n1\n\n,,\n2,3\n") == [("A", "B", "C"), ("1", "", ""), ("2", "3", "")]


def test_a_row_with_too_many_cells_is_named_and_left_out() -> None:
    table = read_table("a.csv", b"ID,Title\n1,One, and a half\n2,Two\n")
    assert [row.cells for row in table.rows] == [("2", "Two")]
    assert [(p.row, p.value) for p in table.problems] == [(2, " and a half")]
    assert "3 cells" in table.problems[0].message


def test_a_missing_quotation_mark_is_refused_with_its_row() -> None:
    with pytest.raises(Invalid, match=r"Row 3 .*quotation mark"):
        read_table("a.csv", b'ID,Title\n1,One\n2,"Two\n3,Three\n')


@pytest.mark.parametrize("data", [b"", b"   \n\n", b"[]", b'{"items": []}'])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_table("a", data)
    assert refused.value.code == "import.empty"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"ID,Title\n1,\x00\x01\x02binary\n", "import.not_text"),
        (bytes(range(1, 128)) * 10, "import.not_text"),
        (b"ID,Title\n1,\x81\x8d\n", "import.wrong_encoding"),
        (b"\xff\xfeI\x00D", "import.wrong_encoding"),
        (b"%PDF-1.7 ...", "import.unknown_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "import.unknown_format"),
        (b"PK\x03\x04 nothing of the kind", "import.broken_workbook"),
        (b'{"a": ', "import.broken_json"),
        (b"[1, 2]", "import.unknown_json"),
        (b'{"a": [], "b": []}', "import.unknown_json"),
        (b'[{"": 1}]', "import.no_headings"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_table("a", data)
    assert refused.value.code == code


def test_a_million_columns_are_refused_quickly_with_the_bound() -> None:
    data = b",".join(b"c%d" % at for at in range(10**6)) + b"\n" + b",".join([b"1"] * 10**6)
    started = perf_counter()
    with pytest.raises(Invalid, match="1,000,000 columns; Headway reads up to 1,000") as refused:
        read_table("wide.csv", data)
    assert refused.value.code == "import.too_many_columns"
    assert perf_counter() - started < 5


def test_rows_cells_and_bytes_are_bounded() -> None:
    limits = Limits(rows=2, cell=10, bytes=100)
    with pytest.raises(Invalid, match="more than 2 rows"):
        read_table("a.csv", b"ID\n1\n2\n3\n", limits)
    with pytest.raises(Invalid, match="Row 2, column 'ID': the cell holds 11 characters"):
        read_table("a.csv", b"ID\n12345678901\n", limits)
    with pytest.raises(Invalid, match="The file has 101 bytes"):
        read_table("a.csv", b"x" * 101, limits)


def test_a_workbook_gives_the_values_of_its_first_sheet() -> None:
    data = workbook_of(
        ["ID", "Title", "Points", "Due", "Done", None],
        [7, "Lift", 2.5, date(2026, 11, 23), True, None],
        [None, None, None, None, None, None],
        [8, "Hut", 3.0, datetime.combine(date(2026, 11, 24), time(9, 30)), False, None],
    )
    assert cells(data, "work.xlsx") == [
        ("ID", "Title", "Points", "Due", "Done"),
        ("7", "Lift", "2.5", "2026-11-23", "true"),
        ("8", "Hut", "3", "2026-11-24 09:30:00", "false"),
    ]


def test_a_formula_without_a_stored_value_costs_its_row_only() -> None:
    table = read_table("a.xlsx", workbook_of(["ID", "Points"], [1, "=1+1"], [2, 3]))
    assert [row.cells for row in table.rows] == [("2", "3")]
    assert [(p.row, p.column, p.value) for p in table.problems] == [(2, "Points", "=1+1")]
    assert "Cell B2 holds a formula" in table.problems[0].message


def test_a_workbook_that_unpacks_to_far_more_than_it_is_never_gets_opened() -> None:
    bomb = with_part(workbook_of(["ID"], [1]), "xl/worksheets/sheet1.xml", b" " * 50_000_000)
    with pytest.raises(Invalid) as refused:
        read_table("bomb.xlsx", bomb)
    assert refused.value.code == "import.packed_bomb"


def test_a_workbook_of_too_many_parts_is_refused() -> None:
    data = workbook_of(["ID"], [1])
    with pytest.raises(Invalid) as refused:
        read_table("a.xlsx", data, Limits(parts=3))
    assert refused.value.code == "import.packed_bomb"


def test_links_to_other_workbooks_and_declared_entities_are_refused() -> None:
    plain = workbook_of(["ID"], [1])
    with pytest.raises(Invalid) as refused:
        read_table("a.xlsx", with_part(plain, "xl/externalLinks/externalLink1.xml", b"<a/>"))
    assert refused.value.code == "import.external_links"
    laughs = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet>&b;</worksheet>'
    with pytest.raises(Invalid) as refused:
        read_table("a.xlsx", with_part(plain, "xl/worksheets/sheet1.xml", laughs))
    assert refused.value.code == "import.hostile_workbook"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_damaged_workbook_is_refused_in_words(part: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_table("a.xlsx", with_part(workbook_of(["ID"], [1]), part, b"<not xml"))
    assert refused.value.code == "import.broken_workbook"


def test_a_sheet_that_claims_to_be_huge_is_read_for_what_it_holds() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>ID</t></is></c></row>'
        b'<row r="2"><c r="A2"><v>5</v></c></row>'
        b'<row r="1048576"><c r="A1048576"><v>6</v></c></row></sheetData></worksheet>'
    )
    data = with_part(workbook_of(["ID"], [1]), "xl/worksheets/sheet1.xml", sheet)
    assert cells(data, "a.xlsx") == [("ID",), ("5",)]


def test_json_objects_become_dotted_columns_and_lists_lines() -> None:
    data = (
        b'[{"title": "A", "sprint": {"title": "S1", "duration": 14}, "labels": ["x", "y"]}, {"title": "B", "ok": true}]'
    )
    assert cells(data, "a.json") == [
        ("title", "sprint.title", "sprint.duration", "labels", "ok"),
        ("A", "S1", "14", "x\ny", ""),
        ("B", "", "", "", "true"),
    ]


def test_json_nested_beyond_reason_is_refused() -> None:
    deep = b'[{"a":' * 1 + b'{"a":' * 20 + b"1" + b"}" * 20 + b"}]"
    with pytest.raises(Invalid) as refused:
        read_table("a.json", deep)
    assert refused.value.code == "import.too_deep"
    with pytest.raises(Invalid) as refused:
        read_table("a.json", b"[" * 100_000)
    assert refused.value.code == "import.broken_json"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text('ab,;"\n \t|é', max_size=8), min_size=3, max_size=3), min_size=1, max_size=6))
def test_whatever_a_spreadsheet_writes_as_csv_comes_back_as_it_was(rows: list[list[str]]) -> None:
    target = StringIO(newline="")
    csv.writer(target).writerows([["ID", "Title", "Text"], *rows])
    expected = [tuple(row) for row in rows if any(cell.strip() for cell in row)]
    found = [row.cells for row in read_table("a.csv", target.getvalue().encode()).rows]
    assert found == expected


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(data: bytes) -> None:
    with suppress(Invalid):
        read_table("a", data)
