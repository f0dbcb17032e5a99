"""What a move costs, through HTTP, for one writer and for twelve at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from time import perf_counter

from tests.live.installation import Installation, Server
from tests.speed.figures import Figure, p50_p99


def measure(installation: Installation, server: Server, database: str, *, turns: int = 300) -> list[Figure]:
    """The figures of one database; fails if a number was lost or doubled."""
    figures: list[Figure] = []
    for writers in (1, 12):
        began = perf_counter()
        with ThreadPoolExecutor(writers) as crowd:
            each = turns // writers
            work = [crowd.submit(_move, installation, server, worker, each) for worker in range(writers)]
            timed = list(chain.from_iterable(one.result() for one in work))
        spent = perf_counter() - began
        numbers = sorted(number for _, number in timed)
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            raise AssertionError(f"{database}: journal numbers were lost or doubled")
        label = f"{database}: a move, {writers} writer{'s' if writers > 1 else ''}"
        figures += p50_p99(label, [seconds for seconds, _ in timed])
        figures.append(Figure(name=f"{label}, moves per second", value=len(timed) / spent, unit="1/s"))
    return figures


def _move(installation: Installation, server: Server, worker: int, turns: int) -> list[tuple[float, int]]:
    person = installation.person(server, "tess" if worker % 2 else "kim")
    story = installation.stories[worker]
    timed = []
    for turn in range(turns):
        began = perf_counter()
        answer = person.move(story, installation.iterations[(turn + 1) % 5])
        timed.append((perf_counter() - began, answer.body["number"]))
    return timed
