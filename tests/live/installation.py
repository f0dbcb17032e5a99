"""A whole installation for tests: a database of its own, and servers as processes of their own."""

import contextlib
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

SET_UP = """
import json, sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from headway.store.models import Iteration, Train, User
from tests.builders import build_story, build_train
from tests.cast import EVERYBODY, email_of
from tests.serving import session_cookie
cast = build_train()
train = Train.objects.get(slug="orion")
stories = [build_story(train, f"Story {turn}").number for turn in range(int(sys.argv[1]))]
print(json.dumps({
    "cookies": {name: session_cookie(User.objects.get(email=email_of(name))) for name in EVERYBODY},
    "iterations": list(Iteration.objects.filter(train=train).order_by("number").values_list("pk", flat=True)),
    "stories": stories,
}))
"""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    body: Any


class Person:
    """Somebody signed in, with a connection kept open to one server."""

    def __init__(self, site: str, cookie: str) -> None:
        place = urlsplit(site)
        self._line = http.client.HTTPConnection(place.hostname or "", place.port or 80, timeout=30)
        # The token in cookie and header have to be the same; a browser gets it with its first page.
        token = uuid4().hex
        self._headers = {
            "Cookie": f"headway_session={cookie}; headway_csrf={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """One request; the answer's body is decoded when it is JSON."""
        sent = json.dumps(body).encode() if body is not None else None
        self._line.request(method, path, body=sent, headers=self._headers)
        response = self._line.getresponse()
        got = response.read()
        kind = response.headers.get("Content-Type", "")
        return Answer(status=response.status, body=json.loads(got) if "json" in kind else got.decode())

    def move(self, number: int, iteration: int, **more: Any) -> Answer:
        """Place a story into an iteration."""
        path = f"/api/v1/trains/orion/stories/{number}/move"
        return self.call("POST", path, {"iteration": iteration, **more})

    def close(self) -> None:
        self._line.close()


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running ``headway serve``."""

    site: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """The plug is pulled."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def allow_files_of(self, size: int) -> None:
        """From now on no file may grow beyond ``size`` bytes: to the process, the disk is full."""
        hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def memory(self) -> int:
        """Resident memory in KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


class Installation:
    """A data folder, a database with a train in it, and what it takes to start servers on it."""

    def __init__(self, folder: Path, database_url: str = "", *, stories: int = 5, debug: bool = True) -> None:
        self.folder = folder
        self._people: list[Person] = []
        self.env = {
            **os.environ,
            "HEADWAY_DATA_DIR": str(folder),
            "HEADWAY_DATABASE_URL": database_url,
            "HEADWAY_DEBUG": str(debug).lower(),
            "HEADWAY_LOG_LEVEL": "WARNING",
            "HEADWAY_WORKERS": "0",
            "DJANGO_SETTINGS_MODULE": "headway.site.settings",
            "PYTHONPATH": str(ROOT),
        }
        facts = json.loads(self.python(SET_UP, str(stories)))
        self.cookies: dict[str, str] = facts["cookies"]
        self.iterations: list[int] = facts["iterations"]
        self.stories: list[int] = facts["stories"]
        self._untouched = list(reversed(self.stories))

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "headway.sqlite3"

    def untouched_story(self) -> int:
        """The number of a story that stands in no iteration yet, so that its first move changes something."""
        return self._untouched.pop()

    def python(self, script: str, *arguments: str) -> str:
        """Run a script as another process on this installation; gives what it printed."""
        return self._run([sys.executable, "-c", script, *arguments])

    def module(self, name: str, *arguments: str) -> str:
        """Run a module as a program on this installation; gives what it printed."""
        return self._run([sys.executable, "-m", name, *arguments])

    def headway(self, *arguments: str) -> str:
        """Run a ``headway`` command; gives what it printed."""
        return self._run([str(BIN / "headway"), *arguments])

    def person(self, server: Server, name: str) -> Person:
        """One of the cast, talking to this server."""
        person = Person(server.site, self.cookies[name])
        self._people.append(person)
        return person

    @contextlib.contextmanager
    def serving(self, **given: str) -> Iterator[Server]:
        """A server of its own process, on a free port; ``given`` are further settings."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = (self.folder / f"server-{port}.log").open("wb")
        command = [str(BIN / "headway"), "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=self.env | given, stdout=log, stderr=log, cwd=self.folder)
        try:
            _wait_for(port, process, Path(log.name))
            yield Server(site=f"http://127.0.0.1:{port}", process=process)
        finally:
            while self._people:
                self._people.pop().close()
            process.terminate()
            process.wait(timeout=15)
            log.close()

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, cwd=self.folder, check=False)
        if done.returncode:
            raise RuntimeError(f"{command[:2]} failed with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout


@contextlib.contextmanager
def own_database(url: str) -> Iterator[str]:
    """A new, empty database on the PostgreSQL server of ``url``."""
    name = f"headway_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as line:
        line.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as line:
            line.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def installed(folder: Path, stories: int = 24) -> Iterator[Installation]:
    """An installation on the kind of database that the tests run on."""
    url = os.environ.get("HEADWAY_DATABASE_URL", "")
    if not url:
        yield Installation(folder, stories=stories)
        return
    with own_database(url) as own:
        yield Installation(folder, own, stories=stories)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with Orion, its cast and stories of Kestrel, for all tests of a module."""
    with installed(tmp_path_factory.mktemp("installation")) as made:
        yield made


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = monotonic() + 90
    while monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            probe.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if b"200" in probe.recv(100):
                return
        sleep(0.05)
    raise RuntimeError(f"The server did not come up:\n{log.read_text()}")
