"""The audit view, histories in words, and undo from a page."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.features.backlog import actions as backlog
from headway.features.dependencies import actions as dependencies
from headway.features.journal.queries import PER_PAGE, Wanted, audit, history
from headway.features.people import actions as people
from headway.kit import clock
from headway.store.models import Entry, Person, Story, Team, Train
from tests.builders import build_dependency, build_feature, build_story, build_train, iteration
from tests.cast import EVERYBODY, Cast

As = Callable[[str], Client]
URL = "/trains/orion/journal"


def last_told(cast: Cast) -> tuple[str, list[tuple[str, str, str]]]:
    told = audit(cast.vera, Wanted()).entries[0]
    return told.sentence, [(each.label, each.before, each.after) for each in told.changes]


def test_a_move_is_told_with_the_names_of_iterations(cast: Cast, train: Train) -> None:
    story, first, second = build_story(train), iteration(train, 1, 1), iteration(train, 1, 2)
    for there in (first, second):
        backlog.move_story(cast.tess, number=story.number, pi_id=there.pi_id, iteration_id=there.pk)
    sentence = f"Tess Okafor moved story {story.number} “Show the reading history”"
    assert last_told(cast) == (sentence, [("iteration", "PI 1 I1", "PI 1 I2")])


def test_states_points_and_flags_are_told_in_words(cast: Cast, train: Train) -> None:
    story = build_story(train)
    backlog.edit_story(cast.tess, number=story.number, state="in_progress", points=2.5, blocked=True)
    assert last_told(cast)[1] == [
        ("points", "nothing", "2.5"),
        ("state", "To do", "In progress"),
        ("blocked", "no", "yes"),
    ]


def test_owners_and_teams_are_told_by_name(cast: Cast, train: Train) -> None:
    feature = build_feature(train)
    ansel, merlin = Person.objects.get(name="Ansel Brandt"), Team.objects.get(slug="merlin")
    backlog.edit_feature(cast.paul, number=feature.number, owner_id=ansel.pk, team_id=merlin.pk)
    assert last_told(cast)[1] == [("owner", "nothing", "Ansel Brandt"), ("team", "nothing", "Merlin")]


def test_what_has_been_removed_since_is_said_to_be(cast: Cast, train: Train) -> None:
    theme = backlog.create_theme(cast.paul, name="Reach").subject
    feature = build_feature(train)
    backlog.edit_feature(cast.paul, number=feature.number, theme_id=theme.pk)
    backlog.remove_theme(cast.paul, theme_id=theme.pk)
    changes = audit(cast.vera, Wanted(kind="feature", verb="edited")).entries[-1].changes
    assert [(each.label, each.after) for each in changes] == [("theme", f"theme {theme.pk} (removed)")]


def test_things_without_a_name_are_told_by_what_they_are_about(cast: Cast, train: Train) -> None:
    feature, pi = build_feature(train), iteration(train, 1, 1).pi_id
    about = f"feature {feature.number} “Reading history”"
    backlog.target_feature(cast.paul, number=feature.number, pi_id=pi)
    assert last_told(cast)[0] == f"Paul Adeyemi added a feature’s target: {about}, PI 1"
    backlog.comment_on_feature(cast.bea, number=feature.number, text="Why now?")
    assert last_told(cast)[0] == f"Bea Novak added a comment: {about}, “Why now?”"
    ansel = Person.objects.get(name="Ansel Brandt")
    people.add_member(cast.tess, team="kestrel", person_id=ansel.pk)
    assert last_told(cast)[0] == "Tess Okafor added a team membership: Ansel Brandt, Kestrel"


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ("user={kim}", ["story.edited"]),
        ("kind=feature&user={paul}", ["feature.created"]),
        ("verb=moved", ["story.moved"]),
        ("text=alarm", ["feature.created"]),
        ("text=tess+reading", ["story.moved"]),
        ("since=2026-09-10&until=2026-09-10", ["story.moved"]),
        ("until=2026-09-09&kind=story&verb=moved", []),
        ("since=nonsense&verb=moved", ["story.moved"]),
    ],
)
def test_the_journal_is_filtered(as_: As, cast: Cast, train: Train, query: str, verbs: list[str]) -> None:
    story, there = build_story(train), iteration(train, 1, 1)
    with clock.frozen(datetime(2026, 9, 10, 8, tzinfo=UTC)):
        backlog.move_story(cast.tess, number=story.number, pi_id=there.pi_id, iteration_id=there.pk)
    backlog.edit_story(cast.kim, number=story.number, points=3)
    backlog.create_feature(cast.paul, title="Alarms")
    ids = {name: cast.user(name).pk for name in ("kim", "paul")}
    shown = as_("vera").get(f"{URL}?{query.format(**ids)}").context["page"].entries
    by_number = dict(Entry.objects.filter(train=train).values_list("number", "verb"))
    assert [by_number[each.number] for each in shown] == verbs


def test_pages_follow_on_by_number_without_a_gap(cast: Cast, train: Train) -> None:
    story = build_story(train)
    for points in range(1, PER_PAGE + 3):
        backlog.edit_story(cast.tess, number=story.number, points=points)
    numbers: list[int] = []
    before = None
    while True:
        page = audit(cast.vera, Wanted(before=before))
        numbers += [each.number for each in page.entries]
        before = page.older
        if before is None:
            break
    train.refresh_from_db()
    assert numbers == list(range(train.seq, 0, -1))


def test_the_journal_takes_the_same_number_of_queries_for_one_row_and_three(as_: As, cast: Cast, train: Train) -> None:
    story, client = build_story(train), as_("tess")
    row = build_dependency(train, consumer_story=story)

    def work(number: int) -> None:
        there = iteration(train, 1, number)
        backlog.move_story(cast.tess, number=story.number, pi_id=there.pi_id, iteration_id=there.pk)
        dependencies.edit_dependency(cast.tess, number=row.number, needed_by_id=there.pk)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    work(1)
    one = count()
    for number in (2, 3, 4):
        work(number)
    assert count() == one


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_on_the_train_reads_the_journal_and_nobody_else(as_: As, train: Train, name: str) -> None:
    assert as_(name).get(URL).status_code == (404 if name == "otto" else 200)


def test_the_journal_of_another_train_stays_there(cast: Cast, train: Train) -> None:
    build_train(slug="vega", name="Vega")
    build_story(Train.objects.get(slug="vega"), "Far away")
    assert audit(cast.vera, Wanted(text="Far")).entries == ()
    foreign = Story.objects.get(title="Far away")
    assert history(cast.vera, [("story", [foreign.pk])]) == []


def test_undo_from_the_page_says_what_it_took_back(as_: As, train: Train) -> None:
    story, client = build_story(train), as_("tess")
    client.post(f"/trains/orion/stories/{story.number}/state", {"state": "done", "seen": 1})
    response = client.post("/trains/orion/undo", HTTP_REFERER="http://testserver/trains/orion/stories", follow=True)
    story.refresh_from_db()
    assert story.state == "todo"
    assert response.redirect_chain == [("http://testserver/trains/orion/stories", 302)]
    assert "Taken back: Tess Okafor changed story" in response.content.decode()


def test_undo_never_leads_to_another_site(as_: As, train: Train) -> None:
    response = as_("tess").post("/trains/orion/undo", HTTP_REFERER="https://elsewhere.example/")
    assert response["Location"] == URL


def test_only_whoever_has_something_to_undo_is_offered_it(as_: As, train: Train) -> None:
    story = build_story(train)
    tess = as_("tess")
    tess.post(f"/trains/orion/stories/{story.number}/state", {"state": "done"})
    assert "Undo my last change" in tess.get(URL).content.decode()
    assert "Undo my last change" not in as_("vera").get(URL).content.decode()


def test_text_that_looks_like_a_script_is_shown_as_text(as_: As, cast: Cast, train: Train) -> None:
    story = build_story(train, "<script>alert(1)</script>")
    backlog.edit_story(cast.tess, number=story.number, title="<script>alert(2)</script>")
    assert "<script>alert" not in as_("vera").get(URL).content.decode()


def test_the_history_on_a_page_does_not_repeat_what_the_page_is_about(cast: Cast, train: Train) -> None:
    feature, pi = build_feature(train), iteration(train, 1, 1).pi_id
    target = backlog.target_feature(cast.paul, number=feature.number, pi_id=pi).subject
    backlog.note_outcome(cast.paul, number=feature.number, pi_id=pi, outcome="landed")
    backlog.edit_feature(cast.ansel, number=feature.number, state="done")
    told = history(cast.vera, [("feature", [feature.pk]), ("target", [target.pk])])
    assert [each.brief for each in told] == [
        "Ansel Brandt changed it",
        "Paul Adeyemi noted how it stands in PI 1",
        "Paul Adeyemi brought it into PI 1",
        "The builder added it",
    ]
