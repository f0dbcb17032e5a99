"""The rules of a dependency: who speaks for which side, and which step may follow which.

:data:`STEPS` is the one table of the negotiation. Pages draw their buttons from it, actions obey it.

An external party has no account on the train. Whoever deals with it records what it said: the team on the other
side of the dependency (it asked, so it hears the answer first), the Release Train Engineer or the Product Manager
(who keep the contact to vendors and other departments). Without this rule a supplier's promise could not be
written down at all; the journal still names the person who wrote it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from headway.engine.errors import Forbidden, Invalid, Locked
from headway.kit.access import TABLE, Actor, Permission, Role, Verdict, may
from headway.store.models import Dependency, Feature, Story, Team

State = Dependency.State


class Side(StrEnum):
    """The two ends of a dependency."""

    CONSUMER = "consumer"
    PROVIDER = "provider"

    @property
    def other(self) -> "Side":
        return Side.PROVIDER if self is Side.CONSUMER else Side.CONSUMER


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the negotiation: whose it is, where it may be taken, where it leads."""

    label: str
    side: Side
    allowed_in: frozenset[str]
    leads_to: str
    verb: str

    @property
    def permission(self) -> Permission:
        """What the side's team has to hold."""
        return _VOICES[self.side]


_VOICES = {Side.CONSUMER: Permission.ACCEPT_DEPENDENCY, Side.PROVIDER: Permission.ANSWER_DEPENDENCY}

STEPS: Mapping[str, Step] = {
    "request": Step(
        label="Ask for it",
        side=Side.CONSUMER,
        allowed_in=frozenset({State.IDENTIFIED, State.REQUESTED, State.DECLINED, State.OBSOLETE}),
        leads_to=State.REQUESTED,
        verb="dependency.requested",
    ),
    "negotiate": Step(
        label="Negotiate",
        side=Side.PROVIDER,
        allowed_in=frozenset({State.REQUESTED, State.NEGOTIATING, State.COMMITTED}),
        leads_to=State.NEGOTIATING,
        verb="dependency.answered",
    ),
    "commit": Step(
        label="Commit",
        side=Side.PROVIDER,
        allowed_in=frozenset({State.REQUESTED, State.NEGOTIATING, State.COMMITTED, State.IN_PROGRESS}),
        leads_to=State.COMMITTED,
        verb="dependency.answered",
    ),
    "start": Step(
        label="Start work",
        side=Side.PROVIDER,
        allowed_in=frozenset({State.COMMITTED}),
        leads_to=State.IN_PROGRESS,
        verb="dependency.answered",
    ),
    "deliver": Step(
        label="Deliver",
        side=Side.PROVIDER,
        allowed_in=frozenset({State.COMMITTED, State.IN_PROGRESS}),
        leads_to=State.DELIVERED,
        verb="dependency.answered",
    ),
    "decline": Step(
        label="Decline",
        side=Side.PROVIDER,
        allowed_in=frozenset({State.REQUESTED, State.NEGOTIATING, State.COMMITTED}),
        leads_to=State.DECLINED,
        verb="dependency.answered",
    ),
    "accept": Step(
        label="Accept",
        side=Side.CONSUMER,
        allowed_in=frozenset({State.DELIVERED}),
        leads_to=State.ACCEPTED,
        verb="dependency.accepted",
    ),
    "return": Step(
        label="Send back",
        side=Side.CONSUMER,
        allowed_in=frozenset({State.DELIVERED}),
        leads_to=State.IN_PROGRESS,
        verb="dependency.returned",
    ),
    "drop": Step(
        label="No longer needed",
        side=Side.CONSUMER,
        allowed_in=frozenset(set(State) - {State.ACCEPTED, State.OBSOLETE}),
        leads_to=State.OBSOLETE,
        verb="dependency.dropped",
    ),
}
"""Every legal change of state."""

ANSWERS = tuple(name for name, step in STEPS.items() if step.side is Side.PROVIDER)

WAITS_FOR: Mapping[str, Side | None] = {
    State.IDENTIFIED: Side.CONSUMER,
    State.REQUESTED: Side.PROVIDER,
    State.NEGOTIATING: Side.PROVIDER,
    State.COMMITTED: Side.PROVIDER,
    State.IN_PROGRESS: Side.PROVIDER,
    State.DELIVERED: Side.CONSUMER,
    State.ACCEPTED: None,
    State.DECLINED: Side.CONSUMER,
    State.OBSOLETE: None,
}
"""Whose turn it is; nobody's once a dependency is over."""

_SPEAKS_WITH_EXTERNALS = frozenset({Role.RTE, Role.PRODUCT_MANAGER})


def may_speak(actor: Actor, side: Side, team: Team, opposite: Team) -> Verdict:
    """Whether the actor may speak for ``team``, which stands on this side of a dependency with ``opposite``."""
    permission = _VOICES[side]
    verdict = may(actor, permission, team=team.pk)
    if verdict or not team.external or TABLE[permission].scope not in actor.scopes:
        return verdict
    if actor.roles & _SPEAKS_WITH_EXTERNALS or may(actor, permission, team=opposite.pk):
        return Verdict(allowed=True, reason=f"{team.name} has no account here; you write down what it says.")
    return Verdict(
        allowed=False,
        reason=f"{team.name} is outside the train. What it says is written down by {opposite.name}, "
        "the Release Train Engineer or the Product Manager.",
    )


def may_step(actor: Actor, dependency: Dependency, name: str) -> Verdict:
    """Whether the actor may take this step now, and why (not)."""
    step = STEPS[name]
    if dependency.state not in step.allowed_in:
        return Verdict(allowed=False, reason=_not_now(dependency, step))
    ends = {Side.CONSUMER: dependency.consumer_team, Side.PROVIDER: dependency.provider_team}
    return may_speak(actor, step.side, ends[step.side], ends[step.side.other])


def require_step(actor: Actor, dependency: Dependency, name: str) -> Step:
    """The step, if the actor may take it now.

    Raises:
        Invalid: there is no such step.
        Forbidden: it is for the other side to take.
        Locked: the dependency's state does not allow it.
    """
    if name not in STEPS:
        raise Invalid(
            f"There is no answer “{name[:40]}”; choose one of {', '.join(ANSWERS)}.",
            code="unknown_choice",
            field="answer",
            value=name[:40],
        )
    step = STEPS[name]
    ends = {Side.CONSUMER: dependency.consumer_team, Side.PROVIDER: dependency.provider_team}
    verdict = may_speak(actor, step.side, ends[step.side], ends[step.side.other])
    if not verdict:
        raise Forbidden(verdict.reason, code="forbidden", permission=str(step.permission))
    if dependency.state not in step.allowed_in:
        raise Locked(_not_now(dependency, step), code="not_now", state=dependency.state)
    return step


def may_edit(actor: Actor, dependency: Dependency) -> Verdict:
    """Whether the actor may change what the record says: either team, and whoever looks after the whole train."""
    for team in (dependency.consumer_team_id, dependency.provider_team_id):
        verdict = may(actor, Permission.REQUEST_DEPENDENCY, team=team)
        if verdict:
            break
    return verdict


def check_ends(
    consumer: Team,
    provider: Team,
    consumer_item: tuple[str, int] | None,
    provider_item: tuple[str, int] | None,
) -> None:
    """Two different ends: not the same item twice, and a team waits for itself only between two items of its own.

    Items are (kind, id).
    """
    if consumer_item is not None and consumer_item == provider_item:
        raise Invalid(
            f"Both ends are the same {consumer_item[0]}; nothing can wait for itself.",
            code="same_item",
            field=f"provider_{provider_item[0]}",
        )
    if consumer == provider and (consumer_item is None or provider_item is None):
        raise Invalid(
            f"{consumer.name} would wait for itself. Name another provider, or two different items of the team's "
            "own work if their order is what matters.",
            code="same_team",
            field="provider_team",
        )


def check_story_of(team: Team, story: Story | None, field: str) -> None:
    """A linked story belongs to the team at its end; one that no team has taken fits any."""
    if story is not None and story.team_id not in (None, team.pk):
        raise Invalid(
            f"Story {story.number} is {story.team}'s work, not {team.name}'s.",
            code="not_theirs",
            field=field,
            value=story.number,
        )


def check_feature_of(team: Team, feature: Feature | None, works_on_it: bool, field: str) -> None:
    """A linked feature is one the team answers for or has stories in; one without any team fits any."""
    if feature is not None and feature.team_id not in (None, team.pk) and not works_on_it:
        raise Invalid(
            f"Feature {feature.number} is not {team.name}'s: the team neither answers for it nor has a story in it.",
            code="not_theirs",
            field=field,
            value=feature.number,
        )


def _not_now(dependency: Dependency, step: Step) -> str:
    names = dict(State.choices)
    allowed = [label.lower() for value, label in State.choices if value in step.allowed_in]
    where = " or ".join([", ".join(allowed[:-1]), allowed[-1]]) if len(allowed) > 1 else allowed[0]
    return (
        f"“{step.label}” is for a dependency that is {where}; dependency {dependency.number} "
        f"is {names.get(dependency.state, dependency.state).lower()}."
    )
