"""Who may import work: stated once, tried by everybody on action and API."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from headway.features.exchange import actions
from headway.features.exchange.headings import recognise
from headway.features.exchange.interpretation import Options, interpret
from headway.features.exchange.reading import read_table
from headway.features.journal.actions import undo_last
from headway.store.models import Increment, Story, Team, Train
from tests.cast import Cast
from tests.features.exchange.test_importing_work import FILE, azure, bring_in
from tests.features.permissions import Case, Row, everybody_for, expected_status, try_action


def small_file(train: Train) -> Case:
    table = read_table("work.csv", azure(*FILE))
    plan = interpret(table, recognise(table.headings), Options(today=date(2026, 11, 22)))
    return Case(values={"plan": plan, "file_name": "work.csv", "digest": "d"}, method="POST", path="/import", body={})


ROWS = [
    Row(
        name="import work from a file",
        action=actions.run_import,
        allowed=frozenset({"rosa", "paul"}),
        prepare=small_file,
    )
]


@pytest.mark.parametrize(("row", "name"), everybody_for(ROWS))
def test_an_import_is_for_those_it_is_for(row: Row, name: str, cast: Cast, train: Train) -> None:
    assert try_action(row, cast, train, name) == (name in row.allowed)


@pytest.mark.parametrize(("row", "name"), everybody_for(ROWS))
def test_the_api_answers_everybody_accordingly(row: Row, name: str, cast: Cast, train: Train) -> None:
    client = Client()
    client.force_login(cast.user(name))
    sent = {"file": SimpleUploadedFile("work.csv", azure(*FILE)), "dry_run": "false"}
    assert client.post("/api/v1/trains/orion/import", sent).status_code == expected_status(row, name)


@pytest.mark.parametrize("name", ["rosa", "paul"])
def test_whoever_imported_can_take_it_back_and_import_again(cast: Cast, train: Train, name: str) -> None:
    actor = cast.actor(name)
    bring_in(actor, azure(*FILE))
    undo_last(actor)
    assert Story.objects.count() == 0
    assert not Team.objects.filter(name="Falcon").exists()
    assert not Increment.objects.filter(name="PI 7").exists()
    bring_in(actor, azure(*FILE))
    assert Story.objects.count() == 2
