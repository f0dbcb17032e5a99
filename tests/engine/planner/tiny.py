"""Problems small enough to try every plan there is."""

from itertools import product
from random import Random

from headway.engine.planner import (
    Arrival,
    Dependency,
    Feature,
    Pin,
    PinKind,
    Plan,
    Problem,
    Story,
    Team,
    Weights,
    score,
)
from headway.engine.planner.check import check_plan


def tiny_problem(seed: int) -> Problem:
    """Up to six stories of three features and three teams in two or three iterations, with decisions of all kinds."""
    chance = Random(seed)
    last = chance.choice((1, 1, 2))
    teams = tuple(
        Team(key=key, capacity=tuple(chance.choice((3, 5, 8)) for _ in range(last + 1)))
        for key in "ABC"[: chance.choice((1, 2, 3))]
    )
    features = tuple(
        Feature(
            key=f"F{i}",
            value=chance.randint(0, 9),
            due=chance.choice((None, None, chance.randint(0, last))),
            mandatory=chance.random() < 0.1,
        )
        for i in range(chance.choice((1, 2, 3)))
    )
    stories = tuple(
        Story(
            key=f"s{i}",
            team=chance.choice(teams).key,
            feature=chance.choice((None, *(feature.key for feature in features), *(f.key for f in features))),
            points=chance.choice((0, 0.5, 1, 2, 3)),
            earliest=chance.choice((0, 0, 0, last)),
        )
        for i in range(chance.randint(3, 6 if last == 1 else 5))
    )
    keys = [story.key for story in stories]
    links = tuple(
        Dependency(provider=a, consumer=b, mocked=chance.random() < 0.2)
        for i, a in enumerate(keys)
        for b in keys[i + 1 :]
        if chance.random() < 0.25
    )
    decided = chance.sample(keys, chance.choice((0, 0, 1, 2)))
    present = Plan(placement={key: chance.randint(0, last) for key in keys if chance.random() < 0.5})
    locks = frozenset({teams[0].key}) if chance.random() < 0.2 else frozenset()
    return Problem(
        iterations=tuple(f"I{i + 1}" for i in range(last + 1)),
        teams=teams,
        features=features,
        stories=stories,
        dependencies=links,
        arrivals=tuple(Arrival(story=key, iteration=0) for key in keys if chance.random() < 0.1),
        pins=tuple(_pin(chance, key, last) for key in decided),
        locks=locks,
        present=present if locks or chance.random() < 0.6 else None,
        buffer=chance.choice((0.0, 0.2)),
        weights=chance.choice((Weights(), Weights(early=40, slack=30, level=20, buffer=5, closeness=60))),
    )


def every_plan(problem: Problem) -> list[Plan]:
    """All plans without a finding."""
    keys = [story.key for story in problem.stories]
    places = range(-1, len(problem.iterations))
    plans = (
        Plan(placement={key: at for key, at in zip(keys, taken, strict=True) if at >= 0})
        for taken in product(places, repeat=len(keys))
    )
    return [plan for plan in plans if not check_plan(problem, plan)]


def best(problem: Problem) -> float | None:
    """The objective of the best plan, None when there is none."""
    return max((score(problem, plan).total for plan in every_plan(problem)), default=None)


def _pin(chance: Random, key: str, last: int) -> Pin:
    kind = chance.choice(tuple(PinKind))
    return Pin(subject=key, kind=kind, iteration=chance.randint(0, last) if kind is PinKind.HERE else None)
