"""Teams set their own capacity where they know better than the rule."""

from uuid import UUID

from headway.features.capacity.policies import check_override, check_settable
from headway.kit.access import Actor, Permission, require
from headway.kit.text import tidy_text
from headway.store.change import Frame, Outcome, action, change
from headway.store.models import CapacityOverride, Iteration, Team


@action
def set_capacity(
    actor: Actor,
    *,
    team: str,
    iteration_id: int,
    points: float,
    note: str,
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Override the computed capacity of a team (by slug) in an iteration, in points, with the reason.

    Raises:
        Forbidden: the actor is not in the team.
        Invalid: points out of bounds, no note, or an external party.
        Locked: the PI is closed.
        Conflict: somebody set it since ``seen``.
    """
    with change(actor, command_id) as frame:
        row, iteration = _place(frame, team, iteration_id)
        check_override(points, note)
        present = CapacityOverride.objects.filter(team=row, iteration=iteration).first()
        if present is None:
            fresh = CapacityOverride(team=row, iteration=iteration, points=points, note=tidy_text(note))
            frame.create(fresh, "capacity.created")
        else:
            frame.update(present, "capacity.edited", seen=seen, points=points, note=tidy_text(note))
    return frame.outcome


@action
def clear_capacity(actor: Actor, *, team: str, iteration_id: int, command_id: UUID | None = None) -> Outcome:
    """Take the override back, so that the rule counts again.

    Raises:
        Forbidden: the actor is not in the team.
        Missing: there is no override.
        Locked: the PI is closed.
    """
    with change(actor, command_id) as frame:
        row, iteration = _place(frame, team, iteration_id)
        frame.delete(frame.get(CapacityOverride, team=row, iteration=iteration), "capacity.removed")
    return frame.outcome


def _place(frame: Frame, slug: str, iteration_id: int) -> tuple[Team, Iteration]:
    team = frame.get(Team, slug=slug)
    require(frame.actor, Permission.SET_CAPACITY, team=team.pk)
    iteration = frame.get(Iteration, pk=iteration_id)
    check_settable(team, iteration.pi)
    return team, iteration
