"""PIs, iterations, milestones and days off: what is refused, and what follows."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from headway.engine.errors import Invalid, Locked, Missing
from headway.features.calendar import actions, queries
from headway.features.journal.actions import undo_last
from headway.store.change import change
from headway.store.models import Closure, Feature, Increment, Iteration, Milestone, Story, Target, Train
from tests.builders import FIRST_DAY, build_feature, build_story, build_train, iteration, root
from tests.cast import Cast

NEXT = date(2026, 11, 30)


def increment(train: Train, number: int = 1) -> Increment:
    return Increment.objects.get(train=train, number=number)


def aim(train: Train, outcome: str = "", *, planned: bool = True, state: str = "planned") -> Target:
    feature = build_feature(train, state=state)
    with change(root(train)) as frame:
        row = Target(feature=feature, pi=increment(train), planned=planned, outcome=outcome)
        return frame.create(row, "target.created")


def test_the_next_pi_follows_the_cadence_and_begins_on_the_same_weekday(cast: Cast, train: Train) -> None:
    suggested = queries.next_increment(cast.rosa)
    assert (suggested["number"], suggested["starts_on"]) == (2, NEXT)
    pi = actions.plan_increment(cast.rosa, starts_on=NEXT).subject
    assert (pi.name, pi.state, pi.starts_on, pi.ends_on) == ("PI 2", "drafting", NEXT, date(2027, 2, 21))
    assert [(each.name, each.is_ip, each.starts_on) for each in pi.iterations.all()] == [
        *((f"I{index + 1}", False, NEXT + timedelta(weeks=2 * index)) for index in range(5)),
        ("IP", True, NEXT + timedelta(weeks=10)),
    ]


def test_the_first_pi_of_a_train_begins_on_a_monday(cast: Cast, train: Train) -> None:
    actions.remove_increment(cast.rosa, number=1)
    suggested = queries.next_increment(cast.rosa)
    assert isinstance(suggested["starts_on"], date)
    assert (suggested["number"], suggested["starts_on"].weekday()) == (1, 0)


def test_a_pi_may_be_cut_differently_for_once(cast: Cast, train: Train) -> None:
    pi = actions.plan_increment(
        cast.rosa, starts_on=NEXT, number=7, iterations=3, iteration_weeks=3, ip_weeks=0, buffer_percent=30
    ).subject
    assert (pi.number, pi.buffer_percent, pi.iterations.count(), (pi.ends_on - pi.starts_on).days) == (7, 30, 3, 62)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"starts_on": FIRST_DAY + timedelta(days=30)}, "overlaps PI 1"),
        ({"starts_on": date(2300, 1, 1)}, "give a day between 1990 and 2100"),
        ({"starts_on": NEXT, "number": 1}, "There is a PI 1 already"),
        ({"starts_on": NEXT, "number": 0}, "Number is 0; give a whole number"),
        ({"starts_on": NEXT, "iterations": 13}, "Iterations is 13; give a whole number from 1 to 12"),
        ({"starts_on": NEXT, "iteration_weeks": 0}, "Iteration weeks is 0"),
        ({"starts_on": NEXT, "buffer_percent": 61}, "The buffer is 61 %; give 0 to 60 %"),
    ],
)
def test_a_pi_that_makes_no_sense_is_refused_in_words(
    cast: Cast, train: Train, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.plan_increment(cast.rosa, **values)
    assert Increment.objects.count() == 1


def test_a_new_pi_takes_up_the_milestones_of_its_days(cast: Cast, train: Train) -> None:
    fair = actions.add_milestone(cast.rosa, name="Fair", on=date(2026, 12, 13)).subject
    assert fair.pi is None
    pi = actions.plan_increment(cast.rosa, starts_on=NEXT).subject
    fair.refresh_from_db()
    assert fair.pi == pi
    actions.edit_milestone(cast.rosa, milestone_id=fair.pk, on=date(2026, 9, 10))
    fair.refresh_from_db()
    assert fair.pi == increment(train, 1)


def test_a_pi_goes_forward_one_state_at_a_time_and_never_back(cast: Cast, train: Train) -> None:
    for state in ("committed", "executing", "closed"):
        for other in ("drafting", "planning", "committed", "executing", "closed"):
            if other != state:
                with pytest.raises(Locked, match="the next state is"):
                    actions.advance_increment(cast.rosa, number=1, to=other)
        actions.advance_increment(cast.rosa, number=1, to=state)
        assert increment(train).state == state
        with pytest.raises(Locked, match="stands: it cannot be taken back"):
            undo_last(cast.rosa)
    with pytest.raises(Locked, match="that is its last state"):
        actions.advance_increment(cast.rosa, number=1, to="closed")
    with pytest.raises(Invalid, match="“done” is no state of a PI"):
        actions.advance_increment(cast.rosa, number=1, to="done")


def test_closing_settles_what_was_aimed_for(cast: Cast, train: Train) -> None:
    targets = {
        "done": aim(train, state=Feature.State.DONE),
        "half done": aim(train, state=Feature.State.IN_PROGRESS),
        "dropped before": aim(train, "dropped"),
    }
    for state in ("committed", "executing", "closed"):
        actions.advance_increment(cast.rosa, number=1, to=state)
    outcomes = {name: Target.objects.get(pk=target.pk).outcome for name, target in targets.items()}
    assert outcomes == {"done": "landed", "half done": "missed", "dropped before": "dropped"}


def test_a_closed_pi_stays_as_it_is(cast: Cast, train: Train) -> None:
    for state in ("committed", "executing", "closed"):
        actions.advance_increment(cast.rosa, number=1, to=state)
    attempts: list[Callable[[], object]] = [
        lambda: actions.edit_increment(cast.rosa, number=1, name="Autumn"),
        lambda: actions.edit_iteration(cast.rosa, iteration_id=iteration(train, 1, 1).pk, name="First"),
        lambda: actions.remove_increment(cast.rosa, number=1),
    ]
    for attempt in attempts:
        with pytest.raises(Locked, match="PI 1 is closed"):
            attempt()


def test_the_buffer_of_a_committed_pi_was_agreed(cast: Cast, train: Train) -> None:
    actions.edit_increment(cast.rosa, number=1, buffer_percent=25)
    actions.advance_increment(cast.rosa, number=1, to="committed")
    with pytest.raises(Locked, match="its buffer was part of what was agreed"):
        actions.edit_increment(cast.rosa, number=1, buffer_percent=20)
    actions.edit_increment(cast.rosa, number=1, buffer_percent=25, name="Autumn")
    assert (increment(train).name, increment(train).buffer_percent) == ("Autumn", 25)


def test_a_removed_pi_leaves_its_stories(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 1)
    story = build_story(train, pi=there.pi, iteration=there)
    actions.remove_increment(cast.rosa, number=1)
    story.refresh_from_db()
    assert (story.pi, story.iteration, Iteration.objects.count()) == (None, None, 0)
    undo_last(cast.rosa)
    assert (Iteration.objects.count(), Story.objects.get().iteration_id) == (6, there.pk)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"starts_on": FIRST_DAY - timedelta(days=1)}, r"leaves PI 1, which runs from 2026-09-07"),
        ({"ends_on": date(2026, 9, 22)}, "I2 starts on 2026-09-21, while I1 still runs until 2026-09-22"),
        ({"ends_on": date(2026, 9, 1)}, "It ends on 2026-09-01, before it starts on 2026-09-07"),
        ({"ends_on": date(2026, 12, 31)}, "leaves PI 1"),
        ({"name": " "}, "The name is empty"),
        ({"number": 3}, "number cannot be changed here"),
    ],
)
def test_an_iteration_stays_within_its_pi_and_apart_from_the_others(
    cast: Cast, train: Train, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.edit_iteration(cast.rosa, iteration_id=iteration(train, 1, 1).pk, **values)


def test_an_iteration_may_be_shortened(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 1)
    actions.edit_iteration(cast.rosa, iteration_id=there.pk, ends_on=date(2026, 9, 17), is_ip=True)
    there.refresh_from_db()
    assert (there.ends_on, there.is_ip) == (date(2026, 9, 17), True)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"starts_on": date(2026, 9, 14)}, r"I1 \(2026-09-07 to .*\) leaves PI 1"),
        ({"ends_on": date(2028, 1, 1)}, "at most 366 make sense here"),
        ({"starts_on": None}, "Starts on is empty"),
        ({"name": ""}, "The name is empty"),
        ({"state": "closed"}, "state cannot be changed here"),
    ],
)
def test_a_pi_keeps_its_iterations_within_its_days(
    cast: Cast, train: Train, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.edit_increment(cast.rosa, number=1, **values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"ends_on": date(2026, 12, 31)}, "lasts 116 days; at most 60 make sense here"),
        ({"ends_on": date(2026, 9, 6)}, "before it starts"),
        ({"name": "\x00 "}, "The name is empty"),
    ],
)
def test_days_off_that_make_no_sense_are_refused(
    cast: Cast, train: Train, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.add_closure(cast.rosa, **{"name": "Rest", "starts_on": FIRST_DAY, "ends_on": FIRST_DAY, **values})
    rest = actions.add_closure(cast.rosa, name="Rest", starts_on=FIRST_DAY, ends_on=FIRST_DAY).subject
    with pytest.raises(Invalid, match=sentence):
        actions.edit_closure(cast.rosa, closure_id=rest.pk, **values)


def test_nothing_of_another_train_can_be_changed(cast: Cast, train: Train) -> None:
    other = Train.objects.get(slug=build_train(slug="vega", name="Vega").slug)
    with change(root(other)) as frame:
        fair = frame.create(Milestone(name="Fair", on=FIRST_DAY), "milestone.created")
        rest = frame.create(Closure(name="Rest", starts_on=FIRST_DAY, ends_on=FIRST_DAY), "closure.created")
    attempts: list[Callable[[], object]] = [
        lambda: actions.remove_milestone(cast.rosa, milestone_id=fair.pk),
        lambda: actions.remove_closure(cast.rosa, closure_id=rest.pk),
        lambda: actions.edit_iteration(cast.rosa, iteration_id=iteration(other, 1, 1).pk, name="Mine"),
    ]
    for attempt in attempts:
        with pytest.raises(Missing):
            attempt()


def test_predictability_is_what_landed_of_what_was_planned_once_all_is_known(cast: Cast, train: Train) -> None:
    for outcome in ("landed", "landed", "missed", "dropped"):
        aim(train, outcome)
    aim(train, "landed", planned=False)
    outcomes = queries.increment_page(cast.vera, 1).outcomes
    assert (outcomes.planned, outcomes.landed, outcomes.unplanned_landed, outcomes.predictability) == (4, 2, 1, 50)
    assert queries.history(cast.vera) == [(increment(train), outcomes)]
    aim(train)
    assert queries.increment_page(cast.vera, 1).outcomes.predictability is None
