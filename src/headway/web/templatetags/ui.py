"""The components of the design system, as template tags: ``{% load ui %}``."""

import datetime as dt
import re
import uuid
import zoneinfo
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.middleware.csrf import get_token
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

Number = int | float | Decimal

NOTHING = "\N{EN DASH}"
SPRITE = Path(__file__).parent.parent / "static" / "web" / "icons.svg"
KINDS = frozenset({"", "good", "warn", "bad", "quiet", "note"})
HINT_ICONS = {"info": "info", "question": "help", "warn": "warning", "bad": "error"}


class State(NamedTuple):
    """How a state is told: by word, by shape and (last) by colour."""

    word: str
    icon: str
    kind: str


STATES: Mapping[str, State] = {
    "todo": State("To do", "ring", "quiet"),
    "in_progress": State("In progress", "half", "note"),
    "review": State("In review", "eye", "note"),
    "done": State("Done", "check-circle", "good"),
    "blocked": State("Blocked", "blocked", "bad"),
    "funnel": State("Funnel", "dash", "quiet"),
    "analysing": State("Analysing", "search", "quiet"),
    "ready": State("Ready", "ring", ""),
    "planned": State("Planned", "plan", ""),
    "validating": State("Validating", "eye", "note"),
    "identified": State("Identified", "dash", "quiet"),
    "requested": State("Requested", "ring", "warn"),
    "negotiating": State("Negotiating", "comment", "warn"),
    "committed": State("Committed", "disc", "note"),
    "delivered": State("Delivered", "check", "good"),
    "accepted": State("Accepted", "check-circle", "good"),
    "declined": State("Declined", "close", "bad"),
    "obsolete": State("Obsolete", "minus", "quiet"),
    "drafting": State("Drafting", "edit", "quiet"),
    "planning": State("Planning", "plan", "warn"),
    "executing": State("Executing", "run", "note"),
    "closed": State("Closed", "lock", "quiet"),
    "landed": State("Landed", "check-circle", "good"),
    "missed": State("Missed", "close", "bad"),
    "dropped": State("Dropped", "minus", "quiet"),
}

HEALTH_WORDS = {"ok": "On time", "tight": "Tight", "conflict": "Conflict", "unplanned": "Unplanned"}
AGREEMENT_CAPS = {
    "identified": "dash",
    "requested": "ring",
    "negotiating": "ring",
    "committed": "disc",
    "in_progress": "disc",
    "delivered": "check-circle",
    "accepted": "check-circle",
    "declined": "close",
    "obsolete": "minus",
}


@cache
def icon_names() -> frozenset[str]:
    """The names of all icons of the sprite."""
    return frozenset(re.findall(r'<symbol id="([a-z-]+)"', SPRITE.read_text(encoding="utf-8")))


def draw_icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Return the SVG that shows icon ``name``; without ``label`` it is decoration and hidden from readers.

    Raises TemplateSyntaxError for a name the sprite does not hold.
    """
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"There is no icon “{name}” in icons.svg.")
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" width="16" height="16" {}>{}<use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        voice,
        format_html("<title>{}</title>", label) if label else "",
        static("web/icons.svg"),
        name,
    )


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """``{% icon "blocked" label="Blocked" %}``."""
    return draw_icon(name, label, css)


@register.simple_tag
def badge(text: object, kind: str = "", icon: str = "", title: str = "") -> SafeString:
    """``{% badge "Blocked" "bad" icon="blocked" %}``; kinds are good, warn, bad, quiet, note or nothing."""
    if kind not in KINDS:
        raise template.TemplateSyntaxError(f"A badge knows no kind “{kind}”.")
    return format_html(
        '<span class="badge{}"{}>{}{}</span>',
        f" is-{kind}" if kind else "",
        format_html(' title="{}"', title) if title else "",
        draw_icon(icon) if icon else "",
        text,
    )


@register.simple_tag
def state_badge(value: str) -> SafeString:
    """The state of a story, feature, target, dependency or PI as a badge; an unknown one as it is."""
    state = STATES.get(value) or State(str(value).replace("_", " ").capitalize(), "ring", "")
    return badge(state.word, state.kind, icon=state.icon)


@register.simple_tag
def health(value: str, slack: int | None = None) -> SafeString:
    """Schedule health of a dependency: the sample of its string, and the word."""
    if value not in HEALTH_WORDS:
        raise template.TemplateSyntaxError(f"A dependency knows no health “{value}”.")
    warning = draw_icon("warning") if value == "conflict" else ""
    return format_html(
        '<span class="health is-{0}"><svg class="string-sample is-{0}" width="28" height="8" '
        'aria-hidden="true"><line x1="1" y1="4" x2="27" y2="4"/></svg>{1}{2}{3}</span>',
        value,
        warning,
        HEALTH_WORDS[value],
        "" if slack is None else format_html(' <span class="quiet num">{}</span>', f"{slack:+d}"),
    )


@register.simple_tag
def agreement(value: str) -> SafeString:
    """How far a dependency is agreed: the end cap of its string, and the word."""
    state = STATES.get(value) or State(str(value).replace("_", " ").capitalize(), "ring", "")
    return format_html('<span class="agreement">{}{}</span>', draw_icon(AGREEMENT_CAPS.get(value, "ring")), state.word)


def plain_number(value: Number | None) -> str:
    """Return ``value`` without useless zeros: 3, 3.5; a dash for nothing."""
    return NOTHING if value is None else f"{Decimal(str(value)):.1f}".removesuffix(".0")


@register.filter
def points(value: Number | None) -> str:
    """Points without useless zeros; a dash where nobody has estimated."""
    return plain_number(value)


@register.inclusion_tag("web/components/load_bar.html")
def load_bar(
    load: Number | None, capacity: Number | None, committable: Number | None = None, *, compact: bool = False
) -> dict[str, Any]:
    """Load against capacity, in points: filled to the load, a tick at what may be committed, hatched beyond.

    ``committable`` is capacity x (1 - buffer); without it the whole capacity may be committed.
    """
    filled = float(load or 0)
    room = float(capacity or 0)
    tick = room if committable is None else float(committable)
    scale = max(filled, room, 1e-9)
    over = filled - tick
    return {
        "compact": compact,
        "load": plain_number(load or 0),
        "capacity": plain_number(capacity or 0),
        "committable": plain_number(Decimal(str(round(tick, 1)))),
        "over": plain_number(Decimal(str(round(over, 1)))) if over > 0 else "",
        "kind": "bad" if filled > room else "warn" if over > 0 else "",
        "solid": f"{100 * min(filled, tick) / scale:.2f}%",
        "beyond": f"{100 * max(over, 0) / scale:.2f}%",
        "room": f"{100 * room / scale:.2f}%",
        "tick": f"{100 * tick / scale:.2f}%",
    }


@register.inclusion_tag("web/components/pi_track.html")
def pi_track(pi_now: Mapping[str, Any]) -> dict[str, Any]:
    """The PI as a line of track blocks, filled up to today; the IP iteration is hatched."""
    total = int(pi_now.get("iterations") or 0)
    current = int(pi_now.get("iteration") or 0)
    share = min(int(pi_now.get("day") or 0) / max(int(pi_now.get("days") or 1), 1), 1)
    blocks = [
        {
            "x": 17 * index,
            "fill": 14 if index + 1 < current else round(14 * share, 1) if index + 1 == current else 0,
            "is_current": index + 1 == current,
            "is_ip": bool(pi_now.get("ip")) and index + 1 == total,
        }
        for index in range(total)
    ]
    return {"blocks": blocks, "width": max(17 * total - 3, 0)}


@register.simple_block_tag
def hint(content: str, kind: str = "info", title: str = "") -> SafeString:
    """``{% hint "question" title="…" %}…{% endhint %}``: a remark with its reason; never a refusal."""
    if kind not in HINT_ICONS:
        raise template.TemplateSyntaxError(f"A hint knows no kind “{kind}”.")
    return format_html(
        '<div class="hint is-{}">{}<div class="hint-text">{}{}</div></div>',
        kind,
        draw_icon(HINT_ICONS[kind]),
        format_html("<strong>{}</strong> ", title) if title else "",
        content,
    )


@register.simple_tag
def finding(text: str, kind: str = "", url: str = "") -> SafeString:
    """One sentence that says what is, with the way to the rows behind it."""
    icons = {"bad": "error", "warn": "warning", "good": "check-circle"}
    return format_html(
        '<p class="finding{}">{}<span>{}</span>{}</p>',
        f" is-{kind}" if kind else "",
        draw_icon(icons.get(kind, "info")),
        text,
        format_html(' <a href="{}">from what?</a>', url) if url else "",
    )


@register.inclusion_tag("web/components/empty_state.html")
def empty_state(
    title: str,
    text: str = "",
    action_label: str = "",
    action_url: str = "",
    sample_url: str = "",
    icon: str = "",
) -> dict[str, str]:
    """What this place is for, one sentence, one button, and the way to see it in the sample train."""
    return {
        "title": title,
        "text": text,
        "action_label": action_label,
        "action_url": action_url,
        "sample_url": sample_url,
        "icon": icon,
    }


def initials_of(name: str) -> str:
    """Return up to two initials of ``name``: first and last word; ``?`` for nobody."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


@register.filter
def initial_letters(name: str) -> str:
    """The initials of a person's name, as letters only."""
    return initials_of(str(name))


@register.simple_tag
def initials(name: str) -> SafeString:
    """The round mark of a person, with the name for readers and on hover."""
    return format_html(
        '<span class="initials" title="{0}"><span aria-hidden="true">{1}</span>'
        '<span class="visually-hidden">{0}</span></span>',
        name,
        initials_of(name),
    )


@register.simple_tag
def person(name: str, detail: str = "") -> SafeString:
    """A person: mark, name and (quietly) what they do here."""
    return format_html(
        '<span class="person"><span class="initials" aria-hidden="true">{}</span><span>{}{}</span></span>',
        initials_of(name),
        name,
        format_html(' <span class="quiet">{}</span>', detail) if detail else "",
    )


@register.simple_tag
def number(value: object, unit: str = "", url: str = "", means: str = "") -> SafeString:
    """A figure that can be asked “from what?”: ``means`` is its definition, ``url`` leads to its rows."""
    shown = plain_number(value) if isinstance(value, int | float | Decimal) else value
    inner = format_html("<b>{}</b>{}", shown, format_html(' <span class="quiet">{}</span>', unit) if unit else "")
    if url:
        return format_html('<a class="number" href="{}" title="{}">{}</a>', url, means or "From what?", inner)
    return format_html('<span class="number" title="{}">{}</span>', means, inner)


@register.simple_tag(takes_context=True)
def command_fields(context: Context, seen: object = None) -> SafeString:
    """The hidden fields of a form that changes something: CSRF token, command id and the version seen."""
    fields = [("command_id", str(uuid.uuid4()))]
    request = context.get("request")
    if request is not None:
        fields.insert(0, ("csrfmiddlewaretoken", get_token(request)))
    if seen is not None:
        fields.append(("seen", str(seen)))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields)


@register.inclusion_tag("web/components/field.html")
def field(bound: BoundField, label: str = "", *, wide: bool = False) -> dict[str, Any]:
    """One form field: label, control, help and errors, tied together for screen readers."""
    input_type = getattr(bound.field.widget, "input_type", "")
    return {
        "field": bound,
        "label": label or bound.label,
        "is_check": input_type == "checkbox" and not bound.use_fieldset,
        "is_group": bound.use_fieldset,
        "wide": wide,
    }


@register.inclusion_tag("web/components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """All faults of a form in one list, each leading to its field."""
    faults = [{"id": bound.id_for_label, "label": bound.label, "text": text} for bound in form for text in bound.errors]
    return {"general": form.non_field_errors(), "faults": faults}


@register.inclusion_tag("web/components/pagination.html", takes_context=True)
def pagination(context: Context, page_obj: Page[Any]) -> dict[str, Any]:
    """The way to the other pages of a list, keeping its filters."""
    numbers = page_obj.paginator.get_elided_page_range(page_obj.number, on_each_side=2, on_ends=1)
    return {"request": context.get("request"), "page_obj": page_obj, "numbers": list(numbers)}


@register.simple_tag(takes_context=True)
def sort_header(context: Context, key: str, text: str, align: str = "") -> SafeString:
    """A column heading that sorts by ``key``; a second press turns the order round."""
    request = context["request"]
    now = request.GET.get("sort", "")
    direction = "ascending" if now == key else "descending" if now == f"-{key}" else ""
    query = request.GET.copy()
    query["sort"] = f"-{key}" if direction == "ascending" else key
    query.pop("page", None)
    marks = {"ascending": "sort-up", "descending": "sort-down"}
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="?{}">{}{}</a></th>',
        mark_safe(' class="num"') if align == "right" else "",
        format_html(' aria-sort="{}"', direction) if direction else "",
        query.urlencode(),
        text,
        draw_icon(marks[direction]) if direction else "",
    )


@register.simple_tag
def crumb(text: str, url: str = "") -> SafeString:
    """One step of the breadcrumb; without address it is the page itself."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, text)
    return format_html('<li aria-current="page">{}</li>', text)


@register.simple_block_tag
def dialog(content: str, id: str, title: str, *, wide: bool = False) -> SafeString:  # noqa: A002
    """``{% dialog "close-pi" title="Close PI 3?" %}…{% enddialog %}``, opened by ``data-opens``."""
    return format_html(
        '<dialog class="dialog{}" id="{}" aria-labelledby="{}-title"><header class="dialog-head">'
        '<h2 id="{}-title">{}</h2><button type="button" class="button is-quiet is-icon" data-closes '
        'aria-label="Close">{}</button></header><div class="dialog-body">{}</div></dialog>',
        " is-wide" if wide else "",
        id,
        id,
        id,
        title,
        draw_icon("close"),
        content,
    )


@register.inclusion_tag("web/components/key_list.html")
def key_list(keys: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Keys and what they do; a key is written like ``Ctrl+K`` or ``Space``."""
    return {"rows": [{"keys": pressed.split("+"), "what": what} for pressed, what in keys]}


@register.simple_tag(takes_context=True)
def local_time(context: Context, when: dt.datetime | None, form: str = "") -> SafeString | str:
    """A moment in the viewer's zone (the train's, if they chose none), with the train's own time on hover."""
    if when is None:
        return NOTHING
    zone = getattr(context.get("train"), "time_zone", "") or "UTC"
    viewer = getattr(getattr(context.get("request"), "user", None), "time_zone", "") or zone
    here = when.astimezone(zoneinfo.ZoneInfo(viewer))
    there = when.astimezone(zoneinfo.ZoneInfo(zone))
    return format_html(
        '<time datetime="{}" title="{} {}">{}</time>',
        when.isoformat(),
        f"{there:%a} {there.day} {there:%b %Y %H:%M}",
        zone,
        here.strftime(form) if form else f"{here.day} {here:%b %Y %H:%M}",
    )


@register.simple_tag(takes_context=True)
def again(context: Context, name: str) -> SafeString:
    """Render block ``name`` of this page once more (the page title is tab title and heading)."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return block.render(context) if block else mark_safe("")
