"""The changes one can ask about. Teams, features and stories are named by key, iterations by name."""

from dataclasses import dataclass

from headway.engine.values.bounds import Number, amount, text, whole

MOST_POINTS = 1000
MOST_PERCENT = 300
MOST_ITERATIONS = 12
MOST_VALUE = 999_999


@dataclass(frozen=True, kw_only=True, slots=True)
class CapacityChange:
    """``team`` has ``percent`` (0 to 300) of its capacity in ``iteration``, or in all of them when that is None.

    With 0 per cent the team is lost for that iteration.
    """

    team: str
    percent: Number
    iteration: str | None = None

    def __post_init__(self) -> None:
        text("team", self.team)
        amount("percent", self.percent, 0, MOST_PERCENT, "per cent")

    def changed(self, capacity: tuple[float, ...], iterations: tuple[str, ...]) -> tuple[float, ...]:
        """The capacity (points for each of ``iterations``) with this change."""
        share = float(self.percent) / 100
        return tuple(
            points * share if self.iteration in (None, name) else points
            for points, name in zip(capacity, iterations, strict=True)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Slip:
    """What ``provider`` has to deliver comes ``iterations`` (1 to 12) later than planned.

    ``provider`` is the key of a story. Without it ``consumer`` is a story that waits for somebody outside, and it
    is the arrival that slips.
    """

    iterations: int
    provider: str | None = None
    consumer: str | None = None

    def __post_init__(self) -> None:
        whole("iterations", self.iterations, 1, MOST_ITERATIONS)
        text("provider or consumer", self.provider or self.consumer or "")


@dataclass(frozen=True, kw_only=True, slots=True)
class DropFeature:
    """``feature`` and all its stories leave the PI."""

    feature: str

    def __post_init__(self) -> None:
        text("feature", self.feature)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewStory:
    """A story of a feature that does not exist yet: ``points`` (0 to 1,000) of work for ``team``."""

    team: str
    points: Number

    def __post_init__(self) -> None:
        text("team", self.team)
        amount("points", self.points, 0, MOST_POINTS, "points")


@dataclass(frozen=True, kw_only=True, slots=True)
class AddFeature:
    """A feature that does not exist yet comes into the PI, worth ``value`` on the scale of the others."""

    key: str
    value: Number
    stories: tuple[NewStory, ...]

    def __post_init__(self) -> None:
        text("key", self.key)
        amount("value", self.value, 0, MOST_VALUE)
        whole("stories", len(self.stories), 1, 50, "stories")

    def named(self) -> tuple[tuple[str, NewStory], ...]:
        """Each story with the key it gets in the questions."""
        return tuple((f"{self.key}/{number}", story) for number, story in enumerate(self.stories, 1))


Change = CapacityChange | Slip | DropFeature | AddFeature
