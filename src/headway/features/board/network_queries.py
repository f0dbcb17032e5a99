"""The board as a network, kept between questions: what a card elsewhere would change, and the critical chain."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from headway.engine.errors import Invalid, Missing
from headway.features.board.outlook import Length, Outlook, length, told
from headway.features.board.picture import StoryRow
from headway.features.board.policies import require_view
from headway.features.board.queries import PiRow, Stamp, present_rows
from headway.features.board.standing import Standing, Supposed
from headway.kit.access import Actor
from headway.store.models import Entry, Feature, Story


def outlook(
    actor: Actor,
    pi: PiRow,
    at: Stamp,
    *,
    story: int | None = None,
    feature: int | None = None,
    iteration_id: int | None = None,
    team_id: int | None = None,
) -> Outlook:
    """What would change if a card stood in this cell. Nothing is written.

    The card is a story or, while it has none, a feature, by its number; no iteration is the team's backlog, no
    team the one it has.

    Raises:
        Missing: no such card on this board.
        Invalid: not exactly one card was named, the feature follows its stories, or the cell is not on this board.
    """
    require_view(actor)
    standing = _standing(actor.train_id, pi, at)
    key, own_team = _asked_card(standing, story, feature)
    if iteration_id is not None and iteration_id not in standing.iterations:
        raise Invalid(
            f"Iteration {iteration_id} is not one of {pi.name}; choose one of its columns or none.",
            code="unknown_iteration",
            field="iteration",
            value=iteration_id,
        )
    if team_id is not None and team_id not in standing.teams:
        raise Invalid(
            f"Team {team_id} is not on this train; leave the team out to keep the card's own.",
            code="unknown_team",
            field="team",
            value=team_id,
        )
    found = standing.outlook(
        Supposed(
            key=key,
            team_id=own_team if team_id is None else team_id,
            iteration_id=iteration_id,
            ordinal=standing.ordinal(iteration_id),
        )
    )
    return replace(found, words=told(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class LongestWay:
    """The critical chain of a PI: its cards in order, and its length."""

    cards: tuple[str, ...]
    length: Length


def longest_way(actor: Actor, pi: PiRow, at: Stamp) -> LongestWay:
    """The critical chain of the work on a board: each of its cards needs the one before."""
    require_view(actor)
    chain = _standing(actor.train_id, pi, at).chain
    return LongestWay(cards=chain.keys, length=length(chain))


def _asked_card(standing: Standing, story: int | None, feature: int | None) -> tuple[str, int | None]:
    """The key and the team of the card with this number."""
    if (story is None) == (feature is None):
        raise Invalid(
            "Name either the number of a story or that of a feature.", code="one_card", field="story", value=story
        )
    if story is not None:
        named = next((each for each in standing.rows.stories if each.number == story), None)
        if named is None:
            raise Missing(f"Story {story} is not on this board.", code="story_missing")
        return f"s{named.id}", named.team_id
    whole = next((each for each in standing.rows.features if each.number == feature), None)
    if whole is None:
        raise Missing(f"Feature {feature} is not on this board.", code="feature_missing")
    if whole.id in standing.stories_of or whole.id not in standing.targets:
        raise Invalid(
            f"Feature {feature} stands where its stories do; ask about one of them.",
            code="feature_has_stories",
            field="feature",
            value=feature,
        )
    return f"f{whole.id}", whole.team_id


# Keeping the network ------------------------------------------------------------

BEARABLE = 20
"""Changes since up to which a kept network is brought up to date rather than built anew."""
BESIDE = frozenset({"comment", "proposal", "proposal_part", "scenario", "task", "token"})
"""Kinds of things that are no part of a board's network."""
HARMLESS = frozenset({"acceptance_criteria", "blocked", "description", "iteration_id", "rank", "state", "title"})
"""Columns of an open story that change neither capacity nor what needs what."""

_kept: dict[tuple[int, int], tuple[PiRow, Stamp, Standing]] = {}
_KEPT_BOARDS = 8


def _standing(train_id: int, pi: PiRow, at: Stamp) -> Standing:
    """The network of a board: the kept one, the kept one with a few cards moved, or a new one.

    Building it costs as much as reading the whole board, and in a planning event somebody moves a card every second.
    """
    found = _kept.get((train_id, pi.id))
    standing = None if found is None or found[0] != pi else _caught_up(train_id, found[1], at, found[2])
    if standing is None:
        standing = Standing(present_rows(train_id, pi), _costs_of_delay(train_id, pi))
    while len(_kept) >= _KEPT_BOARDS and (train_id, pi.id) not in _kept:
        _kept.pop(next(iter(_kept)), None)
    _kept[train_id, pi.id] = (pi, at, standing)
    return standing


def _caught_up(train_id: int, then: Stamp, now: Stamp, standing: Standing) -> Standing | None:
    """A network of an earlier moment with what the journal tells since; None when that is more than moved cards."""
    if then == now:
        return standing
    if then.today != now.today or not 0 < now.seq - then.seq <= BEARABLE:
        return None
    journal = Entry.objects.filter(train_id=train_id, number__gte=then.seq, number__lte=now.seq).order_by("number")
    told = list(journal.values_list("number", "command__uuid", "kind", "subject_id", "before", "after"))
    # A number alone may be of another history: of a restored backup, or of a transaction that was taken back.
    if not told or (told[0][0], told[0][1].hex) != (then.seq, then.command):
        return None
    changed: dict[int, StoryRow] = {}
    for _, _, kind, subject_id, before, after in told[1:]:
        if kind in BESIDE:
            continue
        if kind != "story" or not before or not after or not _is_harmless(before, after):
            return None
        if subject_id in standing.stories:
            fresh = {name: after[name] for name in StoryRow._fields if name != "id"}
            changed[subject_id] = StoryRow(id=subject_id, **fresh)
        elif standing.elsewhere:
            return None
    return standing.moved(changed.values()) if changed else standing


def _is_harmless(before: dict[str, Any], after: dict[str, Any]) -> bool:
    done = Story.State.DONE in (after["state"], before.get("state"))
    return not done and {name for name in before if name != "version"} <= HARMLESS


def _costs_of_delay(train_id: int, pi: PiRow) -> dict[int, float]:
    """What a later finish of each feature of a PI costs, in the points of its score; what is not scored is left out."""
    parts = ("user_value", "time_criticality", "risk_opportunity")
    scored = Feature.objects.filter(Q(targets__pi_id=pi.id) | Q(stories__pi_id=pi.id), train_id=train_id).values_list(
        "id", *parts
    )
    return {row[0]: float(sum(row[1:])) for row in scored.distinct() if None not in row}
