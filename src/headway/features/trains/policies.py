"""Bounds of a train's settings. Unusual values within the bounds earn a hint, never a refusal."""

from typing import Any
from zoneinfo import available_timezones

from headway.engine.errors import Invalid

BOUNDS: dict[str, tuple[float, float, str]] = {
    "iteration_weeks": (1, 4, "weeks"),
    "iterations_per_pi": (1, 12, "iterations"),
    "ip_weeks": (0, 4, "weeks"),
    "buffer_percent": (0, 60, "%"),
    "points_per_person": (1, 40, "points for a full-time person in two weeks"),
}


def checked_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, or :class:`Invalid` naming the first one out of bounds."""
    for name, value in settings.items():
        if name in BOUNDS:
            low, high, unit = BOUNDS[name]
            if not isinstance(value, int | float) or not low <= value <= high:
                raise Invalid(
                    f"{name.replace('_', ' ').capitalize()} should be {low:g} to {high:g} {unit}, not {value}.",
                    code="out_of_bounds",
                    field=name,
                    value=value,
                )
    zone = settings.get("time_zone")
    if zone is not None and zone not in available_timezones():
        raise Invalid(
            f"{zone!r} is no time zone of the IANA database; Europe/Berlin is one.", code="zone", field="time_zone"
        )
    return settings
