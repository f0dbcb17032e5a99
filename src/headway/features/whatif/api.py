"""The what-if part of the REST API. Work on a scenario is followed and cancelled through ``/jobs``."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from headway.features.whatif import actions, asking, queries
from headway.features.whatif.schemas import ScenarioChange, ScenarioIn, plain_changes
from headway.kit.http import actor_of
from headway.kit.schemas import Command
from headway.store import jobs
from headway.store.answers import told
from headway.store.models import Scenario

router = Router(tags=["what if"])
SCENARIO = "/trains/{slug}/what-if/{number}"


@router.get("/trains/{slug}/what-if", url_name="scenarios")
def scenarios(request: HttpRequest, slug: str) -> dict[str, Any]:
    """The newest hundred scenarios, each with its changes in words and what was found."""
    return {
        "scenarios": [
            _brief(line.scenario) | {"sentences": list(line.changes), "finding": line.finding}
            for line in queries.scenarios(actor_of(request))
        ]
    }


@router.post("/trains/{slug}/what-if", url_name="scenario-keep")
def keep_scenario(request: HttpRequest, slug: str, body: ScenarioIn) -> dict[str, Any]:
    """Begin a scenario."""
    changes = plain_changes(body.changes) or []
    return told(
        actions.keep_scenario(actor_of(request), **body.values() | {"changes": changes}, command_id=body.command_id)
    )


@router.get(SCENARIO, url_name="scenario")
def scenario(request: HttpRequest, slug: str, number: int) -> dict[str, Any]:
    """One scenario with its answer: plan and forecast in four worlds.

    ``today`` and ``fresh`` are the plan there is and one drafted anew, without the changes; ``kept`` and
    ``replanned`` the same with them. Loads and capacities are points an iteration, odds shares from 0 to 1.
    """
    page = queries.page(actor_of(request), number)
    return _brief(page.scenario) | {
        "sentences": list(page.changes),
        "result": page.scenario.result,
        "computed_at": page.scenario.computed_at,
        "behind": page.behind,
        "job": page.job and jobs.facts(page.job),
    }


@router.patch(SCENARIO, url_name="scenario-edit")
def edit_scenario(request: HttpRequest, slug: str, number: int, body: ScenarioChange) -> dict[str, Any]:
    """Change one's own scenario; its answer goes when the changes are others."""
    values = body.values()
    if "changes" in values:
        values["changes"] = plain_changes(body.changes)
    return told(
        actions.edit_scenario(actor_of(request), number=number, **values, seen=body.seen, command_id=body.command_id)
    )


@router.delete(SCENARIO, url_name="scenario-remove")
def remove_scenario(request: HttpRequest, slug: str, number: int, command_id: UUID | None = None) -> dict[str, Any]:
    """Remove a scenario."""
    return told(actions.remove_scenario(actor_of(request), number=number, command_id=command_id))


@router.post(SCENARIO + "/run", url_name="scenario-run")
def run_scenario(request: HttpRequest, slug: str, number: int, body: Command) -> dict[str, Any]:
    """Have a scenario worked out; the answer names the job to follow."""
    return {"job": jobs.facts(asking.ask(actor_of(request), number))}


def _brief(row: Scenario) -> dict[str, Any]:
    return {
        "number": row.number,
        "version": row.version,
        "pi": row.pi.number,
        "name": row.name,
        "note": row.note,
        "owner": str(row.owner) if row.owner else None,
        "changes": row.changes,
    }
