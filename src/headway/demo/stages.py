"""Where in its life the sample train stands, and on which days everything happens."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

PI_DAYS = 84
ITERATION_DAYS = 14
PIS = (1, 2, 3)


class Stage(StrEnum):
    """How far the story of the sample train is told."""

    BACKLOG = "backlog"
    PLANNING = "planning"
    COMMITTED = "committed"
    MID_PI = "mid-pi"
    CLOSING = "closing"


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The days of the sample train.

    ``third`` is the Monday on which its third PI begins, ``planning`` the first day of planning it, ``now`` the
    present moment, ``until`` the moment up to which the story is told.
    """

    third: date
    planning: date
    now: datetime
    until: datetime

    def pi(self, number: int) -> date:
        """The first day of a PI."""
        return self.third - timedelta(days=PI_DAYS * (3 - number))

    def iteration(self, pi: int, number: int) -> date:
        """The first day of an iteration; the IP iteration is number 6."""
        return self.pi(pi) + timedelta(days=ITERATION_DAYS * (number - 1))

    def planning_of(self, pi: int) -> date:
        """The first of the two days on which a PI is planned."""
        return self.planning if pi == len(PIS) else self.pi(pi) - timedelta(days=4)


def calendar(stage: Stage, now: datetime) -> Calendar:
    """The days of a stage, seen from the present moment."""
    today = now.date()
    until = now
    third = {
        Stage.BACKLOG: _monday(today + timedelta(days=14)),
        Stage.PLANNING: _monday(today + timedelta(days=9)),
        Stage.COMMITTED: _monday(today + timedelta(days=7)),
        # The fourth to tenth day of the second iteration, and of the IP iteration.
        Stage.MID_PI: _monday(today - timedelta(days=3)) - timedelta(days=ITERATION_DAYS),
        Stage.CLOSING: _monday(today - timedelta(days=3)) - timedelta(days=5 * ITERATION_DAYS),
    }[stage]
    planning = third - timedelta(days=4)
    if stage is Stage.PLANNING:
        planning = today
        until = datetime.combine(today, time(13), UTC)
    elif stage is Stage.COMMITTED:
        planning = min(planning, today - timedelta(days=2))
    return Calendar(third=third, planning=planning, now=now, until=until)


def eve_of_planning(calendar: Calendar) -> datetime:
    """The moment at which all is known that planning the third PI builds on."""
    return datetime.combine(calendar.planning - timedelta(days=1), time(14), UTC)


def workday(day: date) -> date:
    """The day, or the Monday after it when it falls on a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day


def _monday(day: date) -> date:
    """The Monday on or before a day."""
    return day - timedelta(days=day.weekday())
