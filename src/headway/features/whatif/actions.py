"""Scenarios are kept, changed, worked out and removed; nothing else on the train changes with them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from headway.engine.errors import Invalid, Locked
from headway.features.whatif.policies import (
    LONGEST_NOTE,
    Change,
    checked_changes,
    checked_name,
    require_asking,
    require_own,
    require_removable,
)
from headway.kit.access import Actor
from headway.kit.text import tidy_text
from headway.store.change import Frame, Outcome, action, change
from headway.store.models import Dependency, Feature, Increment, Iteration, Scenario, Team


@action
def keep_scenario(
    actor: Actor,
    *,
    pi: int,
    name: str,
    note: str = "",
    changes: Sequence[Mapping[str, Any]] = (),
    command_id: UUID | None = None,
) -> Outcome:
    """Begin a scenario for a PI (by number) under a name, with the changes it asks about.

    Raises:
        Forbidden: the actor does not work on the train.
        Missing: there is no such PI.
        Invalid: a name, note or change that cannot be.
        Locked: the PI is closed.
    """
    with change(actor, command_id) as frame:
        require_asking(actor)
        increment = frame.get(Increment, number=pi)
        if increment.state == Increment.State.CLOSED:
            raise Locked(f"{increment.name} is closed: what it brought is known.", code="pi_closed")
        scenario = Scenario(
            pi=increment,
            number=frame.next_number(),
            name=checked_name(name),
            note=_checked_note(note),
            owner_id=actor.person_id,
            changes=_known(frame, increment, checked_changes(changes)),
        )
        frame.create(scenario, "scenario.created")
    return frame.outcome


@action
def edit_scenario(
    actor: Actor,
    *,
    number: int,
    name: str | None = None,
    note: str | None = None,
    changes: Sequence[Mapping[str, Any]] | None = None,
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Change one's own scenario. Other changes make the answer it had worthless, so that goes.

    Raises:
        Forbidden: it is somebody else's.
        Missing: there is no such scenario.
        Invalid: a name, note or change that cannot be.
        Conflict: it was changed since ``seen``.
    """
    with change(actor, command_id) as frame:
        scenario = frame.get(Scenario, number=number)
        require_own(actor, scenario)
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = checked_name(name)
        if note is not None:
            values["note"] = _checked_note(note)
        if changes is not None:
            values["changes"] = _known(frame, scenario.pi, checked_changes(changes))
            if values["changes"] != scenario.changes:
                values |= {"result": None, "computed_at": None}
        frame.update(scenario, "scenario.edited", seen=seen, **values)
    return frame.outcome


@action
def answer_scenario(
    actor: Actor,
    *,
    number: int,
    changes: Sequence[Change],
    result: Mapping[str, Any],
    computed_at: int,
    command_id: UUID | None = None,
) -> Outcome:
    """Keep what was worked out for exactly these changes, at journal number ``computed_at``.

    Raises:
        Forbidden: the actor does not work on the train.
        Missing: there is no such scenario.
        Invalid: its changes are others by now.
    """
    with change(actor, command_id) as frame:
        require_asking(actor)
        scenario = frame.get(Scenario, number=number)
        if scenario.changes != list(changes):
            raise Invalid(
                f"“{scenario.name}” was changed while it was being worked out; work it out again.", code="outdated"
            )
        frame.update(scenario, "scenario.answered", result=dict(result), computed_at=computed_at)
    return frame.outcome


@action
def remove_scenario(actor: Actor, *, number: int, command_id: UUID | None = None) -> Outcome:
    """Remove a scenario.

    Raises:
        Forbidden: it is somebody else's, and the actor is not the Release Train Engineer.
        Missing: there is no such scenario.
    """
    with change(actor, command_id) as frame:
        scenario = frame.get(Scenario, number=number)
        require_removable(actor, scenario)
        frame.delete(scenario, "scenario.removed")
    return frame.outcome


def _checked_note(note: str) -> str:
    tidy = tidy_text(note)
    if len(tidy) > LONGEST_NOTE:
        raise Invalid(
            f"The note has {len(tidy):,} characters; {LONGEST_NOTE:,} are the most.", code="too_long", field="note"
        )
    return tidy


def _known(frame: Frame, pi: Increment, changes: list[Change]) -> list[Change]:
    """The changes, once everything they name is there on this train."""
    train = {"train_id": frame.train.pk}
    teams = set(Team.objects.filter(**train, external=False).values_list("slug", flat=True))
    iterations = set(Iteration.objects.filter(pi=pi).values_list("number", flat=True))
    for each in changes:
        for slug in [each["team"]] if each["kind"] == "capacity" else [one["team"] for one in each.get("stories", ())]:
            _is_here("team", slug, slug in teams)
        if each.get("iteration") is not None:
            _is_here("iteration", each["iteration"], each["iteration"] in iterations)
        if each["kind"] == "slip":
            there = Dependency.objects.filter(**train, number=each["dependency"]).exists()
            _is_here("dependency", each["dependency"], there)
        if each["kind"] == "drop":
            _is_here("feature", each["feature"], Feature.objects.filter(**train, number=each["feature"]).exists())
    return changes


def _is_here(field: str, value: Any, there: bool) -> None:
    if not there:
        raise Invalid(
            f"There is no {field} {value!r} to change here; choose one of this train.",
            code="unknown",
            field=field,
            value=value,
        )
