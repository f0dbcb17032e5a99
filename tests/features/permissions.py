"""Permission rows: each action is tried by the whole cast, directly and through the API."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from headway.engine.errors import Forbidden
from headway.kit.access import Actor
from headway.store.models import Train
from tests.cast import EVERYBODY, OUTSIDER, Cast


@dataclass(frozen=True, kw_only=True)
class Case:
    """One try: what the action takes, and the same as an API call below ``/api/v1/trains/orion``."""

    values: Mapping[str, Any]
    method: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """Who may carry out an action, out of the whole cast; ``prepare`` sets the stage and says what to try."""

    name: str
    action: Callable[..., Any]
    allowed: frozenset[str]
    prepare: Callable[[Train], Case]


def try_action(row: Row, cast: Cast, train: Train, name: str) -> bool:
    """Whether this person could carry out the action (the outsider is no actor, so cannot even ask)."""
    case = row.prepare(train)
    if name == OUTSIDER:
        return False
    actor: Actor = cast.actor(name)
    try:
        row.action(actor, **case.values)
    except Forbidden:
        return False
    return True


def try_api(row: Row, client: Client, train: Train, name: str) -> int:
    """The HTTP status this person gets."""
    case = row.prepare(train)
    response: HttpResponse = client.generic(
        case.method,
        f"/api/v1/trains/{train.slug}{case.path}",
        data=_json(case.body) if case.method != "DELETE" else "",
        content_type="application/json",
    )
    return response.status_code


def expected_status(row: Row, name: str) -> int:
    """200 for the allowed, 404 for the outsider (who cannot tell that there is a train), 403 for the rest."""
    return 200 if name in row.allowed else 404 if name == OUTSIDER else 403


def everybody_for(rows: list[Row]) -> list[tuple[Row, str]]:
    """Every row with every person."""
    return [(row, name) for row in rows for name in EVERYBODY]


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()
