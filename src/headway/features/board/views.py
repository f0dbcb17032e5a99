"""The board's pages."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from headway.features.board.picture import View
from headway.features.board.policies import teams_to_place
from headway.features.board.queries import BoardPage, PiRow, board_page, pi_shown, stamp
from headway.kit.access import Actor
from headway.kit.http import actor_of
from headway.store.models import Dependency, Story

FULL_SIZE_UP_TO = 120
"""Cards on a board up to which they are drawn in full size to begin with."""


def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The program board of a PI."""
    actor = actor_of(request)
    pi = pi_shown(actor, asked_number(request))
    view = View.FEATURES if request.GET.get("view") == View.FEATURES else View.STORIES
    page = board_page(actor, pi, view, stamp(actor))
    return render(request, "board/board.html", _context(actor, slug, pi, view, page))


def asked_number(request: HttpRequest) -> int | None:
    """The number of the PI that the address asks for; an unreadable one counts as none."""
    asked = request.GET.get("pi", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None


def _context(actor: Actor, slug: str, pi: PiRow, view: View, page: BoardPage) -> dict[str, Any]:
    return {
        "pi": pi,
        "view": view.value,
        "zoom": "l" if page.cards <= FULL_SIZE_UP_TO else "m",
        "table": page.table,
        "teams": page.teams,
        "themes": page.themes,
        "iterations": page.iterations,
        "drawer": page.drawer,
        "drawer_count": page.loose,
        "states": Story.State.choices,
        "dependency_types": Dependency.Type.choices,
        "me": actor.user_id or 0,
        "my_teams": orjson.dumps(teams_to_place(actor)).decode(),
        "base_url": f"/trains/{slug}",
        "api_url": f"/api/v1/trains/{slug}",
        "snapshot_url": f"/api/v1/trains/{slug}/board?pi={pi.number}",
        "list_url": reverse("board", kwargs={"slug": slug}) + f"/list?pi={pi.number}",
    }
