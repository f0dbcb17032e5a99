"""The judge: is this plan a plan for this problem? It trusts nobody and shares nothing with the search.

Every rule is read from the problem anew and asked of the finished plan alone, so that a mistake of the search
cannot hide in here as well.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import Feature, PinKind, Problem, Story

TOLERANCE = 1e-6
"""Points by which a load may exceed its limit before it counts: sums of floats are not exact."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A rule that the plan breaks.

    ``rule`` is one of unknown, range, earliest, arrival, provider, order, feature, due, committable, capacity,
    pin, mandatory and lock; ``message`` says in words what is wrong where. ``stories`` are the keys concerned,
    ``feature``, ``team`` and ``iteration`` (an index) the place, where there is one.
    """

    rule: str
    message: str
    stories: tuple[str, ...] = ()
    feature: str | None = None
    team: str | None = None
    iteration: int | None = None


def check_plan(problem: Problem, plan: Plan) -> tuple[Finding, ...]:
    """Every rule of the problem that this plan breaks; nothing when it is sound."""
    unknown = tuple(_unknown(problem, plan))
    judge = _Judge(problem, plan)
    return (
        *unknown,
        *judge.windows(),
        *judge.arrivals(),
        *judge.dependencies(),
        *judge.features(),
        *judge.cells(),
        *judge.pins(),
        *judge.locks(),
    )


def _unknown(problem: Problem, plan: Plan) -> Iterator[Finding]:
    known = {story.key for story in problem.stories}
    last = len(problem.iterations) - 1
    for key, at in plan.placement.items():
        if key not in known:
            yield Finding(
                rule="unknown", message=f"{key} is planned, but the problem has no such story.", stories=(key,)
            )
        elif at > last:
            message = f"{key} is planned into iteration {at}; the PI ends with {last} ({problem.iterations[last]})."
            yield Finding(rule="range", message=message, stories=(key,), iteration=at)


class _Judge:
    """One plan before one problem; places beyond the PI count as not planned, as they were told already."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.story = {story.key: story for story in problem.stories}
        self.at = {
            key: place for key, place in plan.placement.items() if key in self.story and place < len(problem.iterations)
        }
        pinned = {pin.subject for pin in problem.pins if pin.kind is PinKind.HERE}
        self.held = {story.key for story in problem.stories if story.key in pinned or story.team in problem.locks}
        self.of: dict[str, list[Story]] = {feature.key: [] for feature in problem.features}
        for story in problem.stories:
            if story.feature is not None:
                self.of[story.feature].append(story)

    def windows(self) -> Iterator[Finding]:
        for story in self.problem.stories:
            at = self.at.get(story.key)
            if at is not None and at < story.earliest:
                yield self._story(
                    "earliest", story.key, f"is in {self.name(at)}, before {self.name(story.earliest)}, its earliest."
                )

    def arrivals(self) -> Iterator[Finding]:
        for arrival in self.problem.arrivals:
            at = self.at.get(arrival.story)
            if at is None or at > arrival.iteration or (arrival.mocked and at == arrival.iteration):
                continue
            when = "before" if arrival.mocked else "not after"
            yield self._story(
                "arrival",
                arrival.story,
                f"is in {self.name(at)}, {when} {self.name(arrival.iteration)}, in which what it waits for arrives.",
            )

    def dependencies(self) -> Iterator[Finding]:
        for link in self.problem.dependencies:
            provider, consumer = self.at.get(link.provider), self.at.get(link.consumer)
            if consumer is None:
                continue
            across = self.story[link.provider].team != self.story[link.consumer].team
            told = f"{self._whose(link.consumer)} is in {self.name(consumer)}"
            need = f"{self._whose(link.provider)}, which it needs,"
            if provider is None:
                rule, message = "provider", f"{told}, but {need} is not in the PI."
            elif across and not link.mocked and consumer == provider:
                rule, message = "order", f"{told}, and {need} is too; across teams it has to come before."
            elif consumer < provider:
                rule, message = "order", f"{told}, but {need} only in {self.name(provider)}."
            else:
                continue
            yield Finding(
                rule=rule,
                message=message,
                stories=(link.provider, link.consumer),
                team=self.story[link.consumer].team,
                iteration=consumer,
            )

    def features(self) -> Iterator[Finding]:
        for feature in self.problem.features:
            stories = self.of[feature.key]
            free = [story.key for story in stories if story.key not in self.held]
            missing = [key for key in free if key not in self.at]
            if missing and len(missing) < len(free):
                message = (
                    f"{feature.key} is in by halves: {_list(missing)} {_is(missing)} not in the PI, others of it are."
                )
                yield Finding(rule="feature", message=message, stories=tuple(missing), feature=feature.key)
            if feature.mandatory:
                yield from self._whole("mandatory", feature.key, f"{feature.key} has to be in the PI")
            yield from self._due(feature, stories)

    def _due(self, feature: Feature, stories: list[Story]) -> Iterator[Finding]:
        if feature.due is None or any(story.key not in self.at for story in stories):
            return
        for story in stories:
            if self.at[story.key] > feature.due:
                yield self._story(
                    "due",
                    story.key,
                    f"is in {self.name(self.at[story.key])}; {feature.key} is due in {self.name(feature.due)}.",
                    feature.key,
                )

    def cells(self) -> Iterator[Finding]:
        """What people decided may fill the buffer; with anything else in the cell the buffer is free."""
        for team in self.problem.teams:
            for at, capacity in enumerate(team.capacity):
                here = [key for key, place in self.at.items() if place == at and self.story[key].team == team.key]
                decided = sum(self.story[key].points for key in here if key in self.held)
                load = sum(self.story[key].points for key in here)
                committable = capacity * (1 - self.problem.buffer)
                where = f"{team.key} has {load:g} points in {self.name(at)}"
                if decided > capacity + TOLERANCE:
                    rule, message = "capacity", f"{where}, {decided:g} of them decided, and can do {capacity:g}."
                elif load > max(committable, decided) + TOLERANCE:
                    rule, message = "committable", f"{where} and may commit {committable:g}."
                else:
                    continue
                yield Finding(rule=rule, message=message, stories=tuple(here), team=team.key, iteration=at)

    def pins(self) -> Iterator[Finding]:
        for pin in self.problem.pins:
            if pin.kind is PinKind.HERE:
                if self.at.get(pin.subject) != pin.iteration:
                    there = self.name(pin.iteration or 0)
                    yield self._story("pin", pin.subject, f"is pinned to {there} and is {self._where(pin.subject)}.")
            elif pin.kind is PinKind.IN:
                yield from self._pinned_in(pin.subject)
            else:
                yield from self._pinned_out(pin.subject)

    def _pinned_in(self, subject: str) -> Iterator[Finding]:
        story = self.story.get(subject)
        feature = story.feature if story is not None else subject
        if feature is not None:
            yield from self._whole("pin", feature, f"{subject} is pinned into the PI")
        elif subject not in self.at:
            yield self._story("pin", subject, "is pinned into the PI and is not in it.")

    def _pinned_out(self, subject: str) -> Iterator[Finding]:
        for key in [subject] if subject in self.story else [story.key for story in self.of[subject]]:
            if key in self.at:
                part = "it" if key == subject else f"{key} of it"
                message = f"{subject} is pinned out of the PI, but {part} is {self._where(key)}."
                yield Finding(rule="pin", message=message, stories=(key,), team=self.story[key].team)

    def locks(self) -> Iterator[Finding]:
        present = self.problem.present.placement if self.problem.present is not None else {}
        for story in self.problem.stories:
            if story.team in self.problem.locks and self.at.get(story.key) != present.get(story.key):
                was = present.get(story.key)
                there = "out of the PI" if was is None else f"in {self.name(was)}"
                yield self._story(
                    "lock", story.key, f"is {self._where(story.key)}; {story.team} is locked with it {there}."
                )

    def _whole(self, rule: str, feature: str, told: str) -> Iterator[Finding]:
        missing = [story.key for story in self.of[feature] if story.key not in self.at]
        if missing:
            message = f"{told}, but {_list(missing)} of {feature} {_is(missing)} not in it."
            yield Finding(rule=rule, message=message, stories=tuple(missing), feature=feature)
        elif not self.of[feature]:
            yield Finding(rule=rule, message=f"{told}, but {feature} has no stories to be done.", feature=feature)

    def _story(self, rule: str, key: str, told: str, feature: str | None = None) -> Finding:
        return Finding(
            rule=rule,
            message=f"{self._whose(key)} {told}",
            stories=(key,),
            feature=feature,
            team=self.story[key].team,
            iteration=self.at.get(key),
        )

    def _whose(self, key: str) -> str:
        return f"{key} ({self.story[key].team})"

    def _where(self, key: str) -> str:
        return f"in {self.name(self.at[key])}" if key in self.at else "not in the PI"

    def name(self, at: int) -> str:
        return self.problem.iterations[at]


def _list(keys: Iterable[str]) -> str:
    *first, last = keys
    return f"{', '.join(first)} and {last}" if first else last


def _is(keys: list[str]) -> str:
    return "is" if len(keys) == 1 else "are"
