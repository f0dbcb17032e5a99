"""Checks that every action makes on what it is given."""

from typing import Any

from headway.engine.errors import Conflict, Invalid
from headway.kit.access import Actor
from headway.store.models import Recorded
from headway.store.portraits import portrait, references


def check_references(actor: Actor, model: type[Recorded], values: dict[str, Any]) -> None:
    """What the values of a ``model`` refer to belongs to the actor's train.

    Raises:
        Invalid: naming the column that does not.
    """
    for column, target in references(model).items():
        wanted = values.get(column)
        if wanted is None:
            continue
        if not target._default_manager.filter(train_id=actor.train_id, pk=wanted).exists():
            raise Invalid(
                f"There is no {target._meta.verbose_name} {wanted} on this train.",
                code="unknown_reference",
                field=column.removesuffix("_id"),
                value=wanted,
            )


def check_seen(row: Recorded, seen: int | None) -> None:
    """Nobody removes what has changed since they looked at it: any change counts, unlike in an edit."""
    if seen is not None and seen != row.version:
        raise Conflict(
            f"“{row}” was changed after you had last seen it, so it was not removed. Have a look and decide again.",
            code="stale",
            present=portrait(row),
        )
