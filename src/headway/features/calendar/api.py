"""The calendar part of the REST API."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from headway.features.calendar import actions, queries
from headway.features.calendar.schemas import (
    AdvanceIn,
    ClosureChange,
    ClosureIn,
    IncrementChange,
    IncrementIn,
    IterationChange,
    MilestoneChange,
    MilestoneIn,
)
from headway.kit.http import actor_of
from headway.kit.schemas import Command
from headway.store.answers import told
from headway.store.models import Closure, Increment, Iteration, Milestone
from headway.store.portraits import portrait

router = Router(tags=["calendar"])
TRAIN = "/trains/{slug}"
Json = dict[str, Any]


@router.get(f"{TRAIN}/calendar", url_name="calendar")
def calendar(request: HttpRequest, slug: str) -> Json:
    """PIs with their iterations and outcomes, milestones, closures, and places without holiday data."""
    page = queries.calendar_page(actor_of(request))
    return {
        "pis": [
            _row(line.pi) | {"iterations": [_row(each) for each in line.iterations], "outcomes": _counts(line.outcomes)}
            for line in page.lines
        ],
        "milestones": [_row(each) for each in page.milestones],
        "closures": [_row(each) for each in page.closures],
        "without_holiday_data": [{"place": each.place, "years": each.years} for each in page.silences],
    }


@router.post(f"{TRAIN}/pis", url_name="pi-add")
def plan_increment(request: HttpRequest, slug: str, body: IncrementIn) -> Json:
    """Add the next PI, cut from the cadence."""
    return told(actions.plan_increment(actor_of(request), **_sent(body)))


@router.get(f"{TRAIN}/pis/{{number}}", url_name="pi")
def increment(request: HttpRequest, slug: str, number: int) -> Json:
    """A PI with iterations, milestones, days off and outcomes."""
    page = queries.increment_page(actor_of(request), number)
    return _row(page.pi) | {
        "iterations": [_row(each) for each in page.iterations],
        "milestones": [_row(each) for each in page.milestones],
        "closures": [_row(each) for each in page.closures],
        "holidays": [
            {"on": each.on.isoformat(), "name": each.name, "places": each.places, "people": each.people}
            for each in page.holidays
        ],
        "targets": [{"id": each.pk, **portrait(each)} for each in page.targets],
        "outcomes": _counts(page.outcomes),
    }


@router.patch(f"{TRAIN}/pis/{{number}}", url_name="pi-edit")
def edit_increment(request: HttpRequest, slug: str, number: int, body: IncrementChange) -> Json:
    """Change a PI; what is not sent stays."""
    return told(actions.edit_increment(actor_of(request), number=number, seen=body.seen, **_sent(body)))


@router.post(f"{TRAIN}/pis/{{number}}/advance", url_name="pi-advance")
def advance_increment(request: HttpRequest, slug: str, number: int, body: AdvanceIn) -> Json:
    """Take a PI to its next state; there is no way back."""
    return told(actions.advance_increment(actor_of(request), number=number, **_sent(body)))


@router.delete(f"{TRAIN}/pis/{{number}}", url_name="pi-remove")
def remove_increment(request: HttpRequest, slug: str, number: int, command_id: UUID | None = None) -> Json:
    """Remove a PI nobody has committed to."""
    return told(actions.remove_increment(actor_of(request), number=number, command_id=command_id))


@router.patch(f"{TRAIN}/iterations/{{iteration_id}}", url_name="iteration-edit")
def edit_iteration(request: HttpRequest, slug: str, iteration_id: int, body: IterationChange) -> Json:
    """Change an iteration; what is not sent stays."""
    return told(actions.edit_iteration(actor_of(request), iteration_id=iteration_id, seen=body.seen, **_sent(body)))


@router.post(f"{TRAIN}/milestones", url_name="milestone-add")
def add_milestone(request: HttpRequest, slug: str, body: MilestoneIn) -> Json:
    """Note a date that matters."""
    return told(actions.add_milestone(actor_of(request), **_sent(body)))


@router.patch(f"{TRAIN}/milestones/{{milestone_id}}", url_name="milestone-edit")
def edit_milestone(request: HttpRequest, slug: str, milestone_id: int, body: MilestoneChange) -> Json:
    """Change a milestone; what is not sent stays."""
    return told(actions.edit_milestone(actor_of(request), milestone_id=milestone_id, seen=body.seen, **_sent(body)))


@router.delete(f"{TRAIN}/milestones/{{milestone_id}}", url_name="milestone-remove")
def remove_milestone(request: HttpRequest, slug: str, milestone_id: int, command_id: UUID | None = None) -> Json:
    """Remove a milestone."""
    return told(actions.remove_milestone(actor_of(request), milestone_id=milestone_id, command_id=command_id))


@router.post(f"{TRAIN}/closures", url_name="closure-add")
def add_closure(request: HttpRequest, slug: str, body: ClosureIn) -> Json:
    """Note days on which the whole train rests."""
    return told(actions.add_closure(actor_of(request), **_sent(body)))


@router.patch(f"{TRAIN}/closures/{{closure_id}}", url_name="closure-edit")
def edit_closure(request: HttpRequest, slug: str, closure_id: int, body: ClosureChange) -> Json:
    """Change a closure; what is not sent stays."""
    return told(actions.edit_closure(actor_of(request), closure_id=closure_id, seen=body.seen, **_sent(body)))


@router.delete(f"{TRAIN}/closures/{{closure_id}}", url_name="closure-remove")
def remove_closure(request: HttpRequest, slug: str, closure_id: int, command_id: UUID | None = None) -> Json:
    """Remove a closure."""
    return told(actions.remove_closure(actor_of(request), closure_id=closure_id, command_id=command_id))


def _sent(body: Command) -> Json:
    """What was sent, with the command id."""
    return {"command_id": body.command_id, **body.values()}


def _row(row: Increment | Iteration | Milestone | Closure) -> Json:
    return {"id": row.pk, **portrait(row)}


def _counts(outcomes: queries.Outcomes) -> Json:
    return {
        "planned": outcomes.planned,
        "landed": outcomes.landed,
        "missed": outcomes.missed,
        "dropped": outcomes.dropped,
        "open": outcomes.open,
        "unplanned": outcomes.unplanned,
        "unplanned_landed": outcomes.unplanned_landed,
        "predictability_percent": outcomes.predictability,
    }
