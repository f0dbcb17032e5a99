"""Starting a train, its settings, and its end."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from headway.engine.errors import Conflict, Forbidden, Invalid
from headway.features.trains import actions, queries
from headway.kit.access import Role
from headway.store.models import Entry, Person, Train, User
from tests.builders import build_train
from tests.cast import Cast

As = Callable[[str], Client]
FORM = {
    "name": "Vega",
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "region": "BY",
    "iterations_per_pi": 4,
    "iteration_weeks": 2,
    "ip_weeks": 2,
    "buffer_percent": 25,
    "points_per_person": "8",
}


@pytest.fixture
def staff(cast: Cast) -> User:
    user = cast.user("otto")
    user.is_staff = True
    user.save()
    return user


def test_whoever_starts_a_train_becomes_its_release_train_engineer(staff: User) -> None:
    actor = actions.start_train(staff, name=" Vega Süd ", purpose="Freight", country="DE", region="BY")
    train = Train.objects.get(slug="vega-sud")
    assert (train.name, train.purpose, actor.roles) == ("Vega Süd", "Freight", {Role.RTE})
    assert list(Entry.objects.filter(train=train).values_list("number", "verb")) == [
        (1, "train.created"),
        (2, "person.created"),
        (3, "role.created"),
    ]


def test_only_who_runs_the_installation_starts_trains(cast: Cast, as_: As) -> None:
    with pytest.raises(Forbidden, match="for the accounts that run this installation"):
        actions.start_train(cast.user("rosa"), name="Vega")
    assert {as_("rosa").get("/trains/new").status_code, as_("rosa").post("/trains/new", FORM).status_code} == {403}
    assert as_("rosa").post("/api/v1/trains", {"name": "Vega"}, "application/json").status_code == 403


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "  "}, "The name is empty"),
        ({"name": "???"}, "“[?]+” makes no address"),
        ({"name": "New"}, "“new” makes no address"),
        ({"name": "Orion"}, "The address “orion” belongs to another train"),
        ({"name": "x" * 81}, "Name may have 80 characters; this one has 81"),
        ({"name": "Vega", "time_zone": "Europe/Atlantis"}, "'Europe/Atlantis' is no time zone"),
        ({"name": "Vega", "country": "XX"}, "no holiday calendar for the country “XX”"),
        ({"name": "Vega", "country": "DE", "region": "TX"}, "“TX” is no region of Germany"),
        ({"name": "Vega", "buffer_percent": 61}, "Buffer percent should be 0 to 60 %, not 61"),
        ({"name": "Vega", "iteration_weeks": True}, "Iteration weeks should be 1 to 4 weeks, not True"),
        ({"name": "Vega", "iteration_weeks": 1.5}, "not 1.5"),
        ({"name": "Vega", "points_per_person": float("nan")}, "not nan"),
        ({"name": "Vega", "seq": 7}, "A train has no setting “seq”"),
    ],
)
def test_a_train_that_makes_no_sense_is_refused_in_words(staff: User, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.start_train(staff, **values)
    assert Train.objects.count() == 1


def test_a_train_is_started_on_the_page_and_then_tells_its_first_steps(staff: User, as_: As) -> None:
    response = as_("otto").post("/trains/new", FORM, follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [("/trains/vega/", 302)]
    for step in ("Add the teams", "Add the people", "Plan the first PI", "Fill the backlog"):
        assert step in page


def test_a_refused_start_keeps_what_was_typed(staff: User, as_: As) -> None:
    response = as_("otto").post("/trains/new", {**FORM, "name": "Orion", "purpose": "Freight in the south"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "The address “orion” belongs to another train" in page
    assert "Freight in the south" in page


def test_whoever_has_one_train_is_taken_there_and_whoever_has_none_is_told_how(as_: As, cast: Cast) -> None:
    assert as_("tess").get("/").headers["Location"] == "/trains/orion/"
    assert "You are not part of a train yet" in as_("otto").get("/").content.decode()
    assert Client().get("/").headers["Location"] == "/accounts/login/?next=/"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_trains_costs_the_same_number_of_queries_however_long_it_is(
    cast: Cast, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for index in range(rows):
        build_train(slug=f"train-{index}", name=f"Train {index}")
    user = cast.user("vera")
    with django_assert_num_queries(3):
        assert len(queries.my_trains(user)) == rows + 1


def test_a_region_is_checked_against_the_country_it_will_be_in(cast: Cast, train: Train) -> None:
    with pytest.raises(Invalid, match="“BE” is no region of France"):
        actions.edit_train(cast.rosa, country="FR")
    actions.edit_train(cast.rosa, country="FR", region="")
    assert Train.objects.values_list("country", "region").get() == ("FR", "")


def test_a_stale_setting_is_a_conflict_only_where_both_changed_it(cast: Cast, train: Train) -> None:
    seen = train.version
    actions.edit_train(cast.rosa, buffer_percent=25)
    actions.edit_train(cast.rosa, purpose="Tickets", seen=seen)
    with pytest.raises(Conflict, match="Rosa Lind changed"):
        actions.edit_train(cast.rosa, buffer_percent=30, seen=seen)


def test_settings_show_hints_with_their_reason_and_never_refuse(as_: As, train: Train) -> None:
    client = as_("rosa")
    saved = client.post("/trains/orion/settings", {**FORM, "name": "Orion", "buffer_percent": 5, "seen": train.version})
    page = client.get("/trains/orion/settings").content.decode()
    assert saved.status_code == 302
    assert "Orion has 5 per cent; usual are 20 to 30." in page
    assert "Less leaves no room for unexpected dependencies" in page


@pytest.mark.parametrize("confirm", ["", "Orion", "vega", "orion; DROP TABLE"])
def test_a_train_is_removed_only_when_its_address_is_repeated(as_: As, cast: Cast, confirm: str) -> None:
    response = as_("rosa").post("/trains/orion/settings/remove", {"confirm": confirm})
    assert (response.status_code, Train.objects.count()) == (422, 1)


def test_a_removed_train_is_gone_and_its_people_keep_their_accounts(as_: As, cast: Cast) -> None:
    as_("rosa").post("/trains/orion/settings/remove", {"confirm": "orion"})
    assert (Train.objects.count(), Person.objects.count(), Entry.objects.count()) == (0, 0, 0)
    assert cast.user("tess").is_active


def test_the_api_starts_shows_and_changes_a_train(staff: User, as_: As) -> None:
    client = as_("otto")
    started = client.post("/api/v1/trains", {"name": "Vega", "country": "DE"}, "application/json").json()
    assert (started["slug"], started["country"], started["number"]) == ("vega", "DE", 3)
    client.patch("/api/v1/trains/vega", {"ip_weeks": 1}, "application/json")
    assert client.get("/api/v1/trains/vega").json()["ip_weeks"] == 1
    assert [each["slug"] for each in client.get("/api/v1/trains").json()["trains"]] == ["vega"]
    refused = client.patch("/api/v1/trains/vega", {"ip_weeks": 9}, "application/json")
    assert (refused.status_code, refused.json()["field"]) == (422, "ip_weeks")
