"""What stands where on the board."""

from datetime import date

from headway.features.board.drawing import card_html
from headway.features.board.picture import (
    DependencyRow,
    FeatureRow,
    IterationRow,
    MilestoneRow,
    Picture,
    Room,
    Rows,
    StoryRow,
    TargetRow,
    TeamRow,
    View,
    draw,
)

KESTREL = TeamRow(id=1, slug="kestrel", name="Kestrel", external=False)
MERLIN = TeamRow(id=2, slug="merlin", name="Merlin", external=False)
NORDLICHT = TeamRow(id=3, slug="nordlicht", name="Nordlicht", external=True)
I1 = IterationRow(
    id=11, number=1, name="I1", starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 18), is_ip=False, ordinal=0
)
I2 = IterationRow(
    id=12, number=2, name="I2", starts_on=date(2026, 9, 21), ends_on=date(2026, 10, 2), is_ip=False, ordinal=1
)
IP = IterationRow(
    id=13, number=3, name="IP", starts_on=date(2026, 10, 5), ends_on=date(2026, 10, 16), is_ip=True, ordinal=2
)


def story(
    number: int, *, team: int | None = 1, iteration: int | None = None, feature: int | None = None, points: float = 3
) -> StoryRow:
    return StoryRow(
        id=number,
        number=number,
        version=1,
        title=f"Story {number}",
        type="feature",
        state="todo",
        blocked=False,
        points=points,
        feature_id=feature,
        team_id=team,
        iteration_id=iteration,
    )


def feature(number: int, *, team: int | None = None, size: float | None = None) -> FeatureRow:
    return FeatureRow(
        id=number,
        number=number,
        version=1,
        title=f"Feature {number}",
        type="feature",
        state="planned",
        theme_id=None,
        team_id=team,
        size=size,
    )


def dependency(number: int, **values: int | str | None) -> DependencyRow:
    empty = dict.fromkeys(DependencyRow._fields)
    fixed = {
        "id": number,
        "number": number,
        "version": 1,
        "type": "external",
        "needs": "A sensor",
        "state": "requested",
    }
    return DependencyRow(**{**empty, **fixed, **values})  # type: ignore[arg-type]


def rows(**given: object) -> Rows:
    empty: dict[str, object] = {name: [] for name in Rows.__dataclass_fields__}
    frame = {"teams": [KESTREL, MERLIN, NORDLICHT], "iterations": [I1, I2, IP], "changed": frozenset()}
    return Rows(**{**empty, **frame, **given})  # type: ignore[arg-type]


def places(picture: Picture) -> dict[str, tuple[str, int | None]]:
    lines = [picture.shared, *picture.teams, *picture.parties]
    return {
        card.key: (line.team.name if line.team else "shared", cell.iteration_id)
        for line in lines
        for cell in line.cells
        for card in cell.cards
    }


def test_a_story_stands_in_its_teams_row_at_its_iteration_or_in_the_teams_backlog() -> None:
    picture = draw(rows(stories=[story(1, iteration=11), story(2), story(3, team=None)]), View.STORIES)
    assert places(picture) == {"s1": ("Kestrel", 11), "s2": ("Kestrel", None)}


def test_a_feature_stands_where_its_last_planned_story_finishes() -> None:
    told = [story(1, iteration=11, feature=7), story(2, iteration=12, feature=7), story(3, feature=7)]
    picture = draw(rows(features=[feature(7)], stories=told), View.FEATURES)
    assert places(picture) == {"f7": ("Kestrel", 12)}
    (card,) = picture.teams[0].cells[2].cards
    assert (card.points, card.stories, card.done, card.unplanned) == (9, 3, 0, 1)


def test_a_feature_whose_stories_belong_to_several_teams_stands_in_the_shared_row() -> None:
    told = [story(1, iteration=11, feature=7), story(2, team=2, iteration=12, feature=7)]
    given = rows(features=[feature(7)], stories=told)
    assert places(draw(given, View.FEATURES)) == {"f7": ("shared", 12)}
    assert places(draw(given, View.STORIES)) == {"f7": ("shared", 12), "s1": ("Kestrel", 11), "s2": ("Merlin", 12)}


def test_a_feature_without_stories_stands_at_its_target() -> None:
    aims = [
        TargetRow(id=1, version=1, feature_id=7, iteration_id=12, planned=True, outcome="", note=""),
        TargetRow(id=2, version=1, feature_id=8, iteration_id=None, planned=True, outcome="", note=""),
        TargetRow(id=3, version=1, feature_id=9, iteration_id=None, planned=True, outcome="", note=""),
        TargetRow(id=4, version=1, feature_id=10, iteration_id=11, planned=False, outcome="", note=""),
    ]
    features = [feature(7, team=2, size=8), feature(8, team=1), feature(9), feature(10, team=1)]
    picture = draw(rows(features=features, targets=aims), View.STORIES)
    assert places(picture) == {"f7": ("Merlin", 12), "f8": ("Kestrel", None)}


def test_a_dependency_on_a_party_without_an_item_gets_a_card_at_the_promised_iteration() -> None:
    asked = dependency(5, consumer_team_id=1, consumer_story_id=1, provider_team_id=3, committed_by_id=12)
    declined = dependency(6, consumer_team_id=1, provider_team_id=3, state="declined")
    picture = draw(rows(stories=[story(1, iteration=11)], dependencies=[asked, declined]), View.STORIES)
    assert places(picture) == {"s1": ("Kestrel", 11), "p5": ("Nordlicht", 12)}


def test_loads_are_sums_of_points_and_the_ip_iteration_keeps_no_buffer() -> None:
    rooms = [
        Room(team_id=1, iteration_id=11, points=10, committable=8),
        Room(team_id=1, iteration_id=13, points=10, committable=0),
    ]
    told = [story(1, iteration=11, points=5), story(2, iteration=11, points=4.5), story(3, points=2)]
    picture = draw(rows(stories=told, rooms=rooms), View.STORIES)
    assert [(cell.load, cell.capacity, cell.fit) for cell in picture.teams[0].cells] == [
        (2, None, None),
        (9.5, 10, 8),
        (0, None, None),
        (0, 10, 10),
    ]
    assert [(column.load, column.capacity) for column in picture.columns] == [(9.5, 10), (0, 0), (0, 10)]


def test_cards_of_one_feature_stand_together() -> None:
    told = [story(1, feature=9), story(2), story(3, feature=7), story(4, feature=9)]
    picture = draw(rows(features=[feature(7), feature(9)], stories=told), View.STORIES)
    assert [card.key for card in picture.teams[0].cells[0].cards] == ["s3", "s1", "s4", "s2"]


def test_a_milestone_stands_in_the_iteration_of_its_day() -> None:
    fair = MilestoneRow(id=1, name="Trade fair", on=date(2026, 10, 2))
    picture = draw(rows(milestones=[fair]), View.STORIES)
    assert [column.milestones for column in picture.columns] == [[], [fair], []]


def test_a_feature_planned_as_a_whole_says_what_became_of_it() -> None:
    aim = TargetRow(id=1, version=1, feature_id=7, iteration_id=None, planned=True, outcome="missed", note="")
    picture = draw(rows(features=[feature(7, team=1)], targets=[aim]), View.FEATURES)
    (card,) = picture.teams[0].cells[0].cards
    assert card.outcome == "missed"
    assert "is-missed" in card_html("orion", card)
    assert ">missed</span>" in card_html("orion", card)
