"""Who is in a team and when they are there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from headway.engine.errors import Invalid
from headway.engine.values.bounds import text, whole
from headway.engine.values.interval import Interval

SATURDAY_AND_SUNDAY = frozenset({5, 6})


class AwayReason(StrEnum):
    """Why a person who is in the team is not at its work."""

    ABSENCE = "absence"
    TRAINING = "training"


@dataclass(frozen=True, kw_only=True, slots=True)
class Away:
    """Days on which one person is absent or in training."""

    interval: Interval
    reason: AwayReason = AwayReason.ABSENCE
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Closure:
    """Days on which the whole train is closed, with the name people know them by."""

    interval: Interval
    name: str

    def __post_init__(self) -> None:
        text("name", self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One person's membership of one team.

    ``person`` is an identifier that stays, ``name`` is for people. The membership runs from ``starts_on`` to
    ``ends_on`` (None: open). ``share_percent`` is the part of a full-time working week given to *this* team.
    ``holidays`` are the public holidays of that person's country and region by date, with their names.
    ``weekend`` holds the weekdays off, Monday being 0. Raises Invalid when a value is out of its bounds.
    """

    person: str
    name: str
    starts_on: date | None = None
    ends_on: date | None = None
    share_percent: int = 100
    holidays: Mapping[date, str] = field(default_factory=dict, hash=False)
    away: tuple[Away, ...] = ()
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY

    def __post_init__(self) -> None:
        text("person", self.person)
        text("name", self.name)
        whole("share_percent", self.share_percent, 0, 100, "per cent")
        Interval(starts_on=self.starts_on or date.min, ends_on=self.ends_on or date.max)
        if not self.weekend <= frozenset(range(7)):
            raise Invalid(
                f"Weekend is {sorted(self.weekend)}; give weekdays from 0 (Monday) to 6 (Sunday).",
                code="out_of_range",
                field="weekend",
                value=sorted(self.weekend),
            )

    def belongs_within(self, interval: Interval) -> bool:
        """Is the person in the team on any day of ``interval``?"""
        begun = self.starts_on is None or self.starts_on <= interval.ends_on
        return begun and (self.ends_on is None or interval.starts_on <= self.ends_on)

    def belongs_on(self, day: date) -> bool:
        """Is the person in the team on that day?"""
        begun = self.starts_on is None or self.starts_on <= day
        return begun and (self.ends_on is None or day <= self.ends_on)
