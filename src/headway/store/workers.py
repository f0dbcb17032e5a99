"""Whether a worker lives: each holds a lock, which the system takes back when it dies. Nothing is written for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

LOCK = 739_241_907
"""The number of the lock on PostgreSQL; shared by all workers of the database."""


@contextmanager
def sign_of_life() -> Iterator[None]:
    """Be known as living for as long as this lasts (on PostgreSQL see :func:`hold`)."""
    if connection.vendor != "sqlite":
        yield
        return
    import fcntl

    with _lock_file().open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield


def hold(line: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Be known as living for as long as this connection to PostgreSQL lasts."""
    line.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])


def worker_lives() -> bool:
    """Whether anybody would do a job that is asked for now."""
    if connection.vendor == "sqlite":
        return _file_is_held()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOCK],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _file_is_held() -> bool:
    import fcntl

    path = _lock_file()
    if not path.exists():
        return False
    with path.open("rb") as probe:
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _lock_file() -> Path:
    database = Path(str(connection.settings_dict["NAME"]))
    return database.with_name(f"{database.name}.worker")
