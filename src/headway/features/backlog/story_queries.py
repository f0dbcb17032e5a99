"""Reading stories: the list with its filters, and everything a story's page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet

from headway.kit.access import Actor, Permission, may, require
from headway.store.change import missing
from headway.store.models import Increment, Iteration, Story, Task, Team

PER_PAGE = 50
NONE = 0
"""Asks for stories without a team, feature, PI or iteration."""

SORTS: Mapping[str, Sequence[str]] = {
    "rank": ("rank", "number"),
    "number": ("number",),
    "title": ("title", "number"),
    "points": ("points", "number"),
    "team": ("team__name", "rank", "number"),
    "place": ("iteration__starts_on", "number"),
    "feature": ("feature__rank", "feature__number", "number"),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which stories a list shows, in which order; None or empty means all."""

    text: str = ""
    team: int | None = None
    feature: int | None = None
    pi: int | None = None
    iteration: int | None = None
    state: str = ""
    sort: str = "rank"


def listed(actor: Actor, wanted: Wanted, page: int | str) -> Page[Any]:
    """A page of stories in the wanted order, with feature, team and place."""
    require(actor, Permission.VIEW_TRAIN)
    key = wanted.sort.removeprefix("-")
    first, *rest = SORTS.get(key, SORTS["rank"])
    lead = F(first).desc(nulls_last=True) if wanted.sort.startswith("-") else F(first).asc(nulls_last=True)
    rows = _with_places(_matching(actor, wanted)).order_by(lead, *rest)
    return Paginator(rows, PER_PAGE).get_page(page)


def story(actor: Actor, number: int) -> Story:
    """The story with its feature, team and place, or Missing."""
    require(actor, Permission.VIEW_TRAIN)
    found = _with_places(Story.objects.filter(train_id=actor.train_id)).filter(number=number).first()
    if found is None:
        raise missing(Story, number=number)
    return found


def tasks(actor: Actor, story: Story) -> list[Task]:
    """The steps of a story, in their order."""
    return list(Task.objects.filter(train_id=actor.train_id, story=story))


def places(actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """Where a story can be moved: for each PI that is not closed its backlog column and its iterations.

    Keys are "12:" (a PI's backlog) and "12:34" (an iteration of it).
    """
    iterations = Iteration.objects.filter(train_id=actor.train_id).exclude(pi__state=Increment.State.CLOSED)
    groups: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for pi_id, pi, pk, name in iterations.values_list("pi_id", "pi__name", "pk", "name"):
        group = groups.setdefault((pi_id, pi), [(f"{pi_id}:", f"{pi}, no iteration yet")])
        group.append((f"{pi_id}:{pk}", f"{pi} {name}"))
    return [(pi, choices) for (_, pi), choices in groups.items()]


def own_teams(actor: Actor) -> list[tuple[int, str]]:
    """The teams for which the actor writes stories, as choices."""
    mine = [team for team in actor.teams if may(actor, Permission.EDIT_STORY, team=team)]
    return list(Team.objects.filter(train_id=actor.train_id, pk__in=mine).values_list("pk", "name"))


def _matching(actor: Actor, wanted: Wanted) -> QuerySet[Story]:
    found = Story.objects.filter(train_id=actor.train_id)
    for word in wanted.text.split()[:8]:
        said = Q(title__icontains=word) | Q(description__icontains=word)
        number = word.lstrip("#Ss")
        if number.isascii() and number.isdigit() and len(number) < 10:
            said |= Q(number=int(number))
        found = found.filter(said)
    for column, value in (("team_id", wanted.team), ("pi_id", wanted.pi), ("iteration_id", wanted.iteration)):
        if value == NONE:
            found = found.filter(**{f"{column}__isnull": True})
        elif value is not None:
            found = found.filter(**{column: value})
    if wanted.feature == NONE:
        found = found.filter(feature__isnull=True)
    elif wanted.feature is not None:
        found = found.filter(feature__number=wanted.feature)
    if wanted.state == "open":
        return found.exclude(state=Story.State.DONE)
    if wanted.state == "blocked":
        return found.filter(blocked=True)
    return found.filter(state=wanted.state) if wanted.state else found


def _with_places(rows: QuerySet[Story]) -> QuerySet[Story]:
    return rows.select_related("feature", "team", "pi", "iteration__pi")
