"""What a plan can be asked: is it sound, why is this story there, what differs from that plan."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.engine.errors import Missing
from headway.engine.planner.check import check_plan
from headway.engine.planner.compare import Finish, LinkChange, LoadChange, Move, compare
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import Arrival, Feature, Pin, PinKind, Problem
from headway.engine.planner.why import why
from tests.engine.planner.test_explain import calm, every_plan, problem, small_problems

SOUND = {"K1": 1, "K2": 2, "M1": 0, "K3": 0, "M3": 1}


def findings(ours: Problem, **places: int | None) -> list[tuple[str, str]]:
    placement = {key: at for key, at in (SOUND | places).items() if at is not None}
    return [(each.rule, each.message) for each in check_plan(ours, Plan(placement=placement))]


def test_a_sound_plan_has_no_findings() -> None:
    assert findings(problem()) == []
    assert check_plan(problem(), Plan(placement={})) == ()


def test_a_story_nobody_knows_and_one_beyond_the_end() -> None:
    assert findings(problem(), X9=0, M1=7) == [
        ("range", "M1 is planned into iteration 7; the PI ends with 2 (I3)."),
        ("unknown", "X9 is planned, but the problem has no such story."),
    ]


def test_stories_before_their_time() -> None:
    early = tuple(replace(story, earliest=1) if story.key == "M1" else story for story in problem().stories)
    assert findings(problem(stories=early)) == [
        ("earliest", "M1 (Merlin) is in I1, before I2, its earliest."),
    ]
    arrivals = (Arrival(story="M1", iteration=0), Arrival(story="M3", iteration=2, mocked=True))
    assert findings(problem(arrivals=arrivals)) == [
        ("arrival", "M1 (Merlin) is in I1, not after I1, in which what it waits for arrives."),
        ("arrival", "M3 (Merlin) is in I2, before I3, in which what it waits for arrives."),
    ]


def test_a_consumer_with_its_provider_too_late_or_out() -> None:
    assert findings(problem(), K3=1, K1=0) == [
        ("order", "M3 (Merlin) is in I2, and K3 (Kestrel), which it needs, is too; across teams it has to come before.")
    ]
    assert findings(problem(), K3=2, K2=0) == [
        ("order", "M3 (Merlin) is in I2, but K3 (Kestrel), which it needs, only in I3.")
    ]
    assert findings(problem(), K3=None) == [
        ("provider", "M3 (Merlin) is in I2, but K3 (Kestrel), which it needs, is not in the PI."),
        ("feature", "F3 is in by halves: K3 is not in the PI, others of it are."),
    ]


def test_a_feature_that_is_late_or_missing() -> None:
    features = (
        Feature(key="F1", value=8, due=1),
        Feature(key="F2", value=5, mandatory=True),
        Feature(key="F3", value=3),
    )
    assert findings(problem(features=features), M1=None) == [
        ("due", "K2 (Kestrel) is in I3; F1 is due in I2."),
        ("mandatory", "F2 has to be in the PI, but M1 of F2 is not in it."),
    ]


def test_only_decided_work_may_fill_the_buffer() -> None:
    tight = problem(buffer=0.25)
    assert findings(tight)[:1] == [("committable", "Kestrel has 8 points in I1 and may commit 7.5.")]
    pinned = tuple(Pin(subject=key, kind=PinKind.HERE, iteration=SOUND[key]) for key in ("K1", "K2", "K3"))
    assert findings(problem(buffer=0.25, pins=pinned)) == []
    crowd = (Pin(subject="K1", kind=PinKind.HERE, iteration=0), Pin(subject="K3", kind=PinKind.HERE, iteration=0))
    assert findings(problem(pins=crowd), K1=0) == [
        ("capacity", "Kestrel has 16 points in I1, 16 of them decided, and can do 10.")
    ]


def test_pins_and_locks_that_are_not_kept() -> None:
    pins = (
        Pin(subject="K1", kind=PinKind.HERE, iteration=0),
        Pin(subject="M1", kind=PinKind.OUT),
        Pin(subject="F3", kind=PinKind.OUT),
    )
    assert findings(problem(pins=pins)) == [
        ("pin", "K1 (Kestrel) is pinned to I1 and is in I2."),
        ("pin", "M1 is pinned out of the PI, but it is in I1."),
        ("pin", "F3 is pinned out of the PI, but K3 of it is in I1."),
        ("pin", "F3 is pinned out of the PI, but M3 of it is in I2."),
    ]
    assert findings(problem(pins=(Pin(subject="K3", kind=PinKind.IN),)), K3=None, M3=None) == [
        ("pin", "K3 is pinned into the PI, but K3 and M3 of F3 are not in it.")
    ]
    locked = problem(locks=frozenset({"Merlin"}), present=Plan(placement={"M1": 1}))
    assert findings(locked) == [
        ("lock", "M1 (Merlin) is in I1; Merlin is locked with it in I2."),
        ("lock", "M3 (Merlin) is in I2; Merlin is locked with it out of the PI."),
    ]


# Why


def answer(ours: Problem, story: str, **places: int | None) -> str:
    placement = {key: at for key, at in (SOUND | places).items() if at is not None}
    return why(ours, Plan(placement=placement), story).message


def test_a_story_is_where_it_is_for_a_reason() -> None:
    ours = problem()
    assert answer(ours, "K3") == "K3 (Kestrel) is in I1, the first iteration."
    assert answer(ours, "M3") == "M3 (Merlin) is in I2, not in I1: It needs K3 (Kestrel), which is in I1."
    assert answer(ours, "M3", M3=2) == "M3 (Merlin) is in I3 and could be in I2 as well."
    assert answer(ours, "K2") == (
        "K2 (Kestrel) is in I3, not in I2: Kestrel has 8 of 10 points in I2 and it takes 8 more. "
        "It would displace K1 of F1 (value 8)."
    )


def test_a_story_outside_has_reasons_too() -> None:
    ours = problem()
    assert answer(ours, "M1", M1=None) == "M1 (Merlin) is not in the PI. It would itself fit into I1."
    assert answer(ours, "K2", K1=None, K2=None) == (
        "K2 (Kestrel) is not in the PI. With it, K1 of F1 would have to find a place too. It would itself fit into I2."
    )
    pinned = problem(pins=(Pin(subject="F2", kind=PinKind.OUT),))
    assert answer(pinned, "M1", M1=None) == "M1 (Merlin) is not in the PI. F2 is pinned out of the PI."


def test_a_story_that_is_none_is_missing() -> None:
    with pytest.raises(Missing, match="This problem has no story 'X9'; ask about one of its stories"):
        why(problem(), Plan(placement={}), "X9")


@calm
@given(small_problems(), st.data())
def test_a_choice_called_free_breaks_no_rule_that_was_kept(ours: Problem, data: st.DataObject) -> None:
    sound = [plan for plan in every_plan(ours) if not check_plan(ours, plan)]
    if not sound or not (plan := data.draw(st.sampled_from(sound))).placement:
        return
    key = data.draw(st.sampled_from(sorted(plan.placement)))
    for choice in why(ours, plan, key).choices:
        assert (check_plan(ours, plan.with_({key: choice.iteration})) == ()) == choice.free


# Compare


def test_a_comparison_names_moves_features_loads_and_slack() -> None:
    before = Plan(placement={"K3": 0, "M3": 1, "M1": 0})
    found = compare(problem(), before, Plan(placement={"K3": 0, "M3": 2, "K1": 1, "K2": 2}))
    assert found.moves == (
        Move(story="K1", before=None, after=1),
        Move(story="K2", before=None, after=2),
        Move(story="M1", before=0, after=None),
        Move(story="M3", before=1, after=2),
    )
    assert found.finishes == (
        Finish(feature="F1", value=8, before=None, after=2),
        Finish(feature="F2", value=5, before=0, after=None),
        Finish(feature="F3", value=3, before=1, after=2),
    )
    assert (found.value_before, found.value_after, found.value) == (8, 11, 3)
    assert found.loads[0] == LoadChange(team="Kestrel", iteration=1, before=0, after=8, committable=10)
    assert found.links == (LinkChange(provider="K3", consumer="M3", before=1, after=2, needed=1),)
    assert str(found) == "4 stories move; F1 comes in; F2 drops out. Value 8 → 11."
    assert str(compare(problem(), before, before)) == "The two plans are the same."


@calm
@given(small_problems(), st.data())
def test_a_comparison_the_other_way_round_is_the_same_with_sides_changed(ours: Problem, data: st.DataObject) -> None:
    plans = list(every_plan(ours))
    before, after = data.draw(st.sampled_from(plans)), data.draw(st.sampled_from(plans))
    one, other = compare(ours, before, after), compare(ours, after, before)
    assert [(each.story, each.after, each.before) for each in other.moves] == [
        (each.story, each.before, each.after) for each in one.moves
    ]
    assert [(each.team, each.iteration, each.after, each.before) for each in other.loads] == [
        (each.team, each.iteration, each.before, each.after) for each in one.loads
    ]
    assert [(each.provider, each.consumer, each.after, each.before) for each in other.links] == [
        (each.provider, each.consumer, each.before, each.after) for each in one.links
    ]
    assert (one.features_in, one.features_out, one.value) == (other.features_out, other.features_in, -other.value)
    assert (one.objective_before, one.objective_after) == (other.objective_after, other.objective_before)
    assert one.same == (before == after)
    moved = {move.story: move.after for move in one.moves}
    assert {**before.placement, **moved} == {**after.placement, **{key: None for key in moved if after.at(key) is None}}
