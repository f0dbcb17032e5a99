"""What commands ask of the database before they begin."""

import sqlite3
from pathlib import Path

from headway.cli import prepare
from headway.engine.errors import Invalid, Locked


def open_database() -> None:
    """Load Django and reach the database, prepared for this version.

    Raises:
        Invalid: it cannot be reached.
        Locked: it has not been prepared for this version.
    """
    prepare()
    reach()
    pending = pending_migrations()
    if pending:
        raise Locked(
            f"The database is not prepared for this version ({len(pending)} steps are pending). "
            "Run “headway migrate” first; a backup before it is wise.",
            code="migrations_pending",
        )


def reach() -> None:
    """Connect to the database, making the folder of an SQLite file if need be.

    Raises:
        Invalid: it does not answer; the sentence holds the reason and the setting to look at.
    """
    from django.db import OperationalError, connection

    path = sqlite_file()
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection.ensure_connection()
    except (OperationalError, OSError) as error:
        where = str(path) if path is not None else "HEADWAY_DATABASE_URL"
        reason = str(error).strip().splitlines()[0]
        raise Invalid(f"The database does not answer ({where}): {reason}.", code="database") from None


def pending_migrations() -> list[str]:
    """The migrations that the database still waits for, by name."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [str(step) for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def unknown_migrations(applied: set[tuple[str, str]]) -> list[str]:
    """Those of ``applied`` that this version does not have: the mark of a database from a newer version."""
    from django.db.migrations.loader import MigrationLoader

    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    ours = {app for app, _ in known}
    return sorted(f"{app}.{name}" for app, name in applied if app in ours and (app, name) not in known)


def sqlite_file() -> Path | None:
    """The file of an SQLite database; None on PostgreSQL."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return None
    return Path(str(connection.settings_dict["NAME"]))


def check_sqlite(path: Path) -> None:
    """Open a database file and let SQLite check it whole.

    Raises:
        Invalid: it is not a database, or a damaged one.
    """
    try:
        # Read-only and not "immutable": a backup has no writers, yet its file may be watched by other tools.
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            verdict = [row[0] for row in database.execute("PRAGMA integrity_check(5)")]
        finally:
            database.close()
    except sqlite3.DatabaseError as error:
        raise Invalid(f"{path} is no database that can be read: {error}.", code="not_a_database") from None
    if verdict != ["ok"]:
        raise Invalid(f"{path} is damaged: {'; '.join(verdict)}.", code="damaged")
