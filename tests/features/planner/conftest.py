"""Planning happens on the first day of the PI."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

import pytest

from headway.kit import clock
from tests.builders import FIRST_DAY


@pytest.fixture(autouse=True)
def _first_day() -> Iterator[None]:
    with clock.frozen(datetime.combine(FIRST_DAY, time(8), UTC)):
        yield
