"""Addresses, headers and bodies that nobody's browser would send."""

import logging
from collections.abc import Callable

import pytest
from django.test import Client

from headway.store.models import Train
from tests.cast import Cast

As = Callable[[str], Client]


@pytest.mark.parametrize(
    "query", ["pi=abc", "pi=-1", "pi=99999999999999999999", "page=-1", "page=1e9", "sort=__class__", "sort=-password"]
)
@pytest.mark.parametrize("page", ["board", "board/list", "capacity", "people", "journal", "dependencies"])
def test_a_query_that_makes_no_sense_is_no_reason_to_break(page: str, query: str, as_: As, train: Train) -> None:
    assert as_("vera").get(f"/trains/orion/{page}?{query}").status_code in (200, 404)


@pytest.mark.parametrize("query", ["q=%00", "q=%%0000", "team=%00&role=%00&search=%00", "text=a%00b"])
def test_null_characters_in_a_query_count_for_nothing(query: str, as_: As, train: Train) -> None:
    client = as_("vera")
    assert [
        client.get(f"/trains/orion/{page}?{query}").status_code
        for page in ("people", "journal", "dependencies", "search")
    ] == [200] * 4


def test_null_characters_in_a_path_lead_nowhere(as_: As, train: Train) -> None:
    client = as_("vera")
    assert client.get("/api/v1/trains/ori%00on/stories").status_code == 404
    assert client.get("/api/v1/trains/orion/teams/kes%00trel").status_code == 404


def test_a_line_break_in_an_address_starts_no_line_of_the_log(
    client: Client, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="headway.requests"):
        client.get("/nowhere%0A2026-01-01 ERROR headway: all is lost")
    [line] = [each.getMessage() for each in caplog.records if each.name == "headway.requests"]
    assert "\n" not in line


def test_a_secret_in_a_query_is_not_logged(client: Client, db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get("/health?token=hw_verysecret", headers={"Authorization": "Bearer hw_verysecret"})
    assert "verysecret" not in caplog.text


def test_a_foreign_host_is_refused(client: Client, db: None) -> None:
    assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_to_another_site(there: str, as_: As, cast: Cast) -> None:
    client = as_("tess")
    away = [
        client.post("/account/theme", {"theme": "dark"}, headers={"referer": there}),
        client.post("/trains/orion/undo", headers={"referer": there}),
        client.get("/accounts/login/", {"next": there}),
    ]
    assert [answer for answer in away if answer.headers.get("Location", "/").startswith(there)] == []
