"""Recording dependencies, and the negotiation between the two teams."""

from typing import Any, TypeVar
from uuid import UUID

from headway.engine.errors import Forbidden, Invalid, Locked
from headway.features.dependencies import queries
from headway.features.dependencies.policies import (
    ANSWERS,
    Side,
    check_ends,
    check_feature_of,
    check_story_of,
    may_edit,
    may_speak,
    require_step,
)
from headway.kit.access import Actor, Permission, Verdict, require
from headway.kit.text import check_text, tidy_text
from headway.store.change import Frame, Outcome, action, change
from headway.store.checks import check_references, check_seen
from headway.store.models import Comment, Dependency, Feature, Iteration, Story, Team

Item = TypeVar("Item", Story, Feature)

COLUMNS = frozenset(
    {
        "needs",
        "type",
        "consumer_team_id",
        "provider_team_id",
        "consumer_story_id",
        "provider_story_id",
        "consumer_feature_id",
        "provider_feature_id",
        "needed_by_id",
        "owner_id",
        "note",
    }
)
"""What ``create_dependency`` and ``edit_dependency`` may set; the state and the promise are negotiated."""


@action
def create_dependency(actor: Actor, *, needs: str, command_id: UUID | None = None, **values: Any) -> Outcome:
    """Record that one team needs something from another.

    ``values`` are columns of Dependency: type, consumer_team_id, provider_team_id, consumer_story_id,
    provider_story_id, consumer_feature_id, provider_feature_id, needed_by_id, owner_id, note, and (for imports)
    source, external_id. A team that is not given is the one whose item is linked.

    Raises:
        Forbidden: the actor only reads along.
        Invalid: the two ends are the same, an item is not the named team's, or something is not on this train.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.REQUEST_DEPENDENCY, anywhere=True)
        values = _checked(actor, {"needs": needs, **values}, COLUMNS | {"source", "external_id"})
        for side in Side:
            if values.get(f"{side}_team_id") is None:
                values[f"{side}_team_id"] = _team_of_item(frame, side, values)
        dependency = Dependency(number=frame.next_number(), **values)
        _check_ends(frame, dependency)
        frame.create(dependency, "dependency.created")
    return frame.outcome


@action
def edit_dependency(
    actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change what the record says; once it has been asked for, its two teams stand.

    Raises:
        Forbidden: the actor is in neither team; or speaks for the provider and changes what is needed by when.
        Invalid: as in :func:`create_dependency`.
        Locked: a team would change after the dependency was asked for.
        Conflict: somebody changed the same fields since ``seen``.
    """
    with change(actor, command_id) as frame:
        dependency = frame.get(Dependency, number=number)
        _require(may_edit(actor, dependency))
        values = _checked(actor, values, COLUMNS)
        _check_agreed(actor, dependency, values)
        _check_ends(frame, dependency, values)
        frame.update(dependency, "dependency.edited", seen=seen, **values)
    return frame.outcome


@action
def remove_dependency(actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Remove a record made by mistake, with its discussion; what is no longer needed is dropped instead.

    Raises:
        Forbidden: the actor is in neither team.
        Locked: the provider has committed; then it is dropped, so that its history stays.
        Conflict: somebody changed it since ``seen``.
    """
    with change(actor, command_id) as frame:
        dependency = frame.get(Dependency, number=number)
        _require(may_edit(actor, dependency))
        if dependency.state in _PROMISED:
            raise Locked(
                f"{dependency.provider_team} has answered dependency {number}; say that it is no longer needed "
                "instead, so that its history stays.",
                code="answered",
            )
        check_seen(dependency, seen)
        frame.delete(dependency, "dependency.removed")
    return frame.outcome


@action
def request_dependency(
    actor: Actor,
    *,
    number: int,
    needed_by_id: int | None = None,
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Ask the provider, saying by which iteration it is needed (else: where the linked story stands).

    Raises:
        Forbidden: the actor is not in the consumer team.
        Invalid: nothing says by when.
        Locked: it has been answered already.
    """
    with change(actor, command_id) as frame:
        dependency = frame.get(Dependency, number=number)
        step = require_step(actor, dependency, "request")
        needed_by = _when(frame, needed_by_id, dependency.consumer_story, dependency.needed_by, "needed_by")
        frame.update(dependency, step.verb, seen=seen, state=step.leads_to, needed_by_id=needed_by.pk)
    return frame.outcome


@action
def answer_dependency(
    actor: Actor,
    *,
    number: int,
    answer: str,
    committed_by_id: int | None = None,
    text: str = "",
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Answer for the provider: negotiate, commit, start, deliver or decline.

    ``committed_by_id`` is the iteration that is promised, or with "negotiate" offered; without it, "commit" promises
    the iteration in which the linked story stands. A ``text`` goes into the discussion.

    Raises:
        Forbidden: the actor is not in the provider team (see the policies for external parties).
        Invalid: there is no such answer, or a commitment without a date.
        Locked: the dependency's state does not allow this answer.
        Conflict: somebody changed the same fields since ``seen``.
    """
    with change(actor, command_id) as frame:
        dependency = frame.get(Dependency, number=number)
        step = require_step(actor, dependency, answer if answer in ANSWERS else f"no {answer}")
        values: dict[str, Any] = {"state": step.leads_to}
        if answer == "commit":
            promised = _when(frame, committed_by_id, dependency.provider_story, dependency.committed_by, "committed_by")
            values["committed_by_id"] = promised.pk
        elif answer == "negotiate" and committed_by_id is not None:
            values["committed_by_id"] = frame.get(Iteration, pk=committed_by_id).pk
        elif answer == "decline":
            values["committed_by_id"] = None
        frame.update(dependency, step.verb, seen=seen, **values)
        if text.strip():
            _say(frame, dependency, text)
    return frame.outcome


@action
def accept_dependency(actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Accept what was delivered.

    Raises:
        Forbidden: the actor is not in the consumer team.
        Locked: nothing has been delivered.
    """
    return _step_of_consumer(actor, "accept", number, seen, command_id)


@action
def return_dependency(actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Send back what was delivered, because it is not what was needed.

    Raises:
        Forbidden: the actor is not in the consumer team.
        Locked: nothing has been delivered.
    """
    return _step_of_consumer(actor, "return", number, seen, command_id)


@action
def drop_dependency(actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Say that it is no longer needed.

    Raises:
        Forbidden: the actor is not in the consumer team.
        Locked: it has been accepted.
    """
    return _step_of_consumer(actor, "drop", number, seen, command_id)


@action
def comment_on_dependency(actor: Actor, *, number: int, text: str, command_id: UUID | None = None) -> Outcome:
    """Say something in the discussion of a dependency.

    Raises:
        Forbidden: the actor only reads along.
        Invalid: the text is empty or longer than 4,000 characters.
    """
    with change(actor, command_id) as frame:
        _say(frame, frame.get(Dependency, number=number), text)
    return frame.outcome


_PROMISED = frozenset(
    {
        Dependency.State.COMMITTED,
        Dependency.State.IN_PROGRESS,
        Dependency.State.DELIVERED,
        Dependency.State.ACCEPTED,
    }
)


def _step_of_consumer(actor: Actor, name: str, number: int, seen: int | None, command_id: UUID | None) -> Outcome:
    with change(actor, command_id) as frame:
        dependency = frame.get(Dependency, number=number)
        step = require_step(actor, dependency, name)
        frame.update(dependency, step.verb, seen=seen, state=step.leads_to)
    return frame.outcome


def _say(frame: Frame, dependency: Dependency, text: str) -> None:
    actor = frame.actor
    require(actor, Permission.COMMENT, anywhere=True)
    frame.create(
        Comment(
            dependency=dependency,
            author_id=actor.person_id,
            author_name=actor.name,
            text=check_text(text, "comment", "text"),
            at=frame.at,
        ),
        "comment.created",
    )


def _checked(actor: Actor, values: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    unknown = sorted(values.keys() - known)
    if unknown:
        raise Invalid(
            f"A dependency has no “{unknown[0]}” that could be set this way.",
            code="unknown_field",
            field=unknown[0],
        )
    values = {name: tidy_text(value) if isinstance(value, str) else value for name, value in values.items()}
    if "needs" in values:
        values["needs"] = check_text(" ".join(values["needs"].split()), "line that says what is needed", "needs")
    if "type" in values and values["type"] not in Dependency.Type.values:
        raise Invalid(
            f"The type is one of {', '.join(Dependency.Type.values)}; not {values['type']!r}.",
            code="unknown_choice",
            field="type",
            value=values["type"],
        )
    check_references(actor, Dependency, values)
    return values


def _check_agreed(actor: Actor, dependency: Dependency, values: dict[str, Any]) -> None:
    """What the two sides have told each other is not edited over anybody's head."""
    if dependency.state == Dependency.State.IDENTIFIED:
        return
    for side in Side:
        column = f"{side}_team_id"
        if column in values and values[column] != getattr(dependency, column):
            raise Locked(
                f"Dependency {dependency.number} is {dependency.get_state_display().lower()}, so its teams stand. "
                "Drop it and record a new one between the other teams.",
                code="teams_stand",
                field=f"{side}_team",
            )
    if "needed_by_id" in values and values["needed_by_id"] != dependency.needed_by_id:
        _require(may_speak(actor, Side.CONSUMER, dependency.consumer_team, dependency.provider_team))


def _check_ends(frame: Frame, dependency: Dependency, values: dict[str, Any] | None = None) -> None:
    """The dependency, as it will be, has two sensible ends."""
    values = values or {}

    def after(column: str) -> int | None:
        found: int | None = values.get(column, getattr(dependency, column))
        return found

    teams: dict[Side, Team] = {}
    items: dict[Side, tuple[str, int] | None] = {}
    for side in Side:
        team_id = after(f"{side}_team_id")
        if team_id is None:
            raise Invalid(
                f"Which team is the {side}? Name it, or link an item that has a team.",
                code="no_team",
                field=f"{side}_team",
            )
        teams[side] = frame.get(Team, pk=team_id)
        story = _row(frame, Story, after(f"{side}_story_id"))
        feature = _row(frame, Feature, after(f"{side}_feature_id"))
        check_story_of(teams[side], story, f"{side}_story")
        works_on_it = feature is not None and queries.works_on(team_id, feature.pk)
        check_feature_of(teams[side], feature, works_on_it, f"{side}_feature")
        items[side] = ("story", story.pk) if story else ("feature", feature.pk) if feature else None
    check_ends(teams[Side.CONSUMER], teams[Side.PROVIDER], items[Side.CONSUMER], items[Side.PROVIDER])


def _team_of_item(frame: Frame, side: Side, values: dict[str, Any]) -> int | None:
    story = _row(frame, Story, values.get(f"{side}_story_id"))
    feature = _row(frame, Feature, values.get(f"{side}_feature_id"))
    return (story.team_id if story else None) or (feature.team_id if feature else None)


def _row(frame: Frame, model: type[Item], pk: int | None) -> Item | None:
    return frame.get(model, pk=pk) if pk is not None else None


def _when(
    frame: Frame, iteration_id: int | None, story: Story | None, so_far: Iteration | None, field: str
) -> Iteration:
    """The iteration that is named, else the one already agreed, else the one in which the linked story stands."""
    if iteration_id is not None:
        return frame.get(Iteration, pk=iteration_id)
    found = so_far or (story.iteration if story is not None else None)
    if found is None:
        raise Invalid(
            "By which iteration? Choose one; no linked story stands in an iteration that could answer it.",
            code="no_date",
            field=field,
        )
    return found


def _require(verdict: Verdict) -> None:
    if not verdict:
        raise Forbidden(verdict.reason, code="forbidden")
