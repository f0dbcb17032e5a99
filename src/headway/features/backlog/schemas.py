"""What the backlog part of the API takes; every text and number is bounded.

Things with a number are named by it (``feature``), everything else by its id (``team``, ``pi``, ``iteration``,
``theme``, ``owner``).
"""

from typing import Annotated

from pydantic import Field

from headway.kit.schemas import Change, Command, Id, Number, Page, Points, Rank, Score, Text, Title, Word


class StoryFilter(Page):
    """Which stories."""

    team: Id | None = None
    feature: Number | None = None
    pi: Id | None = None
    iteration: Id | None = None
    state: Word = ""


class FeatureFilter(Page):
    """Which features."""

    theme: Id | None = None
    team: Id | None = None
    owner: Id | None = None
    pi: Id | None = None
    state: Word = ""
    type: Word = ""


class StoryIn(Command):
    """A new story."""

    title: Title
    description: Text = ""
    acceptance_criteria: Text = ""
    feature: Number | None = None
    team: Id | None = None
    pi: Id | None = None
    iteration: Id | None = None
    type: Word = "feature"
    enabler_kind: Word = ""
    points: Points | None = None
    state: Word = "todo"
    blocked: bool = False
    rank: Rank = 0.0


class StoryChange(Change):
    """What changes about a story."""

    title: Title | None = None
    description: Text | None = None
    acceptance_criteria: Text | None = None
    feature: Number | None = None
    team: Id | None = None
    type: Word | None = None
    enabler_kind: Word | None = None
    points: Points | None = None
    state: Word | None = None
    blocked: bool | None = None
    rank: Rank | None = None


class StoryMove(Change):
    """Where a story goes: an iteration, a team's backlog column of a PI (without iteration), or nowhere."""

    pi: Id | None = None
    iteration: Id | None = None


class StoryTake(Change):
    """Which team takes it on."""

    team: Id


class TaskIn(Command):
    """A new step of a story."""

    title: Title


class TaskChange(Change):
    """What changes about a step."""

    title: Title | None = None
    done: bool | None = None


class FeatureIn(Command):
    """A new feature."""

    title: Title
    description: Text = ""
    theme: Id | None = None
    type: Word = "feature"
    enabler_kind: Word = ""
    acceptance_criteria: Text = ""
    benefit_hypothesis: Annotated[str, Field(max_length=4000)] = ""
    owner: Id | None = None
    team: Id | None = None
    size: Points | None = None
    user_value: Score | None = None
    time_criticality: Score | None = None
    risk_opportunity: Score | None = None
    job_size: Score | None = None
    state: Word = "funnel"
    rank: Rank | None = None


class FeatureChange(Change):
    """What changes about a feature."""

    title: Title | None = None
    description: Text | None = None
    theme: Id | None = None
    type: Word | None = None
    enabler_kind: Word | None = None
    acceptance_criteria: Text | None = None
    benefit_hypothesis: Annotated[str, Field(max_length=4000)] | None = None
    owner: Id | None = None
    team: Id | None = None
    size: Points | None = None
    user_value: Score | None = None
    time_criticality: Score | None = None
    risk_opportunity: Score | None = None
    job_size: Score | None = None
    state: Word | None = None


class FeaturesChange(Command):
    """What changes about several features at once; ``pi`` brings them into that PI."""

    numbers: Annotated[list[Number], Field(min_length=1, max_length=500)]
    state: Word | None = None
    theme: Id | None = None
    owner: Id | None = None
    pi: Id | None = None


class FeatureRank(Change):
    """The feature goes directly above this one; null puts it last."""

    above: Number | None = None


class TargetIn(Change):
    """How a feature stands in a PI."""

    iteration: Id | None = None
    planned: bool = True
    note: Annotated[str, Field(max_length=500)] = ""


class OutcomeIn(Change):
    """What became of a feature in a PI."""

    outcome: Word
    note: Annotated[str, Field(max_length=500)] | None = None


class ThemeIn(Command):
    """A new strategic theme."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    description: Annotated[str, Field(max_length=4000)] = ""
    weight: Annotated[int, Field(ge=0, le=100)] = 0
    color: Annotated[str, Field(max_length=7)] = ""


class ThemeChange(Change):
    """What changes about a theme."""

    name: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    description: Annotated[str, Field(max_length=4000)] | None = None
    weight: Annotated[int, Field(ge=0, le=100)] | None = None
    color: Annotated[str, Field(max_length=7)] | None = None


class CommentIn(Command):
    """A contribution to a discussion."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]
