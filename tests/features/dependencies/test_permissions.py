"""Who may do what to a dependency of Kestrel (consumer) on Merlin (provider): action and API."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.features.dependencies import actions
from headway.store.change import ACTIONS
from headway.store.models import Team, Train
from tests.builders import build_dependency, iteration
from tests.cast import Cast
from tests.features.permissions import Case, Row, everybody_for, expected_status, try_action, try_api

CONSUMER = frozenset({"tess", "kim"})
PROVIDER = frozenset({"mika"})
RECORDERS = frozenset({"rosa", "paul", "ansel", "tess", "kim", "mika"})
WORKING = RECORDERS | {"bea"}
EXTERNAL = CONSUMER | {"rosa", "paul"}


def on(state: str, path: str, method: str, /, *, provider: str = "merlin", **body: object) -> Callable[[Train], Case]:
    def prepare(train: Train) -> Case:
        row = build_dependency(train, provider=provider, state=state, needed_by=iteration(train, 1, 3))
        return Case(
            values={"number": row.number, **body},
            method=method,
            path=f"/dependencies/{row.number}{path}",
            body=body,
        )

    return prepare


def committed(provider: str) -> Callable[[Train], Case]:
    def prepare(train: Train) -> Case:
        row = build_dependency(train, provider=provider, state="requested")
        when = iteration(train, 1, 2).pk
        return Case(
            values={"number": row.number, "answer": "commit", "committed_by_id": when},
            method="POST",
            path=f"/dependencies/{row.number}/answer",
            body={"answer": "commit", "committed_by": when},
        )

    return prepare


def recorded(train: Train) -> Case:
    ends = {
        f"{side}_team": Team.objects.get(train=train, slug=slug).pk
        for side, slug in (("consumer", "kestrel"), ("provider", "merlin"))
    }
    return Case(
        values={"needs": "X", **{f"{name}_id": pk for name, pk in ends.items()}},
        method="POST",
        path="/dependencies",
        body={"needs": "X", **ends},
    )


ROWS = [
    Row(name="record", action=actions.create_dependency, allowed=RECORDERS, prepare=recorded),
    Row(
        name="edit",
        action=actions.edit_dependency,
        allowed=RECORDERS,
        prepare=on("identified", "", "PATCH", note="N"),
    ),
    Row(name="remove", action=actions.remove_dependency, allowed=RECORDERS, prepare=on("identified", "", "DELETE")),
    Row(
        name="request",
        action=actions.request_dependency,
        allowed=CONSUMER,
        prepare=on("identified", "/request", "POST"),
    ),
    Row(name="commit", action=actions.answer_dependency, allowed=PROVIDER, prepare=committed("merlin")),
    Row(
        name="commit for an external party",
        action=actions.answer_dependency,
        allowed=EXTERNAL,
        prepare=committed("nordlicht"),
    ),
    Row(
        name="decline",
        action=actions.answer_dependency,
        allowed=PROVIDER,
        prepare=on("requested", "/answer", "POST", answer="decline"),
    ),
    Row(
        name="accept",
        action=actions.accept_dependency,
        allowed=CONSUMER,
        prepare=on("delivered", "/accept", "POST"),
    ),
    Row(
        name="accept from an external party",
        action=actions.accept_dependency,
        allowed=CONSUMER,
        prepare=on("delivered", "/accept", "POST", provider="nordlicht"),
    ),
    Row(
        name="send back",
        action=actions.return_dependency,
        allowed=CONSUMER,
        prepare=on("delivered", "/return", "POST"),
    ),
    Row(name="drop", action=actions.drop_dependency, allowed=CONSUMER, prepare=on("requested", "/drop", "POST")),
    Row(
        name="discuss",
        action=actions.comment_on_dependency,
        allowed=WORKING,
        prepare=on("requested", "/comments", "POST", text="When?"),
    ),
]


@pytest.mark.parametrize(("row", "name"), everybody_for(ROWS), ids=lambda each: getattr(each, "name", each))
def test_the_action_is_for_exactly_these(row: Row, name: str, cast: Cast, train: Train) -> None:
    assert try_action(row, cast, train, name) == (name in row.allowed)


@pytest.mark.parametrize(("row", "name"), everybody_for(ROWS), ids=lambda each: getattr(each, "name", each))
def test_the_api_is_for_exactly_these(row: Row, name: str, train: Train, as_: Callable[[str], Client]) -> None:
    assert try_api(row, as_(name), train, name) == expected_status(row, name)


def test_every_action_on_dependencies_has_a_row() -> None:
    mine = {action for name, action in ACTIONS.items() if name.startswith("dependencies.")}
    assert mine == {row.action for row in ROWS}
