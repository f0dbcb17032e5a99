"""Reading scenarios: the list, one of them in words, and what may be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from headway.engine.rules.capacity import plain
from headway.features.capacity.queries import find_increment
from headway.features.whatif.policies import KIND, VERSION, Change
from headway.kit.access import Actor, Permission, require
from headway.store import jobs
from headway.store.change import missing
from headway.store.models import Dependency, Feature, Increment, Iteration, Job, Scenario, Target, Team, Train

MOST_SHOWN = 100
WORLDS = ("today", "fresh", "kept", "replanned")
NOTEWORTHY = 0.05
"""A feature's odds have changed when they differ by this much."""


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the changes of scenarios name, in words."""

    teams: Mapping[str, str]
    iterations: Mapping[tuple[int, int], str]
    dependencies: Mapping[int, str]
    features: Mapping[int, str]

    def sentence(self, pi_id: int, change: Change) -> str:
        """A change as a sentence: "Merlin is away in I4"."""
        match change["kind"]:
            case "capacity":
                return self._capacity(pi_id, change)
            case "slip":
                count = change["iterations"]
                needs = self.dependencies.get(change["dependency"], "which is gone")
                return f"Dependency {change['dependency']} ({needs}) comes {count} iteration{'s' * (count > 1)} later"
            case "drop":
                title = self.features.get(change["feature"], "which is gone")
                return f"Feature {change['feature']} ({title}) is left out"
        work = ", ".join(
            f"{self.teams.get(each['team'], each['team'])} {plain(each['points'])} points" for each in change["stories"]
        )
        return f"A new feature “{change['title']}”, worth {plain(change['value'])}: {work}"

    def _capacity(self, pi_id: int, change: Change) -> str:
        team = self.teams.get(change["team"], change["team"])
        number = change["iteration"]
        when = "all of the PI" if number is None else self.iterations.get((pi_id, number), f"iteration {number}")
        if not change["percent"]:
            return f"{team} is away in {when}"
        return f"{team} has {plain(change['percent'])} % of its capacity in {when}"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One scenario of the list."""

    scenario: Scenario
    changes: tuple[str, ...]
    finding: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """One of the four worlds: what the plan brings and how likely that is."""

    key: str
    facts: Mapping[str, Any]

    @property
    def likely(self) -> str:
        """The planned value likely to land, in per cent; empty without odds."""
        odds = self.facts["odds"]
        return percent(odds["median"]) if odds else ""

    @property
    def between(self) -> str:
        """Where seven in ten trials end."""
        odds = self.facts["odds"]
        return f"{percent(odds['low'])} to {percent(odds['high'])}" if odds else ""


@dataclass(frozen=True, kw_only=True)
class LoadRow:
    """A team's load against its capacity, iteration by iteration, with the changes."""

    team: str
    cells: tuple["LoadCell", ...]


@dataclass(frozen=True, kw_only=True)
class LoadCell:
    """Points: capacity before and with the changes, load of the plan as it is and of the new one."""

    before: float
    after: float
    kept: float
    replanned: float

    @property
    def over(self) -> float:
        """By how much the plan as it is exceeds the capacity with the changes."""
        return max(0.0, self.kept - self.after)


@dataclass(frozen=True, kw_only=True)
class FeatureRow:
    """A feature's odds to land in the PI in each of the four worlds, in per cent; None where it is out."""

    number: int | None
    title: str
    odds: tuple[int | None, ...]
    inside: tuple[bool, ...]
    changed: bool

    @property
    def cells(self) -> list[tuple[int | None, bool]]:
        """World by world: the odds, and whether all its stories have a place."""
        return list(zip(self.odds, self.inside, strict=True))


@dataclass(frozen=True, kw_only=True)
class MoveRow:
    """One thing that replanning with the changes would ask of a team; None stands for the team's backlog."""

    story: int | None
    title: str
    team: str
    origin: str | None
    destination: str | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was worked out, ready to be shown."""

    finding: str
    missing: str
    columns: tuple[Column, ...]
    iterations: tuple[str, ...]
    loads: tuple[LoadRow, ...]
    features: tuple[FeatureRow, ...]
    moves: tuple[MoveRow, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """One scenario with everything its page shows."""

    scenario: Scenario
    changes: tuple[str, ...]
    answer: Answer | None
    behind: int
    job: Job | None

    @property
    def is_working(self) -> bool:
        """Whether it is being worked out."""
        return self.job is not None and self.job.state in jobs.LIVE

    @property
    def failure(self) -> str:
        """Why the last attempt brought nothing."""
        ended = self.job is not None and self.job.state in (Job.State.FAILED, Job.State.CANCELLED)
        return self.job.sentence if ended and self.job and not self.answer else ""


def find_scenario(actor: Actor, number: int) -> Scenario:
    """The scenario with this number, or :class:`Missing`."""
    require(actor, Permission.VIEW_TRAIN)
    rows = Scenario.objects.filter(train_id=actor.train_id).select_related("pi", "owner")
    try:
        return rows.get(number=number)
    except (Scenario.DoesNotExist, OverflowError):
        raise missing(Scenario, number=number) from None


def scenarios(actor: Actor) -> list[Line]:
    """The newest scenarios of the train."""
    require(actor, Permission.VIEW_TRAIN)
    found = list(Scenario.objects.filter(train_id=actor.train_id).select_related("pi", "owner")[:MOST_SHOWN])
    names = names_in(actor, found)
    return [
        Line(
            scenario=each,
            changes=tuple(names.sentence(each.pi_id, change) for change in each.changes),
            finding=finding_of(each.result),
        )
        for each in found
    ]


def names_in(actor: Actor, found: Sequence[Scenario]) -> Names:
    """The names of everything that these scenarios change, in four queries."""
    train = {"train_id": actor.train_id}
    changes = [change for each in found for change in each.changes]
    needed = {change["dependency"] for change in changes if change["kind"] == "slip"}
    dropped = {change["feature"] for change in changes if change["kind"] == "drop"}
    iterations = Iteration.objects.filter(pi_id__in={each.pi_id for each in found})
    return Names(
        teams=dict(Team.objects.filter(**train).values_list("slug", "name")),
        iterations={(pi, number): name for pi, number, name in iterations.values_list("pi_id", "number", "name")},
        dependencies=dict(Dependency.objects.filter(**train, number__in=needed).values_list("number", "needs")),
        features=dict(Feature.objects.filter(**train, number__in=dropped).values_list("number", "title")),
    )


def page(actor: Actor, number: int) -> Page:
    """One scenario in words, with its answer and how old that is."""
    scenario = find_scenario(actor, number)
    names = names_in(actor, [scenario])
    present = Train.objects.values_list("seq", flat=True).get(pk=actor.train_id)
    return Page(
        scenario=scenario,
        changes=tuple(names.sentence(scenario.pi_id, change) for change in scenario.changes),
        answer=_answer(actor, scenario.result) if is_readable(scenario.result) else None,
        # The answer itself stands in the journal too, right after the state it was computed from.
        behind=max(0, present - scenario.computed_at - 1) if scenario.computed_at is not None else 0,
        job=latest_job(actor, scenario),
    )


def latest_job(actor: Actor, scenario: Scenario) -> Job | None:
    """The newest work on a scenario."""
    mine = Job.objects.filter(train_id=actor.train_id, kind=KIND, payload__scenario=scenario.number)
    return mine.order_by("-pk").first()


def increment(actor: Actor, number: int | None) -> Increment | None:
    """The PI with this number; without one the present one."""
    require(actor, Permission.VIEW_TRAIN)
    return find_increment(actor, number)


def open_increments(actor: Actor) -> list[Increment]:
    """The PIs one can ask about."""
    rows = Increment.objects.filter(train_id=actor.train_id).exclude(state=Increment.State.CLOSED)
    return list(rows.order_by("starts_on"))


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What can be changed in a PI: (value, label) for the forms."""

    teams: list[tuple[str, str]]
    iterations: list[tuple[int, str]]
    dependencies: list[tuple[int, str]]
    features: list[tuple[int, str]]


def choices(actor: Actor, pi: Increment) -> Choices:
    """Own teams, development iterations, dependencies not yet settled, and the features of the PI."""
    require(actor, Permission.VIEW_TRAIN)
    train = {"train_id": actor.train_id}
    settled = (
        Dependency.State.DELIVERED,
        Dependency.State.ACCEPTED,
        Dependency.State.DECLINED,
        Dependency.State.OBSOLETE,
    )
    targets = Target.objects.filter(pi=pi, outcome="").order_by("feature__rank", "feature__number")
    open_needs = Dependency.objects.filter(**train).exclude(state__in=settled).order_by("number")
    iterations = Iteration.objects.filter(pi=pi, is_ip=False).order_by("number").values_list("number", "name")
    return Choices(
        teams=list(Team.objects.filter(**train, external=False).values_list("slug", "name")),
        iterations=list(iterations),
        dependencies=[
            (number, f"{number} {needs[:80]}") for number, needs in open_needs.values_list("number", "needs")
        ],
        features=[
            (number, f"{number} {title[:80]}")
            for number, title in targets.values_list("feature__number", "feature__title")
        ],
    )


def is_readable(result: Mapping[str, Any] | None) -> TypeGuard[Mapping[str, Any]]:
    """Whether there is an answer that this version understands."""
    return result is not None and result.get("v") == VERSION


def finding_of(result: Mapping[str, Any] | None) -> str:
    """The answer in a sentence: the value likely to land where there are odds, else the value of the plans."""
    if not is_readable(result):
        return ""
    worlds = [result["worlds"][key] for key in ("today", "kept", "replanned")]
    told, what = ("expected", "Value likely to land") if result["odds"] else ("value", "Value in the plan")
    today, kept, replanned = (f"{each[told]:,.0f}" for each in worlds)
    return f"{what}: {today} today, {kept} with the changes, {replanned} when the train plans anew for them."


def percent(share: float) -> str:
    """A share as people read it: 72 %."""
    return f"{100 * share:.0f} %"


def _answer(actor: Actor, result: Mapping[str, Any]) -> Answer:
    teams = dict(Team.objects.filter(train_id=actor.train_id).values_list("pk", "name"))
    names = result["iterations"]
    return Answer(
        finding=finding_of(result),
        missing=result["missing"],
        columns=tuple(Column(key=key, facts=result["worlds"][key]) for key in WORLDS),
        iterations=tuple(names),
        loads=tuple(
            LoadRow(
                team=teams.get(each["team"], "a team that is gone"),
                cells=tuple(
                    LoadCell(before=before, after=after, kept=kept, replanned=replanned)
                    for before, after, kept, replanned in zip(
                        each["before"], each["after"], each["kept"], each["replanned"], strict=True
                    )
                ),
            )
            for each in result["teams"]
        ),
        features=tuple(_feature(each) for each in result["features"]),
        moves=tuple(
            MoveRow(
                story=each["story"],
                title=each["title"],
                team=teams.get(each["team"], "a team that is gone"),
                origin=None if each["from"] is None else names[each["from"]],
                destination=None if each["to"] is None else names[each["to"]],
            )
            for each in result["moves"]
        ),
    )


def _feature(each: Mapping[str, Any]) -> FeatureRow:
    odds = [each["odds"][key] for key in WORLDS]
    inside = [each["in"][key] for key in WORLDS]
    known = [chance for chance in odds if chance is not None]
    return FeatureRow(
        number=each["number"],
        title=each["title"],
        odds=tuple(None if chance is None else round(100 * chance) for chance in odds),
        inside=tuple(inside),
        changed=len(set(inside)) > 1
        or len(known) not in (0, len(odds))
        or (bool(known) and max(known) - min(known) >= NOTEWORTHY),
    )
