"""The question: what is left to do, by whom, in what order, and what did everybody do so far."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from headway.engine.errors import Invalid
from headway.engine.forecast.bounds import MOST_ITEMS, MOST_ITERATIONS, MOST_POINTS, named, number
from headway.engine.forecast.history import LEAST, PartyHistory, TeamHistory
from headway.engine.values.bounds import whole


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamAhead:
    """A team: its capacity in points for each iteration left, and what it did so far.

    The capacity of the iteration under way is what is left of it. In the IP iteration it is the capacity the
    team would have in an ordinary iteration; ``ForecastProblem.ip_share`` of it counts.
    """

    key: str
    capacity: tuple[float, ...]
    history: TeamHistory

    def __post_init__(self) -> None:
        named("key", self.key)
        object.__setattr__(self, "capacity", tuple(self.capacity))
        for points in self.capacity:
            number("capacity", points, 0, MOST_POINTS, "points")


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A story: ``points`` are those still to do (a story in progress may be partly done).

    ``planned`` is the index of the iteration left it is planned into (0 is the one under way), None when it
    is not planned: then it comes after everything planned. An item planned into a past iteration and not
    done has ``planned=0``. ``earliest`` is the first iteration the team may begin it in. ``feature`` is the
    key of the feature it is part of. A ``done`` item waits for nothing and nothing waits for it.
    """

    key: str
    team: str
    points: float
    planned: int | None = None
    feature: str | None = None
    earliest: int = 0
    done: bool = False

    def __post_init__(self) -> None:
        named("key", self.key)
        number("points", self.points, 0, MOST_POINTS, "points")
        whole("earliest", self.earliest, 0, MOST_ITERATIONS)
        if self.planned is not None:
            whole("planned", self.planned, 0, MOST_ITERATIONS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """``consumer`` needs ``provider`` (keys of items).

    Across teams the consumer can be worked in an iteration after the one the provider is finished in; inside
    one team in the same. ``mocked``: a contract with a mock lets the consumer begin without the provider.
    """

    key: str
    provider: str
    consumer: str
    mocked: bool = False

    def __post_init__(self) -> None:
        named("key", self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """``item`` needs something of an external party, promised for the end of iteration ``promised``.

    The item can be worked in an iteration after the one it really arrives in. ``promised`` is -1 for what was
    promised before the iteration under way and is not here yet. ``mocked`` as in Dependency; leave an arrival
    that is already here out.
    """

    key: str
    item: str
    party: str
    promised: int
    mocked: bool = False

    def __post_init__(self) -> None:
        named("key", self.key)
        named("party", self.party)
        whole("promised", self.promised, -1, MOST_ITERATIONS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Objective:
    """A PI objective: reached when all ``items`` (keys of items or of features) are done.

    ``value`` is its business value; ``committed`` objectives make up what was promised. ``due`` is the last
    iteration it may be reached in, by default the last one.
    """

    key: str
    items: tuple[str, ...]
    value: float = 1.0
    committed: bool = True
    due: int | None = None

    def __post_init__(self) -> None:
        named("key", self.key)
        object.__setattr__(self, "items", tuple(self.items))
        number("value", self.value, 0, MOST_POINTS)
        if self.due is not None:
            whole("due", self.due, 0, MOST_ITERATIONS)


@dataclass(frozen=True, kw_only=True, slots=True)
class PastItem:
    """A feature or story of an earlier PI, and whether it landed in the PI it was planned into."""

    team: str
    points: float
    landed: bool

    def __post_init__(self) -> None:
        named("team", self.team)
        number("points", self.points, 0, MOST_POINTS, "points")


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastProblem:
    """Everything a forecast stands on.

    ``iterations`` names the iterations left of the PI, the one under way first; ``ip`` holds the indexes of IP
    iterations among them and ``ip_share`` the part of its capacity a team gives to unfinished work there.
    The order of ``items`` is the order in which a team works those planned into one iteration.
    ``unplanned_share`` is the part of its work, 0 to 1, that a team loses to what nobody planned;
    None takes it from the histories, iteration by iteration. ``past`` are earlier features for counting
    "8 of 11 like it".

    Raises Invalid for unknown or repeated keys, for a capacity that is not given per iteration, for items that
    wait for each other in a circle, for more than 20,000 items, and when all teams together have finished
    fewer than 3 iterations.
    """

    iterations: tuple[str, ...]
    teams: tuple[TeamAhead, ...]
    items: tuple[Item, ...]
    dependencies: tuple[Dependency, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    parties: tuple[PartyHistory, ...] = ()
    objectives: tuple[Objective, ...] = ()
    past: tuple[PastItem, ...] = ()
    ip: frozenset[int] = frozenset()
    ip_share: float = 0.0
    unplanned_share: float | None = None

    def __post_init__(self) -> None:
        for field in ("iterations", "teams", "items", "dependencies", "arrivals", "parties", "objectives", "past"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        object.__setattr__(self, "ip", frozenset(self.ip))
        whole("iterations", len(self.iterations), 1, MOST_ITERATIONS, "iterations")
        whole("items", len(self.items), 0, MOST_ITEMS, "items")
        number("ip_share", self.ip_share, 0, 1)
        if self.unplanned_share is not None:
            number("unplanned_share", self.unplanned_share, 0, 1)
        self._check_keys()
        self._check_times()
        self._check_circles()
        if self.teams and sum(len(team.history.iterations) for team in self.teams) < LEAST:
            raise Invalid(
                f"All teams together have finished fewer than {LEAST} iterations;"
                " a forecast needs their history: record what past iterations completed.",
                code="history_too_short",
                field="teams",
            )

    def _check_keys(self) -> None:
        teams = _once("team", (team.key for team in self.teams))
        items = _once("item", (item.key for item in self.items))
        _once("dependency", [each.key for each in self.dependencies] + [each.key for each in self.arrivals])
        _once("objective", (objective.key for objective in self.objectives))
        _once("party", (party.party for party in self.parties))
        features = {item.feature for item in self.items if item.feature is not None}
        for item in self.items:
            _known("team", item.team, teams)
        for dependency in self.dependencies:
            _known("provider", dependency.provider, items)
            _known("consumer", dependency.consumer, items)
        for arrival in self.arrivals:
            _known("item", arrival.item, items)
        for objective in self.objectives:
            for key in objective.items:
                _known("items", key, items | features)

    def _check_times(self) -> None:
        count = len(self.iterations)
        for team in self.teams:
            if len(team.capacity) != count:
                raise Invalid(
                    f"The capacity of {team.key} is given for {len(team.capacity)} iterations, but {count} are left;"
                    " give one number for each.",
                    code="out_of_range",
                    field="capacity",
                    value=team.capacity,
                )
        for item in self.items:
            if item.planned is not None:
                whole("planned", item.planned, 0, count - 1)
        for objective in self.objectives:
            if objective.due is not None:
                whole("due", objective.due, 0, count - 1)
        for index in self.ip:
            whole("ip", index, 0, count - 1)

    def _check_circles(self) -> None:
        """Refuse items that wait for each other; peels off what waits for nothing, so it needs no library."""
        waiting: Counter[str] = Counter()
        then: dict[str, list[str]] = {}
        done = {item.key for item in self.items if item.done}
        for each in self.dependencies:
            if not each.mocked and not {each.provider, each.consumer} & done:
                waiting[each.consumer] += 1
                then.setdefault(each.provider, []).append(each.consumer)
        ready = [key for key in then if not waiting[key]]
        while ready:
            for consumer in then.get(ready.pop(), ()):
                waiting[consumer] -= 1
                if not waiting[consumer]:
                    ready.append(consumer)
        stuck = {key for key, count in waiting.items() if count > 0}
        if stuck:
            loop = _loop(stuck, then)
            raise Invalid(
                f"{' → '.join([*loop, loop[0]])} wait for each other; cut one of these dependencies.",
                code="cycle",
                field="dependencies",
                value=loop,
            )


def _loop(stuck: set[str], then: dict[str, list[str]]) -> tuple[str, ...]:
    """One circle among items that wait: walk backwards, each of them waits for another of them."""
    waits_for = {consumer: provider for provider in sorted(stuck) for consumer in then.get(provider, ())}
    path = [min(stuck)]
    while (provider := waits_for[path[-1]]) not in path:
        path.append(provider)
    loop = path[path.index(provider) :][::-1]
    first = loop.index(min(loop))
    return (*loop[first:], *loop[:first])


def _once(field: str, keys: Iterable[str]) -> set[str]:
    counts = Counter(keys)
    for key, count in counts.items():
        if count > 1:
            raise Invalid(
                f"The {field} {key!r} is given {count} times; give it once.", code="repeated", field=field, value=key
            )
    return set(counts)


def _known(field: str, key: str, among: set[str]) -> None:
    if key not in among:
        raise Invalid(f"{field.capitalize()} {key!r} is not known.", code="unknown", field=field, value=key)
