from datetime import date
from decimal import Decimal

import pytest

from headway.engine.errors import Invalid
from headway.engine.rules.capacity import (
    CapacityRule,
    Override,
    PastIteration,
    Reason,
    available_days,
    person_days,
    round_points,
    team_capacity,
    weigh,
)
from headway.engine.values.interval import Interval
from headway.engine.values.team import Away, Closure, Member
from tests.engine.makers import MONDAY, TWO_WEEKS, away, days, iteration, member, past

GOOD_FRIDAY, EASTER_MONDAY = date(2026, 4, 3), date(2026, 4, 6)
EASTER = Interval(starts_on=date(2026, 3, 30), ends_on=date(2026, 4, 12))


def test_a_new_team_of_seven_has_eight_points_each() -> None:
    capacity = team_capacity(members=[member(f"M{place}") for place in range(7)], iteration=iteration())
    assert (capacity.rule, capacity.person_days, capacity.points) == (CapacityRule.STARTING, 70, 56)
    assert (capacity.committable, capacity.buffer) == (Decimal("44.5"), Decimal("11.5"))


@pytest.mark.parametrize(("weeks", "points"), [(1, 4), (2, 8), (3, 12), (4, 16)])
def test_the_starting_rule_scales_with_the_length_of_the_iteration(weeks: int, points: int) -> None:
    interval = Interval(starts_on=MONDAY, ends_on=date.fromordinal(MONDAY.toordinal() + weeks * 7 - 1))
    assert team_capacity(members=[member()], iteration=iteration(interval)).points == points


def test_easter_is_worked_out_by_hand() -> None:
    """Ada: 10 - 2 holidays - 1 training = 7. Bo, elsewhere: half of 10 - 3. Cy joins on 8 April: 3."""
    holidays = {GOOD_FRIDAY: "Good Friday", EASTER_MONDAY: "Easter Monday"}
    team = [
        member("Ada", holidays=holidays, away=(away(date(2026, 4, 1), reason="training", note="Rust"),)),
        member("Bo", share_percent=50, away=(away(date(2026, 4, 8), date(2026, 4, 10), note="Leave"),)),
        member("Cy", holidays=holidays, starts_on=date(2026, 4, 8)),
    ]
    capacity = team_capacity(members=team, iteration=iteration(EASTER))
    assert [one.days for one in capacity.people] == [Decimal(7), Decimal("3.5"), Decimal(3)]
    assert capacity.person_days == Decimal("13.5")
    assert capacity.calculated == Decimal("10.5")  # 13.5 x 0.8 = 10.8, down to halves
    assert capacity.committable == Decimal("8.0")  # 10.5 x 0.8 = 8.4
    assert capacity.buffer == Decimal("2.5")
    assert capacity.sentences() == (
        (
            "Ada: 7 person-days = 10 working days less 1 training (Rust), 1 public holiday (Good Friday), "
            "1 public holiday (Easter Monday)."
        ),
        "Bo: 3.5 person-days = 10 working days less 3 absence (Leave), at 50 %.",
        "Cy: 3 person-days = 10 working days less 7 not in the team.",
        ("10.5 points by the starting rule: 13.5 person-days times 8 points a full-time person per 10 working days."),
        "8 points may be committed; 2.5 stay as buffer (20 %).",
    )


def test_velocity_takes_over_from_the_third_completed_iteration() -> None:
    """(30 + 40 + 35) / (50 + 50 + 40) = 0.75 points a person-day; 20 person-days now."""
    team = [member("Ada"), member("Bo")]
    history = past((30, 50), (40, 50), (35, 40))
    capacity = team_capacity(members=team, iteration=iteration(), history=history)
    assert (capacity.rule, capacity.points) == (CapacityRule.VELOCITY, 15)
    assert team_capacity(members=team, iteration=iteration(), history=history[:2]).rule is CapacityRule.STARTING
    assert capacity.sentences()[2] == (
        "15 points by velocity: 105 points in 140 person-days over P1, P2, P3, times 20 person-days now."
    )


def test_only_the_last_five_completed_iterations_count() -> None:
    history = past((900, 10), *[(10, 10)] * 5)
    capacity = team_capacity(members=[member()], iteration=iteration(), history=history)
    assert (capacity.points, [one.name for one in capacity.past]) == (10, ["P2", "P3", "P4", "P5", "P6"])


def test_ip_iterations_and_iterations_without_people_say_nothing_about_velocity() -> None:
    ip = PastIteration(name="IP", points=Decimal(1), person_days=Decimal(10), is_ip=True)
    empty = PastIteration(name="Break", points=Decimal(4), person_days=Decimal(0))
    history = [*past((10, 10), (10, 10)), ip, empty]
    assert team_capacity(members=[member()], iteration=iteration(), history=history).past == ()
    history += past((10, 10))
    assert team_capacity(members=[member()], iteration=iteration(), history=history).points == 10


def test_an_override_with_a_note_wins_and_leaves_the_rule_visible() -> None:
    capacity = team_capacity(
        members=[member()],
        iteration=iteration(),
        override=Override(points=Decimal("5.5"), note="Helping Merlin move house"),
    )
    assert (capacity.rule, capacity.points, capacity.calculated) == (CapacityRule.OVERRIDE, Decimal("5.5"), 8)
    assert (capacity.committable, capacity.buffer) == (4, Decimal("1.5"))
    assert capacity.sentences()[-2] == "Set to 5.5 points by hand: Helping Merlin move house"


@pytest.mark.parametrize("note", ["", "   "])
def test_an_override_without_a_note_is_refused(note: str) -> None:
    with pytest.raises(Invalid) as refused:
        Override(points=Decimal(5), note=note)
    assert refused.value.data == {"field": "note", "value": note}


def test_an_override_in_thirds_is_refused_with_its_neighbours() -> None:
    with pytest.raises(Invalid, match=r"Points is 5.3; give whole or half points, such as 5.0 or 5.5."):
        Override(points=Decimal("5.3"), note="why")


def test_the_ip_iteration_has_capacity_but_takes_no_committed_work() -> None:
    capacity = team_capacity(members=[member()], iteration=iteration(is_ip=True))
    assert (capacity.points, capacity.committable, capacity.buffer) == (8, 0, 0)
    assert capacity.sentences()[-1].startswith("The IP iteration takes no committed feature work")


def test_a_team_of_nobody_has_no_capacity_and_says_so() -> None:
    gone = member(ends_on=date(2026, 3, 1))
    for team in ([], [gone]):
        capacity = team_capacity(members=team, iteration=iteration(), history=past(*[(9, 9)] * 3))
        assert (capacity.rule, capacity.points, capacity.people) == (CapacityRule.NO_PEOPLE, 0, ())
        assert capacity.sentences()[0].startswith("0 points: nobody is in the team yet.")


def test_a_float_counts_as_the_number_it_is_written_as() -> None:
    capacity = team_capacity(members=[member()], iteration=iteration(), buffer_percent=0.1, points_per_person=7.3)
    assert (capacity.points_per_person, capacity.buffer_percent) == (Decimal("7.3"), Decimal("0.1"))
    assert weigh(0.1, capacity).load == Decimal("0.1")


def test_a_membership_may_be_open_at_both_ends() -> None:
    assert person_days(Member(person="ada", name="Ada"), TWO_WEEKS).days == 10


def test_somebody_with_no_share_is_in_the_team_and_adds_nothing() -> None:
    capacity = team_capacity(members=[member(share_percent=0)], iteration=iteration())
    assert (capacity.rule, capacity.points, len(capacity.people)) == (CapacityRule.STARTING, 0, 1)


def test_a_day_is_taken_off_once_and_for_the_first_reason() -> None:
    friday = date(2026, 3, 6)
    everything = member(
        holidays={friday: "Founders' Day"},
        away=(away(MONDAY, date(2026, 3, 15), "training", "Course"), away(MONDAY, friday, note="Leave")),
    )
    closure = Closure(interval=days(date(2026, 3, 5), friday), name="Move")
    told = person_days(everything, TWO_WEEKS, [closure])
    assert [(lost.reason, lost.label, len(lost.days)) for lost in told.taken_off] == [
        (Reason.ABSENCE, "Leave", 3),
        (Reason.CLOSURE, "Move", 1),
        (Reason.HOLIDAY, "Founders' Day", 1),
        (Reason.TRAINING, "Course", 5),
    ]
    assert (told.working_days, told.present_days, told.days) == (10, 0, 0)


def test_days_off_on_a_weekend_take_nothing() -> None:
    saturday, sunday = date(2026, 3, 7), date(2026, 3, 8)
    told = person_days(member(holidays={saturday: "A Saturday"}, away=(away(sunday),)), TWO_WEEKS)
    assert (told.taken_off, told.days) == ((), 10)


def test_a_weekend_may_lie_elsewhere() -> None:
    friday, saturday = 4, 5
    told = person_days(member(weekend=frozenset({friday, saturday}), away=(away(date(2026, 3, 8)),)), TWO_WEEKS)
    assert (told.working_days, told.days) == (10, 9)


def test_the_availability_of_a_past_iteration_is_the_sum_of_its_people() -> None:
    team = [member("Ada"), member("Bo", share_percent=80), member("Cy", ends_on=date(2026, 3, 6))]
    assert available_days(team, TWO_WEEKS) == Decimal("23.00")


def test_a_load_is_held_against_the_buffer_first() -> None:
    capacity = team_capacity(members=[member() for _ in range(5)], iteration=iteration())
    assert (capacity.points, capacity.committable, capacity.buffer) == (40, 32, 8)
    seen = {
        load: (cell.buffer_used, cell.over_committable, cell.over_capacity)
        for load in (0, 32, 35, 40, 46)
        for cell in [weigh(load, capacity)]
    }
    assert seen == {0: (0, 0, 0), 32: (0, 0, 0), 35: (3, 3, 0), 40: (8, 8, 0), 46: (8, 14, 6)}


def test_work_that_fits_the_ip_iteration_is_over_nothing() -> None:
    capacity = team_capacity(members=[member()], iteration=iteration(is_ip=True))
    fits, over = weigh(8, capacity), weigh(9, capacity)
    assert (fits.buffer_used, fits.over_committable, fits.over_capacity) == (0, 0, 0)
    assert (over.over_committable, over.over_capacity) == (1, 1)


@pytest.mark.parametrize(("points", "down"), [("7.99", "7.5"), ("7.5", "7.5"), ("0.49", "0"), ("10.8", "10.5")])
def test_points_go_down_to_halves(points: str, down: str) -> None:
    assert round_points(Decimal(points)) == Decimal(down)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"buffer_percent": -1}, "buffer_percent"),
        ({"buffer_percent": 101}, "buffer_percent"),
        ({"buffer_percent": Decimal("NaN")}, "buffer_percent"),
        ({"points_per_person": -1}, "points_per_person"),
        ({"points_per_person": float("inf")}, "points_per_person"),
        ({"points_per_person": "8"}, "points_per_person"),
    ],
)
def test_a_rule_out_of_bounds_is_refused(told: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        team_capacity(members=[member()], iteration=iteration(), **told)
    assert refused.value.data["field"] == field


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"share_percent": -1}, "share_percent"),
        ({"share_percent": 101}, "share_percent"),
        ({"name": " "}, "name"),
        ({"person": ""}, "person"),
        ({"ends_on": date(2024, 12, 31)}, "ends_on"),
        ({"weekend": frozenset({7})}, "weekend"),
    ],
)
def test_a_member_out_of_bounds_is_refused(told: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Member(**({"person": "ada", "name": "Ada", "starts_on": date(2025, 1, 1)} | told))
    assert refused.value.data["field"] == field


def test_a_closure_has_a_name_and_a_load_is_not_negative() -> None:
    with pytest.raises(Invalid, match="Name is ''"):
        Closure(interval=TWO_WEEKS, name="")
    with pytest.raises(Invalid, match="Load is -1"):
        weigh(-1, team_capacity(members=[], iteration=iteration()))
    assert Away(interval=TWO_WEEKS).note == ""
