"""Work that waits for itself in a circle, and the cheapest way to open it."""

from dataclasses import dataclass
from decimal import Decimal

from headway.engine.network.cuts import Cost, cheapest_cuts, cost_of
from headway.engine.network.graph import Link
from headway.features.network.questions.scope import Scope
from headway.features.network.questions.strings import Step, step
from headway.features.network.strands import Piece, Strand, by_pair, waiting

MOST_CIRCLES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A link that could be dropped or bridged with a mock: the dependencies it stands for, and what that costs."""

    provider: Piece
    consumer: Piece
    strands: tuple[Strand, ...]
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Pieces that wait for each other, each providing to the next and the last to the first, and the cheapest cut."""

    steps: tuple[Step, ...]
    cut: Cut


@dataclass(frozen=True, slots=True, kw_only=True)
class CirclesTold:
    """All circles (of a team: those it has a piece in), and the cheapest way to open every one of the train."""

    circles: tuple[Circle, ...]
    together: tuple[Cut, ...]
    cost: Decimal
    complete: bool
    proven: bool


def circles_told(scope: Scope, by: Cost) -> CirclesTold:
    """The circles of the whole train and how to open them."""
    told = cheapest_cuts(scope.whole, by, limit=MOST_CIRCLES)
    between = by_pair(waiting(scope.web.strands))

    def cut(link: Link) -> Cut:
        provider, consumer = scope.web.pieces[link.provider], scope.web.pieces[link.consumer]
        strands = tuple(between.get((link.provider, link.consumer), ()))
        return Cut(provider=provider, consumer=consumer, strands=strands, cost=cost_of(scope.whole, link, by))

    found = []
    for loop in told.loops:
        pairs = zip(loop.loop, (*loop.loop[1:], loop.loop[0]), strict=True)
        steps = tuple(step(scope, key, tuple(between.get((key, after), ()))) for key, after in pairs)
        if scope.team is None or any(each.piece.team_id == scope.team.id for each in steps):
            found.append(Circle(steps=steps, cut=cut(loop.link)))
    return CirclesTold(
        circles=tuple(found),
        together=tuple(cut(link) for link in told.together),
        cost=told.cost,
        complete=told.complete,
        proven=told.proven,
    )
