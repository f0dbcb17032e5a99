"""The capacity pages: the heat map of a PI, and where one cell's number comes from."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.rules.capacity import plain
from headway.features.capacity import actions, queries
from headway.features.capacity.forms import OverrideForm
from headway.kit.access import Permission, may, require
from headway.kit.forms import ActionForm
from headway.kit.http import TrainRequest
from headway.store.models import Increment


@require_GET
def capacity(request: TrainRequest, slug: str) -> HttpResponse:
    """Team by iteration: what is placed, what fits."""
    pi = queries.find_increment(request.actor, _number(request))
    context = {
        "map": queries.heat_map(request.actor, pi) if pi else None,
        "may_plan": may(request.actor, Permission.CONFIGURE_TRAIN),
    }
    return render(request, "capacity/capacity.html", context)


@require_http_methods(["GET", "POST"])
def cell(request: TrainRequest, slug: str, team: str, iteration_id: int) -> HttpResponse:
    """Who is there, which days are off, which rule applies; the team may set another number."""
    found = queries.explain_cell(request.actor, team, iteration_id)
    if request.method == "POST":
        require(request.actor, Permission.SET_CAPACITY, team=found.team.pk)
    override = found.override
    initial = (
        {"points": override.points, "note": override.note, "version": override.version}
        if override
        else {"points": plain(found.cell.points)}
    )
    form = OverrideForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_it = partial(
            actions.set_capacity, request.actor, team=team, iteration_id=iteration_id, **form.values, **form.command
        )
        if form.carry_out(set_it):
            messages.success(request, f"{found.team.name}'s capacity in {found.iteration.name} is set.")
            return redirect("capacity-cell", slug, team, iteration_id)
    context = {
        "found": found,
        "capacity": found.cell.capacity,
        "weight": found.cell.weight,
        "form": form,
        "may_set": may(request.actor, Permission.SET_CAPACITY, team=found.team.pk),
        "is_closed": found.iteration.pi.state == Increment.State.CLOSED,
    }
    return render(request, "capacity/cell.html", context, status=form.status)


@require_POST
def clear(request: TrainRequest, slug: str, team: str, iteration_id: int) -> HttpResponse:
    """Let the rule count again."""
    command_id = ActionForm(request.POST).sent_id
    actions.clear_capacity(request.actor, team=team, iteration_id=iteration_id, command_id=command_id)
    messages.success(request, "The rule counts again.")
    return redirect("capacity-cell", slug, team, iteration_id)


def _number(request: HttpRequest) -> int | None:
    given = request.GET.get("pi", "")
    return int(given) if given.isdecimal() and len(given) < 6 else None
