"""The reasons why there is no plan: true, none too many, in words, with ways out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.engine.planner.check import check_plan
from headway.engine.planner.demands import Case, Demand, Kind, Outcome
from headway.engine.planner.explain import Conflict, _starts, explain
from headway.engine.planner.fitting import fit
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import Arrival, Dependency, Feature, Pin, PinKind, Problem, Story, Team

NO_STEPS = -1_000
calm = settings(deadline=None, max_examples=30)
HERE, IN, OUT = PinKind.HERE, PinKind.IN, PinKind.OUT


def problem(**changed: object) -> Problem:
    """Kestrel and Merlin, three iterations of ten points, a feature of each and one of both."""
    ours = Problem(
        iterations=("I1", "I2", "I3"),
        teams=(Team(key="Kestrel", capacity=(10, 10, 10)), Team(key="Merlin", capacity=(10, 10, 10))),
        features=(Feature(key="F1", value=8), Feature(key="F2", value=5), Feature(key="F3", value=3)),
        stories=(
            Story(key="K1", team="Kestrel", feature="F1", points=8),
            Story(key="K2", team="Kestrel", feature="F1", points=8),
            Story(key="M1", team="Merlin", feature="F2", points=5),
            Story(key="K3", team="Kestrel", feature="F3", points=8),
            Story(key="M3", team="Merlin", feature="F3", points=3),
        ),
        dependencies=(Dependency(provider="K3", consumer="M3"),),
    )
    return replace(ours, **changed)  # type: ignore[arg-type]


def told(conflict: Conflict | None) -> list[str]:
    assert conflict is not None
    assert (conflict.minimal, conflict.proven) == (True, True)
    return [member.sentence for member in conflict.members]


def ways(conflict: Conflict | None) -> list[tuple[str, bool | None]]:
    assert conflict is not None
    return [(way.change, way.opens) for way in conflict.relaxations]


def test_there_is_nothing_to_explain_where_a_plan_is_possible() -> None:
    assert explain(problem()) is None
    assert explain(problem(pins=(Pin(subject="K1", kind=HERE, iteration=2), Pin(subject="F3", kind=IN)))) is None


def test_a_consumer_pinned_before_its_provider_can_be_done() -> None:
    found = explain(problem(pins=(Pin(subject="M3", kind=HERE, iteration=0),)))
    assert told(found) == ["M3 (Merlin) is pinned to I1.", "M3 (Merlin) needs K3 (Kestrel) in an earlier iteration."]
    assert ways(found) == [
        ("Pin M3 to I2 instead.", True),
        ("Agree on a mock of what M3 needs from K3: then the same iteration will do.", True),
    ]


def test_more_mandatory_work_than_a_team_can_do() -> None:
    stories = tuple(Story(key=f"K{n}", team="Kestrel", feature=f"F{n}", points=8) for n in range(1, 5))
    features = tuple(Feature(key=f"F{n}", value=n, mandatory=True) for n in range(1, 5))
    found = explain(problem(stories=stories, features=features, dependencies=()))
    assert told(found) == [
        "F1 is mandatory (1 story, 8 points).",
        "F2 is mandatory (1 story, 8 points).",
        "F3 is mandatory (1 story, 8 points).",
        "F4 is mandatory (1 story, 8 points).",
        "Kestrel may commit 30 points in I1, I2 and I3.",
    ]
    assert found is not None
    assert [way.costs for way in found.relaxations] == [1, 2, 3, 4, 0]
    assert ways(found)[-1] == ("Give Kestrel 6 more points to commit in I1.", True)


def test_a_pin_against_a_lock() -> None:
    found = explain(
        problem(
            locks=frozenset({"Kestrel"}),
            present=Plan(placement={"K1": 0, "K2": 1}),
            pins=(Pin(subject="K1", kind=HERE, iteration=1),),
        )
    )
    assert told(found) == ["K1 (Kestrel) is pinned to I2.", "Kestrel is locked with K1 in I1."]
    assert (
        ways(found) == [("Pin K1 to I1 instead.", True), ("Unlock Kestrel.", None)]
        or ways(found)[1][0] == "Unlock Kestrel."
    )


def test_a_mandatory_feature_that_is_due_before_its_chain_can_end() -> None:
    found = explain(
        problem(
            features=(
                Feature(key="F1", value=8),
                Feature(key="F2", value=5),
                Feature(key="F3", value=3, due=1, mandatory=True),
            ),
            arrivals=(Arrival(story="K3", iteration=0),),
        )
    )
    assert told(found) == [
        "F3 is mandatory (2 stories, 11 points).",
        "F3 is due in I2.",
        "M3 (Merlin) needs K3 (Kestrel) in an earlier iteration.",
        "What K3 (Kestrel) waits for arrives in I1.",
    ]
    assert ways(found) == [
        ("Make F3 optional.", True),
        ("Let F3 finish in I3.", True),
        ("Agree on a mock of what M3 needs from K3: then the same iteration will do.", True),
        ("Agree on a mock, so that K3 can begin in I1.", True),
    ]


def test_a_mandatory_feature_without_stories_is_a_conflict_of_its_own() -> None:
    features = (*problem().features, Feature(key="F9", value=1, mandatory=True))
    found = explain(problem(features=features))
    assert found is not None
    assert found.message == "This cannot be: F9 is mandatory and has no stories."


def test_other_pins_can_be_tried_without_a_new_problem() -> None:
    assert (
        explain(problem(), [Pin(subject="K1", kind=HERE, iteration=0), Pin(subject="K3", kind=HERE, iteration=0)])
        is not None
    )
    clash = problem(pins=(Pin(subject="M3", kind=HERE, iteration=0),))
    assert explain(clash, []) is None


def test_work_that_fits_in_sum_but_not_in_pieces_needs_the_search() -> None:
    """Four stories of 6 make 24 of 30 points, but no two of them fit into one iteration of 10."""
    stories = tuple(Story(key=f"K{n}", team="Kestrel", feature="F1", points=6) for n in range(4))
    found = explain(problem(stories=stories, features=(Feature(key="F1", value=1, mandatory=True),), dependencies=()))
    assert told(found) == ["F1 is mandatory (4 stories, 24 points).", "Kestrel may commit 30 points in I1, I2 and I3."]
    assert ways(found) == [("Make F1 optional.", True), ("Give Kestrel 2 more points to commit in I1.", True)]


# Against every plan there is


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    """At most two teams, three iterations, four stories; with decisions of every kind."""
    last = draw(st.integers(0, 2))
    places = st.integers(0, last)
    teams = ["A", "B"][: draw(st.integers(1, 2))]
    features = ["F", "G"][: draw(st.integers(1, 2))]
    stories = [
        Story(
            key=key,
            team=draw(st.sampled_from(teams)),
            feature=draw(st.sampled_from([*features, None])),
            points=draw(st.sampled_from([0, 1, 2, 3])),
            earliest=draw(st.sampled_from([0, 0, last])),
        )
        for key in ["s", "t", "u", "v"][: draw(st.integers(1, 4))]
    ]
    keys = [story.key for story in stories]
    pairs = [(one, other) for at, one in enumerate(keys) for other in keys[at + 1 :]]
    pinned = draw(st.lists(st.sampled_from([*keys, *features]), unique=True, max_size=3))
    locks = draw(st.sets(st.sampled_from(teams), max_size=1))
    present = {key: draw(places) for key in keys if draw(st.booleans())}
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3)) if pairs else []
    return Problem(
        iterations=tuple(f"I{at}" for at in range(last + 1)),
        teams=tuple(
            Team(key=key, capacity=tuple(draw(st.sampled_from([3, 4])) for _ in range(last + 1))) for key in teams
        ),
        features=tuple(
            Feature(
                key=key,
                value=1,
                mandatory=draw(st.booleans()),
                due=draw(st.one_of(st.none(), places)),
            )
            for key in features
        ),
        stories=tuple(stories),
        dependencies=tuple(Dependency(provider=a, consumer=b, mocked=draw(st.booleans())) for a, b in chosen),
        arrivals=tuple(
            Arrival(story=key, iteration=draw(places), mocked=draw(st.booleans()))
            for key in keys[: draw(st.integers(0, 1))]
        ),
        pins=tuple(draw(pins(key, key in keys, last)) for key in pinned),
        locks=frozenset(locks),
        present=Plan(placement=present) if locks or draw(st.booleans()) else None,
        buffer=draw(st.sampled_from([0.0, 0.25])),
    )


@st.composite
def pins(draw: st.DrawFn, key: str, story: bool, last: int) -> Pin:
    kind = draw(st.sampled_from([HERE, IN, OUT] if story else [IN, OUT]))
    return Pin(subject=key, kind=kind, iteration=draw(st.integers(0, last)) if kind is HERE else None)


def every_plan(ours: Problem) -> Iterator[Plan]:
    keys = [story.key for story in ours.stories]
    for chosen in product([None, *range(len(ours.iterations))], repeat=len(keys)):
        yield Plan(placement={key: at for key, at in zip(keys, chosen, strict=True) if at is not None})


@calm
@given(small_problems())
def test_there_is_a_conflict_exactly_when_no_plan_passes_the_judge(ours: Problem) -> None:
    possible = any(not check_plan(ours, plan) for plan in every_plan(ours))
    assert (explain(ours) is None) == possible


def met(ours: Problem, demands: Iterable[Demand]) -> bool:
    """Whether any plan at all meets these demands; written from the definition, plan by plan."""
    asked = set(demands)
    return any(_meets(ours, asked, plan.placement) for plan in every_plan(ours))


def _meets(ours: Problem, asked: set[Demand], at: Mapping[str, int]) -> bool:
    stories = {story.key: story for story in ours.stories}
    of = {
        feature.key: [key for key, story in stories.items() if story.feature == feature.key]
        for feature in ours.features
    }
    here = {pin.subject for pin in ours.pins if pin.kind is HERE}
    held = {key for key, story in stories.items() if key in here or story.team in ours.locks}
    for keys in of.values():
        free = {key in at for key in keys if key not in held}
        if len(free) > 1:
            return False
    for each in asked:
        if each.kind is Kind.CAPACITY:
            team = next(team for team in ours.teams if team.key == each.subject)
            cell = [key for key in at if at[key] == each.number and stories[key].team == each.subject]
            load, decided = (sum(stories[key].points for key in cell if key in some) for some in (at, held))
            most = team.capacity[each.number]
            if decided > most + 1e-9 or (load > decided and load > most * (1 - ours.buffer) + 1e-9):
                return False
        elif not _met(ours, each, at, stories, of):
            return False
    return True


def _met(
    ours: Problem, each: Demand, at: Mapping[str, int], stories: Mapping[str, Story], of: Mapping[str, list[str]]
) -> bool:
    key = each.subject
    match each.kind:
        case Kind.PIN:
            pin = next(pin for pin in ours.pins if pin.subject == key)
            feature = stories[key].feature if key in stories else key
            whole = of[feature] if feature is not None else [key]
            if pin.kind is HERE:
                return at.get(key) == pin.iteration
            if pin.kind is IN:
                return bool(whole) and all(one in at for one in whole)
            return not any(one in at for one in ([key] if key in stories else whole))
        case Kind.LOCK:
            assert ours.present is not None
            return at.get(key) == ours.present.placement.get(key)
        case Kind.MANDATORY:
            return bool(of[key]) and all(one in at for one in of[key])
        case Kind.DUE:
            due = next(feature.due for feature in ours.features if feature.key == key)
            assert due is not None
            return not all(one in at for one in of[key]) or all(at[one] <= due for one in of[key])
        case Kind.EARLIEST:
            return key not in at or at[key] >= stories[key].earliest
        case Kind.ARRIVAL:
            arrival = ours.arrivals[each.number]
            return key not in at or at[key] >= arrival.iteration + (0 if arrival.mocked else 1)
        case _:
            link = ours.dependencies[each.number]
            gap = 0 if link.mocked or stories[link.provider].team == stories[link.consumer].team else 1
            return link.consumer not in at or at.get(link.provider, 99) + gap <= at[link.consumer]


@calm
@given(small_problems())
def test_a_conflict_is_impossible_and_without_any_one_member_possible(ours: Problem) -> None:
    conflict = explain(ours)
    if conflict is None:
        return
    assert (conflict.minimal, conflict.proven) == (True, True)
    named = [demands_of(ours, conflict, at) for at in range(len(conflict.members))]
    everything = [each for some in named for each in some]
    assert not met(ours, everything)
    for some in named:
        assert met(ours, [each for each in everything if each not in some])


def demands_of(ours: Problem, conflict: Conflict, at: int) -> list[Demand]:
    """What a member stands for."""
    member = conflict.members[at]
    kind = Kind(member.kind)
    if kind is Kind.CAPACITY:
        return [Demand(kind, member.subject, number) for number in member.iterations]
    if kind is Kind.LOCK:
        return [Demand(kind, key) for key in member.stories]
    if kind is Kind.DEPENDENCY:
        numbers = [n for n, link in enumerate(ours.dependencies) if (link.provider, link.consumer) == member.stories]
    elif kind is Kind.ARRIVAL:
        numbers = [n for n, arrival in enumerate(ours.arrivals) if arrival.story == member.subject]
    else:
        numbers = [0]
    assert len(numbers) == 1
    return [Demand(kind, member.subject, numbers[0])]


@calm
@given(small_problems())
def test_what_is_seen_without_a_search_is_never_wrong(ours: Problem) -> None:
    for start in _starts(Case(ours)):
        assert not met(ours, start)


@calm
@given(small_problems())
def test_the_judge_passes_exactly_the_plans_that_meet_every_demand(ours: Problem) -> None:
    demands = set(Case(ours).demands)
    for plan in every_plan(ours):
        assert (not check_plan(ours, plan)) == _meets(ours, demands, plan.placement)


@settings(calm, max_examples=15)
@given(small_problems())
def test_cp_sat_says_the_same_as_the_search_of_our_own(ours: Problem) -> None:
    """With no steps to go, everything that is not plain is left to CP-SAT."""
    pytest.importorskip("ortools")
    case = Case(ours)
    asked, own = fit(case, case.demands, steps=NO_STEPS), fit(case, case.demands)
    assert (asked.possible, asked.core == own.core or asked.asked) == (own.possible, True)


def test_without_steps_or_solver_nothing_is_claimed() -> None:
    case = Case(problem(pins=(Pin(subject="F1", kind=IN),)))
    assert fit(case, case.demands, steps=NO_STEPS, ask=False).possible is None


@calm
@given(small_problems(), st.data())
def test_what_the_search_says_of_some_demands_is_true(ours: Problem, data: st.DataObject) -> None:
    case = Case(ours)
    some = {each: case.demands[each] for each in data.draw(st.sets(st.sampled_from(sorted(case.demands))))}
    answer = fit(case, some)
    assert answer.possible == met(ours, some)
    if answer.possible:
        assert set(answer.places) == set(Outcome(case, some).needed)
