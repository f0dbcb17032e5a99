"""The real command, as a process of its own, on a data folder of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

FOUND_ORION = """
from headway.cli.database import open_database
open_database()
from headway.features.trains.actions import start_train
from headway.store.models import User
start_train(User.objects.create_superuser("rosa@example.org", name="Rosa Lind"), name="Orion")
"""


def python(folder: Path, *arguments: str, say: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the settings of an installation in ``folder`` and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HEADWAY_")}
    return subprocess.run(
        [sys.executable, *arguments],
        env=inherited | {"HEADWAY_DATA_DIR": str(folder / "var")} | settings,
        cwd=folder,
        input=say,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def headway(tmp_path: Path) -> Run:
    """Run ``headway …``; ``say`` goes to standard input, ``settings`` into the environment."""

    def run(*arguments: str | Path, say: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return python(tmp_path, "-m", "headway.cli", *map(str, arguments), say=say, **settings)

    return run


@pytest.fixture(scope="session")
def empty_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared, empty database, made once and copied for every test."""
    folder = tmp_path_factory.mktemp("empty")
    assert python(folder, "-m", "headway.cli", "migrate").returncode == 0
    return folder / "var"


@pytest.fixture(scope="session")
def founded_installation(empty_installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the train Orion, founded by Rosa: three entries in its journal."""
    folder = tmp_path_factory.mktemp("founded")
    shutil.copytree(empty_installation, folder / "var")
    done = python(folder, "-c", FOUND_ORION)
    assert done.returncode == 0, done.stderr
    return folder / "var"


@pytest.fixture
def prepared(headway: Run, empty_installation: Path, tmp_path: Path) -> Run:
    """The command on a database that is ready and empty."""
    shutil.copytree(empty_installation, tmp_path / "var")
    return headway


@pytest.fixture
def with_a_train(headway: Run, founded_installation: Path, tmp_path: Path) -> Run:
    """The command on a database with the train Orion."""
    shutil.copytree(founded_installation, tmp_path / "var")
    return headway


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the command keeps its database."""
    return tmp_path / "var" / "headway.sqlite3"
