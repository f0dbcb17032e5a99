"""The board part of the REST API."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from headway.features.board.queries import board_snapshot, board_snapshot_packed, pi_shown, stamp
from headway.kit.http import actor_of

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
