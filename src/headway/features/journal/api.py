"""The journal part of the REST API."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from headway.features.journal import actions, queries
from headway.features.journal.schemas import Stretch
from headway.kit.http import actor_of
from headway.kit.schemas import Command
from headway.live.messages import sentence
from headway.store.answers import told

router = Router(tags=["journal"])


@router.get("/trains/{slug}/journal", summary="What happened")
def read_journal(request: HttpRequest, slug: str, stretch: Query[Stretch]) -> dict[str, Any]:
    """Newest first; with ``after`` in the order it happened, so that a reader can follow along."""
    found = queries.entries(actor_of(request), **stretch.dict())
    return {
        "entries": [
            {
                "number": each.number,
                "at": each.at,
                "actor": each.actor_name,
                "verb": each.verb,
                "sentence": sentence(each),
                "kind": each.kind,
                "id": each.subject_id,
                "before": each.before,
                "after": each.after,
            }
            for each in found
        ]
    }


@router.post("/trains/{slug}/undo", summary="Take back one's own last change")
def undo(request: HttpRequest, slug: str, body: Command) -> dict[str, Any]:
    """Once more takes back the change before that. ``message`` says what was taken back."""
    outcome = actions.undo_last(actor_of(request), command_id=body.command_id)
    return {**told(outcome), "message": f"Taken back: {sentence(outcome.entries[0])}."}
