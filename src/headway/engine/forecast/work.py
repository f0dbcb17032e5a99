"""Many trials work through the queues at once, iteration by iteration."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headway.engine.forecast.queues import Queues

BLOCK = 8
"""Rows worked together: few enough to stop where the capacity ends, enough to make one call worth it."""

Whole = NDArray[np.int32]
Small = NDArray[np.uint8]
Flags = NDArray[np.bool_]
Gates = tuple[Flags, list[int]]


class Latest:
    """The latest of the times of some rows, for many bundles of rows in one go.

    Laid out in layers: the first row of every bundle, the second of those that have one, and so on. Empty
    bundles have no place; ``places`` tells which bundle a result belongs to.
    """

    def __init__(self, bundles: Sequence[Sequence[int]]) -> None:
        filled = sorted((place for place, bundle in enumerate(bundles) if bundle), key=lambda each: -len(bundles[each]))
        self.places = np.array(filled, dtype=np.int64)
        depths = range(len(bundles[filled[0]]) if filled else 0)
        self._layers = [
            np.array([bundles[place][depth] for place in filled if len(bundles[place]) > depth], dtype=np.int64)
            for depth in depths
        ]

    def of(self, times: Small, wanted: Flags | None = None) -> tuple[NDArray[np.int64], Small]:
        """Places and their latest times, of bundles that are not empty and, by place, ``wanted``."""
        places, layers = self.places, self._layers
        if wanted is not None and not (still := wanted[places]).all():
            places = places[still]
            layers = [layer[still[: len(layer)]] for layer in layers]
        if not len(places):
            return places, times[:0]
        latest = times[layers[0]]
        for layer in layers[1:]:
            np.maximum(latest[: len(layer)], times[layer], out=latest[: len(layer)])
        return places, latest


class Crew:
    """Works the queues; holds what every batch of trials needs again.

    The rule, for each team in each iteration: go through the queue; an item that is workable takes what is left
    of the capacity; what does not fit carries over; an item that is not workable is passed over. Workable means
    that the producers of other teams were done at the end of an earlier iteration, the external input arrived
    in an earlier one, and the item's earliest iteration has come.
    """

    def __init__(self, queues: Queues, iterations: int) -> None:
        self._iterations = iterations
        self._units = np.array(queues.units, dtype=np.int32)
        self._earliest = np.array([gate.earliest for gate in queues.gates], dtype=np.int64)
        self._behind = Latest([gate.rows for gate in queues.gates])
        self._awaited = Latest([gate.arrivals for gate in queues.gates])
        slot_of = {gate.row: slot for slot, gate in enumerate(queues.gates)}
        self._spans = [[(at, min(at + BLOCK, end)) for at in range(first, end, BLOCK)] for first, end in queues.spans]
        self._slots = [slot_of.get(row) for row in range(len(queues.rows))]
        self._left: Whole = np.empty((0, 0), dtype=np.int32)
        self._finished: Small = np.empty((0, 0), dtype=np.uint8)

    def work(self, room: Whole, arrivals: Small) -> tuple[Small, Whole]:
        """The iteration each row is done in, per trial, and how many trials have each row done by each.

        ``room`` is units of planned work per team, iteration and trial, and is used up; ``arrivals`` is the
        iteration each external input arrives in, per trial, counted from 1 (0 is before the first). Done is
        counted from 0; the number of iterations stands for not done. The next batch overwrites what is given here.
        """
        trials = room.shape[2]
        if self._left.shape[1] != trials:
            self._left = np.empty((len(self._units), trials), dtype=np.int32)
            self._finished = np.empty(self._left.shape, dtype=np.uint8)
        self._left[:] = self._units[:, None]
        finished = self._finished
        finished[:] = self._iterations
        counts = np.zeros((self._iterations, len(self._units)), dtype=np.int32)
        sure = [0] * len(self._units)
        gates: Gates | None = None
        for now in range(self._iterations):
            gates = self._gates(finished, arrivals, now, gates)
            for team, spans in enumerate(self._spans):
                space = room[team, now]
                for first, end in spans:
                    while first < end and sure[first] == trials:
                        first += 1
                    if first == end:
                        continue
                    if not space.any():
                        break
                    self._spend(first, end, space, gates)
                    sure[first:end] = self._note(first, end, finished, now)
            counts[now] = sure
        return finished, counts.T

    def _gates(self, finished: Small, arrivals: Small, now: int, before: Gates | None) -> Gates:
        """Which gates are open in which trial, and in how many; what was open in all of them stays open."""
        trials = finished.shape[1]
        if before is None:
            free = np.empty((len(self._earliest), trials), dtype=np.bool_)
            shut = np.ones(len(self._earliest), dtype=np.bool_)
        else:
            free = before[0]
            shut = np.array(before[1], dtype=np.int64) < trials
        free[shut] = (self._earliest[shut] <= now)[:, None]
        for bundles, times, past in ((self._behind, finished, now - 1), (self._awaited, arrivals, now)):
            places, latest = bundles.of(times, shut)
            free[places] &= latest <= past
        opened: list[int] = count_rows(free).tolist()
        return free, opened

    def _spend(self, first: int, end: int, space: Whole, gates: Gates) -> None:
        """Give these rows, one after the other, what they can use of the space left."""
        free, opened = gates
        spent = np.empty_like(space)
        for row, slot in enumerate(self._slots[first:end], start=first):
            if slot is None or opened[slot]:
                todo = self._left[row]
                np.minimum(todo, space, out=spent)
                if slot is not None and opened[slot] < len(space):
                    np.multiply(spent, free[slot], out=spent)
                np.subtract(todo, spent, out=todo)
                np.subtract(space, spent, out=space)

    def _note(self, first: int, end: int, finished: Small, now: int) -> list[int]:
        """Write down which of these rows are done; gives in how many trials each is."""
        done = self._left[first:end] == 0
        never = np.uint8(self._iterations)
        when = finished[first:end]
        np.minimum(when, never - done.view(np.uint8) * np.uint8(never - now), out=when)
        sure: list[int] = count_rows(done).tolist()
        return sure


def count_rows(flags: Flags) -> NDArray[np.uint16]:
    """How many are true in each row, of at most 65,535."""
    return np.asarray(flags.view(np.uint8).sum(axis=1, dtype=np.uint16))
