"""Pages of stories."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import HeadwayError, Invalid, Missing
from headway.features.backlog import actions, queries, story_queries
from headway.features.backlog.forms import CommentForm, StoryFilter, StoryForm
from headway.features.backlog.views.asking import number_in, own_query
from headway.features.backlog.views.emptiness import emptiness
from headway.features.dependencies.queries import of_story
from headway.features.journal.queries import history
from headway.kit.access import Actor, Permission, Verdict, may, require
from headway.kit.http import TrainRequest, status_of
from headway.store.change import Outcome
from headway.store.models import Story


@require_GET
def stories(request: TrainRequest, slug: str) -> HttpResponse:
    """The stories of all teams: filtered, sorted, edited in place by their teams."""
    actor = request.actor
    require(actor, Permission.VIEW_TRAIN)
    form = StoryFilter(
        own_query(request),
        teams=queries.teams(actor, own=True),
        pis=queries.increments(actor),
        iterations=queries.iterations(actor),
    )
    page = story_queries.listed(actor, form.wanted(request.GET.get("sort", "")), request.GET.get("page", 1))
    context = {
        "form": form,
        "page": page,
        "filtered": bool(own_query(request)),
        "empty": None if page.object_list else emptiness(request, "stories"),
        "may_write": may(actor, Permission.EDIT_STORY, anywhere=True),
        **_row_context(actor),
    }
    return render(request, "backlog/stories.html", context)


@require_http_methods(["GET", "POST"])
def story_cell(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """A row of the list; with POST after saving the fields that were sent."""
    if request.method == "POST":
        _save_cell(request, number)
    if not request.htmx:
        return redirect("stories", slug)
    context = {"story": story_queries.story(request.actor, number), **_row_context(request.actor)}
    return render(request, "backlog/_story_row.html", context)


def _save_cell(request: TrainRequest, number: int) -> None:
    values: dict[str, Any] = {}
    if "state" in request.POST:
        values["state"] = request.POST["state"]
    if "points" in request.POST:
        values["points"] = _points(request.POST["points"])
    actions.edit_story(request.actor, number=number, **_command(request), **values)


@require_GET
def story(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """One story with its tasks, its place, dependencies and history."""
    return story_page(request, number)


@require_http_methods(["GET", "POST"])
def story_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Write a story; ``?feature=7`` says which feature it is part of."""
    actor = request.actor
    require(actor, Permission.EDIT_STORY, anywhere=True)
    teams = story_queries.own_teams(actor)
    initial = {
        "state": "todo",
        "feature": number_in(request.GET.get("feature", "")),
        "team": teams[0][0] if len(teams) == 1 else None,
    }
    form = StoryForm(request.POST or None, initial=initial, teams=teams)
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(
            lambda: actions.create_story(
                actor, command_id=form.command["command_id"], **_with_feature(actor, form.columns)
            )
        )
        if done:
            messages.success(request, f"Story {done.subject.number} is written. Place it when you know when.")
            return redirect("story", slug, done.subject.number)
    crumbs = [("Stories", reverse("stories", args=[slug]))]
    context = {
        "form": form,
        "title": "New story",
        "lede": "Work that one team finishes within one iteration.",
        "crumbs": crumbs,
        "back": crumbs[0][1],
        "save_label": "Add the story",
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def story_edit(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Change a story."""
    actor = request.actor
    row = story_queries.story(actor, number)
    require(actor, Permission.EDIT_STORY, team=row.team_id, anywhere=row.team_id is None)
    form = StoryForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(
            lambda: actions.edit_story(actor, number=number, **form.command, **_with_feature(actor, form.columns))
        )
        if done:
            return redirect("story", slug, number)
    page = reverse("story", args=[slug, number])
    context = {
        "form": form,
        "title": f"Edit story {number}",
        "crumbs": [("Stories", reverse("stories", args=[slug])), (f"S{number}", page)],
        "back": page,
        "remove_url": reverse("story-remove", args=[slug, number]),
        "remove_title": f"Remove story {number}?",
        "remove_text": "With its tasks; dependencies lose their link to it. Undo brings all back.",
    }
    return render(request, "web/form_page.html", context, status=form.status)


@require_POST
def story_remove(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Remove a story."""
    try:
        actions.remove_story(request.actor, number=number)
    except HeadwayError as error:
        return story_page(request, number, error)
    messages.success(request, f"Story {number} is removed. Undo brings it back.")
    return redirect("stories", slug)


@require_POST
def story_place(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Move the story; ``place`` is "12:34" (PI and iteration), "12:" or nothing."""
    pi, _, iteration = request.POST.get("place", "").partition(":")
    act = partial(
        actions.move_story,
        request.actor,
        number=number,
        pi_id=number_in(pi),
        iteration_id=number_in(iteration),
        **_command(request),
    )
    return _carry_out(request, number, act)


@require_POST
def story_take(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Take the story on for one of one's teams."""
    team_id = number_in(request.POST.get("team", ""))
    if team_id is None:
        return story_page(request, number, Invalid("Choose the team that takes it on.", code="no_team", field="team"))
    act = partial(actions.take_story, request.actor, number=number, team_id=team_id, **_command(request))
    return _carry_out(request, number, act)


@require_POST
def story_release(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Hand the story back."""
    return _carry_out(
        request, number, partial(actions.release_story, request.actor, number=number, **_command(request))
    )


@require_POST
def story_state(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Say how far the story is, and whether it is blocked."""
    act = partial(
        actions.edit_story,
        request.actor,
        number=number,
        state=request.POST.get("state", ""),
        blocked="blocked" in request.POST,
        **_command(request),
    )
    return _carry_out(request, number, act)


@require_POST
def task_new(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Add a task."""
    title = request.POST.get("title", "")
    act = partial(
        actions.add_task, request.actor, story=number, title=title, command_id=_command(request)["command_id"]
    )
    return _carry_out(request, number, act)


@require_POST
def task_change(request: TrainRequest, slug: str, task_id: int) -> HttpResponse:
    """Tick, untick, rename or remove a task."""
    actor = request.actor
    number = queries.story_of_task(actor, task_id)
    command = _command(request)
    if "remove" in request.POST:
        act: Callable[[], Outcome] = partial(
            actions.remove_task, actor, task_id=task_id, command_id=command["command_id"]
        )
    elif "title" in request.POST:
        act = partial(actions.edit_task, actor, task_id=task_id, title=request.POST["title"], **command)
    else:
        act = partial(actions.edit_task, actor, task_id=task_id, done=request.POST.get("done") == "1", **command)
    return _carry_out(request, number, act)


def story_page(request: TrainRequest, number: int, error: HeadwayError | None = None) -> HttpResponse:
    """The page of a story; after a refusal with its sentence and what was typed."""
    actor = request.actor
    row = story_queries.story(actor, number)
    steps = story_queries.tasks(actor, row)
    may_edit = _may_edit(actor, row)
    context = {
        "row": row,
        "title": f"S{number}",
        "tasks": steps,
        "done_tasks": sum(task.done for task in steps),
        "states": Story.State.choices,
        "places": story_queries.places(actor),
        "place": f"{row.pi_id}:{row.iteration_id or ''}" if row.pi_id else "",
        "own_teams": story_queries.own_teams(actor),
        "dependencies": of_story(actor, row),
        "history": history(actor, [("story", [row.pk]), ("task", [task.pk for task in steps])]),
        "may_edit": may_edit,
        "may_depend": may(actor, Permission.REQUEST_DEPENDENCY, anywhere=True),
        "problem": str(error) if error else "",
        "typed": request.POST.get("title", "") if error else "",
    }
    return render(request, "backlog/story.html", context, status=status_of(error).value if error else 200)


def _carry_out(request: TrainRequest, number: int, act: Callable[[], Outcome]) -> HttpResponse:
    try:
        act()
    except Missing:
        raise
    except HeadwayError as error:
        return story_page(request, number, error)
    return redirect("story", request.actor.train_slug, number)


def _may_edit(actor: Actor, row: Story) -> Verdict:
    return may(actor, Permission.EDIT_STORY, team=row.team_id, anywhere=row.team_id is None)


def _row_context(actor: Actor) -> dict[str, Any]:
    return {
        "states": Story.State.choices,
        "editable_teams": {pk for pk, _ in story_queries.own_teams(actor)},
    }


def _command(request: TrainRequest) -> dict[str, Any]:
    form = CommentForm(request.POST)
    form.is_valid()
    return form.command


def _points(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise Invalid(
            f"Points are a number, not “{text[:20]}”.", code="points", field="points", value=text[:20]
        ) from None


def _with_feature(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """The number of the feature becomes its id."""
    number = values.pop("feature", None)
    try:
        return values | {"feature_id": queries.feature(actor, number).pk if number is not None else None}
    except Missing as error:
        raise Invalid(str(error), code=error.code, field="feature", value=number) from None


def _initial(row: Story) -> dict[str, Any]:
    same = ("version", "title", "points", "state", "enabler_kind", "blocked", "description", "acceptance_criteria")
    return {**{name: getattr(row, name) for name in same}, "feature": row.feature.number if row.feature else None}
