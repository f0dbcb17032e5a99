"""Reading features: the list with its filters, and everything a feature's page shows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, FloatField, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast

from headway.engine.rules.hints import Finding, feature_findings
from headway.engine.rules.wsjf import Wsjf
from headway.features.backlog.queries import wsjf
from headway.features.forecast.queries import FeatureChance, feature_chances
from headway.kit.access import Actor, Permission, require
from headway.store.change import missing
from headway.store.models import Comment, Feature, Story, Target, Team

PER_PAGE = 50
NONE = 0
"""Asks for features without a theme, team or owner."""

SORTS: Mapping[str, Sequence[str]] = {
    "rank": ("rank", "number"),
    "number": ("number",),
    "title": ("title", "number"),
    "size": ("size", "number"),
    "state": ("state_order", "rank", "number"),
    "theme": ("theme__name", "rank", "number"),
    "owner": ("owner__name", "rank", "number"),
    "wsjf": ("wsjf", "number"),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which features a list shows, in which order; None or empty means all."""

    text: str = ""
    theme: int | None = None
    team: int | None = None
    owner: int | None = None
    pi: int | None = None
    state: str = ""
    type: str = ""
    sort: str = "rank"


@dataclass(frozen=True, kw_only=True)
class Work:
    """The stories of a feature: how many, and their points; ``unestimated`` have none."""

    stories: int = 0
    done: int = 0
    points: float = 0
    unestimated: int = 0


@dataclass(frozen=True, kw_only=True)
class FeatureLine:
    """A feature as a list shows it; ``chance`` is that of landing in the PI that runs, as last computed."""

    feature: Feature
    wsjf: Wsjf
    work: Work
    pis: tuple[str, ...]
    chance: FeatureChance | None = None

    @property
    def score(self) -> str:
        """The WSJF as people read it; empty while a part is missing."""
        found = self.wsjf.score
        return "" if found is None else f"{found:.1f}"


@dataclass(frozen=True, kw_only=True)
class TeamStories:
    """The stories of one team (None: not taken yet), with points by column of the grid."""

    team: Team | None
    cells: tuple[float | None, ...]
    stories: tuple[Story, ...]
    points: float


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A feature's stories by team and iteration; the columns are iterations in calendar order, then "not planned"."""

    columns: tuple[str, ...]
    rows: tuple[TeamStories, ...]


def listed(actor: Actor, wanted: Wanted, page: int | str) -> Page[Any]:
    """A page of features in the wanted order."""
    require(actor, Permission.VIEW_TRAIN)
    rows = _sorted(_matching(actor, wanted), wanted.sort).select_related("theme", "owner", "team")
    shown: Page[Any] = Paginator(rows, PER_PAGE).get_page(page)
    shown.object_list = _lines(actor, list(shown.object_list))
    return shown


def line(actor: Actor, number: int) -> FeatureLine:
    """One feature as the list shows it, or Missing."""
    require(actor, Permission.VIEW_TRAIN)
    found = _of_train(actor).select_related("theme", "owner", "team").filter(number=number).first()
    if found is None:
        raise missing(Feature, number=number)
    return _lines(actor, [found])[0]


def targets(actor: Actor, feature: Feature) -> list[Target]:
    """The PIs a feature is aimed at."""
    found = Target.objects.filter(train_id=actor.train_id, feature=feature)
    return list(found.select_related("pi", "iteration").order_by("pi__number"))


def grid(actor: Actor, feature: Feature) -> Grid:
    """The stories of a feature by team and iteration."""
    stories = list(
        Story.objects.filter(train_id=actor.train_id, feature=feature)
        .select_related("team", "pi", "iteration__pi")
        .order_by("team__position", "team_id", "iteration__starts_on", "rank", "number")
    )
    placed = sorted(
        {story.iteration for story in stories if story.iteration is not None}, key=lambda each: each.starts_on
    )
    keys: list[int | None] = [each.pk for each in placed]
    if any(story.iteration is None for story in stories):
        keys.append(None)
    names = {each.pk: f"{each.pi.name} {each.name}" for each in placed}
    by_team: dict[Team | None, list[Story]] = defaultdict(list)
    for story in stories:
        by_team[story.team].append(story)
    return Grid(
        columns=tuple(names[key] if key else "Not planned" for key in keys),
        rows=tuple(_team_stories(team, own, keys) for team, own in by_team.items()),
    )


def comments(actor: Actor, feature: Feature) -> list[Comment]:
    """What was said about a feature, oldest first."""
    return list(Comment.objects.filter(train_id=actor.train_id, feature=feature))


def hints(feature: Feature, aims: Sequence[Target], stories: Grid) -> tuple[Finding, ...]:
    """What is unusual about a feature: never a refusal."""
    told = [story for row in stories.rows for story in row.stories]
    increments = {target.pi_id for target in aims} | {story.pi_id for story in told if story.pi_id}
    return feature_findings(feature=f"Feature {feature.number}", increments=len(increments), stories=len(told))


def _team_stories(team: Team | None, stories: Sequence[Story], keys: Sequence[int | None]) -> TeamStories:
    def points(key: int | None) -> float | None:
        here = [story for story in stories if story.iteration_id == key]
        return sum(story.points or 0 for story in here) if here else None

    return TeamStories(
        team=team,
        cells=tuple(points(key) for key in keys),
        stories=tuple(stories),
        points=sum(story.points or 0 for story in stories),
    )


def _lines(actor: Actor, features: Sequence[Feature]) -> list[FeatureLine]:
    ids = [feature.pk for feature in features]
    work = _work(actor, ids)
    chances = feature_chances(actor)
    pis: dict[int, list[str]] = defaultdict(list)
    aims = Target.objects.filter(train_id=actor.train_id, feature_id__in=ids).order_by("pi__number")
    for feature_id, name in aims.values_list("feature_id", "pi__name"):
        pis[feature_id].append(name)
    return [
        FeatureLine(
            feature=feature,
            wsjf=wsjf(feature),
            work=work.get(feature.pk, Work()),
            pis=tuple(pis[feature.pk]),
            chance=chances.get(feature.pk),
        )
        for feature in features
    ]


def _work(actor: Actor, ids: Sequence[int]) -> dict[int, Work]:
    rows = (
        Story.objects.filter(train_id=actor.train_id, feature_id__in=ids)
        .order_by()
        .values("feature_id")
        .annotate(
            count=Count("pk"),
            done=Count("pk", filter=Q(state=Story.State.DONE)),
            total=Sum("points"),
            unestimated=Count("pk", filter=Q(points__isnull=True)),
        )
    )
    return {
        row["feature_id"]: Work(
            stories=row["count"], done=row["done"], points=row["total"] or 0, unestimated=row["unestimated"]
        )
        for row in rows
    }


def _matching(actor: Actor, wanted: Wanted) -> QuerySet[Feature]:
    found = _of_train(actor)
    for word in wanted.text.split()[:8]:
        said = Q(title__icontains=word) | Q(description__icontains=word)
        number = word.lstrip("#Ff")
        if number.isascii() and number.isdigit() and len(number) < 10:
            said |= Q(number=int(number))
        found = found.filter(said)
    for column, value in (("theme_id", wanted.theme), ("team_id", wanted.team), ("owner_id", wanted.owner)):
        if value == NONE:
            found = found.filter(**{f"{column}__isnull": True})
        elif value is not None:
            found = found.filter(**{column: value})
    if wanted.pi == NONE:
        found = found.filter(targets__isnull=True)
    elif wanted.pi is not None:
        found = found.filter(targets__pi_id=wanted.pi)
    if wanted.state == "open":
        found = found.exclude(state=Feature.State.DONE)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    return found.filter(type=wanted.type) if wanted.type else found


def _sorted(found: QuerySet[Feature], sort: str) -> QuerySet[Feature]:
    key = sort.removeprefix("-")
    columns = SORTS.get(key, SORTS["rank"])
    if key == "wsjf":
        cost = F("user_value") + F("time_criticality") + F("risk_opportunity")
        found = found.annotate(wsjf=Cast(cost, FloatField()) / F("job_size"))
    if key == "state":
        found = found.annotate(state_order=_state_order())
    first, *rest = columns
    lead = F(first).desc(nulls_last=True) if sort.startswith("-") else F(first).asc(nulls_last=True)
    return found.order_by(lead, *rest)


def _state_order() -> Any:
    return Case(
        *(When(state=value, then=Value(at)) for at, value in enumerate(Feature.State.values)),
        default=Value(99),
        output_field=IntegerField(),
    )


def _of_train(actor: Actor) -> QuerySet[Feature]:
    return Feature.objects.filter(train_id=actor.train_id)
