"""The board's doors: the snapshot, the page, the list, and the cards that travel with the journal."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.features.backlog.actions import move_story
from headway.features.board.fragments import story_cards
from headway.features.board.picture import View
from headway.features.board.queries import board_page, board_rows, pi_shown, stamp
from headway.features.board.words import in_words
from headway.store.change import change
from headway.store.models import Increment, Story, Train
from tests.builders import (
    FIRST_DAY,
    build_dependency,
    build_feature,
    build_increment,
    build_story,
    build_train,
    iteration,
    root,
)
from tests.cast import Cast

As = Callable[[str], Client]


@pytest.fixture
def pi(train: Train) -> Increment:
    return Increment.objects.get(train=train, number=1)


@pytest.fixture
def card(train: Train, pi: Increment) -> Story:
    """A story of Kestrel in I2 of PI 1."""
    feature = build_feature(train, state="planned")
    return build_story(train, feature=feature, pi=pi, iteration=iteration(train, 1, 2), points=5)


def as_objects(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def test_the_snapshot_holds_what_stands_on_the_board(as_: As, train: Train, card: Story) -> None:
    elsewhere = build_story(train, "Not in a PI")
    needed = build_dependency(train, consumer_story=card, provider_story=None)
    board = orjson.loads(as_("vera").get("/api/v1/trains/orion/board?pi=1").content)
    train.refresh_from_db()
    assert board["seq"] == train.seq
    assert board["pi"] == {"id": card.pi_id, "number": 1, "name": "PI 1"}
    assert as_objects(board["stories"]) == [
        {
            "id": card.pk,
            "number": card.number,
            "version": 1,
            "title": card.title,
            "type": "feature",
            "state": "todo",
            "blocked": 0,
            "points": 5.0,
            "feature_id": card.feature_id,
            "team_id": card.team_id,
            "iteration_id": card.iteration_id,
        }
    ]
    assert [row["id"] for row in as_objects(board["dependencies"])] == [needed.pk]
    assert [row["name"] for row in as_objects(board["iterations"])] == ["I1", "I2", "I3", "I4", "I5", "IP"]
    assert elsewhere.pk not in [row["id"] for row in as_objects(board["stories"])]


def test_an_unchanged_board_is_not_sent_twice(as_: As, cast: Cast, card: Story) -> None:
    client = as_("tess")
    tag = client.get("/api/v1/trains/orion/board?pi=1")["ETag"]
    again = client.get("/api/v1/trains/orion/board?pi=1", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    move_story(cast.tess, number=card.number, pi_id=card.pi_id, iteration_id=None)
    assert client.get("/api/v1/trains/orion/board?pi=1", headers={"If-None-Match": tag}).status_code == 200


def test_a_strangers_board_is_not_there(as_: As, card: Story) -> None:
    assert as_("otto").get("/api/v1/trains/orion/board").status_code == 404
    assert as_("otto").get("/trains/orion/board").status_code == 404
    assert Client().get("/api/v1/trains/orion/board").status_code == 401


@pytest.mark.parametrize("number", ["99", "-1", "1e9", "40000"])
def test_a_pi_that_is_not_there_is_missing_or_refused(as_: As, card: Story, number: str) -> None:
    assert as_("tess").get(f"/api/v1/trains/orion/board?pi={number}").status_code in (404, 422)


def test_no_card_of_another_train_is_on_the_board(as_: As, card: Story) -> None:
    build_train("vega", "Vega")
    vega = Train.objects.get(slug="vega")
    build_story(vega, "Secret of Vega", pi=Increment.objects.get(train=vega), iteration=iteration(vega, 1, 1))
    assert b"Secret of Vega" not in as_("tess").get("/trains/orion/board?pi=1").content
    assert b"Secret of Vega" not in as_("tess").get("/api/v1/trains/orion/board?pi=1").content


def test_everybody_gets_the_same_table_and_only_members_may_drag(as_: As, train: Train, card: Story) -> None:
    pages = {name: as_(name).get("/trains/orion/board?pi=1").content.decode() for name in ("tess", "rosa", "vera")}
    tables = {page[page.index("<table") : page.index("</table>")] for page in pages.values()}
    assert len(tables) == 1
    mine = {name: page.split('data-my-teams="')[1].split('"')[0] for name, page in pages.items()}
    assert mine == {"tess": f"[{card.team_id}]", "rosa": "[]", "vera": "[]"}


def test_hostile_titles_stay_text(as_: As, train: Train, pi: Increment) -> None:
    build_story(train, "<script>alert(1)</script>\"'", pi=pi)
    page = as_("tess").get("/trains/orion/board?pi=1").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;" in page


@pytest.mark.parametrize(
    "address", ["/trains/orion/board?pi=1", "/api/v1/trains/orion/board?pi=1", "/trains/orion/board/list?pi=1"]
)
def test_three_cards_cost_no_more_queries_than_one(
    as_: As, train: Train, pi: Increment, card: Story, address: str
) -> None:
    client = as_("tess")
    build_dependency(train, consumer_story=card)
    with CaptureQueriesContext(connection) as first:
        client.get(address)
    for index in range(2):
        more = build_story(train, f"Story {index}", pi=pi, feature=build_feature(train, f"Feature {index}"))
        build_dependency(train, consumer_story=more, owner=None)
    with CaptureQueriesContext(connection) as second:
        client.get(address)
    assert len(second) == len(first)


def test_a_moved_card_travels_as_the_page_would_draw_it(cast: Cast, train: Train, card: Story) -> None:
    place = iteration(train, 1, 4)
    (entry,) = move_story(cast.tess, number=card.number, pi_id=card.pi_id, iteration_id=place.pk).entries
    sent = story_cards(entry)
    assert set(sent) == {f"board:{card.pi_id}:s{card.pk}", f"board:{card.pi_id}:f{card.feature_id}"}
    pi = pi_shown(cast.tess, 1)
    for view, key in ((View.STORIES, f"s{card.pk}"), (View.FEATURES, f"f{card.feature_id}")):
        page = board_page(cast.tess, pi, view, stamp(cast.tess))
        assert sent[f"board:{card.pi_id}:{key}"] in page.table


def test_a_story_that_leaves_the_pi_leaves_no_card(cast: Cast, card: Story) -> None:
    (entry,) = move_story(cast.tess, number=card.number, pi_id=None, iteration_id=None).entries
    assert set(story_cards(entry)) == {f"board:{card.pi_id}:f{card.feature_id}"}


def test_the_list_says_the_strings_in_words_and_filters_them(as_: As, train: Train, card: Story) -> None:
    build_dependency(train, consumer_story=card, needs="A consent service")
    client = as_("vera")
    whole = client.get("/trains/orion/board/list?pi=1").content.decode()
    assert "A consent service" in whole
    assert "its provider is not planned" in whole
    assert "A consent service" not in client.get("/trains/orion/board/list?pi=1&health=ok").content.decode()
    assert "A consent service" not in client.get("/trains/orion/board/list?pi=1&text=nothing").content.decode()
    assert "A consent service" in client.get("/trains/orion/board/list?pi=1&team=Merlin&text=CONSENT").content.decode()


def test_a_string_to_another_pi_knows_where_its_far_end_stands(cast: Cast, train: Train, card: Story) -> None:
    later = build_increment(train, number=2, starts_on=FIRST_DAY + timedelta(weeks=12))
    far = build_story(train, "Much later", team="merlin", pi=later, iteration=iteration(train, 2, 1))
    build_dependency(train, consumer_story=card, provider_story=far)
    rows = board_rows(cast.tess, pi_shown(cast.tess, 1))
    assert [(each.key, each.ordinal) for each in rows.elsewhere] == [(f"s{far.pk}", 6)]
    (line,) = in_words(rows, {1: "I2", 6: "PI 2 I1"})
    assert (line.provider.where, line.slack) == ("PI 2 I1", -5)


def test_a_train_without_a_pi_is_told_where_pis_are_made(as_: As, train: Train) -> None:
    Increment.objects.filter(train=train).delete()
    page = as_("rosa").get("/trains/orion/board")
    assert page.status_code == 200
    assert "No PI yet" in page.content.decode()


def test_the_packed_page_and_snapshot_hold_the_same_as_the_plain_ones(as_: As, card: Story) -> None:
    client = as_("tess")
    for address in ("/trains/orion/board?pi=1", "/api/v1/trains/orion/board?pi=1"):
        plain = client.get(address)
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed["Content-Encoding"] == "gzip"
        token = re.compile(rb'csrf[^>]*?(content|value)="[^"]+"')
        assert token.sub(b"", gzip.decompress(packed.content)) == token.sub(b"", plain.content)


def test_an_entry_can_be_sent_again_after_its_pi_is_gone(cast: Cast, card: Story) -> None:
    (entry,) = move_story(cast.tess, number=card.number, pi_id=card.pi_id, iteration_id=None).entries
    Increment.objects.filter(pk=card.pi_id).delete()
    assert f"board:{card.pi_id}:s{card.pk}" in story_cards(entry)


def test_what_moved_after_the_commitment_is_marked(cast: Cast, train: Train, pi: Increment, card: Story) -> None:
    build_story(train, "As committed", pi=pi, iteration=iteration(train, 1, 1))
    with change(root(train)) as frame:
        frame.update(frame.get(Increment, pk=pi.pk), "pi.advanced", state="committed")
    (entry,) = move_story(cast.tess, number=card.number, pi_id=pi.pk, iteration_id=None).entries
    assert board_rows(cast.tess, pi_shown(cast.tess, 1)).changed == {card.pk}
    assert "is-changed" in story_cards(entry)[f"board:{pi.pk}:s{card.pk}"]
