"""The pages of teams and people as a person meets them."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from headway.features.people import queries
from headway.store.change import change
from headway.store.models import Absence, Membership, Person, Team, Train
from tests.builders import FIRST_DAY, root
from tests.cast import Cast

As = Callable[[str], Client]


def fill(train: Train, rows: int) -> None:
    with change(root(train)) as frame:
        for index in range(rows):
            team = frame.create(Team(slug=f"team-{index}", name=f"Team {index}"), "team.created")
            person = frame.create(Person(name=f"Person {index}"), "person.created")
            frame.create(Membership(team=team, person=person, share=60), "membership.created")
            kestrel = Team.objects.get(train=train, slug="kestrel")
            frame.create(Membership(team=kestrel, person=person, share=60), "membership.created")
            frame.create(Absence(person=person, starts_on=FIRST_DAY, ends_on=FIRST_DAY), "absence.created")


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_number_of_queries_however_long_they_are(
    cast: Cast, train: Train, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill(train, rows)
    actor = cast.vera
    with django_assert_num_queries(3):
        queries.list_teams(actor)
    with django_assert_num_queries(5):
        queries.list_people(actor)
    with django_assert_num_queries(5):
        queries.team_page(actor, "kestrel")
    person = Person.objects.get(name="Person 0").pk
    with django_assert_num_queries(5):
        queries.person_page(actor, person)


def test_a_refused_form_keeps_what_was_typed_and_says_why(as_: As) -> None:
    response = as_("rosa").post("/trains/orion/teams/new", {"name": "Kestrel", "mission": "All the tickets"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a team at the address “kestrel” already" in page
    assert "All the tickets" in page


def test_sending_a_form_twice_adds_one_team(as_: As, train: Train) -> None:
    client, form = as_("rosa"), {"name": "Osprey", "command_id": str(uuid4())}
    addresses = {client.post("/trains/orion/teams/new", form).headers["Location"] for _ in range(2)}
    assert addresses == {"/trains/orion/teams/osprey"}
    assert Team.objects.filter(name="Osprey").count() == 1


def test_a_clash_is_shown_on_the_form_and_the_next_try_is_on_what_is_there_now(as_: As, train: Train) -> None:
    client, address = as_("rosa"), "/trains/orion/teams/kestrel/edit"
    as_("tess").post(address, {"name": "Kestrel", "mission": "Readings", "seen": 1})
    clash = client.post(address, {"name": "Kestrel", "mission": "Tickets", "seen": 1})
    assert clash.status_code == 409
    assert "Tess Okafor changed" in clash.content.decode()
    assert 'name="seen" value="2"' in clash.content.decode()
    client.post(address, {"name": "Kestrel", "mission": "Tickets", "seen": 2})
    assert Team.objects.get(slug="kestrel").mission == "Tickets"


def test_a_team_is_moved_up_and_down_and_stops_at_the_ends(as_: As, train: Train) -> None:
    client = as_("rosa")
    for form in ({"up": "kestrel"}, {"down": "kestrel"}, {"down": "nobody"}):
        client.post("/trains/orion/teams/order", form)
    assert list(Team.objects.order_by("position").values_list("slug", flat=True)) == ["merlin", "kestrel", "nordlicht"]


def test_the_last_rte_stays_and_the_page_says_so(as_: As, train: Train) -> None:
    rosa = Person.objects.get(train=train, name="Rosa Lind")
    response = as_("rosa").post(f"/trains/orion/people/{rosa.pk}/remove", follow=True)
    assert "Rosa Lind is the last Release Train Engineer" in response.content.decode()
    assert Person.objects.filter(pk=rosa.pk).exists()


def test_people_are_found_by_name_team_and_role(cast: Cast, train: Train) -> None:
    def found(**asked: str) -> list[str]:
        return [each.name for each in queries.list_people(cast.vera, **asked)]

    assert found(search="LARS") == ["Kim Larsen"]
    assert found(team="kestrel") == ["Kim Larsen", "Tess Okafor"]
    assert found(role="rte") == ["Rosa Lind"]
    assert found(search="' OR 1=1 --") == []


@pytest.mark.parametrize(
    "address",
    [
        "teams/nobody",
        "people/999999",
        "people/99999999999999999999999",
        "members/999999",
        "absences/999999",
        "teams/nobody/edit",
        "teams/nobody/members/new",
    ],
)
def test_what_is_not_there_is_not_found(as_: As, address: str) -> None:
    assert as_("rosa").get(f"/trains/orion/{address}").status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999999999999", "team=kestrel&team=x"])
def test_a_hostile_filter_is_only_a_filter(as_: As, query: str) -> None:
    assert as_("rosa").get(f"/trains/orion/people?{query}").status_code == 200


def test_a_name_is_text_and_never_markup(as_: As, train: Train) -> None:
    as_("rosa").post("/trains/orion/people/new", {"name": "<script>alert(1)</script>"})
    page = as_("vera").get("/trains/orion/people").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Osprey", "colour": "red"}, "colour"),
        ({"name": "x" * 81}, "name"),
        ({}, "name"),
        ({"name": "Osprey", "command_id": "no uuid"}, "command_id"),
    ],
)
def test_the_api_refuses_what_it_does_not_know(as_: As, body: dict[str, str], field: str) -> None:
    response = as_("rosa").post("/api/v1/trains/orion/teams", body, "application/json")
    assert response.status_code == 422
    assert field in response.json()["detail"]


def test_the_api_leaves_alone_what_is_not_sent(as_: As, train: Train) -> None:
    kim = Membership.objects.get(train=train, person__name="Kim Larsen")
    client, address = as_("tess"), f"/api/v1/trains/orion/members/{kim.pk}"
    client.patch(address, {"share": 50}, "application/json")
    answer = client.patch(address, {"specialty": "tester"}, "application/json").json()
    after = answer["entries"][0]["after"]
    assert (after["share"], after["specialty"], after["role"]) == (50, "tester", "member")
