"""Many trials work through the queues at once, iteration by iteration."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headway.engine.forecast.queues import Queues

BLOCK = 8
"""Rows worked together: few enough to stop where the capacity ends, enough to make one call worth it."""

Whole = NDArray[np.int32]
Small = NDArray[np.uint8]
Flags = NDArray[np.bool_]


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

    def of(self, times: Small) -> Small:
        """One row per bundle that is not empty."""
        if not self._layers:
            return times[:0]
        latest = times[self._layers[0]]
        for layer in self._layers[1:]:
            np.maximum(latest[: len(layer)], times[layer], out=latest[: len(layer)])
        return latest


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
        self._blocks = [
            [_Block(at, min(at + BLOCK, end), slot_of) for at in range(first, end, BLOCK)]
            for first, end in queues.spans
        ]
        self._left: Whole = np.empty((0, 0), dtype=np.int32)

    def work(self, room: Whole, arrivals: Small) -> tuple[Small, Whole]:
        """The iteration each row is done in, per trial, and how many trials have each row done by each.

        ``room`` is units of planned work per team, iteration and trial, and is used up; ``arrivals`` is the
        iteration each external input arrives in, per trial, counted from 1 (0 is before the first). Done is
        counted from 0; the number of iterations stands for not done.
        """
        trials = room.shape[2]
        if self._left.shape[1] != trials:
            self._left = np.empty((len(self._units), trials), dtype=np.int32)
        self._left[:] = self._units[:, None]
        finished = np.full(self._left.shape, self._iterations, dtype=np.uint8)
        counts = np.zeros((len(self._units), self._iterations), dtype=np.int32)
        heads = [0] * len(self._blocks)
        for now in range(self._iterations):
            if now:
                counts[:, now] = counts[:, now - 1]
            workable = self._workable(finished, arrivals, now)
            for team, blocks in enumerate(self._blocks):
                for block in blocks[heads[team] :]:
                    if not room[team, now].any():
                        break
                    self._work(block, room[team, now], workable, finished, counts, now)
                while heads[team] < len(blocks) and counts[blocks[heads[team]].rows, now].min() == trials:
                    heads[team] += 1
        return finished, counts

    def _workable(self, finished: Small, arrivals: Small, now: int) -> Flags:
        free = np.empty((len(self._earliest), finished.shape[1]), dtype=np.bool_)
        free[:] = (self._earliest <= now)[:, None]
        free[self._behind.places] &= self._behind.of(finished) < now
        free[self._awaited.places] &= self._awaited.of(arrivals) <= now
        return free

    def _work(self, block: "_Block", room: Whole, workable: Flags, finished: Small, counts: Whole, now: int) -> None:
        todo = self._left[block.rows]
        spent = todo.copy()
        if block.gated.size:
            spent[block.gated] *= workable[block.slots]
        for row in range(1, len(spent)):  # numpy's own running sum takes six times as long down the columns
            np.add(spent[row], spent[row - 1], out=spent[row])
        np.minimum(spent, room, out=spent)
        room -= spent[-1]
        todo -= spent
        todo[1:] += spent[:-1]
        done = todo == 0
        never = np.uint8(self._iterations)
        when = finished[block.rows]
        np.minimum(when, never - done.view(np.uint8) * np.uint8(never - now), out=when)
        counts[block.rows, now] = count_rows(done)


class _Block:
    """Some neighbouring rows of a queue, and which of them have a gate."""

    def __init__(self, first: int, end: int, slot_of: dict[int, int]) -> None:
        self.rows = slice(first, end)
        gated = [row for row in range(first, end) if row in slot_of]
        self.gated = np.array([row - first for row in gated], dtype=np.int64)
        self.slots = np.array([slot_of[row] for row in gated], dtype=np.int64)


def count_rows(flags: Flags) -> NDArray[Any]:
    """How many are true in each row: eight at a time, in bytes of words, where no byte can overflow."""
    width = flags.shape[1]
    if width % 8 or width > 8 * 255:
        return np.asarray(np.count_nonzero(flags, axis=1))
    words = flags.view(np.uint64).sum(axis=1, dtype=np.uint64)
    return np.asarray(words.view(np.uint8).reshape(-1, 8).sum(axis=1, dtype=np.int32))
