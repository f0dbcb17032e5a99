"""A small plan for the tests of drafting, and a proposal about it."""

from collections.abc import Mapping
from typing import Any

from headway.features.planner import actions
from headway.features.planner.moves import Move
from headway.store.change import change
from headway.store.models import CapacityOverride, Feature, Iteration, Proposal, Story, Target, Team, Train
from tests.builders import build_dependency, build_feature, build_story, iteration, root
from tests.cast import Cast


def give_capacity(train: Train, points: float = 20) -> None:
    """Both teams have this many points in every iteration."""
    with change(root(train)) as frame:
        frame.create_many(
            [
                CapacityOverride(team=team, iteration=each, points=points, note="agreed")
                for team in Team.objects.filter(train=train, external=False)
                for each in Iteration.objects.filter(train=train)
            ],
            "capacity.created",
        )


def build_plan(train: Train, pi_number: int = 1) -> dict[str, int]:
    """A feature of two stories of which the consumer stands before its provider, and one that is not planned yet.

    Gives the numbers by name: feature, provider (Merlin, I2), consumer (Kestrel, I1), second (feature), late (Kestrel).
    """
    give_capacity(train)
    pi = iteration(train, pi_number, 1).pi
    feature = build_feature(train, "Reading history", user_value=8, time_criticality=5, risk_opportunity=3)
    second = build_feature(train, "Alerts", user_value=5, time_criticality=5, risk_opportunity=3)
    with change(root(train)) as frame:
        frame.create_many([Target(feature=each, pi=pi) for each in (feature, second)], "target.created")

    def story(title: str, team: str, of: Feature, place: int | None) -> Story:
        where = iteration(train, pi_number, place) if place else None
        return build_story(train, title, team=team, feature=of, points=8, pi=pi, iteration=where)

    provider = story("Keep past readings", "merlin", feature, 2)
    consumer = story("Show past readings", "kestrel", feature, 1)
    late = story("Tell when a limit is passed", "kestrel", second, None)
    build_dependency(train, consumer_story=consumer, provider_story=provider)
    return {
        "feature": feature.number,
        "second": second.number,
        "provider": provider.number,
        "consumer": consumer.number,
        "late": late.number,
    }


def build_proposal(cast: Cast, train: Train, by: str = "paul") -> Mapping[str, Any]:
    """Kestrel is asked to move two stories and Merlin one; gives the plan's numbers and the ``proposal``'s."""
    plan = build_plan(train)
    moves = [
        Move(plan["consumer"], None, 3, "It needs story 2."),
        Move(plan["late"], None, 1),
        Move(plan["provider"], None, 1),
    ]
    made = actions.propose(cast.actor(by), pi=1, moves=moves)
    return {**plan, "proposal": made.subject.number}


def places(train: Train, *numbers: int) -> list[str | None]:
    """The iterations, by name, in which these stories stand."""
    stories = {each.number: each for each in Story.objects.filter(train=train).select_related("iteration")}
    return [stories[each].iteration.name if stories[each].iteration else None for each in numbers]


def states(number: int) -> dict[str, str]:
    """The state of each team's part, by the team's slug."""
    return {each.team.slug: each.state for each in Proposal.objects.get(number=number).parts.select_related("team")}
