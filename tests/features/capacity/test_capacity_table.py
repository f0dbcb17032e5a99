"""The capacity table the board and the capacity page are drawn from."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from headway.engine.rules.capacity import CapacityRule
from headway.features.capacity.queries import Cell, capacity_table
from headway.kit import clock
from headway.store.change import change
from headway.store.models import (
    Absence,
    CapacityOverride,
    Closure,
    Increment,
    Membership,
    Person,
    Story,
    Team,
    Train,
)
from tests.builders import FIRST_DAY, build_feature, build_increment, build_story, iteration, root
from tests.cast import Cast

BEFORE = datetime(2026, 9, 1, 9, tzinfo=UTC)
QUERIES = 8


def cell(cast: Cast, train: Train, number: int, *, team: str = "kestrel", pi: int = 1) -> Cell:
    there = iteration(train, pi, number)
    table = capacity_table(cast.tess, there.pi)
    return table[Team.objects.get(train=train, slug=team).pk, there.pk]


def membership(train: Train, name: str) -> Membership:
    return Membership.objects.get(train=train, person__name__startswith=name)


def add(train: Train, row: object, verb: str) -> None:
    with change(root(train)) as frame:
        frame.create(row, verb)  # type: ignore[type-var]


def test_two_full_time_people_have_sixteen_points_of_which_a_fifth_is_buffer(cast: Cast, train: Train) -> None:
    found = cell(cast, train, 1)
    assert (found.points, found.committable, found.load) == (Decimal(16), Decimal("12.5"), Decimal(0))


def test_every_own_team_has_a_cell_in_every_iteration_and_external_parties_have_none(cast: Cast, train: Train) -> None:
    pi = Increment.objects.get(train=train)
    own = Team.objects.filter(train=train, external=False)
    assert set(capacity_table(cast.vera, pi)) == {(team.pk, each.pk) for team in own for each in pi.iterations.all()}


def test_the_ip_iteration_may_commit_nothing(cast: Cast, train: Train) -> None:
    assert cell(cast, train, 6).committable == 0


def test_a_public_holiday_of_the_trains_region_is_taken_off(cast: Cast, train: Train) -> None:
    with change(root(train)) as frame:
        frame.update(frame.get(Increment, number=1), "pi.edited", starts_on=FIRST_DAY)
    # German Unity Day 2026 falls on a Saturday; the Day of Reformation is a holiday in Brandenburg only.
    build_increment(train, number=2, starts_on=date(2026, 12, 14))
    found = cell(cast, train, 1, pi=2)
    labels = [lost.label for person in found.capacity.people for lost in person.taken_off]
    assert labels == ["Christmas Day", "Christmas Day"]
    assert found.capacity.person_days == 18


def test_a_person_with_a_country_of_their_own_has_its_holidays(cast: Cast, train: Train) -> None:
    with change(root(train)) as frame:
        frame.update(frame.get(Person, name="Kim Larsen"), "person.edited", country="FR")
    people = {person.name: person for person in cell(cast, train, 5).capacity.people}
    lost = {name: [each.label for each in person.taken_off] for name, person in people.items()}
    assert lost == {"Kim Larsen": ["Armistice Day"], "Tess Okafor": []}


def test_absences_training_and_closures_are_taken_off_with_their_reason(cast: Cast, train: Train) -> None:
    kim = Person.objects.get(train=train, name="Kim Larsen")
    day = FIRST_DAY + timedelta(days=1)
    add(train, Absence(person=kim, starts_on=day, ends_on=day, note="wedding"), "absence.created")
    add(train, Closure(name="Founders' day", starts_on=FIRST_DAY, ends_on=FIRST_DAY), "closure.created")
    people = {person.name: person for person in cell(cast, train, 1).capacity.people}
    assert [(lost.reason, lost.label) for lost in people["Kim Larsen"].taken_off] == [
        ("closure", "Founders' day"),
        ("absence", "wedding"),
    ]
    assert people["Kim Larsen"].days == 8
    assert people["Tess Okafor"].days == 9


def test_share_and_dates_of_a_membership_count(cast: Cast, train: Train) -> None:
    with change(root(train)) as frame:
        frame.update(frame.get(Membership, pk=membership(train, "Tess").pk), "membership.edited", share=50)
        frame.update(
            frame.get(Membership, pk=membership(train, "Kim").pk),
            "membership.edited",
            starts_on=FIRST_DAY + timedelta(weeks=1),
        )
    assert cell(cast, train, 1).capacity.person_days == 10
    assert cell(cast, train, 2).capacity.person_days == 15


def test_a_person_who_gives_no_time_brings_no_capacity(cast: Cast, train: Train) -> None:
    with change(root(train)) as frame:
        frame.update(frame.get(Membership, pk=membership(train, "Tess").pk), "membership.edited", share=0)
    assert [person.name for person in cell(cast, train, 1).capacity.people] == ["Kim Larsen"]


def test_the_load_is_what_the_team_placed_in_the_cell(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 2)
    feature = build_feature(train)
    for points, kind, parent in (
        (5, "feature", feature),
        (3, "enabler", feature),
        (2, "feature", None),
        (None, "feature", feature),
    ):
        build_story(train, points=points, type=kind, feature=parent, pi=there.pi, iteration=there)
    build_story(train, team="merlin", points=8, pi=there.pi, iteration=there)
    build_story(train, points=13, pi=there.pi)
    found = cell(cast, train, 2)
    assert (found.load, found.feature_load) == (10, 5)
    assert cell(cast, train, 2, team="merlin").load == 8


def test_an_override_counts_and_the_rule_stays_visible(cast: Cast, train: Train) -> None:
    kestrel = Team.objects.get(train=train, slug="kestrel")
    row = CapacityOverride(team=kestrel, iteration=iteration(train, 1, 1), points=10, note="two at a conference")
    add(train, row, "capacity.created")
    found = cell(cast, train, 1).capacity
    assert (found.points, found.calculated, found.rule) == (10, 16, CapacityRule.OVERRIDE)


def done_in(train: Train, number: int, points: float, *, state: str = Story.State.DONE) -> None:
    there = iteration(train, 1, number)
    build_story(train, points=points, pi=there.pi, iteration=there, state=state)


def test_velocity_counts_once_three_planned_iterations_are_over(cast: Cast, train: Train) -> None:
    for number, points in ((1, 10), (2, 20), (3, 12)):
        done_in(train, number, points)
        done_in(train, number, 5, state=Story.State.REVIEW)
    with clock.frozen(datetime(2026, 10, 16, 9, tzinfo=UTC)):
        assert cell(cast, train, 4).capacity.rule == CapacityRule.STARTING
    with clock.frozen(datetime(2026, 10, 20, 9, tzinfo=UTC)):
        found = cell(cast, train, 4).capacity
        assert (found.rule, found.points) == (CapacityRule.VELOCITY, 14)
        assert [each.name for each in found.past] == ["PI 1 I1", "PI 1 I2", "PI 1 I3"]
        assert cell(cast, train, 3).capacity.rule == CapacityRule.STARTING


def test_iterations_without_any_story_of_the_team_say_nothing_about_its_velocity(cast: Cast, train: Train) -> None:
    for number in (1, 2, 3):
        done_in(train, number, 10)
    with clock.frozen(datetime(2026, 12, 30, 9, tzinfo=UTC)):
        assert cell(cast, train, 6).capacity.points == 10
        assert cell(cast, train, 6, team="merlin").capacity.rule == CapacityRule.STARTING


def test_only_the_latest_five_iterations_before_the_cell_count(cast: Cast, train: Train) -> None:
    build_increment(train, number=2, starts_on=FIRST_DAY + timedelta(weeks=12))
    for number, points in enumerate((2, 10, 10, 10, 10), start=1):
        done_in(train, number, points)
    there = iteration(train, 2, 1)
    build_story(train, points=10, pi=there.pi, iteration=there, state=Story.State.DONE)
    with clock.frozen(datetime(2026, 12, 20, 9, tzinfo=UTC)):
        past = cell(cast, train, 2, pi=2).capacity.past
    assert [each.name for each in past] == ["PI 1 I2", "PI 1 I3", "PI 1 I4", "PI 1 I5", "PI 2 I1"]


def test_a_pi_without_iterations_has_an_empty_table(cast: Cast, train: Train) -> None:
    add(train, Increment(number=9, name="PI 9", starts_on=FIRST_DAY, ends_on=FIRST_DAY), "pi.created")
    assert capacity_table(cast.tess, Increment.objects.get(train=train, number=9)) == {}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_is_fixed(
    cast: Cast, train: Train, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    there = iteration(train, 1, 1)
    for index in range(rows):
        add(train, Team(slug=f"team-{index}", name=f"Team {index}"), "team.created")
        build_story(train, team=f"team-{index}", points=5, pi=there.pi, iteration=there)
        person = Person(name=f"Person {index}")
        add(train, person, "person.created")
        add(train, Absence(person=person, starts_on=FIRST_DAY, ends_on=FIRST_DAY), "absence.created")
        team = Team.objects.get(train=train, slug=f"team-{index}")
        add(train, Membership(person=person, team=team), "membership.created")
    actor = cast.tess
    with django_assert_num_queries(QUERIES):
        capacity_table(actor, there.pi)


@pytest.mark.django_db(transaction=True)
def test_a_table_is_kept_until_something_changes(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 1)
    actor, kestrel = cast.tess, Team.objects.get(train=train, slug="kestrel")
    with clock.frozen(BEFORE):
        first = capacity_table(actor, there.pi)
        with CaptureQueriesContext(connection) as again:
            assert capacity_table(actor, there.pi) is first
        assert len(again) == 1
        build_story(train, points=5, pi=there.pi, iteration=there)
        assert capacity_table(actor, there.pi)[kestrel.pk, there.pk].load == 5
