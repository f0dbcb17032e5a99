"""A train with at least one of everything in it."""

from datetime import timedelta

from headway.kit import clock
from headway.store.change import change
from headway.store.models import (
    Absence,
    CapacityOverride,
    Closure,
    Comment,
    Dependency,
    Feature,
    Iteration,
    Milestone,
    Person,
    Proposal,
    ProposalPart,
    Scenario,
    Story,
    Target,
    Task,
    Team,
    Theme,
    Train,
)
from headway.store.portraits import snapshot
from tests.builders import FIRST_DAY, root


def fill(train: Train) -> None:
    """Put into the train of :func:`tests.builders.build_train` what it lacks; it can be told apart by its numbers."""
    kestrel, merlin = Team.objects.get(train=train, slug="kestrel"), Team.objects.get(train=train, slug="merlin")
    first = Iteration.objects.filter(train=train).order_by("pi__number", "number")[0]
    tess = Person.objects.get(train=train, name="Tess Okafor")
    with change(root(train)) as frame:
        theme = frame.create(Theme(name="Trust", weight=30, color="#205493"), "theme.created")
        feature = frame.create(
            Feature(number=frame.next_number(), title="Reading history", theme=theme, team=kestrel), "feature.created"
        )
        frame.create(Target(feature=feature, pi=first.pi), "target.created")
        stories = [
            frame.create(
                Story(
                    number=frame.next_number(), title=title, feature=feature, team=team, pi=first.pi, iteration=first
                ),
                "story.created",
            )
            for title, team in (("Show past readings", kestrel), ("Keep past readings", merlin))
        ]
        frame.create(Task(story=stories[0], title="Draw the table"), "task.created")
        dependency = frame.create(
            Dependency(
                number=frame.next_number(),
                needs="An address to ask for past readings",
                consumer_team=kestrel,
                provider_team=merlin,
                consumer_story=stories[0],
                provider_story=stories[1],
                needed_by=first,
            ),
            "dependency.created",
        )
        note = {"author": tess, "author_name": tess.name, "text": "By Thursday?", "at": clock.now()}
        frame.create(Comment(dependency=dependency, **note), "comment.created")
        frame.create(Comment(feature=feature, **note), "comment.created")
        frame.create(
            CapacityOverride(team=kestrel, iteration=first, points=20, note="Half of us away"), "capacity.created"
        )
        frame.create(Milestone(pi=first.pi, name="Trade fair", on=FIRST_DAY + timedelta(days=20)), "milestone.created")
        frame.create(Absence(person=tess, starts_on=FIRST_DAY, ends_on=FIRST_DAY), "absence.created")
        frame.create(
            Closure(
                name="Works outing", starts_on=FIRST_DAY + timedelta(days=2), ends_on=FIRST_DAY + timedelta(days=2)
            ),
            "closure.created",
        )
        proposal = frame.create(
            Proposal(pi=first.pi, number=frame.next_number(), made_by=tess, made_at=clock.now(), base=1),
            "proposal.created",
        )
        moves = [{"story": stories[0].number, "from": 1, "to": None, "reason": "It waits for Merlin."}]
        frame.create(ProposalPart(proposal=proposal, team=kestrel, moves=moves), "proposal_part.created")
        frame.create(
            Scenario(
                pi=first.pi,
                number=frame.next_number(),
                name="Merlin loses I2",
                owner=tess,
                changes=[{"kind": "capacity", "team": "merlin", "iteration": 2, "percent": 0.0}],
            ),
            "scenario.created",
        )


def kinds_missing_from(train: Train) -> list[str]:
    """The kinds of thing of which the train has none."""
    return [kind for kind, rows in snapshot(train).items() if not rows]
