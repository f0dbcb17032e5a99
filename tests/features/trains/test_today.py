"""The page of the day: what needs this person now."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from headway.features.trains import queries
from headway.kit import clock
from headway.store.change import change
from headway.store.models import Milestone, Story, Train
from tests.builders import build_dependency, build_feature, build_story, iteration, root
from tests.cast import Cast

As = Callable[[str], Client]
NOW = datetime(2026, 9, 22, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def second_iteration() -> Any:
    """The day is the second of I2."""
    with clock.frozen(NOW):
        yield


def numbers(rows: list[queries.Waiting]) -> list[int]:
    return [each.number for each in rows]


def placed(train: Train, team: str, number: int, **values: Any) -> Story:
    there = iteration(train, 1, number)
    return build_story(train, team=team, pi=there.pi, iteration=there, **values)


def test_the_provider_is_asked_for_an_answer_and_the_consumer_is_not(cast: Cast, train: Train) -> None:
    asked = {state: build_dependency(train, state=state).number for state in ("requested", "negotiating", "committed")}
    waiting = [asked["requested"], asked["negotiating"]]
    assert numbers(queries.today(cast.mika).to_answer) == waiting
    assert numbers(queries.today(cast.tess).to_answer) == []
    assert numbers(queries.today(cast.rosa).to_answer) == waiting


def test_the_consumer_is_asked_to_accept_what_was_delivered(cast: Cast, train: Train) -> None:
    number = build_dependency(train, state="delivered").number
    assert numbers(queries.today(cast.tess).to_accept) == [number]
    assert numbers(queries.today(cast.mika).to_accept) == []


def test_a_string_that_runs_backwards_is_late_for_both_ends(cast: Cast, train: Train) -> None:
    early, late = placed(train, "kestrel", 2), placed(train, "merlin", 4)
    number = build_dependency(train, state="committed", consumer_story=early, provider_story=late).number
    build_dependency(train, state="committed", consumer_story=placed(train, "kestrel", 5), provider_story=late)
    assert (numbers(queries.today(cast.tess).late), numbers(queries.today(cast.mika).late)) == ([number], [number])


def test_a_feature_arrives_with_its_last_story(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    for number in (1, 5):
        placed(train, "merlin", number, feature=feature)
    late = build_dependency(train, state="committed", provider_feature=feature, needed_by=iteration(train, 1, 4)).number
    build_dependency(train, state="committed", provider_feature=feature, needed_by=iteration(train, 1, 6))
    assert numbers(queries.today(cast.tess).late) == [late]


def test_what_is_asked_for_above_is_not_said_twice(cast: Cast, train: Train) -> None:
    number = build_dependency(train, state="requested", needed_by=iteration(train, 1, 3)).number
    now = queries.today(cast.mika)
    assert (numbers(now.to_answer), numbers(now.late)) == ([number], [])


def test_only_cells_that_lie_ahead_and_are_ones_own_count(cast: Cast, train: Train) -> None:
    for team, number in (("kestrel", 1), ("kestrel", 3), ("merlin", 3)):
        placed(train, team, number, points=40)
    messages = [finding.message for _, finding in queries.today(cast.tess).cells]
    assert messages == ["Kestrel is 24 points over its capacity in I3."]


def test_blocked_stories_of_ones_teams_until_they_are_done(cast: Cast, train: Train) -> None:
    stuck = build_story(train, blocked=True)
    build_story(train, blocked=True, state="done")
    build_story(train, team="merlin", blocked=True)
    assert [each.number for each in queries.today(cast.kim).blocked] == [stuck.number]


def test_milestones_and_iterations_that_lie_ahead(cast: Cast, train: Train) -> None:
    with change(root(train)) as frame:
        for name, on in (("Past", date(2026, 9, 21)), ("Today", date(2026, 9, 22)), ("Fair", date(2026, 10, 1))):
            frame.create(Milestone(name=name, on=on), "milestone.created")
    now = queries.today(cast.vera)
    assert [each.name for each in now.milestones] == ["Today", "Fair"]
    assert [each.name for each in now.iterations] == ["I2", "I3", "I4"]


def test_hints_go_to_those_who_can_do_something_about_them(cast: Cast) -> None:
    def about(name: str) -> set[str]:
        return {finding.subject for finding in queries.today(cast.actor(name)).hints}

    assert {name: about(name) for name in ("rosa", "tess", "mika", "vera")} == {
        "rosa": {"Orion"},
        "tess": {"Kestrel"},
        "mika": {"Merlin"},
        "vera": set(),
    }


def test_the_api_tells_the_day(cast: Cast, as_: As, train: Train) -> None:
    number = build_dependency(train, state="requested").number
    answer = as_("mika").get("/api/v1/trains/orion/today").json()
    assert (answer["teams"], answer["late"], answer["blocked"]) == (["Merlin"], [], [])
    assert answer["to_answer"] == [
        {
            "number": number,
            "needs": "An address to ask for past readings",
            "consumer": "Kestrel",
            "provider": "Merlin",
            "state": "requested",
            "health": "unplanned",
        }
    ]


def test_an_empty_day_says_what_would_stand_here(cast: Cast, as_: As, train: Train) -> None:
    build_feature(train)
    page = as_("vera").get("/trains/orion/").content.decode()
    assert "Nothing needs you right now" in page


@pytest.mark.parametrize("name", ["rosa", "tess", "vera"])
def test_the_sample_is_labelled_and_removed_in_one_click_by_who_may(as_: As, train: Train, name: str) -> None:
    Train.objects.filter(pk=train.pk).update(is_sample=True)
    page = as_(name).get("/trains/orion/").content.decode()
    assert ("This is the sample train." in page, "Remove the sample?" in page) == (True, name == "rosa")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_day_costs_the_same_number_of_queries_however_busy_it_is(
    cast: Cast, train: Train, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, rows + 1):
        feature = build_feature(train)
        story = placed(train, "kestrel", number + 2, points=40, blocked=True, feature=feature)
        build_dependency(train, state="requested", consumer="merlin", provider="kestrel", provider_story=story)
        build_dependency(train, state="delivered", consumer_story=story, provider_feature=feature)
    actor = cast.tess
    with django_assert_num_queries(25):
        now = queries.today(actor)
    assert (len(now.to_answer), len(now.to_accept), len(now.blocked), len(now.cells)) == (rows, rows, rows, rows)
