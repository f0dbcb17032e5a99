"""A page tells which page of the train it shows, and which card its reader holds."""

import re

import orjson
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from headway.engine.errors import Invalid
from headway.kit.access import Permission, require
from headway.kit.http import TrainRequest
from headway.live.hub import hub

_HOLDING = re.compile(r"([a-z]{1,16}:\d{1,15})?")


@require_POST
def tell(request: TrainRequest, slug: str) -> HttpResponse:
    """Note where the reader is: JSON ``{page, holding}``; answered with 204."""
    actor = request.actor
    require(actor, Permission.VIEW_TRAIN)
    try:
        told = orjson.loads(request.body)
        page, holding = str(told.get("page") or "")[:80], str(told.get("holding") or "")
    except (orjson.JSONDecodeError, AttributeError):
        raise Invalid("Presence is told as JSON: {page, holding}.", code="presence") from None
    if not _HOLDING.fullmatch(holding):
        raise Invalid(f"{holding[:40]!r} is no card; story:12 is one.", code="presence", field="holding")
    if actor.person_id is not None:
        hub.tell(actor.train_id, actor.person_id, actor.name, page, holding)
    return HttpResponse(status=204)
