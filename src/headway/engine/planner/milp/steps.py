"""The step form: for each story and iteration, is it placed by then?

Its relaxation is tight. Columns are the steps of each free story but the last, which is its feature's choice;
then the choices, the steps of each valued feature, the links without spare, and the uneven points of each cell.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from headway.engine.planner.shape import FREE, OUT, Link, Shape

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]
Told = tuple[int, float]
"""A column and 0, or -1 and what is certain instead."""

NEVER: Told = (-1, 0.0)
SURELY: Told = (-1, 1.0)
HALF = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """Maximise ``gain`` · x with ``matrix`` · x <= ``limit`` and ``low`` <= x <= ``high``; add ``constant``.

    Columns of which ``whole`` is 1 are yes or no; the others follow from them.
    """

    gain: Vector
    matrix: csr_array
    limit: Vector
    low: Vector
    high: Vector
    whole: Vector
    constant: float


class StepForm:
    """Builds the step form of a problem; without ``comfort`` tight links cost nothing."""

    def __init__(self, shape: Shape, *, comfort: bool = True) -> None:
        self._shape = shape
        self._row: list[int] = []
        self._column: list[int] = []
        self._value: list[float] = []
        self._limit: list[float] = []
        self._gain: dict[int, float] = defaultdict(float)
        self._high: dict[int, float] = {}
        self._low: dict[int, float] = {}
        self._constant = shape.constant
        self._first: list[int] = []
        self._count = 0
        self._place_columns()
        self._whole = self._count
        for story in range(shape.stories):
            self._monotone(story)
        self._fill_cells()
        for link in shape.links:
            self._order(link)
            if comfort and shape.tight and link.spare:
                self._comfort(link)
        for feature in range(shape.features):
            self._finish(feature)

    def steps(self) -> Steps:
        """The programme."""
        gain, low, high = np.zeros(self._count), np.zeros(self._count), np.ones(self._count)
        whole = np.zeros(self._count)
        whole[: self._whole] = 1
        for vector, told in ((gain, self._gain), (low, self._low), (high, self._high)):
            vector[list(told)] = list(told.values())
        return Steps(
            gain=gain,
            matrix=csr_array(
                (np.array(self._value), (np.array(self._row), np.array(self._column))),
                shape=(len(self._limit), self._count),
            ),
            limit=np.array(self._limit),
            low=low,
            high=high,
            whole=whole,
            constant=self._constant,
        )

    def places(self, solution: Vector) -> list[int]:
        """The plan a whole solution tells."""
        places = [max(OUT, at) for at in self._shape.fixed]
        for story, at in enumerate(self._shape.fixed):
            if at == FREE:
                told = (self._by(story, step) for step in range(self._shape.iterations))
                taken = (step for step, (column, _sure) in enumerate(told) if column >= 0 and solution[column] > HALF)
                places[story] = next(taken, OUT)
        return places

    def _place_columns(self) -> None:
        shape = self._shape
        self._choice = list(range(shape.features))
        self._count = shape.features
        for feature, forced in enumerate(shape.forced):
            self._low[feature] = float(forced is True)
            self._high[feature] = float(forced is not False)
        for story, at in enumerate(shape.fixed):
            self._first.append(self._count)
            if at == FREE:
                self._count += max(0, shape.latest[story] - shape.earliest[story])
                if shape.earliest[story] > shape.latest[story]:
                    self._high[shape.feature[story]] = 0.0

    def _by(self, story: int, at: int) -> Told:
        """Whether the story is placed by this iteration."""
        fixed, earliest = self._shape.fixed[story], self._shape.earliest[story]
        if fixed != FREE:
            return SURELY if 0 <= fixed <= at else NEVER
        if at < earliest:
            return NEVER
        if at >= self._shape.latest[story]:
            return self._shape.feature[story], 0.0
        return self._first[story] + at - earliest, 0.0

    def _add(self, terms: list[tuple[Told, float]], limit: float) -> None:
        """One more row: the sum of the terms is at most the limit. Rows that say nothing are left out."""
        sure = sum(value * certain for (_column, certain), value in terms)
        kept = [(column, value) for (column, _certain), value in terms if column >= 0]
        if not kept and sure <= limit:
            return
        self._row += [len(self._limit)] * len(kept)
        self._column += [column for column, _value in kept]
        self._value += [value for _column, value in kept]
        self._limit.append(limit - sure)

    def _more(self, gain: float, high: float = 1.0) -> Told:
        self._gain[self._count] = gain
        self._high[self._count] = high
        self._count += 1
        return self._count - 1, 0.0

    def _earn(self, told: Told, gain: float) -> None:
        column, certain = told
        if column >= 0:
            self._gain[column] += gain
        self._constant += certain * gain

    def _monotone(self, story: int) -> None:
        shape = self._shape
        if shape.fixed[story] != FREE:
            return
        for at in range(shape.earliest[story], shape.latest[story]):
            self._add([(self._by(story, at), 1.0), (self._by(story, at + 1), -1.0)], 0.0)
        home = shape.home[story]
        if shape.earliest[story] <= home <= shape.latest[story]:
            self._earn(self._by(story, home), shape.kept)
            self._earn(self._by(story, home - 1), -shape.kept)

    def _fill_cells(self) -> None:
        shape = self._shape
        free: list[list[int]] = [[] for _ in shape.room]
        for story, fixed in enumerate(shape.fixed):
            if fixed == FREE and shape.points[story]:
                free[shape.team[story]].append(story)
        for team, stories in enumerate(free):
            for at in range(shape.iterations):
                self._fill(stories, at, shape.room[team][at], shape.even[team][at])

    def _fill(self, stories: list[int], at: int, room: int, even: float) -> None:
        shape = self._shape
        able = [story for story in stories if shape.earliest[story] <= at <= shape.latest[story]]
        if sum(shape.points[story] for story in able) <= min(even, room):
            return
        terms = [(self._by(story, at), float(shape.points[story])) for story in able]
        terms += [(self._by(story, at - 1), -float(shape.points[story])) for story in able]
        if even < room:
            terms.append((self._more(-shape.uneven, room - even), -1.0))
        self._add(terms, min(even, room))

    def _order(self, link: Link) -> None:
        for at in range(self._shape.iterations):
            self._wait(link, at, link.gap, [])

    def _comfort(self, link: Link) -> None:
        tight = self._more(-self._shape.tight)
        for at in range(self._shape.iterations):
            self._wait(link, at, link.spare, [(tight, -1.0)])

    def _wait(self, link: Link, at: int, gap: int, terms: list[tuple[Told, float]]) -> None:
        """The consumer is not placed by ``at`` unless the provider is ``gap`` earlier."""
        consumer, provider = self._by(link.consumer, at), self._by(link.provider, at - gap)
        if consumer != NEVER and provider != SURELY:
            self._add([(consumer, 1.0), (provider, -1.0), *terms], 0.0)

    def _finish(self, feature: int) -> None:
        shape = self._shape
        stories = shape.free[feature]
        if not stories or not shape.worth[feature] + shape.sooner[feature]:
            return
        self._earn((feature, 0.0), shape.worth[feature])
        ends = [s for s in stories if not any(shape.feature[link.consumer] == feature for link in shape.after[s])]
        for at in range(shape.finish[feature], shape.iterations):
            by = {self._by(story, at) for story in ends}
            if NEVER in by:
                continue
            if len(by) == 1:
                self._earn(by.pop(), shape.sooner[feature])
                continue
            done = self._more(shape.sooner[feature])
            for each in sorted(by):
                self._add([(done, 1.0), (each, -1.0)], 0.0)
