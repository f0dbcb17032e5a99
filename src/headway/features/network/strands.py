"""The train's dependencies as pieces of work with strands between them, and as the engine's network. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.health import Health, health, slack
from headway.engine.values.dependency import ARRIVED

SEVERITY = {Health.CONFLICT: 0, Health.TIGHT: 1, Health.UNPLANNED: 2, Health.OK: 3}
PLACES = {"story": "stories", "feature": "features", "delivery": "dependencies", "need": "dependencies"}
LETTERS = {"story": "S", "feature": "F", "delivery": "D", "need": "D"}


class TeamRow(NamedTuple):
    """A team or external party, in the train's order."""

    id: int
    slug: str
    name: str
    external: bool


class IterationRow(NamedTuple):
    """An iteration; its place in the train's calendar is its index."""

    id: int
    pi_id: int
    pi_number: int
    pi_name: str
    name: str
    is_ip: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A story, a feature, or the bare end of a dependency that is linked to neither.

    ``at`` is the index of its iteration, ``pis`` are the ids of the PIs it belongs to, ``feature`` is the number of
    the feature it is or is part of.
    """

    key: str
    kind: str
    number: int
    title: str
    team_id: int | None
    points: Decimal = Decimal(0)
    at: int | None = None
    pis: frozenset[int] = frozenset()
    done: bool = False
    feature: int | None = None

    @property
    def label(self) -> str:
        """How people call it: ``S12``, ``F3``, ``D7``."""
        return f"{LETTERS[self.kind]}{self.number}"

    @property
    def address(self) -> str:
        """Its page, below the train's."""
        return f"{PLACES[self.kind]}/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """One dependency between two pieces."""

    number: int
    needs: str
    type: str
    state: str
    provider: Piece
    consumer: Piece

    @property
    def health(self) -> Health:
        return health(self.provider.at, self.consumer.at, self.state) or Health.OK

    @property
    def slack(self) -> int | None:
        """Iterations from provider to consumer."""
        return slack(self.provider.at, self.consumer.at)

    @property
    def arrived(self) -> bool:
        """Whether nobody waits any more."""
        return self.state in ARRIVED

    @property
    def pair(self) -> tuple[str, str]:
        return self.provider.key, self.consumer.key

    @property
    def teams(self) -> tuple[int | None, int | None]:
        """Who provides and who consumes."""
        return self.provider.team_id, self.consumer.team_id

    def in_pi(self, pi_id: int) -> bool:
        """Whether an end of it belongs to the PI."""
        return pi_id in self.provider.pis or pi_id in self.consumer.pis


@dataclass(frozen=True, kw_only=True)
class Web:
    """Everything of a train that hangs together, as read.

    ``pieces`` holds the ends of all strands and all stories of the features among them by key, ``parts`` which story
    is part of which feature that is an end itself, ``values`` the cost of delay by feature number.
    """

    teams: tuple[TeamRow, ...]
    iterations: tuple[IterationRow, ...]
    pieces: Mapping[str, Piece]
    strands: tuple[Strand, ...]
    parts: tuple[tuple[str, str], ...] = ()
    values: Mapping[int, int] = field(default_factory=dict)
    features: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def team(self) -> Mapping[int | None, TeamRow]:
        """Teams by id; nobody's work counts to a team without a name."""
        return {None: TeamRow(0, "", "no team", external=False), **{team.id: team for team in self.teams}}

    def where(self, at: int | None, pi_id: int | None = None) -> str:
        """The iteration in words, without the PI's name where that is said anyway."""
        if at is None:
            return "not planned"
        if at >= len(self.iterations):
            return "after the last PI"
        row = self.iterations[at]
        return row.name if row.pi_id == pi_id else f"{row.pi_name} {row.name}"

    def last_of(self, pi_id: int) -> int | None:
        """The index of the last iteration of a PI."""
        return max((at for at, row in enumerate(self.iterations) if row.pi_id == pi_id), default=None)

    def in_pi(self, pi_id: int | None) -> tuple[Strand, ...]:
        """The strands of a PI, or all."""
        return self.strands if pi_id is None else tuple(each for each in self.strands if each.in_pi(pi_id))

    def network(self, strands: Iterable[Strand]) -> Network:
        """These strands for the engine, with all stories of the features among them and what those are worth."""
        links: dict[tuple[str, str], int] = {}
        for strand in strands:
            links[strand.pair] = links.get(strand.pair, 0) + 1
        keys = {key for pair in links for key in pair}
        features = {self.pieces[key].feature for key in keys} - {None}
        chosen = [piece for key, piece in self.pieces.items() if key in keys or piece.feature in features]
        held = {piece.key for piece in chosen}
        parts = [Link(provider=a, consumer=b, part=True) for a, b in self.parts if a in held and b in held]
        strung = [Link(provider=a, consumer=b, strings=min(count, 9_999)) for (a, b), count in links.items()]
        return Network(
            [self._item(piece) for piece in chosen],
            [*parts, *strung],
            {f"F{number}": value for number, value in self.values.items() if number in features},
        )

    def _item(self, piece: Piece) -> Item:
        return Item(
            key=piece.key,
            team=str(piece.team_id or ""),
            points=piece.points,
            iteration=piece.at,
            done=piece.done,
            group=f"F{piece.feature}" if piece.feature else "",
        )


def waiting(strands: Iterable[Strand]) -> tuple[Strand, ...]:
    """The strands on which somebody still waits."""
    return tuple(each for each in strands if not each.arrived)


def of_team(strands: Iterable[Strand], team_id: int | None) -> tuple[Strand, ...]:
    """The strands with an end of this team; all without one."""
    return tuple(each for each in strands if team_id is None or team_id in each.teams)


def by_pair(strands: Collection[Strand]) -> dict[tuple[str, str], list[Strand]]:
    """The strands by the pieces they connect."""
    found: dict[tuple[str, str], list[Strand]] = {}
    for strand in strands:
        found.setdefault(strand.pair, []).append(strand)
    return found


def is_short(strand: Strand) -> bool:
    """Whether somebody waits and the consumer stands too early for its provider."""
    same = strand.provider.team_id is not None and strand.provider.team_id == strand.consumer.team_id
    return not strand.arrived and strand.slack is not None and strand.slack < (0 if same else 1)
