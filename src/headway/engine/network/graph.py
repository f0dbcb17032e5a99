"""The directed graph of items that wait for each other, built once and asked often."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

import rustworkx

from headway.engine.errors import Invalid
from headway.engine.values.bounds import Number, amount, text, whole

MOST_POINTS = 99_999
MOST_VALUE = 999_999
MOST_STRINGS = 9_999
LAST_POSITION = 9_999


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A story, feature, decision or delivery of an external party.

    ``key`` names it uniquely in the network, ``iteration`` is its position (see ``network.health``),
    ``points`` its size and ``done`` says that nothing waits for it any more. ``group`` is the key of the
    feature or component it is part of, empty when it stands for itself. Raises Invalid when a value is out of
    its bounds.
    """

    key: str
    team: str = ""
    points: Decimal = Decimal(0)
    iteration: int | None = None
    done: bool = False
    group: str = ""

    def __post_init__(self) -> None:
        text("key", self.key)
        object.__setattr__(self, "points", amount("points", self.points, 0, MOST_POINTS, "points"))
        if self.iteration is not None:
            whole("iteration", self.iteration, 0, LAST_POSITION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """``consumer`` needs something of ``provider``; both are keys of items.

    ``part`` says that the provider is a piece of the consumer (a story of a feature): the two may finish in
    one iteration, no string is drawn between them, and nobody can cut it. ``strings`` (1 to 9,999) is how
    many dependencies the link stands for.
    """

    provider: str
    consumer: str
    part: bool = False
    strings: int = 1

    def __post_init__(self) -> None:
        whole("strings", self.strings, 1, MOST_STRINGS)


class Network:
    """Items, the links between them, and what groups and items are worth.

    A pair linked twice counts once, as the later link says. ``values`` gives the value (in WSJF, in points of
    business value, in whatever one unit) of a group or of an item that stands for itself; what is not named
    is worth nothing.

    ``groups`` gives the places in ``items`` of the members of each group.

    Raises Invalid for two items with one key, for a link to a key that is no item, and for the value of a key
    that is neither item nor group.
    """

    __slots__ = ("_index", "graph", "groups", "items", "links", "values")

    def __init__(
        self, items: Iterable[Item], links: Iterable[Link], values: Mapping[str, Number] | None = None
    ) -> None:
        self.items = tuple(items)
        self._index = {item.key: place for place, item in enumerate(self.items)}
        if len(self._index) < len(self.items):
            raise _twice(self.items)
        pairs = {(self.index(link.provider), self.index(link.consumer)): link for link in links}
        self.links = tuple(pairs.values())
        self.groups = self._grouped()
        self.values = self._valued(values or {})
        self.graph: rustworkx.PyDiGraph[int, Link] = rustworkx.PyDiGraph(multigraph=False)
        self.graph.add_nodes_from(range(len(self.items)))
        self.graph.add_edges_from([(provider, consumer, link) for (provider, consumer), link in pairs.items()])

    def index(self, key: str) -> int:
        """The place of an item in ``items``, also its node in ``graph``. Raises Invalid for no such key."""
        try:
            return self._index[key]
        except KeyError:
            raise Invalid(
                f"{key} is not in this network; add it as an item or leave the link out.",
                code="unknown_item",
                field="key",
                value=key,
            ) from None

    def item(self, key: str) -> Item:
        """The item with this key. Raises Invalid when there is none."""
        place = self._index.get(key)
        return self.items[self.index(key) if place is None else place]

    def gap(self, link: Link) -> int:
        """Iterations that must lie between the ends of a link; a part needs none."""
        return 0 if link.part else gap(self.item(link.provider), self.item(link.consumer))

    def replaced(self, item: Item) -> "Network":
        """The same network in which the item of this key, which keeps its group, is as given here.

        Raises Invalid for an unknown key. Much quicker than a new network, since the links stay.
        """
        at = self.index(item.key)
        other = Network.__new__(Network)
        other.items = (*self.items[:at], replace(item, group=self.items[at].group), *self.items[at + 1 :])
        other.links, other.values, other.groups = self.links, self.values, self.groups
        other._index, other.graph = self._index, self.graph
        return other

    def _grouped(self) -> Mapping[str, tuple[int, ...]]:
        """The places of the items of each group."""
        members: dict[str, list[int]] = {}
        for place, item in enumerate(self.items):
            if item.group:
                members.setdefault(item.group, []).append(place)
        return MappingProxyType({group: tuple(places) for group, places in members.items()})

    def _valued(self, values: Mapping[str, Number]) -> Mapping[str, Decimal]:
        for key in values:
            if key not in self.groups and key not in self._index:
                raise Invalid(
                    f"{key} has a value but is neither an item nor the group of one; add it or leave the value out.",
                    code="unknown_item",
                    field="values",
                    value=key,
                )
        return MappingProxyType({key: _worth(key, value) for key, value in values.items()})


def gap(provider: Item, consumer: Item) -> int:
    """Iterations that must lie between two items that wait for each other: 1 across teams, 0 within a team."""
    return 0 if provider.team and provider.team == consumer.team else 1


def _worth(key: str, value: Number) -> Decimal:
    try:
        return amount("value", value, 0, MOST_VALUE)
    except Invalid as error:
        raise Invalid(f"{key}: {error}", code=error.code, field="values", value=value) from None


def _twice(items: Iterable[Item]) -> Invalid:
    key, _ = Counter(item.key for item in items).most_common(1)[0]
    return Invalid(
        f"{key} is in this network twice; give each item a key of its own.",
        code="duplicate_item",
        field="key",
        value=key,
    )
