"""Items that wait for each other in a circle: no order of iterations can satisfy them all."""

from dataclasses import dataclass

import rustworkx

from headway.engine.network.graph import Network
from headway.engine.values.bounds import whole

MOST_LOOPS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Cycles:
    """Every item that lies on a circle, and the circles themselves up to a bound.

    ``groups`` are the strongly connected sets of items, the largest first: each item of a group waits,
    through the others, for every other. ``loops`` are single circles, each a run of keys in which every
    item provides to the next and the last to the first. ``complete`` is False when there are more loops
    than were asked for; the groups always are complete.
    """

    groups: tuple[frozenset[str], ...]
    loops: tuple[tuple[str, ...], ...]
    complete: bool

    @property
    def members(self) -> frozenset[str]:
        """All keys that lie on a circle."""
        return frozenset().union(*self.groups)


def find_cycles(network: Network, limit: int = MOST_LOOPS) -> Cycles:
    """All groups of items in a circle, with at most ``limit`` (0 to 10,000) elementary loops among them.

    The number of loops can grow exponentially with the links, which is why they are bounded and the groups
    are not.
    """
    whole("limit", limit, 0, 10_000)
    groups = _groups(network)
    loops: list[tuple[str, ...]] = []
    complete = True
    for group in groups:
        inside = network.graph.subgraph(group)
        for loop in rustworkx.simple_cycles(inside):
            if len(loops) == limit:
                complete = False
                break
            loops.append(_from_first(tuple(network.items[inside[node]].key for node in loop), network))
        if not complete:
            break
    return Cycles(
        groups=tuple(frozenset(network.items[node].key for node in group) for group in groups),
        loops=tuple(loops),
        complete=complete,
    )


def _groups(network: Network) -> list[list[int]]:
    found = [
        sorted(group)
        for group in rustworkx.strongly_connected_components(network.graph)
        if len(group) > 1 or network.graph.has_edge(group[0], group[0])
    ]
    return sorted(found, key=lambda group: (-len(group), group))


def _from_first(loop: tuple[str, ...], network: Network) -> tuple[str, ...]:
    """The same circle, told from the item that was given first, so that two runs tell it alike."""
    start = loop.index(min(loop, key=network.index))
    return loop[start:] + loop[:start]
