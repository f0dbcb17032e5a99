"""Who may call the API, and what the others are told."""

import json
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from headway.api.root import token_rate
from headway.features.accounts.actions import make_token, withdraw_token
from headway.store.models import Story, Train
from tests.builders import build_story, build_train, iteration
from tests.cast import Cast


def with_token(secret: str) -> Client:
    return Client(headers={"authorization": f"Bearer {secret}"})


def move(client: Client, story: Story, train: Train) -> tuple[int, str]:
    there = iteration(train, 1, 2)
    answer = client.post(
        f"/api/v1/trains/{train.slug}/stories/{story.number}/move",
        json.dumps({"pi": there.pi_id, "iteration": there.pk}),
        content_type="application/json",
    )
    return answer.status_code, answer.json().get("code", "")


def test_a_token_moves_a_story_in_its_owners_name(cast: Cast, train: Train) -> None:
    story = build_story(train)
    _, secret = make_token(cast.user("tess"), name="Script", scopes=["read", "work"])
    assert move(with_token(secret), story, train) == (200, "")
    story.refresh_from_db()
    assert story.iteration == iteration(train, 1, 2)


def test_a_token_without_the_scope_is_refused(cast: Cast, train: Train) -> None:
    story = build_story(train)
    _, secret = make_token(cast.user("tess"), name="Script", scopes=["read"])
    assert move(with_token(secret), story, train) == (403, "forbidden")


def test_a_withdrawn_token_is_unknown(cast: Cast, train: Train) -> None:
    story = build_story(train)
    token, secret = make_token(cast.user("tess"), name="Script", scopes=["work"])
    withdraw_token(cast.user("tess"), token.pk)
    assert move(with_token(secret), story, train) == (401, "token_invalid")


def test_a_token_for_one_train_does_not_open_another(cast: Cast, train: Train) -> None:
    build_train(slug="vega", name="Vega")
    other = Train.objects.get(slug="vega")
    _, secret = make_token(cast.user("tess"), name="Script", scopes=["work"], train=train)
    assert move(with_token(secret), build_story(other), other) == (404, "train_missing")


def test_a_session_without_its_csrf_token_changes_nothing(cast: Cast, train: Train) -> None:
    story = build_story(train)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.user("tess"))
    status, _ = (client.post(f"/api/v1/trains/orion/stories/{story.number}/move").status_code, None)
    assert status == 403
    story.refresh_from_db()
    assert story.iteration is None


def test_nobody_in_particular_gets_a_401(cast: Cast, train: Train, client: Client) -> None:
    assert move(client, build_story(train), train) == (401, "signed_out")


def test_an_outsider_cannot_tell_the_train_exists(as_: Callable[[str], Client], train: Train) -> None:
    assert move(as_("otto"), build_story(train), train) == (404, "train_missing")


def test_a_program_that_calls_too_often_is_told_when_to_come_back(
    cast: Cast, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_rate, "num_requests", 5)
    cache.clear()
    _, secret = make_token(cast.user("vera"), name="Loop", scopes=["read"])
    client = with_token(secret)
    answers = [client.get("/api/v1/trains/orion/board?pi=1") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    cache.clear()


@pytest.mark.parametrize("body", ["", "[]", '{"pi": "x"}', '{"pi": 1, "iteration": -5, "seen": 1e99}', "\x00"])
def test_nonsense_is_answered_with_what_is_wrong(
    cast: Cast, train: Train, as_: Callable[[str], Client], body: str
) -> None:
    story = build_story(train)
    answer = as_("tess").post(
        f"/api/v1/trains/orion/stories/{story.number}/move", body, content_type="application/json"
    )
    assert answer.status_code in (400, 422)
    assert answer["content-type"] == "application/problem+json"
