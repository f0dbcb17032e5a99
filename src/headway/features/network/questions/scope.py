"""What is looked at: a PI, a team, and the engine's network of it."""

from dataclasses import dataclass
from functools import cached_property

from headway.engine.network.chain import Chain, critical_chain
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Network
from headway.features.network.strands import Piece, Strand, TeamRow, Web, of_team, waiting


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is looked at: a PI (None: all), a team (None: all), and whether what has arrived counts too.

    Strands are shown by all three. What must move, circles and moves are asked of all work that somebody waits for,
    whoever's it is; a slip and a circle do not end where a PI does.
    """

    web: Web
    pi_id: int | None = None
    team: TeamRow | None = None
    arrived: bool = False

    @cached_property
    def shown(self) -> tuple[Strand, ...]:
        strands = of_team(self.web.in_pi(self.pi_id), self.team.id if self.team else None)
        return strands if self.arrived else waiting(strands)

    @cached_property
    def network(self) -> Network:
        """What somebody waits for in the PI."""
        return self.web.network(waiting(self.web.in_pi(self.pi_id)))

    @cached_property
    def whole(self) -> Network:
        """What somebody waits for in the train."""
        return self.network if self.pi_id is None else self.web.network(waiting(self.web.strands))

    @cached_property
    def circled(self) -> frozenset[tuple[str, str]]:
        """The pairs of pieces that lie on a circle with each other."""
        home = {key: at for at, group in enumerate(find_cycles(self.whole, limit=0).groups) for key in group}
        links = self.whole.links
        return frozenset(
            (link.provider, link.consumer)
            for link in links
            if link.provider in home and home[link.provider] == home.get(link.consumer)
        )

    @cached_property
    def chain(self) -> Chain:
        return critical_chain(self.network)

    def holds(self, key: str) -> bool:
        """Whether a piece of work of this key is in the train's network."""
        return any(item.key == key for item in self.whole.items)

    def where(self, at: int | None) -> str:
        """An iteration in words."""
        return self.web.where(at, self.pi_id)

    def team_name(self, piece: Piece) -> str:
        return self.web.team[piece.team_id].name


def count(number: int, noun: str) -> str:
    """``1 iteration``, ``2 iterations``, ``3 stories``."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"1 {noun}" if number == 1 else f"{number} {many}"
