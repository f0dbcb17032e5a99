"""What the trains API takes."""

from typing import Annotated

from pydantic import Field

from headway.kit.schemas import Change

Weeks = Annotated[int, Field(ge=0, le=100)]
Text40 = Annotated[str, Field(max_length=40)]


class TrainChange(Change):
    """Settings of a train; what is not sent stays."""

    name: Annotated[str, Field(max_length=80)] = ""
    purpose: Annotated[str, Field(max_length=2000)] = ""
    time_zone: Annotated[str, Field(max_length=64)] = ""
    country: Annotated[str, Field(max_length=2)] = ""
    region: Annotated[str, Field(max_length=12)] = ""
    iteration_weeks: Weeks = 2
    iterations_per_pi: Weeks = 5
    ip_weeks: Weeks = 2
    buffer_percent: Weeks = 20
    points_per_person: Annotated[float, Field(allow_inf_nan=False)] = 8


class TrainIn(TrainChange):
    """A new train."""

    slug: Text40 = ""


class RemovalIn(Change):
    """The confirmation of removing a train."""

    confirm: Annotated[str, Field(max_length=80, description="The train's address, repeated.")]
