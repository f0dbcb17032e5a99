from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.engine.errors import Invalid
from headway.engine.values.cadence import Cadence, IncrementPlan, IterationPlan, generate_increment
from headway.engine.values.interval import Interval
from tests.engine.makers import MONDAY, calm, days


def test_the_usual_increment_is_five_fortnights_and_a_fortnight_of_ip() -> None:
    increment = generate_increment(Cadence(), MONDAY, 3)
    assert [(one.name, str(one.interval), one.is_ip) for one in increment.iterations] == [
        ("I1", "2026-03-02 to 2026-03-15", False),
        ("I2", "2026-03-16 to 2026-03-29", False),
        ("I3", "2026-03-30 to 2026-04-12", False),
        ("I4", "2026-04-13 to 2026-04-26", False),
        ("I5", "2026-04-27 to 2026-05-10", False),
        ("IP", "2026-05-11 to 2026-05-24", True),
    ]
    assert (increment.name, increment.next_start) == ("PI 3", date(2026, 5, 25))


def test_a_train_without_an_ip_iteration_gets_none() -> None:
    increment = generate_increment(Cadence(iteration_weeks=3, iterations=4, ip_weeks=0), MONDAY, 1)
    assert [one.name for one in increment.iterations] == ["I1", "I2", "I3", "I4"]
    assert increment.interval.days == 84


@calm
@given(
    st.integers(1, 4),
    st.integers(1, 12),
    st.integers(0, 4),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_iterations_fill_the_increment_without_gap_or_overlap(
    weeks: int, count: int, ip_weeks: int, start: date
) -> None:
    cadence = Cadence(iteration_weeks=weeks, iterations=count, ip_weeks=ip_weeks)
    increment = generate_increment(cadence, start, 7)
    covered = [day for one in increment.iterations for day in one.interval]
    assert covered == [start + timedelta(days=place) for place in range(cadence.weeks * 7)]
    assert all(one.interval.starts_on.weekday() == start.weekday() for one in increment.iterations)
    assert [one.is_ip for one in increment.iterations] == [False] * count + [True] * bool(ip_weeks)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"iteration_weeks": 0}, "iteration_weeks"),
        ({"iteration_weeks": 5}, "iteration_weeks"),
        ({"iteration_weeks": True}, "iteration_weeks"),
        ({"iterations": 0}, "iterations"),
        ({"iterations": 13}, "iterations"),
        ({"ip_weeks": -1}, "ip_weeks"),
        ({"ip_weeks": 5}, "ip_weeks"),
    ],
)
def test_a_cadence_out_of_bounds_names_field_value_and_way_out(told: dict[str, int], field: str) -> None:
    with pytest.raises(Invalid, match=f"is {told[field]}; give a whole number from ") as refused:
        Cadence(**told)
    assert refused.value.data == {"field": field, "value": told[field]}


def test_an_increment_that_runs_off_the_calendar_is_refused() -> None:
    with pytest.raises(Invalid, match="runs off the calendar; give an earlier start"):
        generate_increment(Cadence(), date(9999, 12, 1), 1)
    last = generate_increment(Cadence(iterations=1, ip_weeks=0), date.max - timedelta(weeks=2), 1)
    assert last.next_start == date.max


def test_an_increment_with_a_gap_is_refused() -> None:
    first = IterationPlan(number=1, name="I1", interval=days(MONDAY))
    late = IterationPlan(number=2, name="I2", interval=days(MONDAY + timedelta(days=2)))
    with pytest.raises(Invalid, match="I2 starts on 2026-03-04 but I1 ends on 2026-03-02; start it the day after"):
        IncrementPlan(number=1, name="PI 1", iterations=(first, late))
    with pytest.raises(Invalid, match="PI 1 has no iterations"):
        IncrementPlan(number=1, name="PI 1", iterations=())


def test_an_interval_holds_both_its_ends() -> None:
    interval = days(MONDAY, MONDAY + timedelta(days=2))
    assert list(interval) == [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)]
    assert interval.days == 3
    assert [MONDAY - timedelta(days=1) in interval, MONDAY in interval] == [False, True]


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid, match="ends on 2026-03-01, before it starts on 2026-03-02") as refused:
        Interval(starts_on=MONDAY, ends_on=date(2026, 3, 1))
    assert refused.value.data == {"field": "ends_on", "value": date(2026, 3, 1)}


def test_a_moment_is_not_a_day() -> None:
    with pytest.raises(Invalid, match="give a date such as"):
        Interval(starts_on=datetime(2026, 3, 2, 9), ends_on=MONDAY)  # noqa: DTZ001


def test_the_last_day_of_the_calendar_can_be_walked() -> None:
    assert list(days(date.max)) == [date.max]


dates = st.dates(date(2026, 1, 1), date(2026, 2, 28))
intervals = st.tuples(dates, dates).map(lambda pair: Interval(starts_on=min(pair), ends_on=max(pair)))


@calm
@given(intervals, intervals)
def test_what_two_intervals_share_is_what_their_days_share(one: Interval, other: Interval) -> None:
    shared = sorted(set(one) & set(other))
    common = one.common(other)
    assert list(common or ()) == shared
    assert one.overlaps(other) == other.overlaps(one) == bool(shared)
    assert all(after - before == timedelta(days=1) for before, after in pairwise(shared))
