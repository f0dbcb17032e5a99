"""How many points a team can take into an iteration (requirement A4), and what was taken off and why.

Person-days
    Working days of the iteration, less the days outside the membership, public holidays of the person's
    country and region, closures, absences and training, times the part-time share. A day is taken off once,
    for the first of these reasons in this order.
Points by velocity history
    ``sum(points completed) / sum(person-days) * person-days of this iteration`` over the last three to five
    completed iterations, which is their mean velocity times availability now over mean availability then.
Points by the starting rule, for a team with fewer than three such iterations
    8 points a full-time person per two weeks, so 0.8 points a person-day.
Override
    A number with a note wins over both; what the rule says stays visible.
Rounding
    Points go down to the next half point: a plan must not use what the people do not have.
Buffer
    ``committable = points * (1 - buffer / 100)``, also rounded down; the buffer is the rest. The IP
    iteration takes no committed feature work: its committable points are 0 and it holds no buffer.

Sums are exact (fractions, not floats), so the order of people and iterations never changes a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from fractions import Fraction

from headway.engine.errors import Invalid
from headway.engine.values.bounds import Number, amount, text
from headway.engine.values.cadence import IterationPlan
from headway.engine.values.interval import Interval
from headway.engine.values.team import AwayReason, Closure, Member

STARTING_POINTS = Decimal(8)
"""Points a full-time person is taken to do in two weeks, until the team has a history of its own."""
STARTING_DAYS = 10
"""Working days in those two weeks."""
FEWEST_PAST, MOST_PAST = 3, 5
"""How many completed iterations make a velocity history, and how many of the latest are looked at."""
MOST_POINTS = 99_999
HALF = Decimal("0.5")


class CapacityRule(StrEnum):
    """Where the points of a capacity come from."""

    VELOCITY = "velocity"
    STARTING = "starting"
    OVERRIDE = "override"
    NO_PEOPLE = "no_people"


class Reason(StrEnum):
    """Why a working day does not count."""

    NOT_IN_TEAM = "not in the team"
    HOLIDAY = "public holiday"
    CLOSURE = "closure"
    ABSENCE = "absence"
    TRAINING = "training"


@dataclass(frozen=True, kw_only=True, slots=True)
class Deduction:
    """Working days taken off one person for one reason; ``label`` names the holiday, closure or absence."""

    reason: Reason
    label: str
    days: tuple[date, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonDays:
    """What one person brings to one iteration.

    ``present_days`` is ``working_days`` less every deduction, in whole days; ``days`` is that times the
    share.
    """

    person: str
    name: str
    working_days: int
    taken_off: tuple[Deduction, ...]
    present_days: int
    share_percent: int
    days: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class PastIteration:
    """A completed iteration of the team: points accepted in it and the person-days it then had.

    An IP iteration, or one without person-days, says nothing about velocity and is passed over.
    """

    name: str
    points: Decimal
    person_days: Decimal
    is_ip: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", amount("points", self.points, 0, MOST_POINTS))
        object.__setattr__(self, "person_days", amount("person_days", self.person_days, 0, MOST_POINTS))


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """A capacity the team has set itself, in whole or half points, and why. Raises Invalid without a note."""

    points: Decimal
    note: str

    def __post_init__(self) -> None:
        points = amount("points", self.points, 0, MOST_POINTS, "points")
        if points % HALF:
            down = round_points(points)
            raise Invalid(
                f"Points is {points}; give whole or half points, such as {down} or {down + HALF}.",
                code="not_half_points",
                field="points",
                value=self.points,
            )
        object.__setattr__(self, "points", points)
        text("note", self.note, longest=2000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """The capacity of one team in one iteration, explained.

    ``points`` is what counts, ``calculated`` what the rule says (they differ only under an override),
    ``committable`` what committed work may use and ``buffer`` the rest, all in points. ``person_days`` is
    the sum over ``people``, all who are in the team on at least one day; ``past`` holds the completed
    iterations the velocity was taken from.
    """

    iteration: str
    is_ip: bool
    rule: CapacityRule
    points: Decimal
    calculated: Decimal
    buffer_percent: Decimal
    committable: Decimal
    buffer: Decimal
    person_days: Decimal
    people: tuple[PersonDays, ...]
    past: tuple[PastIteration, ...]
    points_per_person: Decimal
    note: str = ""

    def sentences(self) -> tuple[str, ...]:
        """The calculation in words, one step a sentence, for whoever asks where the number comes from."""
        return (*map(_person_sentence, self.people), self._rule_sentence(), *self._after())

    def _rule_sentence(self) -> str:
        days = plain(self.person_days)
        if self.past:
            done = plain(sum((past.points for past in self.past), Decimal(0)))
            then = plain(sum((past.person_days for past in self.past), Decimal(0)))
            return (
                f"{plain(self.calculated)} points by velocity: {done} points in {then} person-days over "
                f"{', '.join(past.name for past in self.past)}, times {days} person-days now."
            )
        if not self.people:
            return "0 points: nobody is in the team yet. Add its members, or set a capacity with a note."
        return (
            f"{plain(self.calculated)} points by the starting rule: {days} person-days times "
            f"{plain(self.points_per_person)} points a full-time person per {STARTING_DAYS} working days."
        )

    def _after(self) -> tuple[str, ...]:
        said = []
        if self.rule is CapacityRule.OVERRIDE:
            said.append(f"Set to {plain(self.points)} points by hand: {self.note}")
        if self.is_ip:
            said.append("The IP iteration takes no committed feature work, so 0 points may be committed.")
        else:
            said.append(
                f"{plain(self.committable)} points may be committed; {plain(self.buffer)} stay as buffer "
                f"({plain(self.buffer_percent)} %)."
            )
        return tuple(said)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """The load of a team in an iteration held against its capacity; everything in points, never negative.

    ``buffer_used`` is the part of the buffer the load stands in, ``over_capacity`` what is beyond that too,
    and ``over_committable`` the two together. In the IP iteration, which has no buffer, a load that fits is
    neither.
    """

    load: Decimal
    capacity: Decimal
    committable: Decimal
    buffer_used: Decimal
    over_committable: Decimal
    over_capacity: Decimal


def team_capacity(
    *,
    members: Sequence[Member],
    iteration: IterationPlan,
    buffer_percent: Number = 20,
    closures: Sequence[Closure] = (),
    history: Sequence[PastIteration] = (),
    override: Override | None = None,
    points_per_person: Number = STARTING_POINTS,
) -> Capacity:
    """The capacity of a team in ``iteration``, by the rule at the head of this module.

    ``history`` holds the team's completed iterations, the oldest first. ``buffer_percent`` runs from 0 to
    100, ``points_per_person`` is for ten working days. Raises Invalid when either is out of its bounds.
    """
    percent = amount("buffer_percent", buffer_percent, 0, 100, "per cent")
    per_person = amount("points_per_person", points_per_person, 0, 1000, "points")
    here = (member for member in members if member.belongs_within(iteration.interval))
    people = tuple(person_days(member, iteration.interval, closures) for member in here)
    days = sum((person.days for person in people), Decimal(0))
    past = _usable(history) if people else ()
    calculated = _by_velocity(past, days) if past else round_points(days * per_person / STARTING_DAYS)
    points = calculated if override is None else override.points
    committable = Decimal(0) if iteration.is_ip else round_points(points * (100 - percent) / 100)
    return Capacity(
        iteration=iteration.name,
        is_ip=iteration.is_ip,
        rule=_rule(override=override is not None, past=bool(past), people=bool(people)),
        points=points,
        calculated=calculated,
        buffer_percent=percent,
        committable=committable,
        buffer=Decimal(0) if iteration.is_ip else points - committable,
        person_days=days,
        people=people,
        past=past,
        points_per_person=per_person,
        note="" if override is None else override.note,
    )


def person_days(member: Member, interval: Interval, closures: Sequence[Closure] = ()) -> PersonDays:
    """What ``member`` brings to the team within ``interval``, with every working day that was taken off."""
    shut, away = _closed_days(closures, interval), _away_days(member, interval)
    working = [day for day in interval if day.weekday() not in member.weekend]
    lost: dict[tuple[Reason, str], list[date]] = {}
    for day in working:
        if not member.belongs_on(day):
            lost.setdefault((Reason.NOT_IN_TEAM, ""), []).append(day)
        elif day in member.holidays:
            lost.setdefault((Reason.HOLIDAY, member.holidays[day]), []).append(day)
        elif day in shut:
            lost.setdefault((Reason.CLOSURE, shut[day]), []).append(day)
        elif day in away:
            lost.setdefault(away[day], []).append(day)
    present = len(working) - sum(map(len, lost.values()))
    return PersonDays(
        person=member.person,
        name=member.name,
        working_days=len(working),
        taken_off=tuple(
            Deduction(reason=reason, label=label, days=tuple(days)) for (reason, label), days in lost.items()
        ),
        present_days=present,
        share_percent=member.share_percent,
        days=Decimal(present * member.share_percent) / 100,
    )


def available_days(members: Sequence[Member], interval: Interval, closures: Sequence[Closure] = ()) -> Decimal:
    """Person-days of a whole team within ``interval``: how a past iteration's availability is found."""
    return sum((person_days(member, interval, closures).days for member in members), Decimal(0))


def weigh(load: Number, capacity: Capacity) -> Cell:
    """Hold ``load``, in points, against ``capacity``. Raises Invalid for a negative load."""
    carried = amount("load", load, 0, MOST_POINTS, "points")
    over = max(carried - capacity.points, Decimal(0))
    used = min(max(carried - capacity.committable, Decimal(0)), capacity.buffer)
    return Cell(
        load=carried,
        capacity=capacity.points,
        committable=capacity.committable,
        buffer_used=used,
        over_committable=used + over,
        over_capacity=over,
    )


def round_points(points: Decimal) -> Decimal:
    """Down to the next half point."""
    return (points * 2).to_integral_value(ROUND_FLOOR) * HALF


def plain(number: Number) -> str:
    """A number as people write it: 16, 7.5."""
    return f"{Decimal(str(number)).normalize():f}"


def _usable(history: Sequence[PastIteration]) -> tuple[PastIteration, ...]:
    telling = [past for past in history if not past.is_ip and past.person_days > 0]
    return tuple(telling[-MOST_PAST:]) if len(telling) >= FEWEST_PAST else ()


def _by_velocity(past: Sequence[PastIteration], days: Decimal) -> Decimal:
    completed = sum(Fraction(one.points) for one in past)
    available = sum(Fraction(one.person_days) for one in past)
    halves = completed / available * Fraction(days) * 2
    return Decimal(halves.__floor__()) * HALF


def _rule(*, override: bool, past: bool, people: bool) -> CapacityRule:
    if override:
        return CapacityRule.OVERRIDE
    if past:
        return CapacityRule.VELOCITY
    return CapacityRule.STARTING if people else CapacityRule.NO_PEOPLE


def _closed_days(closures: Sequence[Closure], interval: Interval) -> dict[date, str]:
    return {day: closure.name for closure in closures for day in closure.interval.common(interval) or ()}


def _away_days(member: Member, interval: Interval) -> dict[date, tuple[Reason, str]]:
    """Absence before training where the two overlap, so that the order of entry cannot matter."""
    days: dict[date, tuple[Reason, str]] = {}
    for away in sorted(member.away, key=lambda one: one.reason is AwayReason.TRAINING):
        reason = Reason.TRAINING if away.reason is AwayReason.TRAINING else Reason.ABSENCE
        for day in away.interval.common(interval) or ():
            days.setdefault(day, (reason, away.note))
    return days


def _person_sentence(person: PersonDays) -> str:
    parts = [
        f"{len(lost.days)} {lost.reason}" + (f" ({lost.label})" if lost.label else "") for lost in person.taken_off
    ]
    less = f" less {', '.join(parts)}" if parts else ""
    share = f", at {person.share_percent} %" if person.share_percent < 100 else ""
    days = f"{plain(person.days)} person-days"
    return f"{person.name}: {days} = {person.working_days} working days{less}{share}."
