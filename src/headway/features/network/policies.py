"""Who may look at the network of a train: everybody on it. Nothing is changed here."""

from headway.kit.access import Actor, Permission, require


def require_view(actor: Actor) -> None:
    """Everybody on the train may see what hangs on what."""
    require(actor, Permission.VIEW_TRAIN)
