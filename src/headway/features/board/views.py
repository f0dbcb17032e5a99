"""The board's pages."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from headway.engine.errors import Missing
from headway.engine.network.health import Health
from headway.features.board.laid_over import laid_over
from headway.features.board.packing import gzipped
from headway.features.board.picture import View
from headway.features.board.policies import may_link, may_target, teams_to_place
from headway.features.board.queries import (
    BoardPage,
    OwnedLine,
    PiRow,
    Stamp,
    board_page,
    first_view,
    open_proposals,
    packed_table,
    pi_shown,
    stamp,
    strings_in_words,
)
from headway.features.board.words import SEVERITY, arranged
from headway.kit.access import Actor
from headway.kit.http import actor_of
from headway.store.models import Dependency, Story

TABLE = SafeString("<!-- the table goes here -->")
"""Stands for the table while the rest of the page is rendered."""

FULL_SIZE_UP_TO = 400
"""Cards on a board up to which they are drawn in full size to begin with."""


def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The program board of a PI."""
    actor = actor_of(request)
    asked = asked_number(request)
    try:
        pi = pi_shown(actor, asked)
    except Missing:
        if asked is not None:
            raise
        return render(request, "board/empty.html", {"calendar_url": reverse("calendar", kwargs={"slug": slug})})
    at = stamp(actor)
    asked_view = request.GET.get("view")
    view = View(asked_view) if asked_view in set(View) else first_view(actor, pi, at)
    page = board_page(actor, pi, view, at)
    around = render_to_string("board/board.html", _context(actor, slug, pi, view, page, at), request)
    before, after = around.encode().split(TABLE.encode(), 1)
    headers = {"Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(before + page.table.encode() + after, headers=headers)
    body = gzipped(before, packed_table(actor, pi, view, at), after)
    return HttpResponse(body, headers={**headers, "Content-Encoding": "gzip"})


def board_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The strings of the board in words, to sort and to filter."""
    actor = actor_of(request)
    pi = pi_shown(actor, asked_number(request))
    every = strings_in_words(actor, pi)
    asked = {name: request.GET.get(name, "")[:100] for name in ("text", "team", "health", "sort", "overlay")}
    over = laid_over(actor, pi, asked["overlay"])
    shown = {each.line: each for each in every if _is_asked_for(each, asked)}
    return render(
        request,
        "board/list.html",
        {
            "pi": pi,
            "any": every,
            "over": over,
            "overlay": asked["overlay"] if over else "",
            "lines": [(shown[line], over and over.notes.get(line.number)) for line in arranged(shown, asked["sort"])],
            "finding": _finding(every),
            "teams": sorted({team for each in every for team in (each.line.consumer.team, each.line.provider.team)}),
            "team": asked["team"],
            "text": asked["text"],
            "sort": asked["sort"],
            "healths": [each.value for each in SEVERITY],
            "asked_health": asked["health"],
            "base_url": f"/trains/{slug}",
            "board_url": reverse("board", kwargs={"slug": slug})
            + f"?pi={pi.number}"
            + (f"&overlay={asked['overlay']}" if over else ""),
        },
    )


def _is_asked_for(each: OwnedLine, asked: dict[str, str]) -> bool:
    line = each.line
    text = " ".join(
        [line.needs, line.consumer.title, line.provider.title, line.consumer.team, line.provider.team, each.owner]
    )
    return (
        asked["team"] in ("", line.consumer.team, line.provider.team)
        and asked["health"] in ("", line.health.value)
        and all(word in text.casefold() for word in asked["text"].casefold().split())
    )


def _finding(lines: list[OwnedLine]) -> str:
    late = sum(each.line.health is Health.CONFLICT for each in lines)
    tight = sum(each.line.health is Health.TIGHT for each in lines)
    if not lines:
        return ""
    if not late:
        return f"{len(lines)} dependencies, none in conflict, {tight} tight."
    return f"{late} of {len(lines)} dependencies come too late or are not planned; {tight} are tight."


def asked_number(request: HttpRequest) -> int | None:
    """The number of the PI that the address asks for; an unreadable one counts as none."""
    asked = request.GET.get("pi", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None


def _context(actor: Actor, slug: str, pi: PiRow, view: View, page: BoardPage, at: Stamp) -> dict[str, Any]:
    return {
        "pi": pi,
        "view": view.value,
        "zoom": "l" if page.cards <= FULL_SIZE_UP_TO else "m",
        "table": TABLE,
        "cards": page.cards,
        "teams": page.teams,
        "themes": page.themes,
        "iterations": page.iterations,
        "drawer": page.drawer,
        "drawer_count": page.loose,
        "states": Story.State.choices,
        "dependency_types": Dependency.Type.choices,
        "me": actor.user_id or 0,
        "my_teams": orjson.dumps(teams_to_place(actor)).decode(),
        "may_target": may_target(actor),
        "may_link": may_link(actor),
        "base_url": f"/trains/{slug}",
        "api_url": f"/api/v1/trains/{slug}",
        "snapshot_url": f"/api/v1/trains/{slug}/board?pi={pi.number}",
        "proposals": [(f"proposal:{each}", f"Proposal {each}") for each in open_proposals(actor, pi, at)],
        "drafts_url": f"/trains/{slug}/plan/drafts?pi={pi.number}",
        "list_url": reverse("board-list", kwargs={"slug": slug}) + f"?pi={pi.number}",
    }
