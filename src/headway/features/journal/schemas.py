"""What the journal part of the API takes."""

from typing import Annotated

from ninja import Schema
from pydantic import Field

Number = Annotated[int, Field(ge=0, le=2**53)]


class Stretch(Schema):
    """Which part of the journal: older than ``before``, or newer than ``after``."""

    before: Number | None = None
    after: Number | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
