"""The pages of the forecast: a PI's odds, one feature's, one team's pace, and the data behind them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from headway.engine.errors import Missing
from headway.features.exchange.writing import Sheet, csv_of
from headway.features.forecast import actions, queries
from headway.features.forecast.drawing import draw
from headway.features.forecast.policies import MATTERS
from headway.features.forecast.queries import Odds, Standing
from headway.kit.access import Permission, may
from headway.kit.http import TrainRequest
from headway.store.workers import worker_lives

FOLLOWS = " ".join(sorted(MATTERS))


@require_GET
def forecast(request: TrainRequest, slug: str) -> HttpResponse:
    """What lands in the PI, how sure that is, and what would help."""
    pi = queries.increment(request.actor, _number(request))
    context: dict[str, Any] = {"pi": pi, "follows": FOLLOWS}
    if pi is None:
        context["may_plan"] = may(request.actor, Permission.CONFIGURE_TRAIN)
        return render(request, "forecast/forecast.html", context)
    standing = actions.look_up(request.actor, pi)
    context |= _state(slug, standing)
    if standing.is_final:
        context["closing"] = queries.closing(request.actor, pi)
    elif standing.has_odds:
        odds = queries.odds(request.actor, standing)
        context |= {"odds": odds, "result": odds.result}
        if odds.result["predictability"]:
            context["picture"] = draw(odds.result["predictability"])
            levels = odds.result["predictability"]["quantiles"]
            named = {"low": "0.15", "half": "0.5", "high": "0.85"}
            context["levels"] = {name: round(100 * levels[level]) for name, level in named.items()}
    context["result_code"] = standing.result.get("code", "")
    return render(request, "forecast/forecast.html", context)


@require_GET
def state(request: TrainRequest, slug: str) -> HttpResponse:
    """How old the forecast is; asked for every second or two while one is computed."""
    pi = queries.increment(request.actor, _number(request))
    if pi is None or not request.htmx:
        return redirect("forecast", slug)
    standing = actions.look_up(request.actor, pi)
    seen = request.GET.get("seen", "")
    context = _state(slug, standing) | {"pi": pi, "follows": FOLLOWS, "is_new": seen != _seen(standing)}
    return render(request, "forecast/_state.html", context)


@require_POST
def again(request: TrainRequest, slug: str) -> HttpResponse:
    """Compute anew, after a computation that failed."""
    pi = queries.increment(request.actor, _number(request))
    if pi is not None:
        actions.ask_again(request.actor, pi)
    return redirect(reverse("forecast", args=[slug]) + (f"?pi={pi.number}" if pi else ""))


@require_GET
def feature(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """One feature's odds: by iteration, story by story, and where they come from."""
    row, pi = queries.increment_of_feature(request.actor, number)
    standing = actions.look_up(request.actor, pi) if pi else None
    found = queries.feature_odds(request.actor, standing, row) if standing and standing.has_odds else None
    context = {"row": row, "pi": pi, "standing": standing, "found": found, "number_text": str(number)}
    return render(request, "forecast/feature.html", context)


@require_GET
def feature_line(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """The line about a feature's chance that its page and the side panel show."""
    if not request.htmx:
        return redirect("forecast-feature", slug, number)
    row, pi = queries.increment_of_feature(request.actor, number)
    standing = actions.look_up(request.actor, pi) if pi else None
    chance = queries.chance_in(standing, row.pk) if standing else None
    context = {"row": row, "pi": pi, "standing": standing, "chance": chance}
    return render(request, "forecast/_line.html", context)


@require_GET
def pace(request: TrainRequest, slug: str, team: str) -> HttpResponse:
    """What a team did in past iterations: where its pace comes from."""
    pi = queries.increment(request.actor, _number(request))
    standing = actions.look_up(request.actor, pi) if pi else None
    found = queries.team_past(request.actor, standing, team)
    return render(request, "forecast/pace.html", {"found": found, "pi": pi, "standing": standing})


@require_GET
def data(request: TrainRequest, slug: str, what: str) -> HttpResponse:
    """The data behind the page as CSV: ``distribution``, ``features`` or ``teams``."""
    pi = queries.increment(request.actor, _number(request))
    standing = queries.standing(request.actor, pi) if pi else None
    if pi is None or standing is None or not standing.has_odds or what not in _SHEETS:
        raise Missing("There is no such forecast to download yet.", code="forecast_missing")
    sheet = _SHEETS[what](queries.odds(request.actor, standing))
    headers = {"Content-Disposition": f'attachment; filename="{slug}-pi-{pi.number}-{what}.csv"'}
    return HttpResponse(csv_of(sheet), content_type="text/csv; charset=utf-8", headers=headers)


def _distribution_sheet(odds: Odds) -> Sheet:
    found = odds.result["predictability"] or {"edges": [], "histogram": []}
    bins = zip(found["edges"], found["edges"][1:], found["histogram"], strict=False)
    return Sheet(
        name="Predictability",
        headings=("From (1 = all planned value)", "To", "Trials"),
        rows=[tuple(each) for each in bins],
    )


def _features_sheet(odds: Odds) -> Sheet:
    names = [f"By {name}" for _, name, _ in odds.iterations]
    rows = [
        (each.number, each.title, each.value, each.landed, each.planned, each.in_time, each.chance, *each.by)
        for each in (*odds.open, *odds.landed)
    ]
    return Sheet(
        name="Features",
        headings=("Feature", "Title", "Value", "Landed", "Planned", "In time", f"In {odds.standing.pi.name}", *names),
        rows=rows,
    )


def _teams_sheet(odds: Odds) -> Sheet:
    rows = [
        (team.name, name, team.seen, planned, *pace)
        for team in odds.teams
        for (_, name, _), planned, pace in zip(odds.iterations, team.planned, team.until, strict=True)
    ]
    return Sheet(
        name="Teams",
        headings=("Team", "By the end of", "Past iterations", "Planned points", "15 %", "50 %", "85 %"),
        rows=rows,
    )


_SHEETS = {"distribution": _distribution_sheet, "features": _features_sheet, "teams": _teams_sheet}


def _state(slug: str, standing: Standing) -> dict[str, Any]:
    query = f"?pi={standing.pi.number}"
    return {
        "standing": standing,
        "is_idle": standing.is_computing and not standing.progress and not worker_lives(),
        "seen": _seen(standing),
        "page_url": reverse("forecast", args=[slug]) + query,
        "state_url": f"{reverse('forecast-state', args=[slug])}{query}&seen={_seen(standing)}",
        "again_url": reverse("forecast-again", args=[slug]) + query,
    }


def _seen(standing: Standing) -> str:
    """Which result a page shows, so that it learns of a newer one."""
    return f"{standing.number}-{standing.at.timestamp():.0f}" if standing.at is not None else "none"


def _number(request: HttpRequest) -> int | None:
    given = request.GET.get("pi", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else None
