"""Who may do what to the backlog: stated once, tried by everybody on action and API."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.features.backlog import actions
from headway.store.change import change
from headway.store.models import Comment, Person, Story, Target, Task, Team, Theme, Train
from tests.builders import build_feature, build_story, iteration, root
from tests.cast import Cast
from tests.features.permissions import Case, Row, everybody_for, expected_status, try_action, try_api

KESTREL = frozenset({"tess", "kim"})
ANY_TEAM = frozenset({"tess", "kim", "mika"})
BACKLOG = frozenset({"paul", "ansel"})
PRODUCT = frozenset({"paul"})
WORKING = frozenset({"rosa", "paul", "bea", "ansel", "tess", "kim", "mika"})


def kestrel(train: Train) -> int:
    return Team.objects.get(train=train, slug="kestrel").pk


def for_story(path: str, method: str, /, **body: object) -> Callable[[Train], Case]:
    def prepare(train: Train) -> Case:
        number = build_story(train).number
        return Case(values={"number": number, **body}, method=method, path=f"/stories/{number}{path}", body=body)

    return prepare


def for_feature(path: str, method: str, /, **body: object) -> Callable[[Train], Case]:
    def prepare(train: Train) -> Case:
        number = build_feature(train).number
        return Case(values={"number": number, **body}, method=method, path=f"/features/{number}{path}", body=body)

    return prepare


def new_story(train: Train) -> Case:
    team = kestrel(train)
    return Case(
        values={"title": "A", "team_id": team}, method="POST", path="/stories", body={"title": "A", "team": team}
    )


def new_loose_story(train: Train) -> Case:
    return Case(values={"title": "A"}, method="POST", path="/stories", body={"title": "A"})


def moved_story(train: Train) -> Case:
    number, there = build_story(train).number, iteration(train, 1, 2)
    return Case(
        values={"number": number, "pi_id": there.pi_id, "iteration_id": there.pk},
        method="POST",
        path=f"/stories/{number}/move",
        body={"iteration": there.pk},
    )


def taken_story(train: Train) -> Case:
    number, team = build_story(train, team="").number, kestrel(train)
    return Case(
        values={"number": number, "team_id": team},
        method="POST",
        path=f"/stories/{number}/take",
        body={"team": team},
    )


def new_task(train: Train) -> Case:
    number = build_story(train).number
    return Case(
        values={"story": number, "title": "T"}, method="POST", path=f"/stories/{number}/tasks", body={"title": "T"}
    )


def a_task(train: Train) -> int:
    story = build_story(train)
    with change(root(train)) as frame:
        return frame.create(Task(story=story, title="T"), "task.created").pk


def ticked_task(train: Train) -> Case:
    pk = a_task(train)
    return Case(values={"task_id": pk, "done": True}, method="PATCH", path=f"/tasks/{pk}", body={"done": True})


def removed_task(train: Train) -> Case:
    pk = a_task(train)
    return Case(values={"task_id": pk}, method="DELETE", path=f"/tasks/{pk}")


def new_feature(train: Train) -> Case:
    return Case(values={"title": "F"}, method="POST", path="/features", body={"title": "F"})


def bulk_state(train: Train) -> Case:
    body = {"numbers": [build_feature(train).number], "state": "ready"}
    return Case(values=body, method="PATCH", path="/features", body=body)


def bulk_pi(train: Train) -> Case:
    numbers, pi = [build_feature(train).number], iteration(train, 1, 1).pi_id
    return Case(
        values={"numbers": numbers, "pi_id": pi},
        method="PATCH",
        path="/features",
        body={"numbers": numbers, "pi": pi},
    )


def a_theme(train: Train) -> int:
    with change(root(train)) as frame:
        name = f"Theme {Theme.objects.count()}"
        return frame.create(Theme(name=name), "theme.created").pk


def new_theme(train: Train) -> Case:
    return Case(values={"name": "T"}, method="POST", path="/themes", body={"name": "T"})


def edited_theme(train: Train) -> Case:
    pk = a_theme(train)
    return Case(values={"theme_id": pk, "weight": 5}, method="PATCH", path=f"/themes/{pk}", body={"weight": 5})


def removed_theme(train: Train) -> Case:
    pk = a_theme(train)
    return Case(values={"theme_id": pk}, method="DELETE", path=f"/themes/{pk}")


def targeted(train: Train) -> Case:
    number, pi = build_feature(train).number, iteration(train, 1, 1).pi_id
    return Case(values={"number": number, "pi_id": pi}, method="PUT", path=f"/features/{number}/targets/{pi}", body={})


def a_target(train: Train) -> tuple[int, int]:
    feature, pi = build_feature(train), iteration(train, 1, 1).pi_id
    with change(root(train)) as frame:
        frame.create(Target(feature=feature, pi_id=pi), "target.created")
    return feature.number, pi


def outcome_noted(train: Train) -> Case:
    number, pi = a_target(train)
    return Case(
        values={"number": number, "pi_id": pi, "outcome": "landed"},
        method="POST",
        path=f"/features/{number}/targets/{pi}/outcome",
        body={"outcome": "landed"},
    )


def untargeted(train: Train) -> Case:
    number, pi = a_target(train)
    return Case(values={"number": number, "pi_id": pi}, method="DELETE", path=f"/features/{number}/targets/{pi}")


def tess_comment(train: Train) -> Case:
    feature = build_feature(train)
    tess = Person.objects.get(train=train, name="Tess Okafor")
    with change(root(train)) as frame:
        pk = frame.create(
            Comment(feature=feature, author=tess, author_name=tess.name, text="Hm", at=frame.at), "comment.created"
        ).pk
    return Case(values={"comment_id": pk}, method="DELETE", path=f"/comments/{pk}")


ROWS = [
    Row(name="write a story for a team", action=actions.create_story, allowed=KESTREL, prepare=new_story),
    Row(name="write a story for no team", action=actions.create_story, allowed=ANY_TEAM, prepare=new_loose_story),
    Row(name="edit a story", action=actions.edit_story, allowed=KESTREL, prepare=for_story("", "PATCH", points=5)),
    Row(name="move a story", action=actions.move_story, allowed=KESTREL, prepare=moved_story),
    Row(name="take a story on", action=actions.take_story, allowed=KESTREL, prepare=taken_story),
    Row(
        name="hand a story back",
        action=actions.release_story,
        allowed=KESTREL,
        prepare=for_story("/release", "POST"),
    ),
    Row(name="remove a story", action=actions.remove_story, allowed=KESTREL, prepare=for_story("", "DELETE")),
    Row(name="add a task", action=actions.add_task, allowed=KESTREL, prepare=new_task),
    Row(name="tick a task", action=actions.edit_task, allowed=KESTREL, prepare=ticked_task),
    Row(name="remove a task", action=actions.remove_task, allowed=KESTREL, prepare=removed_task),
    Row(name="write a feature", action=actions.create_feature, allowed=BACKLOG, prepare=new_feature),
    Row(
        name="edit a feature",
        action=actions.edit_feature,
        allowed=BACKLOG,
        prepare=for_feature("", "PATCH", user_value=8),
    ),
    Row(name="edit features at once", action=actions.edit_features, allowed=BACKLOG, prepare=bulk_state),
    Row(name="bring features into a PI", action=actions.edit_features, allowed=PRODUCT, prepare=bulk_pi),
    Row(
        name="rank a feature",
        action=actions.rank_feature,
        allowed=BACKLOG,
        prepare=for_feature("/rank", "POST", above=None),
    ),
    Row(name="remove a feature", action=actions.remove_feature, allowed=BACKLOG, prepare=for_feature("", "DELETE")),
    Row(
        name="discuss a feature",
        action=actions.comment_on_feature,
        allowed=WORKING,
        prepare=for_feature("/comments", "POST", text="Why?"),
    ),
    Row(
        name="take back Tess's comment",
        action=actions.remove_comment,
        allowed=frozenset({"tess"}),
        prepare=tess_comment,
    ),
    Row(name="add a theme", action=actions.create_theme, allowed=BACKLOG, prepare=new_theme),
    Row(name="edit a theme", action=actions.edit_theme, allowed=BACKLOG, prepare=edited_theme),
    Row(name="remove a theme", action=actions.remove_theme, allowed=BACKLOG, prepare=removed_theme),
    Row(name="bring a feature into a PI", action=actions.target_feature, allowed=PRODUCT, prepare=targeted),
    Row(name="note an outcome", action=actions.note_outcome, allowed=PRODUCT, prepare=outcome_noted),
    Row(name="take a feature out of a PI", action=actions.untarget_feature, allowed=PRODUCT, prepare=untargeted),
]


@pytest.mark.parametrize(("row", "name"), everybody_for(ROWS), ids=lambda each: getattr(each, "name", each))
def test_the_action_is_for_exactly_these(row: Row, name: str, cast: Cast, train: Train) -> None:
    assert try_action(row, cast, train, name) == (name in row.allowed)


@pytest.mark.parametrize(("row", "name"), everybody_for(ROWS), ids=lambda each: getattr(each, "name", each))
def test_the_api_is_for_exactly_these(row: Row, name: str, train: Train, as_: Callable[[str], Client]) -> None:
    assert try_api(row, as_(name), train, name) == expected_status(row, name)


def test_every_action_of_the_backlog_has_a_row() -> None:
    from headway.store.change import ACTIONS

    mine = {action for name, action in ACTIONS.items() if name.startswith("backlog.")}
    assert mine == {row.action for row in ROWS}


def test_a_story_of_nobody_is_open_to_every_team_and_to_nobody_else(cast: Cast, train: Train) -> None:
    story: Story = build_story(train, team="")
    for name in sorted(ANY_TEAM):
        actions.edit_story(cast.actor(name), number=story.number, title=f"By {name}")
    story.refresh_from_db()
    assert story.title == "By tess"
