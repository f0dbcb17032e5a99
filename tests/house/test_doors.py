"""What every address promises: who gets in, what strangers see, and which headers go out."""

import re
from collections.abc import Callable, Iterator
from http.cookies import Morsel

import pytest
from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings

from headway.api.auth import BrowserSession, PersonalToken
from headway.store.change import change
from headway.store.models import Recorded, Team, Train
from headway.store.portraits import recorded_models, snapshot
from tests.builders import PASSWORD, build_train, root
from tests.cast import Cast
from tests.house.addresses import Address, addresses, filled, operations
from tests.house.full_train import fill

As = Callable[[str], Client]
UNSAFE = ("post", "put", "patch", "delete")
SIGN_IN = ("/accounts/login/", "/accounts/reauthenticate/")

OPEN = {
    "accounts/login/": "where one signs in",
    "accounts/logout/": "where one signs out",
    "accounts/signup/": "says that accounts are made by invitation",
    "accounts/inactive/": "says that the account is locked",
    "accounts/login/code/confirm/": "a step of signing in",
    "accounts/confirm-email/": "a step of confirming an address",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": "a step of confirming an address",
    "accounts/password/reset/": "for those who forgot their password",
    "accounts/password/reset/done/": "for those who forgot their password",
    "accounts/password/reset/key/done/": "for those who forgot their password",
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "for those who forgot their password",
    "api/v1/": "says where the API is described",
    "api/v1/openapi.json": "the description of the API; it holds nobody's data",
    "health": "for load balancers; it holds nobody's data",
}
"""Every address that somebody signed out may open, and why."""

HEADERS = {
    "Content-Security-Policy": (
        "base-uri 'self'; connect-src 'self'; default-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "img-src 'self' data:; object-src 'none'; script-src 'self'; style-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def in_trains() -> list[Address]:
    return [each for each in addresses() if each.in_a_train]


def ask(client: Client, method: str, path: str) -> HttpResponse:
    """Send a request; an unsafe one carries an empty JSON object."""
    if method == "get":
        return client.get(path)
    return client.generic(method.upper(), path, b"{}", content_type="application/json")


def security_of(response: HttpResponse) -> dict[str, str]:
    found = {name: response.headers.get(name, "") for name in HEADERS}
    policy = found["Content-Security-Policy"]
    found["Content-Security-Policy"] = "; ".join(sorted(part.strip() for part in policy.split(";")))
    return found


def test_somebody_signed_out_gets_nowhere_but_where_one_signs_in(cast: Cast) -> None:
    client = Client()
    let_in = []
    for address in addresses():
        for method in ("get", *UNSAFE) if address.route not in OPEN else ():
            answer = ask(client, method, address.path())
            sent_to = answer.headers.get("Location", "").split("?")[0]
            if answer.status_code not in (401, 405) and sent_to not in SIGN_IN:
                let_in.append((method, address.route, answer.status_code))
    assert let_in == []


def test_the_list_of_open_addresses_holds_nothing_that_is_gone() -> None:
    assert set(OPEN) - {each.route for each in addresses()} == set()


def test_an_outsider_finds_nothing_of_the_train(as_: As) -> None:
    client = as_("otto")
    found = []
    for address in in_trains():
        for method in ("get", *UNSAFE):
            answer = ask(client, method, address.path())
            if answer.status_code not in (404, 405) or b"Orion" in answer.content:
                found.append((method, address.route, answer.status_code))
    assert found == []


def test_a_foreign_train_looks_as_if_it_were_not_there(as_: As) -> None:
    client = as_("otto")
    told = []
    for address in in_trains():
        foreign, absent = client.get(address.path()), client.get(address.path("nowhere"))
        if foreign.status_code != absent.status_code or bare(foreign, "orion") != bare(absent, "nowhere"):
            told.append(address.route)
    assert told == []


def bare(answer: HttpResponse, slug: str) -> str:
    """What an answer says, without the address that was asked for and without one-time tokens."""
    return re.sub(r"\b[A-Za-z0-9]{64}\b", "", answer.content.decode()).replace(slug, "")


def test_every_operation_asks_for_a_token_or_a_browser_session() -> None:
    doors = {
        (method, route): [type(each) for each in operation.auth_callbacks] for method, route, operation in operations()
    }
    assert [each for each, callbacks in doors.items() if callbacks != [PersonalToken, BrowserSession]] == []


def test_an_unsafe_call_with_a_session_but_no_csrf_token_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.user("tess"))
    let_in = [
        (method, route)
        for method, route, _ in operations()
        if method not in ("GET", "HEAD") and ask(client, method, filled(route)).status_code != 403
    ]
    assert let_in == []


def test_a_form_without_its_csrf_token_is_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.user("tess"))
    let_in = [
        (method, address.route)
        for address in addresses()
        for method in UNSAFE
        if not address.in_the_api and ask(client, method, address.path()).status_code not in (403, 405)
    ]
    assert let_in == []


def test_looking_changes_nothing(as_: As, train: Train) -> None:
    fill(train)
    train.refresh_from_db()
    before = (snapshot(train), train.seq)
    for address in in_trains():
        as_("tess").get(address.path())
    train.refresh_from_db()
    assert (snapshot(train), train.seq) == before


def test_every_answer_carries_the_security_headers(as_: As) -> None:
    rosa = as_("rosa")
    lacking = []
    for address in addresses():
        for client in (Client(), rosa):
            answer = client.get(address.path())
            if security_of(answer) != HEADERS or not answer.headers.get("Cache-Control"):
                lacking.append((address.route, security_of(answer), answer.headers.get("Cache-Control")))
    assert lacking == []


def test_no_answer_of_the_house_may_be_kept_by_shared_caches(as_: As) -> None:
    rosa = as_("rosa")
    kept = [
        each.route
        for each in addresses()
        if each.route not in OPEN and "public" in rosa.get(each.path()).headers["Cache-Control"]
    ]
    assert kept == []


@pytest.mark.parametrize("path", ["/static/web/base.css", "/static/nothing.css", "/nowhere", "/trains/orion/nowhere"])
def test_static_files_and_missing_pages_carry_the_security_headers(path: str, as_: As) -> None:
    answer = as_("rosa").get(path)
    answer.close()
    assert security_of(answer) == HEADERS


@override_settings(ROOT_URLCONF="tests.house.broken_urls")
def test_a_broken_page_says_so_plainly_and_carries_the_security_headers(db: None) -> None:
    client = Client(raise_request_exception=False)
    response = client.get("/broken")
    assert response.status_code == 500
    assert security_of(response) == HEADERS
    assert "Nothing was changed" in response.content.decode()
    assert "the secret of the page" not in response.content.decode()


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic dGVzczp4"])
def test_a_wrong_token_is_refused_with_the_security_headers(header: str, cast: Cast) -> None:
    response = Client().get("/api/v1/trains/orion/stories", headers={"Authorization": header})
    assert (response.status_code, security_of(response)) == (401, HEADERS)


def test_cookies_are_kept_from_scripts_and_from_other_sites(cast: Cast) -> None:
    tess = cast.user("tess")
    tess.set_password(PASSWORD)
    tess.save()
    client = Client()
    client.post("/accounts/login/", {"login": tess.email, "password": PASSWORD})
    session: Morsel[str] = client.cookies["headway_session"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert {each["samesite"] for each in client.cookies.values()} == {"Lax"}


@pytest.fixture
def vega(cast: Cast) -> Train:
    """A second train of the same people in which no id and no number occurs in Orion too."""
    orion = Train.objects.get(slug="orion")
    fill(orion)
    _skip_ids()
    train = Train.objects.get(slug=build_train(slug="vega", name="Vega").slug)
    Train.objects.filter(pk=train.pk).update(last_number=5000)
    fill(train)
    for own in (orion, train):
        with change(root(own)) as frame:
            frame.create(Team(slug=f"{own.slug}-own", name="Own"), "team.created")
    train.refresh_from_db()
    return train


def _skip_ids() -> None:
    """Let every table go on from an id of its own, far from those in use."""
    with connection.cursor() as cursor:
        for turn, model in enumerate(apps.get_app_config("store").get_models(), start=1):
            table, start = model._meta.db_table, turn * 10_000
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, start])
            else:
                for each in connection.introspection.get_sequences(cursor, table):
                    name = connection.ops.quote_name(each["name"])
                    cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH {start}")


def marks_of(train: Train, parameter: str) -> list[str]:
    """The ids, numbers or names by which something of the train could be asked for under this parameter."""
    wanted = parameter.removesuffix("_id").removesuffix("_slug")
    models = [each for each in recorded_models().values() if issubclass(each, Recorded)]
    chosen = [each for each in models if each.kind == wanted] or models
    rows = [row for model in chosen for row in model._default_manager.filter(train=train).order_by("pk")[:1]]
    if parameter == "number":
        return [str(row.number) for row in rows if row.kind in ("feature", "story", "dependency")]  # type: ignore[attr-defined]
    if wanted == "team" and not parameter.endswith("_id"):
        return list(Team.objects.filter(train=train, slug__startswith=train.slug).values_list("slug", flat=True))
    return [str(row.pk) for row in rows]


def foreign_paths(address: Address, orion: Train, vega: Train) -> Iterator[str]:
    """The address in Orion with one parameter that belongs to Vega; the others belong to Orion where they can."""
    own = {each: marks[0] for each in address.parameters if (marks := marks_of(orion, each))}
    for parameter in address.parameters:
        for mark in marks_of(vega, parameter):
            yield address.path("orion", **{**own, parameter: mark})


def test_what_belongs_to_another_train_is_not_found_in_this_one(vega: Train, as_: As) -> None:
    orion = Train.objects.get(slug="orion")
    before = (snapshot(vega), vega.seq)
    clients = [as_("tess"), as_("rosa"), as_("paul")]
    found = []
    for path in [path for address in in_trains() for path in foreign_paths(address, orion, vega)]:
        for client in clients:
            plain, partial = client.get(path), client.get(path, headers={"HX-Request": "true"})
            # Without scripts an address of a part of a page leads to the whole page.
            if plain.status_code == 200 or partial.status_code not in (403, 404, 405, 422):
                found.append((path, plain.status_code, partial.status_code))
        for method in UNSAFE:
            ask(clients[0], method, path)
    vega.refresh_from_db()
    assert found == []
    assert (snapshot(vega), vega.seq) == before
