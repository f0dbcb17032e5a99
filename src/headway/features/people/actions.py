"""Teams, the people of the train, who is in which team, and when somebody is away."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.text import slugify

from headway.engine.errors import Invalid
from headway.features.calendar.policies import LONGEST_AWAY, check_days
from headway.features.calendar.public_holidays import check_place
from headway.features.people.policies import (
    RESERVED,
    check_choice,
    check_keeper_stays,
    check_membership_dates,
    check_no_closed_work,
    check_share,
    check_team_role,
    require_for_person,
)
from headway.kit.access import Actor, Permission, Role, require
from headway.kit.text import check_text, tidy_text
from headway.store.change import Frame, Outcome, action, change
from headway.store.models import Absence, Membership, Person, Team, TrainRole, User


@action
def add_team(
    actor: Actor,
    *,
    name: str,
    slug: str = "",
    mission: str = "",
    external: bool = False,
    contact: str = "",
    command_id: UUID | None = None,
) -> Outcome:
    """Add a team, or an external party with a row of its own on the board; it comes last in the order.

    Raises:
        Invalid: the name is empty, or the address is taken on this train.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_TEAM)
        name = check_text(name, "name", "name")
        address = slugify(slug or name)[:40].strip("-")
        if not address or address in RESERVED:
            raise Invalid(
                f"“{slug or name}” makes no address; give a name with letters or digits in it.",
                code="name",
                field="name",
                value=slug or name,
            )
        if Team.objects.filter(train=frame.train, slug=address).exists():
            raise Invalid(
                f"There is a team at the address “{address}” already; choose another name.",
                code="taken",
                field="name",
                value=name,
            )
        last = Team.objects.filter(train=frame.train).aggregate(last=Max("position"))["last"] or 0
        team = Team(
            slug=address,
            name=name,
            mission=tidy_text(mission),
            external=external,
            contact=tidy_text(contact),
            position=last + 1,
        )
        frame.create(team, "team.created")
    return frame.outcome


@action
def edit_team(
    actor: Actor, *, team: str, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change a team's ``name``, ``mission`` or ``contact``.

    Raises:
        Forbidden: the actor is neither its Scrum Master nor the RTE.
    """
    with change(actor, command_id) as frame:
        row = frame.get(Team, slug=team)
        require(actor, Permission.MANAGE_TEAM, team=row.pk)
        if "name" in values:
            values["name"] = check_text(values["name"], "name", "name")
        frame.update(row, "team.edited", seen=seen, **_only(values, "name", "mission", "contact"))
    return frame.outcome


@action
def order_teams(actor: Actor, *, teams: Sequence[str], command_id: UUID | None = None) -> Outcome:
    """Put the teams (their addresses, all of them) into this order on the board and in lists.

    Raises:
        Invalid: the list does not hold each team of the train exactly once.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_TEAM)
        rows = {team.slug: team for team in Team.objects.filter(train=frame.train)}
        if sorted(teams) != sorted(rows):
            raise Invalid(
                f"The order should name each of the {len(rows)} teams once; it names {len(teams)}.",
                code="order",
                field="teams",
            )
        for position, slug in enumerate(teams, start=1):
            frame.update(rows[slug], "team.edited", position=position)
    return frame.outcome


@action
def remove_team(actor: Actor, *, team: str, command_id: UUID | None = None) -> Outcome:
    """Remove a team with its memberships and dependencies; its stories stay, without a team.

    Raises:
        Locked: the team has stories in a closed PI.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_TEAM)
        row = frame.get(Team, slug=team)
        check_no_closed_work(row)
        frame.delete(row, "team.removed")
    return frame.outcome


@action
def add_member(
    actor: Actor,
    *,
    team: str,
    person_id: int,
    role: str = "member",
    specialty: str = Membership.Specialty.DEVELOPER,
    share: int = 100,
    starts_on: date | None = None,
    ends_on: date | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Take a person into a team, with the share of their working time (0 to 100 %) that it gets.

    Raises:
        Forbidden: the actor is neither the team's Scrum Master nor the RTE.
        Invalid: a value is out of its bounds, or the person holds this role in the team already.
    """
    with change(actor, command_id) as frame:
        row = frame.get(Team, slug=team)
        require(actor, Permission.MANAGE_TEAM, team=row.pk)
        person = frame.get(Person, pk=person_id)
        if row.external:
            raise Invalid(f"{row.name} is an external party; it has no members here.", code="external", field="team")
        if Membership.objects.filter(team=row, person=person, role=role).exists():
            raise Invalid(
                f"{person.name} has this role in {row.name} already; change that membership instead.",
                code="taken",
                field="person_id",
                value=person_id,
            )
        values = {"role": role, "specialty": specialty, "share": share, "starts_on": starts_on, "ends_on": ends_on}
        _check_membership(values)
        frame.create(Membership(team=row, person=person, **values), "membership.created")
    return frame.outcome


@action
def edit_member(
    actor: Actor, *, membership_id: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change a membership's ``role``, ``specialty``, ``share``, ``starts_on`` or ``ends_on``."""
    with change(actor, command_id) as frame:
        row = frame.get(Membership, pk=membership_id)
        require(actor, Permission.MANAGE_TEAM, team=row.team_id)
        values = _only(values, "role", "specialty", "share", "starts_on", "ends_on")
        whole = {name: values.get(name, getattr(row, name)) for name in ("role", "specialty", "share")}
        dates = {name: values.get(name, getattr(row, name)) for name in ("starts_on", "ends_on")}
        _check_membership(whole | dates)
        others = Membership.objects.filter(team_id=row.team_id, person_id=row.person_id, role=whole["role"])
        if others.exclude(pk=row.pk).exists():
            raise Invalid(
                f"{row.person.name} has this role in {row.team.name} already; remove one of the two.",
                code="taken",
                field="role",
                value=whole["role"],
            )
        frame.update(row, "membership.edited", seen=seen, **values)
    return frame.outcome


@action
def remove_member(actor: Actor, *, membership_id: int, command_id: UUID | None = None) -> Outcome:
    """End a membership as if it had never been; to end it on a day, give it an end date instead."""
    with change(actor, command_id) as frame:
        row = frame.get(Membership, pk=membership_id)
        require(actor, Permission.MANAGE_TEAM, team=row.team_id)
        frame.delete(row, "membership.removed")
    return frame.outcome


@action
def add_person(
    actor: Actor,
    *,
    name: str,
    email: str = "",
    country: str = "",
    region: str = "",
    roles: Iterable[str] = (),
    command_id: UUID | None = None,
) -> Outcome:
    """Add a person with their roles on the train; an account with that e-mail address is linked at once.

    Raises:
        Invalid: the name is empty, the e-mail address belongs to somebody else here, or the place is unknown.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_PEOPLE)
        name = check_text(name, "name", "name")
        check_place(country, region)
        email = _free_email(frame, email)
        person = Person(name=name, email=email, country=country, region=region, user=_account(frame, email))
        frame.create(person, "person.created")
        for role in sorted(set(roles)):
            check_choice("role", role, list(Role))
            frame.create(TrainRole(person=person, role=role), "role.created")
    return frame.outcome


@action
def edit_person(
    actor: Actor, *, person_id: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change a person's ``name``, ``email``, ``country`` or ``region``.

    Raises:
        Invalid: a value is out of its bounds, or the address is that of an account the person is linked to.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_PEOPLE)
        row = frame.get(Person, pk=person_id)
        values = _only(values, "name", "email", "country", "region")
        if "name" in values:
            values["name"] = check_text(values["name"], "name", "name")
        check_place(values.get("country", row.country), values.get("region", row.region))
        if "email" in values:
            values["email"] = _free_email(frame, values["email"], besides=row)
            if row.user_id is None:
                values["user_id"] = getattr(_account(frame, values["email"]), "pk", None)
        frame.update(row, "person.edited", seen=seen, **values)
    return frame.outcome


@action
def remove_person(actor: Actor, *, person_id: int, command_id: UUID | None = None) -> Outcome:
    """Take a person off the train, with their memberships, roles and absences; what they wrote stays.

    Raises:
        Locked: the person is the last Release Train Engineer.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_PEOPLE)
        row = frame.get(Person, pk=person_id)
        check_keeper_stays(row)
        frame.delete(row, "person.removed")
    return frame.outcome


@action
def set_roles(actor: Actor, *, person_id: int, roles: Iterable[str], command_id: UUID | None = None) -> Outcome:
    """Give a person exactly these roles on the train.

    Raises:
        Invalid: one of them is no role.
        Locked: it would take the last Release Train Engineer away.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_PEOPLE)
        row = frame.get(Person, pk=person_id)
        wanted = set(roles)
        for role in sorted(wanted):
            check_choice("role", role, list(Role))
        if Role.RTE.value not in wanted:
            check_keeper_stays(row)
        held = {each.role: each for each in TrainRole.objects.filter(person=row)}
        for role in sorted(held.keys() - wanted):
            frame.delete(held[role], "role.removed")
        for role in sorted(wanted - held.keys()):
            frame.create(TrainRole(person=row, role=role), "role.created")
    return frame.outcome


@action
def link_account(actor: Actor, *, person_id: int, command_id: UUID | None = None) -> Outcome:
    """Link a person to the account with their e-mail address, so that they can take part.

    Raises:
        Invalid: there is no such account, or it is linked to somebody else on this train.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_PEOPLE)
        row = frame.get(Person, pk=person_id)
        user = _account(frame, row.email) if row.user_id is None else row.user
        if user is None:
            raise Invalid(
                f"There is no free account with the address “{row.email}”. "
                "Whoever runs Headway can make one with “headway user add”.",
                code="no_account",
                field="email",
                value=row.email,
            )
        frame.update(row, "person.edited", user_id=user.pk)
    return frame.outcome


@action
def unlink_account(actor: Actor, *, person_id: int, command_id: UUID | None = None) -> Outcome:
    """Take a person's access away without taking them off the train.

    Raises:
        Locked: the person is the last Release Train Engineer with an account.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.MANAGE_PEOPLE)
        row = frame.get(Person, pk=person_id)
        if row.user_id is not None:
            check_keeper_stays(row)
        frame.update(row, "person.edited", user_id=None)
    return frame.outcome


@action
def record_absence(
    actor: Actor,
    *,
    person_id: int,
    starts_on: date,
    ends_on: date,
    reason: str = Absence.Reason.ABSENCE,
    note: str = "",
    command_id: UUID | None = None,
) -> Outcome:
    """Note days, both included, on which a person is absent or in training.

    Raises:
        Forbidden: the actor is neither in one of the person's teams nor the RTE.
        Invalid: the days end before they start, or are more than a year.
    """
    with change(actor, command_id) as frame:
        person = frame.get(Person, pk=person_id)
        require_for_person(actor, person)
        check_choice("reason", reason, list(Absence.Reason.values))
        check_days(starts_on, ends_on, longest=LONGEST_AWAY, what="An absence")
        row = Absence(person=person, starts_on=starts_on, ends_on=ends_on, reason=reason, note=tidy_text(note))
        frame.create(row, "absence.created")
    return frame.outcome


@action
def edit_absence(
    actor: Actor, *, absence_id: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change an absence's ``starts_on``, ``ends_on``, ``reason`` or ``note``."""
    with change(actor, command_id) as frame:
        row = frame.get(Absence, pk=absence_id)
        require_for_person(actor, row.person)
        values = _only(values, "starts_on", "ends_on", "reason", "note")
        check_choice("reason", values.get("reason", row.reason), list(Absence.Reason.values))
        first, last = values.get("starts_on", row.starts_on), values.get("ends_on", row.ends_on)
        check_days(first, last, longest=LONGEST_AWAY, what="An absence")
        frame.update(row, "absence.edited", seen=seen, **values)
    return frame.outcome


@action
def remove_absence(actor: Actor, *, absence_id: int, command_id: UUID | None = None) -> Outcome:
    """Take an absence back."""
    with change(actor, command_id) as frame:
        row = frame.get(Absence, pk=absence_id)
        require_for_person(actor, row.person)
        frame.delete(row, "absence.removed")
    return frame.outcome


def _only(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """The values, none of which may be anything else than ``names``."""
    unknown = sorted(values.keys() - set(names))
    if unknown:
        raise Invalid(
            f"{', '.join(unknown)} cannot be changed here; {', '.join(names)} can.",
            code="unknown_field",
            field=unknown[0],
        )
    return {name: tidy_text(each) if isinstance(each, str) else each for name, each in values.items()}


def _check_membership(values: dict[str, Any]) -> None:
    check_team_role(values["role"])
    check_choice("specialty", values["specialty"], list(Membership.Specialty.values))
    check_share(values["share"])
    check_membership_dates(values["starts_on"], values["ends_on"])


def _free_email(frame: Frame, email: str, besides: Person | None = None) -> str:
    """The address in lower case, when nobody else on the train has it."""
    email = tidy_text(email).lower()
    if besides is not None and besides.user_id is not None and email != besides.email.lower():
        raise Invalid(
            f"{besides.name} signs in as {besides.email}; unlink the account before changing the address.",
            code="linked",
            field="email",
            value=email,
        )
    others = Person.objects.filter(train=frame.train, email__iexact=email)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if email and others.exists():
        raise Invalid(
            f"The address {email} belongs to somebody else on this train.", code="taken", field="email", value=email
        )
    return email


def _account(frame: Frame, email: str) -> User | None:
    """The account with this address, unless somebody on the train is linked to it already."""
    taken = Person.objects.filter(train=frame.train, user__isnull=False).values("user_id")
    return User.objects.filter(email=email, is_active=True).exclude(pk__in=taken).first() if email else None
