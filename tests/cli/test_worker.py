"""``headway worker`` with real processes: whatever happens to a job, whoever asked is told and the plan is whole."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.installation import Installation, Server, installed

QUEUE = """
import json, sys, django
django.setup()
from headway.store import jobs
from headway.store.models import Job, Train, User
train, user = Train.objects.get(), User.objects.get(email="tess@example.org")
made = [jobs.queue(train.pk, kind, payload, user_id=user.pk).pk for kind, payload in json.loads(sys.argv[1])]
if len(sys.argv) > 2:
    Job.objects.filter(pk__in=made).update(state="running", worker=sys.argv[2])
print(json.dumps(made))
"""
ENDS = """
import json, sys, django
django.setup()
from headway.store.models import Job, Story
ended = {each.pk: each for each in Job.objects.filter(pk__in=json.loads(sys.argv[1]))}
print(json.dumps([[ended[pk].state, ended[pk].sentence, ended[pk].result] for pk in json.loads(sys.argv[1])]))
"""
STANDS = """
import sys, django
django.setup()
from headway.store.models import Story
print(Story.objects.get(number=int(sys.argv[1])).iteration_id)
"""
WORK = """
import sys
from headway.cli.database import open_database
open_database()
from headway.cli.worker import Worker
Worker(modules=("tests.cli.job_kinds",), processes=int(sys.argv[1])).run(once=sys.argv[2] == "once")
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("worker"), stories=1) as made:
        yield made


def queue(installation: Installation, *asked: tuple[str, dict[str, Any]], worker: str = "") -> list[int]:
    """Ask for work; with ``worker`` it looks as if that one was at it."""
    made: list[int] = json.loads(installation.python(QUEUE, json.dumps(asked), *([worker] if worker else [])))
    return made


def ends(installation: Installation, jobs: list[int]) -> list[list[Any]]:
    found: list[list[Any]] = json.loads(installation.python(ENDS, json.dumps(jobs)))
    return found


def worker(installation: Installation, processes: int = 1, how_long: str = "once") -> "subprocess.Popen[bytes]":
    log = (installation.folder / "worker.log").open("ab")
    arguments = [sys.executable, "-c", WORK, str(processes), how_long]
    with log:
        return subprocess.Popen(arguments, env=installation.env, cwd=installation.folder, stdout=log, stderr=log)


def ended(pid: int, seconds: float = 20) -> bool:
    """Whether the process ends within this time (a kernel handle, so that no other process is mistaken for it)."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def test_however_a_job_ends_whoever_asked_is_told_and_the_plan_is_untouched(installation: Installation) -> None:
    story = installation.stories[0]
    jobs = queue(
        installation,
        ("answer", {"number": 21}),
        ("refuse", {}),
        ("stumble", {}),
        ("die", {"story": story, "iteration": installation.iterations[0]}),
        ("never", {}),
        ("deaf", {}),
        ("listening", {}),
        ("unheard-of", {}),
    )
    assert worker(installation, processes=3).wait(timeout=60) == 0
    nothing = "Nothing was changed"
    assert ends(installation, jobs) == [
        ["done", "", {"twice": 42}],
        ["failed", "These pins cannot hold together.", {"code": "pins"}],
        [
            "failed",
            (
                "This stopped at a fault of Headway's own (ZeroDivisionError); nothing was changed. "
                "The log of the server tells more."
            ),
            None,
        ],
        [
            "failed",
            (
                "The process that did this was killed, perhaps because the machine ran out of memory. "
                f"{nothing}; ask for it again."
            ),
            None,
        ],
        ["failed", f"This took longer than the -1.5 seconds it may take, and was ended. {nothing}.", None],
        ["cancelled", "Cancelled by Tess Okafor.", None],
        ["cancelled", "Cancelled by Tess Okafor.", None],
        ["failed", "This version does not know how to do “unheard-of”.", None],
    ]
    assert installation.python(STANDS, str(story)).strip() == "None"


def test_two_workers_never_do_one_job_twice(installation: Installation, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    jobs = queue(installation, *[("note", {"file": str(notes)})] * 24)
    both = [worker(installation, processes=2), worker(installation, processes=2)]
    assert [each.wait(timeout=60) for each in both] == [0, 0]
    assert sorted(int(line) for line in notes.read_text().splitlines()) == jobs
    assert ends(installation, jobs) == [["done", "", {}]] * 24


def test_after_a_restart_what_ran_has_failed_and_what_waited_is_done(installation: Installation) -> None:
    running = queue(installation, ("answer", {"number": 1}), worker=f"{os.uname().nodename}:4194305:gone")
    waiting = queue(installation, ("answer", {"number": 2}))
    assert worker(installation).wait(timeout=60) == 0
    assert ends(installation, [*running, *waiting]) == [
        [
            "failed",
            (
                "The worker that did this ended before it was done, for instance because Headway was restarted. "
                "Nothing was changed; ask for it again."
            ),
            None,
        ],
        ["done", "", {"twice": 4}],
    ]


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_takes_its_jobs_with_it(installation: Installation, tmp_path: Path, blow: signal.Signals) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    queue(installation, ("wait", {"pipe": str(pipe)}))
    working = worker(installation, how_long="on")
    child = int(pipe.read_text())
    working.send_signal(blow)
    working.wait(timeout=20)
    assert ended(child)


def children(pid: int) -> list[int]:
    return [
        int(each) for task in Path(f"/proc/{pid}/task").iterdir() for each in (task / "children").read_text().split()
    ]


def test_the_servers_own_worker_ends_with_the_server_however_suddenly(installation: Installation) -> None:
    with installation.serving(HEADWAY_WORKERS="1") as server:
        (working,) = _worker_of(server)
        server.kill()
        assert ended(working)


def _worker_of(server: Server) -> list[int]:
    return [
        pid
        for pid in children(server.process.pid)
        if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    ]
