"""Where the lines between teams could run: which work, given to another team, would remove most strings.

Nothing is moved here. The answers are for people to think about: teams are more than their strings.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import islice

from headway.engine.network.coupling import crosses
from headway.engine.network.graph import Item, Link, Network, gap
from headway.engine.network.health import slack
from headway.engine.network.slack import open_strings
from headway.engine.values.bounds import Number, amount

MOST_ROOM = 99_999

Room = Mapping[tuple[str, int], Decimal]


class MoveKind(StrEnum):
    """What is given away: a whole group, one team's part of it, or an item that has no group."""

    GROUP = "group"
    PART = "part"
    ITEM = "item"


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Open work that could be given to another team, and what that would change.

    ``subject`` is the key of the group or item and ``items`` what would change hands, each in the iteration
    where it stands; ``givers`` are the teams that have it now (empty text: nobody). ``strings_before`` and
    ``strings_after`` count the open dependencies between two teams in the whole network, ``short_before`` and
    ``short_after`` those whose consumer stands too early. ``room_before`` and ``room_after`` are the taker's
    free points in the tightest iteration that is touched (over all iterations when nothing is planned).
    """

    kind: MoveKind
    subject: str
    items: tuple[str, ...]
    givers: tuple[str, ...]
    taker: str
    points: Decimal
    strings_before: int
    strings_after: int
    short_before: int
    short_after: int
    room_before: Decimal
    room_after: Decimal

    @property
    def removed(self) -> int:
        """How many strings between teams would be gone."""
        return self.strings_before - self.strings_after


def suggest_moves(network: Network, room: Mapping[tuple[str, int], Number], limit: int = 10) -> tuple[Move, ...]:
    """The moves that remove most strings without overloading the taker; then those of the fewest points.

    ``room`` is how many points are free for each team and iteration; it may be negative. A team may take what
    fits into its room in every iteration, and work that is not planned when the rest of its room is enough for
    it; a team that is not named in ``room`` takes nothing.
    Work that is done stays where it is. Of the moves of one subject only the best are told: a part where the
    whole would bring no more. Raises Invalid for room that is no number.
    """
    free = {place: amount("room", points, -MOST_ROOM, MOST_ROOM, "points") for place, points in room.items()}
    links = open_strings(network)
    touching = _touching(network, links)
    totals: dict[str, Decimal] = {}
    for (team, _), points in free.items():
        totals[team] = totals.get(team, Decimal(0)) + max(points, Decimal(0))
    found = [
        each
        for unit in _units(network, touching)
        for taker, total in totals.items()
        if (each := _handover(unit, taker, free, total)) is not None
    ]
    found.sort(key=lambda each: (-each.removed, each.points, len(each.items), network.index(each.items[0].key)))
    before = _counts(network, links, {})
    return tuple(_told(network, each, touching, before) for each in islice(_best_of_each(found), limit))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """Something that could be given away, with its strings.

    ``least`` is how many strings between teams giving it to a stranger would remove (less than 0: add), and
    ``outside`` counts its strings to others' work by their team.
    """

    kind: MoveKind
    subject: str
    items: tuple[Item, ...]
    least: int
    outside: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Handover:
    """A unit and who could take what of it, in figures."""

    unit: _Unit
    taker: str
    items: tuple[Item, ...]
    removed: int
    points: Decimal
    room: tuple[Decimal, Decimal]


def _units(network: Network, touching: Mapping[str, list[Link]]) -> Iterator[_Unit]:
    for group, places in network.groups.items():
        items = [network.items[place] for place in places if not network.items[place].done]
        teams = dict.fromkeys(item.team for item in items)
        yield _unit(network, MoveKind.GROUP, group, items, touching)
        for team in teams if len(teams) > 1 else ():
            yield _unit(network, MoveKind.PART, group, [item for item in items if item.team == team], touching)
    for item in network.items:
        if not item.group and not item.done:
            yield _unit(network, MoveKind.ITEM, item.key, [item], touching)


def _unit(
    network: Network, kind: MoveKind, subject: str, items: Sequence[Item], touching: Mapping[str, list[Link]]
) -> _Unit:
    own = {item.key for item in items}
    outside: Counter[str] = Counter()
    across = 0
    for link in _links_of(items, touching):
        ends = network.item(link.provider), network.item(link.consumer)
        across += link.strings * crosses(*ends)
        for end in ends:
            if end.key not in own and end.team:
                outside[end.team] += link.strings
    return _Unit(kind=kind, subject=subject, items=tuple(items), least=across - outside.total(), outside=outside)


def _handover(unit: _Unit, taker: str, free: Room, total: Decimal) -> _Handover | None:
    """What giving the unit to ``taker`` removes; None when that is nothing or the work does not fit."""
    removed = unit.least + unit.outside.get(taker, 0)
    if removed <= 0:
        return None
    items = tuple(item for item in unit.items if item.team != taker)
    room = _rooms(items, taker, free, total)
    if room is None:
        return None
    points = sum((item.points for item in items), Decimal(0))
    return _Handover(unit=unit, taker=taker, items=items, removed=removed, points=points, room=room)


def _told(network: Network, each: _Handover, touching: Mapping[str, list[Link]], before: tuple[int, int]) -> Move:
    links = _links_of(each.items, touching)
    old = _counts(network, links, {})
    new = _counts(network, links, {item.key: each.taker for item in each.items})
    return Move(
        kind=each.unit.kind,
        subject=each.unit.subject,
        items=tuple(item.key for item in each.items),
        givers=tuple(dict.fromkeys(item.team for item in each.items)),
        taker=each.taker,
        points=each.points,
        strings_before=before[0],
        strings_after=before[0] - old[0] + new[0],
        short_before=before[1],
        short_after=before[1] - old[1] + new[1],
        room_before=each.room[0],
        room_after=each.room[1],
    )


def _touching(network: Network, links: Iterable[Link]) -> dict[str, list[Link]]:
    touching: dict[str, list[Link]] = {item.key: [] for item in network.items}
    for link in links:
        for key in {link.provider, link.consumer}:
            touching[key].append(link)
    return touching


def _links_of(items: Iterable[Item], touching: Mapping[str, list[Link]]) -> list[Link]:
    return list({(link.provider, link.consumer): link for item in items for link in touching[item.key]}.values())


def _counts(network: Network, links: Iterable[Link], given: Mapping[str, str]) -> tuple[int, int]:
    """Strings between two teams, and those whose consumer stands too early, once ``given`` has changed hands."""
    across = short = 0
    for link in links:
        provider, consumer = (_handed(network.item(key), given) for key in (link.provider, link.consumer))
        across += link.strings * crosses(provider, consumer)
        room = slack(provider.iteration, consumer.iteration)
        short += link.strings * (room is not None and room < gap(provider, consumer))
    return across, short


def _handed(item: Item, given: Mapping[str, str]) -> Item:
    return replace(item, team=given[item.key]) if item.key in given else item


def _rooms(items: Iterable[Item], taker: str, free: Room, total: Decimal) -> tuple[Decimal, Decimal] | None:
    """The taker's room in the tightest iteration before and after, or None when the work does not fit."""
    needed: dict[int | None, Decimal] = {}
    for item in items:
        needed[item.iteration] = needed.get(item.iteration, Decimal(0)) + item.points
    planned = {(taker, at): points for at, points in needed.items() if at is not None}
    if any(place not in free or free[place] < points for place, points in planned.items()):
        return None
    left = total - sum(needed.values(), Decimal(0))
    if None in needed and left < 0:
        return None
    if not planned:
        return total, left
    tightest = min(planned, key=lambda place: (free[place] - planned[place], place))
    return free[tightest], free[tightest] - planned[tightest]


def _best_of_each(found: Iterable[_Handover]) -> Iterator[_Handover]:
    """The first of each subject, from the best to the worst."""
    told = set()
    for each in found:
        if each.unit.subject not in told:
            told.add(each.unit.subject)
            yield each
