"""Which features to choose anew together: those that compete for room, wait for each other, or fit badly."""

from collections.abc import Callable, Sequence
from random import Random

from headway.engine.planner.shape import FREE, Shape

LEARNING = 0.05
LEAST_ODDS = 0.05
WILD = 0.6
"""How much chance has a say in who is near."""


class Neighbourhoods:
    """Picks features by one of several ways; ways that have paid lately are taken more often."""

    def __init__(self, shape: Shape, random: Random) -> None:
        self._shape = shape
        self._random = random
        self._open = [feature for feature, stories in enumerate(shape.free) if stories]
        self._teams = [frozenset(shape.team[story] for story in stories) for stories in shape.free]
        self._of_team: list[list[int]] = [[] for _ in shape.room]
        for feature in self._open:
            for team in self._teams[feature]:
                self._of_team[team].append(feature)
        self._linked = self._links()
        self._ways: tuple[Callable[[Sequence[int]], list[int]], ...] = (
            self._related,
            self._chained,
            self._crowded,
            self._wanted,
            self._anyone,
        )
        self._odds = [1.0] * len(self._ways)
        self.way = 0

    @property
    def open(self) -> int:
        """How many features there are to choose from."""
        return len(self._open)

    def pick(self, places: Sequence[int], stories: int) -> list[int]:
        """Features that have about so many free stories together."""
        (self.way,) = self._random.choices(range(len(self._ways)), self._odds)
        picked: list[int] = []
        seen: set[int] = set()
        for feature in self._ways[self.way](places):
            if feature not in seen:
                seen.add(feature)
                picked.append(feature)
                stories -= len(self._shape.free[feature])
                if stories <= 0:
                    break
        return picked

    def learn(self, paid: bool) -> None:
        """Tell whether the last pick led to a better plan."""
        odds = self._odds[self.way]
        self._odds[self.way] = max(LEAST_ODDS, odds + LEARNING * (paid - odds))

    def _links(self) -> list[frozenset[int]]:
        linked: list[set[int]] = [set() for _ in self._shape.free]
        for link in self._shape.links:
            ends = self._shape.feature[link.provider], self._shape.feature[link.consumer]
            if self._shape.fixed[link.provider] == FREE == self._shape.fixed[link.consumer] and ends[0] != ends[1]:
                linked[ends[0]].add(ends[1])
                linked[ends[1]].add(ends[0])
        return [frozenset(each) for each in linked]

    def _anyone(self, _places: Sequence[int]) -> list[int]:
        return self._random.sample(self._open, len(self._open))

    def _related(self, _places: Sequence[int]) -> list[int]:
        """Sharing teams or links with one feature."""
        return self._near(self._random.choice(self._open))

    def _near(self, middle: int) -> list[int]:
        teams, linked, chance = self._teams[middle], self._linked[middle], self._random.random
        near = {feature for team in sorted(teams) for feature in self._of_team[team]} | linked
        near.discard(middle)
        rank = {
            feature: len(teams & self._teams[feature]) / len(self._teams[feature])
            + (feature in linked)
            + WILD * chance()
            for feature in sorted(near)
        }
        return [middle, *sorted(rank, key=rank.__getitem__, reverse=True)]

    def _chained(self, _places: Sequence[int]) -> list[int]:
        """Along the links from one feature, and what is near to it."""
        middle = self._random.choice(self._open)
        chain, reached = [middle], {middle}
        for feature in chain:
            following = sorted(self._linked[feature] - reached)
            self._random.shuffle(following)
            reached.update(following)
            chain += following
            if len(chain) > len(self._ways) * 2:
                break
        return [*chain, *self._near(middle)]

    def _crowded(self, places: Sequence[int]) -> list[int]:
        """At work in the same one or two iterations of a team, or not in at all."""
        team = self._random.randrange(self._shape.teams)
        at = self._random.randrange(self._shape.iterations)
        there = [
            feature
            for feature in self._of_team[team]
            if any(
                self._shape.team[story] == team and (places[story] in (at, at + 1) or places[story] < 0)
                for story in self._shape.free[feature]
            )
        ]
        self._random.shuffle(there)
        return [*there, *self._anyone(places)] if there else self._anyone(places)

    def _wanted(self, places: Sequence[int]) -> list[int]:
        """One that is not in, by its value, with those that take its room for the least of value."""
        shape, chance = self._shape, self._random.random
        out = [feature for feature in self._open if places[shape.free[feature][0]] < 0 and shape.worth[feature]]
        if not out:
            return self._related(places)
        (middle,) = self._random.choices(out, [shape.worth[feature] for feature in out])
        teams = self._teams[middle]
        cost = {}
        for team in sorted(teams):
            for feature in self._of_team[team]:
                if places[shape.free[feature][0]] >= 0:
                    shared = sum(shape.points[story] for story in shape.free[feature] if shape.team[story] in teams)
                    cost[feature] = shape.worth[feature] / (shared + 1) * (WILD + chance())
        needed = sorted(each for each in self._linked[middle] if places[shape.free[each][0]] < 0)
        return [middle, *needed, *sorted(cost, key=cost.__getitem__), *self._near(middle)]
