"""Files in and out: commands that are none, JSON that never ends, numbers that are none, formulas."""

import json
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client

from headway.store.models import Increment, Story, Train, User
from headway.store.portraits import snapshot
from tests.builders import build_feature, build_story
from tests.cast import Cast
from tests.hostile.conftest import Stage

As = Callable[[str], Client]
CSV = b"Title,Type,Team\nShow the history,Story,Kestrel\n"
API = "/api/v1/trains/orion"


def upload(client: Client, data: bytes, **more: str) -> object:
    file = BytesIO(data)
    file.name = more.pop("name", "work.csv")
    return client.post(f"{API}/import", {"file": file, **more})


@pytest.mark.parametrize("columns", ["[" * 19_000, "{" * 5000, '{"points": 3}', "NaN", '"x"', '{"points": "\\ud800"}'])
def test_columns_that_are_no_columns_are_refused_with_a_sentence(columns: str, as_: As, train: Train) -> None:
    answer = upload(as_("rosa"), CSV, columns=columns, dry_run="false")
    assert (answer.status_code, bool(answer.json()["detail"])) == (422, True)


@pytest.mark.parametrize("name", ["../../../etc/passwd", 'a"b\r\nX-Evil: 1', "x" * 5000, "\x00.csv", "‮gpj.csv", ".."])
def test_the_name_of_a_file_is_only_a_name(name: str, as_: As, train: Train) -> None:
    assert upload(as_("rosa"), CSV, name=name, dry_run="false").status_code in (200, 400, 422)


def test_a_command_that_is_none_is_no_reason_to_break(as_: As, train: Train) -> None:
    client = as_("rosa")
    sent = client.post("/trains/orion/import", {"file": _named("work.csv", CSV)})
    check = sent.headers["Location"].removesuffix("/columns")
    assert client.post(f"{check}/run", {"command_id": "drop table"}).status_code == 302
    assert Story.objects.filter(train=train).count() == 1


def test_an_upload_belongs_to_who_sent_it_and_to_its_train(stage: Stage, as_: As) -> None:
    sent = as_("rosa").post("/trains/orion/import", {"file": _named("work.csv", CSV)})
    check = sent.headers["Location"].removesuffix("/columns")
    assert as_("paul").get(check).status_code == 404
    assert as_("rosa").get(check.replace("orion", "vega")).status_code == 404
    assert as_("rosa").get(f"/trains/orion/import/{uuid4()}").status_code == 404
    as_("paul").post(f"{check}/discard")
    assert as_("rosa").get(check).status_code == 200


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "-1e999", '"x"', "true", "[]", str(10**30)])
def test_a_document_with_a_number_that_is_none_makes_no_train(value: str, as_: As, train: Train) -> None:
    User.objects.filter(email="rosa@example.org").update(is_staff=True)
    build_story(train, points=3.0)
    client = as_("rosa")
    document = client.get(f"{API}/export").content.decode()
    assert '"points": 3.0' in document
    spoilt = document.replace('"points": 3.0', f'"points": {value}').encode()
    answer = client.post("/api/v1/train-imports", {"file": _named("t.json", spoilt), "slug": "copy"})
    assert (answer.status_code, Train.objects.filter(slug="copy").exists()) == (422, False)


@pytest.mark.parametrize("slug", ["../x", "a b", "x" * 60, "\x00", "ÄÖ", "new", ""])
def test_the_address_of_an_imported_train_is_one(slug: str, as_: As, train: Train) -> None:
    User.objects.filter(email="rosa@example.org").update(is_staff=True)
    client = as_("rosa")
    document = client.get(f"{API}/export").content
    answer = client.post("/api/v1/train-imports", {"file": _named("t.json", document), "slug": slug})
    assert answer.status_code in (409, 422)


def test_a_document_with_null_characters_makes_no_train_or_loses_them(as_: As, train: Train) -> None:
    User.objects.filter(email="rosa@example.org").update(is_staff=True)
    build_story(train, "Show the history")
    client = as_("rosa")
    document = client.get(f"{API}/export").content.replace(b"Show the history", b"Show\\u0000the history")
    answer = client.post("/api/v1/train-imports", {"file": _named("t.json", document), "slug": "copy"})
    assert answer.status_code in (200, 422)


def test_no_document_joins_two_trains(stage: Stage, as_: As) -> None:
    User.objects.filter(email="rosa@example.org").update(is_staff=True)
    client = as_("rosa")
    document = json.loads(client.get(f"{API}/export").content)
    before = [snapshot(stage.train), snapshot(stage.other)]
    document["things"]["story"][0]["train_id"] = stage.other.pk
    answer = client.post(
        "/api/v1/train-imports", {"file": _named("t.json", json.dumps(document).encode()), "slug": "c"}
    )
    assert answer.status_code == 422
    assert [snapshot(stage.train), snapshot(stage.other)] == before


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "=cmd|' /C calc'!A0", "＝1+1"])
def test_no_cell_of_an_export_is_a_formula(text: str, as_: As, train: Train) -> None:
    build_feature(train, text, description=text)
    client = as_("vera")
    lines = client.get(f"{API}/export/features.csv").content.decode("utf-8-sig")
    assert f"'{text}" in lines
    book = openpyxl.load_workbook(BytesIO(client.get(f"{API}/export/features.xlsx").content))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def test_a_closed_pi_is_not_changed_by_a_file(as_: As, train: Train) -> None:
    client = as_("rosa")
    pi = Increment.objects.get(train=train)
    head = "ID,Title,Type,Team,Iteration Path\n"
    upload(client, f"{head}7,History,Story,Kestrel,{pi.name}\\I1\n".encode(), dry_run="false", source="tracker")
    Increment.objects.filter(pk=pi.pk).update(state="closed")
    before = list(Story.objects.filter(train=train).values("pi_id", "iteration_id", "team_id", "number"))
    upload(client, f"{head}7,History,Story,Kestrel,{pi.name}\\I3\n".encode(), dry_run="false", source="tracker")
    assert list(Story.objects.filter(train=train).values("pi_id", "iteration_id", "team_id", "number")) == before


def test_a_members_import_is_refused(as_: As, cast: Cast, train: Train) -> None:
    assert upload(as_("tess"), CSV, dry_run="true").status_code == 403
    assert as_("tess").post("/trains/orion/import", {"file": _named("work.csv", CSV)}).status_code == 403


def _named(name: str, data: bytes) -> BytesIO:
    file = BytesIO(data)
    file.name = name
    return file
