"""What hangs on what: the critical chain, all before and after an item, and what a slip would touch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import rustworkx

from headway.engine.network.graph import Item, Network
from headway.engine.network.health import slack
from headway.engine.values.bounds import whole


class Measure(StrEnum):
    """What makes a chain long."""

    ITERATIONS = "iterations"
    POINTS = "points"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """Items each of which provides to the next.

    ``iterations`` is the smallest number of iterations the chain fits into when work of different teams
    never meets in one iteration and work of the same team may; ``points`` is the sum over its items.
    """

    keys: tuple[str, ...]
    iterations: int
    points: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class BlastRadius:
    """What has to move when ``source`` slips by ``slip`` iterations, the source itself not counted.

    ``delays`` gives for each item touched the iterations by which it has to move, the hardest hit first;
    ``teams`` are the teams of those items and ``points`` the sum of their sizes.
    """

    source: str
    slip: int
    delays: Mapping[str, int]
    teams: frozenset[str]
    points: Decimal


def gap(provider: Item, consumer: Item) -> int:
    """Iterations that must lie between the two: 1 across teams, 0 within a team."""
    return 0 if provider.team and provider.team == consumer.team else 1


def critical_chain(network: Network, by: Measure = Measure.ITERATIONS) -> Chain:
    """The longest chain of open work, by iterations (then points) or by points (then iterations).

    Links inside a cycle are left out, because a circle has no longest way round; ``find_cycles`` names
    them. Of two chains that are equally long the one whose items were given first is told. Empty when
    nothing is left to do.
    """
    order = _order(network)
    best: dict[int, tuple[tuple[int, Decimal], int | None]] = {}
    for node, providers in order:
        item = network.items[node]
        longest: tuple[tuple[int, Decimal], int | None] = ((1, item.points), None)
        for provider in providers:
            (iterations, points), _ = best[provider]
            reached = (iterations + gap(network.items[provider], item), points + item.points)
            if _length(reached, by) > _length(longest[0], by) or longest[1] is None:
                longest = (reached, provider)
        best[node] = longest
    if not best:
        return Chain(keys=(), iterations=0, points=Decimal(0))
    last = max(sorted(best), key=lambda node: _length(best[node][0], by))
    iterations, points = best[last][0]
    return Chain(keys=_told_back(network, best, last), iterations=iterations, points=points)


def upstream(network: Network, key: str) -> frozenset[str]:
    """Everything the item waits for, directly or through others. Raises Invalid for an unknown key."""
    found = rustworkx.ancestors(network.graph, network.index(key))
    return frozenset(network.items[node].key for node in found) - {key}


def downstream(network: Network, key: str) -> frozenset[str]:
    """Everything that waits for the item, directly or through others. Raises Invalid for an unknown key."""
    found = rustworkx.descendants(network.graph, network.index(key))
    return frozenset(network.items[node].key for node in found) - {key}


def blast_radius(network: Network, key: str, slip: int = 1) -> BlastRadius:
    """What has to move when the item ``key`` comes ``slip`` iterations (1 to 100) later than planned.

    A consumer has to move by what is left of its provider's delay after the free slack of the link, which
    is the slack less the gap (1 iteration across teams, 0 within a team) and never less than 0: a string
    that is tight or in conflict already passes the whole delay on. Work that is done, and work that is not
    planned, is not touched and passes nothing on. An item reached on several ways moves by the largest
    delay. Raises Invalid for an unknown key.
    """
    whole("slip", slip, 1, 100, "iterations")
    source = network.index(key)
    if not _can_move(network.items[source]):
        return BlastRadius(source=key, slip=slip, delays={}, teams=frozenset(), points=Decimal(0))
    delays: dict[int, int] = {}
    waiting: list[list[int]] = [[] for _ in range(slip)] + [[source]]
    # A delay never grows on its way, so going from the largest down settles every item at its first visit.
    for delay in range(slip, 0, -1):
        for node in waiting[delay]:
            if node in delays:
                continue
            delays[node] = delay
            for consumer in network.graph.successor_indices(node):
                left = delay - _free_slack(network.items[node], network.items[consumer])
                if left > 0 and _can_move(network.items[consumer]):
                    waiting[left].append(consumer)
    del delays[source]
    touched = [network.items[node] for node in delays]
    return BlastRadius(
        source=key,
        slip=slip,
        delays={network.items[node].key: delay for node, delay in delays.items()},
        teams=frozenset(item.team for item in touched if item.team),
        points=sum((item.points for item in touched), Decimal(0)),
    )


def _can_move(item: Item) -> bool:
    return item.iteration is not None and not item.done


def _free_slack(provider: Item, consumer: Item) -> int:
    slack_now = slack(provider.iteration, consumer.iteration)
    return 0 if slack_now is None else max(0, slack_now - gap(provider, consumer))


def _order(network: Network) -> list[tuple[int, Sequence[int]]]:
    """Open items with their open providers, providers first, cycles taken apart."""
    components = rustworkx.strongly_connected_components(network.graph)
    home = {node: place for place, group in enumerate(components) for node in group}
    # Tarjan finds a component only after all it leads to, so the components stand in reverse order.
    return [
        (node, _providers(network, node, home))
        for group in reversed(components)
        for node in sorted(group)
        if not network.items[node].done
    ]


def _providers(network: Network, node: int, home: Mapping[int, int]) -> Sequence[int]:
    return sorted(
        provider
        for provider in network.graph.predecessor_indices(node)
        if home[provider] != home[node] and not network.items[provider].done
    )


def _length(reached: tuple[int, Decimal], by: Measure) -> tuple[Decimal | int, Decimal | int]:
    iterations, points = reached
    return (iterations, points) if by is Measure.ITERATIONS else (points, iterations)


def _told_back(
    network: Network, best: Mapping[int, tuple[tuple[int, Decimal], int | None]], last: int
) -> tuple[str, ...]:
    keys: list[str] = []
    node: int | None = last
    while node is not None:
        keys.append(network.items[node].key)
        node = best[node][1]
    return tuple(reversed(keys))
