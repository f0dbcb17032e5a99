"""The network part of the REST API. It only reads."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from headway.engine.errors import Missing
from headway.engine.network.cuts import Cost
from headway.features.network import queries
from headway.features.network.queries import Asked, Look
from headway.features.network.questions.circles import Cut, circles_told
from headway.features.network.questions.moves import MoveTold
from headway.features.network.questions.scope import Scope
from headway.features.network.questions.slips import Slip, harmful, slip_told
from headway.features.network.questions.strings import Line, Step, by_health, chain_told, lines
from headway.features.network.questions.teams import densities, matrix
from headway.features.network.schemas import Filter
from headway.features.network.strands import Piece, Strand
from headway.kit.http import actor_of

router = Router(tags=["network"])
Json = dict[str, Any]


@router.get("/trains/{slug}/network", summary="What hangs on what")
def read_network(request: HttpRequest, slug: str, wanted: Query[Filter]) -> Json:
    """Dependencies with both ends and the room they have, worst first, and the critical chain of the open ones.

    ``spare`` is by how many iterations the provider may slip; less than 0: as many are missing.
    """
    look = _look(request, wanted)
    scope = look.scope
    chain = chain_told(scope)
    return {
        "pi": _pi(look),
        "health": by_health(scope.shown),
        "strings": [_line(scope, line) for line in lines(scope, scope.shown)],
        "chain": {
            "iterations": chain.iterations,
            "points": float(chain.points),
            "steps": [_step(scope, step) for step in chain.steps],
        },
    }


@router.get("/trains/{slug}/network/teams", summary="How tightly teams and features hang together")
def read_teams(request: HttpRequest, slug: str, wanted: Query[Filter]) -> Json:
    """Pairs of teams with their dependencies, and the density of the whole and of each feature.

    ``short`` counts dependencies whose consumer stands too early for its provider; teams are ids.
    """
    look = _look(request, wanted)
    whole, features = densities(look.scope)
    return {
        "pi": _pi(look),
        "pairs": [
            {
                "provider": cell.provider.id or None,
                "consumer": cell.consumer.id or None,
                "strings": cell.strings,
                "short": cell.short,
                "points": float(cell.points),
            }
            for cell in matrix(look.scope).pairs
        ],
        "density": {
            "items": whole.items,
            "strings": whole.strings,
            "across": whole.across,
            "per_item": float(whole.per_item),
            "linked_pairs": whole.linked_pairs,
            "possible_pairs": whole.possible_pairs,
        },
        "features": [
            {
                "feature": each.number,
                "items": each.items,
                "strings": each.strings,
                "across": each.across,
                "outside": each.outside,
                "teams": each.teams,
            }
            for each in features
        ],
    }


@router.get("/trains/{slug}/network/slip", summary="What follows when something slips")
def read_slip(
    request: HttpRequest,
    slug: str,
    wanted: Query[Filter],
    item: Annotated[str, Field(max_length=40)] = "",
    by: Annotated[int, Field(ge=1, le=100)] = 1,
) -> Json:
    """What has to move, and which features then finish later, with their cost of delay.

    ``item`` is a key of the network, such as ``s12`` (a story) or ``f3`` (a feature); without one the answer lists
    those whose slip would do most harm.
    """
    look = _look(request, wanted)
    if not item:
        return {"pi": _pi(look), "harmful": [_slip(look.scope, each) for each in harmful(look.scope, by)]}
    if not look.scope.holds(item):
        raise Missing(f"Nobody waits for {item} on this train.", code="item_missing", field="item", value=item)
    return {"pi": _pi(look), "slip": _slip(look.scope, slip_told(look.scope, item, by))}


@router.get("/trains/{slug}/network/circles", summary="Work that waits for itself")
def read_circles(request: HttpRequest, slug: str, wanted: Query[Filter], by: Cost = Cost.POINTS) -> Json:
    """Circles of the whole train with their cheapest cuts, and the cheapest set of cuts that opens all of them."""
    scope = _look(request, wanted).scope
    told = circles_told(scope, by)
    return {
        "circles": [
            {"steps": [_step(scope, step) for step in each.steps], "cut": _cut(scope, each.cut)}
            for each in told.circles
        ],
        "together": [_cut(scope, cut) for cut in told.together],
        "cost": float(told.cost),
        "complete": told.complete,
        "proven": told.proven,
    }


@router.get("/trains/{slug}/network/moves", summary="Which move would remove most strings")
def read_moves(request: HttpRequest, slug: str, wanted: Query[Filter]) -> Json:
    """Work that, with another team, would leave fewer dependencies between teams: a question, nothing is moved.

    ``fitting`` moves fit into the taker's room in every iteration; ``beyond`` would remove more but do not.
    """
    look = _look(request, wanted)
    told = queries.moves(actor_of(request), look)
    return {
        "pi": look.pi.number if look.pi else None,
        "fitting": [_move(look.scope, each) for each in told.fitting],
        "beyond": [_move(look.scope, each) for each in told.beyond],
    }


def _look(request: HttpRequest, wanted: Filter) -> Look:
    asked = Asked(pi=wanted.pi, all_pis=wanted.all_pis, team=wanted.team, arrived=wanted.arrived)
    return queries.look(actor_of(request), asked)


def _pi(look: Look) -> int | None:
    return None if look.pi is None or look.is_all else look.pi.number


def _piece(scope: Scope, piece: Piece) -> Json:
    return {
        "key": piece.key,
        "kind": piece.kind,
        "number": piece.number,
        "title": piece.title,
        "team": piece.team_id,
        "points": float(piece.points),
        "iteration": None if piece.at is None else scope.web.iterations[piece.at].id,
        "feature": piece.feature,
        "done": piece.done,
    }


def _line(scope: Scope, line: Line) -> Json:
    strand = line.strand
    return {
        "dependency": strand.number,
        "needs": strand.needs,
        "state": strand.state,
        "health": strand.health.value,
        "slack": strand.slack,
        "spare": line.spare,
        "on_chain": line.on_chain,
        "in_circle": line.in_circle,
        "provider": _piece(scope, strand.provider),
        "consumer": _piece(scope, strand.consumer),
    }


def _step(scope: Scope, step: Step) -> Json:
    return {"item": _piece(scope, step.piece), "provides_by": _numbers(step.strands)}


def _slip(scope: Scope, told: Slip) -> Json:
    return {
        "item": _piece(scope, told.source),
        "by": told.by,
        "moved": [{"item": _piece(scope, each.piece), "by": each.by} for each in told.moved],
        "points": float(told.points),
        "features": [
            {"feature": each.number, "by": each.by, "value": each.value, "falls_out": each.falls_out}
            for each in told.late
        ],
        "value": float(told.value),
        "falls_out_value": float(told.falls_out_value),
    }


def _cut(scope: Scope, cut: Cut) -> Json:
    return {
        "provider": _piece(scope, cut.provider),
        "consumer": _piece(scope, cut.consumer),
        "dependencies": _numbers(cut.strands),
        "cost": float(cut.cost),
    }


def _move(scope: Scope, told: MoveTold) -> Json:
    move = told.move
    return {
        "kind": move.kind.value,
        "feature": told.feature,
        "items": [_piece(scope, piece) for piece in told.pieces],
        "givers": [int(giver) for giver in move.givers if giver],
        "taker": int(move.taker),
        "points": float(move.points),
        "strings": [move.strings_before, move.strings_after],
        "short": [move.short_before, move.short_after],
        "lacking": float(told.lacking),
    }


def _numbers(strands: tuple[Strand, ...]) -> list[int]:
    return [strand.number for strand in strands]
