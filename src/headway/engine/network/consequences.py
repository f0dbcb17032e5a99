"""What happens when one card is put elsewhere: asked while it is being dragged."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from headway.engine.network.chain import Chain, blast_radius, critical_chain
from headway.engine.network.graph import Link, Network
from headway.engine.network.slack import LinkSlack, room_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Consequences:
    """What moving the item ``key`` changes.

    ``before`` and ``after`` are the rooms of its own strings, in the same order; ``worse`` and ``better`` those
    of ``after`` that become short or stop being so. ``pushed`` is the other work that then has to move, with
    the iterations, when the item comes later than now. The critical chains are told when the team changes and
    are None otherwise: a chain asks what the work needs and not where it is planned, so it stays as it is.
    """

    key: str
    before: tuple[LinkSlack, ...]
    after: tuple[LinkSlack, ...]
    worse: tuple[LinkSlack, ...]
    better: tuple[LinkSlack, ...]
    pushed: Mapping[str, int]
    chain_before: Chain | None
    chain_after: Chain | None


def consequences(network: Network, key: str, *, iteration: int | None, team: str | None = None) -> Consequences:
    """What changes when the item stands in ``iteration`` (None: not planned) and, if named, with ``team``.

    Raises Invalid for an unknown key or an iteration out of bounds.
    """
    item = network.item(key)
    moved = replace(item, iteration=iteration, team=item.team if team is None else team)
    then = network.replaced(moved)
    links = _own_links(network, key)
    before = tuple(room_of(network, link) for link in links)
    after = tuple(room_of(then, link) for link in links)
    slip = 0 if iteration is None or item.iteration is None else max(0, iteration - item.iteration)
    stays = moved.team == item.team
    handed_over = network if stays else network.replaced(replace(moved, iteration=item.iteration))
    return Consequences(
        key=key,
        before=before,
        after=after,
        worse=tuple(new for old, new in zip(before, after, strict=True) if new.short and not old.short),
        better=tuple(new for old, new in zip(before, after, strict=True) if old.short and not new.short),
        pushed=blast_radius(handed_over, key, min(slip, 100)).delays if slip else {},
        chain_before=None if stays else critical_chain(network),
        chain_after=None if stays else critical_chain(then),
    )


def _own_links(network: Network, key: str) -> list[Link]:
    node = network.index(key)
    ends = [*network.graph.in_edges(node), *network.graph.out_edges(node)]
    links = {(provider, consumer): link for provider, consumer, link in ends if not link.part}
    return [links[pair] for pair in sorted(links)]
