"""Bounds of the numbers of a forecast, which are floats because they are drawn by the million."""

import math

from headway.engine.errors import Invalid
from headway.engine.values.bounds import text

MOST_POINTS = 99_999
MOST_ITEMS = 20_000
MOST_ITERATIONS = 60


def number(field: str, value: float, low: float, high: float, unit: str = "") -> float:
    """Return ``value`` when it is a finite number from ``low`` to ``high``, else raise Invalid."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refusal(field, value, low, high, unit)
    if not low <= value <= high:
        raise _refusal(field, value, low, high, unit)
    return value


def named(field: str, value: str) -> str:
    """Return ``value`` when it can be a key: between 1 and 200 characters, not blank."""
    return text(field, value)


def _refusal(field: str, value: object, low: float, high: float, unit: str) -> Invalid:
    words = field.replace("_", " ").capitalize()
    return Invalid(
        f"{words} is {value!r}; give a number from {low:g} to {high:g}{unit and ' ' + unit}.",
        code="out_of_range",
        field=field,
        value=value,
    )
