"""From the train to the planner's question: who has room, what waits for what, and what is decided already.

What cannot be asked (a story without points, one larger than any iteration) is left out and named, and what
happened already (done, in progress, in an iteration that is over) stays where it is.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import NamedTuple

from django.db.models import Q

from headway.engine.errors import Invalid
from headway.engine.network.health import position
from headway.engine.planner import Arrival, Dependency, Feature, Pin, PinKind, Plan, Problem, Story, Team
from headway.engine.values.dependency import ARRIVED, DROPPED
from headway.features.capacity.queries import Table, capacity_table
from headway.features.planner.policies import PinWish, Wishes
from headway.kit import clock
from headway.kit.access import Actor, Permission, require
from headway.store import models as store
from headway.store.models import Increment, Train

UNSCORED = 20.0
"""The cost of delay of a feature where no feature of the PI has one."""

STARTED = (store.Story.State.IN_PROGRESS, store.Story.State.REVIEW, store.Story.State.DONE)


class StoryRow(NamedTuple):
    """A story as far as planning goes."""

    id: int
    number: int
    title: str
    team_id: int
    feature_id: int | None
    pi_id: int | None
    iteration_id: int | None
    points: float | None
    state: str
    version: int

    @property
    def key(self) -> str:
        """Its key in the problem."""
        return str(self.number)


class FeatureRow(NamedTuple):
    """A feature as far as planning goes; ``cost_of_delay`` is None where it has not been scored."""

    id: int
    number: int
    title: str
    cost_of_delay: int | None

    @property
    def key(self) -> str:
        """Its key in the problem."""
        return str(self.number)


class TeamRow(NamedTuple):
    """A team that plans."""

    id: int
    slug: str
    name: str


class IterationRow(NamedTuple):
    """A development iteration; ``over`` when its last day has passed."""

    id: int
    number: int
    name: str
    starts_on: date
    ends_on: date
    over: bool


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something to know before drafting: ``left_out`` of the draft, ``assumed``, or what ``stops`` it.

    ``subject`` is a story, feature or dependency, by number, to link to.
    """

    weight: str
    sentence: str
    subject: str = ""
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """The problem, what its keys stand for, and what is to be known about it. Without a problem, ``stops`` says why."""

    pi: Increment
    problem: Problem | None
    findings: tuple[Finding, ...]
    iterations: tuple[IterationRow, ...]
    teams: Mapping[str, TeamRow]
    stories: Mapping[str, StoryRow]
    features: Mapping[str, FeatureRow]
    held: frozenset[str]
    table: Table
    number: int
    """The journal number it was read at."""

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What has to be mended before there can be a draft."""
        return tuple(each for each in self.findings if each.weight == "stops")

    def iteration(self, index: int | None) -> IterationRow | None:
        """The iteration of an index of the problem."""
        return None if index is None else self.iterations[index]


def question(actor: Actor, pi: Increment, wanted: Wishes | None = None) -> Question:
    """The planner's question for a PI as it stands now; always the same number of look-ups.

    Raises:
        Invalid: a pin or lock names what the PI does not have, or what has begun already.
    """
    require(actor, Permission.VIEW_TRAIN)
    return _Asking(actor, pi, wanted or Wishes()).asked()


class _Asking:
    def __init__(self, actor: Actor, pi: Increment, wanted: Wishes) -> None:
        self.pi, self.wanted = pi, wanted
        self.findings: list[Finding] = []
        train = Train.objects.get(pk=actor.train_id)
        self.number = train.seq
        self.table = capacity_table(actor, pi)
        self.calendar = _calendar(train)
        self.iterations = _development(train, pi)
        self.index = {each.id: index for index, each in enumerate(self.iterations)}
        self.first_open = next((i for i, each in enumerate(self.iterations) if not each.over), len(self.iterations))
        self.teams = _teams(train)
        self.team_key = {row.id: key for key, row in self.teams.items()}
        self.stories, self.elsewhere = _stories(train, pi)
        self.features = _features(train, {each.feature_id for each in self.stories.values()})
        self.feature_key = {row.id: row.key for row in self.features.values()}
        self.aside: dict[int, StoryRow] = {}

    def asked(self) -> Question:
        self._check_room()
        rooms = self._rooms()
        kept = self._askable(rooms)
        self.aside = {row.id: row for key, row in self.stories.items() if key not in kept}
        held = frozenset(key for key, row in kept.items() if self._is_held(row, rooms))
        links, arrivals = self._waiting(kept, held)
        problem = None if self._stopped() else self._problem(kept, held, links, arrivals)
        return Question(
            pi=self.pi,
            problem=problem,
            findings=tuple(self.findings),
            iterations=self.iterations,
            teams=self.teams,
            stories=kept,
            features=self.features,
            held=held,
            table=self.table,
            number=self.number,
        )

    # Room ---------------------------------------------------------------------

    def _check_room(self) -> None:
        if not self.iterations:
            self._find("stops", f"{self.pi.name} has no development iteration to plan into.")
        elif self.first_open == len(self.iterations):
            self._find(
                "stops", f"The development iterations of {self.pi.name} are over; there is nothing to plan into."
            )
        if not self.teams:
            self._find("stops", "The train has no team yet.")

    @property
    def buffer(self) -> float:
        """The fraction of every cell that is kept free."""
        percent = self.wanted.buffer_percent
        return (self.pi.buffer_percent if percent is None else percent) / 100

    def _rooms(self) -> dict[int, tuple[float, ...]]:
        """Capacity by team and development iteration, in points."""
        return {
            team.id: tuple(float(self.table[team.id, each.id].points) for each in self.iterations)
            for team in self.teams.values()
        }

    # Stories ------------------------------------------------------------------

    def _askable(self, rooms: Mapping[int, tuple[float, ...]]) -> dict[str, StoryRow]:
        """Stories the planner can be asked about; the others are named."""
        kept = {}
        for key, row in self.stories.items():
            place = self.index.get(row.iteration_id or 0)
            most = max(rooms[row.team_id][self.first_open :], default=0.0) * (1 - self.buffer)
            if row.points is None:
                said = f"Story {key} has no points yet, so it is left out of the draft. Estimate it."
                self._find("left_out", said, "story", row.number)
            elif place is None and row.state == store.Story.State.DONE:
                continue
            elif row.points > most + 1e-6 and place is None:
                said = (
                    f"Story {key} has {row.points:g} points, and no iteration of {self._name(row)} "
                    f"has room for more than {most:g}: split it. It is left out of the draft."
                )
                self._find("left_out", said, "story", row.number)
            else:
                kept[key] = row
        return kept

    def _is_held(self, row: StoryRow, rooms: Mapping[int, tuple[float, ...]]) -> bool:
        """Whether a story stays where it stands whatever the planner finds."""
        place = self.index.get(row.iteration_id or 0)
        if place is None:
            return False
        if row.state in STARTED:
            return True
        most = max(rooms[row.team_id][self.first_open :], default=0.0) * (1 - self.buffer)
        if (row.points or 0) > most + 1e-6:
            said = (
                f"Story {row.key} has {row.points:g} points, more than {self._name(row)} may commit in any iteration "
                f"({most:g}). It stays where it stands; split it."
            )
            self._find("assumed", said, "story", row.number)
            return True
        return False

    def _name(self, row: StoryRow) -> str:
        return self.teams[self.team_key[row.team_id]].name

    # What waits for what ------------------------------------------------------

    def _waiting(
        self, kept: Mapping[str, StoryRow], held: frozenset[str]
    ) -> tuple[tuple[Dependency, ...], tuple[Arrival, ...]]:
        by_id = {row.id: key for key, row in kept.items()}
        of_feature: dict[int, list[StoryRow]] = defaultdict(list)
        for row in kept.values():
            if row.feature_id is not None:
                of_feature[row.feature_id].append(row)
        exact: set[tuple[str, str]] = set()
        loose: set[tuple[str, str]] = set()
        arrivals: dict[str, int] = {}
        for line in _lines(self.pi):
            if line.state in ARRIVED or line.state in DROPPED:
                continue
            consumer = self._consumer(line, by_id, of_feature)
            if consumer is None or consumer in held:
                continue
            providers = self._providers(line, by_id, of_feature)
            if providers:
                pairs = {(each, consumer) for each in providers if each != consumer}
                (exact if line.provider_story_id and line.consumer_story_id else loose).update(pairs)
            elif (arrival := self._arrival(line)) is not None:
                arrivals[consumer] = max(arrival, arrivals.get(consumer, 0))
        links = self._without_circles(exact, loose)
        return (
            tuple(Dependency(provider=provider, consumer=consumer) for provider, consumer in sorted(links)),
            tuple(Arrival(story=story, iteration=at) for story, at in sorted(arrivals.items())),
        )

    def _consumer(
        self, line: "Line", by_id: Mapping[int, str], of_feature: Mapping[int, Sequence[StoryRow]]
    ) -> str | None:
        """The story that waits; for a feature the one its team finishes it with."""
        if line.consumer_story_id is not None:
            return by_id.get(line.consumer_story_id)
        rows = _of_team(of_feature.get(line.consumer_feature_id or 0, ()), line.consumer_team_id)
        last = max(rows, key=lambda row: (self.index.get(row.iteration_id or 0, -1), row.number), default=None)
        return last.key if last else None

    def _providers(
        self, line: "Line", by_id: Mapping[int, str], of_feature: Mapping[int, Sequence[StoryRow]]
    ) -> list[str]:
        """The stories it waits for; of a feature all that the providing team has in it."""
        if line.provider_story_id is not None:
            provider = by_id.get(line.provider_story_id)
            return [provider] if provider else []
        return [row.key for row in _of_team(of_feature.get(line.provider_feature_id or 0, ()), line.provider_team_id)]

    def _arrival(self, line: "Line") -> int | None:
        """The development iteration after which the consumer can begin; None when nothing is known or it has come."""
        linked = line.provider_story_id is not None or line.provider_feature_id is not None
        aside = self.aside.get(line.provider_story_id or 0)
        if aside is not None and aside.state == store.Story.State.DONE:
            return None
        there = position(
            linked=linked,
            item=aside.iteration_id if aside else self.elsewhere.get(line.provider_story_id or 0),
            promised=line.committed_by_id,
        )
        if there is None:
            said = f"Dependency {line.number}: nobody has said when it comes, so the draft does not wait for it."
            self._find("assumed", said, "dependency", line.number)
            return None
        at = self.calendar.index(there)
        ours = [i for i, each in enumerate(self.iterations) if self.calendar.index(each.id) <= at]
        return ours[-1] if ours else None

    def _without_circles(self, exact: set[tuple[str, str]], loose: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """The links, without those between features that would close a circle; a circle of stories stops the draft."""
        if circle := _circle(exact):
            members = " needs ".join(f"story {key}" for key in circle)
            said = f"{members[0].upper()}{members[1:]}: they wait for each other in a circle. Drop one of these needs."
            self._find("stops", said, "story", int(circle[0]))
            return exact
        links = exact | loose
        if not _circle(links):
            return links
        links = set(exact)
        for link in sorted(loose - exact):
            if _circle(links | {link}):
                provider, consumer = link
                said = f"Story {consumer} and story {provider} would wait for each other in a circle, so neither does."
                self._find("assumed", said, "story", int(consumer))
            else:
                links.add(link)
        return links

    # The problem --------------------------------------------------------------

    def _problem(
        self,
        kept: Mapping[str, StoryRow],
        held: frozenset[str],
        links: tuple[Dependency, ...],
        arrivals: tuple[Arrival, ...],
    ) -> Problem:
        locks = self._locks()
        present = {
            key: self.index[row.iteration_id or 0] for key, row in kept.items() if row.iteration_id in self.index
        }
        stays = {key for key in present if key in held or self.team_key[kept[key].team_id] in locks}
        features = self._valued({row.feature_id for row in kept.values()}, kept)
        return Problem(
            iterations=tuple(each.name for each in self.iterations),
            teams=tuple(self._team(key, row, kept, stays, present) for key, row in self.teams.items()),
            features=tuple(features),
            stories=tuple(
                Story(
                    key=key,
                    team=self.team_key[row.team_id],
                    feature=self.feature_key[row.feature_id] if row.feature_id else f"no feature ({key})",
                    points=row.points or 0.0,
                    earliest=0 if key in stays else min(self.first_open, len(self.iterations) - 1),
                )
                for key, row in kept.items()
            ),
            dependencies=links,
            arrivals=arrivals,
            pins=(
                *(Pin(subject=key, kind=PinKind.HERE, iteration=present[key]) for key in sorted(held)),
                *self._pins(kept, held, locks),
            ),
            locks=frozenset(locks),
            present=Plan(placement=present),
            buffer=self.buffer,
            weights=self.wanted.weights,
        )

    def _team(
        self, key: str, row: TeamRow, kept: Mapping[str, StoryRow], stays: set[str], present: Mapping[str, int]
    ) -> Team:
        """The team's room; where what stays is more than there is room for, exactly that."""
        there = [0.0] * len(self.iterations)
        for story in stays:
            if kept[story].team_id == row.id:
                there[present[story]] += kept[story].points or 0.0
        points = (float(self.table[row.id, each.id].points) for each in self.iterations)
        return Team(key=key, capacity=tuple(max(*both) for both in zip(points, there, strict=True)))

    def _valued(self, wanted: set[int | None], kept: Mapping[str, StoryRow]) -> Iterator[Feature]:
        """The features with what they are worth; a story without a feature is worth what its points usually are."""
        rows = [row for row in self.features.values() if row.id in wanted]
        scores = [float(row.cost_of_delay) for row in rows if row.cost_of_delay is not None]
        usual = median(scores) if scores else UNSCORED
        unscored = [row for row in rows if row.cost_of_delay is None]
        if unscored:
            names = ", ".join(row.key for row in unscored[:5]) + (" …" if len(unscored) > 5 else "")
            said = (
                f"{len(unscored)} features are not scored for WSJF ({names}); "
                f"each counts like the usual one ({usual:g})."
            )
            self._find("assumed", said, "feature", unscored[0].number)
        for row in rows:
            yield Feature(key=row.key, value=usual if row.cost_of_delay is None else float(row.cost_of_delay))
        points = sum(story.points or 0.0 for story in kept.values() if story.feature_id) or 1.0
        rate = sum(usual if row.cost_of_delay is None else row.cost_of_delay for row in rows) / points if rows else 1.0
        for key, story in kept.items():
            if story.feature_id is None:
                yield Feature(key=f"no feature ({key})", value=round(rate * max(story.points or 0.0, 0.5), 1))

    def _locks(self) -> set[str]:
        keys = {row.slug: key for key, row in self.teams.items()}
        for slug in sorted(self.wanted.locks):
            if slug not in keys:
                raise Invalid(
                    f"There is no team {slug!r} of our own on this train.", code="unknown", field="locks", value=slug
                )
        return {keys[slug] for slug in self.wanted.locks}

    def _pins(self, kept: Mapping[str, StoryRow], held: frozenset[str], locks: set[str]) -> Iterator[Pin]:
        places = {each.number: index for index, each in enumerate(self.iterations)}
        for pin in self.wanted.pins:
            key = str(pin.story or pin.feature)
            self._check_pin(pin, key, kept, held, locks)
            iteration = None if pin.iteration is None else places.get(pin.iteration)
            if pin.iteration is not None and (iteration is None or iteration < self.first_open):
                raise Invalid(
                    f"Story {key} is pinned to iteration {pin.iteration}, which is no iteration of {self.pi.name} "
                    "that can still be planned into.",
                    code="unknown",
                    field="pins",
                    value=pin.iteration,
                )
            yield Pin(subject=key, kind=pin.kind, iteration=iteration)

    def _check_pin(
        self, pin: PinWish, key: str, kept: Mapping[str, StoryRow], held: frozenset[str], locks: set[str]
    ) -> None:
        known = kept if pin.story is not None else self._features_with(kept)
        noun = "story" if pin.story is not None else "feature"
        if key not in known:
            raise Invalid(
                f"There is no {noun} {key} in the draft of {self.pi.name}, so it cannot be pinned.",
                code="unknown",
                field="pins",
                value=int(key),
            )
        if pin.story is not None and (key in held or self.team_key[kept[key].team_id] in locks):
            raise Invalid(
                f"Story {key} stays where it stands already (begun, done, or of a team that is left alone); unpin it.",
                code="held",
                field="pins",
                value=pin.story,
            )

    def _features_with(self, kept: Mapping[str, StoryRow]) -> set[str]:
        return {self.feature_key[row.feature_id] for row in kept.values() if row.feature_id}

    def _stopped(self) -> bool:
        return any(each.weight == "stops" for each in self.findings)

    def _find(self, weight: str, sentence: str, subject: str = "", number: int | None = None) -> None:
        self.findings.append(Finding(weight=weight, sentence=sentence, subject=subject, number=number))


class Line(NamedTuple):
    """A dependency as far as planning goes."""

    number: int
    state: str
    consumer_team_id: int
    provider_team_id: int
    consumer_story_id: int | None
    provider_story_id: int | None
    consumer_feature_id: int | None
    provider_feature_id: int | None
    committed_by_id: int | None


def _lines(pi: Increment) -> list[Line]:
    touching = (
        Q(consumer_story__pi=pi)
        | Q(consumer_story__feature__targets__pi=pi)
        | Q(consumer_feature__targets__pi=pi)
        | Q(consumer_feature__stories__pi=pi)
    )
    rows = store.Dependency.objects.filter(touching, train_id=pi.train_id).order_by("number").distinct()
    return [Line(*row) for row in rows.values_list(*Line._fields)]


def _calendar(train: Train) -> list[int]:
    """The ids of all iterations of the train in calendar order."""
    rows = store.Iteration.objects.filter(train=train).order_by("starts_on", "pi__number", "number")
    return list(rows.values_list("pk", flat=True))


def _development(train: Train, pi: Increment) -> tuple[IterationRow, ...]:
    today = clock.today(train.time_zone)
    rows = store.Iteration.objects.filter(train=train, pi=pi, is_ip=False).order_by("starts_on", "number")
    columns = ("pk", "number", "name", "starts_on", "ends_on")
    return tuple(
        IterationRow(pk, number, name, starts_on, ends_on, ends_on < today)
        for pk, number, name, starts_on, ends_on in rows.values_list(*columns)
    )


def _teams(train: Train) -> dict[str, TeamRow]:
    """Own teams by key: their name, so that the engine's sentences read well, where no two share one."""
    rows = [
        TeamRow(*row) for row in store.Team.objects.filter(train=train, external=False).values_list(*TeamRow._fields)
    ]
    names = Counter(row.name for row in rows)
    plain = {row.name for row in rows if names[row.name] == 1 and not row.name.isdigit()}
    return {row.name if row.name in plain else f"team {row.slug}": row for row in rows}


def _stories(train: Train, pi: Increment) -> tuple[dict[str, StoryRow], dict[int, int]]:
    """The stories that may be planned in the PI, and where all others of the train stand (story → iteration)."""
    rows = [
        StoryRow(*row)
        for row in store.Story.objects.filter(train=train, team__external=False)
        .filter(Q(pi=pi) | Q(pi=None, feature__targets__pi=pi, feature__targets__outcome=""))
        .order_by("number")
        .distinct()
        .values_list(*StoryRow._fields)
    ]
    ip = set(store.Iteration.objects.filter(pi=pi, is_ip=True).values_list("pk", flat=True))
    stories = {row.key: row for row in rows if row.iteration_id not in ip}
    ours = {row.id for row in stories.values()}
    placed = store.Story.objects.filter(train=train, iteration__isnull=False, provides__isnull=False)
    elsewhere = {
        pk: iteration for pk, iteration in placed.values_list("pk", "iteration_id") if iteration and pk not in ours
    }
    return stories, elsewhere


def _features(train: Train, wanted: Iterable[int | None]) -> dict[str, FeatureRow]:
    rows = store.Feature.objects.filter(train=train, pk__in={each for each in wanted if each is not None})
    columns = ("pk", "number", "title", "user_value", "time_criticality", "risk_opportunity")
    found = {}
    for pk, number, title, *scores in rows.order_by("rank", "number").values_list(*columns):
        known = [score for score in scores if score is not None]
        found[str(number)] = FeatureRow(pk, number, title, sum(known) if len(known) == len(scores) else None)
    return found


def _of_team(rows: Sequence[StoryRow], team_id: int) -> list[StoryRow]:
    """Those of the team; all of them where the team has none."""
    return [row for row in rows if row.team_id == team_id] or list(rows)


def _circle(links: set[tuple[str, str]]) -> list[str]:
    """The members of a circle in the order in which each needs the next, the first again at the end; empty for none."""
    after: dict[str, list[str]] = defaultdict(list)
    needs: dict[str, list[str]] = defaultdict(list)
    for provider, consumer in sorted(links):
        after[provider].append(consumer)
        needs[consumer].append(provider)
    waiting = {provider: len(consumers) for provider, consumers in after.items()}
    ready = deque(key for key in needs if key not in waiting)
    while ready:
        for provider in needs[ready.popleft()]:
            waiting[provider] -= 1
            if not waiting[provider]:
                del waiting[provider]
                ready.append(provider)
    if not waiting:
        return []
    path = [min(waiting)]
    while path[-1] not in path[:-1]:
        path.append(next(each for each in after[path[-1]] if each in waiting))
    return path[path.index(path[-1]) :][::-1]
