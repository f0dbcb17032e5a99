"""A stretch of calendar days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from headway.engine.errors import Invalid

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """The days from ``starts_on`` to ``ends_on``, both included; never empty.

    Raises Invalid when the end lies before the start, or when either is not a plain date.
    """

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        for field in ("starts_on", "ends_on"):
            value = getattr(self, field)
            if isinstance(value, datetime) or not isinstance(value, date):
                raise Invalid(
                    f"{field.replace('_', ' ').capitalize()} is {value!r}; give a date such as 2026-03-02.",
                    code="not_a_date",
                    field=field,
                    value=value,
                )
        if self.ends_on < self.starts_on:
            raise Invalid(
                f"It ends on {self.ends_on}, before it starts on {self.starts_on}; "
                f"give an end of {self.starts_on} or later.",
                code="ends_before_start",
                field="ends_on",
                value=self.ends_on,
            )

    @property
    def days(self) -> int:
        """Number of calendar days, at least 1."""
        return (self.ends_on - self.starts_on).days + 1

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def __iter__(self) -> Iterator[date]:
        day = self.starts_on
        while day < self.ends_on:
            yield day
            day += ONE_DAY
        yield day

    def overlaps(self, other: Self) -> bool:
        """Do the two share at least one day?"""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on

    def common(self, other: Self) -> Self | None:
        """The days both have, or None."""
        if not self.overlaps(other):
            return None
        return type(self)(starts_on=max(self.starts_on, other.starts_on), ends_on=min(self.ends_on, other.ends_on))

    def __str__(self) -> str:
        if self.starts_on == self.ends_on:
            return self.starts_on.isoformat()
        return f"{self.starts_on} to {self.ends_on}"
