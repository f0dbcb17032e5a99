"""Pieces of the board as HTML, drawn once for everybody.

Nothing here may depend on who looks: the same bytes go to every open board. What a viewer may
drag is decided in the browser from ``data-my-teams``.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.template.loader import get_template, render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from headway.features.board.picture import Card, Cell, Column, Picture, TeamLine, View

STATE_WORDS = {
    "todo": "to do",
    "in_progress": "in progress",
    "review": "in review",
    "done": "done",
}


def number(points: float) -> str:
    """Points as people write them: ``5``, ``2.5``."""
    return f"{points:g}"


PLACES = {"story": "stories", "feature": "features"}
LABELS = {"delivery": "delivery", "need": "need"}


@lru_cache(maxsize=65_536)
def card_html(train: str, card: Card) -> SafeString:
    """One card. Kept by value, so a card is drawn again only when something on it changed.

    A large board has 1,500 of them: the template is left with plain values, which draws them four times faster.
    """
    drawn = get_template("board/_card.html").render(
        {
            "classes": " ".join(_classes(card)),
            "key": card.key,
            "href": f"/trains/{train}/{PLACES.get(card.kind, 'dependencies')}/{card.number}",
            "number": str(card.number),
            "version": str(card.version),
            "state": card.state,
            "belongs": _belongs(card),
            "title": card.title,
            "label": _label(card),
            "said": ", ".join(_said(card)),
            "icons": _icons(card),
            "share": _share(card),
            "points": _points(card),
        }
    )
    return SafeString(drawn)


def _points(card: Card) -> SafeString:
    if card.points is None:
        return SafeString("")
    return SafeString(f' <span class="card-points" aria-hidden="true">{number(card.points)}</span>')


def _classes(card: Card) -> list[str]:
    flags = {
        "is-enabler": card.enabler,
        "is-blocked": card.blocked,
        "is-changed": card.changed,
        "is-missed": card.outcome == "missed",
    }
    hue = [] if card.hue is None else [f"hue-{card.hue}"]
    return ["ticket", f"is-{card.kind}", *hue, *(name for name, is_set in flags.items() if is_set)]


def _belongs(card: Card) -> SafeString:
    """To which theme and feature: by id for filters, by the feature's number for the order within a cell."""
    ids = {"theme": card.theme_id, "f": card.feature_id, "k": card.feature_number}
    return SafeString("".join(f' data-{name}="{value:d}"' for name, value in ids.items() if value))


def _label(card: Card) -> SafeString:
    key = f"F{card.feature_number}" if card.feature_number else LABELS.get(card.kind, "")
    return SafeString(f'<span class="card-key">{key}</span> ' if key else "")


def _icons(card: Card) -> list[tuple[str, str]]:
    marks = ((card.blocked, "blocked", "Blocked"), (card.enabler, "enabler", "Enabler"))
    changed = (card.changed, "changed", "Changed since commitment")
    return [(name, word) for is_set, name, word in (*marks, changed) if is_set]


def _share(card: Card) -> SafeString:
    """How far the stories of a feature are."""
    parts = []
    if card.outcome:
        parts.append(f'<span class="card-outcome">{escape(card.outcome)}</span>')
    if card.stories:
        told = '<span class="visually-hidden"> stories done</span>'
        parts.append(f'<span class="card-share">{card.done}/{card.stories}{told}</span>')
    if card.unplanned and card.kind == "feature":
        told = '<span class="visually-hidden"> stories not yet in an iteration</span>'
        parts.append(f'<span class="card-loose">+{card.unplanned}{told}</span>')
    return SafeString("".join(parts))


def _said(card: Card) -> list[str]:
    """What the eye sees by shape and place, for those who listen."""
    said = [STATE_WORDS.get(card.state, card.state.replace("_", " "))]
    if card.points is not None:
        said.append("1 point" if card.points == 1 else f"{number(card.points)} points")
    return said


@dataclass(frozen=True, slots=True)
class Bar:
    """The load bar's parts, in hundredths of its width."""

    room: float
    fill: float
    tick: float
    over: float


def bar(load: float, capacity: float, fit: float) -> Bar | None:
    """Geometry of a load bar: full width is capacity, or the load when that is more."""
    whole = max(load, capacity)
    if whole <= 0:
        return None

    def share(points: float) -> float:
        return round(100 * points / whole, 1)

    return Bar(share(capacity), share(min(load, fit)), share(fit), share(max(0, load - fit)))


def load_words(load: float, capacity: float | None, fit: float | None) -> str:
    """``26 / 32``, ``6 over``, or plain points where there is no capacity to compare with."""
    if capacity is None or fit is None:
        return f"{number(load)} points" if load else ""
    return f"{number(load - fit)} over" if load > fit else f"{number(load)} / {number(capacity)}"


@lru_cache(maxsize=16_384)
def cell_head_html(load: float, capacity: float | None, fit: float | None) -> SafeString:
    """Load against capacity, as words and a bar."""
    drawn = get_template("board/_cell_head.html").render(
        {
            "load": number(load),
            "capacity": None if capacity is None else number(capacity),
            "fit": None if fit is None else number(fit),
            "is_over": fit is not None and load > fit,
            "words": load_words(load, capacity, fit),
            "bar": None if capacity is None or fit is None else bar(load, capacity, fit),
        }
    )
    return SafeString(drawn)


def _line(train: str, view: View, line: TeamLine, kind: str, name: str) -> dict[str, object]:
    return {
        "kind": kind,
        "name": name,
        "can_shift": kind == "team",
        "key": kind if line.team is None else f"team-{line.team.id}",
        "team": line.team,
        # What spans teams is a summary beside the stories themselves.
        "folded": kind == "shared" and view is View.STORIES,
        "cells": [_cell(train, cell, has_capacity=kind == "team") for cell in line.cells],
    }


def _cell(train: str, cell: Cell, *, has_capacity: bool) -> dict[str, object]:
    return {
        "iteration_id": cell.iteration_id,
        "is_ip": cell.is_ip,
        "head": cell_head_html(cell.load, cell.capacity, cell.fit) if has_capacity else "",
        "cards": SafeString("".join([card_html(train, card) for card in cell.cards])),
    }


def _column(column: Column, today: date) -> dict[str, object]:
    return {
        "column": column,
        "now": column.iteration.starts_on <= today <= column.iteration.ends_on,
        "head": cell_head_html(column.load, column.capacity, column.committable),
    }


def table_html(*, train: str, pi_name: str, picture: Picture, seq: int, today: date) -> SafeString:
    """The whole board as a table that reads without scripts."""
    lines = [_line(train, picture.view, picture.shared, "shared", "Shared features")]
    lines += [_line(train, picture.view, each, "team", each.team.name) for each in picture.teams if each.team]
    lines += [_line(train, picture.view, each, "party", each.team.name) for each in picture.parties if each.team]
    return render_to_string(
        "board/_table.html",
        {
            "seq": seq,
            "pi_name": pi_name,
            "picture": picture,
            "columns": [_column(each, today) for each in picture.columns],
            "milestones": any(each.milestones for each in picture.columns),
            "lines": lines,
        },
    )
