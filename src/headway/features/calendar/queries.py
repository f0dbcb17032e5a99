"""Reading the calendar: PIs with their iterations, milestones, closures, public holidays, and how PIs went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Prefetch, Q

from headway.engine.errors import Missing
from headway.engine.values.cadence import Cadence, IncrementPlan, generate_increment
from headway.features.calendar.policies import check_date, next_state
from headway.features.calendar.public_holidays import holidays_between, place_name, silent_years
from headway.kit import clock
from headway.kit.access import Actor, Permission, require
from headway.store.models import Closure, Increment, Iteration, Milestone, Person, Target, Train

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of the features aimed at a PI.

    ``planned`` counts those in the plan; ``landed``, ``missed`` and ``dropped`` are parts of it, as is ``open``, of
    which nothing is known yet. ``unplanned`` are aimed at the PI but not in its plan; ``unplanned_landed`` landed.
    """

    planned: int = 0
    landed: int = 0
    missed: int = 0
    dropped: int = 0
    unplanned: int = 0
    unplanned_landed: int = 0

    @property
    def open(self) -> int:
        return self.planned - self.landed - self.missed - self.dropped

    @property
    def unplanned_words(self) -> str:
        return f"of {self.unplanned} landed"

    @property
    def is_known(self) -> bool:
        """Whether there is any outcome at all."""
        return bool(self.landed or self.missed or self.dropped or self.unplanned_landed)

    @property
    def predictability(self) -> float | None:
        """Planned features that landed, as per cent of those planned; None while one of them is open."""
        return 100 * self.landed / self.planned if self.planned and not self.open else None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncrementLine:
    """A PI in the list."""

    pi: Increment
    iterations: list[Iteration]
    outcomes: Outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A public holiday: where, and for how many people of the train."""

    on: date
    name: str
    places: list[str]
    people: int

    @property
    def is_weekend(self) -> bool:
        return self.on.weekday() >= 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A place and years for which no public holidays are known."""

    place: str
    years: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """The whole calendar; PIs newest first."""

    lines: list[IncrementLine]
    milestones: list[Milestone]
    closures: list[Closure]
    places: list[tuple[str, int]]
    silences: list[Silence]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncrementPage:
    """One PI with all that happens in it."""

    pi: Increment
    iterations: list[Iteration]
    milestones: list[Milestone]
    closures: list[Closure]
    holidays: list[Holiday]
    silences: list[Silence]
    outcomes: Outcomes
    targets: list[Target] = field(default_factory=list)
    following: Increment.State | None = None


def calendar_page(actor: Actor) -> CalendarPage:
    """Everything on the calendar page."""
    require(actor, Permission.VIEW_TRAIN)
    iterations = Prefetch("iterations", queryset=Iteration.objects.order_by("number"))
    increments = list(
        Increment.objects.filter(train_id=actor.train_id).prefetch_related(iterations).order_by("-number")
    )
    outcomes = _outcomes(actor)
    places = _places(actor)
    years = {day.year for pi in increments for day in (pi.starts_on, pi.ends_on)}
    return CalendarPage(
        lines=[
            IncrementLine(pi=pi, iterations=list(pi.iterations.all()), outcomes=outcomes.get(pi.pk, Outcomes()))
            for pi in increments
        ],
        milestones=list(Milestone.objects.filter(train_id=actor.train_id).select_related("pi")),
        closures=list(Closure.objects.filter(train_id=actor.train_id)),
        places=[(place_name(*place) if place[0] else "no country", count) for place, count in places.items()],
        silences=_silences(places, years),
    )


def find_increment(actor: Actor, number: int) -> Increment:
    """The PI with this number.

    Raises:
        Missing: the train has none.
    """
    require(actor, Permission.VIEW_TRAIN)
    pi = Increment.objects.filter(train_id=actor.train_id, number=number).first()
    if pi is None:
        raise Missing(f"There is no PI {number} on this train.", code="pi_missing", field="pi", value=number)
    return pi


def increment_page(actor: Actor, number: int) -> IncrementPage:
    """One PI: iterations, milestones, days off, what was aimed for and what became of it."""
    pi = find_increment(actor, number)
    places = _places(actor)
    targets = Target.objects.filter(pi=pi).select_related("feature", "feature__team", "iteration")
    found = sorted(targets, key=lambda each: (not each.planned, each.outcome, each.feature.rank, each.feature.number))
    return IncrementPage(
        pi=pi,
        iterations=list(Iteration.objects.filter(pi=pi).order_by("number")),
        milestones=list(Milestone.objects.filter(train_id=actor.train_id, on__range=(pi.starts_on, pi.ends_on))),
        closures=list(
            Closure.objects.filter(train_id=actor.train_id, starts_on__lte=pi.ends_on, ends_on__gte=pi.starts_on)
        ),
        holidays=_holidays(places, pi.starts_on, pi.ends_on),
        silences=_silences(places, range(pi.starts_on.year, pi.ends_on.year + 1)),
        outcomes=_count(found),
        targets=found,
        following=next_state(pi),
    )


def history(actor: Actor) -> list[tuple[Increment, Outcomes]]:
    """How the PIs went of which outcomes are known, oldest first."""
    require(actor, Permission.VIEW_TRAIN)
    outcomes = _outcomes(actor)
    increments = Increment.objects.filter(train_id=actor.train_id, pk__in=outcomes).order_by("number")
    return [(pi, outcomes[pi.pk]) for pi in increments if outcomes[pi.pk].is_known]


def next_increment(actor: Actor) -> dict[str, int | date]:
    """What the next PI would be by the cadence: its number, first day, and how it is cut."""
    require(actor, Permission.VIEW_TRAIN)
    train = Train.objects.get(pk=actor.train_id)
    last = Increment.objects.filter(train=train).order_by("-ends_on").first()
    today = clock.today(train.time_zone)
    newest = Increment.objects.filter(train=train).order_by("-number").values_list("number", flat=True).first()
    starts_on = _weekday_from(last.ends_on + ONE_DAY, last.starts_on.weekday()) if last else _weekday_from(today, 0)
    return {
        "number": (newest or 0) + 1,
        "starts_on": starts_on,
        "iterations": train.iterations_per_pi,
        "iteration_weeks": train.iteration_weeks,
        "ip_weeks": train.ip_weeks,
        "buffer_percent": train.buffer_percent,
    }


def preview_increment(
    actor: Actor, *, number: int, starts_on: date, iterations: int, iteration_weeks: int, ip_weeks: int
) -> IncrementPlan:
    """The PI these values would make.

    Raises:
        Invalid: one of them is out of its bounds.
    """
    require(actor, Permission.VIEW_TRAIN)
    check_date("starts_on", starts_on)
    cadence = Cadence(iteration_weeks=iteration_weeks, iterations=iterations, ip_weeks=ip_weeks)
    return generate_increment(cadence, starts_on, number)


def find_iteration(actor: Actor, iteration_id: int) -> Iteration:
    """One iteration, with its PI."""
    require(actor, Permission.VIEW_TRAIN)
    row = Iteration.objects.filter(train_id=actor.train_id, pk=iteration_id).select_related("pi").first()
    if row is None:
        raise Missing(f"There is no iteration {iteration_id} on this train.", code="iteration_missing")
    return row


def find_milestone(actor: Actor, milestone_id: int) -> Milestone:
    """One milestone."""
    require(actor, Permission.VIEW_TRAIN)
    row = Milestone.objects.filter(train_id=actor.train_id, pk=milestone_id).first()
    if row is None:
        raise Missing(f"There is no milestone {milestone_id} on this train.", code="milestone_missing")
    return row


def find_closure(actor: Actor, closure_id: int) -> Closure:
    """One closure."""
    require(actor, Permission.VIEW_TRAIN)
    row = Closure.objects.filter(train_id=actor.train_id, pk=closure_id).first()
    if row is None:
        raise Missing(f"There is no closure {closure_id} on this train.", code="closure_missing")
    return row


Places = dict[tuple[str, str], int]
"""Country and region, and how many people of the train have its public holidays."""


def _places(actor: Actor) -> Places:
    train = Train.objects.only("country", "region").get(pk=actor.train_id)
    counts: Places = defaultdict(int)
    rows = Person.objects.filter(train_id=actor.train_id).order_by().values_list("country", "region")
    for country, region, people in rows.annotate(people=Count("pk")):
        counts[(country, region) if country else (train.country, train.region)] += people
    return dict(sorted(counts.items(), key=lambda each: -each[1]))


def _holidays(places: Places, first: date, last: date) -> list[Holiday]:
    found: dict[tuple[date, str], list[tuple[str, int]]] = defaultdict(list)
    for place, people in places.items():
        for day, name in holidays_between(*place, first.year, last.year).items():
            if first <= day <= last:
                found[day, name].append((place_name(*place), people))
    return [
        Holiday(on=day, name=name, places=[place for place, _ in where], people=sum(count for _, count in where))
        for (day, name), where in sorted(found.items())
    ]


def _silences(places: Places, years: Iterable[int]) -> list[Silence]:
    countries = {country for country, _ in places if country}
    wanted = list(years)
    return [
        Silence(place=place_name(country, ""), years=silent)
        for country in sorted(countries)
        if (silent := silent_years(country, wanted))
    ]


def _outcomes(actor: Actor) -> dict[int, Outcomes]:
    rows = (
        Target.objects.filter(train_id=actor.train_id)
        .order_by()
        .values("pi_id")
        .annotate(
            planned_count=Count("pk", filter=Q(planned=True)),
            landed=Count("pk", filter=Q(planned=True, outcome=Target.Outcome.LANDED)),
            missed=Count("pk", filter=Q(planned=True, outcome=Target.Outcome.MISSED)),
            dropped=Count("pk", filter=Q(planned=True, outcome=Target.Outcome.DROPPED)),
            unplanned=Count("pk", filter=Q(planned=False)),
            unplanned_landed=Count("pk", filter=Q(planned=False, outcome=Target.Outcome.LANDED)),
        )
    )
    return {
        row.pop("pi_id"): Outcomes(planned=row.pop("planned_count"), **row)  # type: ignore[misc]  # counts by name
        for row in rows
    }


def _count(targets: Sequence[Target]) -> Outcomes:
    planned = [each.outcome for each in targets if each.planned]
    unplanned = [each.outcome for each in targets if not each.planned]
    return Outcomes(
        planned=len(planned),
        landed=planned.count(Target.Outcome.LANDED),
        missed=planned.count(Target.Outcome.MISSED),
        dropped=planned.count(Target.Outcome.DROPPED),
        unplanned=len(unplanned),
        unplanned_landed=unplanned.count(Target.Outcome.LANDED),
    )


def _weekday_from(day: date, weekday: int) -> date:
    """The first day from ``day`` on with this weekday, Monday being 0."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)
