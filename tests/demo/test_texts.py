"""What the sample train is made of fits together, before anything is written."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from headway.demo.content import content
from headway.demo.plan import COMMITTABLE, ITERATIONS, Placed, Room, past_plan, present_plan, velocities
from headway.demo.stages import ITERATION_DAYS, Stage, calendar
from headway.demo.telling import email_of
from headway.features.trains.policies import SAMPLE_ACCOUNTS


def test_no_title_is_used_twice_and_none_is_numbered() -> None:
    texts = content()
    stories = [story.title for pi in (1, 2, 3) for story in texts.stories_of(pi)]
    stories += [story.title for feature in texts.features if feature.pi is None for story in feature.stories]
    titles = [feature.title for feature in texts.features] + stories
    assert [title for title, count in Counter(titles).items() if count > 1] == []
    assert [title for title in titles if title.split()[-1].isdigit()] == []


def test_every_key_of_a_story_is_unique() -> None:
    texts = content()
    keys = [story.key for pi in (1, 2, 3) for story in texts.stories_of(pi)]
    keys += [story.key for feature in texts.features for story in feature.stories if feature.pi is None]
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_whoever_speaks_is_on_the_train() -> None:
    texts = content()
    people = {person.name for person in texts.people}
    speakers = {name for each in texts.dependencies for name, _ in each.talk}
    speakers |= {name for _, said in texts.talks for name, _ in said}
    assert speakers - people == set()


def test_addresses_are_unique_and_those_of_the_cast_are_the_sample_accounts() -> None:
    addresses = [email_of(person) for person in content().people]
    assert len(set(addresses)) == len(addresses)
    assert set(SAMPLE_ACCOUNTS) <= set(addresses)


def test_every_feature_says_what_it_is_for_unless_it_is_only_an_idea() -> None:
    for feature in content().features:
        if feature.state != "funnel":
            told = (bool(feature.hypothesis), bool(feature.criteria), len(feature.wsjf))
            assert told == (True, True, 4), feature.title


def test_past_iterations_add_up_to_about_the_velocity_a_team_needs() -> None:
    texts, random = content(), Random(1)
    needed = velocities(texts)
    shown: Counter[str] = Counter()
    for placed in past_plan(texts, 2, needed, random):
        shown[placed.text.team] += placed.points
    for team, velocity in needed.items():
        assert 0.75 <= shown[team] / len(ITERATIONS) / velocity <= 1.15, team


def test_a_plan_keeps_to_fixed_places_and_finishes_features_in_time() -> None:
    for placed in _plan_with_usual_room():
        if placed.text.iteration is not None:
            assert placed.iteration == placed.text.iteration
        else:
            assert 1 <= placed.iteration <= placed.text.by


def test_a_plan_overloads_heron_and_hardly_anybody_else() -> None:
    room = _usual_room()
    load: Counter[tuple[str, int]] = Counter()
    for placed in _plan_with_usual_room():
        load[placed.text.team, placed.iteration] += placed.points
    over = {place for place, points in room.items() if load[place] > points}
    assert {place for place in over if place[0] == "heron"} == {("heron", 2), ("heron", 3), ("heron", 4)}
    assert len(over) <= 6


def test_about_a_third_of_the_features_of_the_third_pi_need_several_teams() -> None:
    present = [feature for feature in content().features if feature.pi == 3]
    shared = [feature for feature in present if len({story.team for story in feature.stories}) > 1]
    assert 0.25 <= len(shared) / len(present) <= 0.45
    assert {feature.stories[0].by for feature in present} == set(ITERATIONS)


def _usual_room() -> Room:
    """What teams may commit themselves to when hardly anybody is away."""
    return {
        (team, iteration): velocity * COMMITTABLE * 0.95
        for team, velocity in velocities(content()).items()
        for iteration in ITERATIONS
    }


def _plan_with_usual_room() -> list[Placed]:
    return present_plan(content(), _usual_room())


@pytest.mark.parametrize("days", range(14))
def test_in_mid_pi_the_second_iteration_runs_whatever_the_weekday(days: int) -> None:
    now = datetime(2026, 11, 16, 3, tzinfo=UTC) + timedelta(days=days)
    told = calendar(Stage.MID_PI, now)
    assert told.third.weekday() == 0
    assert 3 <= (now.date() - told.iteration(3, 2)).days <= 9


@pytest.mark.parametrize("days", range(7))
@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_lies_where_its_name_says(stage: Stage, days: int) -> None:
    today = date(2026, 11, 16) + timedelta(days=days)
    told = calendar(stage, datetime(today.year, today.month, today.day, 12, tzinfo=UTC))
    ends = told.third + timedelta(days=6 * ITERATION_DAYS)
    expected = {
        Stage.BACKLOG: today < told.planning - timedelta(days=1) and told.pi(2) < today,
        Stage.PLANNING: today == told.planning < told.third,
        Stage.COMMITTED: told.planning + timedelta(days=1) < today < told.third,
        Stage.MID_PI: told.iteration(3, 2) < today < told.iteration(3, 3),
        Stage.CLOSING: told.iteration(3, 6) < today < ends,
    }
    assert expected[stage]
