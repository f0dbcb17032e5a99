"""Who may bring work in and carry it out, and how long an uploaded file waits for its decision."""

from datetime import timedelta

from headway.engine.errors import Forbidden
from headway.kit.access import Actor, Permission, require
from headway.store.models import User

UPLOAD_LIFETIME = timedelta(hours=24)
UPLOADS_PER_PERSON = 5


def require_import(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may import work."""
    require(actor, Permission.IMPORT_WORK)


def require_export(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see the train; who may see it may take it along."""
    require(actor, Permission.VIEW_TRAIN)


def require_founder(user: User) -> None:
    """Raise `Forbidden` unless the account may start trains on this installation."""
    if not user.is_staff:
        raise Forbidden("Importing a whole train is for the accounts that run this installation.", code="forbidden")
