"""Lists as CSV and Excel, defused; and the doors of the API."""

import csv
import json
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from headway.features.exchange.lists import LISTS, sheet_of
from headway.features.exchange.workbooks import workbook_of
from headway.features.exchange.writing import Sheet, csv_of
from headway.store.models import Story, Train, User
from tests.builders import build_dependency, build_feature, build_story
from tests.cast import EVERYBODY, Cast
from tests.features.exchange.test_importing_work import FILE, azure

As = Callable[[str], Client]
API = "/api/v1/trains/orion"


def lines_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("attack", ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_text_that_would_run_as_a_formula_is_defused(attack: str) -> None:
    sheet = Sheet(name="S", headings=("Title", "Points"), rows=[(attack, -3.5)])
    assert lines_of(csv_of(sheet)) == [["Title", "Points"], [f"'{attack}", "-3.5"]]
    cell = openpyxl.load_workbook(BytesIO(workbook_of([sheet]))).active["A2"]
    assert (cell.value.strip(), cell.data_type) == (attack.strip(), "s")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5))
def test_no_cell_of_a_csv_begins_like_a_formula_and_the_others_are_whole(texts: list[str]) -> None:
    found = lines_of(csv_of(Sheet(name="S", headings=("A",), rows=[("x", text) for text in texts])))
    for line, text in zip(found[1:], texts, strict=True):
        assert not line[1].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert line[1] in (text, f"'{text}")


@pytest.fixture
def busy(train: Train) -> Train:
    feature = build_feature(train, "=cmd|'/C calc'!A1")
    story = build_story(train, "Show it", feature=feature, points=2.5)
    build_dependency(train, consumer_story=story)
    return train


@pytest.mark.parametrize("name", LISTS)
def test_every_list_comes_as_csv_and_as_excel(as_: As, busy: Train, name: str) -> None:
    client = as_("vera")
    found = client.get(f"{API}/export/{name}.csv")
    assert found.status_code == 200
    assert found["Content-Disposition"] == f'attachment; filename="orion-{name}.csv"'
    rows = lines_of(found.content)
    book = openpyxl.load_workbook(BytesIO(client.get(f"{API}/export/{name}.xlsx").content))
    assert [cell.value for cell in book.active[1]] == rows[0]
    assert book.active.max_row == len(rows) > 1
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_all_lists_come_in_one_workbook(as_: As, busy: Train) -> None:
    book = openpyxl.load_workbook(BytesIO(as_("vera").get(f"{API}/export/all.xlsx").content))
    assert [name.lower() for name in book.sheetnames] == list(LISTS)


@pytest.mark.parametrize("name", ["features", "stories", "dependencies", "teams", "people", "journal"])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    cast: Cast, busy: Train, django_assert_max_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    actor = cast.vera
    for number in range(3):
        build_dependency(
            busy, consumer_story=build_story(busy, f"S{number}", feature=build_feature(busy, f"F{number}"))
        )
    with django_assert_max_num_queries(3):
        sheet_of(actor, name)


def test_unknown_lists_and_endings_are_refused_in_words(as_: As, train: Train) -> None:
    client = as_("vera")
    assert client.get(f"{API}/export/secrets.csv").status_code == 404
    refused = client.get(f"{API}/export/features.pdf")
    assert (refused.status_code, refused.json()["code"]) == (404, "export_missing")
    assert client.get(f"{API}/export/all.csv").status_code == 404


@pytest.mark.parametrize("name", EVERYBODY)
def test_whoever_may_see_the_train_may_export_it(as_: As, train: Train, name: str) -> None:
    expected = 404 if name == "otto" else 200
    client = as_(name)
    for address in (f"{API}/export", f"{API}/export/teams.csv", "/trains/orion/export"):
        assert client.get(address).status_code == expected


def post(client: Client, data: bytes, name: str = "work.csv", **fields: Any) -> Any:
    return client.post(f"{API}/import", {"file": SimpleUploadedFile(name, data), **fields})


def test_the_api_dry_runs_unless_told_otherwise(as_: As, train: Train) -> None:
    client = as_("paul")
    foreseen = post(client, azure(*FILE))
    assert foreseen.status_code == 200
    body = foreseen.json()
    assert (body["dry_run"], body["format"], body["counts"]["story"]) == (True, "azure", {"created": 2})
    assert Story.objects.count() == 0
    done = post(client, azure(*FILE), dry_run="false").json()
    assert done["counts"] == body["counts"]
    assert Story.objects.count() == 2
    assert post(client, azure(*FILE), dry_run="false").json()["steps_in_all"] == 0


def test_the_api_takes_columns_by_heading_and_names_what_it_does_not_know(as_: As, train: Train) -> None:
    client = as_("rosa")
    data = b"Wish,Worth\nDraw the map,3\nPrint it,1000\n"
    columns = json.dumps({"title": "Wish", "points": "worth"})
    body = post(client, data, columns=columns, dry_run="false").json()
    assert [(each["row"], each["column"], each["value"]) for each in body["errors"]] == [(3, "Worth", "1000")]
    assert [story.points for story in Story.objects.all()] == [3]
    for wrong, code in [
        ({"title": "Hope"}, "import.no_column"),
        ({"colour": "Wish"}, "import.no_meaning"),
        (["x"], "import.columns"),
    ]:
        refused = post(client, data, columns=json.dumps(wrong))
        assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.parametrize("name", ["bea", "ansel", "tess", "mika", "vera"])
def test_the_api_refuses_those_who_may_not_import(as_: As, train: Train, name: str) -> None:
    refused = post(as_(name), azure(*FILE))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_a_whole_train_goes_out_and_comes_in_through_the_api(as_: As, busy: Train) -> None:
    keeper = User.objects.create_superuser("ines@example.org", name="Ines Vogel")
    data = as_("rosa").get(f"{API}/export").content
    refused = post(as_("rosa"), data, "orion.json")
    assert (refused.status_code, refused.json()["code"]) == (422, "import.whole_train")
    client = Client()
    client.force_login(keeper)
    twin = {"file": SimpleUploadedFile("orion.json", data), "slug": "orion-2"}
    assert client.post("/api/v1/train-imports", twin).json() == {"slug": "orion-2", "name": "Orion"}
    assert client.get("/api/v1/trains/orion-2/export").status_code == 200
    again = {"file": SimpleUploadedFile("orion.json", data), "slug": "orion-3"}
    assert as_("rosa").post("/api/v1/train-imports", again).status_code == 403


def test_an_import_needs_the_token_of_the_form(cast: Cast, train: Train) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.user("rosa"))
    assert post(client, azure(*FILE)).status_code == 403
    assert client.post("/trains/orion/import", {"file": SimpleUploadedFile("a.csv", azure(*FILE))}).status_code == 403
