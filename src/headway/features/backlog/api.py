"""The backlog part of the REST API."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from headway.engine.errors import Invalid
from headway.features.backlog import actions, queries, schemas
from headway.kit.access import Actor
from headway.kit.http import actor_of
from headway.kit.schemas import Change
from headway.store.answers import answer
from headway.store.portraits import portrait

router = Router(tags=["backlog"])

Answer = dict[str, Any]
REFERENCES = ("team", "pi", "iteration", "theme", "owner")
MAY_BE_EMPTY = {"feature_id", "team_id", "theme_id", "owner_id", "points", "size"} | {
    "user_value",
    "time_criticality",
    "risk_opportunity",
    "job_size",
}


def columns(values: Answer) -> Answer:
    """API names as column names; null where a column cannot be empty is refused."""
    named = {f"{name}_id" if name in REFERENCES else name: value for name, value in values.items()}
    for name, value in named.items():
        if value is None and name not in MAY_BE_EMPTY | {"feature", "pi_id", "iteration_id", "rank"}:
            raise Invalid(f"{name.capitalize()} cannot be null.", code="null", field=name)
    return named


def _story_columns(actor: Actor, values: Answer) -> Answer:
    named = columns(values)
    if "feature" in named:
        number = named.pop("feature")
        named["feature_id"] = queries.feature(actor, number).pk if number is not None else None
    return named


# Stories ---------------------------------------------------------------------


@router.get("/trains/{slug}/stories", summary="Stories, a page at a time")
def list_stories(request: HttpRequest, slug: str, wanted: Query[schemas.StoryFilter]) -> Answer:
    """By rank and number; ``pi`` and ``team`` are ids, ``feature`` is a number."""
    columns = {
        "team_id": wanted.team,
        "feature__number": wanted.feature,
        "pi_id": wanted.pi,
        "iteration_id": wanted.iteration,
        "state": wanted.state,
    }
    return queries.story_rows(actor_of(request), columns, wanted.q, wanted.limit, wanted.offset)


@router.get("/trains/{slug}/stories/{int:number}", summary="One story with its tasks")
def read_story(request: HttpRequest, slug: str, number: int) -> Answer:
    """The story as the journal keeps it, and its tasks."""
    row = queries.story(actor_of(request), number)
    return {"story": portrait(row), "tasks": [portrait(each) for each in row.tasks.all()]}


@router.post("/trains/{slug}/stories", summary="Write a story")
def create_story(request: HttpRequest, slug: str, body: schemas.StoryIn) -> Answer:
    """Without ``team`` it waits for a team to take it on."""
    actor = actor_of(request)
    made = actions.create_story(actor, command_id=body.command_id, **_story_columns(actor, body.values()))
    return answer(made, "story")


@router.patch("/trains/{slug}/stories/{int:number}", summary="Change a story")
def edit_story(request: HttpRequest, slug: str, number: int, body: schemas.StoryChange) -> Answer:
    """Only the fields that are sent change; a story is not moved into another team this way."""
    actor = actor_of(request)
    values = _story_columns(actor, body.values())
    done = actions.edit_story(actor, number=number, seen=body.seen, command_id=body.command_id, **values)
    return answer(done, "story", queries.story(actor, number))


@router.post("/trains/{slug}/stories/{int:number}/move", summary="Place a story")
def move_story(request: HttpRequest, slug: str, number: int, body: schemas.StoryMove) -> Answer:
    """An ``iteration`` without ``pi`` means the iteration's own PI."""
    actor = actor_of(request)
    pi_id = body.pi
    if body.iteration is not None and pi_id is None:
        pi_id = queries.pi_of_iteration(actor, body.iteration)
    done = actions.move_story(
        actor, number=number, pi_id=pi_id, iteration_id=body.iteration, seen=body.seen, command_id=body.command_id
    )
    return answer(done, "story", queries.story(actor, number))


@router.post("/trains/{slug}/stories/{int:number}/take", summary="Take a story on")
def take_story(request: HttpRequest, slug: str, number: int, body: schemas.StoryTake) -> Answer:
    """A story that no team has becomes the work of ``team``."""
    actor = actor_of(request)
    done = actions.take_story(actor, number=number, team_id=body.team, seen=body.seen, command_id=body.command_id)
    return answer(done, "story", queries.story(actor, number))


@router.post("/trains/{slug}/stories/{int:number}/release", summary="Hand a story back")
def release_story(request: HttpRequest, slug: str, number: int, body: Change) -> Answer:
    """The story leaves its team and its place, so that another team can take it on."""
    actor = actor_of(request)
    done = actions.release_story(actor, number=number, seen=body.seen, command_id=body.command_id)
    return answer(done, "story", queries.story(actor, number))


@router.delete("/trains/{slug}/stories/{int:number}", summary="Remove a story")
def remove_story(
    request: HttpRequest, slug: str, number: int, seen: int | None = None, command_id: UUID | None = None
) -> Answer:
    """With its tasks; dependencies lose their link to it."""
    done = actions.remove_story(actor_of(request), number=number, seen=seen, command_id=command_id)
    return answer(done, "story")


@router.post("/trains/{slug}/stories/{int:number}/tasks", summary="Add a task")
def add_task(request: HttpRequest, slug: str, number: int, body: schemas.TaskIn) -> Answer:
    """At the end of the story's tasks."""
    made = actions.add_task(actor_of(request), story=number, title=body.title, command_id=body.command_id)
    return answer(made, "task")


@router.patch("/trains/{slug}/tasks/{int:task_id}", summary="Tick or rename a task")
def edit_task(request: HttpRequest, slug: str, task_id: int, body: schemas.TaskChange) -> Answer:
    """Only the fields that are sent change."""
    actor = actor_of(request)
    done = actions.edit_task(
        actor, task_id=task_id, title=body.title, done=body.done, seen=body.seen, command_id=body.command_id
    )
    return answer(done, "task", queries.task(actor, task_id))


@router.delete("/trains/{slug}/tasks/{int:task_id}", summary="Remove a task")
def remove_task(request: HttpRequest, slug: str, task_id: int, command_id: UUID | None = None) -> Answer:
    """For good, though one's own last change can be undone."""
    return answer(actions.remove_task(actor_of(request), task_id=task_id, command_id=command_id), "task")


# Features --------------------------------------------------------------------


@router.get("/trains/{slug}/features", summary="Features, a page at a time")
def list_features(request: HttpRequest, slug: str, wanted: Query[schemas.FeatureFilter]) -> Answer:
    """By rank and number; everything but ``state``, ``type`` and ``q`` is an id."""
    columns = {
        "theme_id": wanted.theme,
        "team_id": wanted.team,
        "owner_id": wanted.owner,
        "targets__pi_id": wanted.pi,
        "state": wanted.state,
        "type": wanted.type,
    }
    return queries.feature_rows(actor_of(request), columns, wanted.q, wanted.limit, wanted.offset)


@router.get("/trains/{slug}/features/{int:number}", summary="One feature with its WSJF, targets and discussion")
def read_feature(request: HttpRequest, slug: str, number: int) -> Answer:
    """The feature as the journal keeps it, its score (null while a part is missing), its PIs, and what was said."""
    row = queries.feature(actor_of(request), number)
    score = queries.wsjf(row).score
    return {
        "feature": portrait(row),
        "wsjf": float(score) if score is not None else None,
        "targets": [portrait(each) for each in row.targets.all()],
        "comments": [portrait(each) for each in row.comments.all()],
    }


@router.post("/trains/{slug}/features", summary="Write a feature")
def create_feature(request: HttpRequest, slug: str, body: schemas.FeatureIn) -> Answer:
    """Without ``rank`` it comes last in the backlog."""
    values = columns(body.values())
    if values.get("rank", 0) is None:
        del values["rank"]
    return answer(actions.create_feature(actor_of(request), command_id=body.command_id, **values), "feature")


@router.patch("/trains/{slug}/features", summary="Change several features")
def edit_features(request: HttpRequest, slug: str, body: schemas.FeaturesChange) -> Answer:
    """All of them or none."""
    done = actions.edit_features(actor_of(request), command_id=body.command_id, **columns(body.values()))
    return {"number": done.number, "features": [each.after for each in done.entries if each.kind == "feature"]}


@router.patch("/trains/{slug}/features/{int:number}", summary="Change a feature")
def edit_feature(request: HttpRequest, slug: str, number: int, body: schemas.FeatureChange) -> Answer:
    """Only the fields that are sent change."""
    actor = actor_of(request)
    values = columns(body.values())
    done = actions.edit_feature(actor, number=number, seen=body.seen, command_id=body.command_id, **values)
    return answer(done, "feature", queries.feature(actor, number))


@router.post("/trains/{slug}/features/{int:number}/rank", summary="Rank a feature")
def rank_feature(request: HttpRequest, slug: str, number: int, body: schemas.FeatureRank) -> Answer:
    """Directly above another one, or last."""
    actor = actor_of(request)
    done = actions.rank_feature(actor, number=number, above=body.above, seen=body.seen, command_id=body.command_id)
    return answer(done, "feature", queries.feature(actor, number))


@router.delete("/trains/{slug}/features/{int:number}", summary="Remove a feature")
def remove_feature(
    request: HttpRequest, slug: str, number: int, seen: int | None = None, command_id: UUID | None = None
) -> Answer:
    """Its stories stay with their teams."""
    done = actions.remove_feature(actor_of(request), number=number, seen=seen, command_id=command_id)
    return answer(done, "feature")


@router.post("/trains/{slug}/features/{int:number}/comments", summary="Discuss a feature")
def comment_on_feature(request: HttpRequest, slug: str, number: int, body: schemas.CommentIn) -> Answer:
    """In one's own name."""
    made = actions.comment_on_feature(actor_of(request), number=number, text=body.text, command_id=body.command_id)
    return answer(made, "comment")


@router.delete("/trains/{slug}/comments/{int:comment_id}", summary="Take back a comment")
def remove_comment(request: HttpRequest, slug: str, comment_id: int, command_id: UUID | None = None) -> Answer:
    """Only one's own."""
    return answer(actions.remove_comment(actor_of(request), comment_id=comment_id, command_id=command_id), "comment")


# Targets ---------------------------------------------------------------------


@router.put("/trains/{slug}/features/{int:number}/targets/{int:pi_id}", summary="Bring a feature into a PI")
def target_feature(request: HttpRequest, slug: str, number: int, pi_id: int, body: schemas.TargetIn) -> Answer:
    """Or say anew how it stands there."""
    actor = actor_of(request)
    done = actions.target_feature(
        actor,
        number=number,
        pi_id=pi_id,
        iteration_id=body.iteration,
        planned=body.planned,
        note=body.note,
        seen=body.seen,
        command_id=body.command_id,
    )
    return answer(done, "target", queries.target(actor, number, pi_id))


@router.post("/trains/{slug}/features/{int:number}/targets/{int:pi_id}/outcome", summary="Note an outcome")
def note_outcome(request: HttpRequest, slug: str, number: int, pi_id: int, body: schemas.OutcomeIn) -> Answer:
    """landed, missed, dropped, or empty."""
    actor = actor_of(request)
    done = actions.note_outcome(
        actor,
        number=number,
        pi_id=pi_id,
        outcome=body.outcome,
        note=body.note,
        seen=body.seen,
        command_id=body.command_id,
    )
    return answer(done, "target", queries.target(actor, number, pi_id))


@router.delete("/trains/{slug}/features/{int:number}/targets/{int:pi_id}", summary="Take a feature out of a PI")
def untarget_feature(
    request: HttpRequest, slug: str, number: int, pi_id: int, command_id: UUID | None = None
) -> Answer:
    """The feature itself stays."""
    done = actions.untarget_feature(actor_of(request), number=number, pi_id=pi_id, command_id=command_id)
    return answer(done, "target")


# Themes ----------------------------------------------------------------------


@router.get("/trains/{slug}/themes", summary="Strategic themes")
def list_themes(request: HttpRequest, slug: str) -> Answer:
    """By weight."""
    return {"themes": [portrait(each) for each in queries.themes(actor_of(request))]}


@router.get("/trains/{slug}/themes/{int:theme_id}", summary="One theme")
def read_theme(request: HttpRequest, slug: str, theme_id: int) -> Answer:
    """As the journal keeps it."""
    return {"theme": portrait(queries.theme(actor_of(request), theme_id))}


@router.post("/trains/{slug}/themes", summary="Add a theme")
def create_theme(request: HttpRequest, slug: str, body: schemas.ThemeIn) -> Answer:
    """Its name is unique on the train."""
    made = actions.create_theme(actor_of(request), command_id=body.command_id, **body.values())
    return answer(made, "theme")


@router.patch("/trains/{slug}/themes/{int:theme_id}", summary="Change a theme")
def edit_theme(request: HttpRequest, slug: str, theme_id: int, body: schemas.ThemeChange) -> Answer:
    """Only the fields that are sent change."""
    actor = actor_of(request)
    values = columns(body.values())
    done = actions.edit_theme(actor, theme_id=theme_id, seen=body.seen, command_id=body.command_id, **values)
    return answer(done, "theme", queries.theme(actor, theme_id))


@router.delete("/trains/{slug}/themes/{int:theme_id}", summary="Remove a theme")
def remove_theme(
    request: HttpRequest, slug: str, theme_id: int, seen: int | None = None, command_id: UUID | None = None
) -> Answer:
    """Its features stay, without a theme."""
    done = actions.remove_theme(actor_of(request), theme_id=theme_id, seen=seen, command_id=command_id)
    return answer(done, "theme")
