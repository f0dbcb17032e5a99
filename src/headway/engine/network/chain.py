"""What hangs on what: the critical chain, all before and after an item, and what a slip would touch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import rustworkx

from headway.engine.network.graph import Item, Link, Network, gap
from headway.engine.network.health import finishing, slack
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
    ``teams`` are the teams of those items and ``points`` the sum of their sizes. ``late`` gives for each group
    that then finishes later (the source's own too) by how many iterations, and ``value`` is what those groups
    are worth together with the items that have a value of their own. ``falls_out`` are those of them that
    were to finish by a given iteration and now come after it, and ``falls_out_value`` is their value.
    """

    source: str
    slip: int
    delays: Mapping[str, int]
    teams: frozenset[str]
    points: Decimal
    late: Mapping[str, int] = field(default_factory=dict)
    value: Decimal = Decimal(0)
    falls_out: frozenset[str] = frozenset()
    falls_out_value: Decimal = Decimal(0)


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
        for provider, steps in providers:
            (iterations, points), _ = best[provider]
            reached = (iterations + steps, points + item.points)
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


def blast_radius(network: Network, key: str, slip: int = 1, until: int | None = None) -> BlastRadius:
    """What has to move when the item ``key`` comes ``slip`` iterations (1 to 100) later than planned.

    A consumer has to move by what is left of its provider's delay after the free slack of the link, which
    is the slack less the gap (1 iteration across teams, 0 within a team and for parts) and never less than 0:
    a string that is tight or in conflict already passes the whole delay on. Work that is done, and work that
    is not planned, is not touched and passes nothing on. An item reached on several ways moves by the largest
    delay. With ``until``, the last iteration that counts (of the PI, say), the result names what falls out of
    it. Raises Invalid for an unknown key.
    """
    whole("slip", slip, 1, 100, "iterations")
    network.index(key)
    return _Slips(network, slip, until).of(key)


def most_harmful(network: Network, slip: int = 1, limit: int = 10, until: int | None = None) -> tuple[BlastRadius, ...]:
    """The items whose slip would do most harm: the largest value, then the most points, then the most items.

    Items whose slip touches nothing but themselves are not told.
    """
    whole("slip", slip, 1, 100, "iterations")
    slips = _Slips(network, slip, until)
    found = [slips.of(item.key) for item in network.items if _can_move(item)]
    hurting = [each for each in found if each.delays]
    return tuple(sorted(hurting, key=lambda each: (-each.value, -each.points, -len(each.delays)))[:limit])


class _Slips:
    """Blast radii of one network, which have much in common."""

    def __init__(self, network: Network, slip: int, until: int | None) -> None:
        self._network = network
        self._slip = slip
        self._until = until
        self._waiting: dict[int, list[tuple[int, int]]] = {}
        self._ends: dict[str, int] = {}

    def of(self, key: str) -> BlastRadius:
        """What has to move when this item slips."""
        items, source = self._network.items, self._network.index(key)
        if not _can_move(items[source]):
            return BlastRadius(source=key, slip=self._slip, delays={}, teams=frozenset(), points=Decimal(0))
        delays = self._delays(source)
        ends = self._finishes(delays)
        late = {each: after - before for each, (before, after) in ends.items() if after > before}
        until = self._until
        out = frozenset(each for each in late if until is not None and ends[each][0] <= until < ends[each][1])
        del delays[source]
        return BlastRadius(
            source=key,
            slip=self._slip,
            delays={items[node].key: delay for node, delay in delays.items()},
            teams=frozenset(items[node].team for node in delays if items[node].team),
            points=sum((items[node].points for node in delays), Decimal(0)),
            late=late,
            value=self._worth(late),
            falls_out=out,
            falls_out_value=self._worth(out),
        )

    def _delays(self, source: int) -> dict[int, int]:
        """Node by node the iterations it has to move, the source included, the hardest hit first."""
        delays: dict[int, int] = {}
        due: list[list[int]] = [[] for _ in range(self._slip)] + [[source]]
        # A delay never grows on its way, so going from the largest down settles every item at its first visit.
        for delay in range(self._slip, 0, -1):
            for node in due[delay]:
                if node not in delays:
                    delays[node] = delay
                    for consumer, free in self._consumers(node):
                        if delay > free:
                            due[delay - free].append(consumer)
        return delays

    def _consumers(self, node: int) -> list[tuple[int, int]]:
        """What waits for an item and can move, with the free slack of each link."""
        if node not in self._waiting:
            ends = sorted(self._network.graph.out_edges(node), key=lambda edge: edge[1])
            self._waiting[node] = [
                (consumer, _free_slack(self._network, link))
                for _, consumer, link in ends
                if _can_move(self._network.items[consumer])
            ]
        return self._waiting[node]

    def _finishes(self, delays: Mapping[int, int]) -> dict[str, tuple[int, int]]:
        """Where each group with a moved item, and each moved item of its own value, finishes before and after."""
        finish: dict[str, tuple[int, int]] = {}
        for node, delay in delays.items():
            item = self._network.items[node]
            now = item.iteration or 0
            if item.key in self._network.values and item.key != item.group:
                finish[item.key] = (now, now + delay)
            if item.group:
                before, after = finish.get(item.group) or (self._end(item.group),) * 2
                finish[item.group] = (before, max(after, now + delay))
        return finish

    def _end(self, group: str) -> int:
        if group not in self._ends:
            members = [self._network.items[place].iteration for place in self._network.groups[group]]
            self._ends[group] = finishing(members) or 0
        return self._ends[group]

    def _worth(self, keys: Iterable[str]) -> Decimal:
        return sum((self._network.values.get(key, Decimal(0)) for key in keys), Decimal(0))


def _can_move(item: Item) -> bool:
    return item.iteration is not None and not item.done


def _free_slack(network: Network, link: Link) -> int:
    slack_now = slack(network.item(link.provider).iteration, network.item(link.consumer).iteration)
    return 0 if slack_now is None else max(0, slack_now - network.gap(link))


def _order(network: Network) -> list[tuple[int, Sequence[tuple[int, int]]]]:
    """Open items with their open providers and the gap to each, providers first, cycles taken apart."""
    components = rustworkx.strongly_connected_components(network.graph)
    home = {node: place for place, group in enumerate(components) for node in group}
    # Tarjan finds a component only after all it leads to, so the components stand in reverse order.
    return [
        (node, _providers(network, node, home))
        for group in reversed(components)
        for node in sorted(group)
        if not network.items[node].done
    ]


def _providers(network: Network, node: int, home: Mapping[int, int]) -> Sequence[tuple[int, int]]:
    return sorted(
        (provider, 0 if link.part else gap(network.items[provider], network.items[node]))
        for provider, _, link in network.graph.in_edges(node)
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
