"""A real programme through the network analysis: the Rubin Observatory's 14,039 relations of April 2019."""

import csv
import os
from pathlib import Path
from time import process_time

import pytest

from headway.engine.network.chain import Measure, blast_radius, critical_chain, downstream, upstream
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network

DATA = Path(os.environ.get("HEADWAY_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")
RELATIONS = DATA / "networks" / "lsst_dependencies_201904.csv"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not RELATIONS.exists(),
        reason=f"{RELATIONS} is absent; set HEADWAY_TEST_DATA to the folder of public data",
    ),
]


def load(*types: str) -> Network:
    with RELATIONS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["type"] in types]
    done = {row["pred"]: row["pred_status"].startswith("Completed") for row in rows}
    done |= {row["succ"]: row["succ_status"].startswith("Completed") for row in rows}
    return Network(
        [Item(key=key, done=finished) for key, finished in done.items()],
        [Link(provider=row["pred"], consumer=row["succ"]) for row in rows],
    )


def test_the_whole_programme_is_loaded() -> None:
    assert len(load("FS", "SS", "FF", "SF").items) == 8_297


def test_its_one_cycle_of_four_is_found() -> None:
    cycles = find_cycles(load("FS"))
    assert (len(cycles.groups), len(cycles.loops), cycles.complete) == (1, 1, True)
    (loop,) = cycles.loops
    linked = {(link.provider, link.consumer) for link in load("FS").links}
    assert len(set(loop)) == 4
    assert [pair for pair in zip(loop, loop[1:] + loop[:1], strict=True) if pair not in linked] == []


def test_its_critical_chain_is_open_work_in_order() -> None:
    network = load("FS")
    chain = critical_chain(network)
    linked = {(link.provider, link.consumer) for link in network.links}
    assert len(chain.keys) == chain.iterations > 20
    assert [pair for pair in zip(chain.keys, chain.keys[1:], strict=False) if pair not in linked] == []
    assert [key for key in chain.keys if network.items[network.index(key)].done] == []


def test_loading_and_analysing_it_takes_less_than_a_second_of_processor_time() -> None:
    start = process_time()
    network = load("FS")
    cycles, chain = find_cycles(network), critical_chain(network, by=Measure.POINTS)
    middle = critical_chain(network).keys[10]
    reached = upstream(network, middle) | downstream(network, middle)
    blast_radius(network, middle)
    spent = process_time() - start
    assert (bool(cycles.loops), bool(chain.keys), len(reached) > 10) == (True, True, True)
    assert spent < 1.0
