"""What the people API takes."""

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field


class CommandIn(Schema):
    """What every change may carry."""

    command_id: UUID | None = Field(default=None, description="Makes a retry harmless.")


class SeenIn(CommandIn):
    """What every change of something existing may carry; fields that are not sent stay as they are."""

    seen: int | None = Field(default=None, description="Version of the thing you decided on.")

    def given(self) -> dict[str, Any]:
        """Only what was sent."""
        return self.dict(exclude_unset=True)


class TeamIn(CommandIn):
    """A new team or external party."""

    name: str = Field(max_length=80)
    slug: str = Field(default="", max_length=40, description="Address; made from the name when empty.")
    mission: str = Field(default="", max_length=2000)
    external: bool = False
    contact: str = Field(default="", max_length=200)


class TeamChange(SeenIn):
    """Changes of a team."""

    name: str = Field(default="", max_length=80)
    mission: str = Field(default="", max_length=2000)
    contact: str = Field(default="", max_length=200)


class OrderIn(CommandIn):
    """All teams of the train, by address, in their new order."""

    teams: list[str] = Field(max_length=200)


class MemberIn(CommandIn):
    """A new membership."""

    person: int
    role: str = "member"
    specialty: str = "developer"
    share: int = Field(default=100, description="Per cent of a full-time week, 0 to 100.")
    starts_on: date | None = None
    ends_on: date | None = None


class MemberChange(SeenIn):
    """Changes of a membership."""

    role: str = "member"
    specialty: str = "developer"
    share: int = 100
    starts_on: date | None = None
    ends_on: date | None = None


class PersonIn(CommandIn):
    """A new person."""

    name: str = Field(max_length=120)
    email: str = Field(default="", max_length=254)
    country: str = Field(default="", max_length=2, description="ISO code; empty: as the train.")
    region: str = Field(default="", max_length=12)
    roles: list[str] = Field(default=[], max_length=10)


class PersonChange(SeenIn):
    """Changes of a person."""

    name: str = Field(default="", max_length=120)
    email: str = Field(default="", max_length=254)
    country: str = Field(default="", max_length=2)
    region: str = Field(default="", max_length=12)


class RolesIn(CommandIn):
    """All roles a person has on the train."""

    roles: list[str] = Field(max_length=10)


class AbsenceIn(CommandIn):
    """Days, both included, on which somebody is absent or in training."""

    starts_on: date
    ends_on: date
    reason: str = "absence"
    note: str = Field(default="", max_length=200)


class AbsenceChange(SeenIn):
    """Changes of an absence."""

    starts_on: date | None = None
    ends_on: date | None = None
    reason: str = "absence"
    note: str = Field(default="", max_length=200)
