"""The capacity part of the REST API."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from headway.features.capacity import actions, queries
from headway.features.capacity.schemas import OverrideIn
from headway.kit.http import actor_of
from headway.store.answers import told

router = Router(tags=["capacity"])
CELL = "/trains/{slug}/capacity/{team}/{iteration_id}"


@router.get("/trains/{slug}/capacity", url_name="capacity")
def capacity(request: HttpRequest, slug: str, pi: int | None = None) -> dict[str, Any]:
    """Load, capacity and committable points of every team in every iteration of a PI (by number; else the present)."""
    actor = actor_of(request)
    shown = queries.find_increment(actor, pi)
    cells = queries.capacity_table(actor, shown).values() if shown else ()
    return {"pi": shown.number if shown else None, "cells": [_cell(cell) for cell in cells]}


@router.get(CELL, url_name="capacity-cell")
def cell(request: HttpRequest, slug: str, team: str, iteration_id: int) -> dict[str, Any]:
    """One cell with its explanation: who, which days off, which rule."""
    found = queries.explain_cell(actor_of(request), team, iteration_id)
    override = found.override
    return _cell(found.cell) | {
        "calculated": float(found.cell.capacity.calculated),
        "person_days": float(found.cell.capacity.person_days),
        "sentences": list(found.cell.capacity.sentences()),
        "people": [_person(each) for each in found.cell.capacity.people],
        "override": override and {"points": override.points, "note": override.note, "version": override.version},
        "findings": [{"message": each.message, "reason": each.reason} for each in found.findings],
    }


@router.put(CELL, url_name="capacity-set")
def set_capacity(request: HttpRequest, slug: str, team: str, iteration_id: int, body: OverrideIn) -> dict[str, Any]:
    """Override the computed capacity, for members of the team."""
    actor = actor_of(request)
    return told(
        actions.set_capacity(
            actor,
            team=team,
            iteration_id=iteration_id,
            points=body.points,
            note=body.note,
            seen=body.seen,
            command_id=body.command_id,
        )
    )


@router.delete(CELL, url_name="capacity-clear")
def clear_capacity(
    request: HttpRequest, slug: str, team: str, iteration_id: int, command_id: UUID | None = None
) -> dict[str, Any]:
    """Take the override back."""
    actor = actor_of(request)
    return told(actions.clear_capacity(actor, team=team, iteration_id=iteration_id, command_id=command_id))


def _cell(cell: queries.Cell) -> dict[str, Any]:
    return {
        "team": cell.team_id,
        "iteration": cell.iteration_id,
        "load": float(cell.load),
        "points": float(cell.points),
        "committable": float(cell.committable),
        "rule": cell.capacity.rule,
    }


def _person(person: Any) -> dict[str, Any]:
    return {
        "person": int(person.person),
        "name": person.name,
        "share_percent": person.share_percent,
        "working_days": person.working_days,
        "days": float(Decimal(person.days)),
        "taken_off": [
            {"reason": each.reason, "label": each.label, "days": [day.isoformat() for day in each.days]}
            for each in person.taken_off
        ],
    }
