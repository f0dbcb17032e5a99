"""The dependencies part of the REST API."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from headway.engine.errors import Invalid
from headway.features.dependencies import actions, queries, schemas
from headway.kit.access import Actor
from headway.kit.http import actor_of
from headway.kit.schemas import Change
from headway.store.answers import answer
from headway.store.portraits import portrait

router = Router(tags=["dependencies"])

Answer = dict[str, Any]
BY_ID = ("consumer_team", "provider_team", "needed_by", "owner")
BY_NUMBER = ("consumer_story", "provider_story", "consumer_feature", "provider_feature")
NEVER_NULL = ("needs", "type", "note", "consumer_team", "provider_team")


@router.get("/trains/{slug}/dependencies", summary="Dependencies, a page at a time")
def list_dependencies(request: HttpRequest, slug: str, wanted: Query[schemas.DependencyFilter]) -> Answer:
    """By number; teams and people are ids."""
    columns = {
        "consumer_team_id": wanted.consumer_team,
        "provider_team_id": wanted.provider_team,
        "owner_id": wanted.owner,
        "state": wanted.state,
        "type": wanted.type,
    }
    return queries.dependency_rows(actor_of(request), columns, wanted.q, wanted.limit, wanted.offset)


@router.get("/trains/{slug}/dependencies/{int:number}", summary="One dependency with its discussion")
def read_dependency(request: HttpRequest, slug: str, number: int) -> Answer:
    """The dependency as the journal keeps it, and what was said about it."""
    row = queries.dependency(actor_of(request), number)
    return {"dependency": portrait(row), "comments": [portrait(each) for each in row.comments.all()]}


@router.post("/trains/{slug}/dependencies", summary="Record a dependency")
def create_dependency(request: HttpRequest, slug: str, body: schemas.DependencyIn) -> Answer:
    """Between two teams, with or without the items that wait for each other."""
    actor = actor_of(request)
    made = actions.create_dependency(actor, command_id=body.command_id, **_columns(actor, body.values(), creating=True))
    return answer(made, "dependency")


@router.patch("/trains/{slug}/dependencies/{int:number}", summary="Change a dependency")
def edit_dependency(request: HttpRequest, slug: str, number: int, body: schemas.DependencyChange) -> Answer:
    """Only the fields that are sent change; its state is negotiated, not edited."""
    actor = actor_of(request)
    values = _columns(actor, body.values())
    done = actions.edit_dependency(actor, number=number, seen=body.seen, command_id=body.command_id, **values)
    return answer(done, "dependency", queries.dependency(actor, number))


@router.delete("/trains/{slug}/dependencies/{int:number}", summary="Remove a dependency")
def remove_dependency(
    request: HttpRequest, slug: str, number: int, seen: int | None = None, command_id: UUID | None = None
) -> Answer:
    """For a record made by mistake; what is no longer needed is dropped."""
    done = actions.remove_dependency(actor_of(request), number=number, seen=seen, command_id=command_id)
    return answer(done, "dependency")


@router.post("/trains/{slug}/dependencies/{int:number}/request", summary="Ask the provider")
def request_dependency(request: HttpRequest, slug: str, number: int, body: schemas.RequestIn) -> Answer:
    """For the consumer team."""
    actor = actor_of(request)
    done = actions.request_dependency(
        actor, number=number, needed_by_id=body.needed_by, seen=body.seen, command_id=body.command_id
    )
    return answer(done, "dependency", queries.dependency(actor, number))


@router.post("/trains/{slug}/dependencies/{int:number}/answer", summary="Answer for the provider")
def answer_dependency(request: HttpRequest, slug: str, number: int, body: schemas.AnswerIn) -> Answer:
    """negotiate, commit, start, deliver or decline; for the provider team."""
    actor = actor_of(request)
    done = actions.answer_dependency(
        actor,
        number=number,
        answer=body.answer,
        committed_by_id=body.committed_by,
        text=body.text,
        seen=body.seen,
        command_id=body.command_id,
    )
    return answer(done, "dependency", queries.dependency(actor, number))


@router.post("/trains/{slug}/dependencies/{int:number}/accept", summary="Accept what was delivered")
def accept_dependency(request: HttpRequest, slug: str, number: int, body: Change) -> Answer:
    """For the consumer team."""
    actor = actor_of(request)
    done = actions.accept_dependency(actor, number=number, seen=body.seen, command_id=body.command_id)
    return answer(done, "dependency", queries.dependency(actor, number))


@router.post("/trains/{slug}/dependencies/{int:number}/return", summary="Send back what was delivered")
def return_dependency(request: HttpRequest, slug: str, number: int, body: Change) -> Answer:
    """For the consumer team."""
    actor = actor_of(request)
    done = actions.return_dependency(actor, number=number, seen=body.seen, command_id=body.command_id)
    return answer(done, "dependency", queries.dependency(actor, number))


@router.post("/trains/{slug}/dependencies/{int:number}/drop", summary="Say that it is no longer needed")
def drop_dependency(request: HttpRequest, slug: str, number: int, body: Change) -> Answer:
    """For the consumer team."""
    actor = actor_of(request)
    done = actions.drop_dependency(actor, number=number, seen=body.seen, command_id=body.command_id)
    return answer(done, "dependency", queries.dependency(actor, number))


@router.post("/trains/{slug}/dependencies/{int:number}/comments", summary="Discuss a dependency")
def comment_on_dependency(request: HttpRequest, slug: str, number: int, body: schemas.CommentIn) -> Answer:
    """In one's own name."""
    made = actions.comment_on_dependency(actor_of(request), number=number, text=body.text, command_id=body.command_id)
    return answer(made, "comment")


def _columns(actor: Actor, values: Answer, *, creating: bool = False) -> Answer:
    """API names as column names; numbers become ids."""
    named: Answer = {}
    for name, value in values.items():
        if value is None and name in NEVER_NULL and not (creating and name in BY_ID):
            raise Invalid(f"{name.replace('_', ' ').capitalize()} cannot be null.", code="null", field=name)
        if name in BY_NUMBER:
            named[f"{name}_id"] = queries.id_of(actor, name.split("_")[1], value) if value is not None else None
        else:
            named[f"{name}_id" if name in BY_ID else name] = value
    return named
