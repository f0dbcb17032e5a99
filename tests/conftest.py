"""Fixtures for everybody: a train with its cast, and clients signed in as each of them."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from headway.store.models import Train
from tests.builders import build_train
from tests.cast import Cast

DATA = Path(os.environ.get("HEADWAY_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture
def real_data() -> Path:
    """The folder of real public data; the test is skipped, loudly, where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"REAL DATA ABSENT: {DATA} (set HEADWAY_TEST_DATA)")
    return DATA


@pytest.fixture
def cast(db: None) -> Cast:
    """Orion with Kestrel and Merlin, two PIs of which one is being planned, and the named cast."""
    return build_train()


@pytest.fixture
def train(cast: Cast) -> Train:
    return Train.objects.get(slug=cast.slug)


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """A client signed in as one of the cast: ``as_("tess")``."""

    def signed_in(name: str) -> Client:
        client = Client(enforce_csrf_checks=False)
        client.force_login(cast.user(name))
        return client

    return signed_in


def pytest_configure() -> None:
    """Settings for tests.

    Pages name static files plainly (that all of them can be hashed is a house test of its own). The SQLite test
    database is a file, since server threads open connections of their own; each run has its own.
    """
    from django.conf import settings

    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        folder = Path(tempfile.mkdtemp(prefix="headway-test-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")
