"""How large the measured boards are."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much stands on a board."""

    teams: int
    iterations: int
    features: int
    stories: int
    strings: int

    @property
    def slug(self) -> str:
        """The address of the train with such a board."""
        return f"size-{self.stories}-{self.strings}"

    def __str__(self) -> str:
        return f"{self.stories:,} stories, {self.strings} strings, {self.teams} × {self.iterations}"


USUAL = Size(teams=12, iterations=6, features=200, stories=900, strings=400)
LARGE = Size(teams=30, iterations=7, features=300, stories=1500, strings=800)
SIZES = (USUAL, LARGE)
