"""``headway restore``."""

import contextlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import click

from headway.cli import prepare
from headway.cli.backup import connection_arguments, postgresql_tool, run_postgresql
from headway.cli.database import check_sqlite, reach, sqlite_file, unknown_migrations
from headway.engine.errors import Conflict, Invalid, Locked
from headway.kit import clock

MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a database file holds, as far as a decision needs it: journal numbers by train, and the last moment."""

    trains: dict[str, int]
    last_at: str
    applied: frozenset[tuple[str, str]]


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Also when the present database holds newer work than the backup.")
def command(file: Path, force: bool) -> None:
    """Put the database in FILE in place of the present one.

    Stop Headway first. The file is checked before anything is touched, and the replaced database is kept aside
    in the same folder. A backup of an older version is prepared for this one at the next start.

    \b
    Examples:
      headway restore /backups/headway-2026-03-01.sqlite3
      headway restore headway.dump --force
    """
    prepare()
    present = sqlite_file()
    if present is None:
        _restore_postgresql(file, force)
    else:
        _restore_sqlite(file, present, force)


def _restore_sqlite(file: Path, present: Path, force: bool) -> None:
    if present.exists() and file.samefile(present):
        raise Invalid(f"{file} is the present database itself.", code="same_file")
    restored = _read(file)
    unknown = unknown_migrations(set(restored.applied))
    if unknown:
        raise Locked(
            f"{file} comes from a newer version of Headway ({', '.join(unknown)} is not known here). "
            "Update Headway, then restore.",
            code="newer_version",
        )
    if present.exists() and not force:
        _refuse_older(file, restored, _read(present))
    aside = _put_aside(present) if present.exists() else None
    _put_in_place(file, present)
    click.echo(f"The database of {file} is in place: {_told(restored)}.")
    if aside is not None:
        click.echo(f"The replaced one is kept as {aside}; delete it when you are sure.")


def _read(path: Path) -> Contents:
    with path.open("rb") as opened:
        if opened.read(16) != MAGIC:
            raise Invalid(
                f"{path} is no backup of an SQLite database. (A train's JSON is brought in with “headway import”.)",
                code="not_a_backup",
            )
    check_sqlite(path)
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        with contextlib.closing(database):
            return Contents(
                trains=dict(database.execute("SELECT slug, seq FROM store_train ORDER BY slug").fetchall()),
                last_at=database.execute("SELECT COALESCE(MAX(at), '') FROM store_entry").fetchone()[0],
                applied=frozenset(database.execute("SELECT app, name FROM django_migrations").fetchall()),
            )
    except sqlite3.OperationalError:
        raise Invalid(f"{path} is a database, but not one of Headway's.", code="not_headway") from None


def _refuse_older(file: Path, restored: Contents, present: Contents) -> None:
    newer = {slug: seq - restored.trains.get(slug, 0) for slug, seq in present.trains.items()}
    lost = {slug: count for slug, count in newer.items() if count > 0}
    if not lost and present.last_at <= restored.last_at:
        return
    counted = ", ".join(f"{slug}: {count}" for slug, count in lost.items()) or "the same numbers, but later"
    raise Conflict(
        f"The present database is newer than {file}: it holds changes that the backup does not have ({counted}). "
        "To go back nevertheless, repeat with --force; the present one is kept aside.",
        code="newer_database",
    )


def _put_aside(present: Path) -> Path:
    database = sqlite3.connect(present, timeout=1, isolation_level=None)
    try:
        # Leaving WAL mode folds the log into the file, and fails while anybody else has it open.
        mode = database.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.OperationalError:
        mode = "locked"
    finally:
        database.close()
    if mode != "delete":
        raise Locked("The present database is in use. Stop Headway, then restore.", code="in_use")
    stamp = clock.now().strftime("%Y%m%d-%H%M%S-%f")
    aside = present.with_name(f"{present.stem}-replaced-{stamp}{present.suffix}")
    present.replace(aside)
    return aside


def _put_in_place(file: Path, present: Path) -> None:
    present.parent.mkdir(parents=True, exist_ok=True)
    unfinished = present.with_name(f".{present.name}.unfinished")
    try:
        shutil.copyfile(file, unfinished)
        unfinished.chmod(0o600)
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(present)
    finally:
        unfinished.unlink(missing_ok=True)


def _told(contents: Contents) -> str:
    trains = ", ".join(f"{slug} at journal number {seq}" for slug, seq in contents.trains.items())
    return trains or "no trains yet"


def _restore_postgresql(file: Path, force: bool) -> None:
    from django.db import connection

    reach()
    pg_restore = postgresql_tool("pg_restore")
    run_postgresql([pg_restore, "--list", str(file)])
    if connection.introspection.table_names() and not force:
        raise Conflict(
            "The present PostgreSQL database is not empty. Make a backup of it, then repeat with --force; "
            "or restore into a new, empty database and point HEADWAY_DATABASE_URL to it.",
            code="not_empty",
        )
    connection.close()
    arguments = ["--clean", "--if-exists", "--no-owner", "--single-transaction", *connection_arguments()]
    run_postgresql([pg_restore, *arguments, str(file)])
    click.echo(f"The database of {file} is in place.")
