"""What may be wished of a draft, who may withdraw one, and which words its figures go by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from headway.engine.errors import Forbidden, Invalid, Locked
from headway.engine.planner import PinKind, Weights
from headway.kit.access import Actor, Permission, Verdict, may, require
from headway.store.models import Increment, Proposal, ProposalPart

KIND = "plan"
"""The kind of job that drafts."""

MAX_SECONDS = 120
MAX_BUFFER = 80
MAX_PINS = 500
MAX_MOVES = 20_000
LONGEST_NOTE = 1000
MAX_WEIGHT = 1000

PRESETS: Mapping[str, tuple[str, str, Weights]] = {
    "balanced": (
        "Balanced",
        "As much value as fits, early, without moving what need not move.",
        Weights(),
    ),
    "mend": (
        "Change little",
        "Keep the plan there is and mend what is too full or comes too late.",
        Weights(closeness=80),
    ),
    "fresh": (
        "From scratch",
        "Forget where the cards stand now.",
        Weights(closeness=0),
    ),
    "safe": (
        "With slack",
        "A spare iteration between teams that wait for each other, and even load.",
        Weights(slack=40, level=20, buffer=10, closeness=5),
    ),
}
"""Goal weights by name, each with its label and what it is for."""

PARTS: Mapping[str, tuple[str, str, str]] = {
    "value": (
        "Value delivered",
        "share",
        "The value (cost of delay) of the features whose stories all have a place, as a share of all there is.",
    ),
    "early": (
        "Delivered early",
        "share",
        "The same, a feature counting fully when it finishes in the first iteration and less the later it does.",
    ),
    "slack": (
        "Waiting without slack",
        "per story",
        "Dependencies between teams with no spare iteration, as a share of the stories; 0 is best.",
    ),
    "level": (
        "Uneven load",
        "of the points",
        "Points beyond nine tenths of what may be committed in a cell, as a share of all points; 0 is best.",
    ),
    "buffer": (
        "Buffer used",
        "of the points",
        "Points that stand in the buffer, as a share of all points; 0 is best.",
    ),
    "closeness": (
        "Stays where it is",
        "share",
        "The stories that stay in the iteration they stand in now, as a share of those that stand in one.",
    ),
}
"""The parts of the objective: label, unit, definition."""


@dataclass(frozen=True, kw_only=True)
class PinWish:
    """A decision about a story or a feature, by number; ``iteration`` is its number in the PI."""

    kind: PinKind
    story: int | None = None
    feature: int | None = None
    iteration: int | None = None

    def told(self) -> dict[str, Any]:
        """As JSON, without what is not set."""
        every = {"kind": self.kind.value, "story": self.story, "feature": self.feature, "iteration": self.iteration}
        return {name: value for name, value in every.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a person wants of a draft: goals, buffer in per cent, seconds, pins, and teams (by slug) to leave alone."""

    preset: str = "balanced"
    weights: Weights = field(default_factory=Weights)
    buffer_percent: int | None = None
    seconds: float = 20
    pins: tuple[PinWish, ...] = ()
    locks: frozenset[str] = frozenset()

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "preset": self.preset,
            "weights": {each.name: getattr(self.weights, each.name) for each in fields(Weights)},
            "buffer_percent": self.buffer_percent,
            "seconds": self.seconds,
            "pins": [pin.told() for pin in self.pins],
            "locks": sorted(self.locks),
        }


def wishes(
    *,
    preset: str = "balanced",
    weights: Mapping[str, float] | None = None,
    buffer_percent: int | None = None,
    seconds: float = 20,
    pins: Sequence[Mapping[str, Any]] = (),
    locks: Sequence[str] = (),
) -> Wishes:
    """Wishes from plain values.

    Raises:
        Invalid: naming the first that is out of its bounds.
    """
    if preset != "own" and preset not in PRESETS:
        raise Invalid(
            f"The goals are one of {', '.join(PRESETS)} or own, not {preset!r}.",
            code="unknown_choice",
            field="preset",
            value=preset,
        )
    if not 1 <= seconds <= MAX_SECONDS:
        raise _out_of_bounds("seconds", seconds, 1, MAX_SECONDS, "seconds")
    if buffer_percent is not None and not 0 <= buffer_percent <= MAX_BUFFER:
        raise _out_of_bounds("buffer_percent", buffer_percent, 0, MAX_BUFFER, "per cent")
    if len(pins) > MAX_PINS:
        raise Invalid(f"Give up to {MAX_PINS} pins, not {len(pins)}.", code="too_many", field="pins", value=len(pins))
    return Wishes(
        preset=preset,
        weights=PRESETS[preset][2] if preset in PRESETS else _weights(weights or {}),
        buffer_percent=buffer_percent,
        seconds=seconds,
        pins=tuple(_pin(each) for each in pins),
        locks=frozenset(locks),
    )


def _weights(given: Mapping[str, float]) -> Weights:
    for name, value in given.items():
        if name not in PARTS:
            raise Invalid(f"There is no goal called {name!r}.", code="unknown_choice", field="weights", value=name)
        if not 0 <= value <= MAX_WEIGHT:
            raise _out_of_bounds(f"weight of {PARTS[name][0].lower()}", value, 0, MAX_WEIGHT, "")
    return Weights(**given)


def _pin(given: Mapping[str, Any]) -> PinWish:
    kind, story, feature = PinKind(given["kind"]), given.get("story"), given.get("feature")
    if (story is None) == (feature is None):
        raise Invalid("A pin is about one story or one feature.", code="pin", field="pins")
    iteration = given.get("iteration")
    if (kind is PinKind.HERE) != (iteration is not None) or (kind is PinKind.HERE and story is None):
        raise Invalid(
            "Only a story is pinned to an iteration; a feature, or a story without one, is pinned in or out.",
            code="pin",
            field="pins",
            value=story or feature,
        )
    return PinWish(kind=kind, story=story, feature=feature, iteration=iteration)


def _out_of_bounds(field_name: str, value: float, low: int, high: int, unit: str) -> Invalid:
    name = field_name.replace("_percent", "").replace("_", " ").capitalize()
    return Invalid(
        f"{name} is {value:g}; give {low} to {high}{' ' if unit else ''}{unit}.",
        code="out_of_bounds",
        field=field_name,
        value=value if abs(value) < float("inf") else str(value),
    )


def check_draftable(pi: Increment) -> None:
    """A closed PI keeps its plan."""
    if pi.state == Increment.State.CLOSED:
        raise Locked(f"{pi.name} is closed; its plan stays as it is.", code="pi_closed")


def require_drafting(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the actor may have a plan drafted."""
    require(actor, Permission.DRAFT_PLAN, anywhere=True)


def may_withdraw(actor: Actor, proposal: Proposal) -> Verdict:
    """Whoever had it drafted takes a proposal back, or the keeper of the train."""
    if actor.person_id is not None and proposal.made_by_id == actor.person_id:
        return may(actor, Permission.DRAFT_PLAN, anywhere=True)
    if may(actor, Permission.CONFIGURE_TRAIN):
        return Verdict(allowed=True, reason="The Release Train Engineer may clear a proposal away.")
    return Verdict(
        allowed=False, reason="A draft is withdrawn by whoever had it made, or by the Release Train Engineer."
    )


def may_answer(actor: Actor, part: ProposalPart) -> Verdict:
    """Only the team answers for its part."""
    return may(actor, Permission.PLACE_STORY, team=part.team_id)


def require_answering(actor: Actor, part: ProposalPart) -> None:
    """Raise :class:`Forbidden` with the reason unless the actor answers for this team."""
    require(actor, Permission.PLACE_STORY, team=part.team_id)


def require_withdrawing(actor: Actor, proposal: Proposal) -> None:
    """Raise :class:`Forbidden` with the reason unless the actor may withdraw the proposal."""
    require(actor, Permission.DRAFT_PLAN, anywhere=True)
    verdict = may_withdraw(actor, proposal)
    if not verdict:
        raise Forbidden(verdict.reason, code="forbidden")


def check_open(proposal: Proposal, part: ProposalPart | None = None) -> None:
    """Only an open proposal is answered, and a part that was accepted has been carried out.

    Raises:
        Locked: saying what happened to it.
    """
    check_draftable(proposal.pi)
    if proposal.state != Proposal.State.OPEN:
        raise Locked(f"{proposal} was withdrawn; nothing of it can be answered any more.", code="withdrawn")
    if part is not None and part.state == ProposalPart.State.ACCEPTED:
        raise Locked(
            f"{part.team.name} has accepted its part of {proposal} already; undo that to answer differently.",
            code="accepted",
        )
