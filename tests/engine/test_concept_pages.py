"""What docs/concepts says about a number is what the engine does."""

from decimal import Decimal
from pathlib import Path

from headway.engine.network.chain import blast_radius
from headway.engine.network.cuts import cheapest_cuts
from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.health import health, slack
from headway.engine.planner import Weights
from headway.engine.planner.problem import LAST_ITERATION, MOST_LINKS, MOST_STORIES
from headway.engine.rules import hints
from headway.engine.values.dependency import DependencyState
from tests.engine.makers import network

CONCEPTS = Path(__file__).parents[2] / "docs" / "concepts"
POSITIONS: dict[str, tuple[int | None, ...]] = {
    "not planned": (None,),
    "planned": (0, 1, 2),
    "any": (None, 0, 1, 2),
}


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    _, _, below = (CONCEPTS / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    rows = [line for line in below.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_the_usual_ranges_are_those_of_the_page() -> None:
    ranges = [value for value in vars(hints).values() if isinstance(value, hints.UsualRange)]
    written = table("capacity.md", "Usual ranges")
    assert written == [[one.rule, str(one.low), str(one.high), one.unit] for one in ranges]


def matches(told: str, gap: int | None) -> bool:
    if told == "any" or gap is None:
        return told in ("any", "unknown")
    return {"1 or more": gap >= 1, "0": gap == 0, "less than 0": gap < 0}.get(told, False)


def test_the_health_table_of_the_page_is_the_rule() -> None:
    rows = table("dependencies.md", "Health")
    named = {state for row in rows if row[0] != "any other" for state in row[0].split(", ")}
    wrong = []
    for state in DependencyState:
        for provider in POSITIONS["any"]:
            for consumer in POSITIONS["any"]:
                told = next(
                    row[4]
                    for row in rows
                    if (state in row[0].split(", ") or (row[0] == "any other" and state not in named))
                    and provider in POSITIONS[row[1]]
                    and consumer in POSITIONS[row[2]]
                    and matches(row[3], slack(provider, consumer))
                )
                if (health(provider, consumer, state) or "no string") != told:
                    wrong.append((state, provider, consumer, told))
    assert (len(rows), wrong) == (7, [])


def test_the_examples_of_the_page_hold() -> None:
    net = network({"A": 0, "B": 1, "C": 3, "D": 4}, "A>B B>C C>D")
    assert blast_radius(net, "A").delays == {"B": 1}
    assert blast_radius(net, "A", slip=2).delays == {"B": 2, "C": 1, "D": 1}
    assert Decimal("13.5") * 105 / 140 == Decimal("10.125")


def test_the_example_of_the_cheapest_cut_holds() -> None:
    net = network(dict.fromkeys("ABCD"), "C>A A>B B>C B>D D>A", points={"A": 9, "B": 5, "C": 3, "D": 3})
    told = cheapest_cuts(net)
    assert [each.cost for each in told.loops] == [3, 3]
    assert (told.together, told.cost) == ((Link(provider="A", consumer="B"),), 5)


def test_the_example_of_value_at_stake_holds() -> None:
    places = {"A": (0, "F1"), "B": (1, "F2"), "C": (2, "F3"), "Z": (5, "F2")}
    net = Network(
        [Item(key=key, team=key, iteration=at, group=group) for key, (at, group) in places.items()],
        [Link(provider="A", consumer="B"), Link(provider="B", consumer="C")],
        {"F1": 20, "F2": 13, "F3": 8},
    )
    told = blast_radius(net, "A", until=2)
    assert (told.delays, told.late, told.value) == ({"B": 1, "C": 1}, {"F1": 1, "F3": 1}, 28)
    assert told.falls_out == {"F3"}


def test_the_weights_and_limits_of_the_planner_are_those_of_the_page() -> None:
    weights = Weights()
    assert [(row[0], float(row[3])) for row in table("planner.md", "What makes a plan better")] == [
        (name, getattr(weights, name)) for name in Weights.__slots__
    ]
    limits = {row[0]: row[1] for row in table("planner.md", "Limits")}
    assert limits["stories, features"] == f"{MOST_STORIES:,}"
    assert limits["dependencies"] == f"{MOST_LINKS:,}"
    assert limits["iterations"] == str(LAST_ITERATION + 1)
