"""Why a story is where it is: what keeps it from coming earlier, and what it would displace if it did."""

from dataclasses import dataclass

from headway.engine.errors import Missing
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import PinKind, Problem, Story

TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Obstacle:
    """One thing in the way: ``rule`` is earliest, arrival, provider, consumer, due, pin, lock, room or feature."""

    rule: str
    message: str
    stories: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One iteration the story could be asked into.

    ``obstacles`` are what is in the way; none means it could be there. When nothing but room is in the way,
    ``displaces`` are the stories that would have to leave the cell, ``features`` those they belong to and
    ``value`` what these are worth together.
    """

    iteration: int
    obstacles: tuple[Obstacle, ...]
    displaces: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    value: float = 0.0

    @property
    def free(self) -> bool:
        """Whether nothing is in the way."""
        return not self.obstacles


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """Why a story is where it is. ``iteration`` is None for a story that is not in the PI.

    ``choices`` are the iterations before it, the latest first; for a story that is not in the PI all of them.
    """

    story: str
    iteration: int | None
    message: str
    choices: tuple[Choice, ...]


def why(problem: Problem, plan: Plan, story: str) -> Why:
    """Why this story is not earlier, or not in the PI, all else staying where it is.

    Raises Missing for a key that is no story.
    """
    return _Question(problem, plan, story).answer()


class _Question:
    def __init__(self, problem: Problem, plan: Plan, key: str) -> None:
        found = next((story for story in problem.stories if story.key == key), None)
        if found is None:
            raise Missing(
                f"This problem has no story {key!r}; ask about one of its stories.", code="unknown_key", value=key
            )
        self.problem = problem
        self.plan = plan
        self.story = found
        self.by_key = {story.key: story for story in problem.stories}
        here = {pin.subject for pin in problem.pins if pin.kind is PinKind.HERE}
        self.held = {story.key for story in problem.stories if story.key in here or story.team in problem.locks}

    def answer(self) -> Why:
        at = self.plan.at(self.story.key)
        last = len(self.problem.iterations) if at is None else at
        choices = tuple(self._choice(place) for place in range(last - 1, -1, -1))
        return Why(story=self.story.key, iteration=at, message=self._message(at, choices), choices=choices)

    def _message(self, at: int | None, choices: tuple[Choice, ...]) -> str:
        told = f"{self.story.key} ({self.story.team})"
        if at is None:
            return f"{told} is not in the PI. {self._out(choices)}"
        if at == 0:
            return f"{told} is in {self._name(0)}, the first iteration."
        free = next((choice for choice in choices if choice.free), None)
        if free is not None:
            return f"{told} is in {self._name(at)} and could be in {self._name(free.iteration)} as well."
        nearest = choices[0]
        reasons = " ".join(obstacle.message for obstacle in nearest.obstacles)
        return f"{told} is in {self._name(at)}, not in {self._name(nearest.iteration)}: {reasons}{self._price(nearest)}"

    def _out(self, choices: tuple[Choice, ...]) -> str:
        if decided := self._decided(None):
            return decided[0].message
        missing = [
            story.key
            for story in self.problem.stories
            if story.feature is not None
            and story.feature == self.story.feature
            and story.key != self.story.key
            and self.plan.at(story.key) is None
        ]
        told = ""
        if missing:
            told = f"With it, {_list(missing)} of {self.story.feature} would have to find a place too. "
        free = next((choice for choice in reversed(choices) if choice.free), None)
        if free is not None:
            return f"{told}It would itself fit into {self._name(free.iteration)}."
        cheapest = min(
            (choice for choice in choices if choice.displaces), key=lambda choice: choice.value, default=None
        )
        if cheapest is not None:
            reasons = " ".join(obstacle.message for obstacle in cheapest.obstacles)
            return f"{told}In {self._name(cheapest.iteration)}: {reasons}{self._price(cheapest)}"
        first = choices[-1]
        return told + f"In {self._name(first.iteration)}: " + " ".join(each.message for each in first.obstacles)

    def _price(self, choice: Choice) -> str:
        if not choice.displaces:
            return ""
        # A feature that is nothing but what is displaced would only be named twice.
        larger = [name for name in choice.features if self._stories_of(name) - set(choice.displaces)]
        of = f" of {_list(larger)}" if larger else ""
        worth = f" (value {round(choice.value, 1):g})" if choice.features else ""
        return f" It would displace {_list(choice.displaces)}{of}{worth}."

    def _stories_of(self, feature: str) -> set[str]:
        return {story.key for story in self.problem.stories if story.feature == feature}

    def _choice(self, at: int) -> Choice:
        obstacles = [*self._decided(at), *self._too_early(at), *self._neighbours(at), *self._due(at)]
        room, displaced = self._room(at)
        features = sorted({feature for key in displaced if (feature := self.by_key[key].feature) is not None})
        if obstacles or room is None:
            return Choice(iteration=at, obstacles=(*obstacles, *([room] if room is not None else [])))
        values = {feature.key: feature.value for feature in self.problem.features}
        return Choice(
            iteration=at,
            obstacles=(room,),
            displaces=tuple(displaced),
            features=tuple(features),
            value=sum(values[feature] for feature in features),
        )

    def _decided(self, at: int | None) -> list[Obstacle]:
        key, feature = self.story.key, self.story.feature
        found = []
        for pin in self.problem.pins:
            if pin.kind is PinKind.HERE and pin.subject == key and pin.iteration != at:
                found.append(Obstacle(rule="pin", message=f"{key} is pinned to {self._name(pin.iteration or 0)}."))
            if pin.kind is PinKind.OUT and pin.subject in (key, feature):
                found.append(Obstacle(rule="pin", message=f"{pin.subject} is pinned out of the PI."))
        present = self.problem.present.at(key) if self.problem.present is not None else None
        if self.story.team in self.problem.locks and present != at:
            where = "out of the PI" if present is None else f"in {self._name(present)}"
            found.append(Obstacle(rule="lock", message=f"{self.story.team} is locked with {key} {where}."))
        if at is None and self.story.team in self.problem.locks and present is None:
            found.append(Obstacle(rule="lock", message=f"{self.story.team} is locked with {key} out of the PI."))
        return found

    def _too_early(self, at: int) -> list[Obstacle]:
        key = self.story.key
        found = []
        if at < self.story.earliest:
            message = f"{key} cannot begin before {self._name(self.story.earliest)}."
            found.append(Obstacle(rule="earliest", message=message))
        for arrival in self.problem.arrivals:
            if arrival.story == key and at < arrival.iteration + (0 if arrival.mocked else 1):
                message = f"What it waits for arrives in {self._name(arrival.iteration)}."
                found.append(Obstacle(rule="arrival", message=message))
        return found

    def _neighbours(self, at: int) -> list[Obstacle]:
        key = self.story.key
        found = []
        for link in self.problem.dependencies:
            if key not in (link.provider, link.consumer):
                continue
            other = link.provider if link.consumer == key else link.consumer
            place, team = self.plan.at(other), self.by_key[other].team
            gap = 0 if link.mocked or team == self.story.team else 1
            where = "is not in the PI" if place is None else f"is in {self._name(place or 0)}"
            if link.consumer == key and (place is None or place + gap > at):
                message = f"It needs {other} ({team}), which {where}."
                found.append(Obstacle(rule="provider", message=message, stories=(other,)))
            if link.provider == key and place is not None and at + gap > place:
                message = f"{other} ({team}), which needs it, {where}."
                found.append(Obstacle(rule="consumer", message=message, stories=(other,)))
        return found

    def _due(self, at: int) -> list[Obstacle]:
        feature = next((each for each in self.problem.features if each.key == self.story.feature), None)
        if feature is None or feature.due is None or at <= feature.due:
            return []
        return [Obstacle(rule="due", message=f"{feature.key} is due in {self._name(feature.due)}.")]

    def _room(self, at: int) -> tuple[Obstacle | None, list[str]]:
        """Whether the cell has room, and else the stories of the least value that make it when they leave."""
        team = next(team for team in self.problem.teams if team.key == self.story.team)
        here = [
            story
            for story in self.problem.stories
            if story.team == team.key and self.plan.at(story.key) == at and story.key != self.story.key
        ]
        load = sum(story.points for story in here)
        limit = self.problem.committable(team)[at]
        if self.story.key in self.held and all(story.key in self.held for story in here):
            limit = team.capacity[at]
        over = load + self.story.points - limit
        if over <= TOLERANCE or not self.story.points:
            return None, []
        message = (
            f"{team.key} has {load:g} of {limit:g} points in {self._name(at)} and it takes {self.story.points:g} more."
        )
        leaving = self._leaving([story for story in here if story.key not in self.held and story.points], over)
        return Obstacle(rule="room", message=message, stories=tuple(story.key for story in here)), leaving

    def _leaving(self, here: list[Story], over: float) -> list[str]:
        """Feature by feature from the least value a point, until enough leaves; none when that cannot be."""
        values = {feature.key: feature.value for feature in self.problem.features}
        worth = {story.key: values.get(story.feature or "", 0.0) for story in here}
        leaving: list[Story] = []
        for story in sorted(here, key=lambda each: (worth[each.key] / each.points, each.key)):
            if sum(each.points for each in leaving) >= over - TOLERANCE:
                break
            leaving.append(story)
        if sum(each.points for each in leaving) < over - TOLERANCE:
            return []
        for story in sorted(leaving, key=lambda each: (-worth[each.key], each.key)):
            if sum(each.points for each in leaving) - story.points >= over - TOLERANCE:
                leaving.remove(story)
        return [story.key for story in leaving]

    def _name(self, at: int) -> str:
        return self.problem.iterations[at]


def _list(keys: tuple[str, ...] | list[str]) -> str:
    return f"{', '.join(keys[:-1])} and {keys[-1]}" if len(keys) > 1 else keys[0]
