"""What a planning problem refuses, in sentences, and what its values promise."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan

import pytest

from headway.engine.errors import Invalid
from headway.engine.planner import (
    AnyOf,
    Arrival,
    Dependency,
    Feature,
    GapLimit,
    NoImprovement,
    Pin,
    PinKind,
    Plan,
    Problem,
    Rounds,
    Story,
    Team,
    TimeLimit,
    Weights,
    score,
    too_large,
)
from headway.engine.planner.stop import Standing

TWO_TEAMS = (Team(key="A", capacity=(10, 10)), Team(key="B", capacity=(10, 10)))
PAIR = (
    Story(key="s", team="A", feature="F", points=3),
    Story(key="t", team="B", feature="F", points=3),
)
SMALL = Problem(
    iterations=("I1", "I2"),
    teams=TWO_TEAMS,
    features=(Feature(key="F", value=5),),
    stories=PAIR,
    dependencies=(Dependency(provider="s", consumer="t"),),
)


def sentence(make: Callable[[], object]) -> str:
    with pytest.raises(Invalid) as caught:
        make()
    return str(caught.value)


def with_(**changes: object) -> Callable[[], Problem]:
    return lambda: replace(SMALL, **changes)


def test_a_circle_of_stories_is_named_with_its_members() -> None:
    back = Dependency(provider="t", consumer="s")
    assert sentence(with_(dependencies=(*SMALL.dependencies, back))) == (
        "s needs t needs s: these wait for each other in a circle; cut one of these dependencies."
    )


def test_a_story_that_needs_itself_is_a_circle() -> None:
    assert sentence(with_(dependencies=(Dependency(provider="s", consumer="s"),))) == (
        "s needs s: these wait for each other in a circle; cut one of these dependencies."
    )


def test_a_story_larger_than_every_iteration_of_its_team_is_to_be_split() -> None:
    large = (replace(PAIR[0], points=10.5), PAIR[1])
    assert sentence(with_(stories=large)) == (
        "Story s has 10.5 points and A has no iteration with more than 10; split this story."
    )
    assert too_large(TWO_TEAMS, large) == ("s",)
    assert too_large(TWO_TEAMS, PAIR) == ()


@pytest.mark.parametrize("number", [-1, nan, inf, "3", True])
def test_points_capacities_values_and_weights_are_finite_and_not_negative(number: float) -> None:
    made = (
        lambda: Story(key="s", team="A", feature=None, points=number),
        lambda: Team(key="A", capacity=(1, number)),
        lambda: Feature(key="F", value=number),
        lambda: Weights(early=number),
    )
    fields = ("Points of s", "Capacity of A", "Value of f", "Weight of early")
    starts = [sentence(make).split(" is ")[0] for make in made]
    assert [start.lower() for start in starts] == [field.lower() for field in fields]


@pytest.mark.parametrize("buffer", [-0.1, 1, 1.2, nan])
def test_a_buffer_is_a_fraction_below_one(buffer: float) -> None:
    assert sentence(with_(buffer=buffer)).startswith(f"Buffer is {buffer}; give a")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"stories": (replace(PAIR[0], team="C"), PAIR[1])}, "Story s names 'C'"),
        ({"stories": (replace(PAIR[0], feature="G"), PAIR[1])}, "Story s names 'G'"),
        ({"dependencies": (Dependency(provider="s", consumer="x"),)}, "A dependency names 'x'"),
        ({"arrivals": (Arrival(story="F", iteration=0),)}, "An arrival names 'F'"),
        ({"pins": (Pin(subject="x", kind=PinKind.IN),)}, "A pin names 'x'"),
        ({"pins": (Pin(subject="F", kind=PinKind.HERE, iteration=0),)}, "A pin names 'F'"),
        ({"present": Plan(placement={}), "locks": frozenset({"C"})}, "A lock names 'C'"),
        ({"present": Plan(placement={"x": 0})}, "The present plan names 'x'"),
    ],
)
def test_unknown_keys_are_named(changes: dict[str, object], told: str) -> None:
    assert sentence(with_(**changes)) == f"{told}, which this problem does not have; add it or leave it out."


def test_two_things_cannot_have_one_key() -> None:
    told = "is the key of two things among stories, features and teams; give each a key of its own."
    assert sentence(with_(stories=(PAIR[0], PAIR[0], PAIR[1]))) == f"s {told}"
    assert sentence(with_(stories=(replace(PAIR[0], key="F"), PAIR[1]), dependencies=())) == f"F {told}"
    assert sentence(with_(teams=(*TWO_TEAMS, TWO_TEAMS[0]))) == f"A {told}"


def test_one_subject_has_one_pin() -> None:
    pins = (Pin(subject="s", kind=PinKind.HERE, iteration=0), Pin(subject="s", kind=PinKind.OUT))
    assert sentence(with_(pins=pins)) == "s is pinned 2 times; leave one pin on it."


def test_only_a_pin_to_a_place_names_an_iteration() -> None:
    assert sentence(lambda: Pin(subject="s", kind=PinKind.OUT, iteration=1)).startswith("The pin on s says out and")
    assert sentence(lambda: Pin(subject="s", kind=PinKind.HERE)).startswith("Iteration is -1;")


def test_capacity_is_told_for_every_iteration_and_no_other() -> None:
    assert sentence(with_(iterations=("I1", "I2", "I3"))) == (
        "Team A has capacity for 2 iterations and the PI has 3; give one figure for each iteration."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"stories": (replace(PAIR[0], earliest=2), PAIR[1])},
        {"features": (Feature(key="F", value=5, due=2),)},
        {"arrivals": (Arrival(story="s", iteration=2),)},
        {"pins": (Pin(subject="s", kind=PinKind.HERE, iteration=2),)},
        {"present": Plan(placement={"s": 2})},
    ],
)
def test_iterations_beyond_the_last_are_refused(changes: dict[str, object]) -> None:
    assert sentence(with_(**changes)).endswith(" is 2; give a whole number from 0 to 1.")


def test_a_locked_team_needs_a_plan_to_be_held_to() -> None:
    assert sentence(with_(locks=frozenset({"A"}))) == (
        "A is locked but there is no present plan to hold it to; give the present plan or unlock the team."
    )


def test_a_problem_has_an_iteration_and_at_most_twenty_thousand_stories() -> None:
    assert sentence(with_(iterations=())).startswith("Iterations is 0; give a whole number from 1 to 52")
    assert sentence(with_(stories=PAIR[:1] * 20_001)) == (
        "This problem has 20,001 stories; the planner takes at most 20,000. Plan one PI of one train at a time."
    )


def test_a_plan_does_not_change_with_what_it_was_made_from() -> None:
    placement = {"s": 0}
    plan = Plan(placement=placement)
    placement["t"] = 1
    assert (plan.at("s"), plan.at("t"), len(plan)) == (0, None, 1)
    assert plan.with_({"t": 1}) == Plan(placement={"t": 1, "s": 0})
    assert plan.with_({"t": 1}).without("s", "x") == Plan(placement={"t": 1})


def test_problems_and_plans_travel_between_processes() -> None:
    whole = replace(SMALL, present=Plan(placement={"s": 1}), locks=frozenset({"A"}))
    assert pickle.loads(pickle.dumps(whole)) == whole  # noqa: S301
    assert len({whole, replace(whole)}) == 1


def test_the_parts_of_the_objective_are_told_separately() -> None:
    problem = replace(SMALL, present=Plan(placement={"s": 0, "t": 0}), buffer=0.5)
    parts = score(problem, Plan(placement={"s": 0, "t": 1}))
    assert (parts.value, parts.early, parts.slack, parts.level, parts.buffer, parts.closeness) == (
        1.0,
        0.5,
        -0.5,
        0.0,
        0.0,
        0.5,
    )
    assert parts.total == 100 + 5 - 0.5 + 7.5
    crowded = replace(problem, stories=(replace(PAIR[0], points=8), PAIR[1]))
    parts = score(crowded, Plan(placement={"s": 0}))
    assert (parts.value, parts.level, parts.buffer) == (0.0, -3.5 / 11, -3 / 11)


def test_stops_say_why_and_combine() -> None:
    at = Standing(seconds=2.0, rounds=10, stale=5, gap=0.01)
    stops = (TimeLimit(2), Rounds(10), NoImprovement(5), GapLimit(0.01))
    told = (
        "after 2 seconds",
        "after 10 rounds",
        "without a better plan in 5 rounds",
        "within 1.00% of the best possible",
    )
    assert tuple(stop.reached(at) for stop in stops) == told
    later = (TimeLimit(3), Rounds(11), NoImprovement(6), GapLimit(0.009))
    assert AnyOf(*later).reached(at) is None
    assert AnyOf(*later, stops[1]).reached(at) == told[1]
    assert GapLimit(0.5).reached(replace(at, gap=None)) is None


def test_the_planner_is_imported_without_arrays_and_solvers() -> None:
    look = (
        "import sys, headway.engine.planner; print(sorted({'numpy', 'scipy', 'ortools', 'django'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == "[]\n"
