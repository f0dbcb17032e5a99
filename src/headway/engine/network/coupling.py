"""How tightly teams and features hang together: strings between pairs, and how dense they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.slack import room_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """What one team gives to another.

    ``strings`` counts the dependencies, ``points`` adds up the sizes of the distinct items at both ends, and
    ``short`` counts the dependencies whose consumer stands too early for its provider.
    """

    provider: str
    consumer: str
    strings: int
    points: Decimal
    short: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Coupling:
    """All pairs of teams with strings between them, most strings first.

    ``teams`` are all teams of the network in the order in which their first item was given; ``inside`` counts
    strings within one team and ``unassigned`` those of which an end has no team.
    """

    teams: tuple[str, ...]
    pairs: tuple[Pair, ...]
    inside: int
    unassigned: int

    @property
    def strings(self) -> int:
        """All strings between two teams."""
        return sum(pair.strings for pair in self.pairs)

    @property
    def matrix(self) -> tuple[tuple[int, ...], ...]:
        """Strings by provider (row) and consumer (column), in the order of ``teams``; 0 on the diagonal."""
        told = {(pair.provider, pair.consumer): pair.strings for pair in self.pairs}
        return tuple(tuple(told.get((provider, consumer), 0) for consumer in self.teams) for provider in self.teams)

    def between(self, one: str, other: str) -> int:
        """Strings between two teams, whichever of them provides."""
        ends = {(one, other), (other, one)}
        return sum(pair.strings for pair in self.pairs if (pair.provider, pair.consumer) in ends)


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupDensity:
    """A feature or component and its strings.

    ``strings`` counts those with at least one end in it, ``across`` those of them between two teams and
    ``outside`` those that leave it; ``teams`` are the teams that work on it. ``per_item`` is strings per item.
    """

    group: str
    items: int
    strings: int
    across: int
    outside: int
    teams: frozenset[str]

    @property
    def per_item(self) -> Decimal:
        return _share(self.strings, self.items)


@dataclass(frozen=True, kw_only=True, slots=True)
class Density:
    """How thickly a whole network is strung.

    ``strings`` counts all dependencies and ``across`` those between two teams; ``linked_pairs`` of
    ``possible_pairs`` pairs of teams (whichever provides) have any. ``groups`` stand densest first.
    """

    items: int
    strings: int
    across: int
    linked_pairs: int
    possible_pairs: int
    groups: tuple[GroupDensity, ...]

    @property
    def per_item(self) -> Decimal:
        """Strings per item."""
        return _share(self.strings, self.items)

    @property
    def share(self) -> Decimal:
        """The share (0 to 1) of the pairs of teams that are linked."""
        return _share(self.linked_pairs, self.possible_pairs)


def crosses(provider: Item, consumer: Item) -> bool:
    """Whether a string between the two runs between two teams; one without a team belongs to none."""
    return bool(provider.team) and bool(consumer.team) and provider.team != consumer.team


def coupling(network: Network) -> Coupling:
    """How many strings, and how much work, lie between each two teams."""
    found: dict[tuple[str, str], list[Link]] = {}
    inside = unassigned = 0
    for link in network.links:
        if link.part:
            continue
        provider, consumer = network.item(link.provider), network.item(link.consumer)
        if crosses(provider, consumer):
            found.setdefault((provider.team, consumer.team), []).append(link)
        elif provider.team and consumer.team:
            inside += link.strings
        else:
            unassigned += link.strings
    teams = tuple(dict.fromkeys(item.team for item in network.items if item.team))
    place = {team: at for at, team in enumerate(teams)}
    pairs = [_pair(network, *ends, links) for ends, links in found.items()]
    pairs.sort(key=lambda pair: (-pair.strings, -pair.points, place[pair.provider], place[pair.consumer]))
    return Coupling(teams=teams, pairs=tuple(pairs), inside=inside, unassigned=unassigned)


def density(network: Network) -> Density:
    """Strings per item, per feature and per pair of teams."""
    joined = coupling(network)
    pairs = {frozenset((pair.provider, pair.consumer)) for pair in joined.pairs}
    links: dict[str, list[Link]] = {group: [] for group in network.groups}
    for link in network.links:
        ends = {network.item(link.provider).group, network.item(link.consumer).group} - {""}
        for group in ends if not link.part else ():
            links[group].append(link)
    groups = [_group(network, group, own) for group, own in links.items()]
    groups.sort(key=lambda each: (-each.across, -each.strings, network.groups[each.group]))
    count = len(joined.teams)
    return Density(
        items=len(network.items),
        strings=joined.strings + joined.inside + joined.unassigned,
        across=joined.strings,
        linked_pairs=len(pairs),
        possible_pairs=count * (count - 1) // 2,
        groups=tuple(groups),
    )


def _pair(network: Network, provider: str, consumer: str, links: Iterable[Link]) -> Pair:
    keys = {key: None for link in links for key in (link.provider, link.consumer)}
    return Pair(
        provider=provider,
        consumer=consumer,
        strings=sum(link.strings for link in links),
        points=sum((network.item(key).points for key in keys), Decimal(0)),
        short=sum(link.strings for link in links if room_of(network, link).short),
    )


def _group(network: Network, group: str, links: Iterable[Link]) -> GroupDensity:
    ends = [(link.strings, network.item(link.provider), network.item(link.consumer)) for link in links]
    members = [network.items[place] for place in network.groups[group]]
    return GroupDensity(
        group=group,
        items=len(members),
        strings=sum(strings for strings, _, _ in ends),
        across=sum(strings for strings, provider, consumer in ends if crosses(provider, consumer)),
        outside=sum(strings for strings, provider, consumer in ends if provider.group != consumer.group),
        teams=frozenset(item.team for item in members if item.team),
    )


def _share(count: int, of: int) -> Decimal:
    return (Decimal(count) / of).quantize(Decimal("0.001")) if of else Decimal(0)
