"""The board part of the REST API."""

from typing import Annotated

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from headway.features.board.network_queries import longest_way, outlook
from headway.features.board.queries import board_snapshot, board_snapshot_packed, pi_shown, stamp
from headway.kit.http import actor_of
from headway.kit.schemas import Id, Number

router = Router(tags=["board"])


@router.get("/trains/{slug}/board", summary="The program board of a PI")
def read_board(
    request: HttpRequest, slug: str, pi: Annotated[int | None, Field(ge=0, le=32767)] = None
) -> HttpResponse:
    """Everything on the board of one PI, each table as its column names and its rows; flags are 0 or 1.

    Answers 304 to ``If-None-Match`` while nothing on the train has changed. ``seq`` is the journal number from which
    the event stream continues. Without ``pi`` it is the PI that runs now.
    """
    actor = actor_of(request)
    shown = pi_shown(actor, pi)
    at = stamp(actor)
    tag = f'W/"{shown.number}.{at.tag}"'
    headers = {"ETag": tag, "Vary": "Accept-Encoding, Cookie"}
    if tag.removeprefix("W/") in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = board_snapshot_packed(actor, shown, at)
    else:
        body = board_snapshot(actor, shown, at)
    return HttpResponse(body, content_type="application/json", headers=headers)


@router.get("/trains/{slug}/board/consequences", summary="What a card in another cell would change")
def read_consequences(
    request: HttpRequest,
    slug: str,
    pi: Annotated[int | None, Field(ge=0, le=32767)] = None,
    story: Number | None = None,
    feature: Number | None = None,
    iteration: Id | None = None,
    team: Id | None = None,
) -> HttpResponse:
    """Loads, strings, chain and what slips if one card stood in another cell; nothing is written.

    Name a ``story`` or a ``feature`` without stories by its number, and the cell by the ids of ``iteration`` (none is
    the team's backlog) and ``team`` (none is the card's own). ``words`` says the same in sentences, the worst first.
    """
    actor = actor_of(request)
    shown = pi_shown(actor, pi)
    found = outlook(actor, shown, stamp(actor), story=story, feature=feature, iteration_id=iteration, team_id=team)
    return HttpResponse(orjson.dumps(found), content_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/trains/{slug}/board/chain", summary="The critical chain of a PI")
def read_chain(
    request: HttpRequest, slug: str, pi: Annotated[int | None, Field(ge=0, le=32767)] = None
) -> HttpResponse:
    """The longest chain of open work, each card needing the one before.

    A card is ``s`` with the id of a story, ``f`` with that of a feature, or ``p`` and ``n`` with that of a dependency
    whose provider or consumer is no card.
    """
    actor = actor_of(request)
    shown = pi_shown(actor, pi)
    found = longest_way(actor, shown, stamp(actor))
    return HttpResponse(orjson.dumps(found), content_type="application/json", headers={"Cache-Control": "no-store"})
