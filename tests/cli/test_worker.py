"""``headway worker`` with real processes: whatever happens to a job, whoever asked is told and the plan is whole."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.installation import Installation, Server, installed

SCRIPT = """
import json, subprocess, sys
from headway.cli.database import open_database
open_database()
from headway.cli.worker import Worker
from headway.store import jobs
from headway.store.models import Job, Story, Train, User
from headway.store.workers import worker_lives

train, user = Train.objects.get(), User.objects.get(email="tess@example.org")

def queue(asked):
    return [jobs.queue(train.pk, kind, payload, user_id=user.pk).pk for kind, payload in asked]

def worker(processes=1):
    return Worker(modules=("tests.cli.job_kinds",), processes=processes)

def ends(made):
    rows = {each.pk: each for each in Job.objects.filter(pk__in=made)}
    return [[rows[pk].state, rows[pk].sentence, rows[pk].result] for pk in made]

given = json.loads(sys.argv[1])
"""
EVERY_END = """
lost = queue([("answer", {"number": 1})])
Job.objects.filter(pk__in=lost).update(state="running", worker=given["gone"])
made = queue(given["jobs"])
worker(3).run(once=True)
stopped = queue([("stop", {})])
worker().run()
stands = Story.objects.get(number=given["story"]).iteration_id
print(json.dumps([ends(lost + made + stopped), stands, worker_lives()]))
"""
SECOND = """
worker(2).run(once=True)
"""
BOTH = """
made = queue([("note", {"file": given["file"]})] * 24)
with subprocess.Popen([sys.executable, "-c", given["second"], "{}"]) as second:
    worker(2).run(once=True)
print(json.dumps([made, ends(made), second.returncode]))
"""
ONE_THAT_WAITS = """
queue([("wait", {"pipe": given["pipe"]})])
worker().run()
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("worker"), stories=1) as made:
        yield made


def run(installation: Installation, script: str, **given: Any) -> Any:
    """Run a script that stages jobs and works on them; gives what it told."""
    return json.loads(installation.python(SCRIPT + script, json.dumps(given)))


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
    jobs: list[tuple[str, dict[str, Any]]] = [
        ("answer", {"number": 21}),
        ("look", {}),
        ("refuse", {}),
        ("stumble", {}),
        ("die", {"story": story, "iteration": installation.iterations[0]}),
        ("never", {}),
        ("deaf", {}),
        ("listening", {}),
        ("unheard-of", {}),
    ]
    gone = f"{os.uname().nodename}:4194305:gone"
    ends, stands, lives = run(installation, EVERY_END, jobs=jobs, story=story, gone=gone)
    again = "Nothing was changed; ask for it again."
    lost = f"The worker that did this ended before it was done, for instance because Headway was restarted. {again}"
    fault = "This stopped at a fault of Headway's own (ZeroDivisionError); nothing was changed. The log of the server "
    killed = f"The process that did this was killed, perhaps because the machine ran out of memory. {again}"
    late = "This took longer than the -1.5 seconds it may take, and was ended. Nothing was changed."
    assert ends == [
        ["failed", lost, None],
        ["done", "", {"twice": 42}],
        ["done", "", {"lives": True}],
        ["failed", "These pins cannot hold together.", {"code": "pins"}],
        ["failed", f"{fault}tells more.", None],
        ["failed", killed, None],
        ["failed", late, None],
        ["cancelled", "Cancelled by Tess Okafor.", None],
        ["cancelled", "Cancelled by Tess Okafor.", None],
        ["failed", "This version does not know how to do “unheard-of”.", None],
        ["failed", f"Headway was stopped while this ran. {again}", None],
    ]
    assert (stands, lives) == (None, False)


def test_two_workers_never_do_one_job_twice(installation: Installation, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    made, ends, code = run(installation, BOTH, file=str(notes), second=SCRIPT + SECOND)
    assert sorted(int(line) for line in notes.read_text().splitlines()) == made
    assert (ends, code) == ([["done", "", {}]] * 24, 0)


def test_a_killed_worker_takes_its_jobs_with_it(installation: Installation, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-c", SCRIPT + ONE_THAT_WAITS, json.dumps({"pipe": str(pipe)})]
    working = subprocess.Popen(command, env=installation.env, cwd=installation.folder)
    child = int(pipe.read_text())
    working.kill()
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
