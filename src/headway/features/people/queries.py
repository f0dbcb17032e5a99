"""Reading teams and people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet

from headway.engine.errors import Missing
from headway.engine.rules.hints import Finding, team_findings
from headway.kit import clock
from headway.kit.access import Actor, Permission, Role, TeamRole, Verdict, may, require
from headway.store.models import Absence, Membership, Person, Team, Train, TrainRole, User

PEOPLE_A_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLine:
    """A team in the list. ``people`` counts who is in it today, ``full_time`` adds up their shares (1 = 100 %)."""

    team: Team
    people: int
    full_time: float
    scrum_masters: list[str]
    product_owners: list[str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPage:
    """A team with its members, the present and coming ones before those who have left."""

    team: Team
    members: list[Membership]
    left: list[Membership]
    findings: list[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person in the list."""

    person: Person
    roles: list[str]
    memberships: list[Membership]
    findings: list[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """A person with all that is known of them on this train."""

    person: Person
    roles: frozenset[str]
    memberships: list[Membership]
    absences: list[Absence]
    findings: list[Finding]
    may_record: Verdict
    has_account_waiting: bool = field(default=False)


def list_teams(actor: Actor) -> list[TeamLine]:
    """Every team and external party in the train's order."""
    require(actor, Permission.VIEW_TRAIN)
    today = _today(actor)
    memberships: dict[int, list[Membership]] = defaultdict(list)
    for each in _memberships(actor).filter(_present(today)):
        memberships[each.team_id].append(each)
    return [_team_line(team, memberships[team.pk]) for team in Team.objects.filter(train_id=actor.train_id)]


def find_team(actor: Actor, slug: str) -> Team:
    """The team at this address.

    Raises:
        Missing: the train has none there.
    """
    require(actor, Permission.VIEW_TRAIN)
    team = Team.objects.filter(train_id=actor.train_id, slug=slug).first()
    if team is None:
        raise Missing(f"There is no team “{slug}” on this train.", code="team_missing", field="team", value=slug)
    return team


def team_page(actor: Actor, slug: str) -> TeamPage:
    """A team with its members."""
    team = find_team(actor, slug)
    today = _today(actor)
    rows = sorted(_memberships(actor).filter(team=team), key=lambda each: (_role_order(each), each.person.name))
    members = [each for each in rows if each.ends_on is None or each.ends_on >= today]
    present = [each for each in members if each.starts_on is None or each.starts_on <= today]
    findings: list[Finding] = [] if team.external else list(_findings(team, present))
    findings += _share_findings(actor, {each.person_id for each in members})
    return TeamPage(team=team, members=members, left=[each for each in rows if each not in members], findings=findings)


def find_membership(actor: Actor, membership_id: int) -> Membership:
    """One membership, with its person and team."""
    require(actor, Permission.VIEW_TRAIN)
    row = _memberships(actor).filter(pk=membership_id).select_related("person", "team").first()
    if row is None:
        raise Missing(f"There is no membership {membership_id} on this train.", code="membership_missing")
    return row


def list_people(actor: Actor, *, search: str = "", team: str = "", role: str = "", page: int | str = 1) -> Page[Person]:
    """People by name; ``search`` looks in names and addresses, ``team`` is a team's address, ``role`` a train role.

    The persons carry ``line``, a :class:`PersonLine`.
    """
    require(actor, Permission.VIEW_TRAIN)
    rows = Person.objects.filter(train_id=actor.train_id)
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(email__icontains=search))
    if team:
        rows = rows.filter(memberships__team__slug=team).distinct()
    if role:
        rows = rows.filter(roles__role=role).distinct()
    memberships = Membership.objects.select_related("team").order_by("team__position", "id")
    rows = rows.prefetch_related("roles", Prefetch("memberships", queryset=memberships))
    found = Paginator(rows, PEOPLE_A_PAGE).get_page(page)
    today = _today(actor)
    for person in found.object_list:
        person.line = _person_line(person, today)  # type: ignore[attr-defined]  # for the template
    return found


def find_person(actor: Actor, person_id: int) -> Person:
    """One person of the train.

    Raises:
        Missing: there is nobody with this id here.
    """
    require(actor, Permission.VIEW_TRAIN)
    person = Person.objects.filter(train_id=actor.train_id, pk=person_id).select_related("user").first()
    if person is None:
        raise Missing(f"There is no person {person_id} on this train.", code="person_missing")
    return person


def person_page(actor: Actor, person_id: int) -> PersonPage:
    """A person with teams, roles, absences and training."""
    person = find_person(actor, person_id)
    memberships = list(_memberships(actor).filter(person=person).order_by("team__position", "id"))
    shared = next((each.team_id for each in memberships if each.team_id in actor.teams), None)
    return PersonPage(
        person=person,
        roles=frozenset(TrainRole.objects.filter(person=person).values_list("role", flat=True)),
        memberships=memberships,
        absences=list(Absence.objects.filter(person=person).order_by("-starts_on", "id")),
        findings=_over_committed(person.name, memberships, _today(actor)),
        may_record=may(actor, Permission.RECORD_ABSENCE, team=shared),
        has_account_waiting=person.user_id is None and _has_free_account(person),
    )


def find_absence(actor: Actor, absence_id: int) -> Absence:
    """One absence, with its person."""
    require(actor, Permission.VIEW_TRAIN)
    row = Absence.objects.filter(train_id=actor.train_id, pk=absence_id).select_related("person").first()
    if row is None:
        raise Missing(f"There is no absence {absence_id} on this train.", code="absence_missing")
    return row


def people_choices(actor: Actor) -> list[tuple[int, str]]:
    """Everybody on the train as choices of a form."""
    require(actor, Permission.VIEW_TRAIN)
    return list(Person.objects.filter(train_id=actor.train_id).values_list("pk", "name"))


def team_choices(actor: Actor) -> list[tuple[str, str]]:
    """Our own teams as choices of a filter."""
    require(actor, Permission.VIEW_TRAIN)
    return list(Team.objects.filter(train_id=actor.train_id, external=False).values_list("slug", "name"))


def train_place(actor: Actor) -> tuple[str, str]:
    """Country and region that count for people who have none of their own."""
    require(actor, Permission.VIEW_TRAIN)
    return Train.objects.values_list("country", "region").get(pk=actor.train_id)


def over_committed(name: str, shares: Iterable[tuple[int, date | None, date | None]], today: date) -> list[Finding]:
    """A hint when somebody's shares add up to more than 100 % on any day from ``today`` on.

    ``shares`` are (per cent, first day, last day), days None for open.
    """
    current = [each for each in shares if each[2] is None or each[2] >= today]
    begins = {today, *(first for _, first, _ in current if first is not None and first > today)}
    most = max(
        (
            sum(
                share
                for share, first, last in current
                if (first is None or first <= day) and (last is None or day <= last)
            )
            for day in begins
        ),
        default=0,
    )
    if most <= 100:
        return []
    return [
        Finding(
            rule="person.share",
            subject=name,
            message=f"{name}'s shares add up to {most} %.",
            reason="More than 100 % is counted as capacity twice, and planned twice. Which team gets how much?",
        )
    ]


def _today(actor: Actor) -> date:
    return clock.today(Train.objects.values_list("time_zone", flat=True).get(pk=actor.train_id))


def _memberships(actor: Actor) -> QuerySet[Membership]:
    return Membership.objects.filter(train_id=actor.train_id).select_related("person", "team")


def _present(today: date) -> Q:
    return (Q(starts_on=None) | Q(starts_on__lte=today)) & (Q(ends_on=None) | Q(ends_on__gte=today))


def _role_order(membership: Membership) -> int:
    return list(TeamRole).index(TeamRole(membership.role))


def _team_line(team: Team, members: Sequence[Membership]) -> TeamLine:
    return TeamLine(
        team=team,
        people=len({each.person_id for each in members}),
        full_time=sum(each.share for each in members) / 100,
        scrum_masters=[each.person.name for each in members if each.role == TeamRole.SCRUM_MASTER],
        product_owners=[each.person.name for each in members if each.role == TeamRole.PRODUCT_OWNER],
        findings=() if team.external else _findings(team, members),
    )


def _findings(team: Team, members: Sequence[Membership]) -> tuple[Finding, ...]:
    return team_findings(
        team=team.name,
        people=len({each.person_id for each in members}),
        scrum_masters=sum(each.role == TeamRole.SCRUM_MASTER for each in members),
    )


def _share_findings(actor: Actor, person_ids: set[int]) -> list[Finding]:
    today = _today(actor)
    rows: dict[int, list[Membership]] = defaultdict(list)
    for each in _memberships(actor).filter(person_id__in=person_ids):
        rows[each.person_id].append(each)
    return [finding for held in rows.values() for finding in _over_committed(held[0].person.name, held, today)]


def _person_line(person: Person, today: date) -> PersonLine:
    held = list(person.memberships.all())
    return PersonLine(
        person=person,
        roles=[Role(each.role).label for each in person.roles.all()],
        memberships=[each for each in held if each.ends_on is None or each.ends_on >= today],
        findings=_over_committed(person.name, held, today),
    )


def _over_committed(name: str, memberships: Iterable[Membership], today: date) -> list[Finding]:
    return over_committed(name, [(each.share, each.starts_on, each.ends_on) for each in memberships], today)


def _has_free_account(person: Person) -> bool:
    if not person.email:
        return False
    taken = Person.objects.filter(train_id=person.train_id, user__isnull=False).values("user_id")
    return User.objects.filter(email=person.email.lower(), is_active=True).exclude(pk__in=taken).exists()
