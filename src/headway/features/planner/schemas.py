"""What the drafting API takes; every list is bounded."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from headway.engine.planner import Weights
from headway.features.planner.policies import LONGEST_NOTE, MAX_BUFFER, MAX_PINS, MAX_SECONDS, MAX_WEIGHT
from headway.kit.schemas import Change, Command, Number

USUAL = Weights()
Place = Annotated[int, Field(ge=1, le=100, description="The number of an iteration in the PI.")]
Weight = Annotated[float, Field(ge=0, le=MAX_WEIGHT, allow_inf_nan=False)]
Slug = Annotated[str, Field(max_length=40)]
Note = Annotated[str, Field(max_length=LONGEST_NOTE)]


class Strict(Schema):
    """A part of what is sent; nothing unknown is accepted."""

    model_config = ConfigDict(extra="forbid")


class PinIn(Strict):
    """A story to be in an iteration (here), or a story or feature to be in or out of the PI."""

    kind: Literal["here", "in", "out"]
    story: Number | None = None
    feature: Number | None = None
    iteration: Place | None = None


class WeightsIn(Strict):
    """How much each goal counts, for the preset “own”."""

    value: Weight = USUAL.value
    early: Weight = USUAL.early
    slack: Weight = USUAL.slack
    level: Weight = USUAL.level
    buffer: Weight = USUAL.buffer
    closeness: Weight = USUAL.closeness


class DraftIn(Strict):
    """What is wished of a draft."""

    pi: Number
    preset: Literal["balanced", "mend", "fresh", "safe", "own"] = "balanced"
    weights: WeightsIn | None = None
    buffer_percent: Annotated[int, Field(ge=0, le=MAX_BUFFER)] | None = None
    seconds: Annotated[float, Field(ge=1, le=MAX_SECONDS, allow_inf_nan=False)] = 20
    pins: Annotated[list[PinIn], Field(max_length=MAX_PINS)] = []
    locks: Annotated[list[Slug], Field(max_length=200)] = []


class MoveIn(Strict):
    """A story that should go to an iteration of the PI; null is the team's backlog column."""

    story: Number
    to: Place | None = None
    reason: Annotated[str, Field(max_length=500)] = ""


class ProposalIn(Command):
    """A plan made elsewhere, put before the teams."""

    pi: Number
    moves: Annotated[list[MoveIn], Field(min_length=1, max_length=5000)]


class AimIn(Strict):
    """Another aim for a move of the part."""

    story: Number
    to: Place | None = None


class PartChange(Change):
    """Other aims, and moves to drop."""

    moves: Annotated[list[AimIn], Field(max_length=5000)] = []
    drop: Annotated[list[Number], Field(max_length=5000)] = []
    note: Note = ""


class AcceptIn(Change):
    """With ``skip_changed`` moves that cannot be made any more are left out."""

    skip_changed: bool = False
    note: Note = ""


class DeclineIn(Change):
    """No, and why."""

    note: Note = ""


class ProposalFilter(Strict):
    """Which proposals."""

    pi: Number | None = None
    state: Literal["", "open", "withdrawn"] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class JobFilter(Strict):
    """Which jobs."""

    kind: Annotated[str, Field(max_length=20)] = "plan"
    limit: Annotated[int, Field(ge=1, le=100)] = 20
