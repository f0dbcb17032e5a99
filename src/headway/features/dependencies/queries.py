"""Reading dependencies."""

from collections.abc import Mapping
from typing import Any

from headway.engine.errors import Missing
from headway.kit.access import Actor, Permission, require
from headway.store.change import missing
from headway.store.models import Comment, Dependency, Feature, Story
from headway.store.portraits import columns


def dependency(actor: Actor, number: int) -> Dependency:
    """The dependency with this number, with its teams and iterations, or Missing."""
    require(actor, Permission.VIEW_TRAIN)
    found: Dependency | None = _of_train(actor).filter(number=number).first()
    if found is None:
        raise missing(Dependency, number=number)
    return found


def comment(actor: Actor, comment_id: int) -> Comment:
    """A contribution to the discussion of a dependency, or Missing."""
    require(actor, Permission.VIEW_TRAIN)
    found = Comment.objects.filter(train_id=actor.train_id, pk=comment_id, dependency__isnull=False).first()
    if found is None:
        raise Missing(f"There is no comment {comment_id} on this train.", code="comment_missing")
    return found


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


def dependency_rows(
    actor: Actor, wanted: Mapping[str, int | str | None], text: str, limit: int, offset: int
) -> dict[str, Any]:
    """A page of dependencies as portraits, and how many there are in all."""
    require(actor, Permission.VIEW_TRAIN)
    rows = Dependency.objects.filter(
        train_id=actor.train_id, **{column: value for column, value in wanted.items() if value}
    )
    for word in text.split()[:8]:
        rows = rows.filter(needs__icontains=word)
    shown = rows.order_by("number").values(*columns(Dependency))[offset : offset + limit]
    return {"count": rows.count(), "dependencies": list(shown)}


def _of_train(actor: Actor) -> Any:
    return Dependency.objects.filter(train_id=actor.train_id).select_related(
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
