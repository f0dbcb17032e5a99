"""Pages of drafting: ask for a plan, follow the work, and answer for one's team."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import Conflict, Forbidden, HeadwayError, Missing
from headway.features.planner import actions, queries
from headway.features.planner.drawing import draw
from headway.features.planner.forms import AnswerForm, ChangeForm, DraftForm
from headway.features.planner.moves import moves_of
from headway.features.planner.policies import require_answering, require_drafting, wishes
from headway.features.planner.question import question
from headway.kit import clock
from headway.kit.access import Permission, may
from headway.kit.http import TrainRequest, status_of
from headway.store import jobs
from headway.store.models import Increment, Job, Proposal, ProposalPart
from headway.store.workers import worker_lives


@require_GET
def drafts(request: TrainRequest, slug: str) -> HttpResponse:
    """The proposals of the train, and the drafting under way."""
    actor = request.actor
    found = queries.drafts(actor)
    rows = [
        {"proposal": row, "parts": list(row.parts.all()), "moves": sum(len(part.moves) for part in row.parts.all())}
        for row in queries.proposals(actor)
    ]
    context = {
        "rows": rows,
        "running": [_job(each) for each in found if each.state in jobs.LIVE],
        "past": [_job(each) for each in found if each.state not in jobs.LIVE][:10],
        "increments": queries.increments(actor),
        "may_draft": may(actor, Permission.DRAFT_PLAN, anywhere=True),
        "idle": not worker_lives(),
    }
    return render(request, "planner/drafts.html", context)


@require_http_methods(["GET", "POST"])
def draft_new(request: TrainRequest, slug: str) -> HttpResponse:
    """What to know before drafting, and what is wished."""
    actor = request.actor
    require_drafting(actor)
    pi = _increment(request)
    asked = question(actor, pi)
    form = DraftForm(request.POST or None, question=asked)
    if request.method == "POST" and form.is_valid():
        job = form.carry_out(lambda: actions.ask_for_draft(actor, pi=pi.number, wanted=wishes(**form.wished)))
        if job:
            return redirect("draft-job", slug, job.pk)
    context = {
        "form": form,
        "asked": asked,
        "pi": pi,
        "increments": queries.increments(actor),
        "left_out": [each for each in asked.findings if each.weight == "left_out"],
        "assumed": [each for each in asked.findings if each.weight == "assumed"],
        "idle": not worker_lives(),
    }
    return render(request, "planner/new.html", context, status=form.status)


@require_GET
def draft_job(request: TrainRequest, slug: str, job_id: int) -> HttpResponse:
    """How far the drafting has come; a page that is left and found again, and a fragment of it for htmx."""
    row = queries.draft(request.actor, job_id)
    context = _job(row) | {"idle": row.state == Job.State.WAITING and not worker_lives()}
    page = "planner/_progress.html" if request.htmx and "progress" in request.GET else "planner/job.html"
    return render(request, page, context)


@require_POST
def draft_cancel(request: TrainRequest, slug: str, job_id: int) -> HttpResponse:
    """End the drafting."""
    queries.draft(request.actor, job_id)
    jobs.cancel(request.actor, job_id)
    return redirect("draft-job", slug, job_id)


@require_GET
def proposal(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """A proposal: how good it is, what it asks of each team, and the answers."""
    return _proposal(request, number)


@require_POST
def proposal_withdraw(request: TrainRequest, slug: str, number: int) -> HttpResponse:
    """Take a proposal back."""
    form = AnswerForm(request.POST)
    form.is_valid()
    return _answered(
        request,
        number,
        lambda: actions.withdraw_proposal(
            request.actor,
            number=number,
            seen=form.cleaned_data.get("seen"),
            command_id=form.cleaned_data.get("command_id"),
        ),
        "The draft is withdrawn.",
    )


@require_POST
def part_accept(request: TrainRequest, slug: str, number: int, team: str) -> HttpResponse:
    """Make the moves of one's team."""
    part = _part(request, number, team)
    form = AnswerForm(request.POST)
    form.is_valid()
    skip = bool(form.cleaned_data.get("skip_changed"))
    return _answered(
        request,
        number,
        lambda: actions.accept_part(request.actor, number=number, team=team, skip_changed=skip, **_answer(form)),
        f"{part.team.name}'s stories stand as proposed.",
        team=team,
    )


@require_POST
def part_decline(request: TrainRequest, slug: str, number: int, team: str) -> HttpResponse:
    """Say no for one's team."""
    part = _part(request, number, team)
    form = AnswerForm(request.POST)
    form.is_valid()
    return _answered(
        request,
        number,
        lambda: actions.decline_part(request.actor, number=number, team=team, **_answer(form)),
        f"{part.team.name} declined its part.",
        team=team,
    )


@require_POST
def part_change(request: TrainRequest, slug: str, number: int, team: str) -> HttpResponse:
    """Other iterations for one's team's stories, or moves left out."""
    part = _part(request, number, team)
    places = list(part.proposal.pi.iterations.values_list("number", flat=True))
    stories = [move.story for move in moves_of(part)]
    form = ChangeForm(request.POST, stories=stories, places=places)
    form.is_valid()
    return _answered(
        request,
        number,
        lambda: actions.change_part(
            request.actor, number=number, team=team, moves=form.aims, drop=form.dropped, **_answer(form)
        ),
        f"The part of {part.team.name} is changed.",
        team=team,
    )


def _increment(request: TrainRequest) -> Increment:
    """The PI that is asked for, else the first that is not over, one that is being planned before the others."""
    actor = request.actor
    asked = request.GET.get("pi", "")
    if asked:
        number = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
        return queries.increment(actor, number)
    found = queries.increments(actor)
    if not found:
        raise Missing("This train has no PI that is open; PIs are made under Calendar.", code="pi_missing")
    still = queries.can_be_planned(actor)
    ahead = [pi for pi in found if pi.pk in still]
    planned = [pi for pi in ahead if pi.state == Increment.State.PLANNING]
    return (planned or ahead or found[-1:])[0]


def _job(row: Job) -> dict[str, Any]:
    progress, result = row.progress or {}, row.result or {}
    gap, limit = progress.get("gap"), progress.get("limit") or 1
    # Between two better plans the worker has nothing to tell, but time goes on.
    elapsed = (row.ended_at or clock.now()) - row.started_at if row.started_at else timedelta()
    seconds = min(limit, max(progress.get("seconds", 0), elapsed.total_seconds()))
    return {
        "job": row,
        "live": row.state in jobs.LIVE,
        "progress": progress,
        "gap": None if gap is None else round(100 * gap, 1),
        "seconds": round(seconds),
        "share": round(100 * seconds / limit),
        "picture": draw(progress.get("trail", []), limit, seconds),
        "result": result,
        "conflict": result.get("conflict"),
        "asker": str(row.asked_by) if row.asked_by else "somebody",
    }


def _part(request: TrainRequest, number: int, team: str) -> ProposalPart:
    """The team's part, which the actor may answer."""
    row = queries.proposal(request.actor, number)
    part = next((each for each in row.parts.all() if each.team.slug == team), None)
    if part is None:
        raise Missing(f"{row} has no part for a team {team!r}.", code="part_missing")
    require_answering(request.actor, part)
    return part


def _answer(form: AnswerForm) -> dict[str, Any]:
    values = form.cleaned_data
    return {"note": values.get("note", ""), "seen": values.get("seen"), "command_id": values.get("command_id")}


def _answered(request: TrainRequest, number: int, act: Callable[[], Any], said: str, team: str = "") -> HttpResponse:
    """Carry out an answer; what is refused is shown on the proposal's page, at the part it is about."""
    try:
        act()
    except Forbidden:
        raise
    except HeadwayError as error:
        if isinstance(error, Missing):
            raise
        return _proposal(request, number, error=error, team=team)
    undo = reverse("undo", args=[request.actor.train_slug])
    messages.success(request, said, extra_tags=f"undo:{undo}")
    return redirect(reverse("proposal", args=[request.actor.train_slug, number]) + (f"#part-{team}" if team else ""))


def _proposal(request: TrainRequest, number: int, *, error: HeadwayError | None = None, team: str = "") -> HttpResponse:
    found = queries.shown(request.actor, number)
    facts, wished = found.proposal.facts, found.proposal.settings
    gap = facts.get("gap")
    context = {
        "found": found,
        "row": found.proposal,
        "title": str(found.proposal),
        "facts": facts,
        "wished": wished,
        "open": found.proposal.state == Proposal.State.OPEN,
        "gap": None if gap is None else round(100 * gap, 1),
        "picture": draw(facts.get("trail", []), facts.get("seconds", 1), facts.get("seconds", 1)),
        "counts": queries.counts(line.part for line in found.parts),
        "mine": [line.part for line in found.parts if line.verdict],
        "problem": error,
        "problem_team": team,
        "changed": error.data.get("conflicts", []) if isinstance(error, Conflict) else [],
    }
    return render(request, "planner/proposal.html", context, status=status_of(error) if error else 200)
