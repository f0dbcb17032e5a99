"""Builders: the smallest believable train, and things to put into it. They write through the frame."""

from datetime import date, timedelta
from typing import Any

from headway.kit.access import Actor, Role, TeamRole
from headway.store.actors import founder
from headway.store.change import change
from headway.store.models import (
    Dependency,
    Feature,
    Increment,
    Iteration,
    Membership,
    Person,
    Story,
    Team,
    Train,
    TrainRole,
    User,
)
from tests.cast import ON_THE_TRAIN, OUTSIDER, Cast, email_of

PASSWORD = "a long enough phrase for tests"
FIRST_DAY = date(2026, 9, 7)
"""A Monday; PI 1 begins here."""


def build_train(slug: str = "orion", name: str = "Orion") -> Cast:
    """A train with teams Kestrel and Merlin, the supplier Nordlicht, PI 1 (five iterations and IP) and the cast."""
    train = Train.objects.create(slug=slug, name=name, country="DE", region="BE")
    for each in (*ON_THE_TRAIN, OUTSIDER):
        if not User.objects.filter(email=email_of(each)).exists():
            User.objects.create_user(email_of(each), name=ON_THE_TRAIN.get(each, ("Otto Fern",))[0])
    actor = founder(train, User.objects.get(email=email_of("rosa")))
    with change(actor) as frame:
        frame.record_founding()
        teams = {
            "kestrel": frame.create(Team(slug="kestrel", name="Kestrel", position=1), "team.created"),
            "merlin": frame.create(Team(slug="merlin", name="Merlin", position=2), "team.created"),
        }
        frame.create(
            Team(slug="nordlicht", name="Nordlicht GmbH", position=3, external=True, contact="Ines Vogel"),
            "team.created",
        )
        for first_name, (full_name, roles, team_roles) in ON_THE_TRAIN.items():
            user = User.objects.get(email=email_of(first_name))
            person = frame.create(Person(user=user, name=full_name, email=user.email), "person.created")
            for role in roles:
                frame.create(TrainRole(person=person, role=Role(role).value), "role.created")
            for team, team_role in team_roles.items():
                frame.create(
                    Membership(person=person, team=teams[team], role=TeamRole(team_role).value), "membership.created"
                )
    build_increment(train, number=1, starts_on=FIRST_DAY)
    return Cast(slug=slug)


def build_increment(train: Train, *, number: int, starts_on: date, state: str = "planning") -> Increment:
    """A PI of five two-week iterations and an IP iteration of two weeks."""
    with change(root(train)) as frame:
        pi = frame.create(
            Increment(
                number=number,
                name=f"PI {number}",
                state=state,
                starts_on=starts_on,
                ends_on=starts_on + timedelta(days=12 * 7 - 1),
            ),
            "pi.created",
        )
        frame.create_many(
            [
                Iteration(
                    pi=pi,
                    number=index + 1,
                    name="IP" if index == 5 else f"I{index + 1}",
                    starts_on=starts_on + timedelta(weeks=2 * index),
                    ends_on=starts_on + timedelta(weeks=2 * index, days=13),
                    is_ip=index == 5,
                )
                for index in range(6)
            ],
            "iteration.created",
        )
    return pi


def root(train: Train) -> Actor:
    """An actor for builders only: in every team, with every role, so that any state can be told."""
    return Actor(
        train_id=train.pk,
        train_slug=train.slug,
        name="The builder",
        roles=frozenset(Role),
        teams={team.pk: frozenset(TeamRole) for team in Team.objects.filter(train=train)},
    )


def build_story(
    train: Train, title: str = "Show the reading history", *, team: str = "kestrel", **values: Any
) -> Story:
    """A story of a team (by slug); it stands nowhere unless ``pi`` and ``iteration`` say so."""
    with change(root(train)) as frame:
        values.setdefault("team", Team.objects.get(train=train, slug=team) if team else None)
        values.setdefault("number", frame.next_number())
        return frame.create(Story(title=title, **values), "story.created")


def build_feature(train: Train, title: str = "Reading history", **values: Any) -> Feature:
    """A feature in the funnel unless ``values`` say otherwise."""
    with change(root(train)) as frame:
        values.setdefault("number", frame.next_number())
        return frame.create(Feature(title=title, **values), "feature.created")


def build_dependency(train: Train, *, consumer: str = "kestrel", provider: str = "merlin", **values: Any) -> Dependency:
    """A dependency between two teams (by slug)."""
    with change(root(train)) as frame:
        values.setdefault("number", frame.next_number())
        values.setdefault("needs", "An address to ask for past readings")
        return frame.create(
            Dependency(
                consumer_team=Team.objects.get(train=train, slug=consumer),
                provider_team=Team.objects.get(train=train, slug=provider),
                **values,
            ),
            "dependency.created",
        )


def iteration(train: Train, pi: int, number: int) -> Iteration:
    """The iteration by its PI's number and its own."""
    return Iteration.objects.get(train=train, pi__number=pi, number=number)
