"""How fast a real programme's network is loaded and analysed: the Rubin Observatory's 14,039 relations."""

import csv
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

import rustworkx

from headway.engine.network.boundaries import suggest_moves
from headway.engine.network.chain import critical_chain, most_harmful
from headway.engine.network.consequences import consequences
from headway.engine.network.coupling import coupling, density
from headway.engine.network.cuts import cheapest_cuts
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.slack import slack_table
from tests.speed.figures import ROOT, Figure

TURNS = 5
ROOM = 50
Result = TypeVar("Result")


def measure() -> list[Figure]:
    """Load and full analysis in seconds (the median of some turns), and what each part of it takes."""
    data = Path(os.environ.get("HEADWAY_TEST_DATA", ROOT.parent / "shared" / "data"))
    relations = data / "networks" / "lsst_dependencies_201904.csv"
    if not relations.exists():
        return []
    turns = [_turn(relations) for _ in range(TURNS)]
    figures = [
        Figure(name=f"Rubin network, {name}", value=median(turn[name] for turn in turns) * 1000, unit="ms")
        for name in turns[0]
    ]
    whole = median(sum(turn.values()) for turn in turns)
    figures.append(Figure(name="Rubin network, load and full analysis", value=whole, unit="s", aim=1))
    figures.append(
        Figure(
            name="Rubin network, consequences of one move",
            value=median(_drag(relations)) * 1000,
            unit="ms",
            aim=20,
        )
    )
    return figures


def _turn(relations: Path) -> dict[str, float]:
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Result]) -> Result:
        began = perf_counter()
        done = work()
        spent[name] = perf_counter() - began
        return done

    network = timed("load", lambda: placed(load(relations)))
    timed("cycles", lambda: find_cycles(network))
    timed("cheapest cuts", lambda: cheapest_cuts(network))
    timed("slack of every link", lambda: slack_table(network))
    timed("critical chain", lambda: critical_chain(network))
    timed("blast radius of every item", lambda: most_harmful(network))
    timed("coupling and density", lambda: (coupling(network), density(network)))
    timed("moves", lambda: suggest_moves(network, room(network)))
    return spent


def _drag(relations: Path) -> list[float]:
    network = placed(load(relations))
    spent = []
    for item in [each for each in network.items if each.iteration and not each.done][:50]:
        began = perf_counter()
        consequences(network, item.key, iteration=(item.iteration or 0) + 1)
        spent.append(perf_counter() - began)
    return spent


def load(relations: Path) -> Network:
    """Finish-to-start relations; the resource is the team, the first part of the name the component."""
    with relations.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["type"] == "FS"]
    ends = {row[side]: (row[f"{side}_status"], row[f"{side}_resource"]) for row in rows for side in ("pred", "succ")}
    items = [
        Item(key=key, team=team, points=1, done=state.startswith("Completed"), group=key.split("-")[0])
        for key, (state, team) in ends.items()
    ]
    values = {item.group: 1 for item in items}
    return Network(items, [Link(provider=row["pred"], consumer=row["succ"]) for row in rows], values)


def placed(network: Network) -> Network:
    """The export has no iterations: every item stands as early as what it waits for allows."""
    place: dict[int, int] = {}
    for group in reversed(rustworkx.strongly_connected_components(network.graph)):
        for node in group:
            before = [place[each] + 1 for each in network.graph.predecessor_indices(node) if each in place]
            place[node] = max(before, default=0)
    items = [replace(item, iteration=place[node]) for node, item in enumerate(network.items)]
    return Network(items, network.links, network.values)


def room(network: Network) -> dict[tuple[str, int], int]:
    """Free points for every team in every iteration."""
    last = max(item.iteration or 0 for item in network.items)
    return {(team, at): ROOM for team in coupling(network).teams for at in range(last + 1)}
