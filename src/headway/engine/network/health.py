"""Schedule health of one dependency.

A position is the index of an iteration among all iterations of the train in calendar order, counted from 0
and across PIs; the IP iteration counts. None means not planned into any iteration.

The whole rule, in the order in which it is asked:

1. declined or obsolete: no string, so no health (None);
2. delivered or accepted: ``ok``, wherever the cards stand;
3. the consumer is not planned: ``unplanned`` (nobody waits at a known time);
4. the provider is not planned: ``conflict`` (somebody waits for a thing nobody has promised);
5. slack, the consumer's position less the provider's, in iterations:
   1 or more is ``ok``, 0 (the same iteration) is ``tight``, less than 0 is ``conflict``.

The browser previews a drag with the same five lines; change both or neither.
"""

from collections.abc import Iterable
from enum import StrEnum

from headway.engine.values.dependency import ARRIVED, DROPPED, DependencyState


class Health(StrEnum):
    """How a string is drawn."""

    OK = "ok"
    TIGHT = "tight"
    CONFLICT = "conflict"
    UNPLANNED = "unplanned"


def slack(provider: int | None, consumer: int | None) -> int | None:
    """Iterations from provider to consumer: negative when too late, None when either is unplanned."""
    if provider is None or consumer is None:
        return None
    return consumer - provider


def health(provider: int | None, consumer: int | None, state: DependencyState | str) -> Health | None:
    """The health of a dependency whose ends stand at these positions; None when it is no string at all.

    Raises ValueError for a state that is none of DependencyState.
    """
    agreed = DependencyState(state)
    if agreed in DROPPED:
        return None
    if agreed in ARRIVED:
        return Health.OK
    if consumer is None:
        return Health.UNPLANNED
    if provider is None or consumer < provider:
        return Health.CONFLICT
    return Health.TIGHT if consumer == provider else Health.OK


def position(*, linked: bool, item: int | None, promised: int | None) -> int | None:
    """Where one end of a dependency stands.

    With a linked story or feature that is the iteration ``item`` is planned into, even when it is none.
    Only an end without a linked item stands at its ``promised`` iteration: committed-by for the provider,
    needed-by for the consumer.
    """
    return item if linked else promised


def finishing(stories: Iterable[int | None]) -> int | None:
    """Where a feature stands: the last iteration any planned story of it is in; None when none is planned."""
    return max((place for place in stories if place is not None), default=None)
