"""Pages of the train: the list, today, settings, permissions."""

from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import Forbidden, Invalid
from headway.features.people.queries import find_person, people_choices
from headway.features.trains import actions, queries
from headway.features.trains.forms import MayIForm, NewTrainForm, RemoveForm, TrainForm
from headway.features.trains.policies import BOUNDS, TEXTS
from headway.kit.access import Permission, may, require
from headway.kit.http import TrainRequest
from headway.store.models import Train, User

SETTINGS = (*TEXTS, *BOUNDS)


@login_required
@require_GET
def trains(request: HttpRequest) -> HttpResponse:
    """The trains one is part of; whoever has just one is taken there."""
    user = cast(User, request.user)
    found = queries.my_trains(user)
    if len(found) == 1 and not user.is_staff:
        return redirect("today", found[0].slug)
    return render(request, "trains/trains.html", {"mine": found, "may_start": user.is_staff})


@login_required
@require_http_methods(["GET", "POST"])
def train_new(request: HttpRequest) -> HttpResponse:
    """Start a train."""
    user = cast(User, request.user)
    if not user.is_staff:
        raise Forbidden("Starting a train is for the accounts that run this installation.", code="forbidden")
    usual = Train()
    fresh = {name: getattr(usual, name) for name in SETTINGS}
    form = NewTrainForm(request.POST or None, initial=fresh | {"time_zone": user.time_zone or "UTC"})
    if request.method == "POST" and form.is_valid():
        actor = form.carry_out(partial(actions.start_train, user, **form.values))
        if actor:
            messages.success(request, "The train is on its way. Next: its teams.")
            return redirect("today", actor.train_slug)
    context = {
        "form": form,
        "title": "Start a train",
        "lede": "You become its Release Train Engineer. Everything here can be changed later, but for the address.",
        "crumbs": [("Trains", reverse("trains"))],
        "save_label": "Start the train",
        "back": reverse("trains"),
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_GET
def today(request: TrainRequest, slug: str) -> HttpResponse:
    """What needs this person now."""
    now = queries.today(request.actor)
    user = cast(User, request.user)
    context = {
        "now": now,
        "shown": queries.SHOWN,
        "shown_slice": f":{queries.SHOWN}",
        "may_configure": may(request.actor, Permission.CONFIGURE_TRAIN),
        "may_remove_sample": user.is_staff or may(request.actor, Permission.REMOVE_TRAIN),
    }
    return render(request, "trains/today.html", context)


@require_http_methods(["GET", "POST"])
def settings(request: TrainRequest, slug: str) -> HttpResponse:
    """What the train is and how it runs; everybody may look, the RTE may change it."""
    train = queries.find_train(request.actor)
    allowed = may(request.actor, Permission.CONFIGURE_TRAIN)
    initial = {name: getattr(train, name) for name in (*SETTINGS, "version")}
    form = TrainForm(request.POST or None, initial=initial)
    if request.method == "POST":
        require(request.actor, Permission.CONFIGURE_TRAIN)
        save = partial(actions.edit_train, request.actor)
        if form.is_valid() and form.carry_out(lambda: save(**form.values, **form.command)):
            messages.success(request, "The settings are saved. They count for PIs planned from now on.")
            return redirect("train-settings", slug)
    return _settings_page(request, form, allowed=allowed, removal=RemoveForm())


@require_POST
def remove(request: TrainRequest, slug: str) -> HttpResponse:
    """Remove the train, once its address was repeated."""
    removal = RemoveForm(request.POST)
    name = queries.find_train(request.actor).name
    if removal.is_valid():
        try:
            actions.remove_train(request.actor, confirm=removal.cleaned_data["confirm"])
        except Invalid as error:
            removal.refuse(error)
        else:
            messages.success(request, f"{name} is removed.")
            return redirect("trains")
    require(request.actor, Permission.REMOVE_TRAIN)
    train = queries.find_train(request.actor)
    form = TrainForm(initial={each: getattr(train, each) for each in (*SETTINGS, "version")})
    return _settings_page(
        request, form, allowed=may(request.actor, Permission.CONFIGURE_TRAIN), removal=removal, status=removal.status
    )


@require_POST
def remove_sample(request: TrainRequest, slug: str) -> HttpResponse:
    """Remove the sample train."""
    actions.remove_sample(request.actor, cast(User, request.user))
    messages.success(request, "The sample is removed.")
    return redirect("trains")


@require_GET
def permissions(request: TrainRequest, slug: str) -> HttpResponse:
    """Who may do what, and why; for oneself or for somebody chosen, and for the work of a team (else one's own)."""
    asked = MayIForm(request.GET)
    asked.is_valid()
    person_id, team = asked.cleaned_data.get("person"), asked.cleaned_data.get("team")
    teams = queries.team_ids(request.actor)
    team = team if "team" in request.GET else next(iter(request.actor.teams), None)
    team = team if team in dict(teams) else None
    about = request.actor
    if person_id and person_id != about.person_id:
        about = queries.actor_of_person(about, find_person(about, person_id))
    context = {
        "rows": queries.permission_rows(about, team),
        "about": about,
        "is_me": about is request.actor,
        "people": people_choices(request.actor),
        "teams": teams,
        "team": team,
        "team_name": dict(teams).get(team or 0, ""),
    }
    return render(request, "trains/permissions.html", context)


def _settings_page(request: TrainRequest, form: TrainForm, *, status: int = 200, **context: Any) -> HttpResponse:
    shown = {
        "form": form,
        "findings": queries.hints_of_train(request.actor),
        "may_remove": may(request.actor, Permission.REMOVE_TRAIN),
        **context,
    }
    return render(request, "trains/settings.html", shown, status=form.status if form.status != 200 else status)
