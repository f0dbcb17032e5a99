"""A whole train as a document and back: identical, without accounts, and refused when damaged."""

import copy
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headway.engine.errors import Conflict, Forbidden, HeadwayError, Invalid
from headway.features.exchange.actions import import_train, take_over
from headway.features.exchange.whole_train import export_train
from headway.features.trains.actions import remove_train
from headway.store.actors import founder
from headway.store.change import change
from headway.store.models import (
    Absence,
    Comment,
    Dependency,
    Entry,
    Feature,
    ImportedRow,
    Iteration,
    Membership,
    Person,
    Story,
    Target,
    Task,
    Team,
    Theme,
    Train,
    User,
)
from tests.builders import build_dependency, build_feature, build_increment, build_story, build_train, root
from tests.cast import Cast
from tests.features.exchange.test_importing_work import FILE, azure, bring_in
from tests.house.full_train import fill


@pytest.fixture
def keeper(db: None) -> User:
    """Somebody who runs the installation."""
    return User.objects.create_superuser("ines@example.org", name="Ines Vogel")


def exported(train: Train) -> dict[str, Any]:
    """As it would be read from the file again."""
    actor = founder(train, User.objects.filter(is_staff=True).first() or User())
    return dict(json.loads(json.dumps(export_train(actor))))


def replaced(train: Train, keeper: User) -> Train:
    """Export the train, remove it, import it."""
    document = exported(train)
    remove_train(founder(train, keeper), confirm=train.slug)
    return import_train(keeper, document)


def test_an_imported_train_is_identical_to_the_exported_one(cast: Cast, train: Train, keeper: User) -> None:
    bring_in(cast.rosa, azure(*FILE))
    feature = build_feature(train, theme=None)
    story = build_story(train, feature=feature)
    build_dependency(train, consumer_story=story)
    with change(root(train)) as frame:
        frame.delete(Team.objects.get(slug="nordlicht"), "team.removed")
        frame.update(story, "story.edited", title="Show what was read", points=3.0)
    document = exported(train)
    again = replaced(train, keeper)
    assert exported(again) == document
    assert (again.seq, again.last_number) == (document["journal"][-1]["number"], document["train"]["last_number"])


def test_an_import_beside_the_original_differs_in_its_address_only(cast: Cast, train: Train, keeper: User) -> None:
    bring_in(cast.rosa, azure(*FILE))
    document = exported(train)
    twin = import_train(keeper, document, slug="orion-2")
    other = exported(twin)
    assert other["train"].pop("slug") == "orion-2"
    assert document["train"].pop("slug") == "orion"
    assert other == document
    assert Story.objects.filter(train=train).count() == Story.objects.filter(train=twin).count() == 2
    of_twin = set(Entry.objects.filter(train=twin, kind="story").values_list("subject_id", flat=True))
    assert of_twin == set(Story.objects.filter(train=twin).values_list("pk", flat=True))


def test_the_same_tracker_file_still_changes_nothing_after_the_move(cast: Cast, train: Train, keeper: User) -> None:
    bring_in(cast.rosa, azure(*FILE))
    again = replaced(train, keeper)
    actor = take_over(keeper, again)
    before = Entry.objects.filter(train=again).count()
    bring_in(actor, azure(*FILE))
    assert Entry.objects.filter(train=again).count() == before
    assert ImportedRow.objects.filter(train=again).exists()


def test_accounts_are_neither_exported_nor_linked(cast: Cast, train: Train, keeper: User) -> None:
    document = exported(train)
    assert {person["user_id"] for person in document["things"]["person"]} == {None}
    assert {(entry["after"] or {}).get("user_id") for entry in document["journal"]} == {None}
    again = replaced(train, keeper)
    assert not Person.objects.filter(train=again, user__isnull=False).exists()
    assert not Entry.objects.filter(train=again, user__isnull=False).exists()
    actor = take_over(keeper, again)
    assert (actor.name, [role.value for role in actor.roles]) == ("Ines Vogel", ["rte"])


def test_a_document_with_an_account_number_in_it_links_nobody(cast: Cast, train: Train, keeper: User) -> None:
    document = exported(train)
    for person in document["things"]["person"]:
        person["user_id"] = keeper.pk
    twin = import_train(keeper, document, slug="orion-2")
    assert not Person.objects.filter(train=twin, user__isnull=False).exists()


def test_new_things_never_take_the_number_of_departed_ones(cast: Cast, train: Train, keeper: User) -> None:
    story = build_story(train)
    with change(root(train)) as frame:
        frame.delete(story, "story.removed")
    again = replaced(train, keeper)
    departed = Entry.objects.get(train=again, verb="story.removed").subject_id
    assert build_story(again).pk > departed


def test_only_who_runs_the_installation_may_import_a_train(cast: Cast, train: Train) -> None:
    document = exported(train)
    for action in (
        lambda: import_train(cast.user("rosa"), document, slug="x"),
        lambda: take_over(cast.user("rosa"), train),
    ):
        with pytest.raises(Forbidden):
            action()


def test_a_taken_address_is_a_conflict_with_the_way_out(cast: Cast, train: Train, keeper: User) -> None:
    with pytest.raises(Conflict, match="choose another"):
        import_train(keeper, exported(train))


def damage(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(document: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        part: Any = document
        for step in steps:
            part = part[int(step) if step.isdecimal() else step]
        if value is KeyError:
            del part[last]
        else:
            part[int(last) if last.isdecimal() else last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "something else"),
        ("format_version", 99),
        ("journal", {}),
        ("things.team.0.id", "one"),
        ("things.team.0.id", 10**15),
        ("things.team.0.name", "x" * 81),
        ("things.team.0.surprise", 1),
        ("things.team.0.id", KeyError),
        ("things.gadget", []),
        ("things.iteration.0.pi_id", 77),
        ("things.iteration.0.starts_on", "someday"),
        ("things.story.0.state", "lost"),
        ("things.story.0.points", "many"),
        ("things.team.1.slug", "kestrel"),
        ("journal.1.number", 7),
        ("journal.1.verb", "story.eaten"),
        ("journal.1.command", 999),
        ("journal.1.after", "nothing"),
        ("commands.0.uuid", "no uuid"),
        ("train.time_zone", "x" * 100),
        ("imported", [{"kind": "story"}]),
        ("train", []),
        ("things", {"team": [None]}),
    ],
)
def test_a_damaged_document_is_refused_and_leaves_nothing(
    cast: Cast, train: Train, keeper: User, path: str, value: Any
) -> None:
    build_story(train)
    document = exported(train)
    damage(path, value)(document)
    with pytest.raises(Invalid):
        import_train(keeper, document, slug="orion-2")
    assert [each.slug for each in Train.objects.all()] == ["orion"]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("proposal_part.0.moves", "all", "proposal part cannot be read at moves: "),
        ("proposal_part.0.moves.0.story", "12", "proposal part cannot be read at moves.0.story: "),
        ("proposal_part.0.moves.0.to", -1, "proposal part cannot be read at moves.0.to: "),
        ("proposal.0.facts", [], "proposal cannot be read at facts: "),
        ("scenario.0.changes.0.percent", float("nan"), "scenario cannot be read at changes.0.capacity.percent: "),
        ("scenario.0.changes.0.kind", "fire", "scenario cannot be read at changes.0: "),
        ("scenario.0.result", {"v": 1}, "scenario cannot be read at result.odds: "),
    ],
)
def test_what_a_page_could_not_read_is_refused_by_its_place(
    cast: Cast, train: Train, keeper: User, path: str, value: Any, sentence: str
) -> None:
    fill(train)
    document = exported(train)
    damage(f"things.{path}", value)(document)
    with pytest.raises(Invalid) as caught:
        import_train(keeper, document, slug="orion-2")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "train", 7, {}])
def test_what_is_no_document_is_refused(keeper: User, document: Any) -> None:
    with pytest.raises(Invalid):
        import_train(keeper, document)


class Wanderer:
    """Does random sensible things to a train."""

    def __init__(self, train: Train) -> None:
        self.train = train
        self.day = date(2027, 1, 4)

    def act(self, what: str, title: str, number: int) -> None:
        with change(root(self.train)) as frame:
            getattr(self, what)(frame, title, number)

    def _any(self, model: Any, number: int) -> Any:
        rows = list(model.objects.filter(train=self.train).order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def add_story(self, frame: Any, title: str, number: int) -> None:
        feature, team = self._any(Feature, number), self._any(Team, number)
        story = Story(number=frame.next_number(), title=title, feature=feature, team=team, points=number / 2)
        frame.create(story, "story.created")

    def add_feature(self, frame: Any, title: str, number: int) -> None:
        feature = Feature(number=frame.next_number(), title=title, theme=self._any(Theme, number))
        frame.create(feature, "feature.created")

    def add_theme(self, frame: Any, title: str, number: int) -> None:
        if not Theme.objects.filter(train=self.train, name=title).exists():
            frame.create(Theme(name=title, weight=number), "theme.created")

    def add_task(self, frame: Any, title: str, number: int) -> None:
        if story := self._any(Story, number):
            frame.create(Task(story=story, title=title), "task.created")

    def target(self, frame: Any, title: str, number: int) -> None:
        feature, iteration = self._any(Feature, number), self._any(Iteration, number)
        if feature and not Target.objects.filter(feature=feature, pi=iteration.pi).exists():
            frame.create(Target(feature=feature, pi=iteration.pi, iteration=iteration, note=title), "target.created")

    def depend(self, frame: Any, title: str, number: int) -> None:
        made = Dependency(
            number=frame.next_number(),
            needs=title,
            consumer_team=self._any(Team, number),
            provider_team=self._any(Team, number + 1),
            consumer_story=self._any(Story, number),
            needed_by=self._any(Iteration, number),
        )
        frame.create(made, "dependency.created")

    def comment(self, frame: Any, title: str, number: int) -> None:
        if subject := self._any(Dependency, number):
            author = self._any(Person, number)
            comment = Comment(dependency=subject, author=author, author_name=author.name, text=title, at=frame.at)
            frame.create(comment, "comment.created")

    def be_absent(self, frame: Any, title: str, number: int) -> None:
        first = self.day + timedelta(days=number)
        absence = Absence(person=self._any(Person, number), starts_on=first, ends_on=first, note=title)
        frame.create(absence, "absence.created")

    def move(self, frame: Any, title: str, number: int) -> None:
        if story := self._any(Story, number):
            iteration = self._any(Iteration, number)
            frame.update(story, "story.moved", pi_id=iteration.pi_id, iteration_id=iteration.pk)

    def edit(self, frame: Any, title: str, number: int) -> None:
        if feature := self._any(Feature, number):
            frame.update(feature, "feature.edited", title=title, size=float(number))

    def remove_story(self, frame: Any, title: str, number: int) -> None:
        if story := self._any(Story, number):
            frame.delete(story, "story.removed")

    def remove_feature(self, frame: Any, title: str, number: int) -> None:
        if feature := self._any(Feature, number):
            frame.delete(feature, "feature.removed")

    def remove_member(self, frame: Any, title: str, number: int) -> None:
        if membership := self._any(Membership, number):
            frame.delete(membership, "membership.removed")


DEEDS = sorted(name for name in vars(Wanderer) if not name.startswith("_") and name != "act")
titles = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=30
)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), titles, st.integers(0, 40)), max_size=25))
def test_export_import_export_is_the_identity(keeper: User, deeds: list[tuple[str, str, int]]) -> None:
    build_train("wander", "Wander")
    train = Train.objects.get(slug="wander")
    build_increment(train, number=2, starts_on=date(2026, 12, 7))
    wanderer = Wanderer(train)
    for deed in deeds:
        wanderer.act(*deed)
    document = exported(train)
    again = replaced(train, keeper)
    try:
        assert exported(again) == document
    finally:
        remove_train(founder(again, keeper), confirm=again.slug)


def test_every_damage_of_a_leaf_is_refused_or_leads_to_a_whole_train(cast: Cast, train: Train, keeper: User) -> None:
    document = exported(train)
    for part in ("things", "journal", "commands"):
        for hostile in (None, "x", -1, [], 1.5):
            damaged = copy.deepcopy(document)
            victim = damaged[part]["person"][0] if part == "things" else damaged[part][0]
            for field in list(victim):
                kept = victim[field]
                victim[field] = hostile
                try:
                    import_train(keeper, damaged, slug="twin")
                except HeadwayError:
                    assert not Train.objects.filter(slug="twin").exists()
                else:
                    Train.objects.get(slug="twin").delete()
                victim[field] = kept
