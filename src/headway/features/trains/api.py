"""The trains part of the REST API."""

from typing import Any, cast

from django.http import HttpRequest
from ninja import Router

from headway.engine.errors import Forbidden
from headway.features.trains import actions, queries
from headway.features.trains.schemas import RemovalIn, TrainChange, TrainIn
from headway.kit.access import Scope
from headway.kit.http import HouseRequest, actor_of
from headway.store.answers import told
from headway.store.models import Train, User
from headway.store.portraits import portrait

router = Router(tags=["trains"])
Json = dict[str, Any]


@router.get("/trains", url_name="trains")
def trains(request: HttpRequest) -> Json:
    """The trains you are part of."""
    return {
        "trains": [
            {"slug": each.slug, "name": each.name, "purpose": each.purpose, "is_sample": each.is_sample}
            for each in queries.my_trains(cast(User, request.user))
            if _is_open_to(request, each)
        ]
    }


@router.post("/trains", url_name="train-start")
def start_train(request: HttpRequest, body: TrainIn) -> Json:
    """Start a train, for accounts that run this installation; you become its Release Train Engineer."""
    scopes = cast(HouseRequest, request).token_scopes
    if (scopes is not None and Scope.TRAIN not in scopes) or getattr(request, "token_train", None):
        raise Forbidden("This token may not start trains; it needs the scope “train” for all trains.", code="forbidden")
    actor = actions.start_train(cast(User, request.user), **{"name": body.name, **body.values()})
    return _train(queries.find_train(actor))


@router.get("/trains/{slug}", url_name="train")
def train(request: HttpRequest, slug: str) -> Json:
    """A train with its settings, and what is unusual about it."""
    actor = actor_of(request)
    return _train(queries.find_train(actor)) | {
        "findings": [{"message": each.message, "reason": each.reason} for each in queries.hints_of_train(actor)]
    }


@router.patch("/trains/{slug}", url_name="train-edit")
def edit_train(request: HttpRequest, slug: str, body: TrainChange) -> Json:
    """Change settings; what is not sent stays."""
    outcome = actions.edit_train(actor_of(request), seen=body.seen, command_id=body.command_id, **body.values())
    return told(outcome)


@router.delete("/trains/{slug}", url_name="train-remove")
def remove_train(request: HttpRequest, slug: str, body: RemovalIn) -> Json:
    """Remove the train with everything in it; ``confirm`` repeats its address."""
    actions.remove_train(actor_of(request), confirm=body.confirm)
    return {"removed": slug}


@router.get("/trains/{slug}/today", url_name="today")
def today(request: HttpRequest, slug: str) -> Json:
    """What needs you now: dependencies to answer, to accept or late, cells that are too full, blocked stories."""
    now = queries.today(actor_of(request))
    return {
        "teams": now.teams,
        "to_answer": [_waiting(each) for each in now.to_answer],
        "to_accept": [_waiting(each) for each in now.to_accept],
        "late": [_waiting(each) for each in now.late],
        "cells": [
            {"team": cell.team_id, "iteration": cell.iteration_id, "message": finding.message, "reason": finding.reason}
            for cell, finding in now.cells
        ],
        "blocked": [{"number": each.number, "title": each.title, "team": each.team} for each in now.blocked],
        "milestones": [{"name": each.name, "on": each.on.isoformat()} for each in now.milestones],
        "hints": [{"message": each.message, "reason": each.reason} for each in now.hints],
    }


@router.get("/trains/{slug}/permissions", url_name="permissions")
def permissions(request: HttpRequest, slug: str, team: int | None = None) -> Json:
    """What you may do here, and why or why not; for work of ``team`` (an id) where that matters."""
    return {
        "permissions": [
            {
                "permission": row.key,
                "title": row.rule.title,
                "holders": row.rule.holders(),
                "allowed": row.verdict.allowed,
                "reason": row.verdict.reason,
            }
            for row in queries.permission_rows(actor_of(request), team)
        ]
    }


def _train(train: Train) -> Json:
    return {"id": train.pk, "number": train.seq, **portrait(train)}


def _waiting(row: queries.Waiting) -> Json:
    return {
        "number": row.number,
        "needs": row.needs,
        "consumer": row.consumer,
        "provider": row.provider,
        "state": row.state,
        "health": row.health,
    }


def _is_open_to(request: HttpRequest, train: Train) -> bool:
    bound_to = getattr(request, "token_train", None)
    return bound_to in (None, train.slug)
