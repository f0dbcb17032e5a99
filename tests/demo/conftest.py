"""The sample train, told once for all tests of a module that only look at it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from headway.demo import sample
from headway.demo.stages import Stage
from headway.kit import clock
from headway.kit.access import Actor
from headway.kit.settings import settings
from headway.store.actors import actor_for
from headway.store.models import Train, User
from tests.demo import SUNDAY_NIGHT


@pytest.fixture(scope="module", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder of the tests' own, so that nobody's sign-in file is overwritten."""
    ours = settings()
    before, ours.data_dir = ours.data_dir, tmp_path_factory.mktemp("data")
    yield ours.data_dir
    ours.data_dir = before


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any, data_folder: Path) -> Iterator[sample.Loaded]:
    """Orion in the second iteration of its third PI, from seed 1."""
    with django_db_blocker.unblock():
        with clock.frozen(SUNDAY_NIGHT):
            loaded = sample.load(Stage.MID_PI, 1, password="a phrase for the tests")
        yield loaded
        train = sample.sample()
        if train is not None:
            sample.remove(train)


@pytest.fixture
def orion(told: sample.Loaded, db: None) -> Iterator[Train]:
    """The sample train, on the night on which it was told."""
    with clock.frozen(SUNDAY_NIGHT):
        yield Train.objects.get(slug=told.slug)


@pytest.fixture
def acting(orion: Train) -> Callable[[str], Actor]:
    """The actor a sample account is: ``acting("tess")``."""
    return lambda name: actor_for(User.objects.get(email=f"{name}@example.org"), orion.slug)
