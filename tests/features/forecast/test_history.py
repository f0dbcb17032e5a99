"""What a train did so far, as its odds are drawn from it."""

from datetime import timedelta

import pytest

from headway.engine.forecast import PastItem
from headway.features.dependencies.actions import answer_dependency
from headway.features.forecast.history_queries import Record, calendar_of, lateness, past_features, record_of
from headway.kit import clock
from headway.store.change import change
from headway.store.models import Absence, CapacityOverride, Dependency, Entry, Increment, Person, Target, Team, Train
from tests.builders import FIRST_DAY, build_dependency, build_feature, build_increment, build_story, iteration, root
from tests.cast import Cast
from tests.features.forecast.stage import DAY_ONE_OF_I4, at, finish, increment, on, past, steady


def record(cast: Cast, train: Train) -> Record:
    with on(DAY_ONE_OF_I4):
        calendar = calendar_of(cast.vera, train, clock.today())
        return record_of(cast.vera, calendar, increment(train), [team(train, "kestrel"), team(train, "merlin")])


def team(train: Train, slug: str) -> int:
    return Team.objects.get(train=train, slug=slug).pk


def rows(cast: Cast, train: Train, slug: str = "kestrel") -> list[tuple[str, float, float, float]]:
    found = record(cast, train).rows[team(train, slug)]
    return [(each.iteration.name, each.completed, each.available, each.unplanned) for each in found]


def test_each_team_has_its_own_finished_iterations_the_oldest_first(cast: Cast, train: Train) -> None:
    steady(cast, train)
    assert [each[:2] for each in rows(cast, train)] == [("I1", 10), ("I2", 12), ("I3", 8)]
    assert [each[:2] for each in rows(cast, train, "merlin")] == [("I1", 6), ("I2", 9), ("I3", 9)]


def test_a_story_counts_in_the_iteration_in_which_it_was_done(cast: Cast, train: Train) -> None:
    past(cast, train, {"kestrel": (10, 12, 8)})
    late = build_story(train, "Late", **at(train, 1, points=5))
    finish(cast, late, iteration(train, 1, 3).starts_on)
    assert [each[:2] for each in rows(cast, train)] == [("I1", 10), ("I2", 12), ("I3", 13)]


def test_a_story_that_came_in_done_counts_where_it_stood(cast: Cast, train: Train) -> None:
    build_story(train, "From a file", state="done", **at(train, 2, points=7))
    assert [each[:2] for each in rows(cast, train)] == [("I2", 7)]


def test_an_iteration_with_half_the_people_counts_half(cast: Cast, train: Train) -> None:
    steady(cast, train)
    second = iteration(train, 1, 2)
    with change(root(train)) as frame:
        away = {"starts_on": second.starts_on, "ends_on": second.ends_on}
        frame.create(Absence(person=Person.objects.get(train=train, name="Kim Larsen"), **away), "absence.created")
    available = {name: room for name, _, room, _ in rows(cast, train)}
    assert available["I2"] == pytest.approx(available["I1"] / 2, abs=0.02)


def test_what_a_team_set_by_hand_counts_for_the_past_too(cast: Cast, train: Train) -> None:
    steady(cast, train)
    whole = {name: room for name, _, room, _ in rows(cast, train)}
    with change(root(train)) as frame:
        frame.create(
            CapacityOverride(
                team_id=team(train, "kestrel"), iteration=iteration(train, 1, 1), points=8, note="At a conference"
            ),
            "capacity.created",
        )
    halved = {name: room for name, _, room, _ in rows(cast, train)}
    # The starting rule gives two people 16 points.
    assert halved["I1"] == pytest.approx(whole["I1"] / 2)
    assert halved["I2"] == whole["I2"]


def test_work_written_after_an_iteration_began_is_unplanned(cast: Cast, train: Train) -> None:
    past(cast, train, {"kestrel": (10, 12, 8)})
    with on(iteration(train, 1, 2).starts_on + timedelta(days=2)):
        surprise = build_story(train, "Outage", **at(train, 2, points=3))
    finish(cast, surprise, iteration(train, 1, 2).starts_on + timedelta(days=5))
    assert [(name, done, unplanned) for name, done, _, unplanned in rows(cast, train)] == [
        ("I1", 10, 0),
        ("I2", 15, 3),
        ("I3", 8, 0),
    ]


def test_of_the_iteration_under_way_only_the_rest_is_left(cast: Cast, train: Train) -> None:
    steady(cast, train)
    fourth, fifth = iteration(train, 1, 4), iteration(train, 1, 5)
    kestrel = team(train, "kestrel")
    with on(fourth.starts_on + timedelta(days=7)):
        calendar = calendar_of(cast.vera, train, clock.today())
        capacity = record_of(cast.vera, calendar, increment(train), [kestrel]).capacity
    assert capacity[kestrel, fourth.pk] == capacity[kestrel, fifth.pk] / 2


def test_a_team_whose_people_nobody_entered_is_measured_by_what_it_did(cast: Cast, train: Train) -> None:
    with change(root(train)) as frame:
        osprey = frame.create(Team(slug="osprey", name="Osprey", position=4), "team.created")
    for number, points in enumerate((10, 20, 30), start=1):
        build_story(train, f"Osprey {number}", team="osprey", state="done", **at(train, number, points=points))
    with on(DAY_ONE_OF_I4):
        calendar = calendar_of(cast.vera, train, clock.today())
        found = record_of(cast.vera, calendar, increment(train), [osprey.pk])
    assert [(row.completed, row.available) for row in found.rows[osprey.pk]] == [(10, 20), (20, 20), (30, 20)]
    assert found.capacity[osprey.pk, iteration(train, 1, 5).pk] == 20


def test_the_share_of_the_ip_iteration_is_what_past_ones_show(cast: Cast, train: Train) -> None:
    kestrel = team(train, "kestrel")
    later = build_increment(train, number=2, starts_on=FIRST_DAY + timedelta(weeks=12))
    leftover = build_story(train, "Left over", **at(train, 5, points=4))
    finish(cast, leftover, iteration(train, 1, 6).starts_on + timedelta(days=1))
    with on(later.starts_on):
        calendar = calendar_of(cast.vera, train, clock.today())
        later.train = train
        found = record_of(cast.vera, calendar, later, [kestrel])
    # Four of the sixteen points that two people have by the starting rule.
    assert found.ip_share == pytest.approx(0.25, abs=0.005)
    assert found.ip_seen == 1
    assert [row.iteration.name for row in found.rows[kestrel]] == ["I5"]


def test_a_party_is_as_late_as_its_past_deliveries_were(cast: Cast, train: Train) -> None:
    dependency = build_dependency(
        train, provider="merlin", committed_by=iteration(train, 1, 1), state=Dependency.State.IN_PROGRESS
    )
    with on(iteration(train, 1, 3).starts_on):
        answer_dependency(cast.mika, number=dependency.number, answer="deliver")
    with on(DAY_ONE_OF_I4):
        calendar = calendar_of(cast.vera, train, clock.today())
    assert dict(lateness(cast.vera, calendar)) == {team(train, "merlin"): [2]}


@pytest.mark.parametrize(
    ("outcome", "state", "told"),
    [("landed", "todo", [True]), ("missed", "done", [False]), ("", "done", [True]), ("", "todo", [False])],
)
def test_a_feature_landed_when_it_was_noted_so_or_all_its_work_is_done(
    cast: Cast, train: Train, outcome: str, state: str, told: list[bool]
) -> None:
    feature = build_feature(train)
    pi = increment(train)
    build_story(train, feature=feature, state=state, **at(train, 2, points=8))
    with change(root(train)) as frame:
        frame.create(Target(feature=feature, pi=pi, outcome=outcome), "target.created")
        frame.update(pi, "pi.edited", state=Increment.State.CLOSED)
    with on(DAY_ONE_OF_I4):
        calendar = calendar_of(cast.vera, train, clock.today())
    found = past_features(cast.vera, calendar, {team(train, "kestrel"): "Kestrel"})
    assert found == tuple(PastItem(team="Kestrel", points=8, landed=landed) for landed in told)


def test_reading_the_history_writes_nothing(cast: Cast, train: Train) -> None:
    steady(cast, train)
    before = Entry.objects.count()
    record(cast, train)
    assert Entry.objects.count() == before
