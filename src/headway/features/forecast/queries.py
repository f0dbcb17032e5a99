"""Reading kept forecasts: how one stands, what a page, a list or the board shows of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q

from headway.engine.errors import Missing
from headway.engine.forecast import FEW
from headway.features.capacity.queries import find_increment
from headway.features.forecast.policies import (
    ENOUGH_PAST,
    KIND,
    MATTERS,
    MOST_CHANGES,
    MOST_SHOWN,
    QUIET_SECONDS,
    SURE,
    VERSION,
    matters,
    require_view,
)
from headway.kit import clock
from headway.kit.access import Actor
from headway.store.change import missing
from headway.store.models import (
    Dependency,
    Entry,
    Feature,
    ForecastRun,
    Increment,
    Iteration,
    Job,
    Story,
    Target,
    Team,
)

WORKING = (Job.State.WAITING, Job.State.RUNNING)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a PI's forecast stands: the newest result, how old it is, and whether a newer one is on its way.

    ``behind`` counts the changes since that may move it; ``present`` is the train's number now. ``progress`` is that
    of the computation under way, in per cent. ``failure`` says why the last one ended without a result. A PI that is
    closed needs no forecast (``is_final``).
    """

    pi: Increment
    present: int
    today: date
    number: int | None = None
    at: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    behind: int = 0
    is_computing: bool = False
    progress: int = 0
    failure: str = ""
    asked_for: tuple[int, str] | None = None
    ended_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        return self.pi.state == Increment.State.CLOSED

    @property
    def is_stale(self) -> bool:
        """Whether a computation now could give something else: something changed, or the day did."""
        if self.is_final:
            return False
        return self.number is None or bool(self.behind) or self.result.get("day") != self.today.isoformat()

    @property
    def has_odds(self) -> bool:
        """Whether there is a forecast, rather than a sentence about what is missing for one."""
        return bool(self.result) and not self.result.get("code")

    @property
    def should_ask(self) -> bool:
        """Whether to ask for a computation by oneself: never twice for the same state, and not in every second."""
        if not self.is_stale or self.is_computing:
            return False
        if self.failure and self.asked_for == (self.present, self.today.isoformat()):
            return False
        just_now = self.ended_at is not None and clock.now() - self.ended_at < timedelta(seconds=QUIET_SECONDS)
        return self.number is None or not just_now

    @property
    def age(self) -> str:
        """In words: "computed at change 812, 3 changes ago; being computed anew"."""
        if self.is_final:
            return ""
        if self.number is None:
            return "being computed" if self.is_computing else "not computed yet"
        said = f"computed at change {self.number:,}"
        if self.behind:
            said += f", {self.behind:,}{'+' * (self.behind >= MOST_CHANGES)} change{'s' * (self.behind != 1)} ago"
        elif self.is_stale:
            said += ", on another day"
        return said + ("; being computed anew" if self.is_computing else "")


def increment(actor: Actor, number: int | None) -> Increment | None:
    """The PI with this number; without one the PI that runs today, else the next, else the last.

    Raises:
        Missing: the train has no PI with this number.
    """
    require_view(actor)
    return find_increment(actor, number)


def increment_numbered(actor: Actor, number: int) -> Increment:
    """The PI with this number, or Missing."""
    found = increment(actor, number)
    if found is None:
        raise Missing(f"There is no PI {number} on this train.", code="pi_missing")
    return found


def standing(actor: Actor, pi: Increment) -> Standing:
    """How the forecast of a PI stands: the kept result, the changes since, and the newest job, a query each."""
    require_view(actor)
    run = ForecastRun.objects.filter(pi=pi).first()
    if run is not None and run.result.get("v") != VERSION:
        run = None
    newest = Job.objects.filter(train_id=actor.train_id, kind=KIND, pi=pi).order_by("-pk").first()
    ended_badly = newest is not None and newest.state in (Job.State.FAILED, Job.State.CANCELLED)
    payload = newest.payload if newest is not None else {}
    return Standing(
        pi=pi,
        present=actor.as_of,
        today=clock.today(pi.train.time_zone),
        number=run.number if run else None,
        at=run.at if run else None,
        result=run.result if run else {},
        behind=changes_since(actor, run.number) if run else 0,
        is_computing=newest is not None and newest.state in WORKING,
        progress=round(100 * newest.progress.get("done", 0)) if newest is not None else 0,
        failure=newest.sentence if newest is not None and ended_badly else "",
        asked_for=(payload.get("number", 0), payload.get("day", "")) if newest is not None else None,
        ended_at=newest.ended_at if newest is not None else None,
    )


def changes_since(actor: Actor, number: int) -> int:
    """How many changes since this number may move a forecast; no more than a few hundred are counted."""
    if number >= actor.as_of:
        return 0
    rows = Entry.objects.filter(train_id=actor.train_id, number__gt=number, kind__in=list(MATTERS))
    found = rows.order_by("number").values_list("kind", "before", "after")[:MOST_CHANGES]
    return sum(matters(kind, before if after is not None else None) for kind, before, after in found)


# Chances of single things -----------------------------------------------------------------------------------------


class FeatureChance(NamedTuple):
    """A feature's chance to land in a PI, for a line on a page.

    ``like`` says how many features like it did; ``is_stale`` that something changed since.
    """

    pi: str
    pi_number: int
    chance: float
    landed: bool
    like: str

    @property
    def percent(self) -> int:
        return percent(self.chance)

    @property
    def kind(self) -> str:
        return mood(self.chance)


def feature_chances(actor: Actor) -> dict[int, FeatureChance]:
    """The chances of the features in the PI that runs, by feature id, as last computed; asks for nothing anew."""
    pi = increment(actor, None)
    if pi is None or pi.state == Increment.State.CLOSED:
        return {}
    run = ForecastRun.objects.filter(pi=pi).first()
    if run is None or run.result.get("v") != VERSION:
        return {}
    features: Mapping[str, Any] = run.result.get("features", {})
    return {int(pk): _feature_chance(pi, found) for pk, found in features.items()}


def increment_of_feature(actor: Actor, number: int) -> tuple[Feature, Increment | None]:
    """A feature, and the first PI not closed in which it has work or is aimed at.

    Raises:
        Missing: there is no such feature on this train.
    """
    require_view(actor)
    feature = Feature.objects.filter(train_id=actor.train_id, number=number).first()
    if feature is None:
        raise missing(Feature, number=number)
    aimed = Target.objects.filter(feature=feature, planned=True).values("pi_id")
    worked = Story.objects.filter(feature=feature, pi__isnull=False).values("pi_id")
    rows = Increment.objects.filter(Q(pk__in=aimed) | Q(pk__in=worked), train_id=actor.train_id)
    pi = rows.exclude(state=Increment.State.CLOSED).select_related("train").order_by("number").first()
    return feature, pi


def chance_in(found: Standing, feature_id: int) -> FeatureChance | None:
    """The feature's chance in a forecast, if it has one."""
    row = found.result.get("features", {}).get(str(feature_id))
    return _feature_chance(found.pi, row) if row else None


def _feature_chance(pi: Increment, found: Mapping[str, Any]) -> FeatureChance:
    return FeatureChance(pi.name, pi.number, found["by"][-1], found["before"], like_it(found))


def like_it(found: Mapping[str, Any]) -> str:
    """ "8 of 11 like it did so far"; empty when there is nothing to compare."""
    like = found.get("like")
    return f"{like[0]} of {like[1]} like it did so far" if like else ""


def percent(chance: float) -> int:
    """A chance as a whole per cent; what is not certain is never called 0 or 100."""
    whole = round(chance * 100)
    if whole == 0 and chance > 0:
        return 1
    return 99 if whole == 100 and chance < 1 else whole


def mood(chance: float) -> str:
    """How a chance is to be taken: good from 85 %, bad below 50 %."""
    return "good" if chance >= 0.85 else "warn" if chance >= 0.5 else "bad"


# What the API tells ------------------------------------------------------------------------------------------------


def overlay(found: Standing) -> dict[str, Any]:
    """What the board draws over its cards, strings and cells."""
    result = found.result if found.has_odds else {}
    return {
        **facts(found),
        "iterations": result.get("iterations", []),
        "stories": {pk: _overlaid(each) for pk, each in result.get("stories", {}).items()},
        "features": {
            pk: {"chance": each["by"][-1], "by": each["by"]}
            for pk, each in result.get("features", {}).items()
            if not each["before"]
        },
        "dependencies": {
            pk: {"chance": each["in_time"], "by": each["by"]} for pk, each in result.get("dependencies", {}).items()
        },
        "cells": _cells(result),
    }


def facts(found: Standing) -> dict[str, Any]:
    """The number a forecast was computed at, and how it stands."""
    sentence = found.result.get("missing") or found.failure
    return {
        "number": found.number if found.has_odds else None,
        "stale": found.is_stale,
        "computing": found.is_computing,
        "age": found.age,
        "sentence": sentence or ("" if found.has_odds else f"The forecast is {found.age}."),
    }


def _overlaid(each: Mapping[str, Any]) -> dict[str, Any]:
    in_pi = each["by"][-1]
    return {"chance": in_pi if each["in_time"] is None else each["in_time"], "in_pi": in_pi, "by": each["by"]}


def _cells(result: Mapping[str, Any]) -> dict[str, Any]:
    planned = result.get("cells", {})
    cells = {}
    for team_id, pace in result.get("teams", {}).items():
        for index, iteration_id in enumerate(result["iterations"]):
            key = f"{team_id}:{iteration_id}"
            low, usual, high = pace["alone"][index]
            there = planned.get(key, {"load": 0, "chance": None})
            cells[key] = {**there, "low": low, "usual": usual, "high": high}
    return cells


# What the page shows -----------------------------------------------------------------------------------------------


class Help(NamedTuple):
    """One thing that would help, and what it would bring; chances from 0 to 1."""

    words: str
    before: float
    after: float

    @property
    def percents(self) -> tuple[int, int]:
        return percent(self.before), percent(self.after)


@dataclass(frozen=True, kw_only=True)
class FeatureLine:
    """A feature with its odds, by the end of each iteration left."""

    number: int
    title: str
    value: float | None
    by: Sequence[float]
    planned: str
    planned_at: int | None
    in_time: float | None
    landed: bool
    like: str
    compared: str
    help: tuple[Help, ...]

    @property
    def is_planned_at(self) -> list[bool]:
        """For each iteration whether the feature is planned to be done by its end."""
        return [index == self.planned_at for index in range(len(self.by))]

    @property
    def is_early(self) -> list[bool]:
        """For each iteration whether nobody expects the feature to be done by its end."""
        return [self.planned_at is None or index < self.planned_at for index in range(len(self.by) - 1)] + [False]

    @property
    def chance(self) -> float:
        return self.by[-1]

    @property
    def percent(self) -> int:
        return percent(self.chance)

    @property
    def kind(self) -> str:
        return mood(self.chance)


class Held(NamedTuple):
    """How past forecasts so many iterations ahead held: of 100 outcomes, how many stayed below each level.

    ``loss`` is the mean error as a part of what a team does in that time, ``loss_of_mean`` that of its plain mean.
    """

    horizon: int
    observations: int
    teams: int
    coverage: tuple[int, int, int]
    loss: float
    loss_of_mean: float

    @property
    def is_thin(self) -> bool:
        """Whether so few forecasts could be compared that the figures say little."""
        return self.observations < ENOUGH_PAST


class Pace(NamedTuple):
    """What a team gets done until an iteration's end: with 85, 50 and 15 % at least so many points."""

    low: float
    usual: float
    high: float


@dataclass(frozen=True, kw_only=True)
class TeamPace:
    """What one team gets done until the end of each iteration left, and from how many past ones that is known."""

    slug: str
    name: str
    seen: int
    until: tuple[Pace, ...]
    planned: tuple[float, ...]

    @property
    def cells(self) -> list[tuple[Pace, float]]:
        """For each iteration the pace until its end, and what is planned until then and still to do."""
        return list(zip(self.until, self.planned, strict=True))


@dataclass(frozen=True, kw_only=True)
class StringLine:
    """A dependency that may come too late."""

    number: int
    needs: str
    consumer: str
    provider: str
    state: str
    in_time: float

    @property
    def percent(self) -> int:
        return percent(self.in_time)

    @property
    def kind(self) -> str:
        return mood(self.in_time)


@dataclass(frozen=True, kw_only=True)
class Odds:
    """A whole forecast as its page shows it."""

    standing: Standing
    iterations: tuple[tuple[int, str, bool], ...]
    features: tuple[FeatureLine, ...]
    unseen: tuple[tuple[int, str, str], ...]
    teams: tuple[TeamPace, ...]
    strings: tuple[StringLine, ...]
    strings_in_time: int
    help: tuple[Help, ...]

    @cached_property
    def open(self) -> list[FeatureLine]:
        """The features that have not landed, the least likely first."""
        return sorted((each for each in self.features if not each.landed), key=lambda each: each.chance)

    @cached_property
    def risky(self) -> list[FeatureLine]:
        return [each for each in self.open if each.chance < SURE][:MOST_SHOWN]

    @cached_property
    def likelier(self) -> list[FeatureLine]:
        """The open features after these."""
        return self.open[len(self.risky) :]

    @cached_property
    def held(self) -> list[Held]:
        """How well such odds held so far, by iterations ahead."""
        return [
            Held(
                each["horizon"],
                each["observations"],
                each["teams"],
                (
                    round(100 * each["coverage"]["0.15"]),
                    round(100 * each["coverage"]["0.5"]),
                    round(100 * each["coverage"]["0.85"]),
                ),
                each["loss"],
                each["loss_of_mean"],
            )
            for each in self.result["backtest"]
        ]

    @cached_property
    def landed(self) -> list[FeatureLine]:
        return [each for each in self.features if each.landed]

    @property
    def result(self) -> Mapping[str, Any]:
        return self.standing.result

    @property
    def short(self) -> str:
        """A warning when the teams have little history; empty when they have enough."""
        few = [team.name for team in self.teams if team.seen < FEW]
        if not few:
            return ""
        if len(few) == len(self.teams):
            most = max(team.seen for team in self.teams)
            return f"No team has finished more than {most} iterations; with fewer than {FEW} the odds are widened."
        return (
            f"Fewer than {FEW} finished iterations: {', '.join(few)}. Their odds lean on the whole train and are wider."
        )

    @property
    def promise(self) -> int | None:
        """The chance that at least 80 % of the planned value lands, in per cent."""
        chance = self.result["promise"]
        return None if chance is None else percent(chance)


def odds(actor: Actor, found: Standing) -> Odds:
    """A forecast with the names of what it speaks of, as they are now; a query for each kind of thing."""
    require_view(actor)
    result = found.result
    iterations = _iterations(actor, found)
    helping: dict[int | None, list[Help]] = defaultdict(list)
    for each in result["drivers"]:
        helping[each["target"]].append(Help(each["change"], each["before"], each["after"]))
    rows = Feature.objects.filter(train_id=actor.train_id, pk__in=[*result["features"], *result["unseen"]])
    titles = {pk: (number, title) for pk, number, title in rows.values_list("pk", "number", "title")}
    strings = _strings(actor, result)
    return Odds(
        standing=found,
        iterations=iterations,
        features=tuple(
            _line(titles[int(pk)], each, iterations, tuple(helping[int(pk)]))
            for pk, each in result["features"].items()
            if int(pk) in titles
        ),
        unseen=tuple((*titles[int(pk)], why) for pk, why in result["unseen"].items() if int(pk) in titles),
        teams=_teams(actor, result),
        strings=tuple(each for each in strings if each.in_time < SURE),
        strings_in_time=sum(each.in_time >= SURE for each in strings),
        help=tuple(helping[None]),
    )


def _iterations(actor: Actor, found: Standing) -> tuple[tuple[int, str, bool], ...]:
    """The iterations a forecast speaks of: id, name as it is now, whether it is the IP iteration."""
    rows = Iteration.objects.filter(train_id=actor.train_id, pi=found.pi).values_list("pk", "name", "is_ip")
    names = {pk: (name, is_ip) for pk, name, is_ip in rows}
    return tuple((pk, *names.get(pk, ("removed", False))) for pk in found.result["iterations"])


def _line(
    title: tuple[int, str], each: Mapping[str, Any], iterations: Sequence[tuple[int, str, bool]], told: tuple[Help, ...]
) -> FeatureLine:
    return FeatureLine(
        number=title[0],
        title=title[1],
        value=each["value"],
        by=tuple(each["by"]),
        planned="" if each["planned"] is None else iterations[each["planned"]][1],
        planned_at=each["planned"],
        in_time=each["in_time"],
        landed=each["before"],
        like=like_it(each),
        compared=each["like"][2] if each["like"] else "",
        help=told,
    )


def _teams(actor: Actor, result: Mapping[str, Any]) -> tuple[TeamPace, ...]:
    rows = Team.objects.filter(train_id=actor.train_id, pk__in=list(result["teams"])).order_by("position", "pk")
    found = []
    for pk, slug, name in rows.values_list("pk", "slug", "name"):
        pace = result["teams"][str(pk)]
        loads = [result["cells"].get(f"{pk}:{each}", {}).get("load", 0) for each in result["iterations"]]
        found.append(
            TeamPace(
                slug=slug,
                name=name,
                seen=pace["seen"],
                until=tuple(Pace(*each) for each in pace["until"]),
                planned=tuple(sum(loads[: index + 1]) for index in range(len(loads))),
            )
        )
    return tuple(found)


def _strings(actor: Actor, result: Mapping[str, Any]) -> list[StringLine]:
    """The open dependencies with a chance, the least likely first."""
    rows = Dependency.objects.filter(train_id=actor.train_id, pk__in=list(result["dependencies"]))
    found = [
        StringLine(number=number, needs=needs, consumer=consumer, provider=provider, state=state, in_time=in_time)
        for pk, number, needs, consumer, provider, state in rows.values_list(
            "pk", "number", "needs", "consumer_team__name", "provider_team__name", "state"
        )
        if (in_time := result["dependencies"][str(pk)]["in_time"]) is not None
    ]
    return sorted(found, key=lambda each: (each.in_time, each.number))


class StoryLine(NamedTuple):
    """A story of a feature with its odds; None where it is done or nothing can be told."""

    number: int
    title: str
    team: str
    state: str
    planned: str
    in_time: float | None
    in_pi: float | None


@dataclass(frozen=True, kw_only=True)
class FeatureOdds:
    """One feature with all that its odds stand on."""

    line: FeatureLine | None
    why_not: str
    iterations: tuple[tuple[int, str, bool], ...]
    stories: tuple[StoryLine, ...]
    strings: tuple[StringLine, ...]


def feature_odds(actor: Actor, found: Standing, feature: Feature) -> FeatureOdds:
    """A feature's odds by iteration, those of its stories and of what they wait for."""
    require_view(actor)
    result = found.result
    iterations = _iterations(actor, found)
    row = result["features"].get(str(feature.pk))
    helping = [Help(each["change"], each["before"], each["after"]) for each in result["drivers"]]
    targets = [each["target"] for each in result["drivers"]]
    told = tuple(each for each, target in zip(helping, targets, strict=True) if target == feature.pk)
    stories = Story.objects.filter(train_id=actor.train_id, feature=feature).order_by(
        "iteration__starts_on", "rank", "number"
    )
    rows = list(stories.values_list("pk", "number", "title", "team__name", "state", "iteration__name"))
    mine = Q(consumer_feature=feature) | Q(consumer_story__feature=feature)
    waits = set(Dependency.objects.filter(mine, train_id=actor.train_id).values_list("pk", flat=True))
    kept = {pk: each for pk, each in result["dependencies"].items() if int(pk) in waits}
    return FeatureOdds(
        line=_line((feature.number, feature.title), row, iterations, told) if row else None,
        why_not=result["unseen"].get(str(feature.pk), ""),
        iterations=iterations,
        stories=tuple(_story_line(each, result["stories"].get(str(each[0]))) for each in rows),
        strings=tuple(_strings(actor, {"dependencies": kept})),
    )


def _story_line(row: tuple[Any, ...], odds: Mapping[str, Any] | None) -> StoryLine:
    _, number, title, team, state, iteration = row
    return StoryLine(
        number,
        title,
        team or "no team",
        state,
        iteration or "",
        odds["in_time"] if odds else None,
        odds["by"][-1] if odds else None,
    )


class PastLine(NamedTuple):
    """One finished iteration of a team, in points; ``ratio`` is completed ÷ available."""

    iteration: str
    completed: float
    available: float
    unplanned: float

    @property
    def ratio(self) -> int:
        return round(100 * self.completed / self.available)


@dataclass(frozen=True, kw_only=True)
class TeamPast:
    """What a team did in the iterations a forecast looks back on, the newest first."""

    team: Team
    lines: tuple[PastLine, ...]


def team_past(actor: Actor, found: Standing | None, slug: str) -> TeamPast:
    """Where a team's pace comes from, as of the newest forecast.

    Raises:
        Missing: there is no such team of our own on this train.
    """
    require_view(actor)
    team = Team.objects.filter(train_id=actor.train_id, slug=slug, external=False).first()
    if team is None:
        raise Missing(f"There is no team {slug!r} on this train.", code="team_missing")
    result = found.result if found else {}
    rows = result.get("teams", {}).get(str(team.pk), {}).get("past", [])
    names = {
        pk: f"{pi} {name}"
        for pk, pi, name in Iteration.objects.filter(
            train_id=actor.train_id, pk__in=[row[0] for row in rows]
        ).values_list("pk", "pi__name", "name")
    }
    lines = [PastLine(names.get(row[0], "an iteration since removed"), *row[1:]) for row in reversed(rows)]
    return TeamPast(team=team, lines=tuple(lines))


class Closing(NamedTuple):
    """What a PI that is over brought: features landed, of how many planned."""

    landed: int
    planned: int


def closing(actor: Actor, pi: Increment) -> Closing:
    """What became of the features planned into a PI, as noted at its end."""
    require_view(actor)
    rows = Target.objects.filter(train_id=actor.train_id, pi=pi, planned=True)
    outcomes = list(rows.values_list("outcome", flat=True))
    return Closing(outcomes.count(Target.Outcome.LANDED), len(outcomes))
