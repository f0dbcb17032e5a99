"""The computation of a forecast, done by the worker."""

from typing import Any

from headway.engine.errors import Missing
from headway.features.forecast.policies import KIND
from headway.store.jobs import RunningJob, job
from headway.store.models import Increment


@job(KIND, seconds=120)
def compute(running: RunningJob) -> dict[str, Any]:
    """Read the PI as it is now, draw its forecast, and keep it.

    Raises:
        Missing: the PI has been removed since.
    """
    # Imported here: the forecast brings arrays, which only this process shall load.
    from headway.features.forecast.actions import keep_forecast
    from headway.features.forecast.computation import computed
    from headway.features.forecast.problem_queries import problem_of

    actor = running.actor
    pi = Increment.objects.filter(train_id=running.train_id, pk=running.pi_id or 0).first()
    if pi is None:
        raise Missing("The PI this forecast was asked for is no longer there.", code="pi_missing")
    question = problem_of(actor, pi)
    result = computed(
        question,
        progress=lambda part: running.tell({"done": round(part, 2)}),
        cancelled=running.cancelled,
    )
    running.stop_if_cancelled()
    run = keep_forecast(actor, question, result)
    return {"number": run.number, "trials": run.trials}
