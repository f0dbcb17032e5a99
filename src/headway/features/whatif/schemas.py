"""What the what-if part of the API takes."""

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from headway.features.whatif.policies import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_CHANGES,
    MOST_PERCENT,
    MOST_POINTS,
    MOST_SLIP,
    MOST_STORIES,
    MOST_VALUE,
)
from headway.kit.schemas import Change, Command, Number

Slug = Annotated[str, Field(min_length=1, max_length=40)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Note = Annotated[str, Field(max_length=LONGEST_NOTE)]


class _Part(Schema):
    model_config = ConfigDict(extra="forbid")


class CapacityIn(_Part):
    """A team has ``percent`` of its capacity in an iteration (by its number in the PI; null for all of them)."""

    kind: Literal["capacity"]
    team: Slug
    iteration: Annotated[int, Field(ge=1, le=99)] | None = None
    percent: Annotated[float, Field(ge=0, le=MOST_PERCENT, allow_inf_nan=False)]


class SlipIn(_Part):
    """A dependency (by number) comes so many iterations later."""

    kind: Literal["slip"]
    dependency: Number
    iterations: Annotated[int, Field(ge=1, le=MOST_SLIP)]


class DropIn(_Part):
    """A feature (by number) leaves the PI."""

    kind: Literal["drop"]
    feature: Number


class WorkIn(_Part):
    """Points of work for a team."""

    team: Slug
    points: Annotated[float, Field(ge=0, le=MOST_POINTS, allow_inf_nan=False)]


class AddIn(_Part):
    """A feature that does not exist yet comes into the PI; ``value`` is a cost of delay."""

    kind: Literal["add"]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    value: Annotated[float, Field(ge=0, le=MOST_VALUE, allow_inf_nan=False)]
    stories: Annotated[list[WorkIn], Field(min_length=1, max_length=MOST_STORIES)]


Changes = Annotated[
    list[Annotated[CapacityIn | SlipIn | DropIn | AddIn, Field(discriminator="kind")]], Field(max_length=MOST_CHANGES)
]


def plain_changes(changes: list[Any] | None) -> list[dict[str, Any]] | None:
    """The changes as the actions take them."""
    return None if changes is None else [each.model_dump() for each in changes]


class ScenarioIn(Command):
    """A new scenario for a PI (by number)."""

    pi: Number
    name: Name
    note: Note = ""
    changes: Changes = []


class ScenarioChange(Change):
    """What changes about a scenario."""

    name: Name | None = None
    note: Note | None = None
    changes: Changes | None = None
