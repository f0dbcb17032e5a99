"""A running Headway over a committed train."""

from collections.abc import Iterator

import pytest

from headway.store.models import Train
from tests.builders import build_train
from tests.cast import Cast
from tests.serving import serving


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The train with its cast, committed so that the server sees it."""
    return build_train()


@pytest.fixture
def train(cast: Cast) -> Train:
    return Train.objects.get(slug=cast.slug)


@pytest.fixture
def site(cast: Cast) -> Iterator[str]:
    """The address of a running Headway over the test database."""
    with serving() as address:
        yield address
