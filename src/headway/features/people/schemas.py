"""What the people API takes."""

from datetime import date

from pydantic import Field

from headway.kit.schemas import Change, Command, Id


class TeamIn(Command):
    """A new team or external party."""

    name: str = Field(max_length=80)
    slug: str = Field(default="", max_length=40, description="Address; made from the name when empty.")
    mission: str = Field(default="", max_length=2000)
    external: bool = False
    contact: str = Field(default="", max_length=200)


class TeamChange(Change):
    """Changes of a team."""

    name: str = Field(default="", max_length=80)
    mission: str = Field(default="", max_length=2000)
    contact: str = Field(default="", max_length=200)


class OrderIn(Command):
    """All teams of the train, by address, in their new order."""

    teams: list[str] = Field(max_length=200)


class MemberIn(Command):
    """A new membership."""

    person: Id
    role: str = "member"
    specialty: str = "developer"
    share: int = Field(default=100, description="Per cent of a full-time week, 0 to 100.")
    starts_on: date | None = None
    ends_on: date | None = None


class MemberChange(Change):
    """Changes of a membership."""

    role: str = "member"
    specialty: str = "developer"
    share: int = 100
    starts_on: date | None = None
    ends_on: date | None = None


class PersonIn(Command):
    """A new person."""

    name: str = Field(max_length=120)
    email: str = Field(default="", max_length=254)
    country: str = Field(default="", max_length=2, description="ISO code; empty: as the train.")
    region: str = Field(default="", max_length=12)
    roles: list[str] = Field(default=[], max_length=10)


class PersonChange(Change):
    """Changes of a person."""

    name: str = Field(default="", max_length=120)
    email: str = Field(default="", max_length=254)
    country: str = Field(default="", max_length=2)
    region: str = Field(default="", max_length=12)


class RolesIn(Command):
    """All roles a person has on the train."""

    roles: list[str] = Field(max_length=10)


class AbsenceIn(Command):
    """Days, both included, on which somebody is absent or in training."""

    starts_on: date
    ends_on: date
    reason: str = "absence"
    note: str = Field(default="", max_length=200)


class AbsenceChange(Change):
    """Changes of an absence."""

    starts_on: date | None = None
    ends_on: date | None = None
    reason: str = "absence"
    note: str = Field(default="", max_length=200)
