"""Reading dependencies: one, a list with its schedule health, and those of a story or feature."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from headway.engine.network.health import Health, finishing, health, position, slack
from headway.features.dependencies.policies import WAITS_FOR, Side
from headway.kit.access import Actor, Permission, require
from headway.store.change import missing
from headway.store.models import Comment, Dependency, Feature, Iteration, Person, Story, Target, Team
from headway.store.portraits import columns

PER_PAGE = 50
OVER = (Dependency.State.ACCEPTED, Dependency.State.DECLINED, Dependency.State.OBSOLETE)
HEALTH_ORDER = {Health.CONFLICT: 0, Health.TIGHT: 1, Health.UNPLANNED: 2, Health.OK: 3, None: 4}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A dependency as a list shows it.

    ``slack`` is in iterations; ``turn`` is the team that has to act next, None when it is over.
    """

    dependency: Dependency
    health: str
    slack: int | None
    consumer_at: str
    provider_at: str
    turn: Team | None

    @property
    def needed_by(self) -> str:
        """When it is needed, where that is not where the consumer's work stands anyway."""
        return _unless(self.dependency.needed_by, self.consumer_at)

    @property
    def promised_by(self) -> str:
        """When it is promised, where that is not where the provider's work stands anyway."""
        return _unless(self.dependency.committed_by, self.provider_at)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which dependencies a list shows; empty means all. ``state`` may be "open" for all that are not over."""

    text: str = ""
    state: str = "open"
    health: str = ""
    type: str = ""
    team: int | None = None
    turn: int | None = None
    pi: int | None = None
    sort: str = "health"


@dataclass(frozen=True, slots=True)
class _Place:
    pk: int
    number: int
    state: str
    consumer: int | None
    provider: int | None

    @property
    def health(self) -> Health | None:
        return health(self.provider, self.consumer, self.state)

    @property
    def slack(self) -> int | None:
        return slack(self.provider, self.consumer)


def dependency(actor: Actor, number: int) -> Dependency:
    """The dependency with this number, with its teams and iterations, or Missing."""
    require(actor, Permission.VIEW_TRAIN)
    found = _with_ends(_of_train(actor)).filter(number=number).first()
    if found is None:
        raise missing(Dependency, number=number)
    return found


def line(actor: Actor, number: int) -> Line:
    """One dependency with its health, or Missing."""
    return _lines(actor, [dependency(actor, number)])[0]


def id_of(actor: Actor, kind: str, number: int) -> int:
    """The id of the story or feature with this number, or Missing."""
    require(actor, Permission.VIEW_TRAIN)
    model = Story if kind == "story" else Feature
    found: int | None = (
        model._default_manager.filter(train_id=actor.train_id, number=number).values_list("pk", flat=True).first()
    )
    if found is None:
        raise missing(model, number=number)
    return found


def works_on(team_id: int, feature_id: int) -> bool:
    """Whether a team has a story in a feature."""
    return Story.objects.filter(team_id=team_id, feature_id=feature_id).exists()


def comments(actor: Actor, dependency: Dependency) -> list[Comment]:
    """What was said about it, oldest first."""
    return list(Comment.objects.filter(train_id=actor.train_id, dependency=dependency))


def of_feature(actor: Actor, feature: Feature) -> list[Line]:
    """The dependencies of a feature and of its stories."""
    require(actor, Permission.VIEW_TRAIN)
    mine = (
        Q(consumer_feature=feature)
        | Q(provider_feature=feature)
        | Q(consumer_story__feature=feature)
        | Q(provider_story__feature=feature)
    )
    return _lines(actor, list(_with_ends(_of_train(actor)).filter(mine).order_by("number")))


def of_story(actor: Actor, story: Story) -> list[Line]:
    """The dependencies of a story."""
    require(actor, Permission.VIEW_TRAIN)
    mine = Q(consumer_story=story) | Q(provider_story=story)
    return _lines(actor, list(_with_ends(_of_train(actor)).filter(mine).order_by("number")))


def listed(actor: Actor, wanted: Wanted, page: int | str) -> tuple[Page[Any], dict[str, int]]:
    """A page of lines in the wanted order, and how many of all that match have which health."""
    require(actor, Permission.VIEW_TRAIN)
    places = _places(actor, _matching(actor, wanted))
    counts = {each.value: sum(place.health is each for place in places) for each in Health}
    if wanted.health:
        places = [place for place in places if place.health == wanted.health]
    places.sort(key=lambda place: place.number)
    if wanted.sort.removeprefix("-") in ("health", "slack"):
        by_slack = wanted.sort.removeprefix("-") == "slack"
        places.sort(
            key=lambda place: (
                0 if by_slack else HEALTH_ORDER[place.health],
                99 if place.slack is None else place.slack,
            )
        )
    if wanted.sort.startswith("-"):
        places.reverse()
    shown: Page[Any] = Paginator(places, PER_PAGE).get_page(page)
    by_id = _with_ends(_of_train(actor)).in_bulk([place.pk for place in shown.object_list])
    names = _iteration_names(actor)
    shown.object_list = [_line(by_id[place.pk], place, names) for place in shown.object_list]
    return shown, counts


def dependency_rows(
    actor: Actor, wanted: Mapping[str, int | str | None], text: str, limit: int, offset: int
) -> dict[str, Any]:
    """A page of dependencies as portraits, and how many there are in all."""
    require(actor, Permission.VIEW_TRAIN)
    rows = _of_train(actor).filter(**{column: value for column, value in wanted.items() if value})
    for word in text.split()[:8]:
        rows = rows.filter(needs__icontains=word)
    shown = rows.order_by("number").values(*columns(Dependency))[offset : offset + limit]
    return {"count": rows.count(), "dependencies": list(shown)}


# Choices of forms and filters ---------------------------------------------------


def teams(actor: Actor) -> list[tuple[int, str]]:
    """All teams and external parties as choices."""
    return list(Team.objects.filter(train_id=actor.train_id).values_list("pk", "name"))


def people(actor: Actor) -> list[tuple[int, str]]:
    """All people as choices."""
    return list(Person.objects.filter(train_id=actor.train_id).values_list("pk", "name"))


def iterations(actor: Actor) -> list[tuple[int, str]]:
    """All iterations as choices, "PI 3 I2"."""
    found = Iteration.objects.filter(train_id=actor.train_id).values_list("pk", "pi__name", "name")
    return [(pk, f"{pi} {name}") for pk, pi, name in found]


# How positions come about --------------------------------------------------------


def _lines(actor: Actor, rows: Sequence[Dependency]) -> list[Line]:
    places = {place.pk: place for place in _places(actor, _of_train(actor).filter(pk__in=[row.pk for row in rows]))}
    names = _iteration_names(actor)
    return [_line(row, places[row.pk], names) for row in rows]


def _line(row: Dependency, place: _Place, names: Sequence[str]) -> Line:
    side = WAITS_FOR[row.state]
    return Line(
        dependency=row,
        health=place.health.value if place.health else "",
        slack=place.slack,
        consumer_at=names[place.consumer] if place.consumer is not None else "",
        provider_at=names[place.provider] if place.provider is not None else "",
        turn=None if side is None else row.consumer_team if side is Side.CONSUMER else row.provider_team,
    )


def _places(actor: Actor, rows: QuerySet[Dependency]) -> list[_Place]:
    """Where both ends stand, as indexes of iterations in calendar order."""
    index = {pk: at for at, pk in enumerate(_calendar(actor).values_list("pk", flat=True))}
    found = list(
        rows.values_list(
            "pk",
            "number",
            "state",
            "consumer_story_id",
            "consumer_story__iteration_id",
            "consumer_feature_id",
            "needed_by_id",
            "provider_story_id",
            "provider_story__iteration_id",
            "provider_feature_id",
            "committed_by_id",
        )
    )
    finish = _finishes(actor, {feature for row in found for feature in (row[5], row[9]) if feature}, index)

    def end(story: int | None, at: int | None, feature: int | None, promised: int | None) -> int | None:
        item = index.get(at or 0) if story else finish.get(feature or 0)
        return position(linked=bool(story or feature), item=item, promised=index.get(promised or 0))

    return [_Place(row[0], row[1], row[2], end(*row[3:7]), end(*row[7:11])) for row in found]


def _finishes(actor: Actor, features: Iterable[int], index: Mapping[int, int]) -> dict[int, int | None]:
    """Where features stand: with the last of their stories, and without stories where they are aimed at."""
    features = set(features)
    told: dict[int, list[int | None]] = {}
    for model in (Story, Target):
        rows = model._default_manager.filter(train_id=actor.train_id, feature_id__in=features)
        so_far = set(told)
        for feature, iteration in rows.values_list("feature_id", "iteration_id"):
            if feature is not None and feature not in so_far:
                told.setdefault(feature, []).append(index.get(iteration or 0))
    return {feature: finishing(places) for feature, places in told.items()}


def _matching(actor: Actor, wanted: Wanted) -> QuerySet[Dependency]:
    found = _of_train(actor)
    for word in wanted.text.split()[:8]:
        said = Q(needs__icontains=word) | Q(note__icontains=word)
        found = found.filter(
            said | Q(number=int(word)) if word.isascii() and word.isdigit() and len(word) < 10 else said
        )
    if wanted.state == "open":
        found = found.exclude(state__in=OVER)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.type:
        found = found.filter(type=wanted.type)
    if wanted.team is not None:
        found = found.filter(Q(consumer_team_id=wanted.team) | Q(provider_team_id=wanted.team))
    if wanted.turn is not None:
        waits: dict[Side, list[str]] = {
            side: [state for state, turn in WAITS_FOR.items() if turn is side] for side in Side
        }
        found = found.filter(
            Q(consumer_team_id=wanted.turn, state__in=waits[Side.CONSUMER])
            | Q(provider_team_id=wanted.turn, state__in=waits[Side.PROVIDER])
        )
    if wanted.pi is not None:
        found = found.filter(
            Q(needed_by__pi_id=wanted.pi)
            | Q(committed_by__pi_id=wanted.pi)
            | Q(consumer_story__pi_id=wanted.pi)
            | Q(provider_story__pi_id=wanted.pi)
        )
    return found


def _unless(iteration: Iteration | None, place: str) -> str:
    name = f"{iteration.pi.name} {iteration.name}" if iteration is not None else ""
    return "" if name == place else name


def _iteration_names(actor: Actor) -> list[str]:
    return [f"{pi} {name}" for pi, name in _calendar(actor).values_list("pi__name", "name")]


def _calendar(actor: Actor) -> QuerySet[Iteration]:
    return Iteration.objects.filter(train_id=actor.train_id).order_by("starts_on", "pi__number", "number")


def _of_train(actor: Actor) -> QuerySet[Dependency]:
    return Dependency.objects.filter(train_id=actor.train_id)


def _with_ends(rows: QuerySet[Dependency]) -> QuerySet[Dependency]:
    return rows.select_related(
        "consumer_team",
        "provider_team",
        "consumer_story",
        "provider_story",
        "consumer_feature",
        "provider_feature",
        "needed_by__pi",
        "committed_by__pi",
        "owner",
    )
