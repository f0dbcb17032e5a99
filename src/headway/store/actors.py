"""Who asks: the actor that an account is within a train."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from headway.engine.errors import Missing
from headway.kit import clock
from headway.kit.access import Actor, Role, Scope, TeamRole
from headway.store.models import Person, Train, User


def actor_for(user: User, train_slug: str, scopes: Iterable[Scope] = frozenset(Scope)) -> Actor:
    """The actor ``user`` is in the train.

    Raises:
        Missing: no such train, or not for this user: a stranger cannot tell the two apart.
    """
    # One query, since every page and every call asks this.
    rows = list(
        Person.objects.filter(user_id=user.pk, train__slug=train_slug).values_list(
            "pk",
            "name",
            "train_id",
            "train__seq",
            "roles__role",
            "memberships__team_id",
            "memberships__role",
            "memberships__starts_on",
            "memberships__ends_on",
        )
    )
    if not rows or not user.is_active:
        raise Missing(f"There is no train {train_slug!r} that you are part of.", code="train_missing")
    person_id, name, train_id, number = rows[0][:4]
    return Actor(
        train_id=train_id,
        train_slug=train_slug,
        name=name,
        user_id=user.pk,
        person_id=person_id,
        roles=frozenset(Role(row[4]) for row in rows if row[4] is not None),
        teams=_teams(row[5:] for row in rows if row[5] is not None),
        scopes=frozenset(scopes),
        as_of=number,
    )


def founder(train: Train, user: User) -> Actor:
    """The actor who sets up a train that has no people yet: Release Train Engineer by founding it."""
    return Actor(
        train_id=train.pk,
        train_slug=train.slug,
        name=str(user),
        user_id=user.pk,
        roles=frozenset({Role.RTE, Role.PRODUCT_MANAGER}),
    )


def _teams(rows: Iterable[tuple[int, str, date | None, date | None]]) -> dict[int, frozenset[TeamRole]]:
    today = clock.today()
    held: dict[int, set[TeamRole]] = defaultdict(set)
    for team_id, role, starts_on, ends_on in rows:
        if (starts_on or today) <= today <= (ends_on or today):
            held[team_id].add(TeamRole(role))
    return {team_id: frozenset(roles) for team_id, roles in held.items()}
