"""Boards of a given size, written straight into the tables; believable in shape, meaningless in content."""

import random
import sys
from datetime import timedelta

if __name__ == "__main__":
    import django

    django.setup()

from headway.store.models import (
    Dependency,
    Feature,
    Increment,
    Iteration,
    Membership,
    Person,
    Story,
    Target,
    Team,
    Theme,
    Train,
    User,
)
from tests.builders import FIRST_DAY, build_train
from tests.speed.sizes import SIZES, Size

WORDS = ("show", "keep", "send", "read", "draw", "check", "sign", "print", "count", "map", "store", "ask", "merge")
NOUNS = ("reading", "meter", "invoice", "alarm", "tariff", "report", "contract", "map", "address", "letter", "price")


def build_board(size: Size, seed: int = 1) -> Train:
    """A train with one PI of this size, running now, with Tess in every team's first place."""
    chance = random.Random(seed)
    build_train(slug=size.slug, name=f"Size {size.stories}")
    train = Train.objects.get(slug=size.slug)
    pi = Increment.objects.get(train=train)
    Iteration.objects.filter(pi=pi).delete()
    iterations = Iteration.objects.bulk_create(
        Iteration(
            train=train,
            pi=pi,
            number=each + 1,
            name="IP" if each == size.iterations - 1 else f"I{each + 1}",
            starts_on=FIRST_DAY + timedelta(weeks=2 * each),
            ends_on=FIRST_DAY + timedelta(weeks=2 * each, days=11),
            is_ip=each == size.iterations - 1,
        )
        for each in range(size.iterations)
    )
    Increment.objects.filter(pk=pi.pk).update(ends_on=iterations[-1].ends_on, state="executing")
    teams = _teams(train, size)
    features = _features(train, pi, teams, size, chance)
    stories = _stories(train, pi, iterations, teams, features, size, chance)
    _strings(train, iterations, stories, size, chance)
    Train.objects.filter(pk=train.pk).update(last_number=size.features + size.stories + size.strings)
    return train


def _title(chance: random.Random) -> str:
    return f"{chance.choice(WORDS).capitalize()} the {chance.choice(NOUNS)} of the {chance.choice(NOUNS)}"


def _teams(train: Train, size: Size) -> list[Team]:
    present = list(Team.objects.filter(train=train, external=False).order_by("pk"))
    Team.objects.filter(train=train, external=True).delete()
    fresh = Team.objects.bulk_create(
        Team(train=train, slug=f"team-{each}", name=f"Team {each}", position=each + 3)
        for each in range(size.teams - len(present))
    )
    teams = [*present, *fresh]
    tess = Person.objects.get(train=train, user=User.objects.get(email="tess@example.org"))
    Membership.objects.bulk_create(
        Membership(train=train, person=tess, team=team, role="member", share=10) for team in fresh
    )
    for team in teams:
        people = Person.objects.bulk_create(
            Person(train=train, name=f"Person {each} of {team.name}") for each in range(7)
        )
        Membership.objects.bulk_create(
            Membership(train=train, person=person, team=team, role="member") for person in people
        )
    return teams


def _features(train: Train, pi: Increment, teams: list[Team], size: Size, chance: random.Random) -> list[Feature]:
    themes = Theme.objects.bulk_create(Theme(train=train, name=f"Theme {each}", weight=20) for each in range(5))
    features = Feature.objects.bulk_create(
        Feature(
            train=train,
            number=each + 1,
            title=_title(chance),
            theme=chance.choice(themes),
            team=chance.choice(teams),
            size=chance.choice([8.0, 13.0, 20.0, 40.0]),
            state="in_progress",
            rank=float(each),
            type="enabler" if each % 5 == 0 else "feature",
            enabler_kind="architecture" if each % 5 == 0 else "",
        )
        for each in range(size.features)
    )
    Target.objects.bulk_create(Target(train=train, feature=each, pi=pi) for each in features)
    return features


def _stories(
    train: Train,
    pi: Increment,
    iterations: list[Iteration],
    teams: list[Team],
    features: list[Feature],
    size: Size,
    chance: random.Random,
) -> list[Story]:
    return Story.objects.bulk_create(
        [
            Story(
                train=train,
                number=size.features + each + 1,
                title=_title(chance),
                feature=chance.choice(features),
                team=teams[each % len(teams)],
                pi=pi,
                iteration=chance.choice(iterations) if each % 12 else None,
                points=chance.choice([1.0, 2.0, 3.0, 5.0, 8.0]),
                state=chance.choice(["todo", "todo", "in_progress", "review", "done"]),
                blocked=each % 25 == 0,
                rank=float(each),
            )
            for each in range(size.stories)
        ],
        batch_size=500,
    )


def _strings(
    train: Train, iterations: list[Iteration], stories: list[Story], size: Size, chance: random.Random
) -> None:
    ends = [chance.sample(stories, 2) for _ in range(size.strings)]
    Dependency.objects.bulk_create(
        [
            Dependency(
                train=train,
                number=size.features + size.stories + turn + 1,
                needs=_title(chance),
                type=chance.choice(["feature", "data", "platform", "architectural"]),
                consumer_team_id=consumer.team_id,
                provider_team_id=provider.team_id,
                consumer_story=consumer,
                provider_story=provider,
                needed_by=consumer.iteration or iterations[-1],
                committed_by=provider.iteration,
                state=chance.choice(["identified", "requested", "committed", "in_progress", "delivered"]),
            )
            for turn, (consumer, provider) in enumerate(ends)
        ],
        batch_size=500,
    )


if __name__ == "__main__":
    for wanted in SIZES:
        build_board(wanted)
        sys.stdout.write(f"{wanted.slug}\n")
