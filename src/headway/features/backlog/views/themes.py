"""Pages of strategic themes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.features.backlog import actions, queries, theme_queries
from headway.features.backlog.forms import ThemeForm
from headway.features.backlog.views.asking import number_in
from headway.features.backlog.views.emptiness import emptiness
from headway.kit.access import Permission, may, require
from headway.kit.http import TrainRequest


@require_GET
def themes(request: TrainRequest, slug: str) -> HttpResponse:
    """Every theme: its weight against where the points go."""
    actor = request.actor
    pi_id = number_in(request.GET.get("in_pi", ""))
    lines = theme_queries.allocation(actor, pi_id)
    context = {
        "lines": lines,
        "points": sum(line.points for line in lines),
        "weights": sum(line.theme.weight for line in lines if line.theme),
        "pis": queries.increments(actor),
        "in_pi": pi_id,
        "may_edit": may(actor, Permission.EDIT_BACKLOG, anywhere=True),
        "empty": None if lines else emptiness(request, "themes"),
    }
    return render(request, "backlog/themes.html", context)


@require_http_methods(["GET", "POST"])
def theme_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Add a theme."""
    require(request.actor, Permission.EDIT_BACKLOG, anywhere=True)
    form = ThemeForm(request.POST or None, initial={"weight": 0, "color": "#5b7083"})
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(
            lambda: actions.create_theme(request.actor, command_id=form.command["command_id"], **form.values)
        )
        if done:
            messages.success(request, f"{done.subject} is a theme of the train.")
            return redirect("themes", slug)
    return _page(request, form, title="New theme", save_label="Add the theme")


@require_http_methods(["GET", "POST"])
def theme_edit(request: TrainRequest, slug: str, theme_id: int) -> HttpResponse:
    """Change a theme."""
    require(request.actor, Permission.EDIT_BACKLOG, anywhere=True)
    row = queries.theme(request.actor, theme_id)
    initial = {name: getattr(row, name) for name in ("version", "name", "weight", "color", "description")}
    form = ThemeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(
            lambda: actions.edit_theme(request.actor, theme_id=theme_id, **form.command, **form.values)
        )
        if done:
            return redirect("themes", slug)
    more = {
        "remove_url": reverse("theme-remove", args=[slug, theme_id]),
        "remove_title": f"Remove the theme “{row.name}”?",
        "remove_text": "Its features stay, without a theme. Undo brings it back.",
    }
    return _page(request, form, title=f"Edit {row.name}", **more)


@require_POST
def theme_remove(request: TrainRequest, slug: str, theme_id: int) -> HttpResponse:
    """Remove a theme."""
    actions.remove_theme(request.actor, theme_id=theme_id)
    messages.success(request, "The theme is removed. Undo brings it back.")
    return redirect("themes", slug)


def _page(request: TrainRequest, form: ThemeForm, **more: Any) -> HttpResponse:
    back = reverse("themes", args=[request.actor.train_slug])
    context = {"form": form, "crumbs": [("Themes", back)], "back": back, **more}
    return render(request, "web/form_page.html", context, status=form.status)
