"""Pages of dependencies: health, whose turn it is, buttons for whoever may press them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.features.dependencies import actions, queries
from headway.store.change import change
from headway.store.models import Comment, Dependency, Story, Target, Team, Train
from tests.builders import build_dependency, build_feature, build_story, build_train, iteration, root
from tests.cast import EVERYBODY, Cast

As = Callable[[str], Client]
BASE = "/trains/orion/dependencies"


def placed(train: Train, team: str, number: int | None) -> Story:
    there = iteration(train, 1, number) if number else None
    return build_story(train, team=team, pi_id=there.pi_id if there else None, iteration=there)


def between(train: Train, provider: int | None, consumer: int | None, **values: Any) -> Dependency:
    """A dependency whose linked stories stand in these iterations of PI 1."""
    return build_dependency(
        train,
        consumer_story=placed(train, "kestrel", consumer),
        provider_story=placed(train, "merlin", provider),
        **values,
    )


@pytest.mark.parametrize(
    ("provider", "consumer", "health", "slack"),
    [
        (1, 3, "ok", 2),
        (2, 2, "tight", 0),
        (4, 2, "conflict", -2),
        (None, 2, "conflict", None),
        (2, None, "unplanned", None),
    ],
)
def test_health_and_slack_follow_the_linked_stories(
    cast: Cast, train: Train, provider: int | None, consumer: int | None, health: str, slack: int | None
) -> None:
    line = queries.line(cast.vera, between(train, provider, consumer).number)
    assert (line.health, line.slack) == (health, slack)


def test_without_linked_items_the_promises_count(cast: Cast, train: Train) -> None:
    row = build_dependency(train, needed_by=iteration(train, 1, 3), committed_by=iteration(train, 1, 4))
    line = queries.line(cast.vera, row.number)
    assert (line.health, line.consumer_at, line.provider_at) == ("conflict", "PI 1 I3", "PI 1 I4")


def test_a_feature_stands_with_the_last_of_its_stories_and_without_any_at_its_target(cast: Cast, train: Train) -> None:
    with_stories, aimed = build_feature(train), build_feature(train)
    for number in (2, 4):
        there = iteration(train, 1, number)
        build_story(train, feature=with_stories, pi_id=there.pi_id, iteration=there)
    third = iteration(train, 1, 3)
    with change(root(train)) as frame:
        for feature in (with_stories, aimed):
            frame.create(Target(feature=feature, pi_id=third.pi_id, iteration=third), "target.created")
    row = build_dependency(train, consumer_feature=with_stories, provider_feature=aimed)
    line = queries.line(cast.vera, row.number)
    assert (line.consumer_at, line.provider_at, line.slack) == ("PI 1 I4", "PI 1 I3", 1)


def test_a_declined_dependency_has_no_health_and_a_delivered_one_is_well(cast: Cast, train: Train) -> None:
    declined, delivered = (between(train, 4, 2, state=state) for state in ("declined", "delivered"))
    assert queries.line(cast.vera, declined.number).health == ""
    assert queries.line(cast.vera, delivered.number).health == "ok"


def test_the_list_begins_with_what_is_in_conflict(as_: As, train: Train) -> None:
    rows = {
        name: between(train, *places)
        for name, places in {"ok": (1, 3), "unplanned": (2, None), "conflict": (4, 2), "tight": (2, 2)}.items()
    }
    between(train, 4, 2, state="accepted")
    page = as_("vera").get(BASE).context["page"]
    assert [line.health for line in page.object_list] == ["conflict", "tight", "unplanned", "ok"]
    backwards = as_("vera").get(f"{BASE}?sort=-number").context["page"]
    assert [line.dependency.pk for line in backwards.object_list] == [row.pk for row in reversed(rows.values())][::1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"a", "b"}),
        ("state=", {"a", "b", "over"}),
        ("state=accepted", {"over"}),
        ("health=conflict", {"a"}),
        ("type=external", {"b"}),
        ("text=alarm", {"b"}),
        ("team={nordlicht}", {"b"}),
        ("turn={merlin}", {"a"}),
        ("turn={kestrel}", {"b"}),
        ("in_pi={pi}", {"a"}),
        ("team=abc&health=x", {"a", "b"}),
    ],
)
def test_dependencies_are_filtered(as_: As, train: Train, query: str, found: set[str]) -> None:
    names = {
        "a": between(train, 4, 2, state="requested"),
        "b": build_dependency(train, provider="nordlicht", type="external", needs="Alarm texts"),
        "over": build_dependency(train, state="accepted"),
    }
    ids = {team.slug: team.pk for team in Team.objects.all()}
    url = f"{BASE}?{query.format(pi=iteration(train, 1, 1).pi_id, **ids)}"
    shown = {line.dependency.pk for line in as_("vera").get(url).context["page"].object_list}
    assert {name for name, row in names.items() if row.pk in shown} == found


def test_list_and_page_take_the_same_number_of_queries_for_one_row_and_three(as_: As, train: Train) -> None:
    first = between(train, 1, 2, provider_feature=build_feature(train))
    client = as_("tess")

    def count() -> list[int]:
        found = []
        for url in (BASE, f"{BASE}?state=&sort=slack", f"{BASE}/{first.number}"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            found.append(len(queries))
        return found

    one = count()
    for _ in range(2):
        between(train, 1, 2, provider_feature=build_feature(train))
        with change(root(train)) as frame:
            frame.create(Comment(dependency=first, author_name="Bea", text="Hm", at=frame.at), "comment.created")
    assert count() == one


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_on_the_train_may_look_and_nobody_else(as_: As, train: Train, name: str) -> None:
    row = build_dependency(train)
    statuses = [as_(name).get(url).status_code for url in (BASE, f"{BASE}/{row.number}")]
    assert statuses == ([404, 404] if name == "otto" else [200, 200])


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("tess", ["request", "drop"]),
        ("kim", ["request", "drop"]),
        ("mika", ["negotiate", "commit", "decline"]),
        ("rosa", []),
        ("vera", []),
    ],
)
def test_the_page_offers_only_what_the_viewer_may_do_and_says_why_not(
    as_: As, train: Train, name: str, offered: list[str]
) -> None:
    row = build_dependency(train, state="requested")
    context = as_(name).get(f"{BASE}/{row.number}").context
    assert [offer.name for offer in context["offers"]] == offered
    assert bool(context["closed_to_you"]) is (len(offered) < 5)


def test_the_whole_negotiation_works_by_form(as_: As, train: Train) -> None:
    row = build_dependency(train)
    url, third = f"{BASE}/{row.number}/step", iteration(train, 1, 3)
    for version, (name, step, when) in enumerate(
        [
            ("tess", "request", third.pk),
            ("mika", "commit", third.pk),
            ("mika", "deliver", ""),
            ("tess", "accept", ""),
        ],
        start=1,
    ):
        response = as_(name).post(url, {"step": step, "iteration": when, "seen": version})
        assert response.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.needed_by, row.committed_by) == ("accepted", third, third)


def test_a_refused_step_stays_on_the_page_with_its_sentence(as_: As, train: Train) -> None:
    row = build_dependency(train, state="requested")
    url = f"{BASE}/{row.number}/step"
    for name, data, status, sentence in (
        ("mika", {"step": "commit"}, 422, "By which iteration?"),
        ("tess", {"step": "decline"}, 403, "Only the team that has to deliver can promise."),
        ("mika", {"step": "deliver"}, 423, "is requested"),
        ("mika", {"step": "dance"}, 422, "no step of the negotiation"),
        ("mika", {"step": "negotiate", "seen": 7}, 409, "after you had last seen it"),
    ):
        response = as_(name).post(url, data)
        assert response.status_code == status
        assert sentence in response.content.decode()
    row.refresh_from_db()
    assert row.state == "requested"


def test_a_refused_comment_keeps_its_text(as_: As, train: Train) -> None:
    row = build_dependency(train)
    response = as_("vera").post(f"{BASE}/{row.number}/comment", {"text": "A long thought"})
    assert response.status_code == 403
    assert not Comment.objects.exists()


def test_a_dependency_is_recorded_by_form_with_numbers_of_stories(as_: As, train: Train) -> None:
    consumer, provider = build_story(train), build_story(train, team="merlin")
    data = {"needs": "An address", "type": "data", "consumer_story": consumer.number, "provider_story": provider.number}
    as_("tess").post(f"{BASE}/new", data)
    row = Dependency.objects.get()
    assert (row.consumer_story, row.provider_story, row.type) == (consumer, provider, "data")
    response = as_("tess").post(f"{BASE}/new", {**data, "provider_story": 4711})
    assert response.context["form"].errors == {"provider_story": ["There is no story 4711 on this train."]}
    assert response.context["form"]["needs"].value() == "An address"


def test_the_form_begins_with_the_story_it_was_opened_from(as_: As, train: Train) -> None:
    form = as_("tess").get(f"{BASE}/new?story=12").context["form"]
    assert form["consumer_story"].value() == 12


def test_an_edit_that_clashes_shows_theirs_and_yours(as_: As, cast: Cast, train: Train) -> None:
    row = build_dependency(train)
    actions.edit_dependency(cast.mika, number=row.number, needs="Theirs")
    kestrel, merlin = (Team.objects.get(slug=slug).pk for slug in ("kestrel", "merlin"))
    data = {"needs": "Mine", "type": "feature", "consumer_team": kestrel, "provider_team": merlin, "seen": 1}
    response = as_("tess").post(f"{BASE}/{row.number}/edit", data)
    assert response.status_code == 409
    clashes = [(each.label, each.theirs, each.yours) for each in response.context["form"].clashes]
    assert clashes == [("What is needed", "Theirs", "Mine")]


def test_the_panel_gets_the_page_without_the_shell(as_: As, train: Train) -> None:
    row = build_dependency(train)
    html = as_("tess").get(f"{BASE}/{row.number}", HTTP_HX_REQUEST="true").content.decode()
    assert "panel-page" in html
    assert "<html" not in html


def test_a_dependency_of_a_foreign_train_is_not_there(as_: As, train: Train) -> None:
    build_train(slug="vega", name="Vega")
    foreign = build_dependency(Train.objects.get(slug="vega"), number=77)
    assert as_("tess").get(f"{BASE}/{foreign.number}").status_code == 404
    assert as_("tess").post(f"{BASE}/{foreign.number}/step", {"step": "drop"}).status_code == 404


def test_text_that_looks_like_a_script_is_shown_as_text(as_: As, cast: Cast, train: Train) -> None:
    evil = '"><script>alert(1)</script>'
    row = build_dependency(train, needs=evil, note=evil)
    actions.comment_on_dependency(cast.bea, number=row.number, text=evil)
    for url in (BASE, f"{BASE}/{row.number}", f"{BASE}/{row.number}/edit"):
        assert "<script>alert" not in as_("tess").get(url).content.decode()
