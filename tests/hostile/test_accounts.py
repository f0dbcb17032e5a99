"""Accounts: addresses nobody has proven, accounts that are closed, tokens that may do less."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client

from headway.features.accounts.actions import make_token
from headway.features.people import actions as people
from headway.store.models import Person, Train, User
from headway.store.portraits import snapshot
from tests.cast import Cast
from tests.hostile.conftest import Stage
from tests.hostile.nasty import Nasty
from tests.hostile.test_fuzz_api import calls

As = Callable[[str], Client]


@pytest.mark.parametrize("action", ["action_add", "action_primary"])
def test_nobody_gives_their_account_somebody_elses_address(action: str, as_: As, cast: Cast, train: Train) -> None:
    client = as_("otto")
    client.post("/accounts/email/", {"action_add": "", "email": "boss@example.org"})
    client.post("/accounts/email/", {action: "", "email": "boss@example.org"})
    assert User.objects.filter(email="boss@example.org").count() == 0
    people.add_person(cast.rosa, name="The boss", email="boss@example.org", roles=["rte"])
    assert Person.objects.get(train=train, email="boss@example.org").user_id is None
    assert client.get("/trains/orion/board").status_code == 404


def test_a_closed_account_is_out_at_once(as_: As, cast: Cast) -> None:
    client = as_("tess")
    _, secret = make_token(cast.user("tess"), name="script", scopes=["read", "work", "train"])
    bearer = {"Authorization": f"Bearer {secret}"}
    assert client.get("/trains/orion/journal").status_code == 200
    assert Client().get("/api/v1/trains/orion/stories", headers=bearer).status_code == 200
    User.objects.filter(pk=cast.user("tess").pk).update(is_active=False)
    assert client.get("/trains/orion/journal").status_code == 302
    assert client.get("/api/v1/trains/orion/stories").status_code == 401
    assert Client().get("/api/v1/trains/orion/stories", headers=bearer).status_code == 401


def test_signing_in_makes_a_new_session(cast: Cast) -> None:
    user = cast.user("tess")
    user.set_password("a long enough phrase for tests")
    user.save()
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["headway_session"] = planted = session.session_key
    client.post("/accounts/login/", {"login": user.email, "password": "a long enough phrase for tests"})
    assert client.cookies["headway_session"].value != planted
    assert client.get("/trains/orion/journal").status_code == 200


@pytest.mark.parametrize(
    ("name", "scopes"), [("rosa", ["read"]), ("tess", ["read"]), ("vera", ["read", "work", "train"])]
)
def test_who_may_only_read_changes_nothing_whatever_they_send(name: str, scopes: list[str], stage: Stage) -> None:
    user = User.objects.get(email=f"{name}@example.org")
    _, secret = make_token(user, name="script", scopes=scopes)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    before = [snapshot(stage.train), snapshot(stage.other)]
    wrote = []
    for call in calls(Nasty(f"read {name}", stage.ids), tries=2):
        if call[0] != "GET":
            client.generic(call[0], call[1], call[3], content_type=call[2])
            wrote += [call] if Train.objects.get(pk=stage.train.pk).seq != stage.train.seq else []
    assert wrote == []
    assert [snapshot(stage.train), snapshot(stage.other)] == before


def test_a_token_for_one_train_opens_no_other(stage: Stage) -> None:
    user = User.objects.get(email="rosa@example.org")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    _, secret = make_token(user, name="script", scopes=["read", "work", "train"], train=stage.train)
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    assert client.get("/api/v1/trains/orion/stories").status_code == 200
    assert client.get("/api/v1/trains/vega/stories").status_code == 404
    document = client.get("/api/v1/trains/orion/export").content
    files = {"file": BytesIO(document), "slug": "copy"}
    assert client.post("/api/v1/train-imports", files).status_code == 403
    assert client.post("/api/v1/trains", {"name": "Copy"}, content_type="application/json").status_code == 403
