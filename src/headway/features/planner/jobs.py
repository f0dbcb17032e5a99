"""Drafting a plan: the long work behind a proposal."""

from typing import Any

from headway.engine.errors import Invalid
from headway.engine.planner import (
    AnyOf,
    GapLimit,
    Problem,
    Progress,
    Result,
    TimeLimit,
    check_plan,
    draft_plan,
    explain,
    why,
)
from headway.features.planner.actions import propose
from headway.features.planner.outcome import contradiction, facts, moves, trail
from headway.features.planner.policies import KIND, MAX_SECONDS, require_drafting, wishes
from headway.features.planner.question import question
from headway.store.jobs import RunningJob, job
from headway.store.models import Increment

PROVEN = 0.0005
"""A plan this close to the best possible is not searched for any longer."""

Step = tuple[float, float, float | None]
"""Seconds, objective and bound."""


@job(KIND, seconds=MAX_SECONDS * 2 + 60)
def draft(running: RunningJob) -> dict[str, Any]:
    """Draft a plan and put it before the teams.

    The result names the ``proposal``; or the ``conflict``, when what is pinned contradicts itself; or neither, when
    the plan there is cannot be bettered.
    """
    actor = running.actor
    require_drafting(actor)
    pi = Increment.objects.get(pk=running.pi_id or 0)
    wanted = wishes(**running.payload)
    running.tell({"phase": "asking", "limit": wanted.seconds}, now=True)
    asked = question(actor, pi, wanted)
    if asked.problem is None:
        raise Invalid(asked.stops[0].sentence, code="cannot_draft")
    problem = asked.problem
    conflict = explain(problem)
    if conflict is not None and conflict.proven:
        return {"conflict": contradiction(asked, conflict)}
    result, steps = _search(running, problem, wanted.seconds)
    running.stop_if_cancelled()
    found = moves(asked, result.plan, lambda key: why(problem, result.plan, key))
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


def _search(running: RunningJob, problem: Problem, seconds: float) -> tuple[Result, list[Step]]:
    """The best plan found in this time, which stood up to the independent check, and the steps towards it."""
    steps: list[Step] = []

    def show(progress: Progress) -> None:
        steps.append((progress.seconds, progress.objective.total, progress.bound))
        running.tell(_told(progress, steps, seconds))

    stop = AnyOf(TimeLimit(seconds), GapLimit(PROVEN))
    result = draft_plan(problem, stop=stop, progress=show, cancelled=running.cancelled, workers=2)
    broken = check_plan(problem, result.plan)
    if broken and not running.cancelled():
        raise Invalid(
            f"The planner's answer did not stand up to the check ({broken[0].message}), so it is not shown.",
            code="not_sound",
        )
    return result, steps


def _told(progress: Progress, steps: list[Step], limit: float) -> dict[str, Any]:
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
