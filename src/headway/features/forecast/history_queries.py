"""What the train did so far: points done in iterations that are over, promises kept by others, features landed.

The journal says when a story was done. What came in from a file already done counts in the iteration it stood in.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from headway.engine.forecast import PastItem, PastIteration
from headway.engine.rules.capacity import CapacityRule
from headway.features.capacity.queries import Cell, Place, Table, capacity_table
from headway.features.forecast.policies import IP_SHARE, require_view
from headway.kit.access import Actor
from headway.store.models import Dependency, Entry, Increment, Iteration, Story, Target, Train

MOST_PAST = 24
"""Iterations looked back on; what is older says little about the teams of today."""


class Stretch(NamedTuple):
    """An iteration in the calendar of the train."""

    id: int
    pi_id: int
    pi_number: int
    pi_name: str
    name: str
    starts_on: date
    ends_on: date
    is_ip: bool


class Finished(NamedTuple):
    """A story that is done: by whom, how large, in which iteration, and whether it was written after its start."""

    team_id: int
    points: float
    iteration_id: int
    unplanned: bool


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """All iterations of a train in their order, and the day it is."""

    train: Train
    today: date
    stretches: tuple[Stretch, ...]

    @cached_property
    def index(self) -> Mapping[int, int]:
        """Place of each iteration by its id."""
        return {each.id: place for place, each in enumerate(self.stretches)}

    @cached_property
    def _starts(self) -> list[date]:
        return [each.starts_on for each in self.stretches]

    def at(self, day: date) -> Stretch | None:
        """The iteration that holds a day."""
        place = bisect_right(self._starts, day) - 1
        return self.stretches[place] if place >= 0 and day <= self.stretches[place].ends_on else None

    def ahead(self, pi_id: int) -> list[Stretch]:
        """The iterations of a PI that are not over."""
        return [each for each in self.stretches if each.pi_id == pi_id and each.ends_on >= self.today]

    @cached_property
    def past(self) -> list[Stretch]:
        """The latest iterations that are over, the oldest first, IP iterations among them."""
        return [each for each in self.stretches if each.ends_on < self.today][-MOST_PAST:]


@dataclass(frozen=True, kw_only=True)
class PastRow:
    """One finished iteration of a team, for whoever asks where a pace comes from; all in points."""

    iteration: Stretch
    completed: float
    available: float
    unplanned: float


@dataclass(frozen=True, kw_only=True)
class Record:
    """What each team did and what it has ahead, measured alike. By team id, the oldest first."""

    rows: Mapping[int, tuple[PastRow, ...]] = field(default_factory=dict)
    capacity: Mapping[Place, float] = field(default_factory=dict)
    ip_share: float = IP_SHARE
    ip_seen: int = 0

    def history(self, team_id: int) -> tuple[PastIteration, ...]:
        """The team's past as the engine takes it."""
        return tuple(
            PastIteration(completed=row.completed, available=row.available, unplanned=min(row.unplanned, row.completed))
            for row in self.rows.get(team_id, ())
        )


def calendar_of(actor: Actor, train: Train, today: date) -> Calendar:
    """The iterations of the train, one query."""
    require_view(actor)
    rows = Iteration.objects.filter(train=train).order_by("starts_on", "pi__number", "number")
    columns = ("pk", "pi_id", "pi__number", "pi__name", "name", "starts_on", "ends_on", "is_ip")
    return Calendar(train=train, today=today, stretches=tuple(Stretch(*row) for row in rows.values_list(*columns)))


def record_of(actor: Actor, calendar: Calendar, pi: Increment, team_ids: Sequence[int]) -> Record:
    """What the teams completed in past iterations, and what they have in those left of ``pi``.

    Both are measured at the same rate, the points a person-day brings by the capacity rule of today: so a past
    iteration with half the people counts half, and a rule that has learned does not look like a pace that changed.
    """
    require_view(actor)
    past = [each for each in calendar.past if not each.is_ip]
    tables = {pi.pk: capacity_table(actor, pi)}
    for each in Increment.objects.filter(train=calendar.train, pk__in={each.pi_id for each in calendar.past}):
        tables.setdefault(each.pk, capacity_table(actor, each))
    ahead = calendar.ahead(pi.pk)
    done = finished(actor, calendar)
    measured = _Measured(calendar, tables, pi, ahead, done)
    rows = {team_id: measured.rows(team_id, past) for team_id in team_ids}
    capacity = {(team_id, each.id): measured.ahead(team_id, each) for team_id in team_ids for each in ahead}
    share, seen = measured.ip_share(team_ids)
    return Record(rows=rows, capacity=capacity, ip_share=share, ip_seen=seen)


def finished(actor: Actor, calendar: Calendar) -> list[Finished]:
    """Every story that is done, in the iteration it was done in."""
    require_view(actor)
    zone = ZoneInfo(calendar.train.time_zone)
    mine = Entry.objects.filter(train=calendar.train, kind="story")
    done_at = dict(
        mine.filter(after__state="done", before__has_key="state").order_by("number").values_list("subject_id", "at")
    )
    born_at = dict(mine.filter(verb="story.created").values_list("subject_id", "at"))
    rows = Story.objects.filter(train=calendar.train, state=Story.State.DONE, team_id__isnull=False)
    found = []
    for pk, team_id, points, iteration_id in rows.values_list("pk", "team_id", "points", "iteration_id"):
        there: Stretch | None = None
        if pk in done_at:
            there = calendar.at(done_at[pk].astimezone(zone).date())
        elif iteration_id is not None:
            there = calendar.stretches[calendar.index[iteration_id]]
        if there is not None and team_id is not None:
            unplanned = pk in born_at and born_at[pk].astimezone(zone).date() > there.starts_on
            found.append(Finished(team_id, points or 0.0, there.id, unplanned and pk in done_at))
    return found


class _Measured:
    """Points done and points available, at each team's rate of today."""

    def __init__(
        self,
        calendar: Calendar,
        tables: Mapping[int, Table],
        pi: Increment,
        ahead: Sequence[Stretch],
        done: Iterable[Finished],
    ) -> None:
        self._calendar, self._tables, self._pi = calendar, tables, pi
        self._completed: dict[Place, float] = defaultdict(float)
        self._unplanned: dict[Place, float] = defaultdict(float)
        for each in done:
            self._completed[each.team_id, each.iteration_id] += each.points
            self._unplanned[each.team_id, each.iteration_id] += each.points * each.unplanned
        self._ahead = ahead
        self._planned = {
            (team_id, iteration_id)
            for team_id, iteration_id in Story.objects.filter(train=calendar.train, iteration_id__isnull=False)
            .order_by()
            .values_list("team_id", "iteration_id")
            .distinct()
            if team_id is not None
        }

    def rows(self, team_id: int, past: Sequence[Stretch]) -> tuple[PastRow, ...]:
        """The team's past; an iteration in which it had and did nothing was not planned here, and says nothing."""
        told = [each for each in past if (team_id, each.id) in self._planned or self._completed[team_id, each.id]]
        usual = self._usual(team_id, told)
        found = []
        for each in told:
            available = self._points(team_id, each) or usual
            if available > 0:
                place = (team_id, each.id)
                found.append(
                    PastRow(
                        iteration=each,
                        completed=self._completed[place],
                        available=round(available, 2),
                        unplanned=self._unplanned[place],
                    )
                )
        return tuple(found)

    def ahead(self, team_id: int, iteration: Stretch) -> float:
        """The points a team has in an iteration left; of the one under way, what is left of it."""
        cell = self._cell(team_id, iteration)
        points = float(cell.points) if cell is not None else 0.0
        if not points and not self._has_people(team_id):
            points = self._usual(team_id, [each for each in self._calendar.past if not each.is_ip])
        return round(points * _left(iteration, self._calendar.today), 2)

    def ip_share(self, team_ids: Sequence[int]) -> tuple[float, int]:
        """The part of their capacity that teams gave to unfinished work in past IP iterations, and how many those were.

        One in which nobody finished anything says nothing: perhaps nothing was left.
        """
        done = room = 0.0
        seen = set()
        for each in self._calendar.past:
            here = sum(self._completed[team_id, each.id] for team_id in team_ids) if each.is_ip else 0.0
            if here:
                seen.add(each.id)
                done += here
                room += sum(self._points(team_id, each) for team_id in team_ids)
        return (min(1.0, round(done / room, 3)), len(seen)) if room else (IP_SHARE, 0)

    def _points(self, team_id: int, iteration: Stretch) -> float:
        cell = self._cell(team_id, iteration)
        if cell is None:
            return 0.0
        by_rule = float(cell.capacity.person_days) * self._rate(team_id)
        calculated = float(cell.capacity.calculated)
        if cell.capacity.rule is CapacityRule.OVERRIDE:
            return by_rule * float(cell.points) / calculated if calculated else float(cell.points)
        return by_rule

    def _rate(self, team_id: int) -> float:
        cells = [cell for each in self._ahead if (cell := self._cell(team_id, each)) is not None]
        days = sum(float(cell.capacity.person_days) for cell in cells)
        return sum(float(cell.capacity.calculated) for cell in cells) / days if days else 0.0

    def _usual(self, team_id: int, told: Sequence[Stretch]) -> float:
        """What an iteration counts whose people are not known: the team's mean, so that it is 100 % on average."""
        cells = [cell for each in self._ahead if (cell := self._cell(team_id, each)) is not None]
        known = [float(cell.points) for cell in cells if cell.points]
        if known:
            return sum(known) / len(known)
        done = [self._completed[team_id, each.id] for each in told]
        return sum(done) / len(done) if done else 0.0

    def _has_people(self, team_id: int) -> bool:
        return any(
            cell.capacity.people or cell.capacity.rule is CapacityRule.OVERRIDE
            for each in self._ahead
            if (cell := self._cell(team_id, each)) is not None
        )

    def _cell(self, team_id: int, iteration: Stretch) -> Cell | None:
        return self._tables.get(iteration.pi_id, {}).get((team_id, iteration.id))


def _left(iteration: Stretch, today: date) -> float:
    """The part of the iteration's weekdays from today on."""
    if today <= iteration.starts_on:
        return 1.0
    whole = _weekdays(iteration.starts_on, iteration.ends_on)
    return _weekdays(today, iteration.ends_on) / whole if whole else 0.0


def _weekdays(first: date, last: date) -> int:
    days = (last - first).days + 1
    whole, rest = divmod(days, 7)
    return whole * 5 + sum((first.weekday() + offset) % 7 < 5 for offset in range(rest))


def lateness(actor: Actor, calendar: Calendar) -> dict[int, list[int]]:
    """By provider's team id: how many iterations after the promise each past delivery came (negative: before it)."""
    require_view(actor)
    zone = ZoneInfo(calendar.train.time_zone)
    delivered: dict[int, datetime] = {}
    entries = Entry.objects.filter(train=calendar.train, kind="dependency", after__state="delivered")
    for subject_id, at in entries.filter(before__has_key="state").order_by("number").values_list("subject_id", "at"):
        delivered.setdefault(subject_id, at)
    rows = Dependency.objects.filter(train=calendar.train, pk__in=delivered)
    found: dict[int, list[int]] = defaultdict(list)
    for pk, provider, promised, needed in rows.values_list(
        "pk", "provider_team_id", "committed_by_id", "needed_by_id"
    ).order_by("number"):
        there = calendar.at(delivered[pk].astimezone(zone).date())
        place = calendar.index.get(promised or needed or 0)
        if there is not None and place is not None:
            found[provider].append(max(-100, min(100, calendar.index[there.id] - place)))
    return found


def past_features(actor: Actor, calendar: Calendar, names: Mapping[int, str]) -> tuple[PastItem, ...]:
    """Features that were planned into a PI which is closed by now, and whether they landed in it."""
    require_view(actor)
    closed = Target.objects.filter(train=calendar.train, pi__state=Increment.State.CLOSED, planned=True)
    targets = list(
        closed.exclude(outcome=Target.Outcome.DROPPED)
        .order_by("pi__number", "pk")
        .values_list("feature_id", "pi_id", "outcome", "feature__team_id", "feature__size")
    )
    work = _work_of({each[0] for each in targets})
    found = []
    for feature_id, pi_id, outcome, team_id, size in targets:
        stories = [each for each in work.get(feature_id, ()) if each.pi_id == pi_id]
        team = names.get(team_id or _largest(stories) or 0)
        points = sum(each.points for each in stories) or size
        if team and points and (outcome or stories):
            landed = outcome == Target.Outcome.LANDED if outcome else all(each.done for each in stories)
            found.append(PastItem(team=team, points=points, landed=landed))
    return tuple(found)


class _Work(NamedTuple):
    pi_id: int | None
    team_id: int | None
    points: float
    done: bool


def _work_of(feature_ids: Iterable[int]) -> dict[int, list[_Work]]:
    rows = Story.objects.filter(feature_id__in=set(feature_ids))
    found: dict[int, list[_Work]] = defaultdict(list)
    for feature_id, pi_id, team_id, points, state in rows.values_list(
        "feature_id", "pi_id", "team_id", "points", "state"
    ):
        if feature_id is not None:
            found[feature_id].append(_Work(pi_id, team_id, points or 0.0, state == Story.State.DONE))
    return found


def _largest(stories: Sequence[_Work]) -> int | None:
    """The team that does most of it."""
    points: dict[int, float] = defaultdict(float)
    for each in stories:
        if each.team_id is not None:
            points[each.team_id] += each.points
    return max(points, key=lambda team_id: (points[team_id], -team_id)) if points else None
