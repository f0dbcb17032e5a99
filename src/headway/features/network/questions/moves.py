"""Which work, with another team, would remove most strings. A question to people: nothing is moved here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from headway.engine.network.boundaries import Move, suggest_moves
from headway.features.network.questions.scope import Scope
from headway.features.network.strands import Piece

MOST_MOVES = 15
MOST_BEYOND = 5
UNLIMITED = 99_999

Room = Mapping[tuple[str, int], Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTold:
    """Work that another team could have, as a question. ``lacking`` is what the taker lacks in points, and where."""

    move: Move
    feature: int | None
    title: str
    pieces: tuple[Piece, ...]
    givers: tuple[str, ...]
    taker: str
    lacking: Decimal
    lacking_at: str

    @property
    def from_whom(self) -> str:
        """Whose it is now: ``Heron``, ``Heron and Merlin``, ``Heron, Merlin and Wren``."""
        *others, last = self.givers
        return f"{', '.join(others)} and {last}" if others else last

    @property
    def stories(self) -> int:
        return sum(piece.kind == "story" for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovesTold:
    """What fits into the takers' room, and what would remove more but does not fit."""

    fitting: tuple[MoveTold, ...]
    beyond: tuple[MoveTold, ...]


def moves_told(scope: Scope, room: Room) -> MovesTold:
    """Moves that would remove strings between teams; of a team: those in which it gives or takes.

    ``room`` is what each own team may still commit, by team and iteration index.
    """
    network, whole = scope.network, len(scope.network.items)
    fitting = [_told(scope, move, room) for move in _ours(scope, suggest_moves(network, room, limit=whole))]
    anywhere = dict.fromkeys(room, UNLIMITED)
    known = {each.move.subject: each.move.removed for each in fitting}
    beyond = [
        _told(scope, move, room)
        for move in _ours(scope, suggest_moves(network, anywhere, limit=whole))
        if move.removed > known.get(move.subject, 0)
    ]
    return MovesTold(fitting=tuple(fitting[:MOST_MOVES]), beyond=tuple(beyond[:MOST_BEYOND]))


def _ours(scope: Scope, moves: Iterable[Move]) -> Iterator[Move]:
    """Moves of the train's own stories and features; what others deliver is theirs, and a bare end is no work."""
    outside = {str(team.id) for team in scope.web.teams if team.external}
    team = str(scope.team.id) if scope.team else None
    for move in moves:
        is_work = any(scope.web.pieces[key].kind in ("story", "feature") for key in move.items)
        concerned = team is None or team == move.taker or team in move.givers
        if is_work and concerned and not outside & set(move.givers):
            yield move


def _told(scope: Scope, move: Move, room: Room) -> MoveTold:
    pieces = tuple(scope.web.pieces[key] for key in move.items)
    names = {str(team.id): team.name for team in scope.web.teams}
    lacking, at = _lacking(pieces, move.taker, room)
    feature = pieces[0].feature
    return MoveTold(
        move=move,
        feature=feature,
        title=scope.web.features.get(feature or 0, pieces[0].title),
        pieces=pieces,
        givers=tuple(names.get(giver, "nobody") for giver in move.givers),
        taker=names[move.taker],
        lacking=lacking,
        lacking_at=scope.where(at) if at is not None else "",
    )


def _lacking(pieces: Iterable[Piece], taker: str, room: Room) -> tuple[Decimal, int | None]:
    """How many points the taker lacks in the tightest iteration, and which that is."""
    needed: dict[int, Decimal] = {}
    for piece in pieces:
        if piece.at is not None:
            needed[piece.at] = needed.get(piece.at, Decimal(0)) + piece.points
    short = [(points - room.get((taker, at), Decimal(0)), at) for at, points in needed.items()]
    most, at = max(short, default=(Decimal(0), 0))
    return (most, at) if most > 0 else (Decimal(0), None)
