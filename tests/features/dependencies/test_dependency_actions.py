"""Dependencies: recording them, and the negotiation between the two teams."""

from typing import Any

import pytest

from headway.engine.errors import Conflict, Forbidden, Invalid, Locked
from headway.features.dependencies import actions
from headway.features.dependencies.policies import ANSWERS, STEPS, WAITS_FOR
from headway.store.models import Comment, Dependency, Feature, Story, Team, Train
from tests.builders import build_dependency, build_feature, build_story, build_train, iteration
from tests.cast import Cast


def team(train: Train, slug: str) -> int:
    return Team.objects.get(train=train, slug=slug).pk


def state(dependency: Dependency) -> str:
    dependency.refresh_from_db()
    return dependency.state


def test_the_teams_are_those_of_the_linked_items(cast: Cast, train: Train) -> None:
    consumer, provider = build_story(train), build_story(train, team="merlin")
    made = actions.create_dependency(
        cast.tess, needs="An address", consumer_story_id=consumer.pk, provider_story_id=provider.pk
    ).subject
    assert (made.consumer_team_id, made.provider_team_id) == (consumer.team_id, provider.team_id)
    assert (made.state, made.number) == ("identified", provider.number + 1)


def test_both_ends_are_never_the_same_item(cast: Cast, train: Train) -> None:
    story, feature = build_story(train), build_feature(train, team_id=team(train, "kestrel"))
    for ends in (
        {"consumer_story_id": story.pk, "provider_story_id": story.pk},
        {"consumer_feature_id": feature.pk, "provider_feature_id": feature.pk},
    ):
        with pytest.raises(Invalid, match="nothing can wait for itself"):
            actions.create_dependency(cast.tess, needs="Itself", **ends)
    assert not Dependency.objects.exists()


def test_a_team_does_not_wait_for_itself_except_between_two_of_its_items(cast: Cast, train: Train) -> None:
    kestrel = team(train, "kestrel")
    with pytest.raises(Invalid, match="Kestrel would wait for itself"):
        actions.create_dependency(cast.tess, needs="X", consumer_team_id=kestrel, provider_team_id=kestrel)
    one, other = build_story(train), build_story(train, "The other")
    made = actions.create_dependency(cast.tess, needs="X", consumer_story_id=one.pk, provider_story_id=other.pk)
    assert made.subject.consumer_team_id == made.subject.provider_team_id == kestrel


def test_a_linked_story_belongs_to_the_named_team(cast: Cast, train: Train) -> None:
    story = build_story(train)
    with pytest.raises(Invalid, match="is Kestrel's work, not Merlin's") as caught:
        actions.create_dependency(
            cast.tess,
            needs="X",
            consumer_team_id=team(train, "merlin"),
            provider_team_id=team(train, "kestrel"),
            consumer_story_id=story.pk,
        )
    assert caught.value.data["field"] == "consumer_story"


def test_a_linked_feature_is_one_the_team_answers_for_or_works_on(cast: Cast, train: Train) -> None:
    feature = build_feature(train, team_id=team(train, "merlin"))
    ends: dict[str, Any] = {
        "consumer_team_id": team(train, "kestrel"),
        "provider_team_id": team(train, "nordlicht"),
        "consumer_feature_id": feature.pk,
    }
    with pytest.raises(Invalid, match="is not Kestrel's"):
        actions.create_dependency(cast.tess, needs="X", **ends)
    build_story(train, feature=feature)
    assert actions.create_dependency(cast.tess, needs="X", **ends).subject.consumer_feature_id == feature.pk


def test_an_item_of_a_foreign_train_cannot_be_linked(cast: Cast, train: Train) -> None:
    build_train(slug="vega", name="Vega")
    foreign = build_story(Train.objects.get(slug="vega"))
    with pytest.raises(Invalid, match="There is no story"):
        actions.create_dependency(
            cast.tess, needs="X", provider_team_id=team(train, "merlin"), consumer_story_id=foreign.pk
        )


def test_the_whole_negotiation_from_request_to_acceptance(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train)
    third, fourth = iteration(train, 1, 3), iteration(train, 1, 4)
    number = dependency.number
    actions.request_dependency(cast.tess, number=number, needed_by_id=third.pk)
    assert (state(dependency), dependency.needed_by) == ("requested", third)
    actions.answer_dependency(
        cast.mika, number=number, answer="negotiate", committed_by_id=fourth.pk, text="Is I4 too late?"
    )
    assert (state(dependency), dependency.committed_by) == ("negotiating", fourth)
    actions.answer_dependency(cast.mika, number=number, answer="commit", committed_by_id=third.pk)
    assert (state(dependency), dependency.committed_by) == ("committed", third)
    for answer, then in (("start", "in_progress"), ("deliver", "delivered")):
        actions.answer_dependency(cast.mika, number=number, answer=answer)
        assert state(dependency) == then
    actions.return_dependency(cast.kim, number=number)
    assert state(dependency) == "in_progress"
    actions.answer_dependency(cast.mika, number=number, answer="deliver")
    actions.accept_dependency(cast.kim, number=number)
    assert state(dependency) == "accepted"
    assert list(Comment.objects.values_list("author_name", "text")) == [("Mika Sato", "Is I4 too late?")]


def test_a_commitment_without_a_date_takes_the_iteration_of_the_linked_story(cast: Cast, train: Train) -> None:
    second = iteration(train, 1, 2)
    story = build_story(train, team="merlin", pi_id=second.pi_id, iteration=second)
    dependency = build_dependency(train, provider_story=story, state="requested")
    actions.answer_dependency(cast.mika, number=dependency.number, answer="commit")
    dependency.refresh_from_db()
    assert dependency.committed_by == second


def test_a_commitment_to_no_iteration_is_refused(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train, state="requested")
    with pytest.raises(Invalid, match="By which iteration") as caught:
        actions.answer_dependency(cast.mika, number=dependency.number, answer="commit")
    assert caught.value.data["field"] == "committed_by"


def test_an_unknown_answer_is_refused_with_the_known_ones(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train, state="requested")
    for answer in ("accept", "shrug"):
        with pytest.raises(Invalid, match="choose one of negotiate, commit, start, deliver, decline"):
            actions.answer_dependency(cast.mika, number=dependency.number, answer=answer)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("before", Dependency.State.values)
def test_only_declared_changes_of_state_are_possible(cast: Cast, train: Train, name: str, before: str) -> None:
    dependency = build_dependency(train, state=before, needed_by=iteration(train, 1, 3))
    number, when = dependency.number, iteration(train, 1, 2).pk

    def take() -> None:
        if name in ANSWERS:
            promised = when if name in ("commit", "negotiate") else None
            actions.answer_dependency(cast.mika, number=number, answer=name, committed_by_id=promised)
        else:
            of_consumer: dict[str, Any] = {
                "request": actions.request_dependency,
                "accept": actions.accept_dependency,
                "return": actions.return_dependency,
                "drop": actions.drop_dependency,
            }
            of_consumer[name](cast.tess, number=number)

    if before in STEPS[name].allowed_in:
        take()
        assert state(dependency) == STEPS[name].leads_to
    else:
        with pytest.raises(Locked, match="is for a dependency that is"):
            take()
        assert state(dependency) == before


def test_every_state_is_left_by_the_side_whose_turn_it_is() -> None:
    for value in Dependency.State.values:
        turn = WAITS_FOR[value]
        onward = {step.side for step in STEPS.values() if value in step.allowed_in and step.leads_to != "obsolete"}
        assert turn is None or turn in onward


def test_the_provider_does_not_accept_and_the_consumer_does_not_promise(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train, state="requested")
    with pytest.raises(Forbidden, match="Only the team that has to deliver can promise"):
        actions.answer_dependency(cast.tess, number=dependency.number, answer="decline")
    with pytest.raises(Forbidden, match="Only the team that asked knows"):
        actions.accept_dependency(cast.mika, number=dependency.number)


def test_an_external_partys_answer_is_written_down_by_whoever_deals_with_it(cast: Cast, train: Train) -> None:
    when = iteration(train, 1, 3).pk
    for name in ("tess", "kim", "rosa", "paul"):
        dependency = build_dependency(train, provider="nordlicht", state="requested")
        actions.answer_dependency(cast.actor(name), number=dependency.number, answer="commit", committed_by_id=when)
        assert state(dependency) == "committed"
    dependency = build_dependency(train, provider="nordlicht", state="requested")
    for name in ("mika", "bea", "ansel", "vera"):
        with pytest.raises(Forbidden, match="written down by Kestrel, the Release Train Engineer or the Product"):
            actions.answer_dependency(cast.actor(name), number=dependency.number, answer="decline")


def test_the_teams_stand_once_it_was_asked_for(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train)
    actions.edit_dependency(cast.tess, number=dependency.number, provider_team_id=team(train, "nordlicht"))
    actions.edit_dependency(cast.tess, number=dependency.number, provider_team_id=team(train, "merlin"))
    actions.request_dependency(cast.tess, number=dependency.number, needed_by_id=iteration(train, 1, 3).pk)
    with pytest.raises(Locked, match="so its teams stand"):
        actions.edit_dependency(cast.tess, number=dependency.number, provider_team_id=team(train, "nordlicht"))


def test_the_provider_does_not_change_when_it_is_needed(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train, state="requested", needed_by=iteration(train, 1, 2))
    with pytest.raises(Forbidden):
        actions.edit_dependency(cast.mika, number=dependency.number, needed_by_id=iteration(train, 1, 5).pk)
    actions.edit_dependency(cast.mika, number=dependency.number, note="We are on it")


def test_an_answer_on_a_stale_version_is_a_conflict(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train, state="requested")
    actions.answer_dependency(cast.mika, number=dependency.number, answer="negotiate")
    with pytest.raises(Conflict, match="Mika Sato changed"):
        actions.drop_dependency(cast.tess, number=dependency.number, seen=1)


def test_a_promised_dependency_is_dropped_rather_than_removed(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train, state="committed")
    with pytest.raises(Locked, match="no longer needed"):
        actions.remove_dependency(cast.tess, number=dependency.number)
    actions.drop_dependency(cast.tess, number=dependency.number)
    actions.remove_dependency(cast.tess, number=dependency.number)
    assert not Dependency.objects.exists()


def test_the_discussion_is_kept_with_names(cast: Cast, train: Train) -> None:
    dependency = build_dependency(train)
    for name in ("bea", "mika", "rosa"):
        actions.comment_on_dependency(cast.actor(name), number=dependency.number, text=f"Said {name}")
    with pytest.raises(Forbidden, match="stakeholders read along"):
        actions.comment_on_dependency(cast.vera, number=dependency.number, text="Me too")
    assert list(Comment.objects.values_list("author_name", flat=True)) == ["Bea Novak", "Mika Sato", "Rosa Lind"]


def test_a_removed_feature_loosens_the_dependency(cast: Cast, train: Train) -> None:
    from headway.features.backlog.actions import remove_feature

    feature = build_feature(train)
    dependency = build_dependency(train, consumer_feature=feature)
    remove_feature(cast.paul, number=feature.number)
    dependency.refresh_from_db()
    assert dependency.consumer_feature_id is None
    assert not Feature.objects.exists()
    assert not Story.objects.exists()
