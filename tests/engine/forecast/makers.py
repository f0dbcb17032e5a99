"""Forecast problems made by seed."""

import random

from headway.engine.forecast import (
    Arrival,
    Dependency,
    ForecastProblem,
    Item,
    Objective,
    PartyHistory,
    PastIteration,
    TeamAhead,
    TeamHistory,
)


def past(*completed: float, available: float = 20.0, unplanned: float = 0.0) -> tuple[PastIteration, ...]:
    """Iterations with these points completed."""
    return tuple(PastIteration(completed=each, available=available, unplanned=unplanned) for each in completed)


def steady(team: str, points: float = 20.0, iterations: int = 8) -> TeamHistory:
    """A team that always delivers what it has room for."""
    return TeamHistory(team=team, iterations=past(*[points] * iterations, available=points))


def unsteady(team: str, seed: int = 0, iterations: int = 10) -> TeamHistory:
    """A team that delivers between half and a little more than it has room for."""
    dice = random.Random(f"{team} {seed}")
    return TeamHistory(team=team, iterations=past(*[dice.uniform(10, 24) for _ in range(iterations)], unplanned=1.0))


def train(
    *, teams: int, features: int, stories: int, dependencies: int, seed: int = 0, load: float = 1.15
) -> ForecastProblem:
    """A train of five development iterations and an IP iteration, planned to ``load`` × its capacity.

    Sizes of the design: M is 10, 80, 320, 120; XL is 100, 1,000, 5,000, 2,500.
    """
    dice = random.Random(seed)
    points = [dice.choice((1, 2, 3, 3, 5, 5, 8)) for _ in range(stories)]
    owners = [dice.randrange(teams) for _ in range(stories)]
    capacity = [
        max(5.0, sum(size for size, owner in zip(points, owners, strict=True) if owner == team) / load / 5)
        for team in range(teams)
    ]
    used = [0.0] * teams
    items = []
    for number, (size, owner) in enumerate(zip(points, owners, strict=True)):
        planned = min(4, int(used[owner] / capacity[owner]))
        used[owner] += size
        feature = f"F{dice.randrange(features)}"
        items.append(Item(key=f"S{number}", team=f"T{owner}", points=size, planned=planned, feature=feature))
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < dependencies:
        provider, consumer = dice.randrange(stories), dice.randrange(stories)
        if owners[provider] != owners[consumer] and (items[provider].planned or 0) < (items[consumer].planned or 0):
            pairs.add((provider, consumer))
    used_features = sorted({item.feature for item in items if item.feature})[: max(1, features // 2)]
    return ForecastProblem(
        iterations=("I1", "I2", "I3", "I4", "I5", "IP"),
        ip=frozenset({5}),
        ip_share=0.5,
        teams=tuple(
            TeamAhead(key=f"T{team}", capacity=(room,) * 6, history=unsteady(f"T{team}", seed))
            for team, room in enumerate(capacity)
        ),
        items=tuple(items),
        dependencies=tuple(
            Dependency(key=f"D{number}", provider=f"S{provider}", consumer=f"S{consumer}")
            for number, (provider, consumer) in enumerate(sorted(pairs))
        ),
        arrivals=(
            Arrival(key="A1", item="S1", party="Payments Ltd", promised=0),
            Arrival(key="A2", item=f"S{stories // 2}", party="Payments Ltd", promised=1),
        ),
        parties=(PartyHistory(party="Payments Ltd", lateness=(0, 0, 1, 2)),),
        objectives=tuple(
            Objective(key=f"O{number}", items=(feature,), value=dice.randint(1, 10), committed=number % 4 > 0)
            for number, feature in enumerate(used_features)
        ),
    )


def tangle(seed: int) -> ForecastProblem:
    """A small problem with everything in it: mocks, waits inside and across teams, arrivals, gaps in the plan."""
    dice = random.Random(seed)
    teams = dice.randint(1, 4)
    count = dice.randint(1, 24)
    iterations = dice.randint(1, 6)
    order = list(range(count))
    dice.shuffle(order)
    items = tuple(
        Item(
            key=f"S{number}",
            team=f"T{dice.randrange(teams)}",
            points=dice.choice((0, 0.5, 1, 2, 3, 5, 8, 13)),
            planned=dice.choice((None, *range(iterations))),
            feature=dice.choice((None, "F1", "F2", "F3")),
            earliest=dice.choice((0, 0, 0, 0, 1, 2)),
            done=dice.random() < 0.1,
        )
        for number in range(count)
    )
    dependencies = [
        Dependency(key=f"D{number}", provider=f"S{order[low]}", consumer=f"S{order[high]}", mocked=dice.random() < 0.2)
        for number in range(dice.randint(0, 2 * count))
        if count > 1
        for low, high in [sorted(dice.sample(range(count), 2))]
    ]
    arrivals = tuple(
        Arrival(
            key=f"A{number}",
            item=f"S{dice.randrange(count)}",
            party=dice.choice(("P", "Q")),
            promised=dice.randint(-1, iterations),
            mocked=dice.random() < 0.2,
        )
        for number in range(dice.randint(0, 4))
    )
    return ForecastProblem(
        iterations=tuple(f"I{number}" for number in range(iterations)),
        ip=frozenset({iterations - 1}) if dice.random() < 0.5 else frozenset(),
        ip_share=dice.choice((0.0, 0.5, 1.0)),
        teams=tuple(
            TeamAhead(
                key=f"T{team}",
                capacity=tuple(dice.choice((0, 5, 8, 13.5)) for _ in range(iterations)),
                history=unsteady(f"T{team}", seed),
            )
            for team in range(teams)
        ),
        items=items,
        dependencies=tuple(dependencies),
        arrivals=arrivals,
        parties=(PartyHistory(party="P", lateness=(0, 1, 3, -1)),),
        objectives=(Objective(key="O1", items=("S0",), value=5),),
    )
