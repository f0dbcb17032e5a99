"""Some features of a plan made anew, as well as can be, with everything else where it is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from headway.engine.planner.cp_sat.model import NO, YES, Model
from headway.engine.planner.shape import OUT, Link, Shape

FINE = 100_000
"""The objective is told to CP-SAT in so many steps per point of it."""

OPEN = -2


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaired:
    """The new plan; ``proven`` when the rest allows no better one."""

    places: list[int]
    proven: bool


def repair(
    shape: Shape,
    places: Sequence[int],
    loads: Sequence[Sequence[int]],
    features: Sequence[int],
    *,
    effort: float,
    seed: int,
) -> Repaired | None:
    """Choose and place these features anew; None when CP-SAT found nothing in time.

    ``places`` keeps the rules and ``loads`` are those of its free stories. The answer is usually no worse than
    ``places``, but a hint is no floor: judge it.
    """
    part = Part(shape, places, loads, features)
    answer = part.model.solve(effort=effort, seed=seed)
    return None if answer is None else Repaired(places=part.read(answer.values), proven=answer.proven)


class Part:
    """The question about some features; ``read`` tells the places of an answer to ``model``."""

    def __init__(
        self, shape: Shape, places: Sequence[int], loads: Sequence[Sequence[int]], features: Sequence[int]
    ) -> None:
        self.model = Model()
        self._shape = shape
        self._places = places
        self._loads = loads
        self._stories = [story for feature in features for story in shape.free[feature]]
        self._inside = set(self._stories)
        self._steps: dict[int, list[int]] = {}
        self._window: dict[int, tuple[int, int]] = {}
        self._choice: dict[int, int] = {}
        for feature in features:
            self._choose(feature)
        for story in self._stories:
            self._place(story)
        self._fill_cells()
        links = {id(link): link for s in self._stories for link in (*shape.before[s], *shape.after[s])}
        for link in links.values():
            self._connect(link)
        for feature in features:
            self._finish(feature)

    def read(self, values: Sequence[int]) -> list[int]:
        """The places an answer tells."""
        places = list(self._places)
        for story, steps in self._steps.items():
            first, last = self._window[story]
            taken = (at for at in range(first, last + 1) if steps[at] == YES or (steps[at] != NO and values[steps[at]]))
            places[story] = next(taken, OUT)
        return places

    def _choose(self, feature: int) -> None:
        """Windows of its stories from the neighbours that stay; and whether it may, must or cannot be in."""
        shape, places = self._shape, self._places
        choice = {None: OPEN, True: YES, False: NO}[shape.forced[feature]]
        for story in shape.free[feature]:
            first, last = shape.earliest[story], shape.latest[story]
            for link in shape.before[story]:
                if link.provider not in self._inside:
                    at = places[link.provider]
                    first = max(first, at + link.gap) if at >= 0 else shape.iterations
            for link in shape.after[story]:
                if link.consumer not in self._inside and places[link.consumer] >= 0:
                    last = min(last, places[link.consumer] - link.gap)
                    choice = YES if choice == OPEN else choice
            self._window[story] = first, last
        if any(self._window[story][0] > self._window[story][1] for story in shape.free[feature]):
            choice = NO
        elif choice == OPEN:
            choice = self.model.choice(all(places[story] >= 0 for story in shape.free[feature]))
        self._choice[feature] = choice

    def _place(self, story: int) -> None:
        shape, at = self._shape, self._places[story]
        choice = self._choice[shape.feature[story]]
        first, last = self._window[story]
        if choice == NO:
            self._steps[story] = [NO] * shape.iterations
            return
        own = [self.model.choice(0 <= at <= step) for step in range(first, last)]
        for earlier, later in pairwise([*own, choice]):
            self.model.implies(earlier, later)
        self._steps[story] = [NO] * first + own + [choice] * (shape.iterations - last)
        home = shape.home[story]
        if shape.kept and first <= home <= last:
            kept = round(shape.kept * FINE)
            self.model.gain(self._by(story, home), kept)
            self.model.gain(self._by(story, home - 1), -kept)

    def _by(self, story: int, at: int) -> int:
        """Whether the story is placed by this iteration, in the new plan."""
        if at < 0:
            return NO
        if story in self._inside:
            return self._steps[story][at]
        return YES if 0 <= self._places[story] <= at else NO

    def _fill_cells(self) -> None:
        shape, cells = self._shape, defaultdict(list)
        for story in self._stories:
            first, last = self._window[story]
            if shape.points[story] and self._choice[shape.feature[story]] != NO:
                for at in range(first, last + 1):
                    cells[shape.team[story], at].append(story)
        for (team, at), stories in cells.items():
            self._fill(team, at, stories)

    def _fill(self, team: int, at: int, stories: list[int]) -> None:
        shape = self._shape
        points = shape.points
        own = sum(points[each] for each in self._stories if self._places[each] == at and shape.team[each] == team)
        others = self._loads[team][at] - own
        room = shape.room[team][at] - others
        even = min(room, max(0, int(shape.even[team][at]) - others))
        if sum(points[story] for story in stories) <= even:
            return
        literals = [self._by(story, at) for story in stories]
        weights = [points[story] for story in stories]
        literals += [self._by(story, at - 1) for story in stories]
        weights += [-points[story] for story in stories]
        if even < room and shape.uneven:
            beyond = self.model.count(room - even, max(0, own - even))
            self.model.gain(beyond, -round(shape.uneven * FINE))
            literals.append(beyond)
            weights.append(-1)
            self.model.at_most(literals, weights, even)
        else:
            self.model.at_most(literals, weights, room)

    def _connect(self, link: Link) -> None:
        shape = self._shape
        inside = link.provider in self._inside and link.consumer in self._inside
        tight = OPEN
        for at in range(shape.iterations):
            consumer = self._by(link.consumer, at)
            if consumer == NO:
                continue
            if inside:
                self.model.implies(consumer, self._by(link.provider, at - link.gap))
            if link.spare and shape.tight:
                early = self._by(link.provider, at - link.spare)
                if early != YES:
                    if tight == OPEN:
                        tight = self.model.choice(self._is_tight(link))
                        self.model.gain(tight, -round(shape.tight * FINE))
                    self.model.implies(consumer, early, tight)

    def _is_tight(self, link: Link) -> bool:
        provider, consumer = self._places[link.provider], self._places[link.consumer]
        return provider >= 0 and 0 <= consumer < provider + link.spare

    def _finish(self, feature: int) -> None:
        shape = self._shape
        stories = shape.free[feature]
        choice = self._choice[feature]
        if choice == NO or not stories or not shape.worth[feature]:
            return
        self.model.gain(choice, round(shape.worth[feature] * FINE))
        sooner = round(shape.sooner[feature] * FINE)
        for at in range(shape.finish[feature], shape.iterations):
            by = {self._by(story, at) for story in stories} - {YES}
            if NO in by or not by:
                continue
            if len(by) == 1:
                self.model.gain(by.pop(), sooner)
                continue
            done = self.model.choice(all(0 <= self._places[story] <= at for story in stories))
            for each in sorted(by):
                self.model.implies(done, each)
            self.model.gain(done, sooner)
