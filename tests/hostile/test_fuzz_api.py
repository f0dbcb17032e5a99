"""Every operation of the API, with values nobody should send: never a 500, never a row of another train."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from headway.api.root import api
from headway.store.portraits import snapshot
from tests.hostile.conftest import Stage
from tests.hostile.nasty import BODIES, Nasty

As = Callable[[str], Client]
TRIES = 4
SENTENCES = (b"data-sentence", b"has-error", b'role="alert"')
"""What marks the sentence on a page: of an error page, of a field, of a form."""
CALLERS = ("rosa", "tess", "otto")

Call = tuple[str, str, str, bytes]


def description() -> tuple[dict[str, Any], dict[str, Any]]:
    """The paths and the schemas of the API."""
    told = api.get_openapi_schema()
    return told["paths"], told.get("components", {}).get("schemas", {})


def calls(nasty: Nasty, tries: int = TRIES) -> Iterator[Call]:
    """(method, address, media type, body) for every operation, several times over."""
    paths, schemas = description()
    for path, operations in paths.items():
        for method, operation in operations.items():
            for _ in range(tries):
                yield (method.upper(), address(nasty, path, operation, schemas), *body(nasty, operation, schemas))


def address(nasty: Nasty, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    """The path with its parameters filled in, mostly in our train, and a query."""

    def fill(match: re.Match[str]) -> str:
        if match.group(1) == "slug":
            return quote(encodable(nasty.text()), safe="") if nasty.often(0.05) else "orion"
        if match.group(1) == "team" and nasty.often(0.7):
            return "kestrel"
        return quote(encodable(nasty.for_address()), safe="")

    asked = {
        each["name"]: encodable(str(nasty.of(each["schema"], schemas)))
        for each in operation.get("parameters", [])
        if each["in"] == "query" and nasty.often(0.5)
    }
    return encodable(re.sub(r"\{(\w+)\}", fill, path)) + (f"?{urlencode(asked)}" if asked else "")


def body(nasty: Nasty, operation: dict[str, Any], schemas: dict[str, Any]) -> tuple[str, bytes]:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return "application/octet-stream", b""
    if nasty.often(0.12):
        return "application/json", nasty.one_of(*BODIES)
    value = nasty.of(content["application/json"]["schema"], schemas)
    if isinstance(value, dict):
        value = {name: each for name, each in value.items() if nasty.often(0.7)}
    return "application/json", json.dumps(value).encode()


def encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def faults(client: Client, call: Call, stage: Stage) -> Iterator[str]:
    """What is wrong with the answer; the call is undone afterwards, so that each meets the same train."""
    method, path, media, sent = call
    with transaction.atomic():
        try:
            answer = client.generic(method, path, sent, content_type=media)
            if answer.status_code >= 400:
                yield from poor_refusal(answer)
            elif method != "GET":
                connection.check_constraints()
                if not stage.other_untouched():
                    yield "wrote to the other train"
        except Exception as error:  # noqa: BLE001 - whatever escapes would have been a 500
            yield f"{type(error).__name__}: {str(error)[:200]}"
        transaction.set_rollback(True)


def poor_refusal(answer: HttpResponse) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/problem+json"):
        told = json.loads(answer.content, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
        if not told.get("detail"):
            yield f"{answer.status_code} without a sentence"
    elif not any(mark in answer.content for mark in SENTENCES):
        yield f"{answer.status_code} as {kind} without a sentence"


@pytest.mark.parametrize("name", CALLERS)
def test_no_call_of_the_api_breaks_the_server_or_reaches_another_train(name: str, stage: Stage, as_: As) -> None:
    client = as_(name)
    before = snapshot(stage.other)
    found = {
        f"{call[0]} {call[1][:120]} {call[3][:300]!r}: {fault}"
        for call in calls(Nasty(f"api {name}", stage.ids))
        for fault in faults(client, call, stage)
    }
    assert sorted(found) == []
    assert snapshot(stage.other) == before
