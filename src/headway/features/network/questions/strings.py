"""Strings in words, and the critical chain among them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from headway.engine.network.chain import Measure, critical_chain
from headway.engine.network.health import Health
from headway.features.network.questions.scope import Scope, count
from headway.features.network.strands import SEVERITY, Piece, Strand, TeamRow, by_pair, waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One dependency in words. ``spare`` is how many iterations its provider may slip; less than 0: are missing."""

    strand: Strand
    provider_team: TeamRow
    consumer_team: TeamRow
    provider_at: str
    consumer_at: str
    spare: int | None
    on_chain: bool
    in_circle: bool

    @property
    def verdict(self) -> str:
        """The schedule in a few words."""
        if self.strand.arrived:
            return "there"
        if self.strand.consumer.at is None:
            return "who needs it is not planned yet"
        if self.spare is None:
            return "its provider is not planned"
        if self.spare < 0:
            return f"{count(-self.spare, 'iteration')} missing"
        return "no iteration to spare" if self.spare == 0 else f"{count(self.spare, 'iteration')} to spare"


def lines(scope: Scope, strands: Iterable[Strand]) -> list[Line]:
    """Strands in words, the worst first."""
    steps = set(zip(scope.chain.keys, scope.chain.keys[1:], strict=False))
    told = [_line(scope, strand, steps) for strand in strands]
    return sorted(
        told,
        key=lambda line: (
            SEVERITY[line.strand.health],
            0 if line.spare is None else line.spare,
            line.strand.number,
        ),
    )


def _line(scope: Scope, strand: Strand, steps: set[tuple[str, str]]) -> Line:
    teams = scope.web.team
    slack = strand.slack
    same = strand.provider.team_id is not None and strand.provider.team_id == strand.consumer.team_id
    return Line(
        strand=strand,
        provider_team=teams[strand.provider.team_id],
        consumer_team=teams[strand.consumer.team_id],
        provider_at=scope.where(strand.provider.at),
        consumer_at=scope.where(strand.consumer.at),
        spare=None if slack is None else slack - (0 if same else 1),
        on_chain=strand.pair in steps,
        in_circle=strand.pair in scope.circled and not strand.arrived,
    )


def by_health(strands: Iterable[Strand]) -> dict[str, int]:
    """How many strands have which health."""
    found = Counter(strand.health for strand in strands)
    return {health.value: found[health] for health in Health}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A piece on the critical chain, and what it provides to the next."""

    piece: Piece
    team: str
    at: str
    strands: tuple[Strand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTold:
    """The longest chain: how many iterations and points it needs."""

    steps: tuple[Step, ...]
    iterations: int
    points: Decimal


def chain_told(scope: Scope, by: Measure = Measure.ITERATIONS) -> ChainTold:
    """The critical chain of the open work in scope; empty when nobody waits for anything."""
    chain = scope.chain if by is Measure.ITERATIONS else critical_chain(scope.network, by)
    if len(chain.keys) < 2:
        return ChainTold(steps=(), iterations=0, points=Decimal(0))
    between = by_pair(waiting(scope.web.strands))
    steps = [
        step(scope, key, tuple(between.get((key, after), ())))
        for key, after in zip(chain.keys, (*chain.keys[1:], ""), strict=True)
    ]
    return ChainTold(steps=tuple(steps), iterations=chain.iterations, points=chain.points)


def step(scope: Scope, key: str, strands: tuple[Strand, ...]) -> Step:
    """A piece of the train on a way from piece to piece."""
    piece = scope.web.pieces[key]
    return Step(piece=piece, team=scope.team_name(piece), at=scope.where(piece.at), strands=strands)
