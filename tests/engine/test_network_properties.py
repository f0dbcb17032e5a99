from decimal import Decimal
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from headway.engine.network.chain import Measure, blast_radius, critical_chain, downstream, upstream
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network, gap
from tests.engine.makers import calm

COUNT = 7
KEYS = [f"k{place}" for place in range(COUNT)]
items = st.tuples(
    *[
        st.builds(
            Item,
            key=st.just(key),
            team=st.sampled_from(["", "Comet", "Merlin", "Orbit"]),
            points=st.integers(0, 8),
            iteration=st.none() | st.integers(0, 6),
            done=st.sampled_from([False, False, False, True]),
        )
        for key in KEYS
    ]
)
links = st.lists(st.builds(Link, provider=st.sampled_from(KEYS), consumer=st.sampled_from(KEYS)), max_size=14)
networks = st.builds(Network, items, links)
keys = st.sampled_from(KEYS)


def renamed(network: Network) -> Network:
    """The same network under names that sort the other way round."""
    names = {item.key: f"n{1000 - place}" for place, item in enumerate(network.items)}
    return Network(
        [
            Item(key=names[one.key], team=one.team, points=one.points, iteration=one.iteration, done=one.done)
            for one in network.items
        ],
        [Link(provider=names[one.provider], consumer=names[one.consumer]) for one in network.links],
    )


def old(key: str) -> str:
    return f"k{1000 - int(key[1:])}"


def loops_by_hand(network: Network) -> set[tuple[str, ...]]:
    """Every ordered choice of items, tried: what a loop is, without any algorithm."""
    linked = {(link.provider, link.consumer) for link in network.links}
    return {
        chosen
        for size in range(1, COUNT + 1)
        for chosen in permutations(KEYS, size)
        if chosen[0] == min(chosen)
        and all(pair in linked for pair in zip(chosen, chosen[1:] + chosen[:1], strict=True))
    }


@calm
@given(networks)
def test_loops_are_those_found_by_trying_every_order(network: Network) -> None:
    told = find_cycles(network, limit=10_000)
    by_hand = loops_by_hand(network)
    assert (set(told.loops), len(told.loops)) == (by_hand, len(by_hand))
    assert told.members == {key for loop in by_hand for key in loop}
    assert told.complete


@calm
@given(networks, keys)
def test_upstream_and_downstream_are_two_views_of_one_thing(network: Network, key: str) -> None:
    assert upstream(network, key) == {other for other in KEYS if key in downstream(network, other)}


@calm
@given(networks, st.sampled_from(Measure))
def test_the_critical_chain_is_a_chain_and_no_other_is_longer(network: Network, by: Measure) -> None:
    told = critical_chain(network, by=by)
    by_key = {item.key: item for item in network.items}
    groups = find_cycles(network, limit=0).groups
    linked = {
        (link.provider, link.consumer)
        for link in network.links
        if not any({link.provider, link.consumer} <= group for group in groups)
    }

    def measured(keys: tuple[str, ...]) -> tuple[int, Decimal]:
        steps = sum(gap(by_key[one], by_key[other]) for one, other in pairwise(keys))
        return 1 + steps, sum((by_key[key].points for key in keys), Decimal(0))

    chains = [(item.key,) for item in network.items if not item.done]
    for chain in chains:
        chains.extend((*chain, nxt) for one, nxt in linked if one == chain[-1] and not by_key[nxt].done)
    lengths = [measured(chain) for chain in chains]
    longest = max(lengths, key=lambda one: one if by is Measure.ITERATIONS else one[::-1], default=(0, Decimal(0)))
    assert (told.iterations, told.points) == longest
    assert told.keys in [*chains, ()]
    assert not told.keys or measured(told.keys) == longest


@calm
@given(networks, keys, st.integers(1, 3))
def test_the_blast_radius_is_the_least_that_keeps_every_slack(network: Network, key: str, slip: int) -> None:
    """The same thing as a fixed point: repeat each link's demand until nothing moves any more."""
    by_key = {item.key: item for item in network.items}
    delays = {key: slip} if by_key[key].iteration is not None and not by_key[key].done else {}
    for _ in range(COUNT):
        for link in network.links:
            provider, consumer = by_key[link.provider], by_key[link.consumer]
            if link.provider not in delays or consumer.done or consumer.iteration is None:
                continue
            free = max(0, consumer.iteration - (provider.iteration or 0) - gap(provider, consumer))
            demand = delays[link.provider] - free
            if demand > delays.get(link.consumer, 0):
                delays[link.consumer] = demand
    delays.pop(key, None)
    told = blast_radius(network, key, slip=slip)
    assert told.delays == delays
    assert told.points == sum(by_key[one].points for one in delays)


@calm
@given(networks, keys, st.integers(1, 3))
def test_a_larger_slip_never_touches_less(network: Network, key: str, slip: int) -> None:
    less, more = (
        blast_radius(network, key, slip=slip).delays,
        blast_radius(network, key, slip=slip + 1).delays,
    )
    assert {one for one, delay in less.items() if delay > more.get(one, 0)} == set()


@calm
@given(networks, keys, st.sampled_from(Measure))
def test_renaming_changes_nothing(network: Network, key: str, by: Measure) -> None:
    other = renamed(network)
    new = other.items[network.index(key)].key
    assert critical_chain(network, by=by).keys == tuple(map(old, critical_chain(other, by=by).keys))
    assert blast_radius(network, key).delays == {
        old(one): delay for one, delay in blast_radius(other, new).delays.items()
    }
    assert find_cycles(network).groups == tuple(frozenset(map(old, group)) for group in find_cycles(other).groups)
    assert set(find_cycles(network).loops) == {tuple(map(old, loop)) for loop in find_cycles(other).loops}
