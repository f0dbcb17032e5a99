"""``headway backup``, ``restore`` and ``migrate``, and what only a process of its own can show."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.cli.conftest import Run


def run_sql(database: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def ask(database: Path, question: str) -> object:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute(question).fetchone()[0]


@contextlib.contextmanager
def somebody_writing(database: Path) -> Iterator[list[int]]:
    """A writer that counts the train's purpose up as fast as it can, for as long as the block lasts."""
    stop, written = threading.Event(), []

    def write() -> None:
        with contextlib.closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as connection:
            count = 0
            while not stop.wait(0.001):
                count += 1
                connection.execute("UPDATE store_train SET purpose = ?", [str(count)])
                written.append(count)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield written
    finally:
        stop.set()
        writer.join()


def test_a_backup_taken_while_somebody_writes_restores_whole(installed: Run, database: Path, tmp_path: Path) -> None:
    with somebody_writing(database) as written:
        done = installed("backup", "kept.sqlite3")
    assert done.code == 0, done.err
    kept = int(str(ask(tmp_path / "kept.sqlite3", "SELECT purpose FROM store_train")))
    assert 1 <= kept <= written[-1]
    restored = installed("restore", "kept.sqlite3")
    assert restored.code == 0, restored.err
    assert ask(database, "SELECT purpose FROM store_train") == str(kept)
    aside = list(database.parent.glob("headway-replaced-*.sqlite3"))
    assert [ask(path, "SELECT purpose FROM store_train") for path in aside] == [str(written[-1])]
    assert installed("doctor").code == 0


def test_a_backup_never_replaces_a_file_unasked(installed: Run, tmp_path: Path, database: Path) -> None:
    (tmp_path / "kept").write_text("precious")
    refused = installed("backup", "kept")
    assert (refused.code, (tmp_path / "kept").read_text()) == (1, "precious")
    assert "exists already" in refused.err
    assert installed("backup", "kept", "--force").code == 0
    assert installed("backup", database, "--force").code == 1
    assert installed("backup", tmp_path / "nowhere" / "kept").code == 1


def test_restoring_refuses_what_is_no_backup_and_changes_nothing(
    installed: Run, database: Path, tmp_path: Path
) -> None:
    before = database.read_bytes()
    (tmp_path / "letter.txt").write_text("Dear Tess, the board looks well.")
    run_sql(tmp_path / "other.sqlite3", "CREATE TABLE birds (name TEXT)")
    (tmp_path / "cut.sqlite3").write_bytes(before[:-50_000])
    for name, sentence in {
        "letter.txt": "is no backup of an SQLite database",
        "other.sqlite3": "is a database, but not one of Headway's",
        "cut.sqlite3": "cut.sqlite3 is ",
    }.items():
        done = installed("restore", name)
        assert done.code == 1
        assert sentence in done.err
        assert "Traceback" not in done.err
    assert database.read_bytes() == before


def test_restoring_over_newer_work_needs_force_and_keeps_it_aside(installed: Run, database: Path) -> None:
    installed("backup", "kept.sqlite3")
    run_sql(
        database,
        "INSERT INTO store_entry (train_id, number, at, actor_name, verb, kind, subject_id, command_id)"
        " SELECT train_id, number + 1, '2999-01-01 00:00:00', 'Tess', verb, kind, subject_id, command_id"
        " FROM store_entry ORDER BY number DESC LIMIT 1",
        "UPDATE store_train SET seq = seq + 1",
    )
    refused = installed("restore", "kept.sqlite3")
    assert refused.code == 1
    assert "(orion: 1)" in refused.err
    forced = installed("restore", "kept.sqlite3", "--force")
    assert forced.code == 0, forced.err
    assert [ask(path, "SELECT seq FROM store_train") for path in database.parent.glob("headway-replaced-*")] == [4]
    assert ask(database, "SELECT seq FROM store_train") == 3


def test_restoring_under_a_running_server_or_a_newer_version_is_refused(
    installed: Run, database: Path, tmp_path: Path
) -> None:
    installed("backup", "kept.sqlite3")
    with contextlib.closing(sqlite3.connect(database)) as server:
        server.execute("SELECT count(*) FROM store_train").fetchone()
        done = installed("restore", "kept.sqlite3")
    assert done.code == 1
    assert "Stop Headway, then restore." in done.err
    run_sql(
        tmp_path / "kept.sqlite3",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_from_the_future', '2999-01-01')",
    )
    done = installed("restore", "kept.sqlite3")
    assert done.code == 1
    assert "comes from a newer version of Headway (store.9999_from_the_future" in done.err


def test_the_doctor_finds_a_row_that_refers_to_nothing(installed: Run, database: Path) -> None:
    run_sql(database, "DELETE FROM store_person")
    done = installed("doctor")
    assert done.code == 1
    assert "A row refers to something that is gone" in done.out


def test_an_unprepared_database_is_refused_found_and_prepared(process: Run) -> None:
    refused = process("user", "list")
    assert refused.code == 1
    assert "Run “headway migrate” first" in refused.err
    examined = process("doctor")
    assert examined.code == 1
    assert "run “headway migrate”" in examined.out
    assert process("migrate", "--check").code == 1
    assert process("migrate").code == 0
    assert process("migrate", "--check") == (0, "The database is prepared for this version.\n", "")


def test_wrong_settings_and_a_database_out_of_reach_are_told_in_a_sentence(process: Run) -> None:
    wrong = process("doctor", HEADWAY_PORT="many")
    assert wrong.code == 1
    assert wrong.err.startswith("headway: These settings need correcting:\n  HEADWAY_PORT = 'many'")
    away = process("user", "list", HEADWAY_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert away.code == 1
    assert away.err.startswith("headway: The database does not answer (HEADWAY_DATABASE_URL): ")
    assert len(away.err.splitlines()) == 1
