"""Working out a scenario, done by the worker."""

from typing import Any

from headway.features.whatif.policies import KIND
from headway.store.jobs import RunningJob, job


@job(KIND, seconds=120)
def work_out(running: RunningJob) -> dict[str, Any]:
    """Read the PI as it is now, work the scenario out, and keep the answer with it.

    Raises:
        Missing: the scenario has been removed since.
        Invalid: it was changed meanwhile, or a change names what is no longer in the PI.
    """
    # Imported here: planner and forecast bring arrays and solvers, which only this process shall load.
    from headway.features.whatif.actions import answer_scenario
    from headway.features.whatif.computation import worked_out
    from headway.features.whatif.queries import find_scenario
    from headway.features.whatif.questions import questions_of

    scenario = find_scenario(running.actor, int(running.payload["scenario"]))
    questions = questions_of(running.actor, scenario)
    result = worked_out(
        questions,
        tell=lambda part, doing: running.tell({"done": round(part, 2), "doing": doing}),
        cancelled=running.cancelled,
    )
    running.stop_if_cancelled()
    answer_scenario(
        running.actor,
        number=scenario.number,
        changes=scenario.changes,
        result=result,
        computed_at=questions.number,
    )
    return {"scenario": scenario.number}
