"""Features, themes and targets."""

from typing import Any

import pytest

from headway.engine.errors import Conflict, Forbidden, Invalid, Locked
from headway.features.backlog import actions
from headway.features.journal.actions import undo_last
from headway.store.change import change
from headway.store.models import Comment, Feature, Increment, Person, Story, Target, Theme, Train
from tests.builders import build_feature, build_increment, build_story, iteration, root
from tests.cast import Cast


def test_a_new_feature_comes_last_in_the_backlog(cast: Cast, train: Train) -> None:
    for title in ("One", "Two", "Three"):
        actions.create_feature(cast.paul, title=title)
    assert list(Feature.objects.values_list("title", "rank")) == [("One", 1.0), ("Two", 2.0), ("Three", 3.0)]


@pytest.mark.parametrize("part", ["user_value", "time_criticality", "risk_opportunity", "job_size"])
def test_a_score_off_the_scale_is_refused_with_the_scale(cast: Cast, train: Train, part: str) -> None:
    values: dict[str, Any] = {part: 4}
    with pytest.raises(Invalid, match="choose one of 1, 2, 3, 5, 8, 13, 20") as caught:
        actions.create_feature(cast.paul, title="F", **values)
    assert caught.value.data["field"] == part


def test_sizes_outside_their_bounds_are_refused(cast: Cast, train: Train) -> None:
    for size in (-0.5, 1000.5, 0.25):
        with pytest.raises(Invalid, match="between 0 and 1,000"):
            actions.create_feature(cast.paul, title="F", size=size)


def test_a_feature_is_ranked_directly_above_another_one(cast: Cast, train: Train) -> None:
    numbers = [actions.create_feature(cast.paul, title=title).subject.number for title in "ABCD"]
    actions.rank_feature(cast.paul, number=numbers[3], above=numbers[1])
    actions.rank_feature(cast.paul, number=numbers[0], above=None)
    actions.rank_feature(cast.paul, number=numbers[2], above=numbers[3])
    assert "".join(Feature.objects.values_list("title", flat=True)) == "CDBA"


def test_features_of_equal_rank_are_numbered_afresh_when_one_goes_between(cast: Cast, train: Train) -> None:
    one, two, three = (build_feature(train, title) for title in ("One", "Two", "Three"))
    actions.rank_feature(cast.paul, number=three.number, above=two.number)
    assert list(Feature.objects.values_list("title", "rank")) == [("One", 1.0), ("Three", 2.0), ("Two", 3.0)]
    assert one.rank == two.rank == 0.0


def test_a_bulk_edit_is_one_command_that_is_undone_at_once(cast: Cast, train: Train) -> None:
    numbers = [build_feature(train, title).number for title in "ABC"]
    owner = Person.objects.get(train=train, name="Ansel Brandt")
    pi = Increment.objects.get(train=train)
    actions.edit_features(cast.paul, numbers=numbers, state="ready", owner_id=owner.pk, pi_id=pi.pk)
    assert list(Feature.objects.values_list("state", "owner__name")) == [("ready", "Ansel Brandt")] * 3
    assert Target.objects.filter(pi=pi).count() == 3
    undo_last(cast.paul)
    assert list(Feature.objects.values_list("state", "owner__name")) == [("funnel", None)] * 3
    assert not Target.objects.exists()


def test_a_bulk_edit_with_one_unknown_feature_changes_none(cast: Cast, train: Train) -> None:
    number = build_feature(train).number
    from headway.engine.errors import Missing

    with pytest.raises(Missing):
        actions.edit_features(cast.paul, numbers=[number, 4711], state="ready")
    assert Feature.objects.get(number=number).state == "funnel"


def test_a_bulk_edit_does_not_touch_titles_and_holds_at_most_500(cast: Cast, train: Train) -> None:
    number = build_feature(train).number
    with pytest.raises(Invalid, match="“title” is not changed here"):
        actions.edit_features(cast.paul, numbers=[number], title="All the same")
    with pytest.raises(Invalid, match="Choose 1 to 500 features"):
        actions.edit_features(cast.paul, numbers=list(range(501)), state="ready")


def test_a_removed_feature_leaves_its_stories_with_their_teams(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    story = build_story(train, feature=feature)
    actions.comment_on_feature(cast.bea, number=feature.number, text="Why?")
    actions.remove_feature(cast.paul, number=feature.number)
    assert Story.objects.get(pk=story.pk).feature_id is None
    assert not Comment.objects.exists()
    undo_last(cast.paul)
    assert Story.objects.get(pk=story.pk).feature_id == feature.pk
    assert Comment.objects.get().text == "Why?"


def test_a_comment_is_taken_back_by_its_author_alone(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    said = actions.comment_on_feature(cast.bea, number=feature.number, text=" Why? ").subject
    assert (said.author_name, said.text) == ("Bea Novak", "Why?")
    with pytest.raises(Forbidden, match="This was said by Bea Novak"):
        actions.remove_comment(cast.paul, comment_id=said.pk)
    actions.remove_comment(cast.bea, comment_id=said.pk)
    assert not Comment.objects.exists()


def test_a_feature_is_brought_into_a_pi_once(cast: Cast, train: Train) -> None:
    feature, second = build_feature(train), iteration(train, 1, 2)
    for note in ("First try", "Second thought"):
        actions.target_feature(cast.paul, number=feature.number, pi_id=second.pi_id, iteration_id=second.pk, note=note)
    assert list(Target.objects.values_list("note", "iteration_id")) == [("Second thought", second.pk)]


def test_a_target_iteration_lies_in_its_pi(cast: Cast, train: Train) -> None:
    feature, second = build_feature(train), iteration(train, 1, 2)
    from datetime import timedelta

    other = build_increment(train, number=2, starts_on=second.starts_on + timedelta(weeks=20))
    with pytest.raises(Invalid, match="is not an iteration of PI 2"):
        actions.target_feature(cast.paul, number=feature.number, pi_id=other.pk, iteration_id=second.pk)


def test_a_closed_pi_keeps_its_targets_and_outcomes(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    pi = Increment.objects.get(train=train)
    actions.target_feature(cast.paul, number=feature.number, pi_id=pi.pk)
    actions.note_outcome(cast.paul, number=feature.number, pi_id=pi.pk, outcome="landed", note="In time")
    assert list(Target.objects.values_list("outcome", "note")) == [("landed", "In time")]
    with change(root(train)) as frame:
        frame.update(frame.get(Increment, pk=pi.pk), "pi.edited", state="closed")
    for attempt in (
        lambda: actions.note_outcome(cast.paul, number=feature.number, pi_id=pi.pk, outcome="missed"),
        lambda: actions.untarget_feature(cast.paul, number=feature.number, pi_id=pi.pk),
        lambda: actions.target_feature(cast.paul, number=feature.number, pi_id=pi.pk, note="x"),
        lambda: actions.remove_feature(cast.paul, number=feature.number),
        lambda: actions.edit_features(cast.paul, numbers=[feature.number], pi_id=pi.pk),
    ):
        with pytest.raises(Locked, match="PI 1 is closed"):
            attempt()


def test_an_unknown_outcome_is_refused(cast: Cast, train: Train) -> None:
    feature, pi = build_feature(train), Increment.objects.get(train=train)
    actions.target_feature(cast.paul, number=feature.number, pi_id=pi.pk)
    with pytest.raises(Invalid, match="Outcome is one of nothing, landed, missed, dropped"):
        actions.note_outcome(cast.paul, number=feature.number, pi_id=pi.pk, outcome="great")


def test_a_theme_name_is_taken_once(cast: Cast, train: Train) -> None:
    actions.create_theme(cast.paul, name="Reach", weight=40, color="#2f6f8f")
    with pytest.raises(Invalid, match="something with the same name"):
        actions.create_theme(cast.paul, name=" Reach ")
    assert Theme.objects.count() == 1


@pytest.mark.parametrize("values", [{"weight": 101}, {"weight": -1}, {"color": "red"}, {"color": "#12345g"}])
def test_a_theme_with_odd_values_is_refused(cast: Cast, train: Train, values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        actions.create_theme(cast.paul, name="Reach", **values)


def test_a_removed_theme_leaves_its_features(cast: Cast, train: Train) -> None:
    theme = actions.create_theme(cast.paul, name="Reach").subject
    feature = build_feature(train, theme_id=theme.pk)
    actions.edit_theme(cast.ansel, theme_id=theme.pk, description="Further")
    with pytest.raises(Conflict):
        actions.remove_theme(cast.paul, theme_id=theme.pk, seen=1)
    actions.remove_theme(cast.paul, theme_id=theme.pk, seen=2)
    feature.refresh_from_db()
    assert feature.theme_id is None
