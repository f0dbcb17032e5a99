"""The forecast part of the REST API. Nothing is computed within a call: the worker is asked, and a later call tells."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from headway.features.forecast import actions, queries
from headway.features.forecast.queries import Standing
from headway.kit.http import actor_of

router = Router(tags=["forecast"])
FORECAST = "/trains/{slug}/pis/{int:pi}/forecast"


@router.get(FORECAST, url_name="forecast")
def forecast(request: HttpRequest, slug: str, pi: int) -> HttpResponse:
    """The odds of a PI: distribution, features, stories, dependencies, teams, drivers and how well it held so far.

    Answers 304 to ``If-None-Match`` while nothing is newer. ``stale`` says that the train has changed since
    ``number``; a newer forecast is then being computed, so ask again. Chances run from 0 to 1; ``by`` holds one for
    the end of each of ``iterations``, the iterations left.
    """
    actor = actor_of(request)
    standing = actions.look_up(actor, queries.increment_numbered(actor, pi))
    kept = {name: value for name, value in standing.result.items() if name not in ("v", "missing")}
    return _answer(request, standing, lambda: {**queries.facts(standing), **kept})


@router.get(f"{FORECAST}/overlay", url_name="forecast-overlay")
def overlay(request: HttpRequest, slug: str, pi: int) -> HttpResponse:
    """The chances a board draws over its stories, features, dependencies and cells, each by its id.

    A story's ``chance`` is that of being done by the end of its planned iteration (of the PI when it has none), a
    feature's that of landing in the PI, a dependency's that of coming soon enough for its consumer. ``cells`` are
    keyed ``team:iteration`` and hold points: what is planned there and still to do, and what the team gets done in
    that iteration with 85 (``low``), 50 and 15 % (``high``) at least.
    """
    actor = actor_of(request)
    standing = actions.look_up(actor, queries.increment_numbered(actor, pi))
    return _answer(request, standing, lambda: queries.overlay(standing))


@router.post(FORECAST, url_name="forecast-again")
def compute_again(request: HttpRequest, slug: str, pi: int) -> dict[str, Any]:
    """Ask for a computation now, for instance after one that failed; while one is under way there is no second."""
    actor = actor_of(request)
    return queries.facts(actions.ask_again(actor, queries.increment_numbered(actor, pi)))


def _answer(request: HttpRequest, standing: Standing, body: Any) -> HttpResponse:
    moment = f"{standing.at.timestamp():.0f}" if standing.at else "none"
    flags = f"{int(standing.is_stale)}{int(standing.is_computing)}{standing.behind}"
    tag = f'W/"{standing.number or 0}.{moment}.{flags}"'
    headers = {"ETag": tag, "Vary": "Cookie, Authorization"}
    if tag.removeprefix("W/") in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(orjson.dumps(body()), content_type="application/json", headers=headers)
