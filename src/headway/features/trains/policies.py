"""Bounds of a train's settings. Unusual values within the bounds earn a hint, never a refusal."""

from math import isfinite
from typing import Any
from zoneinfo import available_timezones

from headway.engine.errors import Invalid
from headway.features.calendar.public_holidays import check_place
from headway.kit.text import check_text, tidy_text
from headway.store.models import Train

BOUNDS: dict[str, tuple[float, float, str]] = {
    "iteration_weeks": (1, 4, "weeks"),
    "iterations_per_pi": (1, 12, "iterations"),
    "ip_weeks": (0, 4, "weeks"),
    "buffer_percent": (0, 60, "%"),
    "points_per_person": (1, 40, "points for a full-time person in two weeks"),
}
TEXTS = ("name", "purpose", "time_zone", "country", "region")
RESERVED = frozenset({"new"})
"""Words that cannot be a train's address, because a page stands there."""

SAMPLE_ACCOUNTS = tuple(f"{name}@example.org" for name in ("rosa", "paul", "bea", "ansel", "tess", "mika", "vera"))
"""The accounts that come with the sample train and go with it; nobody real has an address there (RFC 2606)."""


def checked_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, or :class:`Invalid` naming the first one out of bounds."""
    settings = {name: tidy_text(each) if name in TEXTS else each for name, each in settings.items()}
    for name, value in settings.items():
        if name in BOUNDS:
            _check_number(name, value)
        elif name not in TEXTS:
            raise Invalid(
                f"A train has no setting “{name}”; there are {', '.join((*TEXTS, *BOUNDS))}.",
                code="unknown_field",
                field=name,
            )
    if "name" in settings:
        check_text(settings["name"], "name", "name")
    for name in settings.keys() & set(TEXTS):
        _check_length(name, settings[name])
    zone = settings.get("time_zone")
    if zone is not None and zone not in available_timezones():
        raise Invalid(
            f"{zone!r} is no time zone of the IANA database; Europe/Berlin is one.",
            code="zone",
            field="time_zone",
            value=zone,
        )
    return settings


def check_place_of(settings: dict[str, Any], country: str = "", region: str = "") -> None:
    """Country and region, as they are or become, have a holiday calendar."""
    check_place(settings.get("country", country), settings.get("region", region))


def _check_length(name: str, text: str) -> None:
    longest = getattr(Train._meta.get_field(name), "max_length", None)
    if longest and len(text) > longest:
        raise Invalid(
            f"{name.replace('_', ' ').capitalize()} may have {longest:,} characters; this one has {len(text):,}.",
            code="too_long",
            field=name,
            value=text[:80],
        )


def _check_number(name: str, value: Any) -> None:
    low, high, unit = BOUNDS[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    whole = name == "points_per_person" or value == int(value or 0) if is_number else False
    if not is_number or not whole or not low <= value <= high:
        raise Invalid(
            f"{name.replace('_', ' ').capitalize()} should be {low:g} to {high:g} {unit}, not {value}.",
            code="out_of_bounds",
            field=name,
            value=value,
        )
