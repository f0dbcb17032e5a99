"""Keeping forecasts. They are figures that can be computed anew, so nothing of this stands in the journal."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headway.features.forecast import queries
from headway.features.forecast.policies import KIND, require_view
from headway.features.forecast.problem_queries import Question
from headway.features.forecast.queries import Standing
from headway.kit import clock
from headway.kit.access import Actor
from headway.store import jobs
from headway.store.models import ForecastRun, Increment


def look_up(actor: Actor, pi: Increment) -> Standing:
    """The forecast of a PI as it stands; one that has grown old is asked for anew, without waiting for it.

    That happens only here, when somebody looks. It is asked for once for each state of the train: a computation
    that failed is not tried again by itself before something that matters has changed.
    """
    standing = queries.standing(actor, pi)
    return ask(actor, pi, standing) if standing.should_ask else standing


def ask_again(actor: Actor, pi: Increment) -> Standing:
    """Ask for a computation whatever became of the last one, unless one is under way."""
    standing = queries.standing(actor, pi)
    return standing if standing.is_computing or standing.is_final else ask(actor, pi, standing)


def ask(actor: Actor, pi: Increment, standing: Standing) -> Standing:
    """Have the worker compute; while one such job waits there is no second."""
    require_view(actor)
    payload = {"number": standing.present, "day": standing.today.isoformat()}
    jobs.queue(actor.train_id, KIND, payload, pi_id=pi.pk, key=f"{KIND}:{pi.pk}")
    return replace(standing, is_computing=True, progress=0, failure="")


def keep_forecast(actor: Actor, question: Question, result: Mapping[str, Any]) -> ForecastRun:
    """Put a result in the place of the last one, unless that one is newer."""
    require_view(actor)
    values = {
        "number": question.number,
        "at": clock.now(),
        "trials": result.get("trials", 0),
        "result": dict(result),
    }
    run, is_made = ForecastRun.objects.get_or_create(pi=question.pi, defaults=values)
    if not is_made:
        ForecastRun.objects.filter(pk=run.pk, number__lte=question.number).update(**values)
        run.refresh_from_db()
    return run
