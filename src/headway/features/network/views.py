"""Pages of what hangs on what: the picture, teams, slips, circles, and moves as questions. They change nothing."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from headway.engine.network.chain import Measure
from headway.features.network import forms, queries, tables
from headway.features.network.picture import draw
from headway.features.network.policies import require_view
from headway.features.network.queries import Look
from headway.features.network.questions.circles import circles_told
from headway.features.network.questions.slips import choices, harmful, slip_told
from headway.features.network.questions.strings import by_health, chain_told, lines
from headway.features.network.questions.teams import densities, density_of_pis, matrix
from headway.kit.http import TrainRequest
from headway.store.models import Increment

PER_PAGE = 100
FEATURES_SHOWN = 20


@require_GET
def network(request: TrainRequest, slug: str) -> HttpResponse:
    """The picture with its twin in words, and the critical chain."""
    look = _look(request)
    every = lines(look.scope, look.scope.shown)
    context = {
        "drawing": draw(look.scope),
        "counts": by_health(look.scope.shown),
        "chain": chain_told(look.scope),
        "heaviest": chain_told(look.scope, Measure.POINTS),
        "page": Paginator(every, PER_PAGE).get_page(request.GET.get("page", 1)),
        "circled": any(line.in_circle for line in every),
    }
    return _render(request, look, "network", context)


@require_GET
def teams(request: TrainRequest, slug: str) -> HttpResponse:
    """Team against team, and how thickly PIs and features are strung."""
    look = _look(request)
    whole, features = densities(look.scope)
    context = {
        "matrix": matrix(look.scope),
        "density": whole,
        "features": [each for each in features if each.strings][:FEATURES_SHOWN],
        "by_pi": density_of_pis(look.scope, [(pi.id, pi.name) for pi in look.pis]),
    }
    return _render(request, look, "teams", context)


@require_GET
def strings(request: TrainRequest, slug: str) -> HttpResponse:
    """The dependencies between two teams, as the matrix counts them."""
    look = _look(request)
    by_slug = {team.slug: team for team in (*look.scope.web.teams, look.scope.web.team[None])}
    ends = [by_slug.get(request.GET.get(side, "")) for side in ("provider", "consumer")]
    wanted = tuple((end.id or None) if end else None for end in ends)
    shown = [each for each in look.scope.shown if None not in ends and each.teams == wanted]
    context = {"lines": lines(look.scope, shown), "provider": ends[0], "consumer": ends[1]}
    return _render(request, look, "strings", context)


@require_GET
def slip(request: TrainRequest, slug: str) -> HttpResponse:
    """What has to move when something slips, and whose slip would do most harm."""
    look = _look(request)
    by = forms.slip(request.GET)
    worst = harmful(look.scope, by)
    asked = request.GET.get("item", "")
    key = asked if look.scope.holds(asked) else worst[0].source.key if worst and not asked else ""
    context = {
        "by": by,
        "slips": range(1, forms.LONGEST_SLIP + 1),
        "item": key,
        "unknown": bool(asked) and not key,
        "told": slip_told(look.scope, key, by) if key else None,
        "worst": worst,
        "choices": choices(look.scope),
        "unscored": sum(not look.scope.web.values.get(number) for number in look.scope.web.features),
    }
    return _render(request, look, "slip", context)


@require_GET
def circles(request: TrainRequest, slug: str) -> HttpResponse:
    """Work that waits for itself, and the cheapest way to open it."""
    look = _look(request)
    by = forms.cost(request.GET)
    context = {"told": circles_told(look.scope, by), "by": by.value, "costs": forms.COST_CHOICES}
    return _render(request, look, "circles", context)


@require_GET
def moves(request: TrainRequest, slug: str) -> HttpResponse:
    """Which work, with another team, would remove most strings. Only shown, never done."""
    look = _look(request)
    context = {
        "told": queries.moves(request.actor, look),
        "closed": look.pi is not None and look.pi.state == Increment.State.CLOSED,
    }
    return _render(request, look, "moves", context)


@require_GET
def table(request: TrainRequest, slug: str, name: str) -> HttpResponse:
    """One of the tables as CSV, filtered as the page is."""
    require_view(request.actor)
    if name not in tables.NAMES:
        raise tables.no_such_table(name)
    if name == "moves":
        sheet = tables.moves(queries.moves(request.actor, _look(request)))
    elif name == "circles":
        sheet = tables.circles(_look(request).scope, forms.cost(request.GET))
    else:
        sheet = tables.OF_A_SCOPE[name](_look(request).scope)
    disposition = f'attachment; filename="{request.actor.train_slug}-network-{name}.csv"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(tables.written(sheet), content_type="text/csv; charset=utf-8", headers=headers)


def _look(request: TrainRequest) -> Look:
    return queries.look(request.actor, forms.asked(request.GET))


def _render(request: TrainRequest, look: Look, name: str, context: dict[str, Any]) -> HttpResponse:
    scope = look.scope
    stay = {
        "pi": forms.ALL if look.is_all and look.pi else str(look.pi.number) if look.pi else "",
        "team": scope.team.slug if scope.team else "",
        "arrived": "1" if scope.arrived else "",
    }
    around = {
        "look": look,
        "web": scope.web,
        "shown": len(scope.shown),
        "filter": forms.NetworkFilter(look),
        "stay": urlencode({key: value for key, value in stay.items() if value}),
        "of": f"in {look.pi.name}" if look.pi and not look.is_all else "in all PIs",
        "current": name,
        "base_url": f"/trains/{request.actor.train_slug}",
        "any": bool(scope.web.strands),
    }
    return render(request, f"network/{name}.html", {**around, **context})
