"""Chances as people read them, and as wide as they are."""

import re
from collections.abc import Sequence

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from headway.features.forecast import queries

register = template.Library()


@register.filter
def percent(chance: float | None) -> str:
    """A chance from 0 to 1 as a whole per cent; what is not certain is never 0 or 100."""
    return "" if chance is None else str(queries.percent(chance))


@register.filter
def percent_of_part(part: float) -> str:
    """A part of something with one decimal: 4.2 %."""
    return f"{100 * part:.1f} %"


@register.filter
def mood(chance: float) -> str:
    """Whether a chance is good, doubtful (warn) or bad."""
    return queries.mood(chance)


@register.filter
def bar_width(chance: float, whole: int) -> str:
    """The width of a chance's bar within ``whole``."""
    return f"{chance * whole:.1f}"


@register.filter
def minus(value: float, less: float) -> str:
    """A difference of two coordinates."""
    return f"{float(value) - float(less):g}"


@register.filter
def at(values: Sequence[bool], index: int) -> bool:
    """One of several flags."""
    return values[index]


@register.filter
def thousands(value: int) -> str:
    """A count with commas."""
    return f"{value:,}"


@register.filter
def drivers_linked(words: str, slug: str) -> SafeString:
    """The words of a driver, with the dependency they name as a link."""

    def link(match: re.Match[str]) -> str:
        url = reverse("dependency", args=[slug, int(match.group(1))])
        return format_html('<a href="{}" data-panel>D{}</a>', url, match.group(1))

    # The text is escaped before the links are put in, and a number is all that goes into one.
    return mark_safe(re.sub(r"\bD(\d{1,9})\b", link, escape(words)))  # noqa: S308
