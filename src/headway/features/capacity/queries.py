"""Reading capacity: the whole table of a PI at once, since the board asks for all of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, Sum

from headway.engine.errors import Missing
from headway.engine.rules.capacity import (
    MOST_PAST,
    Capacity,
    Override,
    PastIteration,
    available_days,
    team_capacity,
    weigh,
)
from headway.engine.rules.capacity import Cell as Weight
from headway.engine.rules.hints import Finding, cell_findings
from headway.engine.values.cadence import IterationPlan
from headway.engine.values.interval import Interval
from headway.engine.values.team import Away, AwayReason, Closure, Member
from headway.features.calendar.public_holidays import holidays_between
from headway.kit import clock
from headway.kit.access import Actor, Permission, require
from headway.store import models as store
from headway.store.models import CapacityOverride, Increment, Iteration, Membership, Story, Team, Train, WorkType

Place = tuple[int, int]
"""A team's id and an iteration's id."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One team in one iteration: what is placed there, and what fits.

    All in points: ``load`` is the sum of the stories placed in the cell, ``feature_load`` the part of it that
    belongs to a feature and is no enabler, ``points`` the capacity and ``committable`` the capacity less the buffer.
    """

    team_id: int
    iteration_id: int
    load: Decimal
    feature_load: Decimal
    capacity: Capacity

    @property
    def points(self) -> Decimal:
        return self.capacity.points

    @property
    def committable(self) -> Decimal:
        return self.capacity.committable

    @property
    def weight(self) -> Weight:
        """The load held against the capacity."""
        return weigh(self.load, self.capacity)

    @property
    def is_full(self) -> bool:
        """Whether more is placed here than may be committed (in the IP iteration: than fits at all)."""
        return self.weight.over_capacity > 0 if self.capacity.is_ip else self.weight.over_committable > 0


Table = Mapping[Place, Cell]

_tables: dict[tuple[int, int, int, date], Table] = {}
_KEPT_TABLES = 32


def capacity_table(actor: Actor, pi: Increment) -> Table:
    """Load and capacity of every own team in every iteration of a PI, by (team id, iteration id).

    Always the same number of queries. A table is kept until anything on the train changes or the day does;
    inside a transaction it is neither kept nor taken from what is kept, since that may be rolled back.
    """
    require(actor, Permission.VIEW_TRAIN)
    train = Train.objects.get(pk=actor.train_id)
    today = clock.today(train.time_zone)
    key = (train.pk, train.seq, pi.pk, today)
    if connection.in_atomic_block:
        return _compute(train, pi, today)
    if key not in _tables:
        table = _compute(train, pi, today)
        while len(_tables) >= _KEPT_TABLES:
            _tables.pop(next(iter(_tables)), None)
        _tables[key] = table
    return _tables[key]


def _compute(train: Train, pi: Increment, today: date) -> Table:
    iterations = _iterations(train)
    shown = [each for each in iterations if each.pi_id == pi.pk]
    if not shown:
        return MappingProxyType({})
    past = _past(iterations, shown, today)
    span = _span([*shown, *past])
    teams = list(Team.objects.filter(train=train, external=False).values_list("pk", flat=True))
    crews = _crews(train, span)
    closures = _closures(train, span)
    overrides = _overrides(train, pi)
    sums = _sums(train, [each.pk for each in (*shown, *past)])
    per_person = Decimal(str(train.points_per_person))
    table: dict[Place, Cell] = {}
    for team_id in teams:
        crew = crews.get(team_id, _NOBODY)
        record = _record(team_id, crew, past, closures, sums)
        for iteration in shown:
            place = (team_id, iteration.pk)
            load = sums.get(place, _NOTHING)
            table[place] = Cell(
                team_id,
                iteration.pk,
                load.points,
                load.feature_points,
                _capacity(
                    crew,
                    iteration=iteration.plan,
                    buffer_percent=pi.buffer_percent,
                    closures=closures,
                    history=tuple(done for ends_on, done in record if ends_on < iteration.starts_on)[-MOST_PAST:],
                    override=overrides.get(place),
                    points_per_person=per_person,
                ),
            )
    return MappingProxyType(table)


@dataclass(frozen=True, eq=False, slots=True)
class _Crew:
    """The members of a team; the same rows of the store give the very same crew, so it is compared by identity."""

    members: tuple[Member, ...]


_NOBODY = _Crew(())


# The same people, days and rule give the same capacity, so after a card has moved (which changes nothing of
# them) the whole table is found here. All of these arguments are frozen and hashable, and cheap to hash.
@lru_cache(maxsize=4096)
def _capacity(
    crew: _Crew,
    *,
    iteration: IterationPlan,
    buffer_percent: int,
    closures: tuple[Closure, ...],
    history: tuple[PastIteration, ...],
    override: Override | None,
    points_per_person: Decimal,
) -> Capacity:
    return team_capacity(
        members=crew.members,
        iteration=iteration,
        buffer_percent=buffer_percent,
        closures=closures,
        history=history,
        override=override,
        points_per_person=points_per_person,
    )


@lru_cache(maxsize=4096)
def _available_days(crew: _Crew, interval: Interval, closures: tuple[Closure, ...]) -> Decimal:
    return available_days(crew.members, interval, closures)


class _Iteration(NamedTuple):
    pk: int
    pi_id: int
    name: str
    starts_on: date
    ends_on: date
    is_ip: bool
    pi_name: str

    @property
    def interval(self) -> Interval:
        return Interval(starts_on=self.starts_on, ends_on=self.ends_on)

    @property
    def plan(self) -> IterationPlan:
        """For the capacity rule, to which its place among the others does not matter.

        Imported PIs can have more iterations than a cadence generates, so the number is not handed on.
        """
        return IterationPlan(number=1, name=self.name, interval=self.interval, is_ip=self.is_ip)


class _Sum(NamedTuple):
    points: Decimal
    feature_points: Decimal
    done: Decimal


_NOTHING = _Sum(Decimal(0), Decimal(0), Decimal(0))


def _iterations(train: Train) -> list[_Iteration]:
    rows = Iteration.objects.filter(train=train).order_by("starts_on", "pk")
    columns = ("pk", "pi_id", "name", "starts_on", "ends_on", "is_ip", "pi__name")
    return [_Iteration(*row) for row in rows.values_list(*columns)]


def _past(iterations: Sequence[_Iteration], shown: Sequence[_Iteration], today: date) -> list[_Iteration]:
    """The iterations that can be history for one of ``shown``: over, and no IP; the oldest first."""
    last = max(each.starts_on for each in shown)
    over = [each for each in iterations if not each.is_ip and each.ends_on < min(today, last)]
    ids = {each.pk for each in shown}
    return over[-(MOST_PAST + sum(each.pk in ids for each in over)) :]


def _span(iterations: Iterable[_Iteration]) -> Interval:
    days = [(each.starts_on, each.ends_on) for each in iterations]
    return Interval(starts_on=min(first for first, _ in days), ends_on=max(last for _, last in days))


class _AwayRow(NamedTuple):
    starts_on: date
    ends_on: date
    reason: str
    note: str


class _MemberRow(NamedTuple):
    person_id: int
    name: str
    country: str
    region: str
    share: int
    starts_on: date | None
    ends_on: date | None
    away: tuple[_AwayRow, ...]


def _crews(train: Train, span: Interval) -> dict[int, _Crew]:
    """Who is in each team within ``span``; people who give a team 0 % of their time bring it no capacity."""
    away = _away(train, span)
    rows = (
        Membership.objects.filter(train=train, team__external=False, share__gt=0)
        .filter(Q(starts_on=None) | Q(starts_on__lte=span.ends_on))
        .filter(Q(ends_on=None) | Q(ends_on__gte=span.starts_on))
        .order_by("person__name", "pk")
        .values_list(
            "team_id", "person_id", "person__name", "person__country", "person__region", "share", "starts_on", "ends_on"
        )
    )
    members: dict[int, list[_MemberRow]] = defaultdict(list)
    for team_id, person_id, name, country, region, share, starts_on, ends_on in rows:
        absences = away.get(person_id, ())
        members[team_id].append(_MemberRow(person_id, name, country, region, share, starts_on, ends_on, absences))
    home = (train.country, train.region)
    years = (span.starts_on.year, span.ends_on.year)
    return {team_id: _crew(tuple(each), home, years) for team_id, each in members.items()}


@lru_cache(maxsize=1024)
def _crew(rows: tuple[_MemberRow, ...], home: tuple[str, str], years: tuple[int, int]) -> _Crew:
    """The members these rows tell of; ``home`` is the place of those without one of their own."""
    return _Crew(
        tuple(
            Member(
                person=str(row.person_id),
                name=row.name,
                starts_on=row.starts_on or date.min,
                ends_on=row.ends_on,
                share_percent=row.share,
                holidays=holidays_between(*((row.country, row.region) if row.country else home), *years),
                away=tuple(
                    Away(
                        interval=Interval(starts_on=each.starts_on, ends_on=each.ends_on),
                        reason=AwayReason(each.reason),
                        note=each.note,
                    )
                    for each in row.away
                ),
            )
            for row in rows
        )
    )


def _away(train: Train, span: Interval) -> dict[int, tuple[_AwayRow, ...]]:
    rows = store.Absence.objects.filter(train=train, starts_on__lte=span.ends_on, ends_on__gte=span.starts_on)
    away: dict[int, list[_AwayRow]] = defaultdict(list)
    for person_id, starts_on, ends_on, reason, note in rows.values_list(
        "person_id", "starts_on", "ends_on", "reason", "note"
    ):
        away[person_id].append(_AwayRow(starts_on, ends_on, reason, note))
    return {person_id: tuple(each) for person_id, each in away.items()}


def _closures(train: Train, span: Interval) -> tuple[Closure, ...]:
    rows = store.Closure.objects.filter(train=train, starts_on__lte=span.ends_on, ends_on__gte=span.starts_on)
    return tuple(
        Closure(interval=Interval(starts_on=starts_on, ends_on=ends_on), name=name)
        for name, starts_on, ends_on in rows.values_list("name", "starts_on", "ends_on")
    )


def _overrides(train: Train, pi: Increment) -> dict[Place, Override]:
    rows = CapacityOverride.objects.filter(train=train, iteration__pi=pi)
    return {
        (team_id, iteration_id): Override(points=Decimal(str(points)), note=note)
        for team_id, iteration_id, points, note in rows.values_list("team_id", "iteration_id", "points", "note")
    }


def _sums(train: Train, iteration_ids: Sequence[int]) -> dict[Place, _Sum]:
    rows = (
        Story.objects.filter(train=train, iteration_id__in=iteration_ids, team_id__isnull=False)
        .order_by()
        .values_list("team_id", "iteration_id")
        .annotate(
            load=Sum("points", default=0.0),
            feature_load=Sum("points", filter=Q(feature__isnull=False) & ~Q(type=WorkType.ENABLER), default=0.0),
            done=Sum("points", filter=Q(state=Story.State.DONE), default=0.0),
        )
    )
    return {
        (team_id, iteration_id): _Sum(*(Decimal(str(each)) for each in sums))
        for team_id, iteration_id, *sums in rows
        if team_id is not None and iteration_id is not None
    }


def _record(
    team_id: int,
    crew: _Crew,
    past: Sequence[_Iteration],
    closures: tuple[Closure, ...],
    sums: Mapping[Place, _Sum],
) -> list[tuple[date, PastIteration]]:
    """The team's iterations that are over, with the day each ended.

    An iteration in which the team had no story at all was not planned here, and says nothing about velocity.
    """
    return [
        (
            each.ends_on,
            PastIteration(
                name=f"{each.pi_name} {each.name}",
                points=sums[team_id, each.pk].done,
                person_days=_available_days(crew, each.interval, closures),
            ),
        )
        for each in past
        if (team_id, each.pk) in sums
    ]


class Column(NamedTuple):
    """An iteration as the head of a column, with the sums of the whole train."""

    id: int
    name: str
    starts_on: date
    ends_on: date
    is_ip: bool
    total: "Total"


class Total(NamedTuple):
    """Sums over cells, in points."""

    load: Decimal
    points: Decimal
    committable: Decimal


class TeamLine(NamedTuple):
    """A team's row."""

    id: int
    slug: str
    name: str
    cells: list[Cell]
    total: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """The capacity of a PI as rows and columns, and what stands out."""

    pi: Increment
    columns: list[Column]
    lines: list[TeamLine]
    total: Total
    findings: list[tuple[Cell, Finding]]
    full: int
    """How many cells hold more than may be committed; in the IP iteration, more than the capacity."""
    fullest: tuple[str, Cell] | None


def find_increment(actor: Actor, number: int | None = None) -> Increment | None:
    """The PI with this number; without one the PI that runs today, else the next, else the last.

    Raises:
        Missing: the train has no PI with this number.
    """
    require(actor, Permission.VIEW_TRAIN)
    increments = list(Increment.objects.filter(train_id=actor.train_id).select_related("train"))
    if number is not None:
        found = next((each for each in increments if each.number == number), None)
        if found is None:
            raise Missing(f"There is no PI {number} on this train.", code="pi_missing", field="pi", value=number)
        return found
    today = clock.today(increments[0].train.time_zone) if increments else clock.today()
    running = [each for each in increments if each.starts_on <= today <= each.ends_on]
    coming = [each for each in increments if each.starts_on > today]
    return next(iter(running or coming or increments[-1:]), None)


def heat_map(actor: Actor, pi: Increment) -> HeatMap:
    """The table of a PI by rows and columns; external parties have none."""
    table = capacity_table(actor, pi)
    teams = list(Team.objects.filter(train_id=actor.train_id, external=False))
    iterations = list(Iteration.objects.filter(train_id=actor.train_id, pi=pi).order_by("number"))
    lines = [
        TeamLine(team.pk, team.slug, team.name, cells, _total(cells))
        for team in teams
        if (cells := [table[team.pk, each.pk] for each in iterations])
    ]
    columns = [
        Column(
            each.pk,
            each.name,
            each.starts_on,
            each.ends_on,
            each.is_ip,
            _total([line.cells[index] for line in lines]),
        )
        for index, each in enumerate(iterations)
    ]
    names = {team.pk: team.name for team in teams}
    full = sorted(
        (cell for line in lines for cell in line.cells if cell.is_full),
        key=lambda cell: -cell.weight.over_committable,
    )
    return HeatMap(
        pi=pi,
        columns=columns,
        lines=lines,
        total=_total([cell for line in lines for cell in line.cells]),
        findings=_findings(names, table.values()),
        full=len(full),
        fullest=(names[full[0].team_id], full[0]) if full else None,
    )


def team_findings_in(actor: Actor, pi: Increment, team_ids: Iterable[int]) -> list[tuple[Cell, Finding]]:
    """What stands out in the cells of these teams: beyond capacity, standing in the buffer, features in the IP."""
    wanted = set(team_ids)
    names = dict(Team.objects.filter(train_id=actor.train_id, pk__in=wanted).values_list("pk", "name"))
    return _findings(names, (cell for cell in capacity_table(actor, pi).values() if cell.team_id in wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One cell with all that its side panel shows."""

    team: Team
    iteration: Iteration
    cell: Cell
    override: CapacityOverride | None
    findings: tuple[Finding, ...]


def explain_cell(actor: Actor, team: str, iteration_id: int) -> Explanation:
    """Where a cell's capacity comes from.

    Raises:
        Missing: there is no such team of our own, or no such iteration, on this train.
    """
    require(actor, Permission.VIEW_TRAIN)
    row = Team.objects.filter(train_id=actor.train_id, slug=team, external=False).first()
    iteration = Iteration.objects.filter(train_id=actor.train_id, pk=iteration_id).select_related("pi").first()
    if row is None or iteration is None:
        raise Missing(f"There is no team {team!r} with an iteration {iteration_id} on this train.", code="cell_missing")
    cell = capacity_table(actor, iteration.pi)[row.pk, iteration.pk]
    override = CapacityOverride.objects.filter(train_id=actor.train_id, team=row, iteration=iteration).first()
    return Explanation(
        team=row,
        iteration=iteration,
        cell=cell,
        override=override,
        findings=_cell_findings(row.name, cell),
    )


def _total(cells: Sequence[Cell]) -> Total:
    return Total(
        sum((cell.load for cell in cells), Decimal(0)),
        sum((cell.points for cell in cells), Decimal(0)),
        sum((cell.committable for cell in cells), Decimal(0)),
    )


def _findings(names: Mapping[int, str], cells: Iterable[Cell]) -> list[tuple[Cell, Finding]]:
    found = [(cell, finding) for cell in cells for finding in _cell_findings(names[cell.team_id], cell)]
    return sorted(found, key=lambda each: -each[0].weight.over_capacity)


def _cell_findings(team: str, cell: Cell) -> tuple[Finding, ...]:
    return cell_findings(
        team=team,
        iteration=cell.capacity.iteration,
        load=cell.load,
        capacity=cell.capacity,
        feature_load=cell.feature_load,
    )
