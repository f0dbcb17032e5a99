"""What may be asked of a network beyond its health: room, value at stake, cuts, coupling, moves, consequences."""

from decimal import Decimal
from random import Random

import pytest

from headway.engine.errors import Invalid
from headway.engine.network.boundaries import Move, MoveKind, suggest_moves
from headway.engine.network.chain import Chain, blast_radius, critical_chain, most_harmful
from headway.engine.network.consequences import consequences
from headway.engine.network.coupling import GroupDensity, Pair, coupling, density
from headway.engine.network.cuts import Cost, LoopCut, cheapest_cuts
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.slack import LinkSlack, slack_table
from tests.engine.makers import network


def item(key: str, team: str = "", iteration: int | None = None, points: int = 1, group: str = "") -> Item:
    return Item(key=key, team=team, iteration=iteration, points=Decimal(points), group=group)


def links(told: str) -> list[Link]:
    return [Link(provider=one.split(">")[0], consumer=one.split(">")[1]) for one in told.split()]


def part(provider: str, consumer: str) -> Link:
    return Link(provider=provider, consumer=consumer, part=True)


# Values and parts ------------------------------------------------------------


def test_the_value_of_something_that_is_not_there_is_refused() -> None:
    with pytest.raises(Invalid, match="F9 has a value but is neither an item nor the group of one") as no:
        Network([item("a", group="F1")], [], values={"F9": 5})
    assert no.value.data == {"field": "values", "value": "F9"}


@pytest.mark.parametrize("value", [-1, float("nan"), 10**7])
def test_a_value_out_of_bounds_is_refused(value: float) -> None:
    with pytest.raises(Invalid, match=r"F1: Value is .*; give a number from 0 to 999999"):
        Network([item("a", group="F1")], [], values={"F1": value})


def test_a_link_stands_for_at_least_one_dependency() -> None:
    with pytest.raises(Invalid, match="Strings is 0; give a whole number from 1 to 9999"):
        Link(provider="a", consumer="b", strings=0)


def test_a_part_may_finish_in_the_iteration_of_its_whole_and_passes_its_delay_on() -> None:
    net = Network(
        [item("a", "Kestrel", 2), item("F", "Merlin", 2), item("c", "Osprey", 3)], [part("a", "F"), *links("F>c")]
    )
    assert critical_chain(net) == Chain(keys=("a", "F", "c"), iterations=2, points=Decimal(3))
    assert blast_radius(net, "a").delays == {"F": 1, "c": 1}
    assert [each.provider for each in slack_table(net)] == ["F"]


# Room ------------------------------------------------------------------------


def test_the_room_of_links_is_told_the_least_first_and_the_unknown_last() -> None:
    net = network({"a": 0, "b": 1, "c": 1, "d": None, "e": 4}, "a>b b>c c>d b>e", teams={"b": "x", "c": "x"})
    told = slack_table(net)
    assert [(each.provider, each.consumer, each.slack, each.gap, each.spare, each.short) for each in told] == [
        ("a", "b", 1, 1, 0, False),
        ("b", "c", 0, 0, 0, False),
        ("b", "e", 3, 1, 2, False),
        ("c", "d", None, 1, None, False),
    ]


def test_a_string_in_one_iteration_is_short_across_teams_and_not_within_one() -> None:
    apart = network({"a": 1, "b": 1}, "a>b")
    together = network({"a": 1, "b": 1}, "a>b", teams={"a": "x", "b": "x"})
    assert [each.short for each in slack_table(apart) + slack_table(together)] == [True, False]


def test_nobody_waits_for_what_is_done() -> None:
    assert slack_table(network({"a": 3, "b": 1}, "a>b", done={"a": True})) == ()


# Value at stake ----------------------------------------------------------------


def test_a_slip_makes_late_only_the_features_that_then_finish_later() -> None:
    """F2 has another story in iteration 5 anyway, so b may slip without making it late."""
    net = Network(
        [
            item("a", "A", 0, 5, "F1"),
            item("b", "B", 1, 3, "F2"),
            item("z", "B", 5, 3, "F2"),
            item("c", "C", 2, 2, "F3"),
        ],
        links("a>b b>c"),
        values={"F1": 20, "F2": 13, "F3": 8},
    )
    told = blast_radius(net, "a", until=2)
    assert (told.delays, told.late, told.value) == ({"b": 1, "c": 1}, {"F1": 1, "F3": 1}, Decimal(28))
    assert (told.falls_out, told.falls_out_value) == (frozenset({"F3"}), Decimal(8))
    assert blast_radius(net, "a").falls_out == frozenset()


def test_an_item_with_a_value_of_its_own_is_at_stake_too() -> None:
    net = Network([item("a", "A", 0), item("b", "B", 1)], links("a>b"), values={"b": 4})
    assert (blast_radius(net, "a").late, blast_radius(net, "a").value) == ({"b": 1}, Decimal(4))


def test_what_was_late_already_does_not_fall_out_again() -> None:
    net = Network([item("a", "A", 4, group="F")], [], values={"F": 3})
    told = blast_radius(net, "a", until=2)
    assert (told.late, told.falls_out) == ({"F": 1}, frozenset())


def test_the_most_harmful_slip_is_that_of_the_largest_value() -> None:
    net = Network(
        [item("a", "A", 0, group="F1"), item("b", "B", 1, 20), item("c", "C", 0), item("d", "D", 1, group="F2")],
        links("a>b c>d"),
        values={"F1": 1, "F2": 9},
    )
    assert [(each.source, each.value) for each in most_harmful(net)] == [("c", Decimal(9)), ("a", Decimal(1))]
    assert [each.source for each in most_harmful(net, limit=1)] == ["c"]


# Cuts ------------------------------------------------------------------------


def test_without_a_circle_there_is_nothing_to_cut() -> None:
    told = cheapest_cuts(network({"a": 0, "b": 1}, "a>b"))
    assert (told.loops, told.together, told.cost, told.proven) == ((), (), Decimal(0), True)


def test_a_circle_is_opened_before_its_smallest_consumer() -> None:
    net = network({"a": 0, "b": 0, "c": 0}, "a>b b>c c>a", points={"a": 5, "b": 2, "c": 8})
    cut = Link(provider="a", consumer="b")
    told = cheapest_cuts(net)
    assert told.loops == (LoopCut(loop=("a", "b", "c"), link=cut, cost=Decimal(2)),)
    assert (told.together, told.cost, told.complete, told.proven) == ((cut,), Decimal(2), True, True)


def test_one_cut_for_two_circles_beats_the_cheapest_of_each() -> None:
    """a>b lies in both circles and costs 5; the cheapest cuts of the two alone cost 3 each."""
    net = network({"a": 0, "b": 0, "c": 0, "d": 0}, "a>b b>c c>a b>d d>a", points={"a": 9, "b": 5, "c": 3, "d": 3})
    told = cheapest_cuts(net)
    assert [each.cost for each in told.loops] == [Decimal(3), Decimal(3)]
    assert (told.together, told.cost) == ((Link(provider="a", consumer="b"),), Decimal(5))


def test_by_value_the_feature_that_waits_decides() -> None:
    net = Network(
        [item("a", "A", 0, 1, "F1"), item("b", "B", 0, 8, "F2")], links("a>b b>a"), values={"F1": 20, "F2": 3}
    )
    assert cheapest_cuts(net, by=Cost.VALUE).together == (Link(provider="a", consumer="b"),)
    assert cheapest_cuts(net, by=Cost.POINTS).together == (Link(provider="b", consumer="a"),)


def test_by_links_a_pair_of_many_dependencies_is_dear() -> None:
    many = Link(provider="a", consumer="b", strings=3)
    net = Network([item("a"), item("b")], [many, *links("b>a")])
    assert cheapest_cuts(net, by=Cost.LINKS).together == (Link(provider="b", consumer="a"),)


def test_what_is_done_is_cut_for_nothing() -> None:
    net = network({"a": 0, "b": 0}, "a>b b>a", points={"a": 5, "b": 3}, done={"a": True})
    assert cheapest_cuts(net).cost == Decimal(0)


def test_a_part_is_never_cut_off_its_whole() -> None:
    net = Network([item("s", "A", 0, 9), item("F", "A", 0, 0)], [part("s", "F"), *links("F>s")])
    assert cheapest_cuts(net).together == (Link(provider="F", consumer="s"),)


def test_wholes_and_parts_in_a_circle_are_refused_by_name() -> None:
    with pytest.raises(Invalid, match="a, b are parts of each other in a circle"):
        cheapest_cuts(Network([item("a"), item("b")], [part("a", "b"), part("b", "a")]))


def test_the_cut_of_all_circles_is_whole_even_where_not_all_are_told() -> None:
    keys = [f"k{place}" for place in range(9)]
    net = Network([item(key) for key in keys], [Link(provider=a, consumer=b) for a in keys for b in keys if a != b])
    told = cheapest_cuts(net, limit=10)
    assert (len(told.loops), told.complete, told.cost) == (10, False, Decimal(36))
    left = Network(net.items, set(net.links) - set(told.together))
    assert cheapest_cuts(left).loops == ()


# Coupling --------------------------------------------------------------------


def strung() -> Network:
    """Kestrel gives Merlin three strings (two as one link), Merlin gives one back; the rest crosses nothing."""
    return Network(
        [
            item("a", "Kestrel", 0, 5, "F1"),
            item("b", "Merlin", 1, 3, "F2"),
            item("c", "Merlin", 0, 2, "F1"),
            item("d", "Kestrel", 2, 1),
            item("e", "", 2, 8, "F2"),
            item("o", "Osprey", 2, 1),
        ],
        [Link(provider="a", consumer="b", strings=2), *links("a>c c>d a>d b>e")],
    )


def test_pairs_of_teams_are_told_with_strings_points_and_how_many_are_short() -> None:
    told = coupling(strung())
    assert told.pairs == (
        Pair(provider="Kestrel", consumer="Merlin", strings=3, points=Decimal(10), short=1),
        Pair(provider="Merlin", consumer="Kestrel", strings=1, points=Decimal(3), short=0),
    )
    assert (told.strings, told.inside, told.unassigned) == (4, 1, 1)
    assert told.teams == ("Kestrel", "Merlin", "Osprey")
    assert told.matrix == ((0, 3, 0), (1, 0, 0), (0, 0, 0))
    assert (told.between("Merlin", "Kestrel"), told.between("Merlin", "Osprey")) == (4, 0)


def test_density_is_told_for_the_whole_and_for_each_feature() -> None:
    told = density(strung())
    assert (told.items, told.strings, told.across, told.per_item) == (6, 6, 4, Decimal("1.000"))
    assert (told.linked_pairs, told.possible_pairs, told.share) == (1, 3, Decimal("0.333"))
    assert told.groups == (
        GroupDensity(group="F1", items=2, strings=5, across=4, outside=4, teams=frozenset({"Kestrel", "Merlin"})),
        GroupDensity(group="F2", items=2, strings=3, across=2, outside=2, teams=frozenset({"Merlin"})),
    )
    assert told.groups[0].per_item == Decimal("2.500")


def test_nothing_has_no_density() -> None:
    told = density(Network([], []))
    assert (told.per_item, told.share, told.groups) == (Decimal(0), Decimal(0), ())


# Moves -----------------------------------------------------------------------


def test_the_move_that_removes_most_strings_comes_first_with_before_and_after() -> None:
    net = Network(
        [
            item("a", "Kestrel", 1, 5, "F1"),
            item("b", "Merlin", 1, 3, "F2"),
            item("c", "Merlin", 2, 3, "F2"),
            item("d", "Kestrel", 2, 9, "F3"),
        ],
        links("a>b a>c d>c"),
    )
    told = suggest_moves(net, {("Merlin", 1): 6, ("Merlin", 2): 0, ("Kestrel", 1): 3, ("Kestrel", 2): 4})
    assert told == (
        Move(
            kind=MoveKind.GROUP,
            subject="F2",
            items=("b", "c"),
            givers=("Merlin",),
            taker="Kestrel",
            points=Decimal(6),
            strings_before=3,
            strings_after=0,
            short_before=2,
            short_after=0,
            room_before=Decimal(3),
            room_after=Decimal(0),
        ),
        Move(
            kind=MoveKind.GROUP,
            subject="F1",
            items=("a",),
            givers=("Kestrel",),
            taker="Merlin",
            points=Decimal(5),
            strings_before=3,
            strings_after=1,
            short_before=2,
            short_after=1,
            room_before=Decimal(6),
            room_after=Decimal(1),
        ),
    )
    assert told[0].removed == 3


def test_nothing_is_suggested_that_would_overload_the_taker() -> None:
    net = Network([item("a", "Kestrel", 1, 5), item("b", "Merlin", 2, 5)], links("a>b"))
    assert suggest_moves(net, {("Merlin", 1): 4.5, ("Kestrel", 2): -1, ("Kestrel", 1): 40}) == ()
    assert [each.taker for each in suggest_moves(net, {("Merlin", 1): 5})] == ["Merlin"]


def test_work_that_is_not_planned_needs_room_somewhere() -> None:
    net = Network([item("a", "Kestrel", None, 5), item("b", "Merlin", 2, 5)], links("a>b"))
    (told,) = suggest_moves(net, {("Merlin", 1): 3, ("Merlin", 2): 4, ("Merlin", 3): -9})
    assert (told.room_before, told.room_after) == (Decimal(7), Decimal(2))
    assert suggest_moves(net, {("Merlin", 1): 3, ("Merlin", 2): 1}) == ()


def test_one_teams_part_is_suggested_where_the_whole_would_bring_no_more() -> None:
    net = Network(
        [item("a", "Kestrel", 1, 2, "F"), item("b", "Osprey", 1, 9, "F"), item("c", "Merlin", 2, 1)], links("a>c")
    )
    room = {(team, at): 20 for team in ("Kestrel", "Merlin", "Osprey") for at in (1, 2)}
    assert [(each.kind, each.subject, each.taker) for each in suggest_moves(net, room)] == [
        (MoveKind.ITEM, "c", "Kestrel"),
        (MoveKind.PART, "F", "Merlin"),
    ]


def test_done_work_stays_where_it_is() -> None:
    done = Item(key="a", team="Kestrel", iteration=1, points=Decimal(1), done=True)
    assert suggest_moves(Network([done, item("b", "Merlin", 2)], links("a>b")), {("Kestrel", 2): 9}) == ()


def test_room_that_is_no_number_is_refused() -> None:
    with pytest.raises(Invalid, match="Room is nan"):
        suggest_moves(Network([], []), {("Kestrel", 1): float("nan")})


# Consequences ------------------------------------------------------------------


def test_a_card_put_later_makes_strings_short_and_pushes_what_follows() -> None:
    net = network({"a": 1, "b": 2, "c": 3, "z": 0}, "a>b b>c z>a")
    told = consequences(net, "a", iteration=2)
    assert told.worse == (LinkSlack(provider="a", consumer="b", strings=1, slack=0, gap=1),)
    assert [each.spare for each in told.before] == [0, 0]
    assert [each.spare for each in told.after] == [-1, 1]
    assert (told.better, told.pushed, told.chain_before, told.chain_after) == ((), {"b": 1, "c": 1}, None, None)


def test_a_card_put_earlier_can_mend_a_string() -> None:
    told = consequences(network({"a": 2, "b": 2}, "a>b"), "a", iteration=1)
    assert told.better == (LinkSlack(provider="a", consumer="b", strings=1, slack=1, gap=1),)
    assert told.pushed == {}


def test_a_card_given_to_the_other_team_shortens_the_chain_and_its_gap() -> None:
    told = consequences(network({"a": 1, "b": 1}, "a>b"), "a", iteration=1, team="b")
    assert [each.short for each in told.before + told.after] == [True, False]
    assert [told.chain_before, told.chain_after] == [
        Chain(keys=("a", "b"), iterations=2, points=Decimal(2)),
        Chain(keys=("a", "b"), iterations=1, points=Decimal(2)),
    ]


def test_a_card_taken_out_of_the_plan_leaves_its_strings_unknown() -> None:
    told = consequences(network({"a": 1, "b": 2}, "a>b"), "a", iteration=None)
    assert ([each.spare for each in told.after], told.pushed) == ([None], {})


def test_a_feature_that_is_an_item_too_finishes_with_the_last_of_its_stories() -> None:
    net = Network([item("a", "A", 1, group="F"), item("F", "A", 0, group="F")], [part("a", "F")], values={"F": 5})
    told = blast_radius(net, "a")
    assert (told.late, told.value) == ({"F": 1}, Decimal(5))


def test_a_great_tangle_is_opened_without_being_proven_and_without_a_link_too_many() -> None:
    chance = Random(1)
    keys = [f"k{place}" for place in range(60)]
    pairs = {tuple(chance.sample(keys, 2)) for _ in range(400)}
    net = Network([item(key) for key in keys], [Link(provider=a, consumer=b) for a, b in sorted(pairs)])
    told = cheapest_cuts(net, limit=0)
    left = set(net.links) - set(told.together)
    assert (told.proven, find_cycles(Network(net.items, left), limit=0).groups) == (False, ())
    assert [cut for cut in told.together if not find_cycles(Network(net.items, {*left, cut}), limit=0).groups] == []
