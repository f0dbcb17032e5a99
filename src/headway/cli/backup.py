"""``headway backup``."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import click

from headway.cli.database import check_sqlite, open_database, sqlite_file
from headway.engine.errors import Invalid, Missing


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def command(file: Path, force: bool) -> None:
    """Copy the database to FILE, while people work.

    The copy is one moment of the database, whole, and is checked before it gets its name. It holds everything
    but the generated secret_key of the data folder: keep that too, or everybody signs in anew after a move. On
    PostgreSQL this calls pg_dump.

    \b
    Examples:
      headway backup /backups/headway-$(date +%F).sqlite3
      headway backup headway.dump
    """
    open_database()
    if file.exists() and not force:
        raise Invalid(f"{file} exists already; choose another name, or replace it with --force.", code="exists")
    if not file.absolute().parent.is_dir():
        raise Missing(f"There is no folder {file.absolute().parent}; make it first.", code="folder_missing")
    source = sqlite_file()
    if source is not None and file.exists() and file.samefile(source):
        raise Invalid(f"{file} is the database itself; choose another name.", code="exists")
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        if source is None:
            _dump_postgresql(unfinished)
        else:
            _copy_sqlite(source, unfinished)
        _settle(unfinished, file)
    except OSError as error:
        raise Invalid(f"Cannot write {file}: {error.strerror}.", code="unwritable") from None
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(f"Wrote {file} ({file.stat().st_size / 1024:,.0f} KiB) and checked it. {_contents()}")


def _copy_sqlite(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    reading = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=20)
    writing = sqlite3.connect(target)
    try:
        # All pages in one step: a copy in several begins anew whenever somebody writes.
        reading.backup(writing, pages=-1)
        writing.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise Invalid(f"The copy could not be written: {error}. Nothing was changed.", code="unwritable") from None
    finally:
        writing.close()
        reading.close()
    check_sqlite(target)


def _dump_postgresql(target: Path) -> None:
    pg_dump, pg_restore = postgresql_tool("pg_dump"), postgresql_tool("pg_restore")
    target.touch(mode=0o600)
    run_postgresql([pg_dump, "--format=custom", "--no-owner", f"--file={target}", *connection_arguments()])
    run_postgresql([pg_restore, "--list", str(target)])


def postgresql_tool(name: str) -> str:
    """The path of one of PostgreSQL's own tools.

    Raises:
        Missing: it is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise Missing(
            f"{name} is not on this machine; backups of PostgreSQL are made with its own tools. Install the client "
            "(Debian: postgresql-client), or run it where the database is. A single train can be taken along "
            "with “headway export”.",
            code="tool_missing",
        )
    return found


def connection_arguments() -> list[str]:
    """How PostgreSQL's tools reach the database; the password goes by the environment, not by the process list."""
    from django.db import connection

    given = connection.settings_dict
    pairs = {"--host": given["HOST"], "--port": given["PORT"], "--username": given["USER"], "--dbname": given["NAME"]}
    return [f"{option}={value}" for option, value in pairs.items() if value]


def run_postgresql(arguments: list[str]) -> None:
    """Run one of PostgreSQL's tools.

    Raises:
        Invalid: it failed, with what it said.
    """
    from django.db import connection

    password = str(connection.settings_dict["PASSWORD"] or "")
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Invalid(f"{Path(arguments[0]).name} said: {done.stderr.strip()}", code="postgresql_tool")


def _settle(unfinished: Path, file: Path) -> None:
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(file)


def _contents() -> str:
    from headway.store.models import Train, User

    return f"Trains: {Train.objects.count()}, accounts: {User.objects.count()}."
