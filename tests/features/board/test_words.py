"""The strings of the board in words."""

from headway.features.board.words import arranged, in_words
from tests.features.board.test_picture import dependency, feature, rows, story

NAMES = {0: "I1", 1: "I2", 2: "IP"}


def told(provider: int | None, consumer: int | None, **values: object) -> str:
    stories = [story(1, team=1, iteration=provider), story(2, team=2, iteration=consumer)]
    string = dependency(5, provider_team_id=1, consumer_team_id=2, provider_story_id=1, consumer_story_id=2, **values)  # type: ignore[arg-type]
    (line,) = in_words(rows(stories=stories, dependencies=[string]), NAMES)
    return f"{line.health}: {line.verdict}"


def test_a_verdict_says_how_the_two_cards_stand_to_each_other() -> None:
    assert told(11, 12) == "ok: 1 iteration to spare"
    assert told(11, 13) == "ok: 2 iterations to spare"
    assert told(12, 12) == "tight: in the same iteration"
    assert told(13, 11) == "conflict: 2 iterations too late"
    assert told(None, 11) == "conflict: its provider is not planned"
    assert told(11, None) == "unplanned: who needs it is not planned yet"
    assert told(12, 11, state="delivered") == "ok: there"


def test_the_worst_come_first_and_a_sort_turns_them_round() -> None:
    stories = [story(1, iteration=12), story(2, team=2, iteration=11), story(3, team=2, iteration=13)]
    fits = dependency(5, provider_story_id=1, consumer_story_id=3, provider_team_id=1, consumer_team_id=2)
    late = dependency(6, provider_story_id=1, consumer_story_id=2, provider_team_id=1, consumer_team_id=2)
    lines = in_words(rows(stories=stories, dependencies=[fits, late]), NAMES)
    assert [line.number for line in lines] == [6, 5]
    assert [line.number for line in arranged(lines, "-health")] == [5, 6]
    assert [line.number for line in arranged(lines, "no such order")] == [6, 5]


def test_items_that_wait_for_each_other_are_in_a_circle() -> None:
    stories = [story(1, iteration=11), story(2, team=2, iteration=12), story(3, team=2)]
    ring = [
        dependency(5, provider_story_id=1, consumer_story_id=2, provider_team_id=1, consumer_team_id=2),
        dependency(6, provider_story_id=2, consumer_story_id=1, provider_team_id=2, consumer_team_id=1),
        dependency(7, provider_story_id=1, consumer_story_id=3, provider_team_id=1, consumer_team_id=2),
    ]
    lines = in_words(rows(stories=stories, dependencies=ring), NAMES)
    assert {line.number: line.in_circle for line in lines} == {5: True, 6: True, 7: False}


def test_a_feature_at_an_end_stands_where_its_stories_finish() -> None:
    stories = [
        story(1, team=2, iteration=11, feature=7),
        story(2, team=2, iteration=12, feature=7),
        story(3, iteration=13),
    ]
    string = dependency(5, provider_feature_id=7, consumer_story_id=3, provider_team_id=2, consumer_team_id=1)
    (line,) = in_words(rows(features=[feature(7)], stories=stories, dependencies=[string]), NAMES)
    assert (line.provider.where, line.provider.title, line.slack) == ("I2", "Feature 7", 1)
