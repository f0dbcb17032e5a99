"""The what-if pages: scenarios, one of them with its changes, and its answer."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import Conflict, Forbidden, Invalid, Locked, Missing
from headway.features.whatif import actions, asking, queries
from headway.features.whatif.forms import CHANGE_FORMS, ChangeForm, NewScenarioForm, ScenarioForm
from headway.features.whatif.policies import require_asking, require_own
from headway.kit.access import Actor, Permission, may
from headway.kit.forms import ActionForm
from headway.kit.http import TrainRequest
from headway.store import jobs
from headway.store.models import Scenario
from headway.store.workers import worker_lives


@require_GET
def scenarios(request: TrainRequest, slug: str) -> HttpResponse:
    """The train's scenarios, newest first."""
    context = {
        "lines": queries.scenarios(request.actor),
        "may_ask": may(request.actor, Permission.ASK_WHAT_IF, anywhere=True),
    }
    return render(request, "whatif/scenarios.html", context)


@require_http_methods(["GET", "POST"])
def scenario_new(request: TrainRequest, slug: str) -> HttpResponse:
    """A name for a new scenario; ``?pi=3`` says which PI."""
    require_asking(request.actor)
    shown = queries.increment(request.actor, _number(request))
    form = NewScenarioForm(
        request.POST or None,
        initial={"pi": shown.number if shown else None},
        increments=queries.open_increments(request.actor),
    )
    if request.method == "POST" and form.is_valid():
        keep = partial(actions.keep_scenario, request.actor, command_id=form.sent_id, **form.values)
        if done := form.carry_out(keep):
            return redirect("scenario", slug, done.subject.number)
    context = {
        "form": form,
        "title": "New scenario",
        "lede": "Changes that nobody makes, and what plan and forecast would be with them.",
        "crumbs": [("What if", reverse("scenarios", args=[slug]))],
        "back": reverse("scenarios", args=[slug]),
        "save_label": "Go on to the changes",
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_GET
def scenario(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """One scenario: its changes, and plan and forecast with and without them."""
    return _page(request, number)


@require_http_methods(["GET", "POST"])
def scenario_edit(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Its name and note."""
    row = queries.find_scenario(request.actor, number)
    require_own(request.actor, row)
    initial = {"name": row.name, "note": row.note, "version": row.version}
    form = ScenarioForm(request.POST or None, initial=initial)
    here = reverse("scenario", args=[slug, number])
    if request.method == "POST" and form.is_valid():
        edit = partial(actions.edit_scenario, request.actor, number=number, **form.values, **form.command)
        if form.carry_out(edit):
            return redirect(here)
    context = {
        "form": form,
        "title": f"Edit {row.name}",
        "crumbs": [("What if", reverse("scenarios", args=[slug])), (row.name, here)],
        "back": here,
        "remove_url": reverse("scenario-remove", args=[slug, number]),
        "remove_title": f"Remove {row.name}?",
        "remove_text": "The train stays as it is; only this question and its answer go.",
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_POST
def scenario_remove(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Remove a scenario."""
    actions.remove_scenario(request.actor, number=number, command_id=ActionForm(request.POST).sent_id)
    messages.success(request, "The scenario is removed.", extra_tags=f"undo:{reverse('undo', args=[slug])}")
    return redirect("scenarios", slug)


@require_POST
def scenario_copy(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """A copy of one's own, to change."""
    row = queries.find_scenario(request.actor, number)
    done = actions.keep_scenario(
        request.actor,
        pi=row.pi.number,
        name=f"Copy of {row.name}"[:120],
        note=row.note,
        changes=row.changes,
        command_id=ActionForm(request.POST).sent_id,
    )
    return redirect("scenario", slug, done.subject.number)


@require_POST
def change_add(request: TrainRequest, slug: str, number: int, kind: str) -> HttpResponse:
    """One more change."""
    row = queries.find_scenario(request.actor, number)
    require_own(request.actor, row)
    if kind not in CHANGE_FORMS:
        raise Missing(f"There is no change of the kind {kind}.", code="unknown_kind")
    form = CHANGE_FORMS[kind](request.POST, choices=queries.choices(request.actor, row.pi))
    if form.is_valid() and form.carry_out(lambda: _edit_changes(request, form, row, [*row.changes, form.change()])):
        return redirect("scenario", slug, number)
    return _page(request, number, form)


@require_POST
def change_remove(request: TrainRequest, slug: str, number: int, turn: int) -> HttpResponse:
    """One change less; ``turn`` counts from 1."""
    row = queries.find_scenario(request.actor, number)
    changes = [each for place, each in enumerate(row.changes, 1) if place != turn]
    form = ActionForm(request.POST)
    form.is_valid()
    return _then_back(request, number, lambda: _edit_changes(request, form, row, changes))


@require_POST
def scenario_run(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Have it worked out."""
    return _then_back(request, number, lambda: asking.ask(request.actor, number))


@require_POST
def scenario_cancel(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Stop the work on it."""
    job = queries.latest_job(request.actor, queries.find_scenario(request.actor, number))
    if job is None:
        raise Missing("Nothing is being worked out here.", code="job_missing")
    return _then_back(request, number, lambda: jobs.cancel(request.actor, job.pk))


@require_GET
def scenario_progress(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """How far the work is; once it has ended the page loads anew."""
    page = queries.page(request.actor, number)
    response = render(request, "whatif/_progress.html", _context(request.actor, page))
    if not page.is_working:
        response["HX-Refresh"] = "true"
    return response


def _page(request: TrainRequest, number: int, failed: ChangeForm | None = None) -> HttpResponse:
    page = queries.page(request.actor, number)
    context = _context(request.actor, page)
    context["form_failed"] = failed is not None
    if context["is_own"]:
        offered = queries.choices(request.actor, page.scenario.pi)
        context["forms"] = [
            failed if failed and failed.kind == kind else form(choices=offered) for kind, form in CHANGE_FORMS.items()
        ]
    return render(request, "whatif/scenario.html", context, status=failed.status if failed else 200)


def _context(actor: Actor, page: queries.Page) -> dict[str, Any]:
    return {
        "page": page,
        "scenario": page.scenario,
        "answer": page.answer,
        "is_own": _is_own(actor, page.scenario),
        "may_ask": may(actor, Permission.ASK_WHAT_IF, anywhere=True),
        "worker_lives": worker_lives() if page.is_working else True,
    }


def _is_own(actor: Actor, row: Scenario) -> bool:
    try:
        require_own(actor, row)
    except Forbidden:
        return False
    return True


def _edit_changes(request: TrainRequest, form: ActionForm, row: Scenario, changes: list[dict[str, Any]]) -> object:
    return actions.edit_scenario(request.actor, number=row.number, changes=changes, **form.command)


def _then_back(request: TrainRequest, number: int, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except (Conflict, Invalid, Locked) as error:
        messages.error(request, str(error))
    return redirect("scenario", request.actor.train_slug, number)


def _number(request: HttpRequest) -> int | None:
    given = request.GET.get("pi", "")
    return int(given) if given.isdecimal() and len(given) < 6 else None
