"""Which links to cut, or to bridge with a mock, so that nothing waits in a circle any more.

The cheapest set of links that opens every circle is a minimum feedback arc set. It is found by choosing the
cheapest set that hits all circles seen so far, looking for a circle that it leaves closed, and choosing again;
the first set that leaves none is the cheapest of all. The choice is made by branch and bound. Where circles are
too many for that, a bounded number of steps ends the search and the set found, in which no link can be spared,
is told as not proven.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import rustworkx

from headway.engine.errors import Invalid
from headway.engine.network.cycles import MOST_LOOPS, find_cycles
from headway.engine.network.graph import Item, Link, Network

Pair = tuple[int, int]
Prices = Mapping[Pair, Decimal]
Total = tuple[Decimal, int]
"""What a set of links costs, and how many they are."""

MOST_WORK = 200_000
"""Circles looked at in all while choosing; a work limit and no clock, so that two runs choose alike."""
CIRCLES_A_ROUND = 30


class Cost(StrEnum):
    """What it costs to cut a link or to mock what it brings.

    ``links`` counts the dependencies, ``points`` is the size of the consumer, which goes on without the real
    thing and has to be looked at again, and ``value`` is what the consumer's group (or the consumer itself) is
    worth, which is late until the real thing has come. A link with an end that is done costs nothing.
    """

    LINKS = "links"
    POINTS = "points"
    VALUE = "value"


@dataclass(frozen=True, kw_only=True, slots=True)
class LoopCut:
    """One circle and the cheapest link in it."""

    loop: tuple[str, ...]
    link: Link
    cost: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Cuts:
    """How the circles of a network can be opened.

    ``loops`` are single circles with their cheapest cuts, ``complete`` says whether all circles are told.
    ``together`` is the cheapest set of links, then the smallest, without which no circle is left (told or
    not), ``cost`` what they cost together. ``proven`` is False when there may be a cheaper set.
    """

    by: Cost
    loops: tuple[LoopCut, ...]
    complete: bool
    together: tuple[Link, ...]
    cost: Decimal
    proven: bool


def cheapest_cuts(network: Network, by: Cost = Cost.POINTS, limit: int = MOST_LOOPS) -> Cuts:
    """The cheapest cut of each circle (at most ``limit`` of them), and of all circles together.

    Of links that cost the same, the one whose consumer was given last is told. Raises Invalid when a circle
    consists of nothing but wholes and their parts, which nobody can cut.
    """
    cycles = find_cycles(network, limit)
    links = _inside(network, cycles.groups)
    prices = {pair: cost_of(network, link, by) for pair, link in links.items() if not link.part}
    together, proven = _opened(network, list(links), prices)
    return Cuts(
        by=by,
        loops=tuple(_cut(network, loop, prices) for loop in cycles.loops),
        complete=cycles.complete,
        together=tuple(links[pair] for pair in together),
        cost=sum((prices[pair] for pair in together), Decimal(0)),
        proven=proven,
    )


def _inside(network: Network, groups: Sequence[frozenset[str]]) -> dict[Pair, Link]:
    """The links that can be part of a circle."""
    home = {key: place for place, group in enumerate(groups) for key in group}
    return {
        (network.index(link.provider), network.index(link.consumer)): link
        for link in network.links
        if link.provider in home and home[link.provider] == home.get(link.consumer)
    }


def cost_of(network: Network, link: Link, by: Cost) -> Decimal:
    """What cutting one link costs."""
    provider, consumer = network.item(link.provider), network.item(link.consumer)
    if provider.done or consumer.done:
        return Decimal(0)
    if by is Cost.LINKS:
        return Decimal(link.strings)
    return consumer.points if by is Cost.POINTS else _value(network, consumer)


def _value(network: Network, item: Item) -> Decimal:
    return network.values.get(item.group) or network.values.get(item.key) or Decimal(0)


def _cut(network: Network, loop: tuple[str, ...], prices: Prices) -> LoopCut:
    nodes = [network.index(key) for key in loop]
    pairs = [pair for pair in zip(nodes, nodes[1:] + nodes[:1], strict=True) if pair in prices]
    if not pairs:
        raise _parts_only(network, nodes)
    best = min(pairs, key=lambda pair: (prices[pair], _lateness(pair)))
    return LoopCut(loop=loop, link=network.graph.get_edge_data(*best), cost=prices[best])


def _lateness(pair: Pair) -> Pair:
    """Among equals the pair comes first whose consumer was given last."""
    return -pair[1], -pair[0]


def _parts_only(network: Network, nodes: Sequence[int]) -> Invalid:
    keys = [network.items[node].key for node in nodes]
    return Invalid(
        f"{', '.join(keys[:6])} are parts of each other in a circle; say which of them is the whole.",
        code="parts_in_a_circle",
        field="links",
        value=keys[0],
    )


def _opened(network: Network, pairs: Sequence[Pair], prices: Prices) -> tuple[list[Pair], bool]:
    """The cheapest pairs without which no circle is left, and whether that is proven."""
    choice = _Choice(prices)
    chosen: list[Pair] = []
    while closed := _closed(pairs, set(chosen)):
        if choice.spent:
            choice.proven = False
            break
        for circle in closed:
            cuttable = [pair for pair in circle if pair in prices]
            if not cuttable:
                raise _parts_only(network, [provider for provider, _ in circle])
            choice.circles.append(cuttable)
        chosen = choice.cheapest()
    return (sorted(chosen), True) if choice.proven else (_no_more_than_needed(pairs, chosen, prices), False)


class _Choice:
    """The cheapest pairs of which every circle seen so far holds one, by branch and bound."""

    def __init__(self, prices: Prices) -> None:
        self.circles: list[list[Pair]] = []
        self.proven = True
        self._prices = prices
        self._work = MOST_WORK

    @property
    def spent(self) -> bool:
        """Whether no more work may be done."""
        return self._work <= 0

    def cheapest(self) -> list[Pair]:
        """The cheapest choice, or a good one once the work is spent."""
        best = self._greedy()
        least = self._total(best)
        waiting: list[tuple[list[Pair], frozenset[Pair]]] = [([], frozenset())]
        # No search takes more than a quarter of the work that is left, so that later circles get their share.
        end = self._work * 3 // 4
        while waiting and self._work > end:
            self._work -= len(self.circles)
            taken, barred = waiting.pop()
            left = [[pair for pair in each if pair not in barred] for each in self.circles if not {*taken} & {*each}]
            total = self._total(taken)
            if not left and total < least:
                best, least = taken, total
            if not left or not all(left) or self._at_least(total, left) >= least:
                continue
            # Each branch takes one pair of a circle and bars those before it, so no choice is met twice.
            shortest = min(left, key=lambda circle: len(circle))
            branch = sorted(shortest, key=lambda pair: (self._prices[pair], _lateness(pair)))
            waiting += [([*taken, pair], barred | set(branch[:at])) for at, pair in enumerate(branch)][::-1]
        self.proven = self.proven and not waiting
        return best

    def _at_least(self, total: Total, circles: Iterable[Sequence[Pair]]) -> Total:
        """What hitting these comes to at least: circles without a common pair need a pair each."""
        cost, count = total
        used: set[Pair] = set()
        for circle in sorted(circles, key=len):
            if used.isdisjoint(circle):
                used.update(circle)
                cost += min(self._prices[pair] for pair in circle)
                count += 1
        return cost, count

    def _greedy(self) -> list[Pair]:
        left = self.circles
        chosen: list[Pair] = []
        while left:
            hits = Counter(pair for circle in left for pair in circle)
            self._work -= len(left)
            taken = min(hits, key=lambda pair: (self._prices[pair] / hits[pair], -hits[pair], _lateness(pair)))
            chosen.append(taken)
            left = [circle for circle in left if taken not in circle]
        return chosen

    def _total(self, pairs: Sequence[Pair]) -> Total:
        return sum((self._prices[pair] for pair in pairs), Decimal(0)), len(pairs)


def _closed(pairs: Iterable[Pair], without: set[Pair]) -> list[list[Pair]]:
    """Some circles that are left when these pairs are cut; none only when there is none."""
    graph = _graph(pair for pair in pairs if pair not in without)
    found = []
    for group in rustworkx.strongly_connected_components(graph):
        inside = graph.subgraph(sorted(group)) if len(group) > 1 or graph.has_edge(group[0], group[0]) else None
        if inside is not None:
            found += _some_circles(inside)
    return found


def _graph(pairs: Iterable[Pair]) -> "rustworkx.PyDiGraph[int, None]":
    graph: rustworkx.PyDiGraph[int, None] = rustworkx.PyDiGraph(multigraph=False)
    kept = list(pairs)
    place = {node: at for at, node in enumerate(sorted({node for pair in kept for node in pair}))}
    graph.add_nodes_from(list(place))
    graph.add_edges_from_no_data([(place[provider], place[consumer]) for provider, consumer in kept])
    return graph


def _some_circles(inside: "rustworkx.PyDiGraph[int, None]") -> list[list[Pair]]:
    """Short circles of one strongly connected graph that have no pair in common."""
    graph = inside.copy()
    found: list[list[Pair]] = []
    for start in range(len(inside)):
        if len(found) == CIRCLES_A_ROUND:
            break
        way = _shortest_circle(graph, start)
        if way:
            found.append([(inside[provider], inside[consumer]) for provider, consumer in way])
            graph.remove_edges_from(way)
    return found


def _shortest_circle(graph: "rustworkx.PyDiGraph[int, None]", start: int) -> list[Pair]:
    came: dict[int, int] = {}
    front = [start]
    while front:
        coming = []
        for node in front:
            for consumer in sorted(graph.successor_indices(node)):
                if consumer == start:
                    return _way_back(came, start, node)
                if consumer not in came:
                    came[consumer] = node
                    coming.append(consumer)
        front = coming
    return []


def _way_back(came: Mapping[int, int], start: int, last: int) -> list[Pair]:
    way = [(last, start)]
    while last != start:
        way.append((came[last], last))
        last = came[last]
    return way[::-1]


def _no_more_than_needed(pairs: Sequence[Pair], chosen: Sequence[Pair], prices: Prices) -> list[Pair]:
    """A set that opens every circle and of which no pair can be spared.

    Pairs are put back one after the other, those not chosen and the dearest first, unless they close a circle.
    """
    graph: rustworkx.PyDiGraph[int, None] = rustworkx.PyDiGraph(check_cycle=True, multigraph=False)
    graph.add_nodes_from(range(max(max(pair) for pair in pairs) + 1))
    put_off = set(chosen)
    cut = []
    for pair in sorted(pairs, key=lambda each: (each in prices, each in put_off, -prices.get(each, Decimal(0)), each)):
        try:
            graph.add_edge(*pair, None)
        except rustworkx.DAGWouldCycle:
            cut.append(pair)
    return sorted(cut)
