"""Work in processes beside the planner: bounds, plans of mere choices, and a second search.

Such a process is started as a program of its own (not through multiprocessing: that would run the caller's main
module again, and is not allowed to daemons). It is told the problem on its standard input, tells what it finds
line by line, and ends when its input ends, so that it never outlives the planner.
"""

import json
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import IO

from headway.engine.planner.shape import Shape, is_choice

SLICES = (3.0, 12.0, 48.0, 192.0, 768.0)
"""Seconds for the whole-number programme, again and again: what it found is only known when a slice ends."""

MANY = 200
"""With more stories than these the bound takes a while, and a weaker one is told first."""

COMFORTABLE = 1_000
"""Up to so many stories, a bound tells what tight links cost (a fifth of a per cent, for twice the time), and
whole-number programmes make it better still."""

FEW = 5
"""Rounds of a search between two looks at what others found."""

CHUNK = 1 << 20
LENGTH = 8
"""Bytes that say how long the problem is."""


class Task(StrEnum):
    """What a process beside is for."""

    BOUND = "bound"
    SEARCH = "search"


class Beside:
    """A process beside; only ``close`` and ``wait`` wait for it.

    ``bound`` is the lowest bound heard of so far, ``over`` whether it has told everything.
    """

    def __init__(self, task: Task, shape: Shape, *, seed: int = 0) -> None:
        self.bound: float | None = None
        self.over = False
        self._places: list[int] | None = None
        self._heard = b""
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-c", f"from {__name__} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        self._out = _pipe(self._process.stdout)
        os.set_blocking(self._out.fileno(), False)
        self._to_say: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._voice = threading.Thread(target=self._say, args=(task, shape, seed), daemon=True)
        self._voice.start()

    def tell(self, places: Sequence[int]) -> None:
        """Tell it of a better plan to work from."""
        self._to_say.put(json.dumps(list(places)).encode() + b"\n")

    def listen(self) -> list[int] | None:
        """Take in what it has told; the last plan not given out before."""
        with suppress(BlockingIOError):
            while chunk := os.read(self._out.fileno(), CHUNK):
                self._heard += chunk
            self.over = True
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            told = json.loads(line)
            bound = told["bound"]
            if bound is not None:
                self.bound = bound if self.bound is None else min(bound, self.bound)
            self._places = told["places"] or self._places
        places, self._places = self._places, None
        return places

    def close(self) -> None:
        """End it at once."""
        self._process.kill()
        self._to_say.put(None)
        self._process.wait()
        self._voice.join()
        self._out.close()
        with suppress(OSError):
            _pipe(self._process.stdin).close()

    def _say(self, task: Task, shape: Shape, seed: int) -> None:
        """From a thread: the problem is more than a pipe holds."""
        with suppress(OSError):
            told = _pipe(self._process.stdin)
            problem = pickle.dumps((task, shape, seed))
            told.write(len(problem).to_bytes(LENGTH, "big") + problem)
            told.flush()
            while (line := self._to_say.get()) is not None:
                told.write(line)
                told.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("The process has no such pipe.")
    return pipe


class _Ear(threading.Thread):
    """Hears of better plans; when there is nothing more to hear, the process ends."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._news: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def run(self) -> None:
        """Listen until the planner has gone."""
        heard = b""
        while chunk := os.read(0, CHUNK):
            *lines, heard = (heard + chunk).split(b"\n")
            for line in lines:
                self._news.put(line)
        os._exit(0)

    def first(self) -> list[int]:
        """The first plan told; waits for it."""
        return [int(each) for each in json.loads(self._news.get())]

    def last(self) -> list[int] | None:
        """The last plan told since one was asked for."""
        line = None
        while not self._news.empty():
            line = self._news.get()
        return None if line is None else [int(each) for each in json.loads(line)]


def bounds(shape: Shape) -> Iterator[tuple[float | None, list[int] | None]]:
    """Better and better bounds, and plans found on the way."""
    from headway.engine.planner.milp import solve

    if not is_choice(shape):
        if shape.stories > MANY:
            yield solve.quick_bound(shape), None
        yield solve.relaxed_bound(shape, comfort=shape.stories <= COMFORTABLE), None
        if shape.stories > COMFORTABLE:
            return
    for seconds in SLICES:
        solved = solve.whole(shape, seconds=seconds)
        yield solved.bound, solved.places
        if solved.proven:
            return


def searches(shape: Shape, seed: int, ear: _Ear) -> Iterator[tuple[float | None, list[int] | None]]:
    """Better and better plans, from the best heard of or found here."""
    from headway.engine.planner.cp_sat.search import Search

    search = Search(shape, seed)
    best: list[int] | None = None
    while True:
        told = ear.last() if best else ear.first()
        if best is None or (told and shape.total(told) > shape.total(best)):
            best = told
        if not best:
            return
        found = search.improve(best, rounds=FEW, until=lambda: False)
        if found is not None:
            best = found
            yield None, found


def _read(length: int) -> bytes:
    told = b""
    while len(told) < length:
        chunk = os.read(0, length - len(told))
        if not chunk:
            raise EOFError("The planner has gone.")
        told += chunk
    return told


def _own_voice() -> IO[str]:
    """The way to the planner, kept apart from standard output: HiGHS prints to that now and then."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return out


def main() -> None:
    """What the process beside does."""
    task, shape, seed = pickle.loads(_read(int.from_bytes(_read(LENGTH), "big")))  # noqa: S301 - our own parent's
    ear = _Ear()
    ear.start()
    with _own_voice() as out:
        for bound, places in bounds(shape) if task is Task.BOUND else searches(shape, seed, ear):
            out.write(json.dumps({"bound": bound, "places": places}) + "\n")
            out.flush()
