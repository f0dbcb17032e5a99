"""``make bench``: measure, print a table, write ``bench-results/``.

``python -m tests.speed board moves live import browser clone`` measures only what is named.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.installation import Installation
from tests.postgres import binaries, cluster
from tests.speed.figures import Figure, save, table


@contextmanager
def installed(url: str = "") -> Iterator[Installation]:
    """An installation as an operator would have it, with work for twelve writers."""
    with tempfile.TemporaryDirectory(prefix="headway-bench-") as folder:
        yield Installation(Path(folder), url, stories=20, debug=False)


def of_moves() -> list[Figure]:
    from tests.speed import moves

    with installed() as sqlite, sqlite.serving() as server:
        figures = moves.measure(sqlite, server, "SQLite")
    if binaries() is None:
        print("NO POSTGRESQL: install it to measure moves there too", file=sys.stderr)
        return figures
    with cluster() as url, installed(url) as postgresql, postgresql.serving() as server:
        return figures + moves.measure(postgresql, server, "PostgreSQL")


def of_live() -> list[Figure]:
    from tests.speed import live

    figures: list[Figure] = []
    for viewers in (300, 1000):
        with installed() as sqlite, sqlite.serving() as server:
            if not figures:
                sqlite.person(server, "tess").call("GET", "/trains/orion/board")
                figures.append(Figure(name="server's memory, idle", value=server.memory() / 1024, unit="MiB"))
            figures += live.measure(sqlite, server, viewers)
    return figures


def of_boards() -> list[Figure]:
    from tests.speed import board

    with installed() as sqlite:
        sqlite.module("tests.speed.fixtures")
        with sqlite.serving() as server:
            return board.measure(sqlite, server)


def of_browsers() -> list[Figure]:
    from tests.speed import browser

    with installed() as sqlite:
        sqlite.module("tests.speed.fixtures")
        with sqlite.serving() as server:
            return browser.measure(sqlite, server)


def of_imports() -> list[Figure]:
    from tests.speed import imports

    with installed() as sqlite:
        return imports.measure(sqlite)


def of_clones() -> list[Figure]:
    from tests.speed import clone

    return clone.measure()


def of_networks() -> list[Figure]:
    from tests.speed import network

    return network.measure()


def of_forecasts() -> list[Figure]:
    from tests.speed import forecast

    return forecast.measure()


def of_planners() -> list[Figure]:
    from tests.speed import planner

    return planner.measure()


SECTIONS: dict[str, Callable[[], list[Figure]]] = {
    "board": of_boards,
    "moves": of_moves,
    "live": of_live,
    "import": of_imports,
    "browser": of_browsers,
    "clone": of_clones,
    "planner": of_planners,
    "network": of_networks,
    "forecast": of_forecasts,
}


def main(wanted: list[str]) -> int:
    """Measure the named sections, or all; gives 1 when an aim was missed."""
    unknown = [each for each in wanted if each not in SECTIONS]
    if unknown:
        print(f"There is no section {unknown[0]!r}; choose of {', '.join(SECTIONS)}.", file=sys.stderr)
        return 2
    os.environ.pop("HEADWAY_DATABASE_URL", None)
    figures: list[Figure] = []
    for name in wanted or SECTIONS:
        found = SECTIONS[name]()
        print(f"\n{name}\n{table(found)}", flush=True)
        figures += found
    print(f"\nwritten to {save(figures)}")
    return int(any(each.verdict == "MISSED" for each in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
