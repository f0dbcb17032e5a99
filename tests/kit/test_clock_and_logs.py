"""What time it is, and what is written down about requests."""

import io
import json
import logging
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.test import Client

from headway.kit import clock
from headway.kit.logs import JsonLines
from tests.cast import Cast

MIDNIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def test_a_frozen_clock_stands_still_and_goes_on_afterwards() -> None:
    with clock.frozen(MIDNIGHT):
        assert (clock.now(), clock.now()) == (MIDNIGHT, MIDNIGHT)
    assert clock.now() > MIDNIGHT - timedelta(days=4000)
    assert clock.now() != MIDNIGHT


def test_today_depends_on_where_the_train_is() -> None:
    with clock.frozen(MIDNIGHT):
        assert clock.today() == date(2026, 3, 1)
        assert clock.today("Europe/Berlin") == date(2026, 3, 2)
        assert clock.today("America/New_York") == date(2026, 3, 1)


def test_the_clock_tells_utc_whatever_it_was_frozen_at() -> None:
    with clock.frozen(datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=5)))):
        assert clock.now().isoformat() == "2026-03-01T04:00:00+00:00"


def test_a_clock_is_not_frozen_at_a_moment_that_could_be_anywhere() -> None:
    with pytest.raises(ValueError, match="aware moment"), clock.frozen(datetime(2026, 3, 1)):  # noqa: DTZ001
        pass


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def json_log(written: io.StringIO) -> logging.Logger:
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("headway.requests")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield logger  # type: ignore[misc]
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_request_is_one_json_line_without_its_query(
    cast: Cast, json_log: logging.Logger, written: io.StringIO
) -> None:
    client = Client(headers={"Authorization": "Bearer hw_secret"})
    client.force_login(cast.user("tess"))
    answer = client.get("/trains/orion/search?text=my+secret")
    line = json.loads(written.getvalue())
    told = {name: line[name] for name in ("level", "logger", "status", "request_id")}
    assert told == {
        "level": "INFO",
        "logger": "headway.requests",
        "status": 200,
        "request_id": answer.headers["X-Request-ID"],
    }
    assert "secret" not in written.getvalue()


def test_an_error_is_logged_with_its_traceback_on_the_same_line(json_log: logging.Logger, written: io.StringIO) -> None:
    try:
        raise ZeroDivisionError("a broken page")
    except ZeroDivisionError:
        json_log.exception("It broke")
    line = json.loads(written.getvalue())
    assert line["traceback"].endswith("ZeroDivisionError: a broken page")
