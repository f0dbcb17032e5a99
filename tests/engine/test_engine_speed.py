"""Sizes of requirement L4.

The bounds are on processor time and several times what was measured, so that a busy machine does not fail
them while a change of order does.
"""

from collections.abc import Callable
from datetime import date
from random import Random
from time import process_time

from headway.engine.network.chain import blast_radius, critical_chain, downstream, upstream
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.health import health
from headway.engine.rules.capacity import team_capacity
from headway.engine.values.cadence import Cadence, generate_increment
from tests.engine.makers import MONDAY, away, member


def best_of(times: int, work: Callable[[], object]) -> float:
    """Milliseconds of processor time of the quickest run."""
    spent = []
    for _ in range(times):
        start = process_time()
        work()
        spent.append(process_time() - start)
    return min(spent) * 1000


def large_board(seed: int = 1) -> tuple[list[Item], list[Link]]:
    random = Random(seed)
    items = [
        Item(
            key=f"s{place}",
            team=f"t{place % 30}",
            points=random.randint(1, 8),
            iteration=random.randint(0, 6),
        )
        for place in range(1500)
    ]
    ends = (sorted(random.sample(range(1500), 2)) for _ in range(800))
    return items, [Link(provider=f"s{one}", consumer=f"s{other}") for one, other in ends]


def test_the_largest_board_is_built_and_analysed_in_twenty_milliseconds() -> None:
    items, links = large_board()

    def analyse() -> None:
        network = Network(items, links)
        find_cycles(network)
        critical_chain(network)
        for key in ("s3", "s700"):
            upstream(network, key), downstream(network, key), blast_radius(network, key)

    assert best_of(5, analyse) < 20


def test_the_health_of_eight_hundred_strings_takes_next_to_nothing() -> None:
    random = Random(2)
    ends = [(random.randint(0, 6), random.randint(0, 6)) for _ in range(800)]
    assert best_of(5, lambda: [health(*pair, "committed") for pair in ends]) < 20


def test_the_capacity_of_thirty_teams_in_seven_iterations_takes_a_fraction_of_a_second() -> None:
    increment = generate_increment(Cadence(iterations=6), MONDAY, 1)
    team = [
        member(
            f"M{place}",
            away=(away(date(2026, 3, 9), date(2026, 3, 20)),),
            holidays={date(2026, 4, 3): "Friday"},
        )
        for place in range(10)
    ]

    def all_cells() -> None:
        for _ in range(30):
            for one in increment.iterations:
                team_capacity(members=team, iteration=one)

    assert best_of(3, all_cells) < 500
