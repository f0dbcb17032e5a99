"""The train's calendar: PIs and their iterations, milestones, and days on which everybody rests."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Max

from headway.engine.errors import Invalid, Locked
from headway.engine.values.cadence import Cadence, generate_increment
from headway.engine.values.interval import Interval
from headway.features.calendar.policies import (
    LONGEST_CLOSURE,
    LONGEST_PI,
    check_apart,
    check_buffer,
    check_date,
    check_days,
    check_iterations,
    check_next,
    check_not_closed,
)
from headway.kit.access import Actor, Permission, require
from headway.kit.text import check_text, tidy_text
from headway.store.change import Frame, Outcome, action, change
from headway.store.models import Closure, Feature, Increment, Iteration, Milestone, Target

BEFORE_COMMITMENT = frozenset({Increment.State.DRAFTING, Increment.State.PLANNING})
MOST_INCREMENTS = 500


@action
def plan_increment(
    actor: Actor,
    *,
    starts_on: date,
    number: int | None = None,
    iterations: int | None = None,
    iteration_weeks: int | None = None,
    ip_weeks: int | None = None,
    buffer_percent: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Add the next PI, cut from the train's cadence (or from the values given) into iterations.

    Raises:
        Invalid: a value is out of its bounds, or the PI overlaps another or runs off the calendar.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        train = frame.train
        others = Increment.objects.filter(train=train)
        if number is None:
            number = (others.aggregate(last=Max("number"))["last"] or 0) + 1
        if others.filter(number=number).exists():
            raise Invalid(
                f"There is a PI {number} already; give another number.", code="taken", field="number", value=number
            )
        if others.count() >= MOST_INCREMENTS:
            raise Invalid(
                f"A train holds at most {MOST_INCREMENTS} PIs; remove some that are not needed.", code="too_many"
            )
        buffer = train.buffer_percent if buffer_percent is None else buffer_percent
        check_buffer(buffer)
        check_date("starts_on", starts_on)
        cadence = Cadence(
            iteration_weeks=train.iteration_weeks if iteration_weeks is None else iteration_weeks,
            iterations=train.iterations_per_pi if iterations is None else iterations,
            ip_weeks=train.ip_weeks if ip_weeks is None else ip_weeks,
        )
        plan = generate_increment(cadence, starts_on, number)
        check_apart(plan.interval, others)
        pi = Increment(
            number=number,
            name=plan.name,
            starts_on=plan.interval.starts_on,
            ends_on=plan.interval.ends_on,
            buffer_percent=buffer,
        )
        frame.create(pi, "pi.created")
        frame.create_many(
            [
                Iteration(
                    pi=pi,
                    number=each.number,
                    name=each.name,
                    starts_on=each.interval.starts_on,
                    ends_on=each.interval.ends_on,
                    is_ip=each.is_ip,
                )
                for each in plan.iterations
            ],
            "iteration.created",
        )
        _claim_milestones(frame, pi)
    return frame.outcome


@action
def edit_increment(
    actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change a PI's ``name``, ``starts_on``, ``ends_on`` or ``buffer_percent``.

    Raises:
        Invalid: the dates leave an iteration outside, or overlap another PI.
        Locked: the PI is closed, or the buffer of a committed one would change.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        pi = frame.get(Increment, number=number)
        check_not_closed(pi)
        values = _only(values, "name", "starts_on", "ends_on", "buffer_percent")
        if "name" in values:
            values["name"] = check_text(values["name"], "name", "name")
        if values.get("buffer_percent", pi.buffer_percent) != pi.buffer_percent:
            if pi.state not in BEFORE_COMMITMENT:
                raise Locked(f"{pi.name} is committed; its buffer was part of what was agreed.", code="committed")
            check_buffer(values["buffer_percent"])
        first, last = values.get("starts_on", pi.starts_on), values.get("ends_on", pi.ends_on)
        interval = check_days(first, last, longest=LONGEST_PI, what="A PI")
        check_apart(interval, Increment.objects.filter(train=frame.train).exclude(pk=pi.pk))
        changed = Increment(name=values.get("name", pi.name), starts_on=first, ends_on=last)
        check_iterations(changed, Iteration.objects.filter(pi=pi))
        frame.update(pi, "pi.edited", seen=seen, **values)
    return frame.outcome


@action
def advance_increment(actor: Actor, *, number: int, to: str, command_id: UUID | None = None) -> Outcome:
    """Take a PI to its next state, which ``to`` names: planning, committed, executing, closed.

    Closing settles what was aimed for: a feature that is done has landed, any other was missed. There is no way
    back from any of them.

    Raises:
        Invalid: ``to`` is no state.
        Locked: ``to`` is not what comes next.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        pi = frame.get(Increment, number=number)
        state = check_next(pi, to)
        if state == Increment.State.CLOSED:
            _settle_targets(frame, pi)
        frame.update(pi, "pi.advanced", state=state.value)
    return frame.outcome


@action
def remove_increment(actor: Actor, *, number: int, command_id: UUID | None = None) -> Outcome:
    """Remove a PI that is not committed yet, with its iterations; stories stay, in no PI.

    Raises:
        Locked: the PI has been committed to.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        pi = frame.get(Increment, number=number)
        if pi.state not in BEFORE_COMMITMENT:
            raise Locked(
                f"{pi.name} is {pi.get_state_display().lower()}; only a PI in drafting or planning can be removed.",
                code="committed",
            )
        frame.delete(pi, "pi.removed")
    return frame.outcome


@action
def edit_iteration(
    actor: Actor, *, iteration_id: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change an iteration's ``name``, ``starts_on``, ``ends_on`` or ``is_ip``.

    Raises:
        Invalid: it would leave its PI or overlap another iteration.
        Locked: the PI is closed.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        row = frame.get(Iteration, pk=iteration_id)
        check_not_closed(row.pi)
        values = _only(values, "name", "starts_on", "ends_on", "is_ip")
        if "name" in values:
            values["name"] = check_text(values["name"], "name", "name")
        changed = Iteration(
            name=values.get("name", row.name),
            starts_on=values.get("starts_on", row.starts_on),
            ends_on=values.get("ends_on", row.ends_on),
        )
        check_days(changed.starts_on, changed.ends_on, longest=LONGEST_PI, what="An iteration")
        check_iterations(row.pi, [changed, *Iteration.objects.filter(pi_id=row.pi_id).exclude(pk=row.pk)])
        frame.update(row, "iteration.edited", seen=seen, **values)
    return frame.outcome


@action
def add_milestone(actor: Actor, *, name: str, on: date, note: str = "", command_id: UUID | None = None) -> Outcome:
    """Note a date that matters; it belongs to the PI in whose days it lies, if there is one."""
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        check_date("on", on)
        row = Milestone(name=check_text(name, "name", "name"), on=on, note=tidy_text(note), pi=_increment_on(frame, on))
        frame.create(row, "milestone.created")
    return frame.outcome


@action
def edit_milestone(
    actor: Actor, *, milestone_id: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change a milestone's ``name``, ``on`` or ``note``."""
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        row = frame.get(Milestone, pk=milestone_id)
        values = _only(values, "name", "on", "note")
        if "name" in values:
            values["name"] = check_text(values["name"], "name", "name")
        if "on" in values:
            check_date("on", values["on"])
            values["pi_id"] = getattr(_increment_on(frame, values["on"]), "pk", None)
        frame.update(row, "milestone.edited", seen=seen, **values)
    return frame.outcome


@action
def remove_milestone(actor: Actor, *, milestone_id: int, command_id: UUID | None = None) -> Outcome:
    """Remove a milestone."""
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        frame.delete(frame.get(Milestone, pk=milestone_id), "milestone.removed")
    return frame.outcome


@action
def add_closure(actor: Actor, *, name: str, starts_on: date, ends_on: date, command_id: UUID | None = None) -> Outcome:
    """Note days, both included, on which the whole train rests; they are taken off every team's capacity."""
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        check_days(starts_on, ends_on, longest=LONGEST_CLOSURE, what="A closure")
        row = Closure(name=check_text(name, "name", "name"), starts_on=starts_on, ends_on=ends_on)
        frame.create(row, "closure.created")
    return frame.outcome


@action
def edit_closure(
    actor: Actor, *, closure_id: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change a closure's ``name``, ``starts_on`` or ``ends_on``."""
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        row = frame.get(Closure, pk=closure_id)
        values = _only(values, "name", "starts_on", "ends_on")
        if "name" in values:
            values["name"] = check_text(values["name"], "name", "name")
        first, last = values.get("starts_on", row.starts_on), values.get("ends_on", row.ends_on)
        check_days(first, last, longest=LONGEST_CLOSURE, what="A closure")
        frame.update(row, "closure.edited", seen=seen, **values)
    return frame.outcome


@action
def remove_closure(actor: Actor, *, closure_id: int, command_id: UUID | None = None) -> Outcome:
    """Remove a closure; its days count as working days again."""
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        frame.delete(frame.get(Closure, pk=closure_id), "closure.removed")
    return frame.outcome


def _settle_targets(frame: Frame, pi: Increment) -> None:
    for target in Target.objects.filter(pi=pi, outcome="").select_related("feature"):
        is_done = target.feature.state == Feature.State.DONE
        outcome = Target.Outcome.LANDED if is_done else Target.Outcome.MISSED
        frame.update(target, "target.edited", outcome=outcome.value)


def _claim_milestones(frame: Frame, pi: Increment) -> None:
    interval = Interval(starts_on=pi.starts_on, ends_on=pi.ends_on)
    for milestone in Milestone.objects.filter(train=frame.train, pi=None):
        if milestone.on in interval:
            frame.update(milestone, "milestone.edited", pi_id=pi.pk)


def _increment_on(frame: Frame, day: date) -> Increment | None:
    return Increment.objects.filter(train=frame.train, starts_on__lte=day, ends_on__gte=day).first()


def _only(values: dict[str, Any], *names: str) -> dict[str, Any]:
    unknown = sorted(values.keys() - set(names))
    if unknown:
        raise Invalid(
            f"{', '.join(unknown)} cannot be changed here; {', '.join(names)} can.",
            code="unknown_field",
            field=unknown[0],
        )
    return {name: tidy_text(each) if isinstance(each, str) else each for name, each in values.items()}
