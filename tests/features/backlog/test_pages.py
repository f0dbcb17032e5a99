"""Pages of the backlog: what they show to whom, in how many queries, and that nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.features.backlog import actions
from headway.store.change import change
from headway.store.models import Comment, Feature, Story, Target, Task, Team, Theme, Train
from tests.builders import build_dependency, build_feature, build_story, iteration, root
from tests.cast import EVERYBODY, Cast

As = Callable[[str], Client]
BASE = "/trains/orion"
INJECTION = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def fill(train: Train, rows: int) -> tuple[Feature, Story]:
    """Features with everything that hangs on them."""
    there = iteration(train, 1, 2)
    feature, story = build_feature(train, "First"), build_story(train, "First")
    with change(root(train)) as frame:
        theme = frame.create(Theme(name="Reach", weight=50), "theme.created")
        frame.update(feature, "feature.edited", theme_id=theme.pk)
        frame.update(story, "story.edited", feature_id=feature.pk)
    for index in range(rows):
        other = build_feature(train, f"Feature {index}", theme=theme, team=Team.objects.get(slug="merlin"))
        for row in (feature, other):
            build_story(train, feature=row, pi_id=there.pi_id, iteration=there, points=3)
            build_dependency(train, consumer_feature=row)
        build_dependency(train, consumer_story=story)
        with change(root(train)) as frame:
            frame.create(Target(feature=other, pi_id=there.pi_id), "target.created")
            frame.create(Task(story=story, title="T"), "task.created")
            frame.create(Comment(feature=feature, author_name="Bea", text="Hm", at=frame.at), "comment.created")
    return feature, story


def test_every_page_takes_the_same_number_of_queries_for_one_row_and_three(as_: As, train: Train) -> None:
    feature, story = fill(train, 1)
    pages = [
        "features",
        "stories",
        "themes",
        "features?sort=wsjf",
        f"features/{feature.number}",
        f"stories/{story.number}",
    ]
    client = as_("paul")

    def count() -> dict[str, int]:
        found = {}
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{BASE}/{page}").status_code == 200
            found[page] = len(queries)
        return found

    one = count()
    with change(root(train)) as frame:
        frame.delete(frame.get(Theme, name="Reach"), "theme.removed")
    fill(train, 3)
    assert count() == one


@pytest.mark.parametrize("page", ["features", "stories", "themes", "features/{f}", "stories/{s}"])
@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_on_the_train_may_look_and_nobody_else(as_: As, train: Train, page: str, name: str) -> None:
    feature, story = build_feature(train), build_story(train)
    response = as_(name).get(f"{BASE}/{page.format(f=feature.number, s=story.number)}")
    assert response.status_code == (404 if name == "otto" else 200)


def test_whoever_may_not_edit_sees_no_controls(as_: As, train: Train) -> None:
    build_feature(train)
    for name, controls in (("paul", True), ("ansel", True), ("rosa", False), ("tess", False), ("vera", False)):
        html = as_(name).get(f"{BASE}/features").content.decode()
        assert ("data-inline" in html, "New feature" in html) == (controls, controls)


@pytest.mark.parametrize(
    "sort", ["rank", "-rank", "wsjf", "-wsjf", "number", "title", "size", "state", "owner", "nonsense"]
)
def test_every_sort_order_works(as_: As, train: Train, sort: str) -> None:
    for title in ("B", "A"):
        build_feature(train, title)
    assert as_("vera").get(f"{BASE}/features?sort={sort}").status_code == 200


def test_features_are_sorted_by_their_wsjf_and_the_unscored_come_last(as_: As, train: Train) -> None:
    for title, value, job in (("Low", 1, 20), ("High", 20, 1), ("Mid", 8, 5)):
        build_feature(train, title, user_value=value, time_criticality=1, risk_opportunity=1, job_size=job)
    build_feature(train, "Unscored")
    page = as_("vera").get(f"{BASE}/features?sort=-wsjf").context["page"]
    assert [line.feature.title for line in page.object_list] == ["High", "Mid", "Low", "Unscored"]
    assert [line.score for line in page.object_list] == ["22.0", "2.0", "0.2", ""]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("text=alarm", ["Alarms"]),
        ("text=F{a}", ["Alarms"]),
        ("state=ready", ["Readings"]),
        ("state=open", ["Alarms", "Readings"]),
        ("type=enabler", ["Alarms"]),
        ("team=0&state=", ["Alarms", "Done"]),
        ("in_pi=0", ["Alarms"]),
        ("in_pi={pi}", ["Readings"]),
        ("owner=0&state=", ["Alarms", "Done", "Readings"]),
        ("theme=0&text=done&state=done", ["Done"]),
        ("theme=abc", ["Alarms", "Readings"]),
    ],
)
def test_features_are_filtered(as_: As, train: Train, query: str, titles: list[str]) -> None:
    alarms = build_feature(train, "Alarms", type="enabler")
    build_feature(train, "Done", state="done")
    readings = build_feature(train, "Readings", state="ready", team=Team.objects.get(slug="kestrel"))
    pi = iteration(train, 1, 1).pi_id
    with change(root(train)) as frame:
        frame.create(Target(feature=readings, pi_id=pi), "target.created")
    page = as_("vera").get(f"{BASE}/features?sort=title&{query.format(a=alarms.number, pi=pi)}").context["page"]
    assert [line.feature.title for line in page.object_list] == titles


def test_a_cell_saves_itself_and_answers_with_its_row(as_: As, train: Train) -> None:
    feature = build_feature(train, user_value=1, time_criticality=1, risk_opportunity=1)
    response = as_("paul").post(
        f"{BASE}/features/{feature.number}/cell", {"seen": 1, "job_size": "3", "state": "ready"}, HTTP_HX_REQUEST="true"
    )
    feature.refresh_from_db()
    assert (feature.job_size, feature.state, feature.version) == (3, "ready", 2)
    assert response.content.decode().strip().startswith("<tr data-row")


def test_a_cell_that_is_refused_answers_with_a_sentence(as_: As, train: Train) -> None:
    feature = build_feature(train)
    url = f"{BASE}/features/{feature.number}/cell"
    for data in ({"job_size": "4"}, {"size": "x"}, {"size": "nan"}, {"state": "nowhere"}):
        response = as_("paul").post(url, data, HTTP_HX_REQUEST="true", HTTP_ACCEPT="text/html, application/json")
        assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
        assert response.json()["detail"]
    assert as_("tess").post(url, {"state": "ready"}, HTTP_ACCEPT="application/json").status_code == 403


def test_ticked_features_are_changed_at_once(as_: As, train: Train) -> None:
    rows = [build_feature(train, title) for title in "ABC"]
    pi = iteration(train, 1, 1).pi_id
    data = {"ids": [row.number for row in rows[:2]], "state": "ready", "target": pi}
    as_("paul").post(f"{BASE}/features/bulk", data)
    assert list(Feature.objects.values_list("title", "state")) == [("A", "ready"), ("B", "ready"), ("C", "funnel")]
    assert Target.objects.count() == 2


def test_a_refused_form_keeps_what_was_typed(as_: As, train: Train) -> None:
    response = as_("paul").post(f"{BASE}/features/new", {"title": "", "state": "ready", "description": "Long thoughts"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "Long thoughts" in html
    assert not Feature.objects.exists()


def feature_data(**values: Any) -> dict[str, Any]:
    return {"title": "Reading history", "state": "funnel", **values}


def test_a_feature_is_written_and_edited_by_form(as_: As, train: Train) -> None:
    as_("paul").post(f"{BASE}/features/new", feature_data(enabler_kind="architecture", user_value="8", size="20.5"))
    feature = Feature.objects.get()
    assert (feature.type, feature.enabler_kind, feature.user_value, feature.size) == (
        "enabler",
        "architecture",
        8,
        20.5,
    )
    as_("paul").post(f"{BASE}/features/{feature.number}/edit", feature_data(title="Another", seen=1))
    feature.refresh_from_db()
    assert (feature.title, feature.type, feature.size) == ("Another", "feature", None)


def test_a_clash_shows_theirs_and_yours_and_saves_on_the_second_press(as_: As, cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    actions.edit_feature(cast.ansel, number=feature.number, title="Ansel's title", state="ready")
    url = f"{BASE}/features/{feature.number}/edit"
    response = as_("paul").post(url, feature_data(title="Paul's title", seen=1))
    html = response.content.decode()
    assert response.status_code == 409
    assert [(each.label, each.theirs, each.yours) for each in response.context["form"].clashes] == [
        ("State", "Ready", "Funnel"),
        ("Title", "Ansel's title", "Paul's title"),
    ]
    assert "Ansel&#x27;s title" in html
    assert 'value="Paul&#x27;s title"' in html
    as_("paul").post(url, feature_data(title="Paul's title", seen=response.context["form"].version))
    feature.refresh_from_db()
    assert feature.title == "Paul's title"


def test_text_that_looks_like_a_script_is_shown_as_text(as_: As, cast: Cast, train: Train) -> None:
    texts = {"title": INJECTION, "description": INJECTION, "acceptance_criteria": INJECTION}
    feature = actions.create_feature(cast.paul, benefit_hypothesis=INJECTION, **texts).subject
    kestrel = Team.objects.get(slug="kestrel").pk
    story = actions.create_story(cast.tess, team_id=kestrel, feature_id=feature.pk, **texts).subject
    actions.add_task(cast.tess, story=story.number, title=INJECTION)
    actions.comment_on_feature(cast.bea, number=feature.number, text=INJECTION)
    actions.create_theme(cast.paul, name=INJECTION, description=INJECTION)
    actions.target_feature(cast.paul, number=feature.number, pi_id=iteration(train, 1, 1).pi_id, note=INJECTION)
    build_dependency(train, needs=INJECTION, consumer_story=story)
    pages = ["features", "stories", "themes", f"features/{feature.number}", f"stories/{story.number}", "journal"]
    pages += [f"features/{feature.number}/edit", f"stories/{story.number}/edit", "dependencies"]
    for name in ("paul", "tess"):
        for page in pages:
            html = as_(name).get(f"{BASE}/{page}").content.decode()
            assert "<script>alert" not in html, page
            assert "<img src=x" not in html, page


def test_a_story_is_placed_taken_and_released_without_scripts(as_: As, train: Train) -> None:
    story, there = build_story(train, team=""), iteration(train, 1, 3)
    kestrel = Team.objects.get(slug="kestrel").pk
    client, url = as_("tess"), f"{BASE}/stories/{story.number}"
    client.post(f"{url}/take", {"team": kestrel, "seen": 1})
    client.post(f"{url}/place", {"place": f"{there.pi_id}:{there.pk}", "seen": 2})
    client.post(f"{url}/state", {"state": "in_progress", "blocked": "on", "seen": 3})
    story.refresh_from_db()
    assert (story.team_id, story.iteration, story.state, story.blocked) == (kestrel, there, "in_progress", True)
    client.post(f"{url}/release", {"seen": 4})
    story.refresh_from_db()
    assert (story.team_id, story.iteration_id) == (None, None)


def test_a_refused_move_says_why_on_the_page_and_changes_nothing(as_: As, train: Train) -> None:
    story, there = build_story(train), iteration(train, 1, 3)
    response = as_("mika").post(f"{BASE}/stories/{story.number}/place", {"place": f"{there.pi_id}:{there.pk}"})
    assert response.status_code == 403
    assert "Teams own their plan" in response.content.decode()
    story.refresh_from_db()
    assert story.iteration_id is None


def test_tasks_are_worked_on_from_the_page(as_: As, train: Train) -> None:
    story, client = build_story(train), as_("kim")
    client.post(f"{BASE}/stories/{story.number}/tasks", {"title": "Query"})
    task = Task.objects.get()
    client.post(f"{BASE}/tasks/{task.pk}", {"done": "1"})
    client.post(f"{BASE}/tasks/{task.pk}", {"title": "Ask"})
    task.refresh_from_db()
    assert (task.title, task.done) == ("Ask", True)
    client.post(f"{BASE}/tasks/{task.pk}", {"remove": "1"})
    assert not Task.objects.exists()


def test_themes_show_their_weight_against_the_points(as_: As, cast: Cast, train: Train) -> None:
    reach = actions.create_theme(cast.paul, name="Reach", weight=75).subject
    actions.create_theme(cast.paul, name="Trust", weight=25)
    build_story(train, feature=build_feature(train, theme=reach), points=6)
    build_story(train, points=2)
    lines = as_("vera").get(f"{BASE}/themes").context["lines"]
    shown = [(str(line.theme), line.points, line.share, line.weight_share) for line in lines]
    assert shown == [("Reach", 6, 75, 75), ("Trust", 0, 0, 25), ("None", 2, 25, 0)]


def test_a_long_backlog_is_paged(as_: As, train: Train) -> None:
    with change(root(train)) as frame:
        frame.create_many(
            [Feature(number=frame.next_number(), title=f"F {n}", rank=n) for n in range(120)], "feature.created"
        )
    page = as_("vera").get(f"{BASE}/features?page=3").context["page"]
    assert (page.paginator.num_pages, len(page.object_list), page.object_list[0].feature.title) == (3, 20, "F 100")
