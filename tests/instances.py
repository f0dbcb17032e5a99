"""Planning problems made at random, the same ones for the same seed: the families S, M, L and XL of the bench.

They look like a train's backlog: features of three to six stories over one to three teams, dependencies that
follow an order of the stories (so no circle), most of them across teams, some between features, and between 1.0
and 1.4 times as much work as fits.
"""

from dataclasses import dataclass
from random import Random

from headway.engine.planner import Dependency, Feature, Problem, Story, Team

SIZES = (1, 2, 3, 3, 5, 5, 8)
WORTH = (1, 2, 3, 5, 8, 13, 20)


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """How large the problems of a family are."""

    teams: int
    iterations: int
    features: int
    stories: int
    dependencies: int


FAMILIES = {
    "S": Family(teams=5, iterations=5, features=15, stories=60, dependencies=20),
    "M": Family(teams=10, iterations=5, features=80, stories=320, dependencies=120),
    "L": Family(teams=12, iterations=6, features=200, stories=900, dependencies=400),
    "XL": Family(teams=100, iterations=5, features=1_000, stories=5_000, dependencies=2_500),
}


def instance(family: str, seed: int, *, pressure: float | None = None, buffer: float = 0.2) -> Problem:
    """One problem of a family; ``pressure`` is the work over what may be committed, by default 1.0 to 1.4."""
    size, random = FAMILIES[family], Random(f"{family} {seed}")
    pressure = pressure or round(random.uniform(1.0, 1.4), 3)
    features = [_feature(number, size, random) for number in range(size.features)]
    stories = _stories(size, random)
    return Problem(
        iterations=tuple(f"I{number + 1}" for number in range(size.iterations)),
        teams=tuple(_team(number, size, stories, pressure * (1 - buffer), random) for number in range(size.teams)),
        features=tuple(features),
        stories=tuple(stories),
        dependencies=tuple(_dependencies(size, stories, random)),
        buffer=buffer,
    )


def _feature(number: int, size: Family, random: Random) -> Feature:
    cost_of_delay = sum(random.choice(WORTH) for _ in range(3))
    due = random.randrange(size.iterations // 2, size.iterations) if random.random() < 0.1 else None
    return Feature(key=f"F{number}", value=cost_of_delay, due=due, mandatory=random.random() < 0.02)


def _stories(size: Family, random: Random) -> list[Story]:
    """Each feature has a story; the rest fall anywhere, mostly to the teams the feature has already."""
    owners = [
        random.sample(range(size.teams), min(size.teams, random.choice((1, 2, 2, 3)))) for _ in range(size.features)
    ]
    homes = list(range(size.features)) + [random.randrange(size.features) for _ in range(size.stories - size.features)]
    return [
        Story(
            key=f"s{number}",
            team=f"T{random.choice(owners[home])}",
            feature=f"F{home}",
            points=random.choice(SIZES),
            earliest=random.randrange(1, 3) if random.random() < 0.05 else 0,
        )
        for number, home in enumerate(homes)
    ]


def _team(number: int, size: Family, stories: list[Story], share: float, random: Random) -> Team:
    work = sum(story.points for story in stories if story.team == f"T{number}")
    even = max(work / share / size.iterations, 12.0)
    return Team(
        key=f"T{number}", capacity=tuple(round(even * random.uniform(0.8, 1.2)) for _ in range(size.iterations))
    )


def _dependencies(size: Family, stories: list[Story], random: Random) -> list[Dependency]:
    """Three in five within a feature, most across teams, one in ten with a mock.

    Features follow an order of their own, in which neighbours overlap: some wait for each other in a circle.
    """
    family: dict[str | None, list[Story]] = {}
    for story in stories:
        family.setdefault(story.feature, []).append(story)
    turn = {feature: random.random() for feature in family}
    rank = {story.key: turn[story.feature] + random.uniform(0, 1 / size.features) for story in stories}
    found: dict[tuple[str, str], Dependency] = {}
    while len(found) < size.dependencies:
        one = random.choice(stories)
        other = random.choice(family[one.feature] if random.random() < 0.6 else stories)
        if one is other or (one.team == other.team and random.random() < 0.9):
            continue
        provider, consumer = sorted((one.key, other.key), key=rank.__getitem__)
        mocked = random.random() < 0.1
        found[provider, consumer] = Dependency(provider=provider, consumer=consumer, mocked=mocked)
    return list(found.values())
