"""``headway worker``: does the long work, each piece in a process of its own."""

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import connection as pipes
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any, Protocol
from uuid import uuid4

import click

from headway.cli.database import open_database

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25
"""Seconds between two looks at SQLite's data version (a few microseconds each)."""

LIFE_EVERY = 5.0
"""Seconds between two signs of life of a running job."""

TIDY_EVERY = 30.0
"""Seconds between two looks for what others left behind."""

NICER = 5
"""How much a worker stands back when processors are short: a page goes before a plan."""

GRACE = 2.0
"""Seconds a cancelled job has to end by itself."""


@click.command("worker")
@click.option("--processes", type=click.IntRange(1, 32), default=1, show_default=True, help="Jobs done at a time.")
@click.option("--once", is_flag=True, help="Do what waits, then end.")
@click.option("--tied", is_flag=True, hidden=True, help="End when standard input closes.")
def command(processes: int, once: bool, tied: bool) -> None:
    """Do the long work: drafts of plans, forecasts.

    “headway serve” starts one by itself (HEADWAY_WORKERS); run this where you want more, or elsewhere on PostgreSQL.
    """
    from headway.kit import logs
    from headway.kit.settings import settings

    os.nice(NICER)
    open_database()
    ours = settings()
    logs.configure(ours.log_level, ours.log_format)
    Worker(processes=processes, tied=tied).run(once=once)


class Bell(Protocol):
    """How a worker learns that there may be something to do."""

    patience: float

    def waits_on(self) -> list[Any]:
        """What becomes readable when it rings."""

    def rang(self) -> bool:
        """Whether it rang since the last time."""


@dataclass(kw_only=True)
class Doing:
    """A job in its process."""

    job_id: int
    process: BaseProcess
    until: float
    seconds: float
    kill_at: float | None = None

    def kill(self) -> None:
        """End the process and whatever it started."""
        try:
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        except ProcessLookupError:  # it has not got a group of its own yet, or is gone
            self.process.kill()


@dataclass(kw_only=True)
class Worker:
    """Claims jobs, starts a process for each, and watches over them. ``modules`` register further kinds."""

    processes: int = 1
    tied: bool = False
    modules: tuple[str, ...] = ()
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}")
    _doing: list[Doing] = field(default_factory=list)
    _stopping: bool = False
    _shown_at: float = 0
    _tidied_at: float = float("-inf")

    def run(self, *, once: bool = False) -> None:
        """Work until told to stop, or (``once``) until nothing waits."""
        from importlib import import_module

        from headway.cli import workshop  # noqa: F401 - knows the time limits of all kinds
        from headway.store.workers import sign_of_life

        for module in self.modules:
            import_module(module)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["headway.cli.workshop"])
        with _stop_signals() as stopped, _bell() as bell, sign_of_life():
            try:
                self._work(context, bell, stopped, once)
            finally:
                self._abandon()

    def _work(self, context: Any, bell: Bell, stopped: int, once: bool) -> None:
        while not self._stopping:
            self._tidy()
            self._collect()
            self._look_after()
            self._start_more(context)
            if once and not self._doing:
                return
            self._wait(bell, stopped)

    def _wait(self, bell: Bell, stopped: int) -> None:
        """Sleep until a process ends, the bell rings, it is time to look after the running, or somebody says stop."""
        ends: list[Any] = [stopped, *([sys.stdin.fileno()] if self.tied else [])]
        until = monotonic() + TIDY_EVERY
        while True:
            running = [each.process.sentinel for each in self._doing]
            patience = min(bell.patience, 0.5) if running else bell.patience
            ready = pipes.wait([*ends, *running, *bell.waits_on()], timeout=patience)
            self._stopping = any(each in ready for each in ends)
            if bell.rang() or running or self._stopping or monotonic() > until:
                return

    def _start_more(self, context: Any) -> None:
        from headway.cli.workshop import do
        from headway.store.jobs import KINDS, claim

        while len(self._doing) < self.processes and (claimed := claim(self.name)) is not None:
            kind = KINDS.get(claimed.kind)
            seconds = kind.seconds if kind else GRACE
            process = context.Process(target=do, args=(claimed.pk, self.modules), name=f"job-{claimed.pk}")
            process.start()
            self._doing.append(
                Doing(job_id=claimed.pk, process=process, until=monotonic() + seconds + GRACE, seconds=seconds)
            )

    def _collect(self) -> None:
        """Take leave of the processes that have ended; a job that did not end with its process has failed."""
        for each in [each for each in self._doing if not each.process.is_alive()]:
            self._doing.remove(each)
            each.process.join()
            with contextlib.suppress(ProcessLookupError):  # what the job started and left behind
                os.killpg(each.process.pid or 0, signal.SIGKILL)
            self._close(each)

    def _close(self, ended: Doing) -> None:
        from headway.store.jobs import finish
        from headway.store.models import Job

        code = ended.process.exitcode
        if ended.kill_at is not None:
            finish(ended.job_id, Job.State.CANCELLED, "Cancelled.")
        elif monotonic() >= ended.until:
            sentence = f"This took longer than the {ended.seconds:g} seconds it may take, and was ended. "
            finish(ended.job_id, Job.State.FAILED, sentence + "Nothing was changed.")
        elif finish(ended.job_id, Job.State.FAILED, _how_it_ended(code)):
            log.error("The process of job %s ended with %s", ended.job_id, code)

    def _look_after(self) -> None:
        """Signs of life, cancelled jobs, time limits."""
        from headway.store.jobs import asked_to_end, show_life

        if not self._doing:
            return
        now = monotonic()
        numbers = [each.job_id for each in self._doing]
        if now - self._shown_at >= LIFE_EVERY:
            self._shown_at = now
            unwanted = show_life(numbers)
        else:
            unwanted = asked_to_end(numbers)
        for each in self._doing:
            if each.job_id in unwanted and each.kill_at is None:
                each.kill_at = now + GRACE
            if now >= (each.until if each.kill_at is None else each.kill_at):
                each.kill()

    def _tidy(self) -> None:
        from headway.store.jobs import prune, recover

        if monotonic() - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = monotonic()
            recover(self._is_gone)
            prune()

    def _is_gone(self, worker: str) -> bool:
        """Whether another worker of this machine, by its name, is no longer there."""
        host, _, rest = worker.partition(":")
        number = rest.partition(":")[0]
        if host != socket.gethostname() or not number.isdigit() or worker == self.name:
            return False
        if int(number) == os.getpid():
            return True
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    def _abandon(self) -> None:
        """Stop what is still running; those who asked are told."""
        from headway.store.jobs import finish
        from headway.store.models import Job

        for each in self._doing:
            each.kill()
            each.process.join(timeout=5)
            finish(
                each.job_id,
                Job.State.FAILED,
                "Headway was stopped while this ran. Nothing was changed; ask for it again.",
            )


def _how_it_ended(code: int | None) -> str:
    if code == -signal.SIGKILL:
        how = "was killed, perhaps because the machine ran out of memory"
    elif code is not None and code < 0:
        how = f"crashed ({signal.Signals(-code).name})"
    else:
        how = f"ended unexpectedly (code {code})"
    return f"The process that did this {how}. Nothing was changed; ask for it again."


@contextlib.contextmanager
def _stop_signals() -> Iterator[int]:
    """A descriptor that becomes readable when this process is asked to end."""
    reading, writing = os.pipe()
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    for each in before:
        signal.signal(each, lambda *_: os.write(writing, b"."))
    try:
        yield reading
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        os.close(reading)
        os.close(writing)


@contextlib.contextmanager
def _bell() -> Iterator[Bell]:
    from django.db import connection

    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=20)) as line:
            yield _DataVersion(line)
        return
    import psycopg

    from headway.store.jobs import CHANNEL
    from headway.store.workers import hold

    wanted = {"dbname", "user", "password", "host", "port", "sslmode"}
    given = {name: value for name, value in connection.get_connection_params().items() if name in wanted}
    with psycopg.connect(**given, autocommit=True) as listening:
        hold(listening)
        listening.execute(f"LISTEN {CHANNEL}")
        yield _Notifications(listening)


class _DataVersion:
    """SQLite tells a connection that others wrote, in a few microseconds and without touching a table."""

    patience = LOOK_EVERY

    def __init__(self, line: sqlite3.Connection) -> None:
        self._line = line
        self._last = 0

    def waits_on(self) -> list[Any]:
        """Nothing: SQLite cannot call."""
        return []

    def rang(self) -> bool:
        """Whether anybody wrote anything since."""
        before, self._last = self._last, self._line.execute("PRAGMA data_version").fetchone()[0]
        return self._last != before


class _Notifications:
    """PostgreSQL calls."""

    patience = TIDY_EVERY

    def __init__(self, line: Any) -> None:
        self._line = line

    def waits_on(self) -> list[Any]:
        """The connection that is called on."""
        return [self._line.fileno()]

    def rang(self) -> bool:
        """Whether there was a call."""
        return bool(list(self._line.notifies(timeout=0)))
