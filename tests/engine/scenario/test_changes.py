"""What would be if: each kind of change in the questions of planner and forecast."""

import pytest

from headway.engine.errors import Invalid
from headway.engine.forecast import Arrival as ForecastArrival
from headway.engine.forecast import Dependency as ForecastDependency
from headway.engine.forecast import ForecastProblem, Item, Objective, PastIteration, TeamAhead, TeamHistory
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import Arrival, Dependency, Feature, Pin, PinKind, Problem, Story, Team
from headway.engine.scenario import (
    AddFeature,
    CapacityChange,
    Change,
    DropFeature,
    NewStory,
    Slip,
    change_forecast,
    change_problem,
    replanned,
)

ITERATIONS = ("I1", "I2", "I3")


def asked() -> Problem:
    """Kestrel's F1 feeds Merlin's F2; Merlin's F3 waits for somebody outside."""
    return Problem(
        iterations=ITERATIONS,
        teams=(Team(key="kestrel", capacity=(10, 10, 10)), Team(key="merlin", capacity=(8, 8, 8))),
        features=(Feature(key="F1", value=5), Feature(key="F2", value=3), Feature(key="F3", value=2)),
        stories=(
            Story(key="a", team="kestrel", feature="F1", points=5),
            Story(key="b", team="merlin", feature="F2", points=8),
            Story(key="c", team="merlin", feature="F3", points=3),
        ),
        dependencies=(Dependency(provider="a", consumer="b"),),
        arrivals=(Arrival(story="c", iteration=0),),
        pins=(Pin(subject="a", kind=PinKind.HERE, iteration=0),),
        present=Plan(placement={"a": 0, "b": 1, "c": 1}),
    )


def awaited() -> ForecastProblem:
    """The same train to the forecast."""

    def team(key: str, points: float) -> TeamAhead:
        past = tuple(PastIteration(completed=points, available=points) for _ in range(6))
        return TeamAhead(key=key, capacity=(points,) * 3, history=TeamHistory(team=key, iterations=past))

    return ForecastProblem(
        iterations=ITERATIONS,
        teams=(team("kestrel", 10), team("merlin", 8)),
        items=(
            Item(key="a", team="kestrel", points=5, planned=0, feature="F1"),
            Item(key="b", team="merlin", points=8, planned=1, feature="F2"),
            Item(key="c", team="merlin", points=3, planned=1, feature="F3"),
        ),
        dependencies=(ForecastDependency(key="D1", provider="a", consumer="b"),),
        arrivals=(ForecastArrival(key="D2", item="c", party="Velmara", promised=0),),
        objectives=(Objective(key="O1", items=("F1",)), Objective(key="O2", items=("F3", "b"))),
    )


def changed(*changes: Change) -> Problem:
    return change_problem(asked(), changes)


def expected(*changes: Change) -> ForecastProblem:
    return change_forecast(awaited(), changes)


def test_no_change_leaves_both_questions_as_they_are() -> None:
    assert changed() == asked()
    assert expected() == awaited()


def test_a_team_can_have_half_its_capacity_in_one_iteration_or_in_all() -> None:
    one = CapacityChange(team="kestrel", iteration="I2", percent=50)
    everywhere = CapacityChange(team="kestrel", percent=50)
    assert changed(one).teams[0].capacity == (10, 5, 10)
    assert changed(everywhere).teams[0].capacity == (5, 5, 5)
    assert expected(one).teams[0].capacity == (10, 5, 10)
    assert expected(one).teams[1] == awaited().teams[1]


def test_changes_are_made_one_after_the_other() -> None:
    twice = (CapacityChange(team="kestrel", percent=50), CapacityChange(team="kestrel", iteration="I1", percent=0))
    assert changed(*twice).teams[0].capacity == (0, 5, 5)


def test_a_story_too_large_for_what_capacity_is_left_leaves_with_what_needs_it() -> None:
    after = changed(CapacityChange(team="kestrel", percent=10))
    assert [story.key for story in after.stories] == ["c"]
    assert [(each.key, each.value) for each in after.features] == [("F1", 0), ("F2", 0), ("F3", 2)]
    assert after.present == Plan(placement={"c": 1})
    assert after.dependencies == after.pins == ()


def test_a_capacity_change_for_an_iteration_that_is_over_changes_nothing() -> None:
    assert expected(CapacityChange(team="kestrel", iteration="I0", percent=0)) == awaited()


def test_what_slips_comes_later_and_keeps_no_pin() -> None:
    after = changed(Slip(provider="a", iterations=1))
    assert after.stories[0].earliest == 1
    assert after.pins == ()
    assert expected(Slip(provider="a", iterations=1)).items[0].earliest == 1


def test_what_slips_out_of_the_pi_takes_along_what_needs_it() -> None:
    assert [story.key for story in changed(Slip(provider="a", iterations=3)).stories] == ["c"]
    after = expected(Slip(provider="a", iterations=3))
    assert [item.key for item in after.items] == ["c"]
    assert after.objectives == ()


def test_an_arrival_can_slip_and_past_the_last_iteration_its_story_is_out() -> None:
    late = Slip(consumer="c", iterations=1)
    assert changed(late).arrivals == (Arrival(story="c", iteration=1),)
    assert expected(late).arrivals[0].promised == 1
    too_late = changed(Slip(consumer="c", iterations=2))
    assert [story.key for story in too_late.stories] == ["a", "b"]
    assert expected(Slip(consumer="c", iterations=9)).arrivals[0].promised == 2


def test_a_dropped_feature_takes_along_what_needs_it() -> None:
    after = changed(DropFeature(feature="F1"))
    assert [feature.key for feature in after.features] == ["F2", "F3"]
    assert [story.key for story in after.stories] == ["c"]
    assert [item.key for item in expected(DropFeature(feature="F1")).items] == ["c"]
    assert [item.key for item in expected(DropFeature(feature="F3")).items] == ["a", "b"]


def test_an_added_feature_brings_its_stories_unplanned() -> None:
    fresh = AddFeature(
        key="new", value=9, stories=(NewStory(team="kestrel", points=3), NewStory(team="merlin", points=2))
    )
    after = changed(fresh)
    assert after.features[-1] == Feature(key="new", value=9)
    assert after.stories[-1] == Story(key="new/2", team="merlin", feature="new", points=2)
    assert expected(fresh).items[-1] == Item(key="new/2", team="merlin", points=2, feature="new")


def test_another_plan_gives_the_items_it_names_their_places() -> None:
    moved = replanned(awaited(), {"a": "I3", "b": "I0"})
    assert [item.planned for item in moved.items] == [2, 0, 1]
    assert [item.planned for item in replanned(awaited(), {"c": None}).items] == [0, 1, None]


@pytest.mark.parametrize(
    "change",
    [
        CapacityChange(team="wren", percent=50),
        Slip(provider="x", iterations=1),
        Slip(consumer="a", iterations=1),
        DropFeature(feature="F9"),
        AddFeature(key="new", value=1, stories=(NewStory(team="wren", points=1),)),
    ],
)
def test_a_change_of_something_unknown_is_refused_by_both(change: Change) -> None:
    with pytest.raises(Invalid, match="which is not in this PI's plan"):
        changed(change)
    with pytest.raises(Invalid, match="which is not in this PI's plan"):
        expected(change)


def test_changes_out_of_bounds_are_refused() -> None:
    for wrong in (
        lambda: CapacityChange(team="kestrel", percent=-1),
        lambda: CapacityChange(team="kestrel", percent=float("nan")),
        lambda: Slip(provider="a", iterations=0),
        lambda: Slip(iterations=1),
        lambda: AddFeature(key="new", value=1, stories=()),
        lambda: NewStory(team="kestrel", points=1001),
    ):
        with pytest.raises(Invalid):
            wrong()
