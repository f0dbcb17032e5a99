"""Cuts, coupling and moves against trying everything, on networks small enough for that."""

from collections import Counter
from decimal import Decimal
from itertools import combinations

import rustworkx
from hypothesis import given
from hypothesis import strategies as st

from headway.engine.network.boundaries import suggest_moves
from headway.engine.network.chain import blast_radius
from headway.engine.network.consequences import consequences
from headway.engine.network.coupling import coupling, density
from headway.engine.network.cuts import Cost, cheapest_cuts
from headway.engine.network.graph import Item, Link, Network, gap
from headway.engine.network.slack import slack_table
from tests.engine.makers import calm

KEYS = [f"k{place}" for place in range(6)]
TEAMS = ["Comet", "Merlin", "Orbit"]
items = st.tuples(
    *[
        st.builds(
            Item,
            key=st.just(key),
            team=st.sampled_from(["", *TEAMS]),
            points=st.integers(0, 8),
            iteration=st.none() | st.integers(0, 3),
            done=st.sampled_from([False, False, False, True]),
            group=st.sampled_from(["", "F1", "F2"]),
        )
        for key in KEYS
    ]
)
links = st.lists(
    st.builds(Link, provider=st.sampled_from(KEYS), consumer=st.sampled_from(KEYS), strings=st.integers(1, 3)),
    max_size=11,
)


tangles = st.lists(
    st.builds(Link, provider=st.sampled_from(KEYS[:4]), consumer=st.sampled_from(KEYS[:4]), strings=st.integers(1, 3)),
    min_size=6,
    max_size=10,
)


@st.composite
def networks(draw: st.DrawFn, links: st.SearchStrategy[list[Link]] = links) -> Network:
    chosen = draw(items)
    groups = sorted({item.group for item in chosen} - {""})
    return Network(chosen, draw(links), {group: draw(st.integers(0, 9)) for group in groups})


rooms = st.dictionaries(st.tuples(st.sampled_from(TEAMS), st.integers(0, 3)), st.integers(-4, 20))


def is_open(network: Network, cut: tuple[Link, ...]) -> bool:
    return rustworkx.is_directed_acyclic_graph(Network(network.items, set(network.links) - set(cut)).graph)


def price(network: Network, link: Link, by: Cost) -> Decimal:
    consumer = network.item(link.consumer)
    if consumer.done or network.item(link.provider).done:
        return Decimal(0)
    worth = network.values.get(consumer.group, Decimal(0))
    return {Cost.LINKS: Decimal(link.strings), Cost.POINTS: consumer.points, Cost.VALUE: worth}[by]


@calm
@given(networks() | networks(tangles), st.sampled_from(Cost))
def test_no_set_of_links_opens_every_circle_for_less(network: Network, by: Cost) -> None:
    told = cheapest_cuts(network, by=by)
    tried = (
        (sum((price(network, link, by) for link in cut), Decimal(0)), size)
        for size in range(len(network.links) + 1)
        for cut in combinations(network.links, size)
        if is_open(network, cut)
    )
    assert is_open(network, told.together)
    assert ((told.cost, len(told.together)), told.proven) == (min(tried), True)


@calm
@given(networks(tangles), st.sampled_from(Cost))
def test_the_cut_of_a_circle_is_its_cheapest_link(network: Network, by: Cost) -> None:
    for each in cheapest_cuts(network, by=by).loops:
        around = [network.graph.get_edge_data(network.index(a), network.index(b)) for a, b in pairs(each.loop)]
        assert each.link in around
        assert each.cost == price(network, each.link, by) == min(price(network, link, by) for link in around)


def pairs(loop: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(zip(loop, loop[1:] + loop[:1], strict=True))


@calm
@given(networks())
def test_every_string_is_counted_once(network: Network) -> None:
    told = coupling(network)
    ends = Counter[tuple[str, str]]()
    for link in network.links:
        ends[network.item(link.provider).team, network.item(link.consumer).team] += link.strings
    across = {pair: strings for pair, strings in ends.items() if pair[0] != pair[1] and all(pair)}
    assert {(pair.provider, pair.consumer): pair.strings for pair in told.pairs} == across
    assert told.inside == sum(strings for (one, other), strings in ends.items() if one == other and one)
    assert told.strings + told.inside + told.unassigned == sum(ends.values()) == density(network).strings
    assert sum(map(sum, told.matrix)) == told.strings


@calm
@given(networks())
def test_the_slack_table_tells_every_open_link_once(network: Network) -> None:
    by_key = {item.key: item for item in network.items}
    expected = set()
    for link in network.links:
        provider, consumer = by_key[link.provider], by_key[link.consumer]
        if not provider.done and not consumer.done:
            known = provider.iteration is not None and consumer.iteration is not None
            spare = (consumer.iteration or 0) - (provider.iteration or 0) - gap(provider, consumer)
            expected.add((link.provider, link.consumer, spare if known else None))
    told = slack_table(network)
    assert {(each.provider, each.consumer, each.spare) for each in told} == expected
    assert len(told) == len(expected)


def every_move(network: Network, room: dict[tuple[str, int], int]) -> dict[tuple[frozenset[str], str], int]:
    """Strings removed by each possible move, by trying all subjects and all teams."""
    subjects = [[item] for item in network.items if not item.group]
    for group in network.groups:
        whole = [item for item in network.items if item.group == group]
        subjects += [whole] + [[item for item in whole if item.team == team] for team in {item.team for item in whole}]
    found = {}
    for subject in subjects:
        for taker in {team for team, _ in room}:
            moved = [item for item in subject if item.team != taker and not item.done]
            after = across(network, {item.key: taker for item in moved})
            removed = across(network, {}) - after
            if removed > 0 and fits(moved, taker, room):
                found[frozenset(item.key for item in moved), taker] = removed
    return found


def across(network: Network, given: dict[str, str]) -> int:
    def team(key: str) -> str:
        return given.get(key, network.item(key).team)

    return sum(
        link.strings
        for link in network.links
        if not network.item(link.provider).done and not network.item(link.consumer).done
        if team(link.provider) and team(link.consumer) and team(link.provider) != team(link.consumer)
    )


def fits(moved: list[Item], taker: str, room: dict[tuple[str, int], int]) -> bool:
    left = {at: Decimal(points) for (team, at), points in room.items() if team == taker and points >= 0}
    for item in moved:
        if item.iteration is not None:
            left[item.iteration] = left.get(item.iteration, Decimal(-1)) - item.points
    unplanned = sum(item.points for item in moved if item.iteration is None)
    return all(points >= 0 for points in left.values()) and sum(left.values()) >= unplanned


@calm
@given(networks(), rooms)
def test_no_move_that_fits_removes_more_strings_than_the_first_told(
    network: Network, room: dict[tuple[str, int], int]
) -> None:
    told = suggest_moves(network, room, limit=100)
    by_hand = every_move(network, room)
    assert [by_hand[frozenset(move.items), move.taker] for move in told] == [move.removed for move in told]
    assert max((move.removed for move in told), default=0) == max(by_hand.values(), default=0)
    assert {move.strings_before for move in told} <= {across(network, {})}
    assert [move.removed for move in told] == sorted((move.removed for move in told), reverse=True)
    assert min((move.room_after for move in told), default=Decimal(0)) >= 0


@calm
@given(networks(), st.sampled_from(KEYS), st.integers(1, 3), st.integers(0, 4))
def test_what_finishes_later_is_what_a_replanned_network_says(
    network: Network, key: str, slip: int, until: int
) -> None:
    told = blast_radius(network, key, slip, until)
    source = network.item(key)
    moves = {key: slip} if source.iteration is not None and not source.done else {}
    moves |= told.delays

    def ends(moved: dict[str, int]) -> dict[str, int]:
        last: dict[str, int] = {}
        for item in network.items:
            if item.iteration is not None and item.group:
                last[item.group] = max(last.get(item.group, 0), item.iteration + moved.get(item.key, 0))
        return last

    before, after = ends({}), ends(moves)
    late = {group: after[group] - before[group] for group in after if after[group] > before[group]}
    out = {group for group in late if before[group] <= until < after[group]}
    assert told.late == late
    assert told.falls_out == out
    assert (told.value, told.falls_out_value) == (
        sum(network.values[group] for group in late),
        sum(network.values[group] for group in out),
    )


@calm
@given(networks(), st.sampled_from(KEYS), st.none() | st.integers(0, 4), st.none() | st.sampled_from(TEAMS))
def test_consequences_are_the_difference_of_two_slack_tables(
    network: Network, key: str, iteration: int | None, team: str | None
) -> None:
    told = consequences(network, key, iteration=iteration, team=team)
    now = network.item(key)
    moved = Item(
        key=key,
        team=now.team if team is None else team,
        points=now.points,
        iteration=iteration,
        done=now.done,
        group=now.group,
    )
    own = {link for link in network.links if key in (link.provider, link.consumer)}
    if not now.done:
        for before_after, net in ((told.before, network), (told.after, network.replaced(moved))):
            known = {each for each in slack_table(net) if key in (each.provider, each.consumer)}
            assert known <= set(before_after)
    assert len(told.before) == len(told.after) == len(own)
    assert {each for each in told.after if each.short} - set(told.worse) == {
        new for old, new in zip(told.before, told.after, strict=True) if old.short and new.short
    }
