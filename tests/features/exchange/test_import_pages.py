"""The import pages: upload, columns, dry run, result."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from headway.features.exchange import uploads
from headway.features.exchange.policies import UPLOADS_PER_PERSON
from headway.store.models import Entry, ImportRun, Story, Train
from tests.cast import Cast
from tests.features.exchange.files import csv_of
from tests.features.exchange.test_importing_work import FILE, azure

As = Callable[[str], Client]
IMPORT = "/trains/orion/import"


def send(client: Client, data: bytes, name: str = "work.csv") -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})


def told(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_known_export_goes_from_upload_to_dry_run_to_result(as_: As, train: Train) -> None:
    client = as_("rosa")
    sent = send(client, azure(*FILE))
    assert sent.status_code == 302
    check = client.get(sent.url)
    assert check.status_code == 200
    assert "Azure DevOps work items" in told(check)
    assert "Nothing has happened yet: 10 things would be created, 0 changed." in told(check)
    assert Story.objects.count() == 0
    done = client.post(f"{sent.url}/run", {"command_id": "11111111-1111-4111-8111-111111111111"})
    run = ImportRun.objects.get()
    assert done.url == f"/trains/orion/import/runs/{run.pk}"
    assert "brought in by Rosa Lind" in told(client.get(done.url))
    assert Story.objects.count() == 2
    assert client.get(sent.url).status_code == 404


def test_an_unknown_table_asks_what_its_columns_mean(as_: As, train: Train) -> None:
    client = as_("rosa")
    sent = send(client, csv_of("Wish,Crew,Worth", "Draw the map,Falcon,3", "Print it,Falcon,lots"))
    assert sent.url.endswith("/columns")
    page = client.get(sent.url)
    assert "These headings are not known." in told(page)
    nothing = client.post(sent.url, {"epics": "auto"})
    assert nothing.status_code == 422
    assert "No column is marked as the title." in told(nothing)
    chosen = {"epics": "auto", "column_0": "title", "column_1": "team", "column_2": "points", "source": "wishes"}
    answer = client.post(sent.url, chosen)
    check = client.get(answer.url)
    assert "'lots' is no number of points." in check.content.decode().replace("&#x27;", "'")
    client.post(f"{answer.url}/run")
    assert [(story.title, story.points, story.source) for story in Story.objects.all()] == [
        ("Draw the map", 3, "wishes")
    ]


def test_the_dry_run_can_be_filtered_and_shows_what_is_kept(as_: As, cast: Cast, train: Train) -> None:
    client = as_("rosa")
    sent = send(client, azure(*FILE))
    created = client.get(f"{sent.url}?show=created")
    assert created.status_code == 200
    assert "Draw the map" in told(created)
    assert "Draw the map" not in told(client.get(f"{sent.url}?show=changed"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "The file is a PDF."),
        (b'{"a": 1}', "neither a list of objects"),
        (b",".join(b"c%d" % at for at in range(2000)), "2,000 columns"),
    ],
)
def test_a_hopeless_file_is_refused_at_the_field_and_nothing_is_kept(
    as_: As, train: Train, data: bytes, sentence: str
) -> None:
    answer = send(as_("rosa"), data)
    assert answer.status_code == 422
    assert sentence in told(answer)


@pytest.mark.parametrize("name", ["bea", "ansel", "tess", "mika", "vera"])
def test_others_see_why_they_cannot_import_and_their_upload_is_refused(as_: As, train: Train, name: str) -> None:
    client = as_(name)
    assert "this is for Release Train Engineer or Product Manager" in told(client.get(IMPORT))
    assert send(client, azure(*FILE)).status_code == 403


def test_a_stranger_finds_no_such_train(as_: As, train: Train) -> None:
    assert as_("otto").get(IMPORT).status_code == 404
    assert send(as_("otto"), azure(*FILE)).status_code == 404


def test_an_upload_belongs_to_the_person_who_made_it(as_: As, train: Train) -> None:
    sent = send(as_("rosa"), azure(*FILE))
    for address in (sent.url, f"{sent.url}/columns"):
        assert as_("paul").get(address).status_code == 404
    assert as_("paul").post(f"{sent.url}/run").status_code == 404


def test_a_discarded_upload_is_gone(as_: As, train: Train) -> None:
    client = as_("rosa")
    sent = send(client, azure(*FILE))
    before = Entry.objects.count()
    assert client.post(f"{sent.url}/discard").status_code == 302
    assert client.get(sent.url).status_code == 404
    assert Entry.objects.count() == before


def test_only_the_newest_uploads_of_a_person_are_kept(cast: Cast, train: Train) -> None:
    made = [uploads.keep(cast.rosa, "../../etc/passwd", b"ID,Title\n1,One\n") for _ in range(UPLOADS_PER_PERSON + 2)]
    assert uploads.fetch(cast.rosa, made[-1]).file_name == "passwd"
    there = list(uploads._folder(cast.rosa).glob("*.bin"))
    assert len(there) == UPLOADS_PER_PERSON


def test_a_cell_that_carries_markup_is_shown_as_text(as_: As, train: Train) -> None:
    client = as_("rosa")
    sent = send(client, csv_of("Title,Points", '<script>alert(1)</script>,"<b>"'))
    client.post(sent.url, {"epics": "auto", "column_0": "title", "column_1": "points"})
    page = client.get(sent.url.removesuffix("/columns")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page or "&lt;b&gt;" in page
