"""From a look to a computed forecast: asked for when old, once, done by the worker, kept, and shown as it stands."""

from datetime import date, timedelta
from typing import Any

import pytest

from headway.features.apps import load_jobs
from headway.features.backlog.actions import comment_on_feature, edit_story, move_story
from headway.features.forecast import actions
from headway.features.forecast.actions import keep_forecast
from headway.features.forecast.policies import QUIET_SECONDS, VERSION
from headway.features.forecast.problem_queries import problem_of
from headway.features.forecast.queries import Standing
from headway.kit import clock
from headway.store import jobs
from headway.store.models import Entry, ForecastRun, Increment, Job, Story, Train
from tests.builders import FIRST_DAY, build_dependency, build_feature, build_increment, build_story, iteration
from tests.cast import Cast
from tests.features.forecast.stage import (
    DAY_ONE_OF_I4,
    at,
    computed,
    increment,
    look,
    noon,
    on,
    past,
    planned,
    steady,
    work,
)


@pytest.fixture
def story(cast: Cast, train: Train) -> Story:
    """A story of 5 points in I4, and a history."""
    steady(cast, train)
    return planned(train)


def later(cast: Cast, train: Train, seconds: int) -> Standing:
    """A look so many seconds after noon of the first day of I4."""
    with clock.frozen(noon(DAY_ONE_OF_I4) + timedelta(seconds=seconds)):
        return actions.look_up(cast.vera, increment(train))


def test_a_first_look_asks_the_worker_and_the_next_one_sees_the_odds(cast: Cast, train: Train, story: Story) -> None:
    first = look(cast.vera, train)
    assert (first.number, first.is_computing, first.age) == (None, True, "being computed")
    assert work() == 1
    seen = look(cast.vera, train)
    train.refresh_from_db()
    assert (seen.number, seen.is_stale, seen.is_computing) == (train.seq, False, False)
    assert seen.age == f"computed at change {train.seq}"
    assert seen.result["features"][str(story.feature_id)]["planned"] == 0


def test_a_computation_stands_in_no_journal(cast: Cast, train: Train, story: Story) -> None:
    before = Entry.objects.count()
    computed(cast, train)
    assert Entry.objects.count() == before


def test_while_one_computation_waits_nobody_asks_for_a_second(cast: Cast, train: Train, story: Story) -> None:
    for name in ("vera", "tess", "vera"):
        look(cast.actor(name), train)
    assert Job.objects.count() == 1


def test_a_change_that_matters_makes_it_old_and_the_next_look_renews_it(cast: Cast, train: Train, story: Story) -> None:
    computed(cast, train)
    with on(DAY_ONE_OF_I4):
        edit_story(cast.tess, number=story.number, points=8)
    old = later(cast, train, QUIET_SECONDS + 1)
    assert (old.behind, old.is_computing) == (1, True)
    assert old.age.endswith(", 1 change ago; being computed anew")
    assert work() == 1
    fresh = look(cast.vera, train)
    assert (fresh.is_stale, fresh.behind, Job.objects.count()) == (False, 0, 2)


def test_a_change_that_cannot_move_the_odds_leaves_them_fresh(cast: Cast, train: Train, story: Story) -> None:
    computed(cast, train)
    with on(DAY_ONE_OF_I4):
        edit_story(cast.tess, number=story.number, title="Show past readings", description="As a table")
        comment_on_feature(cast.tess, number=story.feature.number, text="By Thursday?")  # type: ignore[union-attr]
    assert later(cast, train, 60).is_stale is False
    assert Job.objects.count() == 1


def test_right_after_a_computation_the_next_one_is_not_asked_for_at_once(
    cast: Cast, train: Train, story: Story
) -> None:
    computed(cast, train)
    with on(DAY_ONE_OF_I4):
        edit_story(cast.tess, number=story.number, points=8)
    assert [later(cast, train, seconds).is_computing for seconds in (1, QUIET_SECONDS - 1, QUIET_SECONDS)] == [
        False,
        False,
        True,
    ]


def test_another_day_makes_it_old_since_less_time_is_left(cast: Cast, train: Train, story: Story) -> None:
    computed(cast, train)
    with on(DAY_ONE_OF_I4 + timedelta(days=1)):
        tomorrow = actions.look_up(cast.vera, increment(train))
    assert (tomorrow.is_stale, tomorrow.is_computing) == (True, True)
    assert tomorrow.age.endswith(", on another day; being computed anew")


def test_a_computation_that_failed_is_not_tried_again_before_something_changes(
    cast: Cast, train: Train, story: Story
) -> None:
    look(cast.vera, train)
    Job.objects.update(state=Job.State.FAILED, sentence="The worker ended.")
    failed = look(cast.vera, train)
    assert (failed.is_computing, failed.failure, Job.objects.count()) == (False, "The worker ended.", 1)
    with on(DAY_ONE_OF_I4):
        move_story(cast.tess, number=story.number, pi_id=story.pi_id, iteration_id=iteration(train, 1, 5).pk)
    assert look(cast.vera, train).is_computing is True
    assert Job.objects.count() == 2


def test_somebody_may_ask_again_after_a_failure(cast: Cast, train: Train, story: Story) -> None:
    look(cast.vera, train)
    Job.objects.update(state=Job.State.FAILED, sentence="The worker ended.")
    with on(DAY_ONE_OF_I4):
        actions.ask_again(cast.vera, increment(train))
        actions.ask_again(cast.vera, increment(train))
    assert Job.objects.filter(state=Job.State.WAITING).count() == 1
    assert work() == 1


def test_a_forecast_without_history_says_so_once_and_is_not_asked_for_again(cast: Cast, train: Train) -> None:
    planned(train)
    found = computed(cast, train)
    assert (found.has_odds, found.is_stale, found.result["code"]) == (False, False, "no_history")
    assert Job.objects.count() == 1


def test_a_closed_pi_is_never_computed(cast: Cast, train: Train, story: Story) -> None:
    Increment.objects.update(state=Increment.State.CLOSED)
    found = look(cast.vera, train)
    assert (found.is_final, found.is_stale, found.is_computing, Job.objects.count()) == (True, False, False, 0)


def test_an_older_result_never_takes_the_place_of_a_newer_one(cast: Cast, train: Train, story: Story) -> None:
    with on(DAY_ONE_OF_I4):
        old = problem_of(cast.vera, increment(train))
        build_story(train, "More", **at(train, 4, points=3))
        new = problem_of(cast.vera, increment(train))
        keep_forecast(cast.vera, new, {"v": VERSION, "told": "new"})
        keep_forecast(cast.vera, old, {"v": VERSION, "told": "old"})
    run = ForecastRun.objects.get()
    assert (run.number, run.result["told"]) == (new.number, "new")


def test_a_pi_that_was_removed_meanwhile_fails_in_words(cast: Cast, train: Train, story: Story) -> None:
    look(cast.vera, train)
    Job.objects.update(pi=None)
    work()
    job = Job.objects.get()
    assert (job.state, job.sentence) == ("failed", "The PI this forecast was asked for is no longer there.")


def test_a_team_that_always_does_the_same_gets_a_certain_forecast(cast: Cast, train: Train) -> None:
    second = history_of_two_increments(train, (16, 16, 16, 16, 16), (16,))
    fits, too_large = (
        build_story(train, title, feature=feature, pi=second, iteration=iteration(train, 2, 2), points=points)
        for title, points in (("Fits", 12), ("Too large", 90))
        for feature in [build_feature(train, title)]
    )
    result = computed_on(cast, second, iteration(train, 2, 2).starts_on)
    assert result["features"][str(fits.feature_id)]["by"] == [1, 1, 1, 1, 1]
    assert result["features"][str(too_large.feature_id)]["by"] == [0, 0, 0, 0, 0]
    found = result["predictability"]
    assert (found["mean"], set(found["quantiles"].values()), result["promise"]) == (0.5, {0.5}, 0)
    assert [low == high for low, _, high in result["teams"][str(fits.team_id)]["until"]] == [True] * 5


def history_of_two_increments(train: Train, done: tuple[float, ...], more: tuple[float, ...]) -> Increment:
    """Kestrel did so much in the iterations of PI 1, and so much in the first ones of PI 2, which is given."""
    second = build_increment(train, number=2, starts_on=FIRST_DAY + timedelta(weeks=12), state="executing")
    for number, points in enumerate(done, start=1):
        build_story(train, f"1.{number}", state="done", **at(train, number, points=points))
    for number, points in enumerate(more, start=1):
        there = iteration(train, 2, number)
        build_story(train, f"2.{number}", state="done", pi=second, iteration=there, points=points)
    return second


def computed_on(cast: Cast, pi: Increment, day: date) -> Any:
    """The result of a forecast of a PI on a day."""
    load_jobs()
    with on(day):
        actions.look_up(cast.vera, Increment.objects.select_related("train").get(pk=pi.pk))
        jobs.work_off()
    return ForecastRun.objects.get(pi=pi).result


def test_with_what_it_waits_for_on_time_a_feature_would_be_likelier(cast: Cast, train: Train) -> None:
    past(cast, train, {"kestrel": (16, 14, 18), "merlin": (16, 4, 12)})
    provider = planned(train, "Provided", team="merlin", points=12)
    consumer = planned(train, "Needs it", number=5)
    row = build_dependency(train, consumer_story=consumer, provider_story=provider)
    result: Any = computed(cast, train).result
    chance = result["dependencies"][str(row.pk)]
    assert chance["in_time"] == chance["by"][0] < 1
    helping = [each for each in result["drivers"] if each["kind"] == "dependency"]
    assert {each["change"] for each in helping} == {f"with D{row.number} on time"}
    assert all(each["after"] > each["before"] for each in helping)


def test_the_chance_that_the_pi_keeps_its_promise_is_counted_from_the_trials(cast: Cast, train: Train) -> None:
    steady(cast, train)
    # Each is a fifth of the value, so four that land are exactly 80 %.
    for number in range(5):
        planned(train, f"Part {number}", points=10)
    result: Any = computed(cast, train).result
    found = result["predictability"]
    place = found["edges"].index(0.8)
    assert result["promise"] == round(sum(found["histogram"][place:]) / 10_000, 3)
    assert 0 < result["promise"] < 1


def test_the_same_train_gives_the_same_odds_twice(cast: Cast, train: Train, story: Story) -> None:
    first = computed(cast, train).result
    ForecastRun.objects.all().delete()
    Job.objects.all().delete()
    assert computed(cast, train).result == first


def test_what_is_kept_says_from_which_iterations_it_comes(cast: Cast, train: Train, story: Story) -> None:
    result: Any = computed(cast, train).result
    mine = result["teams"][str(story.team_id)]
    assert mine["seen"] == 3
    assert [row[:2] for row in mine["past"]] == [
        [iteration(train, 1, number).pk, points] for number, points in ((1, 10), (2, 12), (3, 8))
    ]
    assert [bool(sentence) for sentence in result["notes"]] == [True, True]
    assert result["backtest"] == []


def test_looking_back_far_enough_tells_how_well_the_odds_held(cast: Cast, train: Train) -> None:
    second = history_of_two_increments(train, (16, 12, 14, 18, 15), (13, 15))
    build_story(train, "Next", pi=second, iteration=iteration(train, 2, 3), points=5)
    held = computed_on(cast, second, iteration(train, 2, 3).starts_on)["backtest"]
    # Seven iterations: six to learn from leave one to foretell.
    assert [(each["horizon"], each["observations"], each["teams"]) for each in held] == [(1, 1, 1)]
