"""What a problem demands, demand by demand, and what follows from a set of demands without any search.

A *demand* is the smallest thing a person could give up: one pin, one locked story, one mandatory feature, one due
iteration, one earliest iteration, one dependency, one arrival, the capacity of one cell. What a decision *allows*
is no demand and stays: a story that was pinned HERE or locked may use the buffer and stand without the rest of its
feature even where the pin itself is given up. So fewer demands never make less possible, which is what a smallest
conflicting set needs.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from headway.engine.planner.problem import PinKind, Problem

TOLERANCE = 1e-6
ENDLESS = float("inf")

ROUNDS = 5
"""How often windows are passed on along dependencies and pressed by load, at most."""


class Kind(StrEnum):
    """What can be given up."""

    PIN = "pin"
    LOCK = "lock"
    MANDATORY = "mandatory"
    DUE = "due"
    EARLIEST = "earliest"
    DEPENDENCY = "dependency"
    ARRIVAL = "arrival"
    CAPACITY = "capacity"


class Demand(NamedTuple):
    """One demand: its kind, the key it is about, and which of several (the place in the problem, or the cell)."""

    kind: Kind
    subject: str
    number: int = 0


Demands = Mapping[Demand, float]
"""Demands with what they ask: an iteration, the iterations between two stories, or points added to a cell.

An iteration of -1 means out of the PI; of -2 that only being in the PI is asked.
"""

OUT = -1
IN = -2


class Case:
    """A problem laid out for being asked about many sets of its demands."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.stories = problem.stories
        self.index = {story.key: at for at, story in enumerate(problem.stories)}
        self.last = len(problem.iterations) - 1
        self.team = {team.key: at for at, team in enumerate(problem.teams)}
        self.cells = [(problem.committable(team), team.capacity) for team in problem.teams]
        self.of: dict[str, list[int]] = {feature.key: [] for feature in problem.features}
        for at, story in enumerate(problem.stories):
            if story.feature is not None:
                self.of[story.feature].append(at)
        pinned = {pin.subject for pin in problem.pins if pin.kind is PinKind.HERE}
        self.held = [story.key in pinned or story.team in problem.locks for story in problem.stories]
        self.providers: list[list[tuple[Demand, int]]] = [[] for _ in problem.stories]
        self.consumers: list[list[tuple[Demand, int]]] = [[] for _ in problem.stories]
        self.waits: list[list[Demand]] = [[] for _ in problem.stories]
        self.demands = dict(self._demands())
        self.rank = self._ranks()

    def _demands(self) -> Iterable[tuple[Demand, float]]:
        yield from self._decisions()
        for feature in self.problem.features:
            if feature.mandatory:
                yield Demand(Kind.MANDATORY, feature.key), IN
            if feature.due is not None:
                yield Demand(Kind.DUE, feature.key), feature.due
        for at, story in enumerate(self.stories):
            if story.earliest:
                yield self._waits(at, Demand(Kind.EARLIEST, story.key)), story.earliest
        for number, link in enumerate(self.problem.dependencies):
            provider, consumer = self.index[link.provider], self.index[link.consumer]
            demand = Demand(Kind.DEPENDENCY, link.consumer, number)
            self.providers[consumer].append((demand, provider))
            self.consumers[provider].append((demand, consumer))
            yield demand, self.stories[provider].team != self.stories[consumer].team and not link.mocked
        for number, arrival in enumerate(self.problem.arrivals):
            demand = self._waits(self.index[arrival.story], Demand(Kind.ARRIVAL, arrival.story, number))
            yield demand, arrival.iteration + (not arrival.mocked)
        for team in self.problem.teams:
            for at in range(self.last + 1):
                yield Demand(Kind.CAPACITY, team.key, at), 0

    def _decisions(self) -> Iterable[tuple[Demand, float]]:
        asked = {PinKind.IN: IN, PinKind.OUT: OUT}
        for pin in self.problem.pins:
            yield Demand(Kind.PIN, pin.subject), asked.get(pin.kind, pin.iteration or 0)
        present = self.problem.present.placement if self.problem.present is not None else {}
        for story in self.stories:
            if story.team in self.problem.locks:
                yield Demand(Kind.LOCK, story.key), present.get(story.key, OUT)

    def _waits(self, story: int, demand: Demand) -> Demand:
        self.waits[story].append(demand)
        return demand

    def _ranks(self) -> list[int]:
        """The place of each story in an order in which providers come first."""
        left = [len(providers) for providers in self.providers]
        ready = deque(at for at, count in enumerate(left) if not count)
        rank = [0] * len(left)
        for place in range(len(left)):
            story = ready.popleft()
            rank[story] = place
            for _, consumer in self.consumers[story]:
                left[consumer] -= 1
                if not left[consumer]:
                    ready.append(consumer)
        return rank


class Because(NamedTuple):
    """Why something is so: demands of its own, and what else had to be so first."""

    demands: tuple[Demand, ...]
    first: "tuple[Because, ...]" = ()

    def all(self) -> frozenset[Demand]:
        """Every demand it rests on."""
        found: set[Demand] = set()
        ahead, seen = [self], {id(self)}
        while ahead:
            each = ahead.pop()
            found.update(each.demands)
            for one in each.first:
                if id(one) not in seen:
                    seen.add(id(one))
                    ahead.append(one)
        return frozenset(found)


class Outcome:
    """What follows from a set of demands: who must be in the PI, and when each could be.

    ``needed`` maps stories that must be in to the reason, ``low`` and ``high`` their windows to (iteration,
    reason). ``conflicts`` are sets of demands that cannot all be met; there may be conflicts it does not see.
    """

    def __init__(self, case: Case, demands: Demands, most: int = 1) -> None:
        self.case = case
        self.demands = demands
        self.most = most
        self.conflicts: list[frozenset[Demand]] = []
        self.needed: dict[int, Because] = {}
        self.low: dict[int, tuple[int, Because]] = {}
        self.high: dict[int, tuple[int, Because]] = {}
        self._whole: set[str] = set()
        self._need()
        if not self.conflicts:
            self._windows()

    def limits(self, team: str, at: int) -> tuple[float, float]:
        """Points that may be committed in a cell, and points people may decide on; endless where not demanded."""
        extra = self.demands.get(Demand(Kind.CAPACITY, team, at))
        if extra is None:
            return ENDLESS, ENDLESS
        committable, capacity = self.case.cells[self.case.team[team]]
        return committable[at] + extra, capacity[at] + extra

    def core(self, stories: Iterable[int]) -> frozenset[Demand]:
        """The demands because of which these stories are needed, when they are, and have no other room."""
        because, teams = [], set()
        for story in stories:
            because += [self.needed[story], self.low[story][1], self.high[story][1]]
            because += [Because((demand,)) for demand, _ in self.case.providers[story] if demand in self.demands]
            teams.add(self.case.stories[story].team)
        every = (Demand(Kind.CAPACITY, team, at) for team in teams for at in range(self.case.last + 1))
        because.append(Because(tuple(each for each in every if each in self.demands)))
        return Because((), tuple(because)).all()

    def _clash(self, *because: Because) -> None:
        self.conflicts.append(Because((), because).all())

    # Who must be in the PI

    def _need(self) -> None:
        case = self.case
        wanted: deque[tuple[int, Because]] = deque()
        banned: dict[int, Because] = {}
        for demand, asked in self.demands.items():
            if demand.kind in (Kind.PIN, Kind.LOCK, Kind.MANDATORY):
                because = Because((demand,))
                for story in self._asked_for(demand, asked == OUT):
                    if asked == OUT:
                        banned.setdefault(story, because)
                    else:
                        wanted.append((story, because))
                if asked == IN and demand.subject in case.of and not case.of[demand.subject]:
                    self._clash(because)
        while wanted:
            story, because = wanted.popleft()
            if story in self.needed:
                continue
            self.needed[story] = because
            if story in banned:
                self._clash(because, banned[story])
            wanted.extend(self._brings(story, because))
        self.banned = banned

    def _asked_for(self, demand: Demand, out: bool) -> Iterable[int]:
        """The stories a decision is about; a story that is asked in brings its whole feature, held or not."""
        case = self.case
        story = case.index.get(demand.subject)
        if story is None:
            return case.of[demand.subject]
        feature = case.stories[story].feature
        if not out and demand.kind is Kind.PIN and self.demands[demand] == IN and feature is not None:
            return case.of[feature]
        return (story,)

    def _brings(self, story: int, because: Because) -> Iterable[tuple[int, Because]]:
        case = self.case
        for demand, provider in case.providers[story]:
            if demand in self.demands and provider not in self.needed:
                yield provider, Because((demand,), (because,))
        feature = case.stories[story].feature
        if feature is not None and feature not in self._whole and not case.held[story]:
            self._whole.add(feature)
            for other in case.of[feature]:
                if not case.held[other] and other not in self.needed:
                    yield other, because

    # When each could be

    def _windows(self) -> None:
        order = sorted(self.needed, key=self.case.rank.__getitem__)
        self.low = {story: (0, self.needed[story]) for story in order}
        self.high = {story: (self.case.last, self.needed[story]) for story in order}
        for story in order:
            self._begin(story)
        for story, due in self._dues().items():
            self.high[story] = min(self.high[story], due, key=_place)
        teams: dict[str, list[int]] = {}
        for story in order:
            teams.setdefault(self.case.stories[story].team, []).append(story)
        self._pass_on(order)
        for _ in range(ROUNDS):
            pressed = [self._press(team, stories) for team, stories in teams.items()]
            if self.conflicts or not any(pressed):
                return
            self._pass_on(order)

    def _begin(self, story: int) -> None:
        for demand in self.case.waits[story]:
            if self.demands.get(demand, 0) > self.low[story][0]:
                self.low[story] = int(self.demands[demand]), Because((demand,), (self.needed[story],))
        for at, because in self._fixed(story):
            self.low[story] = max(self.low[story], (at, because), key=_place)
            self.high[story] = min(self.high[story], (at, because), key=_place)

    def _pass_on(self, order: list[int]) -> None:
        """From providers to consumers and back; a window without an iteration is a conflict."""
        self._pass_forth(order)
        self._pass_back(order)
        for story in order:
            if self.low[story][0] > self.high[story][0] and len(self.conflicts) < self.most:
                self._clash(self.low[story][1], self.high[story][1])

    def _pass_forth(self, order: list[int]) -> None:
        for story in order:
            for demand, provider in self.case.providers[story]:
                if demand in self.demands:
                    before, because = self.low[provider]
                    if before + self.demands[demand] > self.low[story][0]:
                        first = (because, self.needed[story])
                        self.low[story] = int(before + self.demands[demand]), Because((demand,), first)

    def _pass_back(self, order: list[int]) -> None:
        for story in reversed(order):
            for demand, consumer in self.case.consumers[story]:
                if demand in self.demands and consumer in self.needed:
                    after, because = self.high[consumer]
                    if after - self.demands[demand] < self.high[story][0]:
                        self.high[story] = int(after - self.demands[demand]), Because((demand,), (because,))

    def _fixed(self, story: int) -> list[tuple[int, Because]]:
        key = self.case.stories[story].key
        both = (Demand(Kind.PIN, key), Demand(Kind.LOCK, key))
        return [(int(at), Because((each,))) for each in both if (at := self.demands.get(each, OUT)) >= 0]

    def _dues(self) -> dict[int, tuple[int, Because]]:
        """A due iteration binds a feature that is wholly in."""
        due: dict[int, tuple[int, Because]] = {}
        for demand, at in self.demands.items():
            if demand.kind is Kind.DUE:
                stories = self.case.of[demand.subject]
                if all(story in self.needed for story in stories):
                    reasons = {id(self.needed[story]): self.needed[story] for story in stories}
                    because = Because((demand,), tuple(reasons.values()))
                    due |= {story: (min(int(at), self.case.last), because) for story in stories}
        return due

    # Whether the work of a team fits into the iterations it has to be in

    def _press(self, team: str, stories: list[int]) -> bool:
        """Conflicts of load, and windows that others leave no room in; tells whether any window became smaller."""
        limits = [self.limits(team, at) for at in range(self.case.last + 1)]
        if all(limit[0] == ENDLESS for limit in limits):
            return False
        crew = _Crew(self, team, stories, limits)
        pressed = False
        for first in range(len(limits)):
            for last in range(first, len(limits)):
                if len(self.conflicts) < self.most:
                    pressed |= crew.press(first, last)
        return pressed


class _Crew:
    """The needed stories of one team, against the room it has."""

    def __init__(self, outcome: Outcome, team: str, stories: list[int], limits: list[tuple[float, float]]) -> None:
        self.outcome = outcome
        self.team = team
        self.limits = limits
        self.points = {story: outcome.case.stories[story].points for story in stories}
        self.decided = [story for story in stories if outcome.case.held[story]]
        self.free = [story for story in stories if not outcome.case.held[story] and self.points[story] > 0]
        self.free.sort(key=lambda story: -self.points[story])
        self.fixed: list[list[int]] = [[] for _ in limits]
        for story in self.decided:
            low, high = outcome.low[story][0], outcome.high[story][0]
            if low == high:
                self.fixed[low].append(story)
        loads = [sum(self.points[story] for story in each) for each in self.fixed]
        self.room = [max(0.0, limit[0] - load) for limit, load in zip(limits, loads, strict=True)]

    def press(self, first: int, last: int) -> bool:
        """What follows for these iterations: conflicts, or stories that have to be before or after them."""
        low, high = self.outcome.low, self.outcome.high
        decided = [story for story in self.decided if low[story][0] >= first and high[story][0] <= last]
        limit = sum(limit[1] for limit in self.limits[first : last + 1])
        if sum(self.points[story] for story in decided) > limit + TOLERANCE:
            self.outcome.conflicts.append(self._because(decided, limit, first, last).all())
        room = sum(self.room[first : last + 1])
        if room == ENDLESS:
            return False
        inside = [story for story in self.free if low[story][0] >= first and high[story][0] <= last]
        load = sum(self.points[story] for story in inside)
        if load > room + TOLERANCE:
            self.outcome.conflicts.append(self._because(inside, room, first, last, crowded=True).all())
            return False
        pushed = [self._push(story, inside, load, room, (first, last)) for story in self.free]
        return any(pushed)

    def _push(self, story: int, inside: list[int], load: float, room: float, span: tuple[int, int]) -> bool:
        """Out of the span, when it could only begin or only end in it and finds no room beside those inside."""
        low, high = self.outcome.low[story], self.outcome.high[story]
        points = self.points[story]
        if load + points <= room + TOLERANCE or (low[0] >= span[0] and high[0] <= span[1]):
            return False
        if span[0] <= low[0] <= span[1]:
            because = self._because(inside, room - points, *span, crowded=True)
            self.outcome.low[story] = span[1] + 1, Because((), (because, low[1]))
        elif span[0] <= high[0] <= span[1]:
            because = self._because(inside, room - points, *span, crowded=True)
            self.outcome.high[story] = span[0] - 1, Because((), (because, high[1]))
        else:
            return False
        return True

    def _because(self, stories: list[int], room: float, first: int, last: int, *, crowded: bool = False) -> Because:
        """As many of these, the largest first, as are too much for the room, with what else is in it."""
        chosen, load = [], 0.0
        for story in sorted(stories, key=lambda each: -self.points[each]):
            if load > room + TOLERANCE:
                break
            chosen.append(story)
            load += self.points[story]
        if crowded:
            chosen += [story for each in self.fixed[first : last + 1] for story in each]
        outcome = self.outcome
        reasons = [each for one in chosen for each in (outcome.needed[one], outcome.low[one][1], outcome.high[one][1])]
        cells = tuple(Demand(Kind.CAPACITY, self.team, at) for at in range(first, last + 1))
        return Because(tuple(each for each in cells if each in outcome.demands), tuple(reasons))


def _place(bound: tuple[int, Because]) -> int:
    return bound[0]
