"""``headway backup``, ``restore``, ``doctor`` and ``migrate``."""

import contextlib
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


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
            while not stop.is_set():
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


def test_a_backup_taken_while_somebody_writes_restores_whole(with_a_train: Run, database: Path, tmp_path: Path) -> None:
    with somebody_writing(database) as written:
        done = with_a_train("backup", "kept.sqlite3")
    assert done.returncode == 0, done.stderr
    kept = int(str(ask(tmp_path / "kept.sqlite3", "SELECT purpose FROM store_train")))
    assert 1 <= kept <= written[-1]
    restored = with_a_train("restore", "kept.sqlite3")
    assert restored.returncode == 0, restored.stderr
    assert ask(database, "SELECT purpose FROM store_train") == str(kept)
    aside = list(database.parent.glob("headway-replaced-*.sqlite3"))
    assert [ask(path, "SELECT purpose FROM store_train") for path in aside] == [str(written[-1])]
    assert with_a_train("doctor").returncode == 0


def test_a_backup_never_replaces_a_file_unasked(with_a_train: Run, tmp_path: Path, database: Path) -> None:
    (tmp_path / "kept").write_text("precious")
    refused = with_a_train("backup", "kept")
    assert (refused.returncode, (tmp_path / "kept").read_text()) == (1, "precious")
    assert "exists already" in refused.stderr
    assert with_a_train("backup", "kept", "--force").returncode == 0
    assert with_a_train("backup", database, "--force").returncode == 1
    assert with_a_train("backup", tmp_path / "nowhere" / "kept").returncode == 1


def test_restoring_refuses_what_is_no_backup_and_changes_nothing(
    with_a_train: Run, database: Path, tmp_path: Path
) -> None:
    before = database.read_bytes()
    (tmp_path / "letter.txt").write_text("Dear Tess, the board looks well.")
    run_sql(tmp_path / "other.sqlite3", "CREATE TABLE birds (name TEXT)")
    with_a_train("backup", "cut.sqlite3")
    (tmp_path / "cut.sqlite3").write_bytes((tmp_path / "cut.sqlite3").read_bytes()[:-50_000])
    for name, sentence in {
        "letter.txt": "is no backup of an SQLite database",
        "other.sqlite3": "is a database, but not one of Headway's",
        "cut.sqlite3": "cut.sqlite3 is ",
    }.items():
        done = with_a_train("restore", name)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    assert database.read_bytes() == before


def test_restoring_over_newer_work_needs_force_and_keeps_it_aside(with_a_train: Run, database: Path) -> None:
    with_a_train("backup", "kept.sqlite3")
    run_sql(
        database,
        "INSERT INTO store_entry (train_id, number, at, actor_name, verb, kind, subject_id, command_id)"
        " SELECT train_id, number + 1, '2999-01-01 00:00:00', 'Tess', verb, kind, subject_id, command_id"
        " FROM store_entry ORDER BY number DESC LIMIT 1",
        "UPDATE store_train SET seq = seq + 1",
    )
    refused = with_a_train("restore", "kept.sqlite3")
    assert refused.returncode == 1
    assert "(orion: 1)" in refused.stderr
    forced = with_a_train("restore", "kept.sqlite3", "--force")
    assert forced.returncode == 0, forced.stderr
    assert [ask(path, "SELECT seq FROM store_train") for path in database.parent.glob("headway-replaced-*")] == [4]
    assert ask(database, "SELECT seq FROM store_train") == 3


def test_restoring_under_a_running_server_is_refused(with_a_train: Run, database: Path) -> None:
    with_a_train("backup", "kept.sqlite3")
    with contextlib.closing(sqlite3.connect(database)) as server:
        server.execute("SELECT count(*) FROM store_train").fetchone()
        done = with_a_train("restore", "kept.sqlite3")
    assert done.returncode == 1
    assert "Stop Headway, then restore." in done.stderr


def test_restoring_a_newer_version_is_refused(with_a_train: Run, tmp_path: Path) -> None:
    with_a_train("backup", "kept.sqlite3")
    run_sql(
        tmp_path / "kept.sqlite3",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_from_the_future', '2999-01-01')",
    )
    done = with_a_train("restore", "kept.sqlite3")
    assert done.returncode == 1
    assert "comes from a newer version of Headway (store.9999_from_the_future" in done.stderr


def test_the_doctor_finds_a_sound_installation_well(with_a_train: Run) -> None:
    done = with_a_train("doctor", "--deep")
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("All well.\n")


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("DELETE FROM store_entry WHERE number = 2", "The journal of orion has a gap: number 2 is missing."),
        ("UPDATE store_train SET seq = 9", "The journal of orion has a gap: it ends at 3, but the train counts 9."),
        ("UPDATE store_entry SET at = '2999-01-01 00:00:00' WHERE number = 3", "before the last journal entry"),
        ("DELETE FROM store_person", "A row refers to something that is gone"),
        ("UPDATE store_person SET name = 'Rose'", "1 things of orion differ from the journal"),
    ],
)
def test_the_doctor_finds_planted_damage(with_a_train: Run, database: Path, damage: str, finding: str) -> None:
    run_sql(database, damage)
    done = with_a_train("doctor", "--deep")
    assert done.returncode == 1
    assert finding in done.stdout
    assert "→" in done.stdout


def test_the_doctor_says_that_the_database_is_not_prepared(headway: Run) -> None:
    done = headway("doctor")
    assert done.returncode == 1
    assert "run “headway migrate”" in done.stdout


def test_migrate_tells_what_is_pending_and_then_nothing(headway: Run) -> None:
    assert headway("migrate", "--check").returncode == 1
    assert headway("migrate").returncode == 0
    again = headway("migrate", "--check")
    assert (again.returncode, again.stdout) == (0, "The database is prepared for this version.\n")
