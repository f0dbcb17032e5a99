"""Pages of dependencies: the list, one of them, and its negotiation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import Forbidden, HeadwayError, Invalid, Missing
from headway.features.dependencies import actions, queries
from headway.features.dependencies.forms import CommentForm, DependencyFilter, DependencyForm, StepForm
from headway.features.dependencies.policies import ANSWERS, STEPS, Step, may_edit, may_step
from headway.features.journal.queries import history
from headway.kit.access import Permission, Verdict, may, require
from headway.kit.http import TrainRequest, status_of
from headway.store.change import Outcome
from headway.store.models import Dependency, Increment

ITEMS = ("consumer_story", "provider_story", "consumer_feature", "provider_feature")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A step as a button: who may press it, and whether it asks by when."""

    name: str
    step: Step
    verdict: Verdict
    asks: str
    chosen: int | None

    @property
    def closing(self) -> bool:
        """Whether the step ends the matter without anything being delivered."""
        return self.name in ("decline", "drop")


@require_GET
def dependencies(request: TrainRequest, slug: str) -> HttpResponse:
    """All dependencies with their health, worst first, and whose turn it is."""
    actor = request.actor
    require(actor, Permission.VIEW_TRAIN)
    pis = list(Increment.objects.filter(train_id=actor.train_id).values_list("pk", "name"))
    form = DependencyFilter(_own(request), teams=queries.teams(actor), pis=pis)
    page, counts = queries.listed(actor, form.wanted(request.GET.get("sort", "")), request.GET.get("page", 1))
    context = {
        "form": form,
        "page": page,
        "counts": counts,
        "filtered": bool(_own(request)),
        "may_record": may(actor, Permission.REQUEST_DEPENDENCY, anywhere=True),
    }
    return render(request, "dependencies/dependencies.html", context)


@require_GET
def dependency(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """One dependency: both ends, the negotiation, the discussion, the history."""
    return _page(request, number)


@require_POST
def step(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Take a step of the negotiation."""
    form = StepForm(request.POST)
    form.is_valid()
    values = form.cleaned_data
    return _carry_out(
        request,
        number,
        partial(
            _take,
            request,
            str(values.get("step", "")),
            number=number,
            seen=values.get("seen"),
            command_id=values.get("command_id"),
            iteration=values.get("iteration"),
            text=values.get("text", ""),
        ),
    )


@require_POST
def comment(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Say something in the discussion."""
    form = CommentForm(request.POST)
    form.is_valid()
    text = request.POST.get("text", "")
    command_id = form.cleaned_data.get("command_id")
    return _carry_out(
        request,
        number,
        partial(actions.comment_on_dependency, request.actor, number=number, text=text, command_id=command_id),
    )


@require_http_methods(["GET", "POST"])
def dependency_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Record a dependency; ``?story=12`` or ``?feature=7`` says what waits."""
    actor = request.actor
    require(actor, Permission.REQUEST_DEPENDENCY, anywhere=True)
    initial = {
        "consumer_story": _number(request.GET.get("story", "")),
        "consumer_feature": _number(request.GET.get("feature", "")),
    }
    form = _form(request, initial)
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(
            lambda: actions.create_dependency(
                actor, command_id=form.command["command_id"], **_columns(request, form.values)
            )
        )
        if done:
            messages.success(request, f"Dependency {done.subject.number} is recorded. Ask for it when you are ready.")
            return redirect("dependency", slug, done.subject.number)
    crumbs = [("Dependencies", reverse("dependencies", args=[slug]))]
    context = {
        "form": form,
        "title": "Record a dependency",
        "lede": "What one team needs from another: who, what, and by when. The teams then agree on it.",
        "crumbs": crumbs,
        "back": crumbs[0][1],
        "save_label": "Record",
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def dependency_edit(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Change what a dependency says."""
    actor = request.actor
    row = queries.dependency(actor, number)
    _allow(may_edit(actor, row))
    form = _form(request, _initial(row))
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(
            lambda: actions.edit_dependency(actor, number=number, **form.command, **_columns(request, form.values))
        )
        if done:
            return redirect("dependency", slug, number)
    page = reverse("dependency", args=[slug, number])
    context = {
        "form": form,
        "title": f"Edit dependency {number}",
        "crumbs": [("Dependencies", reverse("dependencies", args=[slug])), (f"D{number}", page)],
        "back": page,
        "remove_url": reverse("dependency-remove", args=[slug, number]),
        "remove_title": f"Remove dependency {number}?",
        "remove_text": "For a record made by mistake. If it is only no longer needed, say so on its page instead.",
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_POST
def dependency_remove(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Remove a record made by mistake."""
    try:
        actions.remove_dependency(request.actor, number=number)
    except HeadwayError as error:
        return _page(request, number, error)
    messages.success(request, f"Dependency {number} is removed. Undo brings it back.")
    return redirect("dependencies", slug)


def _page(request: TrainRequest, number: int, error: HeadwayError | None = None) -> HttpResponse:
    actor = request.actor
    line = queries.line(actor, number)
    row = line.dependency
    said = queries.comments(actor, row)
    context = {
        "line": line,
        "row": row,
        "title": f"D{row.number}",
        "offers": [offer for offer in _offers(request, row) if offer.verdict],
        "closed_to_you": _closed(request, row),
        "iterations": queries.iterations(actor),
        "comments": said,
        "may_comment": may(actor, Permission.COMMENT, anywhere=True),
        "may_edit": may_edit(actor, row),
        "history": history(actor, [("dependency", [row.pk])]),
        "problem": str(error) if error else "",
        "typed": request.POST.get("text", "") if error else "",
    }
    status = status_of(error).value if error else 200
    return render(request, "dependencies/dependency.html", context, status=status)


def _offers(request: HttpRequest, row: Dependency) -> list[Offer]:
    actor = request.actor  # type: ignore[attr-defined]  # a TrainRequest
    needed = row.needed_by_id or (row.consumer_story.iteration_id if row.consumer_story else None)
    promised = (
        row.committed_by_id or (row.provider_story.iteration_id if row.provider_story else None) or row.needed_by_id
    )
    asks = {"request": "Needed by", "commit": "Promised by", "negotiate": "Offered by"}
    return [
        Offer(
            name=name,
            step=step,
            verdict=may_step(actor, row, name),
            asks=asks.get(name, ""),
            chosen=needed if name == "request" else promised,
        )
        for name, step in STEPS.items()
        if row.state in step.allowed_in
    ]


def _closed(request: HttpRequest, row: Dependency) -> list[str]:
    """Why the steps that could follow now are not the viewer's to take; each reason once."""
    refused = [offer.verdict.reason for offer in _offers(request, row) if not offer.verdict]
    return list(dict.fromkeys(refused))


def _take(
    request: TrainRequest, name: str, *, number: int, iteration: int | None, text: str, **command: Any
) -> Outcome:
    actor = request.actor
    if name in ANSWERS:
        wanted = iteration if name in ("commit", "negotiate") else None
        return actions.answer_dependency(
            actor, number=number, answer=name, committed_by_id=wanted, text=text, **command
        )
    if name == "request":
        return actions.request_dependency(actor, number=number, needed_by_id=iteration, **command)
    of_consumer: Mapping[str, Callable[..., Outcome]] = {
        "accept": actions.accept_dependency,
        "return": actions.return_dependency,
        "drop": actions.drop_dependency,
    }
    if name not in of_consumer:
        raise Invalid("This is no step of the negotiation.", code="unknown_choice", field="step")
    return of_consumer[name](actor, number=number, **command)


def _carry_out(request: TrainRequest, number: int, act: Callable[[], Outcome]) -> HttpResponse:
    try:
        act()
    except Missing:
        raise
    except HeadwayError as error:
        return _page(request, number, error)
    return redirect("dependency", request.actor.train_slug, number)


def _form(request: TrainRequest, initial: Mapping[str, Any]) -> DependencyForm:
    actor = request.actor
    return DependencyForm(
        request.POST or None,
        initial=dict(initial),
        teams=queries.teams(actor),
        iterations=queries.iterations(actor),
        people=queries.people(actor),
    )


def _initial(row: Dependency) -> dict[str, Any]:
    numbers = {name: getattr(row, name).number if getattr(row, name) else None for name in ITEMS}
    return {
        "version": row.version,
        "needs": row.needs,
        "type": row.type,
        "note": row.note,
        "consumer_team": row.consumer_team_id,
        "provider_team": row.provider_team_id,
        "needed_by": row.needed_by_id,
        "owner": row.owner_id,
        **numbers,
    }


def _columns(request: TrainRequest, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed as the action takes it: numbers of items become ids."""
    named: dict[str, Any] = {}
    for name, value in values.items():
        if name in ITEMS:
            named[f"{name}_id"] = _id_of(request, name, value) if value is not None else None
        elif name in ("consumer_team", "provider_team", "needed_by", "owner"):
            named[f"{name}_id"] = value
        else:
            named[name] = value
    return named


def _id_of(request: TrainRequest, name: str, number: int) -> int:
    try:
        return queries.id_of(request.actor, name.split("_")[1], number)
    except Missing as error:
        raise Invalid(str(error), code=error.code, field=name, value=number) from None


def _own(request: HttpRequest) -> Any:
    """The query without what does not filter."""
    data = request.GET.copy()
    for name in ("panel", "page", "sort", "pi"):
        data.pop(name, None)
    return data


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _allow(verdict: Verdict) -> None:
    if not verdict:
        raise Forbidden(verdict.reason, code="forbidden")
