"""Taking back one's own last change."""

from uuid import UUID

from headway.engine.errors import Conflict, Locked, Missing
from headway.features.journal import queries
from headway.features.journal.policies import check_keeper_left, check_nothing_closed, require_still_allowed
from headway.kit.access import Actor
from headway.store.change import Frame, Outcome, action, change
from headway.store.models import Entry
from headway.store.verbs import VERBS


@action
def undo_last(actor: Actor, *, command_id: UUID | None = None) -> Outcome:
    """Take back the actor's own last change, as a change of its own; once more takes back the one before.

    Raises:
        Missing: there is nothing of the actor's to take back.
        Conflict: somebody has changed the same thing since.
        Forbidden: the actor may no longer do what is to be taken back.
        Locked: the last change is of a kind that stands, or its PI has been closed since.
    """
    with change(actor, command_id) as frame:
        command = queries.last_own_command(actor)
        if command is None:
            raise Missing("There is no change of yours to take back.", code="nothing_to_undo")
        entries = list(command.entries.order_by("-number"))
        require_still_allowed(actor, entries)
        check_nothing_closed(entries)
        for entry in entries:
            _check_undoable(entry)
        for entry in entries:
            _take_back(frame, entry)
        check_keeper_left(actor, entries)
        frame.command.undoes = command
    return frame.outcome


def _check_undoable(entry: Entry) -> None:
    if not VERBS[entry.verb].undoable:
        raise Locked(f"Your last change ({entry.verb}) stands: it cannot be taken back.", code="not_undoable")
    newest = (
        Entry.objects.filter(train_id=entry.train_id, kind=entry.kind, subject_id=entry.subject_id)
        # A change and its undoing cancel out.
        .filter(command__undoes__isnull=True, command__undone_by__isnull=True)
        .order_by("-number")
        .first()
    )
    if newest is not None and newest.command_id != entry.command_id:
        raise Conflict(
            f"{newest.actor_name} has changed the same thing since ({newest.verb}), so yours cannot be taken back.",
            code="changed_since",
            present=newest.after,
        )


def _take_back(frame: Frame, entry: Entry) -> None:
    frame.restore(entry.kind, entry.subject_id, entry.before, entry.verb)
