"""Pages of the calendar."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import Invalid, Locked
from headway.features.calendar import actions, queries
from headway.features.calendar.forms import (
    ClosureForm,
    IncrementForm,
    IncrementPlanForm,
    IterationForm,
    MilestoneForm,
)
from headway.features.calendar.history_chart import draw
from headway.features.calendar.policies import FINAL
from headway.kit.access import Permission, may, require
from headway.kit.forms import ActionForm
from headway.kit.http import TrainRequest
from headway.store.change import Outcome
from headway.store.models import Increment

FORM = "web/form_page.html"
STEPS = {
    Increment.State.PLANNING: "Start planning {}",
    Increment.State.COMMITTED: "Commit to {}",
    Increment.State.EXECUTING: "Start {}",
    Increment.State.CLOSED: "Close {}",
}
"""What the step to each state is called."""


@require_GET
def calendar(request: TrainRequest, slug: str) -> HttpResponse:
    """PIs, milestones, company days and public holidays, and how the PIs went."""
    went = queries.history(request.actor)
    rows = [(pi.name, reverse("pi", args=[slug, pi.number]), each.planned, each.landed) for pi, each in went]
    context = {
        "page": queries.calendar_page(request.actor),
        "went": went,
        "last": went[-1] if went else None,
        "chart": draw(rows) if rows else None,
        "may_edit": may(request.actor, Permission.CONFIGURE_TRAIN),
    }
    return render(request, "calendar/calendar.html", context)


@require_http_methods(["GET", "POST"])
def pi_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Preview the next PI by the cadence (``preview``), then create it."""
    require(request.actor, Permission.CONFIGURE_TRAIN)
    form = IncrementPlanForm(request.POST or None, initial=queries.next_increment(request.actor))
    plan = None
    if request.method == "GET":
        cut = {name: each for name, each in form.initial.items() if name != "buffer_percent"}
        plan = queries.preview_increment(request.actor, **cut)
    elif form.is_valid():
        cut = {name: each for name, each in form.values.items() if name != "buffer_percent"}
        plan = form.carry_out(partial(queries.preview_increment, request.actor, **cut))
        if plan and "preview" not in request.POST:
            create = partial(actions.plan_increment, request.actor, command_id=form.sent_id, **form.values)
            if form.carry_out(create):
                messages.success(request, f"{plan.name} is on the calendar, as a draft.")
                return redirect("pi", slug, plan.number)
    return render(request, "calendar/pi_new.html", {"form": form, "plan": plan}, status=form.status)


@require_GET
def pi(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """One PI."""
    page = queries.increment_page(request.actor, number)
    label = STEPS[page.following].format(page.pi.name) if page.following else ""
    context = {
        "page": page,
        "shown": page.pi,
        "may_edit": may(request.actor, Permission.CONFIGURE_TRAIN),
        "following_is_final": page.following in FINAL,
        "advance_label": label,
        "advance_title": f"{label}?",
        "is_closed": page.pi.state == Increment.State.CLOSED,
    }
    return render(request, "calendar/pi.html", context)


@require_http_methods(["GET", "POST"])
def pi_edit(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Name, dates, buffer."""
    row = queries.find_increment(request.actor, number)
    removable = row.state in actions.BEFORE_COMMITMENT
    return _edit(
        request,
        IncrementForm,
        row,
        partial(actions.edit_increment, request.actor, number=number),
        title=f"Edit {row.name}",
        crumbs=[("Calendar", reverse("calendar", args=[slug])), (row.name, reverse("pi", args=[slug, number]))],
        back=reverse("pi", args=[slug, number]),
        remove_url=reverse("pi-remove", args=[slug, number]) if removable else "",
        remove_title=f"Remove {row.name}?",
        remove_text="Its iterations go with it, and what was aimed at it; stories stay, in no PI. "
        "You can take this back from the journal.",
    )


@require_POST
def pi_advance(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Take a PI to its next state."""
    to = request.POST.get("to", "")[:20]
    advance = partial(actions.advance_increment, number=number, to=to)
    return _run(request, advance, "The PI has moved on.", reverse("pi", args=[slug, number]))


@require_POST
def pi_remove(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Remove a PI nobody has committed to."""
    remove = partial(actions.remove_increment, number=number)
    return _run(request, remove, "The PI is removed.", reverse("calendar", args=[slug]))


@require_http_methods(["GET", "POST"])
def iteration(request: TrainRequest, slug: str, iteration_id: int) -> HttpResponse:
    """Name and days of an iteration."""
    row = queries.find_iteration(request.actor, iteration_id)
    back = reverse("pi", args=[slug, row.pi.number])
    return _edit(
        request,
        IterationForm,
        row,
        partial(actions.edit_iteration, request.actor, iteration_id=iteration_id),
        title=f"{row.pi.name} {row.name}",
        lede=f"Within {row.pi.starts_on:%-d %B} to {row.pi.ends_on:%-d %B %Y}.",
        crumbs=[("Calendar", reverse("calendar", args=[slug])), (row.pi.name, back)],
        back=back,
    )


@require_http_methods(["GET", "POST"])
def milestone_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Add a date that matters."""
    return _add(request, MilestoneForm, partial(actions.add_milestone, request.actor), title="Add a milestone")


@require_http_methods(["GET", "POST"])
def milestone(request: TrainRequest, slug: str, milestone_id: int) -> HttpResponse:
    """Change a milestone."""
    row = queries.find_milestone(request.actor, milestone_id)
    return _edit(
        request,
        MilestoneForm,
        row,
        partial(actions.edit_milestone, request.actor, milestone_id=milestone_id),
        title=row.name,
        crumbs=[("Calendar", reverse("calendar", args=[slug]))],
        back=reverse("calendar", args=[slug]),
        remove_url=reverse("milestone-remove", args=[slug, milestone_id]),
        remove_title=f"Remove {row.name}?",
        remove_text="You can take this back from the journal.",
    )


@require_POST
def milestone_remove(request: TrainRequest, slug: str, milestone_id: int) -> HttpResponse:
    """Remove a milestone."""
    remove = partial(actions.remove_milestone, milestone_id=milestone_id)
    return _run(request, remove, "The milestone is removed.", reverse("calendar", args=[slug]))


@require_http_methods(["GET", "POST"])
def closure_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Add days on which the whole train rests."""
    return _add(request, ClosureForm, partial(actions.add_closure, request.actor), title="Add days off for everybody")


@require_http_methods(["GET", "POST"])
def closure(request: TrainRequest, slug: str, closure_id: int) -> HttpResponse:
    """Change a closure."""
    row = queries.find_closure(request.actor, closure_id)
    return _edit(
        request,
        ClosureForm,
        row,
        partial(actions.edit_closure, request.actor, closure_id=closure_id),
        title=row.name,
        crumbs=[("Calendar", reverse("calendar", args=[slug]))],
        back=reverse("calendar", args=[slug]),
        remove_url=reverse("closure-remove", args=[slug, closure_id]),
        remove_title=f"Remove {row.name}?",
        remove_text="Its days count as working days again.",
    )


@require_POST
def closure_remove(request: TrainRequest, slug: str, closure_id: int) -> HttpResponse:
    """Remove a closure."""
    remove = partial(actions.remove_closure, closure_id=closure_id)
    return _run(request, remove, "The days count as working days again.", reverse("calendar", args=[slug]))


def _add(request: TrainRequest, form_class: type[ActionForm], add: Callable[..., Outcome], title: str) -> HttpResponse:
    require(request.actor, Permission.CONFIGURE_TRAIN)
    back = reverse("calendar", args=[request.actor.train_slug])
    form = form_class(request.POST or None)
    add_it = partial(add, command_id=form.sent_id)
    if request.method == "POST" and form.is_valid() and form.carry_out(lambda: add_it(**form.values)):
        messages.success(request, "It is on the calendar.")
        return redirect(back)
    context = {"form": form, "title": title, "crumbs": [("Calendar", back)], "back": back, "save_label": "Add"}
    return render(request, FORM, context, status=form.status)


def _edit(
    request: TrainRequest,
    form_class: type[ActionForm],
    row: Any,
    save: Callable[..., Outcome],
    **context: Any,
) -> HttpResponse:
    require(request.actor, Permission.CONFIGURE_TRAIN)
    names = ("version", *form_class.base_fields)
    form = form_class(request.POST or None, initial={name: getattr(row, name) for name in names if hasattr(row, name)})
    if request.method == "POST" and form.is_valid() and form.carry_out(lambda: save(**form.values, **form.command)):
        messages.success(request, "Saved.")
        return redirect(context["back"])
    return render(request, FORM, {"form": form, **context}, status=form.status)


def _run(request: TrainRequest, action: Callable[..., Outcome], done: str, back: str) -> HttpResponse:
    """Carry out an action that has no form to come back to; what it refuses is said on the page one was on."""
    try:
        action(request.actor, command_id=ActionForm(request.POST).sent_id)
        messages.success(request, done)
    except (Invalid, Locked) as error:
        messages.error(request, str(error))
    return redirect(back)
