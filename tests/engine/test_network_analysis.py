from decimal import Decimal

import pytest

from headway.engine.errors import Invalid
from headway.engine.network.chain import Chain, Measure, blast_radius, critical_chain, downstream, upstream
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network
from tests.engine.makers import network

NOWHERE = None


def unplanned(keys: str) -> dict[str, int | None]:
    return dict.fromkeys(keys.split(), NOWHERE)


def test_a_link_to_an_unknown_item_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="ghost is not in this network; add it as an item or leave the link out") as no:
        network({"a": 0}, "a>ghost")
    assert no.value.data == {"field": "key", "value": "ghost"}


def test_two_items_with_one_key_are_refused_by_name() -> None:
    with pytest.raises(Invalid, match="b is in this network twice"):
        Network([Item(key="a"), Item(key="b"), Item(key="b")], [])


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"iteration": -1}, "iteration"),
        ({"points": -1}, "points"),
        ({"key": ""}, "key"),
        ({"points": float("nan")}, "points"),
    ],
)
def test_an_item_out_of_bounds_is_refused(told: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Item(**({"key": "a"} | told))
    assert refused.value.data["field"] == field


def test_a_pair_linked_twice_counts_once() -> None:
    assert network({"a": 0, "b": 1}, "a>b a>b").links == (Link(provider="a", consumer="b"),)


def test_an_empty_network_has_nothing_in_it() -> None:
    empty = network({}, "")
    assert find_cycles(empty).members == frozenset()
    assert critical_chain(empty) == Chain(keys=(), iterations=0, points=Decimal(0))


def test_cycles_are_told_as_groups_and_as_loops() -> None:
    told = find_cycles(network(unplanned("a b c d e f g"), "a>b b>c c>a c>d d>e e>d f>f f>g"))
    assert told.groups == (frozenset("abc"), frozenset("de"), frozenset("f"))
    assert told.loops == (("a", "b", "c"), ("d", "e"), ("f",))
    assert told.members == frozenset("abcdef")
    assert told.complete


def test_the_largest_group_in_a_circle_is_told_first() -> None:
    told = find_cycles(network(unplanned("a b c d e"), "a>b b>a c>d d>e e>c"))
    assert told.groups == (frozenset("cde"), frozenset("ab"))


def test_loops_are_bounded_and_say_so_while_groups_are_whole() -> None:
    keys = [chr(ord("a") + place) for place in range(12)]
    everyone = " ".join(f"{one}>{other}" for one in keys for other in keys if one != other)
    told = find_cycles(network(unplanned(" ".join(keys)), everyone), limit=25)
    assert (len(told.loops), told.complete, told.groups) == (25, False, (frozenset(keys),))
    assert len(set(told.loops)) == 25


def test_exactly_as_many_loops_as_asked_for_are_complete() -> None:
    two = network(unplanned("a b c d"), "a>b b>a c>d d>c")
    assert find_cycles(two, limit=2).complete
    assert find_cycles(two, limit=1) == find_cycles(two, limit=1)
    assert (find_cycles(two, limit=1).loops, find_cycles(two, limit=1).complete) == ((("a", "b"),), False)


def test_the_critical_chain_is_the_longest_in_iterations_then_in_points() -> None:
    """a, b and c need three iterations; d and e only two, though they are more work."""
    net = network(unplanned("a b c d e x"), "a>b b>c d>e x>b", points={"d": 20, "e": 20, "x": 3})
    assert critical_chain(net) == Chain(keys=("x", "b", "c"), iterations=3, points=Decimal(5))
    assert critical_chain(net, by=Measure.POINTS) == Chain(keys=("d", "e"), iterations=2, points=Decimal(40))


def test_work_of_one_team_may_share_an_iteration() -> None:
    net = network(unplanned("a b c"), "a>b b>c", teams={"a": "Comet", "b": "Comet", "c": "Merlin"})
    assert critical_chain(net).iterations == 2


def test_work_without_a_team_shares_no_iteration_with_what_it_provides_to() -> None:
    net = network(unplanned("a b"), "a>b", teams={"a": "", "b": ""})
    assert critical_chain(net).iterations == 2


def test_work_that_is_done_no_longer_makes_a_chain_long() -> None:
    net = network(unplanned("a b c d e"), "a>b b>c c>d b>e", done={"a": True, "b": True})
    assert critical_chain(net) == Chain(keys=("c", "d"), iterations=2, points=Decimal(2))
    assert critical_chain(network({"a": 0}, "", done={"a": True})).keys == ()


def test_a_cycle_does_not_keep_the_rest_from_having_a_critical_chain() -> None:
    net = network(unplanned("a b c d"), "a>b b>a b>c c>d")
    assert critical_chain(net) == Chain(keys=("b", "c", "d"), iterations=3, points=Decimal(3))


def test_upstream_and_downstream_reach_through_others() -> None:
    net = network(unplanned("a b c d e"), "a>b b>c c>d e>c")
    assert upstream(net, "c") == frozenset("abe")
    assert downstream(net, "b") == frozenset("cd")
    assert (upstream(net, "a"), downstream(net, "d")) == (frozenset(), frozenset())
    with pytest.raises(Invalid, match="z is not in this network"):
        upstream(net, "z")


def test_in_a_cycle_everybody_is_up_and_downstream_but_oneself() -> None:
    net = network(unplanned("a b c"), "a>b b>c c>a")
    assert upstream(net, "a") == downstream(net, "a") == frozenset("bc")


def test_a_slip_stops_where_there_is_slack() -> None:
    """b follows at once and moves; c has an iteration to spare and does not, so d behind it stays too."""
    net = network({"a": 0, "b": 1, "c": 3, "d": 4}, "a>b b>c c>d", points={"b": 5})
    told = blast_radius(net, "a")
    assert (told.delays, told.teams, told.points) == ({"b": 1}, frozenset("b"), 5)
    assert blast_radius(net, "a", slip=2).delays == {"b": 2, "c": 1, "d": 1}
    assert list(blast_radius(net, "a", slip=2).delays) == ["b", "c", "d"]


def test_tight_and_conflicting_strings_pass_the_whole_delay_on() -> None:
    assert blast_radius(network({"a": 2, "b": 2, "c": 0}, "a>b b>c"), "a").delays == {"b": 1, "c": 1}


def test_within_a_team_a_slip_into_the_same_iteration_is_free() -> None:
    net = network({"a": 0, "b": 1}, "a>b", teams={"a": "Comet", "b": "Comet"})
    assert blast_radius(net, "a").delays == {}
    assert blast_radius(net, "a", slip=2).delays == {"b": 1}


def test_of_two_ways_the_larger_delay_counts() -> None:
    net = network({"a": 0, "b": 2, "c": 1, "d": 2}, "a>b a>c c>b b>d", teams={"b": "x", "c": "y"})
    assert blast_radius(net, "a", slip=2).delays == {"c": 2, "b": 2, "d": 2}


def test_done_and_unplanned_work_is_not_touched_and_passes_nothing_on() -> None:
    net = network({"a": 0, "b": 1, "c": 2, "d": None, "e": 2}, "a>b b>c a>d d>e", done={"b": True})
    assert blast_radius(net, "a").delays == {}
    assert blast_radius(net, "b").delays == {}
    assert blast_radius(net, "d").delays == {}


def test_a_slip_runs_round_a_cycle_once() -> None:
    net = network({"a": 1, "b": 1, "c": 1}, "a>b b>c c>a")
    assert blast_radius(net, "a").delays == {"b": 1, "c": 1}


@pytest.mark.parametrize("slip", [0, 101])
def test_a_slip_has_bounds(slip: int) -> None:
    with pytest.raises(Invalid, match=f"Slip is {slip}; give a whole number from 1 to 100 iterations"):
        blast_radius(network({"a": 0}, ""), "a", slip=slip)
