"""Pages of features."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import HeadwayError, Invalid, Missing
from headway.engine.rules.wsjf import PARTS, SCALE
from headway.features.backlog import actions, feature_queries, queries
from headway.features.backlog.forms import (
    PART_WORDS,
    CommentForm,
    FeatureFilter,
    FeatureForm,
    OutcomeForm,
    TargetForm,
)
from headway.features.backlog.views.asking import number_in, own_query
from headway.features.backlog.views.emptiness import emptiness
from headway.features.dependencies.queries import of_feature
from headway.features.journal.queries import history
from headway.kit.access import Permission, may, require
from headway.kit.http import TrainRequest, status_of
from headway.store.change import Outcome
from headway.store.models import Feature, Target

INLINE = frozenset({"state", "size", *PARTS})


@require_GET
def features(request: TrainRequest, slug: str) -> HttpResponse:
    """The program backlog: filtered, sorted, edited in place, changed in bulk."""
    actor = request.actor
    require(actor, Permission.VIEW_TRAIN)
    choices = {
        "themes": queries.theme_names(actor),
        "teams": queries.teams(actor),
        "people": queries.people(actor),
        "pis": queries.increments(actor),
    }
    form = FeatureFilter(own_query(request), **choices)
    page = feature_queries.listed(actor, form.wanted(request.GET.get("sort", "")), request.GET.get("page", 1))
    context = {
        "form": form,
        "page": page,
        "filtered": bool(own_query(request)),
        "empty": None if page.object_list else emptiness(request, "features"),
        **choices,
        **_row_context(request),
    }
    return render(request, "backlog/features.html", context)


@require_http_methods(["GET", "POST"])
def feature_cell(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """A row of the list; with POST after saving the fields that were sent."""
    if request.method == "POST":
        _save_cell(request, number)
    if not request.htmx:
        return redirect("features", slug)
    context = {"line": feature_queries.line(request.actor, number), **_row_context(request)}
    return render(request, "backlog/_feature_row.html", context)


def _save_cell(request: TrainRequest, number: int) -> None:
    values = {name: _cell(name, request.POST[name]) for name in request.POST if name in INLINE}
    form = CommentForm(request.POST)
    form.is_valid()
    actions.edit_feature(request.actor, number=number, **form.command, **values)


@require_POST
def features_bulk(request: TrainRequest, slug: str) -> HttpResponse:
    """Change the ticked features at once."""
    numbers = [found for text in request.POST.getlist("ids") if (found := number_in(text)) is not None]
    values: dict[str, Any] = {}
    for name in ("state", "theme", "owner"):
        chosen = request.POST.get(name, "")
        if chosen:
            column = name if name == "state" else f"{name}_id"
            values[column] = chosen if name == "state" else None if chosen == "none" else number_in(chosen)
    pi_id = number_in(request.POST.get("target", ""))
    form = CommentForm(request.POST)
    form.is_valid()
    try:
        if not values and pi_id is None:
            raise Invalid("Choose what should change: a state, a theme, an owner or a PI.", code="nothing_chosen")
        done = actions.edit_features(
            request.actor, numbers=numbers, pi_id=pi_id, command_id=form.command["command_id"], **values
        )
        changed = len({(entry.kind, entry.subject_id) for entry in done.entries if entry.kind == "feature"})
        brought = sum(entry.kind == "target" for entry in done.entries)
        told = [f"{changed} changed"] if values else []
        told += [f"{brought} brought into the PI"] if pi_id is not None else []
        messages.success(request, f"{len(numbers)} features chosen: {', '.join(told)}. Undo takes all of it back.")
    except HeadwayError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('features', args=[slug])}?{request.GET.urlencode()}")


@require_GET
def feature(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """One feature with its stories, dependencies, PIs, discussion and history."""
    return feature_page(request, number)


@require_http_methods(["GET", "POST"])
def feature_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Write a feature."""
    require(request.actor, Permission.EDIT_BACKLOG, anywhere=True)
    form = _form(request, {"state": "funnel", "theme": number_in(request.GET.get("theme", ""))})
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(
            lambda: actions.create_feature(request.actor, command_id=form.command["command_id"], **form.columns)
        )
        if done:
            messages.success(
                request, f"Feature {done.subject.number} is last in the backlog. Rank it when it is scored."
            )
            return redirect("feature", slug, done.subject.number)
    crumbs = [("Features", reverse("features", args=[slug]))]
    context = {
        "form": form,
        "title": "New feature",
        "lede": "What brings value, for whom, and how one will know. Scores and size can follow in refinement.",
        "crumbs": crumbs,
        "back": crumbs[0][1],
        "save_label": "Add the feature",
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def feature_edit(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Change a feature."""
    require(request.actor, Permission.EDIT_BACKLOG, anywhere=True)
    row = queries.feature(request.actor, number)
    form = _form(request, _initial(row))
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(
            lambda: actions.edit_feature(request.actor, number=number, **form.command, **form.columns)
        )
        if done:
            return redirect("feature", slug, number)
    page = reverse("feature", args=[slug, number])
    context = {
        "form": form,
        "title": f"Edit feature {number}",
        "crumbs": [("Features", reverse("features", args=[slug])), (f"F{number}", page)],
        "back": page,
        "remove_url": reverse("feature-remove", args=[slug, number]),
        "remove_title": f"Remove feature {number}?",
        "remove_text": "Its stories stay with their teams; its discussion and its targets go. Undo brings all back.",
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_POST
def feature_remove(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Remove a feature."""
    try:
        actions.remove_feature(request.actor, number=number)
    except HeadwayError as error:
        return feature_page(request, number, error)
    messages.success(request, f"Feature {number} is removed. Undo brings it back.")
    return redirect("features", slug)


@require_POST
def feature_rank(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Put the feature above another one, named by its number; nothing puts it last."""
    above = number_in(request.POST.get("above", ""))
    return _carry_out(request, number, partial(actions.rank_feature, request.actor, number=number, above=above))


@require_POST
def feature_comment(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Say something in the discussion."""
    form = CommentForm(request.POST)
    form.is_valid()
    return _carry_out(
        request,
        number,
        partial(
            actions.comment_on_feature,
            request.actor,
            number=number,
            text=request.POST.get("text", ""),
            command_id=form.cleaned_data.get("command_id"),
        ),
    )


@require_POST
def feature_target(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Bring the feature into a PI."""
    form = TargetForm(request.POST, pis=queries.increments(request.actor))
    if not form.is_valid():
        return feature_page(request, number, Invalid("Choose the PI.", code="no_pi", field="target"))
    act = partial(
        actions.target_feature,
        request.actor,
        number=number,
        pi_id=form.cleaned_data["target"],
        command_id=form.cleaned_data["command_id"],
    )
    return _carry_out(request, number, act)


@require_POST
def feature_outcome(request: TrainRequest, slug: str, number: int, pi_id: int) -> HttpResponse:
    """Note what became of the feature in a PI, or (with ``leave``) take it out."""
    form = OutcomeForm(request.POST)
    form.is_valid()
    if "leave" in request.POST:
        act: Callable[[], Outcome] = partial(
            actions.untarget_feature, request.actor, number=number, pi_id=pi_id, command_id=form.command["command_id"]
        )
    else:
        values: dict[str, Any] = {"outcome": request.POST.get("outcome", ""), "note": request.POST.get("note", "")}
        act = partial(actions.note_outcome, request.actor, number=number, pi_id=pi_id, **form.command, **values)
    return _carry_out(request, number, act)


def feature_page(request: TrainRequest, number: int, error: HeadwayError | None = None) -> HttpResponse:
    """The page of a feature; after a refusal with its sentence and what was typed."""
    actor = request.actor
    line = feature_queries.line(actor, number)
    row = line.feature
    aims, grid = feature_queries.targets(actor, row), feature_queries.grid(actor, row)
    aimed = {target.pi_id for target in aims}
    context = {
        "line": line,
        "row": row,
        "title": f"F{number}",
        "parts": [(PART_WORDS[part], getattr(line.wsjf, part)) for part in PARTS],
        "missing_parts": [PART_WORDS[part].lower() for part in line.wsjf.missing],
        "targets": aims,
        "grid": grid,
        "hints": feature_queries.hints(row, aims, grid),
        "dependencies": of_feature(actor, row),
        "comments": feature_queries.comments(actor, row),
        "history": history(actor, [("feature", [row.pk]), ("target", [each.pk for each in aims])]),
        "pis": [each for each in queries.increments(actor, closed=False) if each[0] not in aimed],
        "outcomes": [("", "Not known yet"), *Target.Outcome.choices],
        "may_edit": may(actor, Permission.EDIT_BACKLOG, anywhere=True),
        "may_target": may(actor, Permission.TARGET_FEATURE),
        "may_comment": may(actor, Permission.COMMENT, anywhere=True),
        "may_write_story": may(actor, Permission.EDIT_STORY, anywhere=True),
        "may_depend": may(actor, Permission.REQUEST_DEPENDENCY, anywhere=True),
        "problem": str(error) if error else "",
        "typed": request.POST.get("text", "") if error else "",
    }
    return render(request, "backlog/feature.html", context, status=status_of(error).value if error else 200)


def _carry_out(request: TrainRequest, number: int, act: Callable[[], Outcome]) -> HttpResponse:
    try:
        act()
    except Missing:
        raise
    except HeadwayError as error:
        return feature_page(request, number, error)
    return redirect("feature", request.actor.train_slug, number)


def _row_context(request: TrainRequest) -> dict[str, Any]:
    actor = request.actor
    return {
        "may_edit": may(actor, Permission.EDIT_BACKLOG, anywhere=True),
        "may_target": may(actor, Permission.TARGET_FEATURE),
        "states": Feature.State.choices,
        "scale": [(value, str(value)) for value in SCALE],
    }


def _cell(name: str, text: str) -> Any:
    if name == "state":
        return text
    if not text.strip():
        return None
    try:
        return float(text) if name == "size" else int(text)
    except ValueError:
        words = PART_WORDS.get(name, name)
        raise Invalid(
            f"{words} is a number, not “{text[:20]}”.", code="no_number", field=name, value=text[:20]
        ) from None


def _form(request: TrainRequest, initial: dict[str, Any]) -> FeatureForm:
    actor = request.actor
    return FeatureForm(
        request.POST or None,
        initial=initial,
        themes=queries.theme_names(actor),
        teams=queries.teams(actor, own=True),
        people=queries.people(actor),
    )


def _initial(row: Feature) -> dict[str, Any]:
    same = ("version", "title", "state", "enabler_kind", "size", "description", "benefit_hypothesis", *PARTS)
    return {
        **{name: getattr(row, name) for name in (*same, "acceptance_criteria")},
        "theme": row.theme_id,
        "owner": row.owner_id,
        "team": row.team_id,
    }
