"""The question a train puts to the engine."""

from typing import Any

import pytest

from headway.engine.forecast import Arrival, Dependency, ForecastProblem, Item, Objective
from headway.features.forecast.problem_queries import Question
from headway.store.change import change
from headway.store.models import Feature, Increment, Story, Target, Team, Train
from tests.builders import build_dependency, build_feature, build_story, iteration, root
from tests.cast import Cast
from tests.features.forecast.stage import at, increment, planned, question, steady


def asked(cast: Cast, train: Train) -> ForecastProblem:
    found = question(cast, train).problem
    assert found is not None
    return found


def open_items(problem: ForecastProblem) -> list[Item]:
    return [each for each in problem.items if not each.done]


def test_the_iterations_left_begin_with_the_one_under_way_and_end_with_the_ip_iteration(
    cast: Cast, train: Train
) -> None:
    steady(cast, train)
    problem = asked(cast, train)
    assert (problem.iterations, problem.ip) == (("I4", "I5", "IP"), frozenset({2}))
    assert [team.key for team in problem.teams] == ["Kestrel", "Merlin"]


@pytest.mark.parametrize(("state", "left"), [("todo", 5), ("in_progress", 2.5), ("review", 1), ("done", 0)])
def test_what_is_begun_counts_only_what_is_left_of_it(cast: Cast, train: Train, state: str, left: float) -> None:
    steady(cast, train)
    story = planned(train, state=state)
    item = next(each for each in asked(cast, train).items if each.key == f"S{story.number}")
    assert (item.points, item.done) == (left, state == "done")


def test_a_team_works_in_the_order_of_its_plan_and_first_on_what_is_begun(cast: Cast, train: Train) -> None:
    steady(cast, train)
    unplaced = build_story(train, "Some day", pi=increment(train), points=1)
    later = build_story(train, "Later", **at(train, 5, points=1))
    second, first = (
        build_story(train, name, **at(train, 4, points=1, rank=rank)) for name, rank in (("b", 2), ("a", 1))
    )
    begun = build_story(train, "Begun", **at(train, 4, points=1, rank=9, state="in_progress"))
    overdue = build_story(train, "Overdue", **at(train, 2, points=1, rank=1.5))
    told = [(each.key, each.planned) for each in open_items(asked(cast, train))]
    wanted = [(begun, 0), (first, 0), (overdue, 0), (second, 0), (later, 1), (unplaced, None)]
    assert told == [(f"S{story.number}", place) for story, place in wanted]


def test_a_dependency_between_stories_is_one_between_items(cast: Cast, train: Train) -> None:
    steady(cast, train)
    provider, consumer = planned(train, "p", team="merlin"), planned(train, "c", number=5)
    row = build_dependency(train, consumer_story=consumer, provider_story=provider)
    build_dependency(train, consumer_story=consumer, provider_story=provider, state="delivered")
    found = question(cast, train)
    assert found.problem is not None
    assert found.problem.dependencies == (
        Dependency(key=f"D{row.number}", provider=f"S{provider.number}", consumer=f"S{consumer.number}"),
    )
    assert found.dependencies == {f"D{row.number}": row.pk}


def test_a_story_that_has_been_begun_did_not_wait(cast: Cast, train: Train) -> None:
    steady(cast, train)
    provider, consumer = planned(train, "p", team="merlin"), planned(train, "c", state="in_progress")
    row = build_dependency(train, consumer_story=consumer, provider_story=provider)
    found = question(cast, train)
    assert found.problem is not None
    assert [each.mocked for each in found.problem.dependencies] == [True]
    assert found.begun == {f"D{row.number}"}


@pytest.mark.parametrize(("promised", "needed", "index"), [(5, 4, 1), (None, 4, 0), (2, None, -1), (None, None, 0)])
def test_what_comes_from_outside_arrives_as_promised_else_as_needed_else_just_in_time(
    cast: Cast, train: Train, promised: int | None, needed: int | None, index: int
) -> None:
    steady(cast, train)
    story = planned(train, number=5)
    row = build_dependency(
        train,
        provider="nordlicht",
        consumer_story=story,
        committed_by=iteration(train, 1, promised) if promised else None,
        needed_by=iteration(train, 1, needed) if needed else None,
    )
    problem = asked(cast, train)
    assert problem.arrivals == (
        Arrival(key=f"D{row.number}", item=f"S{story.number}", party="Nordlicht GmbH", promised=index),
    )
    assert [each.party for each in problem.parties] == ["Nordlicht GmbH"]


def test_a_dependency_between_features_waits_for_all_that_the_provider_does_and_holds_all_that_the_consumer_does(
    cast: Cast, train: Train
) -> None:
    steady(cast, train)
    first, one = planned(train, "p", team="merlin"), planned(train, "c", number=5)
    second = build_story(train, "p2", team="merlin", feature=first.feature, **at(train, 5, points=2))
    row = build_dependency(train, consumer_feature=one.feature, provider_feature=first.feature)
    problem = asked(cast, train)
    end, gate = f"Merlin is done with F{first.feature.number}", f"D{row.number} is here"  # type: ignore[union-attr]
    pairs = {(each.provider, each.consumer) for each in problem.dependencies}
    assert pairs == {
        (f"S{first.number}", end),
        (f"S{second.number}", end),
        (end, gate),
        (gate, f"S{one.number}"),
    }
    assert [(each.key, each.points, each.planned) for each in problem.items if each.key in (end, gate)] == [
        (end, 0, 1),
        (gate, 0, 1),
    ]


def test_a_circle_of_dependencies_is_opened_and_told(cast: Cast, train: Train) -> None:
    steady(cast, train)
    one, other = planned(train, "one"), planned(train, "other", team="merlin")
    first = build_dependency(train, consumer="kestrel", provider="merlin", consumer_story=one, provider_story=other)
    last = build_dependency(train, consumer="merlin", provider="kestrel", consumer_story=other, provider_story=one)
    found = question(cast, train)
    assert found.problem is not None
    assert [each.key for each in found.problem.dependencies] == [f"D{first.number}"]
    cut = f"D{last.number} (S{one.number} before S{other.number})"
    assert found.notes == (f"{cut} closes a circle of dependencies; the forecast takes it as not there.",)


def test_the_planned_value_is_the_cost_of_delay_and_the_mean_where_it_is_not_scored(cast: Cast, train: Train) -> None:
    steady(cast, train)
    scored, bare = planned(train, "scored"), planned(train, "bare")
    Feature.objects.filter(pk=bare.feature_id).update(user_value=None)
    found = question(cast, train)
    keys = [f"F{story.feature.number}" for story in (scored, bare)]  # type: ignore[union-attr]
    assert found.values == dict.fromkeys(keys, 16.0)
    assert found.problem is not None
    assert [each for each in found.problem.objectives if each.committed] == [
        Objective(key=key, items=(key,), value=16.0) for key in keys
    ]
    assert found.notes == ("1 feature without WSJF scores: each counts 16, the mean of the others.",)


def test_without_any_scores_every_feature_counts_the_same(cast: Cast, train: Train) -> None:
    steady(cast, train)
    planned(train)
    Feature.objects.update(user_value=None)
    found = question(cast, train)
    assert (list(found.values.values()), found.is_scored) == ([1.0], False)


def test_a_story_without_an_estimate_counts_the_median_and_that_is_told(cast: Cast, train: Train) -> None:
    steady(cast, train)
    story = planned(train, points=None)
    found = question(cast, train)
    assert found.problem is not None
    item = next(each for each in found.problem.items if each.key == f"S{story.number}")
    # The six stories of the past have 10, 12, 8, 6, 9 and 9 points.
    assert item.points == 9
    assert found.notes == ("1 story without an estimate: each counts 9 points, the median of PI 1.",)


def test_work_of_no_team_is_left_out_and_that_is_told(cast: Cast, train: Train) -> None:
    steady(cast, train)
    story = planned(train)
    build_story(train, "Whose?", team="", feature=story.feature, pi=increment(train), points=2)
    found = question(cast, train)
    assert found.notes == ("1 story of no team: nobody can finish them yet.",)
    assert found.out_of_sight == {story.feature_id: "a story of it belongs to no team yet"}


def test_a_feature_without_stories_is_one_piece_of_work_of_its_team(cast: Cast, train: Train) -> None:
    steady(cast, train)
    kestrel = Story.objects.filter(team__slug="kestrel")[0].team
    sized, bare = build_feature(train, "Sized", team=kestrel, size=13), build_feature(train, "Bare")
    with change(root(train)) as frame:
        for feature in (sized, bare):
            frame.create(
                Target(feature=feature, pi=increment(train), iteration=iteration(train, 1, 5)), "target.created"
            )
    found = question(cast, train)
    assert found.problem is not None
    assert open_items(found.problem) == [
        Item(key=f"F{sized.number} as a whole", team="Kestrel", points=13, planned=1, feature=f"F{sized.number}")
    ]
    assert found.out_of_sight == {bare.pk: "it has no stories, and no team or size of its own"}


def test_what_is_out_of_scope_is_no_planned_value(cast: Cast, train: Train) -> None:
    steady(cast, train)
    kept, out, dropped = planned(train, "kept"), planned(train, "out"), planned(train, "dropped")
    Target.objects.filter(feature=out.feature).update(planned=False)
    Target.objects.filter(feature=dropped.feature).update(outcome="dropped")
    assert list(question(cast, train).values) == [f"F{kept.feature.number}"]  # type: ignore[union-attr]


def missing(found: Question) -> tuple[Any, str]:
    return found.problem, found.code


def test_without_history_it_says_what_is_missing(cast: Cast, train: Train) -> None:
    planned(train)
    assert missing(question(cast, train)) == (None, "no_history")


def test_an_empty_pi_has_nothing_to_foretell(cast: Cast, train: Train) -> None:
    assert missing(question(cast, train)) == (None, "nothing_planned")


def test_a_closed_pi_needs_no_forecast(cast: Cast, train: Train) -> None:
    steady(cast, train)
    Increment.objects.update(state=Increment.State.CLOSED)
    assert missing(question(cast, train)) == (None, "closed")


def test_teams_of_one_name_are_told_apart(cast: Cast, train: Train) -> None:
    steady(cast, train)
    Team.objects.filter(train=train, slug="merlin").update(name="Kestrel")
    assert [team.key for team in asked(cast, train).teams] == ["Kestrel (kestrel)", "Kestrel (merlin)"]
