"""The ``headway`` command: in this process on the test database, or as a process of its own on a folder of its own."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from headway.cli import main
from headway.features.trains.actions import start_train
from headway.kit.settings import settings
from headway.store.models import Train, User


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]

FOUND_ORION = """
from headway.cli.database import open_database
open_database()
from headway.features.trains.actions import start_train
from headway.store.models import User
start_train(User.objects.create_superuser("rosa@example.org", name="Rosa Lind"), name="Orion")
"""


@pytest.fixture
def headway(
    db: None,
    data_folder: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run ``headway …`` here, on the test database, in a folder of the test's; ``say`` goes to standard input."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path, say: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(say))
        capfd.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(each) for each in arguments])
        return Done(int(str(stopped.value.code)), *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder of the tests' own."""
    ours = settings()
    before, ours.data_dir = ours.data_dir, tmp_path_factory.mktemp("data")
    yield ours.data_dir
    ours.data_dir = before


@pytest.fixture
def orion(db: None) -> Train:
    """The train Orion, founded by Rosa: three entries in its journal."""
    start_train(User.objects.create_superuser("rosa@example.org", name="Rosa Lind"), name="Orion")
    return Train.objects.get()


def python(folder: Path, *arguments: str, **given: str) -> Done:
    """Run Python with the settings of an installation in ``folder`` and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=inherited | {"HEADWAY_DATA_DIR": str(folder / "var")} | given,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def process(tmp_path: Path) -> Run:
    """Run ``headway …`` as a process of its own, on the SQLite installation of the test."""
    return lambda *arguments, **given: python(tmp_path, "-m", "headway.cli", *map(str, arguments), **given)


@pytest.fixture(scope="session")
def founded_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite installation with the train Orion, made once and copied for every test."""
    folder = tmp_path_factory.mktemp("founded")
    for arguments in (("-m", "headway.cli", "migrate"), ("-c", FOUND_ORION)):
        done = python(folder, *arguments)
        assert done.code == 0, done.err
    return folder / "var"


@pytest.fixture
def installed(process: Run, founded_installation: Path, tmp_path: Path) -> Run:
    """The process on an installation with the train Orion."""
    shutil.copytree(founded_installation, tmp_path / "var")
    return process


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The database file of the installation."""
    return tmp_path / "var" / "headway.sqlite3"
