"""Reading trains: the list, what needs a person today, hints, and who may do what."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from headway.engine.network.health import Health, finishing, health, position
from headway.engine.rules.hints import Finding, train_findings
from headway.engine.values.cadence import Cadence
from headway.features.capacity.queries import Cell, find_increment, team_findings_in
from headway.features.people.queries import list_teams
from headway.kit import clock
from headway.kit.access import TABLE, Actor, Permission, Role, Rule, TeamRole, Verdict, may, require
from headway.store.models import (
    Dependency,
    Feature,
    Increment,
    Iteration,
    Membership,
    Milestone,
    Person,
    Story,
    Team,
    Train,
    TrainRole,
    User,
)

State = Dependency.State
UNANSWERED = (State.IDENTIFIED, State.REQUESTED, State.NEGOTIATING)
OPEN = (*UNANSWERED, State.COMMITTED, State.IN_PROGRESS, State.DELIVERED)
SHOWN = 12
"""Rows of one kind that the page of the day shows; the lists behind it show all."""


def my_trains(user: User) -> list[Train]:
    """The trains this account is part of, each with ``teams_count`` and ``people_count``."""
    mine = Train.objects.filter(pk__in=user.people.values("train_id"))
    teams, people = _counts(Team, mine), _counts(Person, mine)
    found = list(mine)
    for train in found:
        train.teams_count = teams.get(train.pk, 0)  # type: ignore[attr-defined]  # for the template
        train.people_count = people.get(train.pk, 0)  # type: ignore[attr-defined]
    return found


def sample_train_of(user: User) -> str:
    """Address of the sample train this account is part of; empty if there is none."""
    mine = Train.objects.filter(pk__in=user.people.values("train_id"), is_sample=True)
    return mine.values_list("slug", flat=True).first() or ""


def find_train(actor: Actor) -> Train:
    """The actor's train."""
    require(actor, Permission.VIEW_TRAIN)
    return Train.objects.get(pk=actor.train_id)


def hints_of_train(actor: Actor) -> tuple[Finding, ...]:
    """What is unusual about the train as a whole, each with its reason."""
    train = find_train(actor)
    cadence = Cadence(
        iteration_weeks=train.iteration_weeks, iterations=train.iterations_per_pi, ip_weeks=train.ip_weeks
    )
    return train_findings(
        train=train.name,
        teams=Team.objects.filter(train=train, external=False).count(),
        people=Person.objects.filter(train=train).count(),
        pi_weeks=cadence.weeks,
        buffer_percent=train.buffer_percent,
        roles_held=set(TrainRole.objects.filter(train=train).values_list("role", flat=True)),
    )


# Today -----------------------------------------------------------------------------------------------------


class Waiting(NamedTuple):
    """A dependency that needs somebody: its number, what it is about, between whom, and how it stands."""

    number: int
    needs: str
    consumer: str
    provider: str
    state: str
    health: Health | None


class Blocked(NamedTuple):
    """A story that does not move."""

    number: int
    title: str
    team: str


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How far a new train is set up."""

    teams: int
    people: int
    increments: int
    features: int

    @property
    def is_done(self) -> bool:
        return bool(self.teams and self.people > 1 and self.increments and self.features)


@dataclass(frozen=True, kw_only=True)
class Today:
    """What needs this person now. ``teams`` names those it looks at: one's own, or all for who is in none."""

    day: date
    teams: list[str]
    is_whole_train: bool
    to_answer: list[Waiting] = field(default_factory=list)
    to_accept: list[Waiting] = field(default_factory=list)
    late: list[Waiting] = field(default_factory=list)
    cells: list[tuple[Cell, Finding]] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    iterations: list[Iteration] = field(default_factory=list)
    hints: list[Finding] = field(default_factory=list)
    setup: Setup
    pi: Increment | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing needs anybody."""
        return not (self.to_answer or self.to_accept or self.late or self.cells or self.blocked)


def today(actor: Actor) -> Today:
    """Dependencies to answer, accept or worry about, cells that are full, blocked work, and what comes next."""
    train = find_train(actor)
    day = clock.today(train.time_zone)
    teams = dict(Team.objects.filter(train=train, external=False).values_list("pk", "name"))
    mine = {team_id for team_id in actor.teams if team_id in teams} or set(teams)
    waiting = _waiting(actor, mine)
    to_answer = [each for each, provider, _ in waiting if provider and each.state in UNANSWERED]
    to_accept = [each for each, _, consumer in waiting if consumer and each.state == State.DELIVERED]
    shown = {each.number for each in (*to_answer, *to_accept)}
    pi = find_increment(actor)
    return Today(
        teams=[teams[team_id] for team_id in sorted(mine, key=lambda each: teams[each])],
        is_whole_train=not actor.teams,
        day=day,
        to_answer=to_answer,
        to_accept=to_accept,
        late=[each for each, _, _ in waiting if each.health is Health.CONFLICT and each.number not in shown],
        cells=_cells_ahead(actor, pi, mine, day) if pi else [],
        blocked=_blocked(actor, mine),
        milestones=list(Milestone.objects.filter(train=train, on__gte=day).order_by("on", "id")[:4]),
        iterations=list(
            Iteration.objects.filter(train=train, ends_on__gte=day).select_related("pi").order_by("starts_on", "id")[:3]
        ),
        hints=_hints(actor, mine),
        setup=_setup(train, len(teams)),
        pi=pi,
    )


def _waiting(actor: Actor, mine: set[int]) -> list[tuple[Waiting, bool, bool]]:
    """Open dependencies of these teams, with whether they are the provider, and the consumer."""
    rows = (
        Dependency.objects.filter(train_id=actor.train_id, state__in=OPEN)
        .filter(Q(provider_team__in=mine) | Q(consumer_team__in=mine))
        .select_related("provider_team", "consumer_team", "provider_story", "consumer_story")
        .order_by("number")
    )
    found = list(rows)
    places = _Places(actor, found)
    return [
        (
            Waiting(
                each.number,
                each.needs,
                each.consumer_team.name,
                each.provider_team.name,
                each.state,
                health(places.of_provider(each), places.of_consumer(each), each.state),
            ),
            each.provider_team_id in mine,
            each.consumer_team_id in mine,
        )
        for each in found
    ]


class _Places:
    """Where the ends of dependencies stand, as indexes of the train's iterations in calendar order."""

    def __init__(self, actor: Actor, dependencies: Iterable[Dependency]) -> None:
        ids = Iteration.objects.filter(train_id=actor.train_id).order_by("starts_on", "pk").values_list("pk", flat=True)
        self._index = {pk: place for place, pk in enumerate(ids)}
        features = {each for row in dependencies for each in (row.provider_feature_id, row.consumer_feature_id) if each}
        stories: dict[int | None, list[int | None]] = defaultdict(list)
        for feature_id, iteration_id in Story.objects.filter(feature_id__in=features).values_list(
            "feature_id", "iteration_id"
        ):
            stories[feature_id].append(self._index.get(iteration_id or 0))
        self._features: Mapping[int | None, int | None] = {key: finishing(each) for key, each in stories.items()}

    def of_provider(self, row: Dependency) -> int | None:
        return self._of(row.provider_story, row.provider_feature_id, row.committed_by_id)

    def of_consumer(self, row: Dependency) -> int | None:
        return self._of(row.consumer_story, row.consumer_feature_id, row.needed_by_id)

    def _of(self, story: Story | None, feature_id: int | None, promised_id: int | None) -> int | None:
        item = self._index.get(story.iteration_id or 0) if story else self._features.get(feature_id)
        linked = story is not None or feature_id is not None
        return position(linked=linked, item=item, promised=self._index.get(promised_id or 0))


def _cells_ahead(actor: Actor, pi: Increment, mine: set[int], day: date) -> list[tuple[Cell, Finding]]:
    """What stands out in the iterations that are not over: what is past cannot be planned differently."""
    ahead = set(Iteration.objects.filter(pi=pi, ends_on__gte=day).values_list("pk", flat=True))
    return [each for each in team_findings_in(actor, pi, mine) if each[0].iteration_id in ahead]


def _blocked(actor: Actor, mine: set[int]) -> list[Blocked]:
    rows = Story.objects.filter(train_id=actor.train_id, team_id__in=mine, blocked=True).exclude(state="done")
    return [
        Blocked(number, title, team or "")
        for number, title, team in rows.order_by("number").values_list("number", "title", "team__name")
    ]


def _hints(actor: Actor, mine: set[int]) -> list[Finding]:
    """Questions for whoever can do something about them: the train's for its keepers, a team's for its members."""
    found = list(hints_of_train(actor)) if may(actor, Permission.CONFIGURE_TRAIN) else []
    of_teams = (line for line in list_teams(actor) if line.team.pk in actor.teams and line.team.pk in mine)
    return [*found, *(finding for line in of_teams for finding in line.findings)]


def _setup(train: Train, teams: int) -> Setup:
    return Setup(
        teams=teams,
        people=Person.objects.filter(train=train).count(),
        increments=Increment.objects.filter(train=train).count(),
        features=Feature.objects.filter(train=train).count(),
    )


# Permissions -----------------------------------------------------------------------------------------------


class PermissionRow(NamedTuple):
    """One row of the table, with the verdict on whoever was asked about."""

    key: str
    rule: Rule
    verdict: Verdict


def permission_rows(asked: Actor, team: int | None) -> list[PermissionRow]:
    """May they? For work of ``team`` (an id), or without one for anything that is not a team's."""
    require(asked, Permission.VIEW_TRAIN)
    return [PermissionRow(str(key), rule, may(asked, key, team=team)) for key, rule in TABLE.items()]


def actor_of_person(actor: Actor, person: Person) -> Actor:
    """The actor another person of the train is, to answer "may they?"; it is nobody's to act with."""
    require(actor, Permission.VIEW_TRAIN)
    day = clock.today(Train.objects.values_list("time_zone", flat=True).get(pk=actor.train_id))
    held: dict[int, set[TeamRole]] = defaultdict(set)
    present = Membership.objects.filter(person=person).filter(Q(ends_on=None) | Q(ends_on__gte=day))
    for team_id, role in present.values_list("team_id", "role"):
        held[team_id].add(TeamRole(role))
    return Actor(
        train_id=actor.train_id,
        train_slug=actor.train_slug,
        name=person.name,
        person_id=person.pk,
        roles=frozenset(Role(role) for role in TrainRole.objects.filter(person=person).values_list("role", flat=True)),
        teams={team_id: frozenset(roles) for team_id, roles in held.items()},
    )


def team_ids(actor: Actor) -> list[tuple[int, str]]:
    """Teams and external parties as choices of a form."""
    require(actor, Permission.VIEW_TRAIN)
    return list(Team.objects.filter(train_id=actor.train_id).values_list("pk", "name"))


def _counts(model: type[Team] | type[Person], trains: QuerySet[Train]) -> dict[int, int]:
    rows = model._default_manager.filter(train__in=trains).order_by().values_list("train_id")
    return dict(rows.annotate(count=Count("pk")))
