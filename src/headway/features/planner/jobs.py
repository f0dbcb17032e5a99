"""Drafting a plan: the long work behind a proposal."""

from collections.abc import Mapping
from typing import Any

from headway.engine.errors import Invalid
from headway.features.planner.actions import propose
from headway.features.planner.outcome import contradiction, facts, moves, trail
from headway.features.planner.policies import KIND, MAX_SECONDS, require_drafting, wishes
from headway.features.planner.question import Question, question
from headway.store.jobs import RunningJob, job
from headway.store.models import Increment


@job(KIND, seconds=MAX_SECONDS * 2 + 60)
def draft(running: RunningJob) -> dict[str, Any]:
    """Draft a plan and put it before the teams.

    The result names the ``proposal``; or the ``conflict``, when what is pinned contradicts itself; or neither, when
    the plan there is cannot be bettered.
    """
    from headway.engine.planner import AnyOf, GapLimit, Progress, TimeLimit, draft_plan
    from headway.engine.planner.check import check_plan
    from headway.engine.planner.explain import explain

    actor = running.actor
    require_drafting(actor)
    pi = Increment.objects.get(pk=running.pi_id or 0)
    wanted = wishes(**running.payload)
    running.tell({"phase": "asking", "limit": wanted.seconds}, now=True)
    asked = question(actor, pi, wanted)
    if asked.problem is None:
        raise Invalid(asked.stops[0].sentence, code="cannot_draft")
    conflict = explain(asked.problem)
    if conflict is not None and conflict.proven:
        return {"conflict": contradiction(asked, conflict)}
    steps: list[tuple[float, float, float | None]] = []

    def show(progress: Progress) -> None:
        steps.append((progress.seconds, progress.objective.total, progress.bound))
        running.tell(_told(progress, steps, wanted.seconds))

    result = draft_plan(
        asked.problem,
        stop=AnyOf(TimeLimit(wanted.seconds), GapLimit(0.001)),
        progress=show,
        cancelled=running.cancelled,
        workers=2,
    )
    running.stop_if_cancelled()
    broken = check_plan(asked.problem, result.plan)
    if broken:
        raise Invalid(
            f"The planner's answer did not stand up to the check ({broken[0].message}), so it is not shown.",
            code="not_sound",
        )
    found = moves(asked, result.plan, _reasons(running, asked, result.plan))
    if not found:
        return {"proposal": None, "sentence": "The plan there is could not be bettered by these goals."}
    made = propose(
        actor,
        pi=pi.number,
        moves=found,
        settings=wanted.told(),
        facts=facts(asked, result) | {"trail": trail(steps)},
        base=asked.number,
    )
    return {"proposal": made.subject.number, "moves": len(found)}


def _told(progress: Any, steps: list[tuple[float, float, float | None]], limit: float) -> dict[str, Any]:
    return {
        "phase": progress.phase,
        "limit": limit,
        "seconds": round(progress.seconds, 1),
        "objective": progress.objective.total,
        "bound": progress.bound,
        "gap": progress.gap,
        "rounds": progress.rounds,
        "trail": trail(steps),
    }


def _reasons(running: RunningJob, asked: Question, plan: Any) -> Mapping[str, str]:
    return {}
