"""Reading the backlog."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import F, Max, Model

from headway.engine.rules.wsjf import PARTS, SCALE, Wsjf
from headway.kit.access import Actor, Permission, require
from headway.store.change import missing
from headway.store.models import (
    Comment,
    Feature,
    Increment,
    Iteration,
    Person,
    Recorded,
    Story,
    Target,
    Task,
    Team,
    Theme,
)
from headway.store.portraits import columns

Row = TypeVar("Row", bound=Recorded)


def story(actor: Actor, number: int) -> Story:
    """The story with this number, or Missing."""
    return _one(actor, Story, number=number)


def feature(actor: Actor, number: int) -> Feature:
    """The feature with this number, or Missing."""
    return _one(actor, Feature, number=number)


def theme(actor: Actor, theme_id: int) -> Theme:
    """The theme, or Missing."""
    return _one(actor, Theme, pk=theme_id)


def task(actor: Actor, task_id: int) -> Task:
    """The task, or Missing."""
    return _one(actor, Task, pk=task_id)


def story_of_task(actor: Actor, task_id: int) -> int:
    """The number of the story a task belongs to, or Missing."""
    return task(actor, task_id).story.number


def comment(actor: Actor, comment_id: int) -> Comment:
    """The contribution to a discussion, or Missing."""
    return _one(actor, Comment, pk=comment_id)


def target(actor: Actor, number: int, pi_id: int) -> Target:
    """How the feature stands in a PI, or Missing."""
    return _one(actor, Target, feature__number=number, pi_id=pi_id)


def last_rank(actor: Actor) -> float:
    """The rank of the last feature of the backlog; 0 for an empty one."""
    found: float | None = Feature.objects.filter(train_id=actor.train_id).aggregate(last=Max("rank"))["last"]
    return found or 0.0


def ranked(actor: Actor) -> list[Feature]:
    """All features in the order of the backlog."""
    return list(Feature.objects.filter(train_id=actor.train_id).order_by(F("rank"), F("number")))


def _one(actor: Actor, model: type[Row], **lookup: Any) -> Row:
    require(actor, Permission.VIEW_TRAIN)
    found: Row | None = _of_train(actor, model).filter(**lookup).first()
    if found is None:
        raise missing(model, **lookup)
    return found


def _of_train(actor: Actor, model: type[Model]) -> Any:
    return model._default_manager.filter(train_id=actor.train_id)


# What the API lists ------------------------------------------------------------


def story_rows(
    actor: Actor, wanted: Mapping[str, int | str | None], text: str, limit: int, offset: int
) -> dict[str, Any]:
    """A page of stories as portraits, and how many there are in all."""
    return _rows(actor, Story, "stories", wanted, text, limit, offset)


def feature_rows(
    actor: Actor, wanted: Mapping[str, int | str | None], text: str, limit: int, offset: int
) -> dict[str, Any]:
    """A page of features as portraits, and how many there are in all."""
    return _rows(actor, Feature, "features", wanted, text, limit, offset)


def themes(actor: Actor) -> list[Theme]:
    """All themes, by weight."""
    require(actor, Permission.VIEW_TRAIN)
    return list(Theme.objects.filter(train_id=actor.train_id))


def pi_of_iteration(actor: Actor, iteration_id: int) -> int:
    """The id of the PI an iteration belongs to, or Missing."""
    return _one(actor, Iteration, pk=iteration_id).pi_id


def wsjf(feature: Feature) -> Wsjf:
    """The feature's scores; a score off the scale (from an import) counts as none."""
    parts = {part: getattr(feature, part) for part in PARTS}
    return Wsjf(**{part: value if value in SCALE else None for part, value in parts.items()})


def _rows(
    actor: Actor,
    model: Any,
    name: str,
    wanted: Mapping[str, int | str | None],
    text: str,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    require(actor, Permission.VIEW_TRAIN)
    rows = _of_train(actor, model).filter(**{column: value for column, value in wanted.items() if value})
    for word in text.split()[:8]:
        rows = rows.filter(title__icontains=word)
    shown = rows.order_by("rank", "number").values(*columns(model))[offset : offset + limit]
    return {"count": rows.count(), name: list(shown)}


# Choices of forms and filters ---------------------------------------------------


def teams(actor: Actor, *, own: bool = False) -> list[tuple[int, str]]:
    """The teams of the train as choices, without external parties when ``own``."""
    found = Team.objects.filter(train_id=actor.train_id)
    return list((found.filter(external=False) if own else found).values_list("pk", "name"))


def people(actor: Actor) -> list[tuple[int, str]]:
    """The people of the train as choices."""
    return list(Person.objects.filter(train_id=actor.train_id).values_list("pk", "name"))


def theme_names(actor: Actor) -> list[tuple[int, str]]:
    """The themes as choices."""
    return list(Theme.objects.filter(train_id=actor.train_id).values_list("pk", "name"))


def increments(actor: Actor, *, closed: bool = True) -> list[tuple[int, str]]:
    """The PIs as choices, newest last."""
    found = Increment.objects.filter(train_id=actor.train_id)
    if not closed:
        found = found.exclude(state=Increment.State.CLOSED)
    return list(found.values_list("pk", "name"))


def iterations(actor: Actor) -> list[tuple[int, str]]:
    """The iterations as choices, "PI 3 I2"."""
    found = Iteration.objects.filter(train_id=actor.train_id).values_list("pk", "pi__name", "name")
    return [(pk, f"{pi} {name}") for pk, pi, name in found]
