"""How dependencies of the store become pieces of work with strands between them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from headway.engine.errors import Missing
from headway.features.dependencies.queries import line
from headway.features.network.queries import Asked, look, web_of
from headway.features.network.strands import Piece
from headway.store.change import change
from headway.store.models import Target, Team, Train
from tests.builders import FIRST_DAY, build_dependency, build_feature, build_increment, build_story, iteration, root
from tests.cast import Cast
from tests.features.network.stage import between, placed, scope, tied


def test_a_linked_story_is_a_piece_with_its_team_place_points_and_feature(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    story = placed(train, "merlin", 2, points=5, feature=feature, state="done")
    tied(train, story, placed(train, "kestrel", 3))
    (strand,) = web_of(cast.vera).strands
    assert strand.provider == Piece(
        key=f"s{story.number}",
        kind="story",
        number=story.number,
        title="Merlin in 2",
        team_id=story.team_id,
        points=Decimal(5),
        at=1,
        pis=frozenset({story.pi_id}),
        done=True,
        feature=feature.number,
    )


def test_health_and_slack_are_those_of_the_list_of_dependencies(cast: Cast, train: Train) -> None:
    told = [between(train, *places) for places in [(1, 3), (2, 2), (4, 2), (None, 2), (2, None)]]
    told += [build_dependency(train, needed_by=iteration(train, 1, 3), committed_by=iteration(train, 1, 4))]
    told += [between(train, 4, 2, state="delivered"), build_dependency(train, consumer_feature=build_feature(train))]
    with_lists = {row.number: line(cast.vera, row.number) for row in told}
    for strand in web_of(cast.vera).strands:
        listed = with_lists[strand.number]
        assert (strand.health.value, strand.slack) == (listed.health, listed.slack)


def test_what_was_dropped_is_no_strand(cast: Cast, train: Train) -> None:
    kept = between(train, 1, 2)
    for state in ("declined", "obsolete"):
        between(train, 1, 2, state=state)
    assert [strand.number for strand in web_of(cast.vera).strands] == [kept.number]


def test_a_feature_at_an_end_stands_with_its_last_story_and_has_its_stories_as_parts(cast: Cast, train: Train) -> None:
    feature = build_feature(train, size=40, user_value=8, time_criticality=5, risk_opportunity=1)
    stories = [placed(train, "merlin", number, feature=feature, points=3) for number in (2, 4)]
    build_dependency(train, provider_feature=feature, consumer_story=placed(train, "kestrel", 5))
    web = web_of(cast.vera)
    (strand,) = web.strands
    assert (strand.provider.key, strand.provider.at, strand.provider.points) == (f"f{feature.number}", 3, Decimal(0))
    assert web.parts == tuple((f"s{story.number}", f"f{feature.number}") for story in stories)
    assert web.values == {feature.number: 14}


def test_a_feature_without_stories_stands_where_it_is_aimed_at_with_its_size(cast: Cast, train: Train) -> None:
    feature, third = build_feature(train, size=13), iteration(train, 1, 3)
    with change(root(train)) as frame:
        frame.create(Target(feature=feature, pi_id=third.pi_id, iteration=third), "target.created")
    build_dependency(train, provider_feature=feature)
    (strand,) = web_of(cast.vera).strands
    assert (strand.provider.at, strand.provider.points, strand.in_pi(third.pi_id)) == (2, Decimal(13), True)


def test_a_feature_that_two_teams_give_is_a_piece_of_each(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    build_dependency(train, provider="merlin", provider_feature=feature)
    build_dependency(train, provider="kestrel", consumer="merlin", provider_feature=feature)
    kestrel = Team.objects.get(slug="kestrel")
    keys = [strand.provider.key for strand in web_of(cast.vera).strands]
    assert keys == [f"f{feature.number}", f"f{feature.number}-{kestrel.pk}"]


def test_a_feature_with_a_score_missing_is_worth_nothing_yet(cast: Cast, train: Train) -> None:
    feature = build_feature(train, user_value=8, time_criticality=5)
    build_dependency(train, provider_feature=feature)
    assert web_of(cast.vera).values == {}


def test_a_story_that_no_team_has_taken_stands_with_the_team_the_dependency_names(cast: Cast, train: Train) -> None:
    loose = build_story(train, team="")
    build_dependency(train, provider="nordlicht", provider_story=loose)
    (strand,) = web_of(cast.vera).strands
    assert strand.provider.team_id == Team.objects.get(slug="nordlicht").pk


def test_a_strand_belongs_to_every_pi_in_which_it_has_an_end(cast: Cast, train: Train) -> None:
    second = build_increment(train, number=2, starts_on=FIRST_DAY.replace(year=2027))
    later = iteration(train, 2, 1)
    story = build_story(train, pi_id=second.pk, iteration=later)
    over = tied(train, placed(train, "merlin", 1), story)
    here = between(train, 1, 2)

    def numbers(**asked: object) -> set[int]:
        return {strand.number for strand in scope(cast.vera, **asked).shown}

    assert (numbers(pi=1), numbers(pi=2), numbers(all_pis=True)) == (
        {over.number, here.number},
        {over.number},
        {over.number, here.number},
    )


def test_a_team_and_what_has_arrived_are_filtered(cast: Cast, train: Train) -> None:
    here = between(train, 1, 2)
    arrived = between(train, 1, 2, state="accepted")
    other = build_dependency(train, provider="nordlicht", needed_by=iteration(train, 1, 2))

    def numbers(**asked: object) -> set[int]:
        return {strand.number for strand in scope(cast.vera, pi=1, **asked).shown}

    assert numbers() == {here.number, other.number}
    assert numbers(arrived=True) == {here.number, arrived.number, other.number}
    assert numbers(team="nordlicht") == {other.number}
    assert numbers(team="nobody-of-that-name") == {here.number, other.number}


def test_a_pi_that_is_not_there_is_missing(cast: Cast, train: Train) -> None:
    with pytest.raises(Missing, match="There is no PI 9 on this train"):
        look(cast.vera, Asked(pi=9))


def test_reading_takes_as_many_queries_for_three_as_for_one(cast: Cast, train: Train) -> None:
    def more() -> None:
        feature = build_feature(train)
        tied(train, placed(train, "merlin", 1, feature=feature), placed(train, "kestrel", 2))
        build_dependency(train, provider_feature=feature)

    more()
    actor = cast.vera
    with CaptureQueriesContext(connection) as one:
        web_of(actor)
    for _ in range(2):
        more()
    with CaptureQueriesContext(connection) as three:
        web_of(actor)
    assert len(three) == len(one) == 7
