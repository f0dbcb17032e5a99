"""Building blocks of what the API takes: bounded numbers and texts, and the fields every change carries."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

Id = Annotated[int, Field(ge=1, le=2**53)]
Number = Annotated[int, Field(ge=1, le=2_000_000_000)]
Version = Annotated[int, Field(ge=0, le=2_000_000_000)]
Title = Annotated[str, Field(min_length=1, max_length=240)]
Text = Annotated[str, Field(max_length=20_000)]
Points = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Rank = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
Word = Annotated[str, Field(max_length=20)]
Score = Annotated[int, Field(ge=1, le=20)]


class Command(Schema):
    """``command_id`` makes a retry harmless."""

    model_config = ConfigDict(extra="forbid")

    command_id: UUID | None = None

    def values(self) -> dict[str, Any]:
        """What was sent, without the fields that speak about the sending."""
        return self.model_dump(exclude_unset=True, exclude={"command_id", "seen"})


class Change(Command):
    """``seen`` is the version on which the caller decided; a clash with a later one is answered with 409."""

    seen: Version | None = None


class Page(Schema):
    """Which part of a list."""

    q: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0
