"""The calendar as a person meets it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from headway.features.calendar import queries
from headway.features.calendar.history_chart import draw
from headway.store.change import change
from headway.store.models import Closure, Increment, Milestone, Person, Target, Train
from tests.builders import FIRST_DAY, build_feature, build_increment, root
from tests.cast import Cast

As = Callable[[str], Client]
CUT = {
    "number": 2,
    "starts_on": "2026-11-30",
    "iterations": 4,
    "iteration_weeks": 2,
    "ip_weeks": 1,
    "buffer_percent": 20,
}


def fill(train: Train, rows: int) -> None:
    for index in range(rows):
        build_increment(train, number=index + 2, starts_on=FIRST_DAY + timedelta(weeks=12 * (index + 1)))
        feature = build_feature(train)
        with change(root(train)) as frame:
            pi = Increment.objects.get(train=train, number=1)
            frame.create(Target(feature=feature, pi=pi, outcome="landed"), "target.created")
            frame.create(Milestone(name=f"M{index}", on=FIRST_DAY, pi=pi), "milestone.created")
            frame.create(Closure(name=f"C{index}", starts_on=FIRST_DAY, ends_on=FIRST_DAY), "closure.created")
            frame.create(Person(name=f"P{index}", country=["FR", "PL", "ES"][index]), "person.created")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_calendar_costs_the_same_number_of_queries_however_long_it_is(
    cast: Cast, train: Train, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill(train, rows)
    actor = cast.vera
    with django_assert_num_queries(7):
        queries.calendar_page(actor)
    with django_assert_num_queries(7):
        queries.increment_page(actor, 1)
    with django_assert_num_queries(2):
        queries.history(actor)


def test_a_preview_creates_nothing(as_: As, train: Train) -> None:
    page = as_("rosa").post("/trains/orion/pis/new", {**CUT, "preview": "1"}).content.decode()
    assert "PI 2, 30 November to 31 January 2027" in page
    assert Increment.objects.count() == 1
    as_("rosa").post("/trains/orion/pis/new", CUT)
    assert Increment.objects.get(number=2).iterations.count() == 5


def test_a_pi_that_overlaps_is_refused_at_its_field_and_nothing_typed_is_lost(as_: As) -> None:
    response = as_("rosa").post("/trains/orion/pis/new", {**CUT, "starts_on": "2026-10-01", "buffer_percent": 33})
    page = response.content.decode()
    assert response.status_code == 422
    assert "overlaps PI 1" in page
    assert 'value="33"' in page


@pytest.mark.parametrize("starts_on", ["", "soon", "2026-02-30", "10000-01-01", "0001-01-01", "2026-01-01' OR 1=1"])
def test_a_first_day_that_is_no_day_is_refused(as_: As, starts_on: str) -> None:
    response = as_("rosa").post("/trains/orion/pis/new", {**CUT, "starts_on": starts_on})
    assert (response.status_code, Increment.objects.count()) == (422, 1)


def test_a_refused_advance_says_why_on_the_page_one_was_on(as_: As, train: Train) -> None:
    page = as_("rosa").post("/trains/orion/pis/1/advance", {"to": "closed"}, follow=True).content.decode()
    assert "PI 1 is planning; the next state is committed." in page


def test_the_page_of_a_pi_lists_the_holidays_of_its_people(as_: As, cast: Cast, train: Train) -> None:
    with change(root(train)) as frame:
        frame.create(Person(name="Luc", country="FR"), "person.created")
    found = [
        (each.on, each.name, each.places, each.people, each.is_weekend)
        for each in queries.increment_page(cast.vera, 1).holidays
    ]
    assert found == [
        (date(2026, 10, 3), "German Unity Day", ["Germany, Berlin"], 8, True),
        (date(2026, 11, 1), "All Saints' Day", ["France"], 1, True),
        (date(2026, 11, 11), "Armistice Day", ["France"], 1, False),
    ]


def test_years_without_holiday_data_are_said_on_the_page(as_: As, train: Train) -> None:
    with change(root(train)) as frame:
        frame.create(Person(name="Oksana", country="UA"), "person.created")
    for address in ("calendar", "pis/1"):
        page = as_("vera").get(f"/trains/orion/{address}").content.decode()
        assert "for Ukraine in 2026" in page


@pytest.mark.parametrize(
    "address",
    ["pis/9", "pis/9/edit", "iterations/99999", "milestones/99999", "closures/99999", "pis/99999999999999999999"],
)
def test_what_is_not_there_is_not_found(as_: As, address: str) -> None:
    assert as_("rosa").get(f"/trains/orion/{address}").status_code == 404


def test_the_chart_draws_planned_and_landed_to_one_scale() -> None:
    chart = draw([("PI 1", "/1", 20, 10), ("PI 2", "/2", 10, 10), ("PI 3", "/3", 0, 0)])
    heights = [(bars.planned_height, bars.landed_height, bars.label) for bars in chart.bars]
    assert heights == [(160, 80, "50 %"), (80, 80, "100 %"), (0, 0, "")]
    assert [tick.value for tick in chart.ticks] == [0, 10, 20]


@pytest.mark.parametrize("most", [0, 1, 2, 3, 7, 10, 11, 99, 101, 1235])
def test_no_bar_is_taller_than_the_chart(most: int) -> None:
    chart = draw([("PI 1", "/", most, most)])
    assert 0 <= chart.bars[0].planned_height <= 160


def test_the_api_tells_the_calendar_and_refuses_in_words(as_: As, train: Train) -> None:
    answer = as_("vera").get("/api/v1/trains/orion/calendar").json()
    assert [(pi["number"], len(pi["iterations"]), pi["outcomes"]["planned"]) for pi in answer["pis"]] == [(1, 6, 0)]
    refused = as_("rosa").patch("/api/v1/trains/orion/pis/1", {"ends_on": None}, "application/json")
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "Ends on is empty; give a day between 1990 and 2100.",
    )
