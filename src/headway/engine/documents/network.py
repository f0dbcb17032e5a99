"""A network as a document, and everything the analysis says about it as another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from headway.engine.network.boundaries import Move, suggest_moves
from headway.engine.network.chain import BlastRadius, Chain, critical_chain, most_harmful
from headway.engine.network.coupling import Coupling, coupling
from headway.engine.network.cuts import Cuts, cheapest_cuts
from headway.engine.network.cycles import Cycles, find_cycles
from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.slack import LinkSlack, slack_table


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """``points`` that a team may still take in an iteration; negative when it has too much already."""

    team: str
    iteration: int
    points: float


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkProblem:
    """Items and the links between them.

    ``values`` are what groups (features, components) or items that stand for themselves are worth; ``room`` is
    what teams may still take, without which no moves are suggested. ``iterations`` are names for the indexes.
    """

    items: tuple[Item, ...]
    links: tuple[Link, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    room: tuple[Room, ...] = ()
    iterations: tuple[str, ...] = ()

    def network(self) -> Network:
        """The graph. Raises Invalid for keys given twice or not known."""
        return Network(self.items, self.links, self.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkAnalysis:
    """What a network says: circles and how to open them, slack, the chain, who would be hit, who is tied to whom."""

    items: int
    links: int
    cycles: Cycles
    cuts: Cuts
    slack: tuple[LinkSlack, ...]
    chain: Chain
    harmful: tuple[BlastRadius, ...]
    coupling: Coupling
    moves: tuple[Move, ...]


def analyse(problem: NetworkProblem, *, most: int = 10, slip: int = 1) -> NetworkAnalysis:
    """The whole analysis; ``most`` (1 to 100) bounds what is ranked, ``slip`` is in iterations."""
    network = problem.network()
    room: dict[tuple[str, int], Decimal | int | float] = {
        (each.team, each.iteration): each.points for each in problem.room
    }
    return NetworkAnalysis(
        items=len(network.items),
        links=len(network.links),
        cycles=find_cycles(network, most),
        cuts=cheapest_cuts(network, limit=most),
        slack=slack_table(network),
        chain=critical_chain(network),
        harmful=most_harmful(network, slip, most),
        coupling=coupling(network),
        moves=suggest_moves(network, room, most) if room else (),
    )
