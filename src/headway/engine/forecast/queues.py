"""The problem as rows of whole numbers, ready to be worked through by many trials at once.

Points are counted in hundredths, so that every sum is exact and the order of additions does not matter.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headway.engine.forecast.problem import ForecastProblem, Item

UNITS = 100
"""Units in one point; an item of no points counts as one unit, because it takes its turn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """When a row may be worked: after these rows (of other teams) and arrivals, not before ``earliest``.

    What its producers inside the team wait for, it waits for too: with that, and standing behind them in the
    queue, it can never overtake them.
    """

    row: int
    rows: tuple[int, ...]
    arrivals: tuple[int, ...]
    earliest: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Queues:
    """Rows are the items still to do: teams one after the other, inside a team in the order they are worked.

    ``spans[i]`` is the first row and the row after the last of team i, ``units`` the work of each row.
    """

    rows: tuple[Item, ...]
    row_of: Mapping[str, int]
    spans: tuple[tuple[int, int], ...]
    units: tuple[int, ...]
    gates: tuple[Gate, ...]


def line_up(problem: ForecastProblem) -> Queues:
    """Bring the items into the order they are worked: as planned, then as given, producers first."""
    team_of = {item.key: item.team for item in problem.items}
    done = {item.key for item in problem.items if item.done}
    links = [
        (each.provider, each.consumer)
        for each in problem.dependencies
        if not each.mocked and not {each.provider, each.consumer} & done
    ]
    inside = [(provider, consumer) for provider, consumer in links if team_of[provider] == team_of[consumer]]
    rows: list[Item] = []
    spans = []
    by_team: dict[str, list[Item]] = {team.key: [] for team in problem.teams}
    for item in problem.items:
        if not item.done:
            by_team[item.team].append(item)
    for team in problem.teams:
        first = len(rows)
        rows += _queue(by_team[team.key], inside, len(problem.iterations))
        spans.append((first, len(rows)))
    row_of = {item.key: row for row, item in enumerate(rows)}
    return Queues(
        rows=tuple(rows),
        row_of=row_of,
        spans=tuple(spans),
        units=tuple(max(1, round(item.points * UNITS)) for item in rows),
        gates=_gates(problem, rows, row_of, links),
    )


def _queue(items: list[Item], inside: Iterable[tuple[str, str]], never: int) -> list[Item]:
    """The items of one team: first planned first, but nothing before what it needs inside the team."""
    place = {item.key: index for index, item in enumerate(items)}
    waiting = [0] * len(items)
    then: dict[int, list[int]] = {}
    for provider, consumer in inside:
        if provider in place:
            waiting[place[consumer]] += 1
            then.setdefault(place[provider], []).append(place[consumer])
    ready = [
        (never if item.planned is None else item.planned, index)
        for index, item in enumerate(items)
        if not waiting[index]
    ]
    heapq.heapify(ready)
    queue = []
    while ready:
        _, index = heapq.heappop(ready)
        queue.append(items[index])
        for after in then.get(index, ()):
            waiting[after] -= 1
            if not waiting[after]:
                planned = items[after].planned
                heapq.heappush(ready, (never if planned is None else planned, after))
    return queue


def _gates(
    problem: ForecastProblem, rows: list[Item], row_of: Mapping[str, int], links: list[tuple[str, str]]
) -> tuple[Gate, ...]:
    behind: list[list[int]] = [[] for _ in rows]
    for provider, consumer in links:
        behind[row_of[consumer]].append(row_of[provider])
    awaits: list[list[int]] = [[] for _ in rows]
    for index, arrival in enumerate(problem.arrivals):
        if not arrival.mocked and arrival.item in row_of:
            awaits[row_of[arrival.item]].append(index)
    gates: dict[int, Gate] = {}
    for row, item in enumerate(rows):  # producers of the team stand before it, so their gates are known
        if not (behind[row] or awaits[row] or item.earliest):
            continue
        inherited = [gates[each] for each in behind[row] if rows[each].team == item.team and each in gates]
        outside = {each for each in behind[row] if rows[each].team != item.team}
        gate = Gate(
            row=row,
            rows=tuple(sorted(outside.union(*(each.rows for each in inherited)))),
            arrivals=tuple(sorted({*awaits[row]}.union(*(each.arrivals for each in inherited)))),
            earliest=max([item.earliest, *(each.earliest for each in inherited)]),
        )
        if gate.rows or gate.arrivals or gate.earliest:
            gates[row] = gate
    return tuple(gates.values())
