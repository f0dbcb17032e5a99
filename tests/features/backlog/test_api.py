"""The backlog's API: what it answers, and what it refuses."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from headway.store.models import Entry, Story, Team, Train
from headway.store.portraits import portrait
from tests.builders import build_feature, build_story, build_train, iteration

As = Callable[[str], Client]
BASE = "/api/v1/trains/orion"


def call(client: Client, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    response = client.generic(
        method,
        BASE + path,
        data=json.dumps(body).encode() if body is not None else b"",
        content_type="application/json",
    )
    return response.status_code, json.loads(response.content)


def test_a_created_story_is_answered_with_its_portrait_and_the_journal_number(as_: As, train: Train) -> None:
    team = Team.objects.get(slug="kestrel")
    status, body = call(as_("tess"), "POST", "/stories", {"title": "A", "team": team.pk, "points": 2.5})
    story = Story.objects.get()
    assert (status, body) == (200, {"number": Entry.objects.latest("number").number, "story": portrait(story)})


def test_a_retried_creation_answers_the_same(as_: As, train: Train) -> None:
    body = {"title": "A", "command_id": str(uuid4())}
    first, again = (call(as_("tess"), "POST", "/stories", body) for _ in range(2))
    assert first == again
    assert Story.objects.count() == 1


def test_a_move_names_the_iteration_and_answers_the_new_version(as_: As, train: Train) -> None:
    story, there = build_story(train), iteration(train, 1, 2)
    status, body = call(
        as_("tess"), "POST", f"/stories/{story.number}/move", {"pi": there.pi_id, "iteration": there.pk, "seen": 1}
    )
    assert (status, body["story"]["version"], body["story"]["iteration_id"]) == (200, 2, there.pk)


def test_a_stale_move_is_a_409_with_the_present_state(as_: As, train: Train) -> None:
    story = build_story(train)
    for number, seen in ((1, 1), (2, 1)):
        status, body = call(
            as_("tess"),
            "POST",
            f"/stories/{story.number}/move",
            {"iteration": iteration(train, 1, number).pk, "seen": seen},
        )
    story.refresh_from_db()
    assert (status, body["code"], body["present"]) == (409, "stale", portrait(story))


def test_only_the_fields_that_are_sent_change(as_: As, train: Train) -> None:
    story = build_story(train, points=3)
    status, body = call(as_("kim"), "PATCH", f"/stories/{story.number}", {"state": "done"})
    assert status == 200
    assert body["story"] == {**portrait(story), "state": "done", "version": 2}


def test_null_empties_what_may_be_empty_and_is_refused_elsewhere(as_: As, train: Train) -> None:
    story = build_story(train, points=3)
    assert call(as_("kim"), "PATCH", f"/stories/{story.number}", {"points": None})[1]["story"]["points"] is None
    status, body = call(as_("kim"), "PATCH", f"/stories/{story.number}", {"title": None})
    assert (status, body["field"]) == (422, "title")


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x" * 241},
        {"title": ""},
        {"title": 5},
        {"title": "A", "points": 1e300},
        {"title": "A", "points": -1},
        {"title": "A", "team": 0},
        {"title": "A", "team": 10**30},
        {"title": "A", "description": "x" * 20_001},
        {"title": "A", "colour": "red"},
        {"title": "A", "command_id": "not-a-uuid"},
        {"title": "A", "state": "x" * 21},
        {"title": "A", "state": "nowhere"},
        {"title": "A", "feature": 99_999},
        {"title": "A", "rank": 1e13},
        [],
    ],
)
def test_values_out_of_bounds_are_refused_with_a_sentence(as_: As, train: Train, body: Any) -> None:
    status, answer = call(as_("tess"), "POST", "/stories", body)
    assert status in (422, 404)
    assert answer["detail"]
    assert not Story.objects.exists()


@pytest.mark.parametrize("path", ["/stories/{n}", "/features/{n}", "/themes/{n}", "/dependencies/{n}"])
def test_what_is_not_there_or_of_a_foreign_train_is_missing(as_: As, train: Train, path: str) -> None:
    build_train(slug="vega", name="Vega")
    foreign = build_story(Train.objects.get(slug="vega"))
    for number in (foreign.number + 50, 10**30):
        status, body = call(as_("tess"), "GET", path.format(n=number))
        assert (status, body["title"]) == (404, "Not Found")


def test_a_story_of_a_foreign_train_is_not_found_by_its_number(as_: As, train: Train) -> None:
    build_train(slug="vega", name="Vega")
    foreign = build_story(Train.objects.get(slug="vega"), number=77)
    assert call(as_("tess"), "GET", f"/stories/{foreign.number}")[0] == 404
    assert call(as_("tess"), "DELETE", f"/stories/{foreign.number}")[0] == 404


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("path", ["/stories", "/features", "/themes", "/dependencies"])
def test_lists_take_a_fixed_number_of_queries(
    as_: As, train: Train, rows: int, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from tests.builders import build_dependency

    for _ in range(rows):
        build_story(train, feature=build_feature(train))
        build_dependency(train)
    client = as_("vera")
    queries = 4 if path == "/themes" else 5
    with django_assert_num_queries(queries):
        assert call(client, "GET", path)[0] == 200


def test_a_list_is_filtered_and_paged(as_: As, train: Train) -> None:
    for title in ("Show readings", "Show alarms", "Hide alarms"):
        build_story(train, title)
    build_story(train, "Show alarms too", team="merlin")
    kestrel = Team.objects.get(slug="kestrel").pk
    _, body = call(as_("vera"), "GET", f"/stories?q=show+alarms&team={kestrel}")
    assert (body["count"], [each["title"] for each in body["stories"]]) == (1, ["Show alarms"])
    _, body = call(as_("vera"), "GET", "/stories?limit=2&offset=1")
    assert (body["count"], [each["title"] for each in body["stories"]]) == (4, ["Show alarms", "Hide alarms"])


def test_a_feature_is_answered_with_its_score(as_: As, train: Train) -> None:
    body = {"title": "F", "user_value": 8, "time_criticality": 5, "risk_opportunity": 3, "job_size": 5}
    _, made = call(as_("paul"), "POST", "/features", body)
    _, read = call(as_("vera"), "GET", f"/features/{made['feature']['number']}")
    assert read == {"feature": made["feature"], "wsjf": 3.2, "targets": [], "comments": []}


def test_undo_takes_back_and_says_what(as_: As, train: Train) -> None:
    story = build_story(train)
    call(as_("tess"), "PATCH", f"/stories/{story.number}", {"points": 5})
    status, body = call(as_("tess"), "POST", "/undo", {})
    story.refresh_from_db()
    assert (status, story.points) == (200, None)
    assert body["message"] == f"Taken back: Tess Okafor changed story {story.number} “{story.title}”."
    status, body = call(as_("tess"), "POST", "/undo", {})
    assert (status, body["code"]) == (404, "nothing_to_undo")
