"""What the shell around every page shows: trains, PIs, rooms, the live stream, the theme."""

from datetime import date
from typing import Any, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from headway.kit import clock
from headway.kit.access import Actor
from headway.store.models import Increment, Iteration, Person, Train, User
from headway.web.navigation import BELOW, ROOMS


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the base templates; small on pages outside a train."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": "system"}
    context: dict[str, Any] = {"theme": user.theme, "theme_url": reverse("theme"), "trains": _trains(request)}
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        context |= _train_context(request, actor)
    return context


def _train_context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    train = Train.objects.get(pk=actor.train_id)
    increments = list(Increment.objects.filter(train=train))
    today = clock.today(train.time_zone)
    now = _increment_now(increments, today)
    shown = _increment_shown(request, increments, now)
    return {
        "actor": actor,
        "train": train,
        "pis": [
            {"name": each.name, "state": each.state, "url": _with_pi(request, each), "current": each == shown}
            for each in increments
        ],
        "pi_shown": _position(shown, today) if shown else None,
        "nav": _navigation(request, actor.train_slug),
        "live": {"url": f"/trains/{actor.train_slug}/stream", "number": actor.as_of},
        "presence_url": _address("presence", actor.train_slug),
        "search_url": _address("search", actor.train_slug),
    }


def _trains(request: HttpRequest) -> list[dict[str, Any]]:
    mine = Train.objects.filter(pk__in=Person.objects.filter(user=cast(User, request.user)).values("train_id"))
    here = getattr(getattr(request, "actor", None), "train_slug", None)
    return [{"name": train.name, "url": _address("today", train.slug), "current": train.slug == here} for train in mine]


def _increment_now(increments: list[Increment], today: date) -> Increment | None:
    """The PI that runs today, else the next one, else the last."""
    running = [each for each in increments if each.starts_on <= today <= each.ends_on]
    coming = [each for each in increments if each.starts_on > today]
    return next(iter(running or coming or increments[-1:]), None)


def _increment_shown(request: HttpRequest, increments: list[Increment], now: Increment | None) -> Increment | None:
    asked = request.GET.get("pi", "")
    return next((each for each in increments if str(each.number) == asked), now)


def _position(pi: Increment, today: date) -> dict[str, Any]:
    iterations: list[Iteration] = list(pi.iterations.all())
    place: dict[str, Any] = {
        "name": pi.name,
        "state": pi.state,
        "iterations": len(iterations),
        "ip": bool(iterations and iterations[-1].is_ip),
    }
    for index, iteration in enumerate(iterations, start=1):
        if iteration.starts_on <= today <= iteration.ends_on:
            day = _weekdays(iteration.starts_on, today)
            days = _weekdays(iteration.starts_on, iteration.ends_on)
            text = f"iteration {index} of {len(iterations)}, day {day}"
            return place | {"iteration": index, "day": day, "days": days, "text": text}
    return place | {"text": f"starts on {pi.starts_on:%-d %B}" if today < pi.starts_on else "is over"}


def _weekdays(first: date, last: date) -> int:
    whole, rest = divmod((last - first).days + 1, 7)
    return whole * 5 + sum((first.weekday() + offset) % 7 < 5 for offset in range(rest))


def _with_pi(request: HttpRequest, pi: Increment) -> str:
    query = request.GET.copy()
    query["pi"] = str(pi.number)
    query.pop("panel", None)
    return f"{request.path}?{query.urlencode()}"


def _navigation(request: HttpRequest, slug: str) -> list[dict[str, Any]]:
    rooms = []
    # Who looks at another PI than the present one stays with it from page to page.
    pi = request.GET.get("pi", "")
    stay = f"?pi={pi}" if pi.isdecimal() and len(pi) < 6 else ""
    for room in ROOMS:
        pages = [
            {"label": label, "url": url + stay, "current": _is_current(request, url) or _is_below(request, slug, name)}
            for label, name in room.pages
            if (url := _address(name, slug))
        ]
        if pages:
            current = any(page["current"] for page in pages)
            rooms.append(
                {"label": room.label, "icon": room.icon, "url": pages[0]["url"], "current": current, "pages": pages}
            )
    return rooms


def _is_current(request: HttpRequest, url: str) -> bool:
    # The room's front page ends in a slash and would hold all others.
    return request.path == url or (not url.endswith("/") and request.path.startswith(f"{url}/"))


def _is_below(request: HttpRequest, slug: str, name: str) -> bool:
    return any(request.path.startswith(f"/trains/{slug}/{part}/") for part in BELOW.get(name, ()))


def _address(name: str, slug: str) -> str | None:
    try:
        return reverse(name, kwargs={"slug": slug})
    except NoReverseMatch:
        return None
