"""Random people work on the same stories, with stale pages, retries and undo, against a dictionary.

Everybody works from what they last saw (``views``), which may be long out of date: a lost connection is a view that
is not renewed. The dictionary knows the rules of permission, clash and undo; the store has to agree after each step.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from headway.engine.errors import Conflict, Forbidden, HeadwayError, Invalid, Missing
from headway.features.backlog import actions
from headway.features.journal.actions import undo_last
from headway.kit.access import Actor
from headway.store.change import Outcome
from headway.store.models import Entry, Iteration, Story, Team, Train
from headway.store.portraits import portrait
from tests.builders import build_train
from tests.store.verify import Snapshot, present, replay

PEOPLE = ("tess", "kim", "mika", "vera", "paul")
COLUMNS = ("title", "points", "state", "blocked", "team_id", "pi_id", "iteration_id")

Row = dict[str, Any]


@dataclass
class Step:
    """What one command did to one story: the columns that were, None when it was made."""

    number: int
    before: Row | None
    after: Row | None


@dataclass
class Command:
    """A command that wrote something."""

    who: str
    steps: list[Step]
    undoes: "Command | None" = None
    undone: bool = False


@dataclass
class Sent:
    """A command as it was sent, to send it again."""

    act: Callable[[UUID], Outcome]
    uuid: UUID
    number: int


@dataclass
class World:
    """The dictionary: stories by number, who changed which columns at which version, and all commands in order."""

    rows: dict[int, Row] = field(default_factory=dict)
    touched: dict[int, list[tuple[int, set[str]]]] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)

    def write(self, who: str, number: int, values: Row, undoes: Command | None = None) -> Command:
        row = self.rows[number]
        before = {name: row[name] for name in values}
        row.update(values, version=row["version"] + 1)
        self.touched[number].append((row["version"], set(values)))
        return self.record(who, Step(number, before, dict(row)), undoes)

    def record(self, who: str, step: Step, undoes: Command | None = None) -> Command:
        command = Command(who, [step], undoes)
        self.commands.append(command)
        return command

    def clashes(self, number: int, seen: int | None, values: Row) -> bool:
        row = self.rows[number]
        if seen is None or seen == row["version"]:
            return False
        since = {name for version, names in self.touched[number] if version > seen for name in names}
        return bool(since & values.keys()) or seen > row["version"]

    def last_of(self, who: str) -> Command | None:
        own = [each for each in self.commands if each.who == who and each.undoes is None and not each.undone]
        return own[-1] if own else None

    def newest_on(self, number: int) -> Command | None:
        standing = [each for each in self.commands if each.undoes is None and not each.undone]
        return next((each for each in reversed(standing) if each.steps[0].number == number), None)


class Crowd(RuleBasedStateMachine):
    """The random people."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        cast = build_train()
        self.train = Train.objects.get(slug=cast.slug)
        self.actors: dict[str, Actor] = {name: cast.actor(name) for name in PEOPLE}
        self.teams = {team.slug: team.pk for team in Team.objects.filter(external=False)}
        self.member = {"tess": "kestrel", "kim": "kestrel", "mika": "merlin"}
        self.iterations = list(Iteration.objects.order_by("number").values_list("pk", "pi_id"))
        self.world = World()
        self.views: dict[str, dict[int, int]] = {name: {} for name in PEOPLE}
        self.sent: list[Sent] = []
        self.began: Snapshot = present(self.train)
        self.train.refresh_from_db()
        self.first = self.train.seq + 1

    def teardown(self) -> None:
        entries = list(Entry.objects.filter(train=self.train, number__gte=self.first).order_by("number"))
        told = replay(self.began, entries)
        now = present(self.train)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        assert [entry.number for entry in entries] == list(range(self.first, self.first + len(entries)))
        assert told == now

    # What is expected of a change ------------------------------------------------

    def in_team(self, who: str, team_id: int | None) -> bool:
        own = self.member.get(who)
        return own is not None and (team_id is None or self.teams[own] == team_id)

    def expect(self, act: Callable[[UUID], Outcome], refusal: type[HeadwayError] | None) -> Outcome | None:
        uuid = uuid4()
        if refusal is not None:
            with pytest.raises(refusal):
                act(uuid)
            return None
        outcome = act(uuid)
        if outcome.entries:
            self.sent.append(Sent(act, uuid, outcome.number))
        return outcome

    def change(self, who: str, number: int, values: Row, act: Callable[[UUID], Outcome], seen: int | None) -> None:
        """A change of columns that the actor may make: it happens, does nothing, or clashes."""
        row = self.world.rows[number]
        new = {name: value for name, value in values.items() if row[name] != value}
        clash = bool(new) and self.world.clashes(number, seen, new)
        done = self.expect(act, Conflict if clash else None)
        if done is not None:
            assert bool(done.entries) == bool(new)
            if new:
                self.world.write(who, number, new)

    # The rules -------------------------------------------------------------------

    @initialize()
    def some_stories(self) -> None:
        for who in ("tess", "mika"):
            self.write_story(who, "One to begin with", True)

    @rule(who=st.sampled_from(PEOPLE), title=st.text("abc", min_size=1, max_size=3), taken=st.booleans())
    def write_story(self, who: str, title: str, taken: bool) -> None:
        actor = self.actors[who]
        team_id = self.teams[self.member.get(who, "kestrel")] if taken else None
        allowed = self.in_team(who, team_id)
        outcome = self.expect(
            lambda uuid: actions.create_story(actor, title=title, team_id=team_id, command_id=uuid),
            None if allowed else Forbidden,
        )
        if outcome is not None:
            story: Story = outcome.subject
            row = {name: getattr(story, name) for name in (*COLUMNS, "version")}
            assert (row["title"], row["team_id"], row["version"]) == (title, team_id, 1)
            self.world.rows[story.number] = row
            self.world.touched[story.number] = []
            self.world.record(who, Step(story.number, None, dict(row)))

    @precondition(lambda self: self.world.rows)
    @rule(
        data=st.data(),
        who=st.sampled_from(PEOPLE),
        values=st.fixed_dictionaries(
            {},
            optional={
                "title": st.sampled_from("abc"),
                "points": st.sampled_from([None, 1.0, 2.5]),
                "state": st.sampled_from(Story.State.values),
                "blocked": st.booleans(),
            },
        ),
    )
    def edit(self, data: st.DataObject, who: str, values: Row) -> None:
        actor, number, seen = self.actors[who], *self.chosen(data, who)
        act = lambda uuid: actions.edit_story(actor, number=number, seen=seen, command_id=uuid, **values)  # noqa: E731
        if not self.in_team(who, self.world.rows[number]["team_id"]):
            self.expect(act, Forbidden)
        else:
            self.change(who, number, values, act, seen)

    @precondition(lambda self: self.world.rows)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE), place=st.integers(-1, 5))
    def move(self, data: st.DataObject, who: str, place: int) -> None:
        actor, number, seen = self.actors[who], *self.chosen(data, who)
        iteration_id, pi_id = self.iterations[place] if place >= 0 else (None, None)
        act = lambda uuid: actions.move_story(  # noqa: E731
            actor, number=number, pi_id=pi_id, iteration_id=iteration_id, seen=seen, command_id=uuid
        )
        team_id = self.world.rows[number]["team_id"]
        if not self.in_team(who, team_id):
            self.expect(act, Forbidden)
        elif iteration_id is not None and team_id is None:
            self.expect(act, Invalid)
        else:
            self.change(who, number, {"pi_id": pi_id, "iteration_id": iteration_id}, act, seen)

    @precondition(lambda self: self.world.rows)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def take(self, data: st.DataObject, who: str) -> None:
        actor, number, seen = self.actors[who], *self.chosen(data, who)
        team_id = self.teams[self.member.get(who, "kestrel")]
        act = lambda uuid: actions.take_story(  # noqa: E731
            actor, number=number, team_id=team_id, seen=seen, command_id=uuid
        )
        if who not in self.member:
            self.expect(act, Forbidden)
        elif self.world.rows[number]["team_id"] not in (None, team_id):
            self.expect(act, Invalid)
        else:
            self.change(who, number, {"team_id": team_id}, act, seen)

    @precondition(lambda self: self.world.rows)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def release(self, data: st.DataObject, who: str) -> None:
        actor, number, seen = self.actors[who], *self.chosen(data, who)
        act = lambda uuid: actions.release_story(actor, number=number, seen=seen, command_id=uuid)  # noqa: E731
        if not self.in_team(who, self.world.rows[number]["team_id"]):
            self.expect(act, Forbidden)
        else:
            self.change(who, number, {"team_id": None, "pi_id": None, "iteration_id": None}, act, seen)

    @precondition(lambda self: self.world.rows)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def remove(self, data: st.DataObject, who: str) -> None:
        actor, number, seen = self.actors[who], *self.chosen(data, who)
        row = self.world.rows[number]
        allowed = self.in_team(who, row["team_id"])
        stale = seen is not None and seen != row["version"]
        done = self.expect(
            lambda uuid: actions.remove_story(actor, number=number, seen=seen, command_id=uuid),
            Forbidden if not allowed else Conflict if stale else None,
        )
        if done is not None:
            self.world.record(who, Step(number, self.world.rows.pop(number), None))

    @rule(who=st.sampled_from(PEOPLE))
    def undo(self, who: str) -> None:
        command = self.world.last_of(who)
        changed_since = command is not None and self.world.newest_on(command.steps[0].number) is not command
        refusal = Missing if command is None else Conflict if changed_since else None
        actor = self.actors[who]
        self.expect(lambda uuid: undo_last(actor, command_id=uuid), refusal)
        if command is None or refusal is not None:
            return
        (step,) = command.steps
        if step.before is None:
            gone = self.world.rows.pop(step.number)
            self.world.record(who, Step(step.number, gone, None), undoes=command)
        elif step.after is None:
            back = {**step.before, "version": step.before["version"] + 1}
            self.world.rows[step.number] = back
            self.world.touched[step.number].append((back["version"], set()))
            self.world.record(who, Step(step.number, None, dict(back)), undoes=command)
        else:
            self.world.write(who, step.number, step.before, undoes=command)
        command.undone = True

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """A command whose answer was lost is sent once more: it answers as before and changes nothing."""
        sent = data.draw(st.sampled_from(self.sent))
        assert sent.act(sent.uuid).number == sent.number

    @rule(who=st.sampled_from(PEOPLE))
    def reconnect(self, who: str) -> None:
        self.views[who] = {number: row["version"] for number, row in self.world.rows.items()}

    @invariant()
    def the_store_agrees_with_the_dictionary(self) -> None:
        found = {
            story.number: {name: portrait(story)[name] for name in (*COLUMNS, "version")}
            for story in Story.objects.filter(train=self.train)
        }
        assert found == self.world.rows

    def chosen(self, data: st.DataObject, who: str) -> tuple[int, int | None]:
        """A story, and the version of it that this person last saw; None for somebody who does not say."""
        number = data.draw(st.sampled_from(sorted(self.world.rows)))
        seen = self.views[who].get(number)
        return number, seen if seen is not None and data.draw(st.booleans()) else None


@pytest.mark.django_db
def test_a_crowd_with_stale_pages_retries_and_undo_never_breaks_the_journal() -> None:
    run_state_machine_as_test(
        Crowd,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )
