"""What the planner is asked: the train as it stands, less what cannot be asked, with what is decided already."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from headway.engine.errors import HeadwayError
from headway.engine.planner import Arrival, Dependency, PinKind
from headway.features.planner.policies import Wishes, wishes
from headway.features.planner.question import Question, question
from headway.kit import clock
from headway.store.models import Feature, Increment, Train
from tests.builders import FIRST_DAY, build_dependency, build_feature, build_story, iteration
from tests.cast import Cast
from tests.features.planner.plans import build_plan, give_capacity


def asked(cast: Cast, wanted: Wishes | None = None) -> Question:
    return question(cast.tess, Increment.objects.get(train__slug=cast.slug, number=1), wanted)


def said(found: Question, weight: str) -> list[str]:
    return [each.sentence for each in found.findings if each.weight == weight]


def placed(train: Train, title: str, place: int | None = 1, **values: Any) -> int:
    where = iteration(train, 1, place) if place else None
    return build_story(train, title, pi=iteration(train, 1, 1).pi, iteration=where, **values).number


def test_the_question_holds_the_plan_there_is(cast: Cast, train: Train) -> None:
    plan = build_plan(train)
    problem = asked(cast).problem
    assert problem is not None
    assert problem.iterations == ("I1", "I2", "I3", "I4", "I5")
    assert {team.key: team.capacity for team in problem.teams} == {"Kestrel": (20.0,) * 5, "Merlin": (20.0,) * 5}
    assert {each.key: each.value for each in problem.features} == {str(plan["feature"]): 16, str(plan["second"]): 13}
    assert problem.present is not None
    assert dict(problem.present.placement) == {str(plan["consumer"]): 0, str(plan["provider"]): 1}
    assert problem.dependencies == (Dependency(provider=str(plan["provider"]), consumer=str(plan["consumer"])),)
    assert problem.buffer == 0.2


def test_what_cannot_be_asked_is_left_out_and_named(cast: Cast, train: Train) -> None:
    give_capacity(train, 10)
    unestimated, large = placed(train, "Unclear", None), placed(train, "Everything", None, points=13)
    standing = placed(train, "Everything too", 2, points=9)
    found = asked(cast)
    assert said(found, "left_out") == [
        f"Story {unestimated} has no points yet, so it is left out of the draft. Estimate it.",
        (
            f"Story {large} has 13 points, and no iteration of Kestrel has room for more than 8: split it. "
            "It is left out of the draft."
        ),
    ]
    assert said(found, "assumed") == [
        (
            f"Story {standing} has 9 points, more than Kestrel may commit in any iteration (8). "
            "It stays where it stands; split it."
        )
    ]
    assert (set(found.stories), found.held) == ({str(standing)}, {str(standing)})


def test_what_has_begun_or_is_over_stays_and_the_rest_looks_ahead(cast: Cast, train: Train) -> None:
    give_capacity(train)
    done, begun = placed(train, "Done", 1, points=5, state="done"), placed(train, "Begun", 2, points=5, state="review")
    missed = placed(train, "Missed", 1, points=5)
    with clock.frozen(datetime.combine(FIRST_DAY + timedelta(weeks=2, days=1), time(8), UTC)):
        found = asked(cast)
    assert found.problem is not None
    assert found.held == {str(done), str(begun)}
    assert {pin.subject: (pin.kind, pin.iteration) for pin in found.problem.pins} == {
        str(done): (PinKind.HERE, 0),
        str(begun): (PinKind.HERE, 1),
    }
    assert {story.key: story.earliest for story in found.problem.stories}[str(missed)] == 1


def test_a_team_that_holds_more_than_it_can_do_makes_no_contradiction(cast: Cast, train: Train) -> None:
    give_capacity(train, 10)
    placed(train, "Begun", 1, points=8, state="in_progress"), placed(train, "Begun too", 1, points=8, state="review")
    problem = asked(cast).problem
    assert problem is not None
    assert next(team.capacity for team in problem.teams if team.key == "Kestrel") == (16, 10, 10, 10, 10)


def test_what_others_promise_arrives_when_they_said(cast: Cast, train: Train) -> None:
    give_capacity(train)
    waiting, unpromised = placed(train, "Use the data", points=3), placed(train, "Use the card", points=3)
    story = {each.number: each for each in iteration(train, 1, 1).stories.all()}
    build_dependency(
        train,
        provider="nordlicht",
        consumer_story=story[waiting],
        committed_by=iteration(train, 1, 2),
        state="committed",
    )
    late = build_dependency(train, provider="nordlicht", consumer_story=story[unpromised])
    found = asked(cast)
    assert found.problem is not None
    assert found.problem.arrivals == (Arrival(story=str(waiting), iteration=1),)
    assert said(found, "assumed")[0] == (
        f"Dependency {late.number}: nobody has said when it comes, so the draft does not wait for it."
    )


def test_a_feature_waits_with_the_story_it_is_finished_with(cast: Cast, train: Train) -> None:
    plan = build_plan(train)
    second = placed(train, "Ring a bell", 3, points=3, feature_id=_id(train, plan["second"]))
    build_dependency(
        train,
        consumer="kestrel",
        provider="merlin",
        consumer_feature_id=_id(train, plan["second"]),
        provider_feature_id=_id(train, plan["feature"]),
    )
    problem = asked(cast).problem
    assert problem is not None
    assert Dependency(provider=str(plan["provider"]), consumer=str(second)) in problem.dependencies
    assert len(problem.dependencies) == 2


def _id(train: Train, number: int) -> int:
    return Feature.objects.get(train=train, number=number).pk


def test_stories_that_wait_for_each_other_stop_the_draft_with_their_names(cast: Cast, train: Train) -> None:
    give_capacity(train)
    numbers = [placed(train, title, points=3, team=team) for title, team in (("A", "kestrel"), ("B", "merlin"))]
    first, second = (iteration(train, 1, 1).stories.get(number=each) for each in numbers)
    build_dependency(train, consumer_story=first, provider_story=second)
    build_dependency(train, consumer="merlin", provider="kestrel", consumer_story=second, provider_story=first)
    found = asked(cast)
    one, two = sorted(numbers, key=str)
    assert (found.problem, said(found, "stops")) == (
        None,
        [
            (
                f"Story {one} needs story {two} needs story {one}: they wait for each other in a circle. "
                "Drop one of these needs."
            )
        ],
    )


@pytest.mark.parametrize(
    ("pins", "says"),
    [
        ([{"kind": "here", "story": 999, "iteration": 1}], "There is no story 999 in the draft of PI 1"),
        ([{"kind": "in", "feature": 999}], "There is no feature 999 in the draft of PI 1"),
        (
            [{"kind": "here", "story": "late", "iteration": 6}],
            "which is no iteration of PI 1 that can still be planned",
        ),
        ([{"kind": "here", "feature": "feature", "iteration": 1}], "Only a story is pinned to an iteration"),
        ([{"kind": "here", "story": "late"}], "Only a story is pinned to an iteration"),
        ([{"kind": "in", "feature": "feature", "story": "late"}], "A pin is about one story or one feature."),
        ([{"kind": "in", "story": "late"}, {"kind": "out", "story": "late"}], "pin"),
        ([{"kind": "out", "story": "begun"}], "stays where it stands already"),
    ],
)
def test_a_pin_that_means_nothing_is_refused(cast: Cast, train: Train, pins: list[Any], says: str) -> None:
    plan = build_plan(train) | {"begun": placed(train, "Begun", 1, points=3, state="in_progress")}
    named = [{name: plan.get(value, value) for name, value in pin.items()} for pin in pins]
    with pytest.raises(HeadwayError, match=says):
        asked(cast, wishes(pins=named))


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": 10_000},
        {"seconds": float("nan")},
        {"buffer_percent": 100},
        {"preset": "best"},
        {"preset": "own", "weights": {"value": -1}},
        {"preset": "own", "weights": {"beauty": 1}},
        {"pins": [{"kind": "in", "feature": 1}] * 501},
    ],
)
def test_a_wish_out_of_bounds_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(HeadwayError):
        wishes(**wrong)


def test_the_question_takes_as_many_look_ups_for_three_as_for_one(cast: Cast, train: Train) -> None:
    build_plan(train)
    asked(cast)

    def look_ups() -> int:
        actor, pi = cast.tess, Increment.objects.get(number=1)
        with CaptureQueriesContext(connection) as seen:
            question(actor, pi)
        return len(seen)

    one = look_ups()
    for turn in range(2):
        feature = build_feature(train, f"Feature {turn}")
        story, other = (
            placed(train, f"Story {turn}", points=2, feature=feature, team=team) for team in ("kestrel", "merlin")
        )
        stories = iteration(train, 1, 1).stories
        build_dependency(train, consumer_story=stories.get(number=story), provider_story=stories.get(number=other))
    assert (look_ups(), one <= 25) == (one, True)
