"""The question: who has room when, what is worth how much, who waits for whom, and what is decided already."""

import dataclasses
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from headway.engine.errors import Invalid
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network
from headway.engine.planner.plan import LAST_ITERATION, Plan
from headway.engine.values.bounds import Number, amount, text, whole

MOST_STORIES = 20_000
MOST_LINKS = 100_000
MOST_POINTS = 99_999
MOST_CAPACITY = 9_999_999
MOST_VALUE = 999_999_999
MOST_WEIGHT = 10_000


class PinKind(StrEnum):
    """What a person decided about a story or a feature: exactly here, in the PI, or not in the PI."""

    HERE = "here"
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """``capacity``: the points the team can work in each development iteration (the IP iteration is no part)."""

    key: str
    capacity: tuple[float, ...]

    def __post_init__(self) -> None:
        text("key", self.key)
        points = tuple(_number(f"capacity of {self.key}", one, MOST_CAPACITY, "points") for one in self.capacity)
        object.__setattr__(self, "capacity", points)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """Counts when all its stories are placed.

    ``value`` is what it is worth (WSJF or points of value, 0 or more); ``due`` is the index of the last iteration
    it may finish in, ``mandatory`` says that a plan without it is no plan.
    """

    key: str
    value: float
    due: int | None = None
    mandatory: bool = False

    def __post_init__(self) -> None:
        text("key", self.key)
        object.__setattr__(self, "value", _number(f"value of {self.key}", self.value, MOST_VALUE))
        if self.due is not None:
            whole("due", self.due, 0, LAST_ITERATION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """Work of one team: ``points`` (0 allowed, to the hundredth), not before iteration ``earliest``.

    A story with no ``feature`` is a feature of its own that is worth nothing: it is placed where that harms no
    other aim. Give it a feature of its own when it is worth something.
    """

    key: str
    team: str
    feature: str | None
    points: float
    earliest: int = 0

    def __post_init__(self) -> None:
        text("key", self.key)
        object.__setattr__(self, "points", _number(f"points of {self.key}", self.points, MOST_POINTS, "points"))
        whole("earliest", self.earliest, 0, LAST_ITERATION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """The story ``consumer`` needs the story ``provider``: it is in the PI only when the provider is.

    Across teams it comes in a later iteration; inside one team, or when a contract is ``mocked``, the same
    iteration will do.
    """

    provider: str
    consumer: str
    mocked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """Something from outside arrives in ``iteration``: the story comes later (``mocked``: not earlier)."""

    story: str
    iteration: int
    mocked: bool = False

    def __post_init__(self) -> None:
        whole("iteration", self.iteration, 0, LAST_ITERATION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """A decision about ``subject``, the key of a story or a feature. Only a story is pinned HERE.

    A story pinned IN brings its whole feature in; OUT, it keeps the rest of its feature out.
    """

    subject: str
    kind: PinKind
    iteration: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", PinKind(self.kind))
        if self.kind is PinKind.HERE:
            whole("iteration", -1 if self.iteration is None else self.iteration, 0, LAST_ITERATION)
        elif self.iteration is not None:
            raise Invalid(
                f"The pin on {self.subject} says {self.kind.value} and iteration {self.iteration}; "
                "name an iteration only to pin a story exactly there.",
                code="pin_with_iteration",
                field="iteration",
                value=self.iteration,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """How much each part of the objective counts, 0 to 10,000. By default value outweighs all else together."""

    value: float = 100.0
    early: float = 10.0
    slack: float = 1.0
    level: float = 1.0
    buffer: float = 1.0
    closeness: float = 15.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, _number(f"weight of {name}", getattr(self, name), MOST_WEIGHT))


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Everything a plan is made from.

    ``iterations`` are the names of the development iterations in order; everywhere else an iteration is its
    index in it, from 0. ``buffer`` is the fraction (0 up to, not including, 1) of every cell that is kept free;
    only what people decided (pinned HERE or locked) may use it. ``locks`` are keys of teams whose stories stay
    exactly where ``present`` has them, in or out. ``present`` is the plan there is: a new one keeps close to it.

    A feature is wholly in or wholly out, but for stories pinned HERE or locked, which stay whatever becomes of
    the rest.

    Raises Invalid for a circle of dependencies, a story larger than any iteration of its team, unknown and
    double keys, two pins on one subject, capacity for another number of iterations, and more than 20,000
    stories.
    """

    iterations: tuple[str, ...]
    teams: tuple[Team, ...]
    features: tuple[Feature, ...]
    stories: tuple[Story, ...]
    dependencies: tuple[Dependency, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    pins: tuple[Pin, ...] = ()
    locks: frozenset[str] = frozenset()
    present: Plan | None = None
    buffer: float = 0.0
    weights: Weights = dataclasses.field(default_factory=Weights)

    def __post_init__(self) -> None:
        for name in ("iterations", "teams", "features", "stories", "dependencies", "arrivals", "pins"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "locks", frozenset(self.locks))
        object.__setattr__(self, "buffer", _buffer(self.buffer))
        _check_sizes(self)
        _check_keys(self)
        _check_iterations(self)
        _check_decisions(self)
        _check_large(self)
        _check_circles(self)

    def committable(self, team: Team) -> tuple[float, ...]:
        """The points of each iteration that the planner itself may fill: the capacity without the buffer."""
        return tuple(points * (1 - self.buffer) for points in team.capacity)


def too_large(teams: Iterable[Team], stories: Iterable[Story]) -> tuple[str, ...]:
    """Keys of the stories that are larger than every iteration of their team: to be split before planning."""
    room = {team.key: max(team.capacity, default=0.0) for team in teams}
    return tuple(story.key for story in stories if story.points > room.get(story.team, MOST_POINTS))


def _number(field: str, value: Number, high: int, unit: str = "") -> float:
    if type(value) is float and 0.0 <= value <= high:
        return value
    return float(amount(field, value, 0, high, unit))


def _buffer(value: Number) -> float:
    fraction = _number("buffer", value, 1)
    if fraction >= 1:
        raise Invalid(
            f"Buffer is {value}; give a fraction from 0 to less than 1 (0.2 keeps a fifth of every cell free).",
            code="out_of_range",
            field="buffer",
            value=value,
        )
    return fraction


def _check_sizes(problem: Problem) -> None:
    for field, most in (("stories", MOST_STORIES), ("features", MOST_STORIES), ("dependencies", MOST_LINKS)):
        count = len(getattr(problem, field))
        if count > most:
            raise Invalid(
                f"This problem has {count:,} {field}; the planner takes at most {most:,}. "
                "Plan one PI of one train at a time.",
                code="too_many",
                field=field,
                value=count,
            )
    whole("iterations", len(problem.iterations), 1, LAST_ITERATION + 1)


def _check_keys(problem: Problem) -> None:
    teams = _unique("teams", (team.key for team in problem.teams))
    features = _unique("features", (feature.key for feature in problem.features))
    stories = _unique("stories", (story.key for story in problem.stories))
    for key in sorted(features & stories):
        raise _twice("features", key)
    for story in problem.stories:
        _known("team", story.team, teams, f"story {story.key}")
        if story.feature is not None:
            _known("feature", story.feature, features, f"story {story.key}")
    for link in problem.dependencies:
        _known("provider", link.provider, stories, "a dependency")
        _known("consumer", link.consumer, stories, "a dependency")
    for arrival in problem.arrivals:
        _known("story", arrival.story, stories, "an arrival")
    for pin in problem.pins:
        _known("subject", pin.subject, stories if pin.kind is PinKind.HERE else stories | features, "a pin")
    for team in sorted(problem.locks):
        _known("locks", team, teams, "a lock")
    for key in problem.present.placement if problem.present else ():
        _known("present", key, stories, "the present plan")


def _check_iterations(problem: Problem) -> None:
    last = len(problem.iterations) - 1
    for team in problem.teams:
        if len(team.capacity) != last + 1:
            raise Invalid(
                f"Team {team.key} has capacity for {len(team.capacity)} iterations and the PI has {last + 1}; "
                "give one figure for each iteration.",
                code="wrong_length",
                field="capacity",
                value=team.capacity,
            )
    told = [("earliest", story.earliest) for story in problem.stories]
    told += [("due", feature.due) for feature in problem.features if feature.due is not None]
    told += [("iteration", arrival.iteration) for arrival in problem.arrivals]
    told += [("iteration", pin.iteration) for pin in problem.pins if pin.iteration is not None]
    told += [("present", place) for place in (problem.present.placement.values() if problem.present else ())]
    for field, index in told:
        if index > last:
            whole(field, index, 0, last)


def _check_decisions(problem: Problem) -> None:
    for subject, count in Counter(pin.subject for pin in problem.pins).items():
        if count > 1:
            raise Invalid(
                f"{subject} is pinned {count} times; leave one pin on it.",
                code="pinned_twice",
                field="pins",
                value=subject,
            )
    if problem.locks and problem.present is None:
        raise Invalid(
            f"{', '.join(sorted(problem.locks))} is locked but there is no present plan to hold it to; "
            "give the present plan or unlock the team.",
            code="lock_without_plan",
            field="locks",
            value=sorted(problem.locks),
        )


def _check_large(problem: Problem) -> None:
    for key in too_large(problem.teams, problem.stories):
        story = next(story for story in problem.stories if story.key == key)
        room = max(next(team.capacity for team in problem.teams if team.key == story.team))
        raise Invalid(
            f"Story {key} has {story.points:g} points and {story.team} has no iteration with more than {room:g}; "
            "split this story.",
            code="too_large",
            field="points",
            value=story.points,
        )


def _check_circles(problem: Problem) -> None:
    waits = Counter(link.consumer for link in problem.dependencies)
    after: dict[str, list[str]] = {}
    for link in problem.dependencies:
        after.setdefault(link.provider, []).append(link.consumer)
    ready = deque(story.key for story in problem.stories if not waits[story.key])
    reached = 0
    while ready:
        reached += 1
        for consumer in after.get(ready.popleft(), ()):
            waits[consumer] -= 1
            if not waits[consumer]:
                ready.append(consumer)
    if reached == len(problem.stories):
        return
    network = Network(
        [Item(key=story.key) for story in problem.stories],
        [Link(provider=link.provider, consumer=link.consumer) for link in problem.dependencies],
    )
    loop = find_cycles(network, 1).loops[0]
    raise Invalid(
        f"{' needs '.join(reversed((*loop, loop[0])))}: these wait for each other in a circle; "
        "cut one of these dependencies.",
        code="circle",
        field="dependencies",
        value=loop,
    )


def _unique(field: str, keys: Iterable[str]) -> set[str]:
    counted = Counter(keys)
    for key, count in counted.items():
        if count > 1:
            raise _twice(field, key)
    return set(counted)


def _twice(field: str, key: str) -> Invalid:
    return Invalid(
        f"{key} is the key of two things among stories, features and teams; give each a key of its own.",
        code="duplicate_key",
        field=field,
        value=key,
    )


def _known(field: str, key: str, keys: set[str], where: str) -> None:
    if key not in keys:
        raise Invalid(
            f"{where[0].upper()}{where[1:]} names {key!r}, which this problem does not have; add it or leave it out.",
            code="unknown_key",
            field=field,
            value=key,
        )
