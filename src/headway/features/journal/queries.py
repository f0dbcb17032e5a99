"""Reading the journal."""

from headway.kit.access import Actor, Permission, require
from headway.store.models import Entry


def entries(actor: Actor, *, before: int | None, after: int | None, limit: int) -> list[Entry]:
    """A stretch of the journal: newest first, or in the order it happened when ``after`` is given."""
    require(actor, Permission.VIEW_TRAIN)
    found = Entry.objects.filter(train_id=actor.train_id)
    if after is not None:
        return list(found.filter(number__gt=after).order_by("number")[:limit])
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found.order_by("-number")[:limit])
