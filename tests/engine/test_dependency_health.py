import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.engine.network.health import Health, finishing, health, position, slack
from headway.engine.values.dependency import ARRIVED, DROPPED, DependencyState
from tests.engine.makers import calm

WAITING = frozenset(DependencyState) - ARRIVED - DROPPED
places = st.none() | st.integers(0, 40)


@pytest.mark.parametrize(
    ("provider", "consumer", "told"),
    [
        (1, 2, "ok"),
        (0, 5, "ok"),
        (2, 2, "tight"),
        (3, 2, "conflict"),
        (None, 2, "conflict"),
        (2, None, "unplanned"),
        (None, None, "unplanned"),
    ],
)
def test_health_compares_where_the_two_ends_stand(provider: int | None, consumer: int | None, told: str) -> None:
    assert {health(provider, consumer, state) for state in WAITING} == {Health(told)}


@calm
@given(places, places)
def test_what_has_arrived_is_ok_wherever_the_cards_stand(provider: int | None, consumer: int | None) -> None:
    assert {health(provider, consumer, state) for state in ARRIVED} == {Health.OK}


@calm
@given(places, places)
def test_what_was_declined_or_is_obsolete_is_no_string(provider: int | None, consumer: int | None) -> None:
    assert {health(provider, consumer, state) for state in DROPPED} == {None}


def test_a_state_may_be_given_by_its_word_but_must_be_one() -> None:
    assert health(1, 1, "in_progress") is Health.TIGHT
    with pytest.raises(ValueError, match="'maybe' is not a valid DependencyState"):
        health(1, 1, "maybe")


ORDER = [Health.CONFLICT, Health.TIGHT, Health.OK]


@calm
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5))
def test_an_earlier_provider_or_a_later_consumer_never_makes_it_worse(provider: int, consumer: int, by: int) -> None:
    now = ORDER.index(health(provider, consumer, "committed"))
    assert now <= ORDER.index(health(provider - by, consumer, "committed"))
    assert now <= ORDER.index(health(provider, consumer + by, "committed"))


def test_slack_counts_iterations_and_is_unknown_when_an_end_is_unplanned() -> None:
    assert [slack(1, 4), slack(2, 2), slack(3, 1)] == [3, 0, -2]
    assert [slack(None, 1), slack(1, None), slack(None, None)] == [None, None, None]


def test_a_linked_item_stands_where_it_is_planned_and_only_then_the_promise_counts() -> None:
    assert position(linked=True, item=3, promised=1) == 3
    assert position(linked=True, item=None, promised=1) is None
    assert position(linked=False, item=None, promised=1) == 1
    assert position(linked=False, item=None, promised=None) is None


def test_a_feature_stands_where_its_last_planned_story_finishes() -> None:
    assert finishing([2, None, 4, 0]) == 4
    assert finishing([None, None]) is None
    assert finishing([]) is None
