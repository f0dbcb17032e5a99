"""What is acknowledged is kept: pulled plugs, full disks, and several processes at once."""

import json
import os
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPException
from uuid import uuid4

import pytest

from tests.live.installation import Installation, Person, Server, installation
from tests.live.listening import Listener

__all__ = ["installation"]

on_sqlite = pytest.mark.skipif(bool(os.environ.get("HEADWAY_DATABASE_URL")), reason="SQLite keeps its own files")
on_postgresql = pytest.mark.skipif(
    not os.environ.get("HEADWAY_DATABASE_URL"), reason="several servers need PostgreSQL (python -m tests.postgres)"
)

JOURNAL = """
import json, django
django.setup()
from headway.store.models import Command, Entry, Train
from headway.store.portraits import snapshot
train = Train.objects.get(slug="orion")
entries = list(Entry.objects.filter(train=train).order_by("number"))
replayed = {kind: {} for kind in snapshot(train)}
for entry in entries:
    if entry.after is None:
        del replayed[entry.kind][entry.subject_id]
    else:
        replayed[entry.kind][entry.subject_id] = entry.after
print(json.dumps({
    "numbers": [entry.number for entry in entries],
    "seq": train.seq,
    "commands": {str(each.uuid): each.last for each in Command.objects.filter(train=train)},
    "replays": replayed == snapshot(train),
}))
"""


def journal_is_whole(installation: Installation) -> dict[str, int]:
    """Check that the journal has no gaps and replays to the present state; gives the commands with their numbers."""
    found = json.loads(installation.python(JOURNAL))
    assert found["numbers"] == list(range(1, found["seq"] + 1))
    assert found["replays"] is True
    commands: dict[str, int] = found["commands"]
    return commands


def move_until_the_end(installation: Installation, server: Server, worker: int, acknowledged: list[str]) -> None:
    """Move stories to and fro until the server is gone; note every command that was acknowledged."""
    person = installation.person(server, "tess")
    story = installation.untouched_story()
    for turn in range(10_000):
        command = str(uuid4())
        try:
            answer = person.move(story, installation.iterations[turn % 5], command_id=command)
        except (OSError, HTTPException):
            return
        assert answer.status == 200
        acknowledged.append(command)
        if len(acknowledged) == 60:
            server.kill()


def test_a_server_killed_in_the_middle_of_moves_keeps_every_acknowledged_one(installation: Installation) -> None:
    acknowledged: list[str] = []
    with installation.serving() as server, ThreadPoolExecutor(4) as crowd:
        workers = [crowd.submit(move_until_the_end, installation, server, each, acknowledged) for each in range(4)]
        for each in workers:
            each.result(timeout=60)
    assert len(acknowledged) >= 60
    assert set(acknowledged) - set(journal_is_whole(installation)) == set()
    with installation.serving() as server:
        answer = installation.person(server, "tess").move(installation.untouched_story(), installation.iterations[5])
        assert answer.status == 200
    journal_is_whole(installation)


def test_a_command_sent_again_after_the_server_was_killed_is_carried_out_once(installation: Installation) -> None:
    command = str(uuid4())
    story, there = installation.untouched_story(), installation.iterations[1]
    with installation.serving() as server:
        first = installation.person(server, "tess").move(story, there, command_id=command)
        server.kill()
    with installation.serving() as server:
        again = installation.person(server, "tess").move(story, there, command_id=command)
    assert (first.status, again.status) == (200, 200)
    assert journal_is_whole(installation)[command] == first.body["number"] == again.body["number"]


@on_sqlite
def test_a_full_disk_is_said_plainly_and_loses_nothing(installation: Installation) -> None:
    with installation.serving() as server:
        tess = installation.person(server, "tess")
        with closing(sqlite3.connect(installation.database)) as line:
            # A long log is written over from its beginning and would never have to grow.
            line.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert tess.move(installation.untouched_story(), installation.iterations[0]).status == 200
        log = installation.database.with_name(installation.database.name + "-wal")
        server.allow_files_of(log.stat().st_size)
        saved, refused = _move_until_refused(installation, tess)
        assert refused.status == 507
        assert refused.body["detail"] == (
            "The server's disk is full, so nothing was saved. What was saved before is safe. "
            "Please tell whoever runs Headway, and try again afterwards."
        )
        assert tess.call("GET", "/api/v1/trains/orion/stories").status == 200
        server.allow_files_of(1 << 40)
        assert tess.move(installation.untouched_story(), installation.iterations[1]).status == 200
    commands = journal_is_whole(installation)
    assert set(saved) - set(commands) == set()
    with closing(sqlite3.connect(installation.database)) as line:
        assert line.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _move_until_refused(installation: Installation, person: Person) -> tuple[list[str], object]:
    saved = []
    story = installation.untouched_story()
    for turn in range(500):
        command = str(uuid4())
        answer = person.move(story, installation.iterations[turn % 5], command_id=command)
        if answer.status != 200:
            return saved, answer
        saved.append(command)
    raise AssertionError("The disk never was full")


MOVES = """
import sys, django
django.setup()
from headway.features.backlog.actions import move_story
from headway.store.actors import actor_for
from headway.store.models import Iteration, User
actor = actor_for(User.objects.get(email="kim@example.org"), "orion")
places = list(Iteration.objects.filter(train_id=actor.train_id).order_by("number"))
for turn in range(int(sys.argv[2])):
    place = places[turn % 5]
    move_story(actor, number=int(sys.argv[1]), pi_id=place.pi_id, iteration_id=place.pk)
"""


def test_a_command_line_and_a_server_write_side_by_side(installation: Installation) -> None:
    with installation.serving() as server, ThreadPoolExecutor(1) as beside:
        tess = installation.person(server, "tess")
        story, theirs = installation.untouched_story(), installation.untouched_story()
        before = max(journal_is_whole(installation).values())
        listener = Listener(server.site, installation.cookies["mika"], after=before)
        other = beside.submit(installation.python, MOVES, str(theirs), "40")
        mine = 0
        while not other.done() or mine < 40:
            assert tess.move(story, installation.iterations[mine % 5]).status == 200
            mine += 1
        other.result()
        newest = max(journal_is_whole(installation).values())
        with listener:
            heard = [listener.next("entry", "resync").number for _ in range(newest - before)]
        assert heard == list(range(before + 1, newest + 1))


def test_a_stopped_server_ends_its_streams_at_once(installation: Installation) -> None:
    with installation.serving() as server, Listener(server.site, installation.cookies["mika"]) as listener:
        server.process.send_signal(signal.SIGTERM)
        assert listener.next("bye").data == {"reason": "The server is stopping."}
        assert server.process.wait(timeout=5) == -signal.SIGTERM


@on_postgresql
def test_what_one_server_writes_is_heard_at_the_other(installation: Installation) -> None:
    with (
        installation.serving() as one,
        installation.serving() as two,
        Listener(one.site, installation.cookies["mika"]) as here,
        Listener(two.site, installation.cookies["vera"]) as there,
    ):
        story = installation.untouched_story()
        for turn, server in enumerate((one, two)):
            tess = installation.person(server, "tess")
            number = tess.move(story, installation.iterations[turn]).body["number"]
            assert [each.next("entry", within=1).number for each in (here, there)] == [number, number]
    journal_is_whole(installation)


def sees(listener: Listener, *names: str) -> None:
    """Wait until these are the people who are here."""
    while {each["name"] for each in listener.next("presence").data["people"]} != set(names):
        pass


@on_postgresql
def test_people_at_different_servers_see_each_other(installation: Installation) -> None:
    with (
        installation.serving() as one,
        installation.serving() as two,
        Listener(one.site, installation.cookies["mika"]) as here,
    ):
        with Listener(two.site, installation.cookies["vera"]) as there:
            sees(here, "Mika Sato", "Vera Duarte")
            sees(there, "Mika Sato", "Vera Duarte")
        sees(here, "Mika Sato")


@on_postgresql
def test_writers_at_two_servers_leave_no_gap_and_no_double(installation: Installation) -> None:
    with installation.serving() as one, installation.serving() as two, ThreadPoolExecutor(6) as crowd:

        def work(worker: int) -> list[int]:
            person = installation.person(one if worker % 2 else two, "tess")
            story = installation.stories[worker % 5]
            moves = [person.move(story, installation.iterations[turn % 5]) for turn in range(20)]
            return [each.body["number"] for each in moves]

        numbers = [number for found in crowd.map(work, range(6)) for number in found]
    journal_is_whole(installation)
    assert len(numbers) == 120


@on_postgresql
def test_a_lost_database_connection_is_taken_up_again(installation: Installation) -> None:
    import psycopg

    story = installation.untouched_story()
    with installation.serving() as server:
        tess = installation.person(server, "tess")
        with Listener(server.site, installation.cookies["mika"]) as listener:
            assert tess.move(story, installation.iterations[0]).status == 200
            listener.next("entry")
            with psycopg.connect(installation.env["HEADWAY_DATABASE_URL"], autocommit=True) as line:
                line.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            answer = tess.move(story, installation.iterations[1])
            assert answer.status in (200, 503)
            answer = tess.move(story, installation.iterations[2])
            assert answer.status == 200
            heard = listener.next("entry")
            while heard.number != answer.body["number"]:
                heard = listener.next("entry")
    journal_is_whole(installation)
