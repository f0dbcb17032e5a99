"""Bounds of teams, people and memberships. Unusual values within the bounds earn a hint, never a refusal."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from headway.engine.errors import Invalid, Locked
from headway.features.calendar.policies import check_date
from headway.kit import clock
from headway.kit.access import Actor, Permission, Role, TeamRole, require
from headway.store.models import Increment, Membership, Person, Team, TrainRole

RESERVED = frozenset({"new", "order"})
"""Words that cannot be a team's address, because pages stand there."""


def check_share(share: int) -> None:
    """The part of a person's time that a team gets: 0 to 100 %."""
    if isinstance(share, bool) or not 0 <= share <= 100:
        raise Invalid(
            f"The share is {share} %; give 0 to 100 % of the person's working time.",
            code="out_of_bounds",
            field="share",
            value=share,
        )


def check_membership_dates(starts_on: date | None, ends_on: date | None) -> None:
    """Both may be open; a membership does not end before it starts."""
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is not None:
            check_date(field, day)
    if starts_on and ends_on and ends_on < starts_on:
        raise Invalid(
            f"The membership ends on {ends_on}, before it starts on {starts_on}; give a later end or none.",
            code="ends_before_start",
            field="ends_on",
            value=str(ends_on),
        )


def check_choice(field: str, value: str, allowed: Iterable[str]) -> None:
    """The value is one of those there are."""
    known = list(allowed)
    if value not in known:
        raise Invalid(
            f"“{value}” is no {field.replace('_', ' ')}; there are {', '.join(known)}.",
            code="choice",
            field=field,
            value=value,
        )


def check_team_role(role: str) -> None:
    """Member, Scrum Master or Product Owner."""
    check_choice("role", role, list(TeamRole))


def check_keeper_stays(person: Person) -> None:
    """A train always keeps somebody who can set it up: an RTE, with an account in use if this one has one.

    Raises:
        Locked: ``person`` is the last.
    """
    keepers = TrainRole.objects.filter(train_id=person.train_id, role=Role.RTE.value)
    if not keepers.filter(person=person).exists():
        return
    others = keepers.exclude(person=person)
    if person.user_id is not None:
        others = others.filter(person__user__is_active=True)
    if not others.exists():
        raise Locked(
            f"{person.name} is the last Release Train Engineer of this train. "
            "Give the role to somebody else with an account first.",
            code="last_rte",
        )


def check_no_closed_work(team: Team) -> None:
    """What a team did in a closed PI stays with it.

    Raises:
        Locked: naming the PI.
    """
    closed = Increment.objects.filter(stories__team=team, state=Increment.State.CLOSED).first()
    if closed is not None:
        raise Locked(
            f"{team.name} has work in {closed.name}, which is closed and stays as it is, so the team stays too. "
            "To end it, give its memberships an end date.",
            code="pi_closed",
        )


def require_for_person(actor: Actor, person: Person) -> None:
    """Absences are recorded by anyone in one of the person's teams, or by the RTE.

    Raises:
        Forbidden: with the reason.
    """
    over = Q(ends_on__lt=clock.today())
    held = Membership.objects.filter(person=person).exclude(over).values_list("team_id", flat=True)
    shared = next((team_id for team_id in held if team_id in actor.teams), None)
    require(actor, Permission.RECORD_ABSENCE, team=shared)
