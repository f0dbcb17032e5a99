from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from headway.engine.rules.capacity import Capacity, Override, PastIteration, team_capacity, weigh
from headway.engine.values.interval import Interval
from headway.engine.values.team import Away, AwayReason, Closure, Member
from tests.engine.makers import calm, iteration

YEAR = st.dates(date(2026, 1, 1), date(2026, 3, 31))
intervals = st.tuples(YEAR, st.integers(0, 27)).map(
    lambda told: Interval(starts_on=told[0], ends_on=told[0] + timedelta(days=told[1]))
)
aways = st.lists(st.builds(Away, interval=intervals, reason=st.sampled_from(AwayReason)), max_size=3).map(tuple)
closures = st.lists(st.builds(Closure, interval=intervals, name=st.just("Shut")), max_size=2)


@st.composite
def members(draw: st.DrawFn) -> Member:
    starts_on = draw(YEAR)
    name = draw(st.sampled_from(["Ada", "Bo", "Cy", "Dee"]))
    length = draw(st.none() | st.integers(0, 90))
    return Member(
        person=name,
        name=name,
        starts_on=starts_on,
        ends_on=None if length is None else starts_on + timedelta(days=length),
        share_percent=draw(st.integers(1, 100)),
        holidays=dict.fromkeys(draw(st.lists(YEAR, max_size=5)), "Holiday"),
        away=draw(aways),
        weekend=draw(st.sampled_from([frozenset({5, 6}), frozenset({4, 5}), frozenset({6})])),
    )


teams = st.lists(members(), max_size=6)
points = st.decimals(0, 200, places=1)
histories = st.lists(
    st.builds(
        PastIteration,
        name=st.just("P"),
        points=points,
        person_days=points,
        is_ip=st.sampled_from([False, False, True]),
    ),
    max_size=7,
)
buffers = st.integers(0, 100)


def capacity_of(
    team: list[Member],
    interval: Interval,
    history: list[PastIteration],
    shut: list[Closure],
    buffer: int = 20,
) -> Capacity:
    return team_capacity(
        members=team, iteration=iteration(interval), history=history, closures=shut, buffer_percent=buffer
    )


@calm
@given(teams, intervals, histories, closures, buffers)
def test_the_parts_make_the_whole(
    team: list[Member], interval: Interval, history: list[PastIteration], shut: list[Closure], buffer: int
) -> None:
    told = capacity_of(team, interval, history, shut, buffer)
    assert told.committable + told.buffer == told.points == told.calculated
    assert told.committable <= told.points * (100 - buffer) / 100 < told.committable + Decimal("0.5")
    assert [value % Decimal("0.5") for value in (told.points, told.committable, told.buffer)] == [0, 0, 0]
    assert told.person_days == sum(one.days for one in told.people)
    for one in told.people:
        taken = [day for lost in one.taken_off for day in lost.days]
        assert len(taken) == len(set(taken)) == one.working_days - one.present_days
        assert one.days == Decimal(one.present_days) * one.share_percent / 100


@calm
@given(teams, members(), intervals, histories, closures)
def test_one_more_person_is_never_less_capacity(
    team: list[Member], joins: Member, interval: Interval, history: list[PastIteration], shut: list[Closure]
) -> None:
    assert (
        capacity_of(team, interval, history, shut).points <= capacity_of([*team, joins], interval, history, shut).points
    )


@calm
@given(st.lists(members(), min_size=1, max_size=4), intervals, histories, closures, st.data())
def test_coming_back_to_work_is_never_less_capacity(
    team: list[Member],
    interval: Interval,
    history: list[PastIteration],
    shut: list[Closure],
    data: st.DataObject,
) -> None:
    place = data.draw(st.integers(0, len(team) - 1))
    back = data.draw(
        st.sampled_from(
            [
                {"away": ()},
                {"holidays": {}},
                {"ends_on": None},
                {"share_percent": 100},
                {"weekend": frozenset()},
            ]
        )
    )
    more = [*team[:place], replace(team[place], **back), *team[place + 1 :]]
    before, after = capacity_of(team, interval, history, shut), capacity_of(more, interval, history, shut)
    assert before.points <= after.points
    assert capacity_of(team, interval, history, []).points >= before.points


@calm
@given(teams, intervals, histories, closures)
def test_a_longer_iteration_is_never_less_capacity(
    team: list[Member], interval: Interval, history: list[PastIteration], shut: list[Closure]
) -> None:
    longer = Interval(starts_on=interval.starts_on, ends_on=interval.ends_on + timedelta(days=3))
    assert capacity_of(team, interval, history, shut).points <= capacity_of(team, longer, history, shut).points


@calm
@given(teams, intervals, histories, closures, st.randoms(use_true_random=False))
def test_neither_names_nor_their_order_change_a_number(
    team: list[Member], interval: Interval, history: list[PastIteration], shut: list[Closure], random: object
) -> None:
    others = [
        replace(one, person=f"p{place}", name=f"Person {place}", away=one.away[::-1]) for place, one in enumerate(team)
    ]
    random.shuffle(others)
    renamed = [replace(one, name=f"Sprint {place}") for place, one in enumerate(history)]
    one, other = (
        capacity_of(team, interval, history, shut),
        capacity_of(others, interval, renamed, shut[::-1]),
    )
    assert (one.rule, one.person_days, one.points, one.committable) == (
        other.rule,
        other.person_days,
        other.points,
        other.committable,
    )


@calm
@given(teams, intervals, buffers, buffers)
def test_a_larger_buffer_never_lets_more_be_committed(
    team: list[Member], interval: Interval, one: int, other: int
) -> None:
    small, large = sorted((one, other))
    assert (
        capacity_of(team, interval, [], [], large).committable <= capacity_of(team, interval, [], [], small).committable
    )


@calm
@given(teams, intervals, histories, st.integers(0, 400).map(lambda halves: Decimal(halves) / 2))
def test_an_override_wins_whatever_the_rule_says(
    team: list[Member], interval: Interval, history: list[PastIteration], points: Decimal
) -> None:
    told = team_capacity(
        members=team,
        iteration=iteration(interval),
        history=history,
        override=Override(points=points, note="agreed"),
    )
    assert (told.points, told.calculated) == (points, capacity_of(team, interval, history, []).points)


@calm
@given(teams, intervals, st.decimals(0, 500, places=1), buffers)
def test_a_load_is_inside_in_the_buffer_or_over_and_nothing_else(
    team: list[Member], interval: Interval, load: Decimal, buffer: int
) -> None:
    told = capacity_of(team, interval, [], [], buffer)
    cell = weigh(load, told)
    assert min(load, told.committable) + cell.buffer_used + cell.over_capacity == load
    assert cell.over_committable == cell.buffer_used + cell.over_capacity
    assert 0 <= cell.buffer_used <= told.buffer
