"""Asking the worker for an answer. It writes nothing on the train, so it is no action."""

from headway.engine.errors import Invalid, Locked
from headway.features.whatif.policies import KIND, require_asking
from headway.features.whatif.queries import find_scenario
from headway.kit.access import Actor
from headway.store import jobs
from headway.store.models import Increment, Job


def ask(actor: Actor, number: int) -> Job:
    """Have a scenario worked out. While it waits already, no second answer is asked for.

    Raises:
        Forbidden: the actor does not work on the train.
        Missing: there is no such scenario.
        Invalid: it changes nothing yet.
        Locked: the PI is closed.
        Conflict: much waits on this train already.
    """
    require_asking(actor)
    scenario = find_scenario(actor, number)
    if not scenario.changes:
        raise Invalid(f"“{scenario.name}” changes nothing yet; add a change first.", code="no_changes")
    if scenario.pi.state == Increment.State.CLOSED:
        raise Locked(f"{scenario.pi.name} is closed: what it brought is known.", code="pi_closed")
    return jobs.ask(actor, KIND, {"scenario": number}, pi=scenario.pi, key=f"{KIND}:{number}")
