"""Every page and form, with values nobody should send: never a 500, never a row of another train."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from headway.store.portraits import snapshot
from tests.hostile.conftest import Stage
from tests.hostile.nasty import DAYS, UUIDS, Nasty
from tests.hostile.test_fuzz_api import encodable, faults
from tests.house.addresses import Address, addresses

As = Callable[[str], Client]
TRIES = 1
QUERIES = (
    "q",
    "text",
    "pi",
    "page",
    "sort",
    "team",
    "state",
    "health",
    "theme",
    "show",
    "before",
    "user",
    "kind",
    "panel",
)
FIELDS = ("title", "name", "state", "team", "to", "pi", "iteration", "numbers", "answer", "confirm", "text", "points")


class Names(HTMLParser):
    """The names of the fields of all forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("name")
        if tag in ("input", "select", "textarea", "button") and name:
            self.found.add(name)


def pages() -> list[Address]:
    """The pages of a train and of one's account."""
    return [each for each in addresses() if not each.in_the_api and each.of_the_house]


def fields_of(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    names = Names()
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        names.feed(answer.content.decode())
    return sorted(names.found - {"csrfmiddlewaretoken"})


def path_of(nasty: Nasty, address: Address) -> str:
    """The address with nasty parameters of the kinds it takes, so that it is found."""
    values = {}
    for name in address.parameters:
        kind = re.search(rf"<(?:(\w+):)?{name}>", address.route)
        if kind is None or kind.group(1) == "int":
            values[name] = nasty.one_of(*map(str, nasty.ids), "1", "2", "3", "9" * 19, "9" * 30, "9" * 5000)
        elif kind.group(1) != "uuid" and not nasty.often(0.6):
            values[name] = quote(encodable(nasty.for_address()), safe="")
    return address.path(**values)


def value(nasty: Nasty) -> str:
    return encodable(str(nasty.one_of(nasty.text(), nasty.number(), nasty.one_of(*DAYS), nasty.one_of(*UUIDS))))


def tries(client: Client, nasty: Nasty) -> Iterator[tuple[str, str, str, bytes]]:
    for address in pages():
        for _ in range(TRIES):
            path = path_of(nasty, address)
            asked = urlencode({name: value(nasty) for name in QUERIES if nasty.often(0.3)})
            yield "GET", f"{path}?{asked}", "text/plain", b""
            known = fields_of(client, path) if nasty.often(0.5) else []
            sent = urlencode({name: value(nasty) for name in (*known, *FIELDS) if nasty.often(0.6)})
            yield "POST", path, "application/x-www-form-urlencoded", sent.encode()


@pytest.mark.parametrize("name", ["rosa", "tess", "otto"])
def test_no_page_or_form_breaks_or_reaches_another_train(name: str, stage: Stage, as_: As) -> None:
    client = as_(name)
    before = snapshot(stage.other)
    found = {
        f"{call[0]} {call[1][:160]} {call[3][:300]!r}: {fault}"
        for call in tries(client, Nasty(f"pages {name}", stage.ids))
        for fault in faults(client, call, stage)
    }
    assert sorted(found) == []
    assert snapshot(stage.other) == before
