"""The directed graph of items that wait for each other, built once and asked often."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import rustworkx

from headway.engine.errors import Invalid
from headway.engine.values.bounds import amount, text, whole

MOST_POINTS = 99_999
LAST_POSITION = 9_999


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A story, feature, decision or delivery of an external party.

    ``key`` names it uniquely in the network, ``iteration`` is its position (see ``network.health``),
    ``points`` its size and ``done`` says that nothing waits for it any more. Raises Invalid when a value is
    out of its bounds.
    """

    key: str
    team: str = ""
    points: Decimal = Decimal(0)
    iteration: int | None = None
    done: bool = False

    def __post_init__(self) -> None:
        text("key", self.key)
        object.__setattr__(self, "points", amount("points", self.points, 0, MOST_POINTS, "points"))
        if self.iteration is not None:
            whole("iteration", self.iteration, 0, LAST_POSITION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """``consumer`` needs something of ``provider``; both are keys of items."""

    provider: str
    consumer: str


class Network:
    """Items and the links between them. A pair linked twice counts once.

    Raises Invalid for two items with one key and for a link to a key that is no item.
    """

    __slots__ = ("_index", "graph", "items", "links")

    def __init__(self, items: Iterable[Item], links: Iterable[Link]) -> None:
        self.items = tuple(items)
        self._index = {item.key: place for place, item in enumerate(self.items)}
        if len(self._index) < len(self.items):
            raise _twice(self.items)
        pairs = {(self.index(link.provider), self.index(link.consumer)): link for link in links}
        self.links = tuple(pairs.values())
        self.graph: rustworkx.PyDiGraph[Item, None] = rustworkx.PyDiGraph(multigraph=False)
        self.graph.add_nodes_from(self.items)
        self.graph.add_edges_from_no_data(list(pairs))

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


def _twice(items: Iterable[Item]) -> Invalid:
    key, _ = Counter(item.key for item in items).most_common(1)[0]
    return Invalid(
        f"{key} is in this network twice; give each item a key of its own.",
        code="duplicate_item",
        field="key",
        value=key,
    )
