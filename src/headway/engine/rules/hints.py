"""Hints outside the usual ranges of the field; a hint has a reason and never refuses (requirement A1).

The ranges are those the requirements promise (A1, A4, B1); the reason says what tends to happen beyond them.
"""

from collections.abc import Collection
from dataclasses import dataclass

from headway.engine.rules.capacity import Capacity, plain, weigh
from headway.engine.values.bounds import Number

KEY_ROLES = {
    "rte": "Release Train Engineer",
    "product_manager": "Product Manager",
    "business_owner": "Business Owner",
    "system_architect": "System Architect",
    "integration_specialist": "Integration Specialist",
}
"""The roles every train needs at least one person in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something worth a question: its rule, what it is about, what is, and why that may matter."""

    rule: str
    subject: str
    message: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UsualRange:
    """From ``low`` to ``high``, both usual; ``unit`` follows the number in a sentence."""

    rule: str
    low: int
    high: int
    unit: str
    reason: str


TRAIN_TEAMS = UsualRange(
    rule="train.teams",
    low=5,
    high=10,
    unit="teams",
    reason=("With fewer teams a train costs more than it gives; with more, every dependency has more ends to tie."),
)
TRAIN_PEOPLE = UsualRange(
    rule="train.people",
    low=50,
    high=130,
    unit="people",
    reason=(
        "Beyond about 130 people not everybody can know who to ask; far below 50 one backlog without a train will do."
    ),
)
PI_WEEKS = UsualRange(
    rule="pi.weeks",
    low=8,
    high=12,
    unit="weeks",
    reason=("A shorter PI spends too much of itself on planning; a longer one commits to what nobody can know yet."),
)
BUFFER = UsualRange(
    rule="train.buffer",
    low=20,
    high=30,
    unit="per cent",
    reason=("Less leaves no room for unexpected dependencies and technical work; more hides what the train can do."),
)
TEAM_PEOPLE = UsualRange(
    rule="team.people",
    low=6,
    high=10,
    unit="people",
    reason="A smaller team stalls when two are away; in a larger one talking takes over from working.",
)
FEATURE_INCREMENTS = UsualRange(
    rule="feature.increments",
    low=1,
    high=3,
    unit="PIs",
    reason="A feature that outlives three PIs shows its value too late; it usually holds several features.",
)
FEATURE_STORIES = UsualRange(
    rule="feature.stories",
    low=3,
    high=5,
    unit="stories",
    reason=("Fewer stories tend to be too large for an iteration; many more mean that the feature could be split."),
)


def train_findings(
    *,
    train: str,
    teams: int,
    people: int,
    pi_weeks: int,
    buffer_percent: Number,
    roles_held: Collection[str],
) -> tuple[Finding, ...]:
    """Hints about the train as a whole; ``roles_held`` holds the keys of KEY_ROLES somebody has."""
    ranges = (
        (TRAIN_TEAMS, teams),
        (TRAIN_PEOPLE, people),
        (PI_WEEKS, pi_weeks),
        (BUFFER, buffer_percent),
    )
    outside = [_outside(usual, train, value) for usual, value in ranges]
    return (*filter(None, outside), *_missing_roles(train, roles_held))


def team_findings(*, team: str, people: int, scrum_masters: int) -> tuple[Finding, ...]:
    """Hints about one team: its size and its Scrum Master."""
    found = _outside(TEAM_PEOPLE, team, people)
    if scrum_masters:
        return (found,) if found else ()
    alone = Finding(
        rule="team.scrum_master",
        subject=team,
        message=f"{team} has no Scrum Master.",
        reason="Nobody is there to clear what stops the team, or to speak for it in the Scrum of Scrums.",
    )
    return (found, alone) if found else (alone,)


def person_findings(*, person: str, share_percent: int) -> tuple[Finding, ...]:
    """A person promised to teams for more than a whole week; ``share_percent`` is the sum of the shares."""
    if share_percent <= 100:
        return ()
    return (
        Finding(
            rule="person.share",
            subject=person,
            message=f"{person} is shared out at {share_percent} %, which is more than a whole week.",
            reason="Each team plans with its share, so together they plan with time that is not there.",
        ),
    )


def feature_findings(*, feature: str, increments: int, stories: int) -> tuple[Finding, ...]:
    """Hints about one feature; that it is not yet planned (0 increments) or split (0 stories) is none."""
    ranges = ((FEATURE_INCREMENTS, increments), (FEATURE_STORIES, stories))
    return tuple(filter(None, (_outside(usual, feature, value) for usual, value in ranges if value)))


def story_findings(*, story: str, points: Number | None, room: Number | None) -> tuple[Finding, ...]:
    """A story that fits no iteration: more points than ``room``, what its team can commit in one.

    None for either (not estimated, no team) gives no finding.
    """
    if points is None or room is None or points <= room:
        return ()
    return (
        Finding(
            rule="story.fits",
            subject=story,
            message=f"{story} has {plain(points)} points; its team can commit {plain(room)} in an iteration.",
            reason=("A story that cannot be finished within an iteration shows nothing at its end. Could it be split?"),
        ),
    )


def cell_findings(
    *,
    team: str,
    iteration: str,
    load: Number,
    capacity: Capacity,
    feature_load: Number = 0,
) -> tuple[Finding, ...]:
    """Hints about one cell of the board; ``feature_load`` is the part of ``load`` that is feature work.

    A cell is either over its capacity or over what may be committed, never both. In the IP iteration all
    feature work is beyond what may be committed, and other work is not.
    """
    subject, cell = f"{team} in {iteration}", weigh(load, capacity)
    found = []
    if cell.over_capacity:
        found.append(
            Finding(
                rule="cell.over_capacity",
                subject=subject,
                message=f"{team} is {_points(cell.over_capacity)} over its capacity in {iteration}.",
                reason=("More is planned than the people who are there have done before; something will not land."),
            )
        )
    elif cell.over_committable and not capacity.is_ip:
        found.append(
            Finding(
                rule="cell.over_committable",
                subject=subject,
                message=f"{team} uses {_points(cell.buffer_used)} of its buffer in {iteration}.",
                reason=(
                    "The buffer is there for what nobody has foreseen; planned work that stands in it leaves none."
                ),
            )
        )
    if capacity.is_ip and feature_load:
        found.append(
            Finding(
                rule="cell.feature_in_ip",
                subject=subject,
                message=f"{team} has {_points(feature_load)} of feature work in {iteration}.",
                reason=("The IP iteration is for infrastructure, technical debt, learning and unexpected work."),
            )
        )
    return tuple(found)


def _outside(usual: UsualRange, subject: str, value: Number) -> Finding | None:
    if usual.low <= value <= usual.high:
        return None
    return Finding(
        rule=usual.rule,
        subject=subject,
        message=f"{subject} has {plain(value)} {usual.unit}; usual are {usual.low} to {usual.high}.",
        reason=usual.reason,
    )


def _missing_roles(train: str, held: Collection[str]) -> list[Finding]:
    return [
        Finding(
            rule=f"train.role.{role}",
            subject=train,
            message=f"{train} has no {title}.",
            reason="Each of the key roles answers questions nobody else on the train is asked.",
        )
        for role, title in KEY_ROLES.items()
        if role not in held
    ]


def _points(points: Number) -> str:
    return f"{plain(points)} {'point' if points == 1 else 'points'}"
