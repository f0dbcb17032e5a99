"""What has to move when something slips, and whose slip would do most harm."""

from dataclasses import dataclass
from decimal import Decimal

from headway.engine.network.chain import BlastRadius, blast_radius, most_harmful
from headway.features.network.questions.scope import Scope
from headway.features.network.strands import Piece, waiting

MOST_HARMFUL = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A piece that has to move."""

    piece: Piece
    team: str
    by: int
    at: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A feature that then finishes later."""

    number: int
    title: str
    by: int
    value: int
    falls_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What happens when a piece comes later; value is cost of delay."""

    source: Piece
    team: str
    by: int
    moved: tuple[Moved, ...]
    late: tuple[Late, ...]
    teams: tuple[str, ...]
    points: Decimal
    value: Decimal
    falls_out_value: Decimal

    @property
    def stories(self) -> int:
        """How many stories have to move."""
        return sum(each.piece.kind == "story" for each in self.moved)


def slip_told(scope: Scope, key: str, by: int) -> Slip:
    """What has to move when this piece of the train slips.

    Raises:
        Invalid: nothing of this train hangs on such a piece.
    """
    return _slip(scope, blast_radius(scope.whole, key, by, _until(scope)))


def harmful(scope: Scope, by: int = 1) -> list[Slip]:
    """The pieces in scope whose slip would do most harm, the worst first."""
    found = most_harmful(scope.whole, by, limit=len(scope.whole.items), until=_until(scope))
    ends = {piece.key for strand in scope.shown for piece in (strand.provider, strand.consumer)}
    return [_slip(scope, each) for each in [each for each in found if each.source in ends][:MOST_HARMFUL]]


def choices(scope: Scope) -> list[tuple[str, list[Piece]]]:
    """The pieces that could slip and be waited for, by team."""
    found: dict[int | None, dict[str, Piece]] = {}
    for strand in waiting(scope.shown):
        piece = strand.provider
        if piece.at is not None and not piece.done:
            found.setdefault(piece.team_id, {})[piece.key] = piece
    order = [*(team.id for team in scope.web.teams), None]
    return [(scope.web.team[team].name, list(found[team].values())) for team in order if team in found]


def _until(scope: Scope) -> int | None:
    return None if scope.pi_id is None else scope.web.last_of(scope.pi_id)


def _slip(scope: Scope, told: BlastRadius) -> Slip:
    web = scope.web
    features = {group: int(group[1:]) for group in told.late if group.startswith("F")}
    late = [
        Late(
            number=number,
            title=web.features.get(number, ""),
            by=told.late[group],
            value=web.values.get(number, 0),
            falls_out=group in told.falls_out,
        )
        for group, number in features.items()
    ]
    source = web.pieces[told.source]
    return Slip(
        source=source,
        team=scope.team_name(source),
        by=told.slip,
        moved=tuple(_moved(scope, web.pieces[key], by) for key, by in told.delays.items()),
        late=tuple(sorted(late, key=lambda each: (-each.value, each.number))),
        teams=tuple(team.name for team in web.teams if str(team.id) in told.teams),
        points=told.points,
        value=told.value,
        falls_out_value=told.falls_out_value,
    )


def _moved(scope: Scope, piece: Piece, by: int) -> Moved:
    then = None if piece.at is None else piece.at + by
    return Moved(piece=piece, team=scope.team_name(piece), by=by, at=scope.where(piece.at), then=scope.where(then))
