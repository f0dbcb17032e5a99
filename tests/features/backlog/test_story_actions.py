"""Stories: writing, editing, placing, handing over, tasks."""

import pytest

from headway.engine.errors import Conflict, Forbidden, Invalid, Locked
from headway.features.backlog import actions
from headway.store.change import change
from headway.store.models import Increment, Story, Task, Team, Train
from headway.store.portraits import portrait
from tests.builders import build_feature, build_story, build_train, iteration, root
from tests.cast import Cast


def team(train: Train, slug: str) -> int:
    return Team.objects.get(train=train, slug=slug).pk


def close_pi(train: Train) -> None:
    with change(root(train)) as frame:
        frame.update(frame.get(Increment, number=1), "pi.edited", state="closed")


def test_a_story_is_written_with_the_next_number_of_the_train(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    made = actions.create_story(
        cast.tess, title="  Show   the last readings ", team_id=team(train, "kestrel"), points=3, feature_id=feature.pk
    )
    story: Story = made.subject
    assert (story.number, story.title, story.points) == (feature.number + 1, "Show the last readings", 3)
    assert story.team_id == team(train, "kestrel")


def test_a_story_may_be_written_straight_into_an_iteration(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 2)
    made = actions.create_story(
        cast.tess, title="A", team_id=team(train, "kestrel"), pi_id=there.pi_id, iteration_id=there.pk
    )
    assert made.subject.iteration == there


def test_a_story_without_a_team_cannot_stand_in_an_iteration(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 2)
    with pytest.raises(Invalid, match="has no team yet"):
        actions.create_story(cast.tess, title="A", pi_id=there.pi_id, iteration_id=there.pk)
    assert not Story.objects.exists()


@pytest.mark.parametrize("points", [-1, 100.5, 2.25, float("nan"), float("inf")])
def test_points_outside_their_bounds_are_refused(cast: Cast, train: Train, points: float) -> None:
    with pytest.raises(Invalid, match="Points should be between 0 and 100") as caught:
        actions.create_story(cast.tess, title="A", team_id=team(train, "kestrel"), points=points)
    assert caught.value.data["field"] == "points"


def test_an_empty_title_is_refused(cast: Cast, train: Train) -> None:
    with pytest.raises(Invalid, match="title is empty"):
        actions.create_story(cast.tess, title=" \x00 ", team_id=team(train, "kestrel"))


def test_a_feature_of_a_foreign_train_cannot_be_named(cast: Cast, train: Train) -> None:
    build_train(slug="vega", name="Vega")
    foreign = build_feature(Train.objects.get(slug="vega"))
    with pytest.raises(Invalid, match="There is no feature") as caught:
        actions.create_story(cast.tess, title="A", team_id=team(train, "kestrel"), feature_id=foreign.pk)
    assert caught.value.data["field"] == "feature"


def test_an_unknown_state_is_refused_with_the_known_ones(cast: Cast, train: Train) -> None:
    story = build_story(train)
    with pytest.raises(Invalid, match="State is one of todo, in_progress, review, done; not 'ready'"):
        actions.edit_story(cast.tess, number=story.number, state="ready")


def test_an_edit_of_what_somebody_else_changed_carries_the_present_state(cast: Cast, train: Train) -> None:
    story = build_story(train)
    actions.edit_story(cast.kim, number=story.number, title="Kim's title")
    with pytest.raises(Conflict, match="Kim Larsen changed") as caught:
        actions.edit_story(cast.tess, number=story.number, title="Tess's title", seen=1)
    story.refresh_from_db()
    assert caught.value.data["present"] == portrait(story)


def test_a_story_is_not_edited_into_another_team(cast: Cast, train: Train) -> None:
    story = build_story(train)
    with pytest.raises(Invalid, match=r"Kestrel hands it back .*, and Merlin takes it on") as caught:
        actions.edit_story(cast.tess, number=story.number, team_id=team(train, "merlin"))
    assert caught.value.code == "another_team"


def test_a_team_does_not_take_work_out_of_another_teams_hands(cast: Cast, train: Train) -> None:
    story = build_story(train)
    with pytest.raises(Invalid, match="nobody moves work into another team"):
        actions.take_story(cast.mika, number=story.number, team_id=team(train, "merlin"))


def test_a_story_is_handed_over_by_handing_back_and_taking_on(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 2)
    story = build_story(train, pi_id=there.pi_id, iteration=there)
    actions.release_story(cast.tess, number=story.number)
    story.refresh_from_db()
    assert (story.team_id, story.pi_id, story.iteration_id) == (None, None, None)
    with pytest.raises(Forbidden):
        actions.take_story(cast.mika, number=story.number, team_id=team(train, "kestrel"))
    actions.take_story(cast.mika, number=story.number, team_id=team(train, "merlin"))
    story.refresh_from_db()
    assert story.team_id == team(train, "merlin")


def test_nothing_changes_any_more_in_a_closed_pi(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 2)
    story = build_story(train, pi_id=there.pi_id, iteration=there)
    close_pi(train)
    for attempt in (
        lambda: actions.edit_story(cast.tess, number=story.number, points=5),
        lambda: actions.release_story(cast.tess, number=story.number),
        lambda: actions.remove_story(cast.tess, number=story.number),
        lambda: actions.add_task(cast.tess, story=story.number, title="T"),
        lambda: actions.move_story(cast.tess, number=story.number, pi_id=None, iteration_id=None),
    ):
        with pytest.raises(Locked, match="PI 1 is closed"):
            attempt()


def test_a_story_that_changed_since_is_not_removed(cast: Cast, train: Train) -> None:
    story = build_story(train)
    actions.edit_story(cast.kim, number=story.number, points=5)
    with pytest.raises(Conflict, match="so it was not removed"):
        actions.remove_story(cast.tess, number=story.number, seen=1)
    actions.remove_story(cast.tess, number=story.number, seen=2)
    assert not Story.objects.exists()


def test_tasks_are_added_in_order_ticked_renamed_and_removed(cast: Cast, train: Train) -> None:
    story = build_story(train)
    first = actions.add_task(cast.tess, story=story.number, title="Write the query").subject
    second = actions.add_task(cast.kim, story=story.number, title="Show it").subject
    actions.edit_task(cast.tess, task_id=first.pk, done=True)
    actions.edit_task(cast.tess, task_id=second.pk, title="Show it as a chart")
    assert list(Task.objects.values_list("title", "done", "position")) == [
        ("Write the query", True, 1),
        ("Show it as a chart", False, 2),
    ]
    actions.remove_task(cast.tess, task_id=first.pk)
    assert list(Task.objects.values_list("title", flat=True)) == ["Show it as a chart"]


def test_a_story_holds_at_most_200_tasks(cast: Cast, train: Train) -> None:
    story = build_story(train)
    with change(root(train)) as frame:
        frame.create_many([Task(story=story, title=f"T{n}") for n in range(200)], "task.created")
    with pytest.raises(Invalid, match="has 200 tasks"):
        actions.add_task(cast.tess, story=story.number, title="One more")


def test_a_story_for_business_has_no_enabler_kind(cast: Cast, train: Train) -> None:
    story = build_story(train)
    actions.edit_story(cast.tess, number=story.number, enabler_kind="architecture")
    story.refresh_from_db()
    assert (story.type, story.enabler_kind) == ("enabler", "architecture")
    actions.edit_story(cast.tess, number=story.number, type="feature")
    story.refresh_from_db()
    assert (story.type, story.enabler_kind) == ("feature", "")
