"""When to stop looking for a better plan: values that can be combined, and the only clock of the engine."""

import time
from dataclasses import dataclass

from headway.engine.values.bounds import Number, amount, whole

LONGEST = 86_400
MOST_ROUNDS = 1_000_000_000


class Watch:
    """Seconds since it was made."""

    __slots__ = ("_began",)

    def __init__(self) -> None:
        self._began = time.monotonic()

    def seconds(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._began


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How far the search is: seconds, rounds, rounds since the last better plan, and the gap if a bound is known."""

    seconds: float
    rounds: int
    stale: int
    gap: float | None


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """Stop after so many seconds (0 to a day). The only stop that makes two runs differ."""

    seconds: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", _number("seconds", self.seconds, LONGEST))

    def reached(self, standing: Standing) -> str | None:
        """Why the search stops now, None while it goes on."""
        return f"after {self.seconds:g} seconds" if standing.seconds >= self.seconds else None


@dataclass(frozen=True, slots=True)
class Rounds:
    """Stop after so many rounds: the same plan on every machine and at every load. 0 gives the greedy plan."""

    rounds: int

    def __post_init__(self) -> None:
        whole("rounds", self.rounds, 0, MOST_ROUNDS)

    def reached(self, standing: Standing) -> str | None:
        """Why the search stops now, None while it goes on."""
        return f"after {self.rounds:,} rounds" if standing.rounds >= self.rounds else None


@dataclass(frozen=True, slots=True)
class GapLimit:
    """Stop when the plan is proven to be within this fraction (0.01 is one per cent) of the best possible."""

    gap: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "gap", _number("gap", self.gap, 1))

    def reached(self, standing: Standing) -> str | None:
        """Why the search stops now, None while it goes on."""
        near = standing.gap is not None and standing.gap <= self.gap
        return f"within {self.gap:.2%} of the best possible" if near else None


@dataclass(frozen=True, slots=True)
class NoImprovement:
    """Stop when so many rounds in a row found nothing better."""

    rounds: int

    def __post_init__(self) -> None:
        whole("rounds", self.rounds, 1, MOST_ROUNDS)

    def reached(self, standing: Standing) -> str | None:
        """Why the search stops now, None while it goes on."""
        return f"without a better plan in {self.rounds:,} rounds" if standing.stale >= self.rounds else None


@dataclass(frozen=True, slots=True, init=False)
class AnyOf:
    """Stop as soon as one of these says so: ``AnyOf(TimeLimit(5), GapLimit(0.01))``."""

    stops: "tuple[Stop, ...]"

    def __init__(self, *stops: "Stop") -> None:
        object.__setattr__(self, "stops", stops)

    def reached(self, standing: Standing) -> str | None:
        """Why the search stops now, None while it goes on."""
        return next((why for stop in self.stops if (why := stop.reached(standing))), None)


Stop = TimeLimit | Rounds | GapLimit | NoImprovement | AnyOf


def _number(field: str, value: Number, high: int) -> float:
    return float(amount(field, value, 0, high))
