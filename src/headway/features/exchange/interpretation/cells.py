"""Numbers, dates and yes/no as trackers write them."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

POINTS_LIMIT = 100
SIZE_LIMIT = 10_000
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)
_YES = frozenset({"1", "yes", "y", "true", "x", "done", "landed", "да", "ja", "oui", "sí", "impediment"})
_NO = frozenset({"", "0", "no", "n", "false", "нет", "nein", "non", "none", "-"})

_MONTHS = (
    ("jan", "янв", "ene", "janv"),
    ("feb", "фев", "fév"),
    ("mar", "мар", "mär", "mrz"),
    ("apr", "апр", "avr", "abr"),
    ("may", "май", "мая", "mai"),
    ("jun", "июн", "juin"),
    ("jul", "июл", "juil"),
    ("aug", "авг", "aoû", "ago"),
    ("sep", "сен"),
    ("oct", "окт", "okt"),
    ("nov", "ноя"),
    ("dec", "дек", "dez", "déc", "dic"),
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_NAMED = re.compile(r"(\d{1,2})[/ .-]+([^\W\d_]{3,})\.?[/ .-]+(\d{2}|\d{4})(?:[ ,].*)?")
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[ ,].*)?")


def points_of(text: str, limit: int = POINTS_LIMIT) -> float:
    """Points in whole or half numbers from 0 to `limit`. Raises `ValueError` with a sentence."""
    try:
        value = float(text.replace(",", ".").replace(" ", ""))
    except ValueError:
        raise ValueError(f"{text!r} is no number of points. Use a number such as 3 or 0.5.") from None
    if not 0 <= value <= limit:
        raise ValueError(f"{text} points are out of range. Points go from 0 to {limit}; correct or empty the cell.")
    if value * 2 != int(value * 2):
        raise ValueError(f"{text} points are neither whole nor half. Round them to halves.")
    return value


def yes(text: str) -> bool:
    """Whether a cell says yes. Raises `ValueError` with a sentence when it says neither yes nor no."""
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(f"{text!r} is neither yes nor no. Write yes or no (1 or 0).")


def days_of(text: str) -> int:
    """A length in days from 1 to 366. Raises `ValueError` with a sentence."""
    try:
        days = int(float(text))
    except (ValueError, OverflowError):
        days = 0
    if not 1 <= days <= 366:
        raise ValueError(f"{text!r} is no length in days. Use a number from 1 to 366.")
    return days


def reads_day_first(texts: Iterable[str]) -> bool | None:
    """Whether the dates of a column give the day before the month; None when every one could be either."""
    for text in texts:
        found = _NUMERIC.fullmatch(text.strip())
        if found and found[2] == ".":
            return True
        if found and int(found[1]) > 12:
            return True
        if found and int(found[3]) > 12:
            return False
    return None


def date_of(text: str, *, day_first: bool | None = None) -> date:
    """The day in an ISO date, ``11/Sep/26 1:54 PM`` (months in several languages) or ``23.8.2026``.

    Raises `ValueError` with a sentence for anything else, unreal days, and years outside 1990-2100.
    """
    year, month, day = _parts(text.strip(), day_first)
    year += 2000 if year < 100 else 0
    try:
        found = date(year, month, day)
    except ValueError:
        raise ValueError(f"{text!r} is no day of the calendar. Correct it, for example to 2026-09-11.") from None
    if not _EARLIEST <= found <= _LATEST:
        raise ValueError(f"{text!r} is out of range. Dates go from {_EARLIEST} to {_LATEST}.")
    return found


def last_day(first: date, days: int) -> date:
    """The last day of a stretch that begins on `first` and is `days` long."""
    return first + timedelta(days=days - 1)


def _parts(text: str, day_first: bool | None) -> tuple[int, int, int]:
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NAMED.fullmatch(text):
        return int(found[3]), _month(found[2], text), int(found[1])
    if found := _NUMERIC.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "." or day_first or first > 12:
            return year, second, first
        if day_first is None and second <= 12 and first != second:
            raise ValueError(
                f"{text!r} can be read in two ways. Say below whether days come first, or write {year}-MM-DD."
            )
        return year, first, second
    raise ValueError(f"{text!r} is no date Headway can read. Write it as YYYY-MM-DD.")


def _month(name: str, text: str) -> int:
    start = name.casefold()
    for number, names in enumerate(_MONTHS, start=1):
        if start.startswith(names):
            return number
    raise ValueError(f"{text!r} names a month Headway does not know. Write the date as YYYY-MM-DD.")
