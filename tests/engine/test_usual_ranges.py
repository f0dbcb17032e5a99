from decimal import Decimal

import pytest

from headway.engine.rules.capacity import team_capacity
from headway.engine.rules.hints import (
    KEY_ROLES,
    Finding,
    cell_findings,
    feature_findings,
    person_findings,
    story_findings,
    team_findings,
    train_findings,
)
from tests.engine.makers import iteration, member


def train(**told: object) -> list[str]:
    usual = {"teams": 9, "people": 95, "pi_weeks": 12, "buffer_percent": 20, "roles_held": KEY_ROLES}
    return [found.message for found in train_findings(train="Orion", **(usual | told))]


def test_a_usual_train_gives_no_hint() -> None:
    assert train() == []


@pytest.mark.parametrize(
    ("part", "inside", "outside", "words"),
    [
        ("teams", (5, 10), (4, 11), "teams; usual are 5 to 10."),
        ("people", (50, 130), (49, 131), "people; usual are 50 to 130."),
        ("pi_weeks", (8, 12), (7, 13), "weeks; usual are 8 to 12."),
        ("buffer_percent", (20, 30), (19, Decimal("30.5")), "per cent; usual are 20 to 30."),
    ],
)
def test_a_train_outside_a_usual_range_is_asked_about_it(
    part: str, inside: tuple[int, ...], outside: tuple[int, ...], words: str
) -> None:
    assert [train(**{part: value}) for value in inside] == [[], []]
    assert [train(**{part: value}) for value in outside] == [[f"Orion has {value} {words}"] for value in outside]


def test_every_key_role_is_missed() -> None:
    assert train(roles_held={"rte", "business_owner"}) == [
        "Orion has no Product Manager.",
        "Orion has no System Architect.",
        "Orion has no Integration Specialist.",
    ]
    assert len(train(roles_held=())) == 5


def test_a_team_is_asked_about_its_size_and_its_scrum_master() -> None:
    def rules(people: int, masters: int) -> list[str]:
        return [found.rule for found in team_findings(team="Kestrel", people=people, scrum_masters=masters)]

    assert [rules(6, 1), rules(10, 1), rules(5, 1), rules(11, 2)] == [
        [],
        [],
        ["team.people"],
        ["team.people"],
    ]
    assert [rules(8, 0), rules(3, 0)] == [["team.scrum_master"], ["team.people", "team.scrum_master"]]


def test_a_person_is_shared_out_at_a_whole_week_at_most() -> None:
    assert person_findings(person="Ada", share_percent=100) == ()
    (found,) = person_findings(person="Ada", share_percent=150)
    assert found.message == "Ada is shared out at 150 %, which is more than a whole week."


def test_a_feature_spans_one_to_three_increments_and_three_to_five_stories() -> None:
    def rules(increments: int, stories: int) -> list[str]:
        found = feature_findings(feature="F-12", increments=increments, stories=stories)
        return [one.rule for one in found]

    assert [rules(1, 3), rules(3, 5), rules(0, 0)] == [[], [], []]
    assert rules(4, 2) == ["feature.increments", "feature.stories"]
    assert rules(1, 6) == ["feature.stories"]


def test_a_story_larger_than_the_room_of_an_iteration_could_be_split() -> None:
    assert story_findings(story="S-7", points=Decimal(8), room=Decimal(8)) == ()
    assert story_findings(story="S-7", points=None, room=Decimal(8)) == ()
    assert story_findings(story="S-7", points=Decimal(8), room=None) == ()
    (found,) = story_findings(story="S-7", points=Decimal("8.5"), room=Decimal(8))
    assert found.message == "S-7 has 8.5 points; its team can commit 8 in an iteration."


def cell(load: int, *, is_ip: bool = False, feature_load: int = 0) -> list[str]:
    capacity = team_capacity(members=[member() for _ in range(5)], iteration=iteration(is_ip=is_ip))
    found: tuple[Finding, ...] = cell_findings(
        team="Comet", iteration="I3", load=load, capacity=capacity, feature_load=feature_load
    )
    return [one.message for one in found]


def test_a_cell_is_in_its_buffer_or_over_its_capacity() -> None:
    assert cell(32) == []
    assert cell(33) == ["Comet uses 1 point of its buffer in I3."]
    assert cell(40) == ["Comet uses 8 points of its buffer in I3."]
    assert cell(46) == ["Comet is 6 points over its capacity in I3."]


def test_feature_work_in_the_ip_iteration_is_asked_about_and_other_work_is_not() -> None:
    assert cell(40, is_ip=True) == []
    assert cell(40, is_ip=True, feature_load=5) == ["Comet has 5 points of feature work in I3."]
    assert cell(41, is_ip=True) == ["Comet is 1 point over its capacity in I3."]


def test_every_hint_has_a_subject_and_a_reason() -> None:
    found = (
        *train_findings(train="Orion", teams=1, people=1, pi_weeks=1, buffer_percent=0, roles_held=()),
        *team_findings(team="Kestrel", people=1, scrum_masters=0),
        *feature_findings(feature="F-12", increments=9, stories=9),
    )
    assert [one.rule for one in found if not (one.subject and one.reason.endswith("."))] == []
    assert len({one.rule for one in found}) == len(found) == 13
