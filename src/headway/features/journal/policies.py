"""What may be taken back: only what its author may still do, and nothing in a closed PI."""

from collections.abc import Iterable, Sequence

from headway.engine.errors import Locked
from headway.kit.access import TABLE, Actor, Permission, Role, may, require
from headway.store.models import Entry, Increment, Iteration, Membership, Story, Team, TrainRole
from headway.store.verbs import VERBS

_SPEAKS_WITH_EXTERNALS = frozenset({Role.RTE, Role.PRODUCT_MANAGER})


def require_still_allowed(actor: Actor, entries: Sequence[Entry]) -> None:
    """Whoever has left the team or lost the role since takes nothing back; ``entries`` are newest first.

    A removal comes after what it takes along or loosens, and only the removal itself needs the permission.

    Raises:
        Forbidden: with the reason.
    """
    removal = entries[0].verb.endswith(".removed")
    for entry in entries[:1] if removal else entries:
        permission = VERBS[entry.verb].permission
        if entry.kind == "dependency" and _spoke_for_outsiders(actor, entry, permission):
            continue
        teams = _teams_of(entry, permission) if TABLE[permission].team_roles else []
        if teams is None:
            require(actor, permission, anywhere=True)
        elif not any(may(actor, permission, team=team) for team in teams):
            require(actor, permission, team=next(iter(teams), None))


def check_nothing_closed(entries: Sequence[Entry]) -> None:
    """A closed PI keeps its plan and results; only the very change that closed it takes its own part back.

    Raises:
        Locked: naming the PI.
    """
    closing = {each.subject_id for each in entries if each.kind == "pi" and (each.after or {}).get("state") == "closed"}
    touched = _increments_of(entries) - closing
    closed = Increment.objects.filter(pk__in=touched, state=Increment.State.CLOSED).first()
    if closed is not None:
        raise Locked(
            f"{closed.name} is closed; its plan and results stay as they are, so this cannot be taken back.",
            code="pi_closed",
        )


def check_keeper_left(actor: Actor, entries: Sequence[Entry]) -> None:
    """After roles or people were taken back somebody can still set the train up.

    Who asks was found out before the write began: their own role may be gone by now.

    Raises:
        Locked: nobody could.
    """
    if not any(each.kind in ("role", "person") for each in entries):
        return
    keepers = TrainRole.objects.filter(train_id=actor.train_id, role=Role.RTE.value, person__user__is_active=True)
    if not keepers.exists():
        raise Locked(
            "This would take the last Release Train Engineer away; give the role to somebody first.", code="last_rte"
        )


def _teams_of(entry: Entry, permission: Permission) -> list[int] | None:
    """The teams any of which has to be the actor's; None where a role in any team of the train counts."""
    match entry.kind:
        case "team":
            return [entry.subject_id]
        case "story" | "capacity" | "membership" | "proposal_part":
            return _told(entry, "team_id") or None
        case "task":
            story = Story.objects.filter(pk__in=_told(entry, "story_id"), team__isnull=False)
            return list(story.values_list("team_id", flat=True)) or None
        case "absence":
            held = Membership.objects.filter(person_id__in=_told(entry, "person_id"))
            return list(held.values_list("team_id", flat=True))
        case "dependency":
            return _sides(entry, permission)
    return None


def _sides(entry: Entry, permission: Permission) -> list[int] | None:
    consumer, provider = _told(entry, "consumer_team_id"), _told(entry, "provider_team_id")
    if permission is Permission.ACCEPT_DEPENDENCY:
        return consumer
    if permission is Permission.ANSWER_DEPENDENCY:
        return provider
    return None if entry.verb == "dependency.created" else consumer + provider


def _spoke_for_outsiders(actor: Actor, entry: Entry, permission: Permission) -> bool:
    """What an external party says is written down by the other side, the RTE or the Product Manager."""
    sides = [_told(entry, "consumer_team_id"), _told(entry, "provider_team_id")]
    if permission is Permission.REQUEST_DEPENDENCY or TABLE[permission].scope not in actor.scopes:
        return False
    mine, other = sides if permission is Permission.ACCEPT_DEPENDENCY else sides[::-1]
    if not Team.objects.filter(pk__in=mine, external=True).exists():
        return False
    return bool(actor.roles & _SPEAKS_WITH_EXTERNALS) or any(may(actor, permission, team=team) for team in other)


def _told(entry: Entry, column: str) -> list[int]:
    """What the entry says a column refers to, before and after."""
    found = {(row or {}).get(column) for row in (entry.before, entry.after)}
    return sorted(each for each in found if each is not None)


def _increments_of(entries: Iterable[Entry]) -> set[int]:
    found: set[int | None] = set()
    iterations: set[int] = set()
    stories: set[int] = set()
    for entry in entries:
        for row in (entry.before or {}, entry.after or {}):
            match entry.kind:
                case "story" | "target" | "iteration" | "proposal" | "scenario":
                    found.add(row.get("pi_id"))
                case "capacity":
                    iterations.add(row.get("iteration_id") or 0)
                case "task":
                    stories.add(row.get("story_id") or 0)
                case "pi":
                    found.add(entry.subject_id)
    if iterations:
        found |= set(Iteration.objects.filter(pk__in=iterations).values_list("pi_id", flat=True))
    if stories:
        found |= set(Story.objects.filter(pk__in=stories).values_list("pi_id", flat=True))
    return {each for each in found if each is not None}
