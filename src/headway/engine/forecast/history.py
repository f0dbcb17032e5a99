"""What a team, and an external party, did so far."""

from dataclasses import dataclass

from headway.engine.errors import Invalid
from headway.engine.forecast.bounds import MOST_POINTS, named, number

FEW = 6
"""With fewer finished iterations than this the forecast says so, and is wider."""

LEAST = 3
"""Finished iterations that all teams of a train must have together before anything can be foretold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastIteration:
    """One finished iteration of a team; IP iterations are no part of a history.

    ``completed`` is what the team finished, in points, unplanned work included. ``available`` is what it had
    to give, in points, by the same rule as ``TeamAhead.capacity``: the capacity or the commitment of that
    iteration; 1 when only throughput is known (then a capacity counts iterations). ``unplanned`` is the part
    of ``completed`` that came in after the iteration began.
    """

    completed: float
    available: float
    unplanned: float = 0.0

    def __post_init__(self) -> None:
        number("completed", self.completed, 0, MOST_POINTS, "points")
        number("available", self.available, 0, MOST_POINTS, "points")
        number("unplanned", self.unplanned, 0, MOST_POINTS, "points")
        if self.available <= 0:
            raise Invalid(
                f"Available is {self.available!r} points; leave an iteration without capacity out of the history.",
                code="out_of_range",
                field="available",
                value=self.available,
            )
        if self.unplanned > self.completed:
            raise Invalid(
                f"Unplanned is {self.unplanned!r} points, more than the {self.completed!r} completed;"
                " unplanned work is a part of the completed.",
                code="out_of_range",
                field="unplanned",
                value=self.unplanned,
            )

    @property
    def ratio(self) -> float:
        """Completed ÷ available; 1 means that the team did all it had room for."""
        return self.completed / self.available

    @property
    def unplanned_share(self) -> float:
        """Part of the completed work that nobody had planned, 0 to 1."""
        return self.unplanned / self.completed if self.completed else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamHistory:
    """The finished iterations of one team, oldest first; may be empty for a new team."""

    team: str
    iterations: tuple[PastIteration, ...] = ()

    def __post_init__(self) -> None:
        named("team", self.team)
        object.__setattr__(self, "iterations", tuple(self.iterations))

    def remark(self) -> str | None:
        """The sentence a reader needs when the history is short; None when it is long enough."""
        count = len(self.iterations)
        if not count:
            return f"{self.team} has not finished an iteration yet: its odds are those of the whole train, widened."
        if count < FEW:
            return (
                f"{self.team} has finished only {count} iteration{'s' * (count > 1)}:"
                f" with fewer than {FEW} its odds lean on the whole train and are widened."
            )
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyHistory:
    """How late an external party was so far: whole iterations per past delivery, negative when early.

    Order does not matter; may be empty.
    """

    party: str
    lateness: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        named("party", self.party)
        object.__setattr__(self, "lateness", tuple(self.lateness))
        for late in self.lateness:
            if isinstance(late, bool) or not isinstance(late, int) or not -100 <= late <= 100:
                raise Invalid(
                    f"Lateness is {late!r}; give whole iterations from -100 to 100.",
                    code="out_of_range",
                    field="lateness",
                    value=late,
                )
