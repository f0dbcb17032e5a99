"""Bounds of the calendar: which dates make sense, and how PIs, iterations and closures may lie."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from headway.engine.errors import Invalid, Locked
from headway.engine.values.interval import Interval
from headway.store.models import Increment, Iteration

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
LONGEST_AWAY = 366
LONGEST_CLOSURE = 60
LONGEST_PI = 366
MOST_BUFFER = 60

STATES = list(Increment.State)
FINAL = frozenset({Increment.State.COMMITTED, Increment.State.CLOSED})
"""States that cannot be gone back from: committing freezes the plan, closing the results."""


def check_date(field: str, day: date | None) -> None:
    """A day between 1990 and 2100; anything else is a slip of the keyboard.

    Raises:
        Invalid: naming the field and the day.
    """
    if day is None or not EARLIEST <= day <= LATEST:
        raise Invalid(
            f"{_words(field)} is {day or 'empty'}; give a day between {EARLIEST.year} and {LATEST.year}.",
            code="out_of_bounds",
            field=field,
            value=str(day or ""),
        )


def check_days(starts_on: date, ends_on: date, *, longest: int, what: str) -> Interval:
    """A stretch of at most ``longest`` days that does not end before it starts."""
    check_date("starts_on", starts_on)
    check_date("ends_on", ends_on)
    interval = Interval(starts_on=starts_on, ends_on=ends_on)
    if interval.days > longest:
        raise Invalid(
            f"{what} from {interval} lasts {interval.days} days; at most {longest} make sense here. "
            "Check the years, or enter it in parts.",
            code="too_long",
            field="ends_on",
            value=str(ends_on),
        )
    return interval


def check_buffer(percent: int) -> None:
    """The buffer is 0 to 60 %; 20 to 30 % is usual, and outside that there is a hint."""
    if not 0 <= percent <= MOST_BUFFER:
        raise Invalid(
            f"The buffer is {percent} %; give 0 to {MOST_BUFFER} %. 20 to 30 % is usual.",
            code="out_of_bounds",
            field="buffer_percent",
            value=percent,
        )


def check_not_closed(pi: Increment) -> None:
    """A closed PI keeps its dates and results for ever."""
    if pi.state == Increment.State.CLOSED:
        raise Locked(f"{pi.name} is closed; it stays as it is.", code="pi_closed")


def check_apart(pi: Interval, others: Iterable[Increment]) -> None:
    """Two PIs never share a day."""
    for other in others:
        if pi.overlaps(Interval(starts_on=other.starts_on, ends_on=other.ends_on)):
            raise Invalid(
                f"{pi} overlaps {other.name} ({other.starts_on} to {other.ends_on}); start it after that one ends.",
                code="overlap",
                field="starts_on",
                value=str(pi.starts_on),
            )


def check_iterations(pi: Increment, iterations: Iterable[Iteration]) -> None:
    """Iterations lie within their PI and never share a day."""
    ordered = sorted(iterations, key=lambda each: each.starts_on)
    for each in ordered:
        if each.starts_on < pi.starts_on or each.ends_on > pi.ends_on:
            field = "starts_on" if each.starts_on < pi.starts_on else "ends_on"
            raise Invalid(
                f"{each.name} ({each.starts_on} to {each.ends_on}) leaves {pi.name}, which runs from "
                f"{pi.starts_on} to {pi.ends_on}. Change the dates of one of them.",
                code="outside_pi",
                field=field,
                value=str(getattr(each, field)),
            )
    for before, after in pairwise(ordered):
        if after.starts_on <= before.ends_on:
            raise Invalid(
                f"{after.name} starts on {after.starts_on}, while {before.name} still runs until {before.ends_on}. "
                "Iterations of a PI follow each other.",
                code="overlap",
                field="starts_on",
                value=str(after.starts_on),
            )


def next_state(pi: Increment) -> Increment.State | None:
    """The state that follows, or None for a closed PI."""
    index = STATES.index(Increment.State(pi.state)) + 1
    return STATES[index] if index < len(STATES) else None


def check_next(pi: Increment, to: str) -> Increment.State:
    """A PI goes from state to state, one at a time and only forward.

    Raises:
        Invalid: ``to`` is no state.
        Locked: ``to`` is not the state that comes next.
    """
    if to not in STATES:
        raise Invalid(f"“{to}” is no state of a PI; there are {', '.join(STATES)}.", code="state", field="to", value=to)
    following = next_state(pi)
    if to != following:
        raise Locked(
            f"{pi.name} is {pi.get_state_display().lower()}; "
            + (f"the next state is {following.label.lower()}." if following else "that is its last state."),
            code="not_next",
            state=pi.state,
        )
    return following


def _words(field: str) -> str:
    return field.replace("_", " ").capitalize()
