"""A bound without a solver: what could be in if work were a liquid and all room one vessel, at several prices.

It is weak (some per cent above the best plan) but always there, and it holds.
"""

from math import fsum

from headway.engine.planner.ground import Ground

POWERS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
SAFETY = 1e-9


def ceiling(ground: Ground) -> float:
    """An objective that no plan of this problem exceeds."""
    most = min(_at_prices(ground, power) for power in POWERS)
    kept = sum(
        ground.present[row[0]] >= 0 for block, rows in enumerate(ground.rows) if ground.alive[block] for row in rows
    )
    least = ground.uneven * ground.steep(ground.room)
    total = ground.base - least + most + ground.keep * kept
    return total + SAFETY * abs(total)


def _at_prices(ground: Ground, power: float) -> float:
    """The most value and earliness, each iteration a vessel of all the priced room up to it."""
    span = ground.iterations
    prices = [price**power for price in ground.scarcity()]
    items = _features(ground, prices)
    total = 0.0
    room = 0.0
    for at in range(span):
        room += sum(price * ground.room[team * span + at] for team, price in enumerate(prices))
        total += _fill([(sooner, cost) for first, cost, _, sooner in items if first <= at], room)
    return total + _fill([(worth, cost) for _, cost, worth, _ in items], room)


def _features(ground: Ground, prices: list[float]) -> list[tuple[int, float, float, float]]:
    """For each feature that can still come in: its first possible finish, its cost, and what it adds if it is done
    at all and for each iteration it is done by."""
    weights = ground.problem.weights
    whole = fsum(ground.worth_of) or 1.0
    first: dict[int, int] = {}
    cost: dict[int, float] = {}
    for block, rows in enumerate(ground.rows):
        if ground.alive[block]:
            for _, points, cell, low, _, _, feature in rows:
                first[feature] = max(first.get(feature, ground.reached[feature]), low)
                cost[feature] = cost.get(feature, 0.0) + points * prices[cell // ground.iterations]
    return [
        (
            first[feature],
            cost[feature],
            ground.worth_of[feature] / whole * weights.value,
            ground.worth_of[feature] / whole * weights.early / ground.iterations,
        )
        for feature in sorted(first)
        if ground.complete[feature]
    ]


def _fill(items: list[tuple[float, float]], room: float) -> float:
    """The most worth that goes into the room when things can be cut."""
    total = 0.0
    for worth, cost in sorted(items, key=lambda item: -item[0] / (item[1] or SAFETY)):
        if cost > room:
            return total + worth * room / cost
        total += worth
        room -= cost
    return total
