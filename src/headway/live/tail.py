"""How a process learns what others wrote: it asks SQLite's data version, or listens to PostgreSQL."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Protocol

import orjson
import psycopg
from django.db import connection

from headway.live.presence import PROCESS

log = logging.getLogger(__name__)

CHANNEL = "headway_journal"
PRESENCE_CHANNEL = "headway_presence"
LOOK_EVERY = 0.02
"""Seconds between two looks at SQLite's data version (a few microseconds each)."""


class Heard(Protocol):
    """Told of a train with news, or of None when it could be any."""

    def __call__(self, train_id: int | None) -> None: ...


HeardPresence = Callable[[int, str, list[dict[str, Any]]], None]


class Tail:
    """A thread that watches the database for other processes' writes."""

    def __init__(self, heard: Heard, heard_presence: HeardPresence) -> None:
        self._heard = heard
        self._heard_presence = heard_presence
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._end.clear()
        watch = self._watch_sqlite if connection.vendor == "sqlite" else self._listen_to_postgresql
        self._thread = threading.Thread(target=watch, name="journal-tail", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; returns when the thread has ended."""
        self._end.set()
        if self._thread is not None:
            self._thread.join(timeout=3)

    def _watch_sqlite(self) -> None:
        watched = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=20)
        try:
            last = None
            while not self._end.wait(LOOK_EVERY):
                version = watched.execute("PRAGMA data_version").fetchone()[0]
                if last is not None and version != last:
                    self._heard(None)
                last = version
        finally:
            watched.close()

    def _listen_to_postgresql(self) -> None:
        while not self._end.is_set():
            try:
                self._listen_until_broken()
            except psycopg.Error as error:
                log.warning("Lost the database's notifications, trying again: %s", error)
                self._end.wait(1)

    def _listen_until_broken(self) -> None:
        parameters = connection.get_connection_params()
        wanted = {"dbname", "user", "password", "host", "port", "sslmode"}
        with psycopg.connect(
            **{name: value for name, value in parameters.items() if name in wanted}, autocommit=True
        ) as listening:
            listening.execute(f"LISTEN {CHANNEL}")
            listening.execute(f"LISTEN {PRESENCE_CHANNEL}")
            self._heard(None)  # whatever was written while nobody listened
            while not self._end.is_set():
                for note in listening.notifies(timeout=0.5):
                    self._pass_on(note.channel, note.payload)

    def _pass_on(self, channel: str, payload: str) -> None:
        if channel == CHANNEL:
            self._heard(int(payload))
        else:
            told = orjson.loads(payload)
            self._heard_presence(told["train"], told["process"], told["people"])


def announce_presence(train_id: int, people: list[dict[str, Any]]) -> None:
    """Tell sibling processes who is connected here (PostgreSQL only: on SQLite there are none)."""
    if connection.vendor != "postgresql":
        return
    payload = orjson.dumps({"train": train_id, "process": PROCESS, "people": people}).decode()
    if len(payload) < 7900:  # PostgreSQL refuses notifications of 8,000 bytes
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [PRESENCE_CHANNEL, payload])
