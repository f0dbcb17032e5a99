"""The engine's question, read from a train: what is left of a PI, by whom, in what order, waiting for what."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, NamedTuple

from headway.engine.errors import Invalid
from headway.engine.forecast import (
    Arrival,
    Dependency,
    ForecastProblem,
    Item,
    Objective,
    PartyHistory,
    TeamAhead,
    TeamHistory,
)
from headway.engine.values.dependency import ARRIVED, DROPPED
from headway.features.forecast.history_queries import (
    Calendar,
    Record,
    Stretch,
    calendar_of,
    lateness,
    past_features,
    record_of,
)
from headway.features.forecast.policies import STILL_TO_DO, USUAL_POINTS, require_view
from headway.kit import clock
from headway.kit.access import Actor
from headway.store import models as store
from headway.store.models import Feature, Increment, Story, Target, Team, Train

MOST_LOOPS = 50
"""Circles of dependencies that are opened, one dependency each, before the forecast gives up."""


class StoryRow(NamedTuple):
    """A story as far as a forecast looks at it."""

    id: int
    number: int
    feature_id: int | None
    team_id: int | None
    pi_id: int | None
    iteration_id: int | None
    points: float | None
    state: str
    rank: float

    @property
    def key(self) -> str:
        return f"S{self.number}"


class FeatureRow(NamedTuple):
    """A feature as far as a forecast looks at it."""

    id: int
    number: int
    team_id: int | None
    size: float | None
    state: str
    user_value: int | None
    time_criticality: int | None
    risk_opportunity: int | None

    @property
    def key(self) -> str:
        return f"F{self.number}"

    @property
    def cost_of_delay(self) -> int | None:
        """The sum of its three scores; None while one is missing."""
        parts = (self.user_value, self.time_criticality, self.risk_opportunity)
        return None if None in parts else sum(part or 0 for part in parts)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A PI's forecast as the engine is asked for it, and which rows of the train its keys stand for.

    ``problem`` is None when there is nothing to foretell; ``missing`` then says in a sentence what is missing, and
    ``code`` which case it is. ``number`` is the train's journal number it was read at.
    """

    pi: Increment
    number: int
    calendar: Calendar
    ahead: tuple[Stretch, ...]
    problem: ForecastProblem | None = None
    code: str = ""
    missing: str = ""
    record: Record = field(default_factory=Record)
    teams: Mapping[str, int] = field(default_factory=dict)
    stories: Mapping[str, int] = field(default_factory=dict)
    features: Mapping[str, FeatureRow] = field(default_factory=dict)
    dependencies: Mapping[str, int] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    cells: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    loads: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    is_scored: bool = True
    out_of_sight: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def problem_of(actor: Actor, pi: Increment) -> Question:
    """Read a PI's question. A constant number of queries per PI that is looked back on.

    Raises:
        Invalid: more stories, or more tangled dependencies, than can be foretold.
    """
    require_view(actor)
    train = Train.objects.get(pk=actor.train_id)
    calendar = calendar_of(actor, train, clock.today(train.time_zone))
    ahead = tuple(calendar.ahead(pi.pk))
    question = Question(pi=pi, number=train.seq, calendar=calendar, ahead=ahead)
    if pi.state == Increment.State.CLOSED:
        return replace(question, code="closed", missing=f"{pi.name} is closed: what it brought is known.")
    if not any(each.pi_id == pi.pk for each in calendar.stretches):
        return replace(question, code="no_iterations", missing=f"{pi.name} has no iterations yet; plan its calendar.")
    if not ahead:
        return replace(question, code="over", missing=f"{pi.name} is over; close it once its features are judged.")
    return _Reading(actor, question).question()


class _Reading:
    """One PI being read."""

    def __init__(self, actor: Actor, blank: Question) -> None:
        self._actor, self._blank = actor, blank
        self._calendar, self._pi = blank.calendar, blank.pi
        self._place = {each.id: index for index, each in enumerate(blank.ahead)}
        rows = list(Team.objects.filter(train_id=actor.train_id).values_list("pk", "name", "slug", "external"))
        twice = Counter(name for _, name, _, _ in rows)
        self._names = {pk: name if twice[name] == 1 else f"{name} ({slug})" for pk, name, slug, _ in rows}
        self._own = [pk for pk, _, _, external in rows if not external]
        self._notes: list[str] = []
        self._out_of_sight: dict[int, str] = {}

    def question(self) -> Question:
        """The whole question, or what is missing for one."""
        if not self._own:
            return replace(self._blank, code="no_teams", missing="This train has no teams of its own yet.")
        targets = self._targets()
        stories = self._stories(set(targets))
        features = self._features(set(targets) | {each.feature_id for each in stories if each.feature_id})
        if not stories and not features:
            return replace(
                self._blank,
                code="nothing_planned",
                missing=f"Nothing is planned into {self._pi.name} yet: bring features into it and place their stories.",
            )
        record = record_of(self._actor, self._calendar, self._pi, self._own)
        items = self._items(stories, features, targets)
        strings = self._waits(stories, items)
        values, is_scored = self._values(features, targets, items)
        cells, loads = self._cells(items)
        told = {
            "iterations": tuple(each.name for each in self._unique(self._blank.ahead)),
            "ip": frozenset(index for index, each in enumerate(self._blank.ahead) if each.is_ip),
            "ip_share": record.ip_share,
            "teams": tuple(self._team(team_id, record) for team_id in self._own),
            "items": (*items, *strings.ends),
            "arrivals": tuple(strings.arrivals),
            "parties": self._parties(strings.arrivals),
            "objectives": (
                *(Objective(key=key, items=(key,), value=value) for key, value in values.items()),
                *(
                    Objective(key=key, items=keys, value=0, committed=False, due=self._place[cell[1]])
                    for key, (cell, keys) in cells.items()
                ),
            ),
            "past": past_features(self._actor, self._calendar, {pk: self._names[pk] for pk in self._own}),
        }
        read = replace(
            self._blank,
            record=record,
            teams={self._names[pk]: pk for pk in self._own},
            stories={each.key: each.id for each in stories},
            features={each.key: each for each in features.values()},
            dependencies=strings.known,
            begun=frozenset(strings.begun),
            cells={key: cell for key, (cell, _) in cells.items()},
            loads=loads,
            values=values,
            is_scored=is_scored,
            out_of_sight=dict(self._out_of_sight),
        )
        return self._asked(read, told, strings.dependencies)

    def _asked(self, read: Question, told: dict[str, Any], dependencies: list[Dependency]) -> Question:
        """The question with its problem; circles of dependencies are opened, and told."""
        for _ in range(MOST_LOOPS):
            try:
                problem = ForecastProblem(**told, dependencies=tuple(dependencies))
            except Invalid as error:
                if error.code == "history_too_short":
                    return replace(read, code="no_history", missing=_NO_HISTORY, notes=tuple(self._notes))
                if error.code != "cycle":
                    raise
                cut = _cut(dependencies, list(error.data["value"]))
                self._notes.append(
                    f"{_readable(cut)} closes a circle of dependencies; the forecast takes it as not there."
                )
                dependencies = [each for each in dependencies if each is not cut]
            else:
                return replace(read, problem=problem, notes=tuple(self._notes))
        raise Invalid(
            f"More than {MOST_LOOPS} circles of dependencies in {self._pi.name}; untangle some of them first.",
            code="tangled",
        )

    # What there is to do ------------------------------------------------------------------------------------------

    def _targets(self) -> dict[int, int | None]:
        """The features meant to land in this PI, with the iteration they are aimed at."""
        rows = Target.objects.filter(train_id=self._actor.train_id, pi=self._pi, planned=True)
        rows = rows.exclude(outcome=Target.Outcome.DROPPED)
        return dict(rows.values_list("feature_id", "iteration_id"))

    def _stories(self, targeted: Collection[int]) -> list[StoryRow]:
        """The stories of the PI, and those of its features that stand in no PI yet."""
        mine = Story.objects.filter(train_id=self._actor.train_id)
        found = mine.filter(pi=self._pi) | mine.filter(pi=None, feature_id__in=targeted)
        return [StoryRow(*row) for row in found.order_by("pk").values_list(*StoryRow._fields)]

    def _features(self, wanted: Collection[int]) -> dict[int, FeatureRow]:
        rows = Feature.objects.filter(train_id=self._actor.train_id, pk__in=wanted).order_by("rank", "number")
        return {row[0]: FeatureRow(*row) for row in rows.values_list(*FeatureRow._fields)}

    def _items(
        self, stories: Sequence[StoryRow], features: Mapping[int, FeatureRow], targets: Mapping[int, int | None]
    ) -> list[Item]:
        usual = _usual_points(stories)
        items = []
        without_team = 0
        unsized = sum(each.points is None and each.state != Story.State.DONE for each in stories)
        for each in sorted(stories, key=self._turn):
            feature = features.get(each.feature_id or 0)
            team_id = each.team_id if each.team_id in self._own else feature.team_id if feature else None
            done = each.state == Story.State.DONE or (feature is not None and feature.state == Feature.State.DONE)
            if team_id not in self._own and not done:
                without_team += 1
                if feature is not None:
                    self._out_of_sight[feature.id] = "a story of it belongs to no team yet"
                continue
            items.append(
                Item(
                    key=each.key,
                    team=self._names[team_id] if team_id in self._own else self._names[self._own[0]],
                    points=0 if done else round((usual if each.points is None else each.points) * _to_do(each), 2),
                    planned=self._planned(each.iteration_id),
                    feature=feature.key if feature else None,
                    done=done,
                )
            )
        if unsized:
            self._notes.append(
                f"{_some(unsized, 'story', 'stories')} without an estimate: each counts {usual:g} points, the median "
                f"of {self._pi.name}."
            )
        if without_team:
            self._notes.append(f"{_some(without_team, 'story', 'stories')} of no team: nobody can finish them yet.")
        return items + self._whole_features(stories, features, targets)

    def _whole_features(
        self, stories: Sequence[StoryRow], features: Mapping[int, FeatureRow], targets: Mapping[int, int | None]
    ) -> list[Item]:
        """Features that nobody has split into stories count as one piece of work of their team."""
        split = {each.feature_id for each in stories}
        items = []
        for pk, each in features.items():
            if pk in split:
                continue
            done = each.state == Feature.State.DONE
            if not done and (each.team_id not in self._own or not each.size):
                self._out_of_sight[pk] = "it has no stories, and no team or size of its own"
                continue
            items.append(
                Item(
                    key=f"{each.key} as a whole",
                    team=self._names[each.team_id if each.team_id in self._own else self._own[0]],
                    points=0 if done else each.size or 0,
                    planned=self._planned(targets.get(pk)),
                    feature=each.key,
                    done=done,
                )
            )
        return items

    def _turn(self, each: StoryRow) -> tuple[Any, ...]:
        """The order in which a team works: by iteration, then what is begun, then by rank."""
        place = self._planned(each.iteration_id)
        return (len(self._place) if place is None else place, STILL_TO_DO.get(each.state, 1.0), each.rank, each.number)

    def _planned(self, iteration_id: int | None) -> int | None:
        """Index of an iteration among those left; what is overdue stands in the first."""
        if iteration_id is None:
            return None
        return self._place.get(iteration_id, 0)

    # What waits for what ------------------------------------------------------------------------------------------

    def _waits(self, stories: Sequence[StoryRow], items: Sequence[Item]) -> "_Strings":
        rows = store.Dependency.objects.filter(train_id=self._actor.train_id)
        rows = rows.exclude(state__in=[*ARRIVED, *DROPPED]).order_by("number")
        strings = _Strings(self, stories, items)
        for each in rows:
            strings.take(each)
        return strings

    def promised(self, row: store.Dependency, consumer: int | None) -> int:
        """When something arrives as promised, else as needed, else just in time."""
        said = row.committed_by_id or row.needed_by_id
        if said is None:
            return max(-1, (consumer if consumer is not None else len(self._place)) - 1)
        if said in self._place:
            return self._place[said]
        here = self._calendar.index.get(said, 0)
        return -1 if here < self._calendar.index[self._blank.ahead[0].id] else len(self._place)

    def name(self, team_id: int) -> str:
        """The engine's key of a team."""
        return self._names[team_id]

    def is_own(self, team_id: int) -> bool:
        """Whether it is a team of ours, rather than an external party."""
        return team_id in self._own

    def _parties(self, arrivals: Iterable[Arrival]) -> tuple[PartyHistory, ...]:
        late = lateness(self._actor, self._calendar)
        ids = {name: pk for pk, name in self._names.items()}
        parties = sorted({each.party for each in arrivals})
        return tuple(PartyHistory(party=each, lateness=tuple(late.get(ids[each], ()))) for each in parties)

    # What it is worth, and who does it ----------------------------------------------------------------------------

    def _values(
        self, features: Mapping[int, FeatureRow], targets: Mapping[int, int | None], items: Sequence[Item]
    ) -> tuple[dict[str, float], bool]:
        """The planned value: each feature's cost of delay, the mean for those not scored; 1 each when none is."""
        here = {each.feature for each in items}
        planned = [each for pk, each in features.items() if (pk in targets or not targets) and each.key in here]
        scores = [score for each in planned if (score := each.cost_of_delay)]
        usual = round(sum(scores) / len(scores), 1) if scores else 1.0
        unscored = sum(not each.cost_of_delay for each in planned)
        if scores and unscored:
            self._notes.append(
                f"{_some(unscored, 'feature', 'features')} without WSJF scores: each counts {usual:g}, the mean of the "
                "others."
            )
        return {each.key: float(each.cost_of_delay or usual) for each in planned}, bool(scores)

    def _cells(
        self, items: Sequence[Item]
    ) -> tuple[dict[str, tuple[tuple[int, int], tuple[str, ...]]], dict[str, float]]:
        """What each team planned into each iteration left and has not done, as something that can be reached."""
        ids = {name: pk for pk, name in self._names.items()}
        keys: dict[tuple[int, int], list[str]] = defaultdict(list)
        loads: dict[str, float] = defaultdict(float)
        for each in items:
            if each.planned is not None and not each.done:
                cell = (ids[each.team], self._blank.ahead[each.planned].id)
                keys[cell].append(each.key)
                loads[f"cell {cell[0]}:{cell[1]}"] += each.points
        return {f"cell {cell[0]}:{cell[1]}": (cell, tuple(found)) for cell, found in keys.items()}, dict(loads)

    def _team(self, team_id: int, record: Record) -> TeamAhead:
        name = self._names[team_id]
        return TeamAhead(
            key=name,
            capacity=tuple(record.capacity[team_id, each.id] for each in self._blank.ahead),
            history=TeamHistory(team=name, iterations=record.history(team_id)),
        )

    @staticmethod
    def _unique(stretches: Sequence[Stretch]) -> list[Stretch]:
        """Iterations with names of their own, as the engine wants them."""
        twice = Counter(each.name for each in stretches)
        return [
            each if twice[each.name] == 1 else each._replace(name=f"{each.name} from {each.starts_on:%-d %b}")
            for each in stretches
        ]


class _Strings:
    """Dependencies as the engine takes them: between items, or things that arrive.

    A story that has been begun did not wait, so what it needs no longer keeps its team from working on it; whether
    that comes by the end of its iteration is still told.

    An end that is a whole feature becomes a piece of no work of its own: "all that this team does for the feature
    is done" on the provider's side, "may begin" on the consumer's.
    """

    def __init__(self, reading: _Reading, stories: Sequence[StoryRow], items: Sequence[Item]) -> None:
        self._reading = reading
        self._items = {each.key: each for each in items}
        self._story = {each.id: each for each in stories}
        self._of: dict[tuple[int, int], list[Item]] = defaultdict(list)
        for each in stories:
            if each.feature_id and each.team_id and each.key in self._items:
                self._of[each.feature_id, each.team_id].append(self._items[each.key])
        self.arrivals: list[Arrival] = []
        self.dependencies: list[Dependency] = []
        self.ends: list[Item] = []
        self.known: dict[str, int] = {}
        self.begun: set[str] = set()
        self._made: set[str] = set()

    def take(self, row: store.Dependency) -> None:
        """Add one dependency, unless it has nothing to do with what is left of this PI."""
        key = f"D{row.number}"
        consumer = self._consumer(row, key)
        if consumer is None or consumer.done:
            return
        begun = self._is_begun(row.consumer_story_id)
        if row.provider_story_id or row.provider_feature_id:
            provider = self._provider(row)
            if provider is None or provider.done or provider.key == consumer.key:
                return
            self.dependencies.append(Dependency(key=key, provider=provider.key, consumer=consumer.key, mocked=begun))
        else:
            promised = self._reading.promised(row, consumer.planned)
            party = self._reading.name(row.provider_team_id)
            self.arrivals.append(Arrival(key=key, item=consumer.key, party=party, promised=promised, mocked=begun))
        if not row.consumer_story_id:
            self._hold(consumer, key, self._waiting(row))
        self.known[key] = row.pk
        if begun:
            self.begun.add(key)

    def _is_begun(self, story_id: int | None) -> bool:
        story = self._story.get(story_id or 0)
        return story is not None and story.state in (Story.State.IN_PROGRESS, Story.State.REVIEW)

    def _consumer(self, row: store.Dependency, key: str) -> Item | None:
        if row.consumer_story_id:
            return self._item(row.consumer_story_id)
        waiting = self._waiting(row)
        if not waiting:
            return None
        planned = [each.planned for each in waiting if each.planned is not None]
        return Item(
            key=f"{key} is here",
            team=self._reading.name(row.consumer_team_id),
            points=0,
            planned=min(planned, default=None),
        )

    def _provider(self, row: store.Dependency) -> Item | None:
        if row.provider_story_id:
            return self._item(row.provider_story_id)
        work = self._of.get((row.provider_feature_id or 0, row.provider_team_id), [])
        if not work:
            return None
        planned = [each.planned for each in work if each.planned is not None]
        name = self._reading.name(row.provider_team_id)
        end = Item(
            key=f"{name} is done with {work[0].feature}",
            team=name,
            points=0,
            planned=max(planned, default=None) if len(planned) == len(work) else None,
            done=all(each.done for each in work),
        )
        if end.key not in self._made:
            self._made.add(end.key)
            self.ends.append(end)
            self.dependencies += [
                Dependency(key=f"{each.key} for {end.key}", provider=each.key, consumer=end.key)
                for each in work
                if not each.done
            ]
        return end

    def _hold(self, gate: Item, key: str, waiting: Iterable[Item]) -> None:
        """Let all of a feature's stories wait for what its team waits for."""
        self.ends.append(gate)
        self.dependencies += [
            Dependency(key=f"{key} for {each.key}", provider=gate.key, consumer=each.key) for each in waiting
        ]

    def _waiting(self, row: store.Dependency) -> list[Item]:
        work = self._of.get((row.consumer_feature_id or 0, row.consumer_team_id), [])
        return [each for each in work if not each.done]

    def _item(self, story_id: int) -> Item | None:
        story = self._story.get(story_id)
        return self._items.get(story.key) if story else None


_NO_HISTORY = (
    "The teams of this train have finished fewer than three iterations together. Odds are drawn from what teams "
    "really did: they appear once stories of finished iterations are done, or after an import of earlier PIs."
)


def _to_do(each: StoryRow) -> float:
    return STILL_TO_DO.get(each.state, 1.0)


def _usual_points(stories: Iterable[StoryRow]) -> float:
    points = [each.points for each in stories if each.points]
    return float(median(points)) if points else USUAL_POINTS


def _cut(dependencies: Sequence[Dependency], loop: Sequence[str]) -> Dependency:
    """The dependency to leave out of a circle: the one recorded last, never one of our own making."""
    around = set(zip(loop, [*loop[1:], loop[0]], strict=True))
    members = [each for each in dependencies if (each.provider, each.consumer) in around]
    return max(members, key=lambda each: (_is_recorded(each), dependencies.index(each)))


def _is_recorded(each: Dependency) -> bool:
    return each.key[1:].isdecimal()


def _readable(each: Dependency) -> str:
    return f"{each.key} ({each.provider} before {each.consumer})"


def _some(count: int, one: str, many: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {many}"
