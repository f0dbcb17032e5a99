"""Short ways to work that hangs together."""

from typing import Any

from headway.features.network.queries import Asked, Look, look
from headway.features.network.questions.scope import Scope
from headway.kit.access import Actor
from headway.store.change import change
from headway.store.models import CapacityOverride, Dependency, Story, Team, Train
from tests.builders import build_dependency, build_story, iteration, root


def placed(train: Train, team: str, number: int | None, **values: Any) -> Story:
    """A story of a team in an iteration of PI 1, or nowhere."""
    there = iteration(train, 1, number) if number else None
    values.setdefault("title", f"{team.capitalize()} in {number}")
    return build_story(train, team=team, pi_id=there.pi_id if there else None, iteration=there, **values)


def tied(train: Train, provider: Story, consumer: Story, **values: Any) -> Dependency:
    """The second story needs something of the first."""
    values.setdefault("state", "requested")
    return build_dependency(
        train,
        provider=provider.team.slug if provider.team else "merlin",
        consumer=consumer.team.slug if consumer.team else "kestrel",
        provider_story=provider,
        consumer_story=consumer,
        **values,
    )


def between(train: Train, provider: int | None, consumer: int | None, **values: Any) -> Dependency:
    """Merlin provides in one iteration of PI 1 what Kestrel needs in another."""
    return tied(train, placed(train, "merlin", provider), placed(train, "kestrel", consumer), **values)


def room_for(train: Train, team: str, number: int, points: float) -> None:
    """The team has this capacity in an iteration of PI 1 (a fifth of it is the buffer)."""
    with change(root(train)) as frame:
        frame.create(
            CapacityOverride(
                team=Team.objects.get(train=train, slug=team),
                iteration=iteration(train, 1, number),
                points=points,
                note="as agreed",
            ),
            "capacity.created",
        )


def seen(actor: Actor, **asked: Any) -> Look:
    """What somebody who asks for this looks at."""
    return look(actor, Asked(**asked))


def scope(actor: Actor, **asked: Any) -> Scope:
    return seen(actor, **asked).scope
