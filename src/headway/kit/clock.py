"""The only place that knows what time it is, so that tests and the sample train can say otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("headway_frozen_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today(time_zone: str = "UTC") -> date:
    """The present date where the train (or the viewer) is."""
    return now().astimezone(ZoneInfo(time_zone)).date()


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at an aware ``moment`` for this thread or task."""
    if moment.tzinfo is None:
        raise ValueError(f"The clock is frozen at an aware moment, not at {moment!r}")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
