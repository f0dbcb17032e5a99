"""The drafting part of the REST API: have a plan drafted, follow the work, answer for one's team."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from headway.features.planner import actions, queries, schemas
from headway.features.planner.moves import Move
from headway.features.planner.policies import wishes
from headway.features.planner.question import question
from headway.kit.access import Permission, require
from headway.kit.http import actor_of
from headway.kit.schemas import Change
from headway.store import jobs
from headway.store.answers import told

router = Router(tags=["drafts"])

Answer = dict[str, Any]


@router.get("/trains/{slug}/drafts/checks", summary="What to know before drafting")
def read_checks(request: HttpRequest, slug: str, pi: int) -> Answer:
    """What would be left out of a draft, what is assumed, and what stops it."""
    actor = actor_of(request)
    asked = question(actor, queries.increment(actor, pi))
    return {
        "can_draft": not asked.stops,
        "stories": len(asked.stories),
        "held": len(asked.held),
        "findings": [
            {"weight": each.weight, "sentence": each.sentence, "subject": each.subject, "number": each.number}
            for each in asked.findings
        ],
    }


@router.post("/trains/{slug}/drafts", summary="Have a plan drafted")
def create_draft(request: HttpRequest, slug: str, body: schemas.DraftIn) -> Answer:
    """The work is done by a worker; ask for the job until it is done, its result names the proposal."""
    actor = actor_of(request)
    wanted = wishes(
        preset=body.preset,
        weights=body.weights.model_dump() if body.weights else None,
        buffer_percent=body.buffer_percent,
        seconds=body.seconds,
        pins=[pin.model_dump(exclude_none=True) for pin in body.pins],
        locks=body.locks,
    )
    return {"job": jobs.facts(actions.ask_for_draft(actor, pi=body.pi, wanted=wanted))}


@router.get("/trains/{slug}/jobs", summary="Long work of the train, newest first")
def list_jobs(request: HttpRequest, slug: str, wanted: Query[schemas.JobFilter]) -> Answer:
    """With state, progress and result."""
    actor = actor_of(request)
    require(actor, Permission.VIEW_TRAIN)
    return {"jobs": [jobs.facts(each) for each in jobs.latest(actor, wanted.kind, limit=wanted.limit)]}


@router.get("/trains/{slug}/jobs/{int:job_id}", summary="One piece of long work")
def read_job(request: HttpRequest, slug: str, job_id: int) -> Answer:
    """With state, progress and result."""
    actor = actor_of(request)
    require(actor, Permission.VIEW_TRAIN)
    return {"job": jobs.facts(jobs.find(actor, job_id))}


@router.post("/trains/{slug}/jobs/{int:job_id}/cancel", summary="Cancel long work")
def cancel_job(request: HttpRequest, slug: str, job_id: int) -> Answer:
    """For whoever asked for it, and the Release Train Engineer."""
    actor = actor_of(request)
    require(actor, Permission.VIEW_TRAIN)
    return {"job": jobs.facts(jobs.cancel(actor, job_id))}


@router.get("/trains/{slug}/proposals", summary="Proposals, newest first")
def list_proposals(request: HttpRequest, slug: str, wanted: Query[schemas.ProposalFilter]) -> Answer:
    """With the state of each team's part."""
    actor = actor_of(request)
    found = queries.proposals(actor, pi=wanted.pi, state=wanted.state, limit=wanted.limit)
    return {"proposals": queries.told(actor, found)}


@router.post("/trains/{slug}/proposals", summary="Propose a plan made elsewhere")
def create_proposal(request: HttpRequest, slug: str, body: schemas.ProposalIn) -> Answer:
    """Each team gets the moves of its own stories, and answers for them."""
    moves = [Move(each.story, None, each.to, each.reason) for each in body.moves]
    return told(actions.propose(actor_of(request), pi=body.pi, moves=moves, command_id=body.command_id))


@router.get("/trains/{slug}/proposals/{int:number}", summary="One proposal")
def read_proposal(request: HttpRequest, slug: str, number: int) -> Answer:
    """What was wished, what was found, and every move with its reason."""
    return queries.whole(actor_of(request), number)


@router.get("/trains/{slug}/proposals/{int:number}/ghosts", summary="A proposal for the board")
def read_ghosts(request: HttpRequest, slug: str, number: int) -> Answer:
    """Each move with the ids of story, team and iterations."""
    return queries.ghosts(actor_of(request), number)


@router.post("/trains/{slug}/proposals/{int:number}/withdraw", summary="Withdraw a proposal")
def withdraw_proposal(request: HttpRequest, slug: str, number: int, body: Change) -> Answer:
    """What teams accepted of it stays."""
    actor = actor_of(request)
    return told(actions.withdraw_proposal(actor, number=number, seen=body.seen, command_id=body.command_id))


@router.post("/trains/{slug}/proposals/{int:number}/parts/{team}/accept", summary="Accept a team's part")
def accept_part(request: HttpRequest, slug: str, number: int, team: str, body: schemas.AcceptIn) -> Answer:
    """For members of the team; all its moves in one command, or 409 with what changed since."""
    done = actions.accept_part(
        actor_of(request),
        number=number,
        team=team,
        skip_changed=body.skip_changed,
        note=body.note,
        seen=body.seen,
        command_id=body.command_id,
    )
    return told(done)


@router.post("/trains/{slug}/proposals/{int:number}/parts/{team}/decline", summary="Decline a team's part")
def decline_part(request: HttpRequest, slug: str, number: int, team: str, body: schemas.DeclineIn) -> Answer:
    """For members of the team."""
    actor = actor_of(request)
    done = actions.decline_part(
        actor, number=number, team=team, note=body.note, seen=body.seen, command_id=body.command_id
    )
    return told(done)


@router.patch("/trains/{slug}/proposals/{int:number}/parts/{team}", summary="Change a team's part")
def change_part(request: HttpRequest, slug: str, number: int, team: str, body: schemas.PartChange) -> Answer:
    """For members of the team: other iterations for its stories, or moves dropped."""
    done = actions.change_part(
        actor_of(request),
        number=number,
        team=team,
        moves={each.story: each.to for each in body.moves},
        drop=body.drop,
        note=body.note,
        seen=body.seen,
        command_id=body.command_id,
    )
    return told(done)
