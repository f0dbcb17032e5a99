"""Bounds of a value, refused in one voice: the field, the value, the way out."""

from decimal import Decimal

from headway.engine.errors import Invalid

Number = Decimal | int | float
"""What points, person-days and percentages may be given as; inside the engine they are Decimal."""


def whole(field: str, value: int, low: int, high: int, unit: str = "") -> int:
    """Return ``value`` when it is a whole number from ``low`` to ``high``, else raise Invalid."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid(
            f"{_words(field)} is {value!r}; give a whole number from {low} to {high}{unit and ' ' + unit}.",
            code="out_of_range",
            field=field,
            value=value,
        )
    return value


def amount(field: str, value: Number, low: int, high: int, unit: str = "") -> Decimal:
    """Return ``value`` as a finite Decimal from ``low`` to ``high``, else raise Invalid.

    A float counts as the number it is written as (0.1 is one tenth), so that the cells of a board add up.
    """
    number = Decimal(repr(value)) if isinstance(value, float) else _exact(value)
    if isinstance(value, bool) or not number.is_finite() or not low <= number <= high:
        raise Invalid(
            f"{_words(field)} is {value!s}; give a number from {low} to {high}{unit and ' ' + unit}.",
            code="out_of_range",
            field=field,
            value=value,
        )
    return number


def text(field: str, value: str, longest: int = 200) -> str:
    """Return ``value`` when it is neither blank nor longer than ``longest``, else raise Invalid."""
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise Invalid(
            f"{_words(field)} is {value!r:.60}; give between 1 and {longest} characters.",
            code="out_of_range",
            field=field,
            value=value,
        )
    return value


def _exact(value: object) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal("NaN")


def _words(field: str) -> str:
    return field[:1].upper() + field[1:].replace("_", " ")
