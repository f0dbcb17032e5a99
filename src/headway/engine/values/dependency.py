"""What kind of dependency it is, and how far the two sides have come with each other."""

from enum import StrEnum


class DependencyType(StrEnum):
    """What the consumer waits for."""

    FEATURE = "feature"
    ARCHITECTURAL = "architectural"
    DATA = "data"
    PLATFORM = "platform"
    EXTERNAL = "external"


class DependencyState(StrEnum):
    """The agreement between the two sides, apart from where the work stands in the calendar."""

    IDENTIFIED = "identified"
    REQUESTED = "requested"
    NEGOTIATING = "negotiating"
    COMMITTED = "committed"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OBSOLETE = "obsolete"


ARRIVED = frozenset({DependencyState.DELIVERED, DependencyState.ACCEPTED})
"""The consumer has what it needs: the calendar no longer matters."""

DROPPED = frozenset({DependencyState.DECLINED, DependencyState.OBSOLETE})
"""Nobody waits any more: no string is drawn."""
