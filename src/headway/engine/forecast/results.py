"""The answer: odds, each with what it stands on. Plain numbers, no arrays."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Chance:
    """The odds of one story, feature, objective or dependency.

    ``by[i]`` is the chance, 0 to 1, that it is done by the end of iteration i; never falls.
    ``planned`` is the iteration it is planned into (for a feature or objective its last planned item, for a
    dependency the last iteration that is in time for the consumer; None when not planned) and ``in_time``
    the chance of being done by then. ``before`` is True for what is already done.
    """

    key: str
    by: tuple[float, ...]
    planned: int | None = None
    in_time: float | None = None
    before: bool = False

    @property
    def in_pi(self) -> float:
        """The chance of being done by the last iteration."""
        return self.by[-1]

    def lands(self, confidence: float) -> int | None:
        """First iteration by which it is done with at least this chance; None when not in this PI."""
        return next((index for index, chance in enumerate(self.by) if chance >= confidence), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Distribution:
    """A number that is not known yet: ``quantiles`` maps levels (0.05 0.15 0.25 0.5 0.75 0.85 0.95) to values.

    ``histogram`` counts trials per bin between ``edges`` (one more than bins).
    """

    mean: float
    quantiles: Mapping[float, float]
    edges: tuple[float, ...]
    histogram: tuple[int, ...]

    @property
    def certain(self) -> bool:
        """Whether every trial gave the same."""
        return self.quantiles[0.05] == self.quantiles[0.95] == self.mean


@dataclass(frozen=True, kw_only=True, slots=True)
class LikeIt:
    """Counts of the past: ``landed`` of ``of`` earlier features like this one; ``like`` says what was compared
    ("features of Kestrel about as large").
    """

    landed: int
    of: int
    like: str

    def __str__(self) -> str:
        return f"{self.landed} of {self.of} like it did so far"


@dataclass(frozen=True, kw_only=True, slots=True)
class Driver:
    """One input, what it would be, and what that would change.

    ``kind`` is "dependency", "arrival", "team" or "unplanned", ``subject`` the key of it, ``change`` the words for
    what is changed. ``before`` and ``after`` are chances, 0 to 1, of the ``target`` (key of an objective, feature or
    item; "predictability" for the expected PI predictability).
    """

    kind: str
    subject: str
    change: str
    target: str
    before: float
    after: float

    @property
    def gain(self) -> float:
        """What the change would add to the chance."""
        return self.after - self.before

    def __str__(self) -> str:
        return f"{self.change}: {self.before:.0%} → {self.after:.0%}".replace("%", " %")


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """Odds of everything in the problem, by key.

    ``predictability`` is the value of objectives reached by the end ÷ the value of committed objectives (1 is
    100 %; uncommitted ones count above the line); None without committed objectives. ``velocity`` is what
    each team gets done in points until the end when it never runs out of work. ``observations`` counts the
    past iterations behind it, per team. ``notes`` are sentences for the reader. ``stopped`` says that it was
    cancelled; ``trials`` is how many were drawn.
    """

    iterations: tuple[str, ...]
    trials: int
    seed: int
    items: Mapping[str, Chance]
    features: Mapping[str, Chance]
    objectives: Mapping[str, Chance]
    dependencies: Mapping[str, Chance]
    velocity: Mapping[str, Distribution]
    predictability: Distribution | None
    likes: Mapping[str, LikeIt]
    observations: Mapping[str, int]
    notes: tuple[str, ...]
    stopped: bool = False
