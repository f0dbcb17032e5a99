"""A real programme through the network analysis: the Rubin Observatory's 14,039 relations of April 2019."""

import csv
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest

from headway.engine.network.chain import Measure, blast_radius, critical_chain, downstream, upstream
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network

pytestmark = pytest.mark.data


@pytest.fixture
def relations(real_data: Path) -> Path:
    return real_data / "networks" / "lsst_dependencies_201904.csv"


def load(relations: Path, *types: str) -> Network:
    with relations.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["type"] in types]
    done = {row["pred"]: row["pred_status"].startswith("Completed") for row in rows}
    done |= {row["succ"]: row["succ_status"].startswith("Completed") for row in rows}
    return Network(
        [Item(key=key, done=finished) for key, finished in done.items()],
        [Link(provider=row["pred"], consumer=row["succ"]) for row in rows],
    )


def missing_links(network: Network, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    linked = {(link.provider, link.consumer) for link in network.links}
    return [pair for pair in pairwise(keys) if pair not in linked]


def test_the_whole_programme_is_loaded(relations: Path) -> None:
    assert len(load(relations, "FS", "SS", "FF", "SF").items) == 8_297


def test_its_one_cycle_of_four_is_found(relations: Path) -> None:
    network = load(relations, "FS")
    cycles = find_cycles(network)
    assert (len(cycles.groups), len(cycles.loops), cycles.complete) == (1, 1, True)
    (loop,) = cycles.loops
    assert (len(set(loop)), missing_links(network, (*loop, loop[0]))) == (4, [])


def test_its_critical_chain_is_open_work_in_order(relations: Path) -> None:
    network = load(relations, "FS")
    chain = critical_chain(network)
    assert len(chain.keys) == chain.iterations > 20
    assert missing_links(network, chain.keys) == []
    assert [key for key in chain.keys if network.items[network.index(key)].done] == []


def test_loading_and_analysing_it_takes_less_than_a_second_of_processor_time(relations: Path) -> None:
    start = process_time()
    network = load(relations, "FS")
    cycles, chain = find_cycles(network), critical_chain(network, by=Measure.POINTS)
    middle = critical_chain(network).keys[10]
    reached = upstream(network, middle) | downstream(network, middle)
    blast_radius(network, middle)
    spent = process_time() - start
    assert (bool(cycles.loops), bool(chain.keys), len(reached) > 10) == (True, True, True)
    assert spent < 1.0
