"""Bounds that hold and exact sub-problems, against every plan there is."""

import subprocess
import sys
from itertools import pairwise
from random import Random

import pytest

from headway.engine.planner import Feature, Plan, Problem, Rounds, Story, Team, draft_plan, score
from headway.engine.planner.check import check_plan
from headway.engine.planner.exact import NO_ORTOOLS, NO_SCIPY, Exact
from headway.engine.planner.shape import shape
from tests.engine.planner.nrp import Release, problem
from tests.engine.planner.tiny import every_plan, tiny_problem
from tests.instances import instance

solve = pytest.importorskip("headway.engine.planner.milp.solve", reason="SCIPY ABSENT")
SEEDS = range(60)
EMPTY = Plan(placement={})


@pytest.fixture(scope="module")
def judged() -> list[tuple[Problem, list[Plan]]]:
    """Tiny problems with all their plans; those whose decisions contradict each other have none."""
    found = [(tiny, every_plan(tiny)) for tiny in map(tiny_problem, SEEDS)]
    return [(tiny, plans) for tiny, plans in found if plans]


def best(tiny: Problem, plans: list[Plan]) -> float:
    return max(score(tiny, plan).total for plan in plans)


def never() -> bool:
    return False


def test_enough_of_the_tiny_problems_have_a_plan_and_decisions_of_every_kind(
    judged: list[tuple[Problem, list[Plan]]],
) -> None:
    kinds = {pin.kind.value for tiny, _plans in judged for pin in tiny.pins}
    assert (len(judged) > len(SEEDS) // 2, kinds) == (True, {"here", "in", "out"})
    assert [any(tiny.locks for tiny, _ in judged), any(tiny.present for tiny, _ in judged)] == [True, True]


def test_the_whole_numbers_tell_the_same_objective_as_the_problem(judged: list[tuple[Problem, list[Plan]]]) -> None:
    for tiny, plans in judged:
        told = shape(tiny)
        for plan in plans[:50]:
            assert told.total(told.places(tiny, plan)) == pytest.approx(score(tiny, plan).total, abs=1e-9)


@pytest.mark.parametrize("bound", [solve.relaxed_bound, solve.quick_bound])
def test_no_plan_is_better_than_a_bound(bound: object, judged: list[tuple[Problem, list[Plan]]]) -> None:
    assert callable(bound)
    for tiny, plans in judged:
        assert bound(shape(tiny)) >= best(tiny, plans) - 1e-9


def test_a_bound_that_leaves_comfort_out_is_no_lower(judged: list[tuple[Problem, list[Plan]]]) -> None:
    for tiny, _plans in judged:
        told = shape(tiny)
        assert solve.relaxed_bound(told, comfort=False) >= solve.relaxed_bound(told) - 1e-6


def test_the_whole_number_programme_finds_the_best_plan_of_all(judged: list[tuple[Problem, list[Plan]]]) -> None:
    for tiny, plans in judged:
        told = shape(tiny)
        solved = solve.whole(told)
        plan = told.plan(tiny, solved.places)
        assert (check_plan(tiny, plan), solved.proven) == ((), True)
        assert score(tiny, plan).total == pytest.approx(best(tiny, plans), abs=1e-6)
        assert solved.bound == pytest.approx(best(tiny, plans), abs=1e-4)


def test_remaking_every_feature_of_any_plan_finds_the_best_plan_of_all(
    judged: list[tuple[Problem, list[Plan]]],
) -> None:
    module = pytest.importorskip("headway.engine.planner.cp_sat.repair", reason="OR-TOOLS ABSENT")
    for tiny, plans in judged:
        told = shape(tiny)
        places = told.places(tiny, Random(3).choice(plans))
        remade = module.repair(told, places, told.loads(places), range(told.features), effort=1.0, seed=1)
        assert (check_plan(tiny, told.plan(tiny, remade.places)), remade.proven) == ((), True)
        assert told.total(remade.places) == pytest.approx(best(tiny, plans), abs=0.02 * told.uneven + 1e-3)


def test_remaking_some_features_leaves_all_others_where_they_are(judged: list[tuple[Problem, list[Plan]]]) -> None:
    module = pytest.importorskip("headway.engine.planner.cp_sat.repair", reason="OR-TOOLS ABSENT")
    for tiny, plans in judged:
        told = shape(tiny)
        for plan in Random(5).sample(plans, min(4, len(plans))):
            places = told.places(tiny, plan)
            remade = module.repair(told, places, told.loads(places), [0], effort=1.0, seed=1)
            assert check_plan(tiny, told.plan(tiny, remade.places)) == ()
            others = [at for at in range(told.stories) if at not in told.free[0]]
            assert [remade.places[each] for each in others] == [places[each] for each in others]


def test_the_search_only_gets_better_and_keeps_every_rule() -> None:
    module = pytest.importorskip("headway.engine.planner.cp_sat.search", reason="OR-TOOLS ABSENT")
    train = instance("S", 2)
    told = shape(train)
    search = module.Search(told, 1)
    places = told.places(train, draft_plan(train, Rounds(0), exact=False).plan)
    assert check_plan(train, told.plan(train, places)) == ()
    totals = [told.total(places)]
    for _ in range(8):
        places = search.improve(places, rounds=5, until=never) or places
        totals.append(told.total(places))
        assert check_plan(train, told.plan(train, places)) == ()
    assert [later < earlier for earlier, later in pairwise(totals)] == [False] * 8


def test_the_same_seed_and_rounds_give_the_same_plan() -> None:
    module = pytest.importorskip("headway.engine.planner.cp_sat.search", reason="OR-TOOLS ABSENT")
    train = instance("S", 1)
    told = shape(train)
    begin = told.places(train, draft_plan(train, Rounds(0), exact=False).plan)
    runs = [module.Search(told, 7).improve(begin, rounds=8, until=never) for _ in range(2)]
    assert runs[0] == runs[1]


def test_what_is_missing_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools", None)
    monkeypatch.setitem(sys.modules, "scipy", None)
    exact = Exact(tiny_problem(1), seed=1)
    told = exact.notes, exact.bound(), exact.improve([-1] * len(tiny_problem(1).stories), rounds=3, until=never)
    exact.close()
    assert told == ((NO_ORTOOLS, NO_SCIPY), None, None)


def test_a_choice_is_made_beside_and_proven() -> None:
    release = Release(costs=(3, 4, 5), needs=((0, 1),), customers=((10, (1,)), (9, (2,)), (1, (0,))))
    choice = problem(release, 60)
    exact = Exact(choice, seed=1)
    nothing = [-1] * len(choice.stories)
    found = exact.improve(nothing, rounds=1, until=never)
    bound = exact.bound()
    exact.close()
    assert found is not None
    plan = Plan(placement={story.key: at for story, at in zip(choice.stories, found, strict=True) if at >= 0})
    assert (check_plan(choice, plan), sorted(key for key in plan.placement if key[0] == "w")) == ((), ["w0", "w2"])
    assert bound == pytest.approx(score(choice, plan).total, abs=1e-4)


def test_closing_ends_the_process_beside_and_closing_again_does_nothing() -> None:
    exact = Exact(instance("S", 1), seed=1, workers=2)
    beside = [exact._bounding, exact._helper]
    exact.close()
    exact.close()
    assert [each is not None and each._process.returncode for each in beside] == [-9, -9]


def test_importing_the_planner_imports_no_solver() -> None:
    told = (
        "import headway.engine.planner, headway.engine.planner.exact, sys;"
        "print(sorted({'numpy', 'scipy', 'ortools'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_second_core_searches_beside_and_what_it_finds_is_taken() -> None:
    train = instance("S", 2)
    told = shape(train)
    places = told.places(train, draft_plan(train, Rounds(0), exact=False).plan)
    exact = Exact(train, seed=1, workers=2, bound=False)
    assert exact._helper is not None
    exact.improve(places, rounds=1, until=never)
    found = None
    while found is None and not exact._helper.over:
        found = exact.improve(places, rounds=1, until=never)
    exact.close()
    assert found is not None
    assert (check_plan(train, told.plan(train, found)), told.total(found) > told.total(places)) == ((), True)


def test_where_not_all_that_must_be_in_can_be_a_bound_still_holds_for_the_rest() -> None:
    story = Story(key="s", team="A", feature="F", points=3)
    other = Story(key="t", team="A", feature="G", points=3)
    tight = Problem(
        iterations=("I1",),
        teams=(Team(key="A", capacity=(4,)),),
        features=(Feature(key="F", value=5, mandatory=True), Feature(key="G", value=3, mandatory=True)),
        stories=(story, other),
    )
    least = score(tight, Plan(placement={"s": 0})).total
    told = shape(tight)
    assert [each(told) >= least for each in (solve.relaxed_bound, solve.quick_bound)] == [True, True]
