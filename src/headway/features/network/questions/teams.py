"""Teams against teams, and how thickly everything is strung."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from headway.engine.network.coupling import Density, density
from headway.features.network.questions.scope import Scope
from headway.features.network.strands import Strand, TeamRow, is_short

HEAT_STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one team gives another; ``heat`` is 0 (nothing) to 5 (as much as the most)."""

    provider: TeamRow
    consumer: TeamRow
    strings: int
    short: int
    points: Decimal
    heat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one team gives to each of the others, in their order."""

    team: TeamRow
    cells: tuple[Cell, ...]

    @property
    def strings(self) -> int:
        return sum(cell.strings for cell in self.cells if cell.consumer != self.team)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Teams against teams: providers are rows, consumers columns. Only teams with strings are in it."""

    rows: tuple[Row, ...]

    @property
    def needs(self) -> tuple[int, ...]:
        """What each team needs of the others."""
        return tuple(
            sum(row.cells[at].strings for row in self.rows if row.team != column.team)
            for at, column in enumerate(self.rows)
        )

    @property
    def strings(self) -> int:
        return sum(row.strings for row in self.rows)

    @property
    def pairs(self) -> list[Cell]:
        """The pairs of two teams with strings, most strings first."""
        cells = [cell for row in self.rows for cell in row.cells if cell.strings and cell.provider != cell.consumer]
        return sorted(cells, key=lambda cell: (-cell.strings, -cell.short, -cell.points))


def matrix(scope: Scope) -> Matrix:
    """How many strings lie between each two teams."""
    between: dict[tuple[int | None, int | None], list[Strand]] = {}
    for strand in scope.shown:
        between.setdefault(strand.teams, []).append(strand)
    concerned = {team for pair in between for team in pair}
    teams = [team for team in scope.web.teams if team.id in concerned]
    if None in concerned:
        teams.append(scope.web.team[None])
    most = max((len(strands) for (a, b), strands in between.items() if a != b), default=0)
    return Matrix(
        rows=tuple(
            Row(team=provider, cells=tuple(_cell(provider, consumer, between, most) for consumer in teams))
            for provider in teams
        )
    )


def _cell(
    provider: TeamRow,
    consumer: TeamRow,
    between: Mapping[tuple[int | None, int | None], Sequence[Strand]],
    most: int,
) -> Cell:
    strands = between.get((provider.id or None, consumer.id or None), ())
    pieces = {piece.key: piece.points for strand in strands for piece in (strand.provider, strand.consumer)}
    same = provider == consumer
    return Cell(
        provider=provider,
        consumer=consumer,
        strings=len(strands),
        short=sum(is_short(strand) for strand in strands),
        points=sum(pieces.values(), Decimal(0)),
        heat=0 if same or not strands else max(1, round(HEAT_STEPS * len(strands) / most)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureLine:
    """A feature and how thickly it is strung."""

    number: int
    title: str
    items: int
    strings: int
    across: int
    outside: int
    teams: int
    per_item: Decimal


def densities(scope: Scope) -> tuple[Density, list[FeatureLine]]:
    """Strings per piece and per feature of what is shown."""
    told = density(scope.web.network(scope.shown))
    features = [
        FeatureLine(
            number=int(each.group[1:]),
            title=scope.web.features.get(int(each.group[1:]), ""),
            items=each.items,
            strings=each.strings,
            across=each.across,
            outside=each.outside,
            teams=len(each.teams),
            per_item=each.per_item,
        )
        for each in told.groups
    ]
    return told, features


def density_of_pis(scope: Scope, pis: Iterable[tuple[int, str]]) -> list[tuple[str, Density]]:
    """The density of each PI (id, name) in which anything hangs together."""
    told = [(name, scope.web.in_pi(pi_id)) for pi_id, name in pis]
    return [(name, density(scope.web.network(strands))) for name, strands in told if strands]
