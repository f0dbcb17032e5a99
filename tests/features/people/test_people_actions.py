"""Teams, people, memberships and absences: what is refused, and what follows."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from headway.engine.errors import Conflict, Invalid, Locked, Missing
from headway.features.people import actions, queries
from headway.kit import clock
from headway.kit.access import Role
from headway.store.actors import actor_for
from headway.store.models import Absence, Dependency, Entry, Membership, Person, Story, Team, Train, TrainRole, User
from tests.builders import build_dependency, build_story, build_train
from tests.cast import Cast

TODAY = date(2026, 9, 8)


def person(train: Train, first_name: str) -> Person:
    return Person.objects.get(train=train, name__startswith=first_name)


def membership(train: Train, first_name: str) -> Membership:
    return Membership.objects.get(train=train, person__name__startswith=first_name)


def test_a_new_team_comes_last_with_an_address_made_from_its_name(cast: Cast, train: Train) -> None:
    team = actions.add_team(cast.rosa, name="  Blue Heron ", mission="Tickets").subject
    assert (team.name, team.slug, team.mission) == ("Blue Heron", "blue-heron", "Tickets")
    assert [line.team.slug for line in queries.list_teams(cast.vera)] == [
        "kestrel",
        "merlin",
        "blue-heron",
        "nordlicht",
    ]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("   ", "The name is empty"),
        ("!!!", "“!!!” makes no address"),
        ("New", "“New” makes no address"),
        ("Kestrel", "There is a team at the address “kestrel” already"),
        ("x" * 81, "may have 80 characters; this one has 81"),
    ],
)
def test_a_team_without_a_usable_name_is_refused(cast: Cast, name: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.add_team(cast.rosa, name=name)


def test_teams_are_put_in_order(cast: Cast, train: Train) -> None:
    actions.order_teams(cast.rosa, teams=["merlin", "nordlicht", "kestrel"])
    assert list(Team.objects.order_by("position").values_list("slug", flat=True)) == ["merlin", "nordlicht", "kestrel"]


@pytest.mark.parametrize("teams", [["merlin"], ["merlin", "merlin", "kestrel"], ["merlin", "kestrel", "osprey"]])
def test_an_order_that_does_not_name_every_team_once_is_refused(cast: Cast, teams: list[str]) -> None:
    with pytest.raises(Invalid, match="each of the 3 teams once"):
        actions.order_teams(cast.rosa, teams=teams)


def test_a_removed_team_leaves_its_stories_on_the_train(cast: Cast, train: Train) -> None:
    story = build_story(train)
    build_dependency(train)
    actions.remove_team(cast.rosa, team="kestrel")
    assert Story.objects.get(pk=story.pk).team is None
    assert not Membership.objects.filter(person__name__startswith="Tess").exists()
    assert not Dependency.objects.exists()


def test_somebody_elses_change_of_the_same_column_is_a_conflict(cast: Cast) -> None:
    actions.edit_team(cast.tess, team="kestrel", mission="Readings")
    with pytest.raises(Conflict, match="Tess Okafor changed"):
        actions.edit_team(cast.rosa, team="kestrel", mission="Tickets", seen=1)


def test_a_column_that_is_no_ones_to_change_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid, match="external cannot be changed here; name, mission, contact can"):
        actions.edit_team(cast.rosa, team="kestrel", external=True)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"share": 101}, "The share is 101 %; give 0 to 100 %"),
        ({"share": -1}, "The share is -1 %"),
        ({"role": "boss"}, "“boss” is no role; there are scrum_master, product_owner, member"),
        ({"specialty": "magic"}, "“magic” is no specialty"),
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, "ends on 2026-05-01, before it starts"),
        ({"starts_on": date(1066, 10, 14)}, "Starts on is 1066-10-14; give a day between 1990 and 2100"),
    ],
)
def test_a_membership_out_of_bounds_is_refused_in_words(
    cast: Cast, train: Train, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.add_member(cast.tess, team="kestrel", person_id=person(train, "Ansel").pk, **values)
    with pytest.raises(Invalid, match=sentence):
        actions.edit_member(cast.tess, membership_id=membership(train, "Kim").pk, **values)


def test_nobody_holds_the_same_role_in_a_team_twice(cast: Cast, train: Train) -> None:
    kim = person(train, "Kim")
    with pytest.raises(Invalid, match="Kim Larsen has this role in Kestrel already"):
        actions.add_member(cast.tess, team="kestrel", person_id=kim.pk)
    second = actions.add_member(cast.tess, team="kestrel", person_id=kim.pk, role="product_owner", share=20).subject
    with pytest.raises(Invalid, match="Kim Larsen has this role in Kestrel already"):
        actions.edit_member(cast.tess, membership_id=second.pk, role="member")


def test_an_external_party_has_no_members(cast: Cast, train: Train) -> None:
    with pytest.raises(Invalid, match="Nordlicht GmbH is an external party"):
        actions.add_member(cast.rosa, team="nordlicht", person_id=person(train, "Kim").pk)


def test_a_person_of_another_train_cannot_be_taken_into_a_team(cast: Cast, train: Train) -> None:
    other = Train.objects.get(slug=build_train(slug="vega", name="Vega").slug)
    with pytest.raises(Missing, match="There is no person"):
        actions.add_member(cast.tess, team="kestrel", person_id=person(other, "Ansel").pk)


def test_a_membership_that_is_over_gives_no_rights(cast: Cast, train: Train) -> None:
    actions.edit_member(cast.tess, membership_id=membership(train, "Kim").pk, ends_on=date(2020, 1, 1))
    assert dict(cast.kim.teams) == {}


def test_a_new_person_with_the_address_of_an_account_takes_part_at_once(cast: Cast, train: Train) -> None:
    person = actions.add_person(cast.rosa, name="Otto", email=" Otto@Example.org", roles=["stakeholder"]).subject
    assert person.user == cast.user("otto")
    assert actor_for(cast.user("otto"), "orion").roles == {Role.STAKEHOLDER}


def test_a_person_without_an_account_is_linked_once_there_is_one(cast: Cast, train: Train) -> None:
    lou = actions.add_person(cast.rosa, name="Lou", email="lou@example.org").subject
    with pytest.raises(Invalid, match="There is no free account with the address"):
        actions.link_account(cast.rosa, person_id=lou.pk)
    user = User.objects.create_user("lou@example.org", name="Lou")
    actions.link_account(cast.rosa, person_id=lou.pk)
    assert actor_for(user, "orion").person_id == lou.pk
    actions.unlink_account(cast.rosa, person_id=lou.pk)
    with pytest.raises(Missing):
        actor_for(user, "orion")


def test_an_address_belongs_to_one_person_of_a_train(cast: Cast, train: Train) -> None:
    with pytest.raises(Invalid, match="belongs to somebody else"):
        actions.add_person(cast.rosa, name="Tess again", email="TESS@example.org")
    with pytest.raises(Invalid, match="Kim Larsen signs in as"):
        actions.edit_person(cast.rosa, person_id=person(train, "Kim").pk, email="kim@example.com")


@pytest.mark.parametrize(
    ("country", "region", "sentence"),
    [
        ("XX", "", "no holiday calendar for the country “XX”"),
        ("DE", "TX", "“TX” is no region of Germany with holidays of its own. There are"),
        ("", "BE", "The region “BE” needs a country"),
        ("VA", "X", "All of it has the same holidays; leave the region empty"),
    ],
)
def test_a_place_without_a_holiday_calendar_is_refused(cast: Cast, country: str, region: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.add_person(cast.rosa, name="Lou", country=country, region=region)


def test_nobody_removes_the_last_release_train_engineer(cast: Cast, train: Train) -> None:
    rosa = person(train, "Rosa").pk
    for attempt in (
        lambda: actions.set_roles(cast.rosa, person_id=rosa, roles=["stakeholder"]),
        lambda: actions.remove_person(cast.rosa, person_id=rosa),
        lambda: actions.unlink_account(cast.rosa, person_id=rosa),
    ):
        with pytest.raises(Locked, match="Rosa Lind is the last Release Train Engineer"):
            attempt()


def test_an_engineer_without_an_account_is_no_successor(cast: Cast, train: Train) -> None:
    actions.add_person(cast.rosa, name="Lou", roles=["rte"])
    with pytest.raises(Locked):
        actions.remove_person(cast.rosa, person_id=person(train, "Rosa").pk)
    actions.set_roles(cast.rosa, person_id=person(train, "Paul").pk, roles=["rte", "product_manager"])
    actions.remove_person(cast.rosa, person_id=person(train, "Rosa").pk)
    assert set(TrainRole.objects.filter(role="rte").values_list("person__name", flat=True)) == {"Lou", "Paul Adeyemi"}


def test_roles_that_stay_the_same_leave_no_trace_in_the_journal(cast: Cast, train: Train) -> None:
    before = Entry.objects.count()
    actions.set_roles(cast.rosa, person_id=person(train, "Paul").pk, roles=["product_manager"])
    assert Entry.objects.count() == before
    with pytest.raises(Invalid, match="“emperor” is no role"):
        actions.set_roles(cast.rosa, person_id=person(train, "Paul").pk, roles=["emperor"])


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2026, 9, 2), date(2026, 9, 1), "It ends on 2026-09-01, before it starts on 2026-09-02"),
        (date(2026, 1, 1), date(2029, 1, 1), "lasts 1097 days; at most 366 make sense here"),
        (date(1, 1, 1), date(2026, 1, 1), "Starts on is 0001-01-01"),
    ],
)
def test_days_away_that_make_no_sense_are_refused(
    cast: Cast, train: Train, first: date, last: date, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.record_absence(cast.kim, person_id=person(train, "Kim").pk, starts_on=first, ends_on=last)


def test_an_absence_is_recorded_changed_and_taken_back(cast: Cast, train: Train) -> None:
    kim = person(train, "Kim").pk
    row = actions.record_absence(cast.kim, person_id=kim, starts_on=TODAY, ends_on=TODAY, note=" wedding ").subject
    assert row.note == "wedding"
    actions.edit_absence(cast.tess, absence_id=row.pk, reason="training", ends_on=date(2026, 9, 9))
    row.refresh_from_db()
    assert (row.reason, row.ends_on) == ("training", date(2026, 9, 9))
    actions.remove_absence(cast.rosa, absence_id=row.pk)
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ([(60, None, None), (40, None, None)], None),
        ([(60, None, None), (50, None, None)], "110 %"),
        ([(60, None, date(2026, 9, 30)), (50, date(2026, 10, 1), None)], None),
        ([(100, None, None), (30, date(2027, 1, 1), date(2027, 1, 31))], "130 %"),
        ([(100, None, date(2026, 9, 1)), (100, None, None)], None),
    ],
)
def test_shares_beyond_100_per_cent_on_one_day_are_a_question(
    shares: list[tuple[int, date | None, date | None]], message: str | None
) -> None:
    found = [finding.message for finding in queries.over_committed("Kim", shares, TODAY)]
    assert found == ([f"Kim's shares add up to {message}."] if message else [])


def test_todays_teams_count_who_is_in_them_today(cast: Cast, train: Train) -> None:
    actions.edit_member(cast.tess, membership_id=membership(train, "Kim").pk, starts_on=date(2026, 10, 1), share=50)
    for month, people, full_time in ((9, 1, 1.0), (10, 2, 1.5)):
        with clock.frozen(datetime(2026, month, 20, 12, tzinfo=UTC)):
            line = next(line for line in queries.list_teams(cast.vera) if line.team.slug == "kestrel")
        assert (line.people, line.full_time) == (people, full_time)
