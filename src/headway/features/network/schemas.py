"""What the network API takes."""

from pydantic import BaseModel, Field


class Filter(BaseModel):
    """What is looked at."""

    pi: int | None = Field(default=None, ge=0, le=32767, description="Number of the PI; without one the present.")
    all_pis: bool = Field(default=False, description="Look at all PIs at once.")
    team: str = Field(
        default="", max_length=100, description="Slug of a team at either end; unknown ones filter nothing."
    )
    arrived: bool = Field(default=False, description="With the dependencies that have been delivered.")
