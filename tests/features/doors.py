"""Permission rows, stated once an action and tried at every door: the action itself, the API, the page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from headway.engine.errors import Forbidden, Missing
from headway.store.models import Train
from tests.cast import Cast
from tests.features.permissions import Case, Row

Ids = Mapping[str, Any]
YES, NO, UNSEEN = "yes", "no", "unseen"
STATUS = {200: YES, 302: YES, 403: NO, 404: UNSEEN}


@dataclass(frozen=True, kw_only=True)
class Door:
    """One action: who may, how it is called, and its addresses (``{name}`` stands for an id)."""

    allowed: frozenset[str]
    act: Callable[..., object]
    values: Mapping[str, Any] = field(default_factory=dict)
    method: str = "post"
    api: str
    body: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)


def expected(doors: Mapping[str, Door], name: str, outsider: str) -> dict[str, set[str]]:
    """What each door should answer to this person."""
    return {
        key: {UNSEEN} if name == outsider else {YES} if name in door.allowed else {NO} for key, door in doors.items()
    }


def answers(cast: Cast, doors: Mapping[str, Door], name: str, client: Client, ids: Ids) -> dict[str, set[str]]:
    """What each door answers to this person; whatever they change is taken back at once."""
    found: dict[str, set[str]] = {}
    for key, door in doors.items():
        found[key] = {_aside(lambda door=door: _act(cast, door, name, ids))}
        found[key].add(_aside(lambda door=door: _status(_call_api(client, door, ids))))
        if door.page:
            found[key].add(_aside(lambda door=door: _status(client.post(_at(door.page, ids), _filled(door.form, ids)))))
    return found


def rows(doors: Mapping[str, Door], stage: Callable[[Train], Ids]) -> list[Row]:
    """The same as rows for the house's own tests, each on a stage of its own."""

    def prepared(door: Door) -> Callable[[Train], Case]:
        def prepare(train: Train) -> Case:
            ids = stage(train)
            return Case(
                values=_filled(door.values, ids),
                method=door.method.upper(),
                path=_at(door.api, ids),
                body=_filled(door.body, ids),
            )

        return prepare

    return [Row(name=key, action=door.act, allowed=door.allowed, prepare=prepared(door)) for key, door in doors.items()]


def looks(client: Client, addresses: Iterable[str]) -> set[int]:
    """The statuses of these pages and of the API at the same addresses."""
    roots = ("/trains/orion/", "/api/v1/trains/orion/")
    return {client.get(f"{root}{address}").status_code for root in roots for address in addresses}


def _aside(attempt: Callable[[], str]) -> str:
    with transaction.atomic():
        answer = attempt()
        transaction.set_rollback(True)
    return answer


def _act(cast: Cast, door: Door, name: str, ids: Ids) -> str:
    try:
        door.act(cast.actor(name), **_filled(door.values, ids))
    except Forbidden:
        return NO
    except Missing:
        return UNSEEN
    return YES


def _call_api(client: Client, door: Door, ids: Ids) -> HttpResponse:
    send: Callable[..., HttpResponse] = getattr(client, door.method)
    return send(_at(f"/api/v1/trains/orion{door.api}", ids), _filled(door.body, ids), "application/json")


def _status(response: HttpResponse) -> str:
    return STATUS.get(response.status_code, f"{response.status_code}: {response.content[:300].decode()}")


def _at(address: str, ids: Ids) -> str:
    return address.format(**ids)


def _filled(values: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    return {key: ids[each[1:]] if isinstance(each, str) and each[:1] == "$" else each for key, each in values.items()}
