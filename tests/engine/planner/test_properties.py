"""What holds for every problem: the rules, the bound, the optimum of tiny problems, and no change without a cause."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headway.engine.planner import PinKind, Plan, Problem, Rounds, draft_plan, score
from headway.engine.planner.check import check_plan
from tests.engine.makers import calm
from tests.engine.planner.tiny import best, tiny_problem
from tests.instances import instance

TINY = range(40)
NEAR = 1e-9


def drafted(problem: Problem, rounds: int = 200, seed: int = 0) -> Plan:
    return draft_plan(problem, Rounds(rounds), seed=seed, exact=False).plan


@pytest.fixture(scope="module")
def optima() -> dict[int, float | None]:
    """The best objective of each tiny problem by trying every plan; None where there is none."""
    return {seed: best(tiny_problem(seed)) for seed in TINY}


def test_tiny_problems_come_out_at_their_optimum_and_below_their_bound(optima: dict[int, float | None]) -> None:
    for seed, most in optima.items():
        result = draft_plan(tiny_problem(seed), Rounds(200), exact=False)
        assert result.feasible == (most is not None), seed
        if most is not None:
            assert result.objective.total == pytest.approx(most, abs=NEAR), seed
            assert result.bound is not None
            assert result.bound >= most - NEAR, seed


@calm
@given(st.integers(0, 10**6), st.integers(0, 30), st.integers(0, 5))
def test_every_plan_passes_the_checker(number: int, rounds: int, seed: int) -> None:
    problem = tiny_problem(number)
    result = draft_plan(problem, Rounds(rounds), seed=seed, exact=False)
    assume(result.feasible)
    assert check_plan(problem, result.plan) == ()
    assert result.objective == score(problem, result.plan)
    assert result.bound is not None
    assert result.objective.total <= result.bound + NEAR


@settings(calm, max_examples=25)
@given(st.integers(0, 10**6), st.integers(0, 40))
def test_a_small_train_gets_a_plan_that_passes_the_checker(number: int, rounds: int) -> None:
    problem = instance("S", number)
    result = draft_plan(problem, Rounds(rounds), exact=False)
    assume(result.feasible)
    assert check_plan(problem, result.plan) == ()


@calm
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_warm_start_is_never_made_worse(number: int, other: int) -> None:
    problem = tiny_problem(number)
    start = draft_plan(problem, Rounds(20), seed=other, exact=False)
    assume(start.feasible)
    warm = draft_plan(problem, Rounds(0), start=start.plan, exact=False)
    assert warm.objective.total >= start.objective.total - NEAR


@calm
@given(st.integers(0, 10**6))
def test_the_present_plan_is_never_made_worse(number: int) -> None:
    problem = tiny_problem(number)
    present = draft_plan(problem, Rounds(20), exact=False)
    assume(present.feasible and not problem.locks)
    again = replace(problem, present=present.plan)
    result = draft_plan(again, Rounds(5), exact=False)
    assert result.objective.total >= score(again, present.plan).total - NEAR


def more_capacity(problem: Problem, chance: Random) -> Problem:
    team = chance.choice(problem.teams)
    roomier = replace(team, capacity=tuple(points + chance.choice((0, 1, 3)) for points in team.capacity))
    return replace(problem, teams=tuple(roomier if one is team else one for one in problem.teams))


def fewer_dependencies(problem: Problem, chance: Random) -> Problem:
    return replace(problem, dependencies=tuple(link for link in problem.dependencies if chance.random() < 0.5))


def looser_pins(problem: Problem, _: Random) -> Problem:
    """Without those that say in or out; a story pinned to its place may use the buffer, which is no mere limit."""
    return replace(problem, pins=tuple(pin for pin in problem.pins if pin.kind is PinKind.HERE))


def looser_features(problem: Problem, _: Random) -> Problem:
    return replace(problem, features=tuple(replace(one, due=None, mandatory=False) for one in problem.features))


@pytest.mark.parametrize("loosen", [more_capacity, fewer_dependencies, looser_pins, looser_features])
def test_less_to_keep_to_never_makes_the_optimum_worse(
    optima: dict[int, float | None], loosen: Callable[[Problem, Random], Problem]
) -> None:
    changed = 0
    for seed, before in optima.items():
        problem = tiny_problem(seed)
        looser = loosen(problem, Random(seed))
        if before is not None and looser != problem and changed < 12:
            changed += 1
            after = best(looser)
            assert after is not None
            assert after >= before - NEAR, seed
    assert changed >= 5


def renamed(problem: Problem, name: Callable[[str], str]) -> Problem:
    return replace(
        problem,
        teams=tuple(replace(team, key=name(team.key)) for team in problem.teams),
        features=tuple(replace(feature, key=name(feature.key)) for feature in problem.features),
        stories=tuple(
            replace(
                story,
                key=name(story.key),
                team=name(story.team),
                feature=None if story.feature is None else name(story.feature),
            )
            for story in problem.stories
        ),
        dependencies=tuple(
            replace(link, provider=name(link.provider), consumer=name(link.consumer)) for link in problem.dependencies
        ),
    )


def shuffled(problem: Problem, chance: Random) -> Problem:
    mixed = {
        part: tuple(chance.sample(getattr(problem, part), len(getattr(problem, part))))
        for part in ("teams", "features", "stories", "dependencies")
    }
    return replace(problem, **mixed)


@pytest.mark.parametrize("family", ["S", "M"])
def test_renaming_changes_nothing(family: str) -> None:
    problem = instance(family, 1)

    def name(key: str) -> str:
        return f"{key[::-1]}!"

    plan = drafted(problem, 60)
    assert drafted(renamed(problem, name), 60).placement == {name(key): at for key, at in plan.placement.items()}


@pytest.mark.parametrize("seed", range(4))
def test_the_order_things_are_given_in_changes_nothing(seed: int) -> None:
    """But which of two stories that differ in nothing comes first."""
    problem = instance("S", seed)
    other = shuffled(problem, Random(seed))

    def kinds(plan: Plan) -> Counter[tuple[str, float, str | None, int]]:
        return Counter(
            (story.team, story.points, story.feature, at)
            for story in problem.stories
            if (at := plan.at(story.key)) is not None
        )

    assert kinds(drafted(other, 80)) == kinds(drafted(problem, 80))
