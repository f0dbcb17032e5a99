"""Asking for a draft, putting it before the teams, and each team's answer for its own part."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max

from headway.engine.errors import Conflict, Invalid
from headway.features.planner.moves import Move, Stale, moves_of, stale_move, stands
from headway.features.planner.policies import (
    KIND,
    LONGEST_NOTE,
    MAX_MOVES,
    Wishes,
    check_draftable,
    check_open,
    require_answering,
    require_drafting,
    require_withdrawing,
)
from headway.features.planner.question import question
from headway.kit import clock
from headway.kit.access import Actor
from headway.kit.text import tidy_text
from headway.store import jobs
from headway.store.change import Frame, Outcome, action, change, missing
from headway.store.models import Increment, Iteration, Job, Proposal, ProposalPart, Story, Team


def ask_for_draft(actor: Actor, *, pi: int, wanted: Wishes) -> Job:
    """Have a plan drafted for the PI with this number, by a worker.

    Raises:
        Forbidden: the actor only reads along.
        Missing: there is no such PI.
        Locked: it is closed.
        Invalid: a wish names what is not there, or nothing can be drafted; the sentence says why.
        Conflict: too much waits already.
    """
    require_drafting(actor)
    increment = Increment.objects.filter(train_id=actor.train_id, number=pi).first()
    if increment is None:
        raise missing(Increment, number=pi)
    check_draftable(increment)
    asked = question(actor, increment, wanted)
    if asked.stops:
        raise Invalid(asked.stops[0].sentence, code="cannot_draft")
    return jobs.ask(actor, KIND, wanted.told(), pi=increment)


@action
def propose(
    actor: Actor,
    *,
    pi: int,
    moves: Sequence[Move],
    settings: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    base: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Put moves of stories before their teams; nothing moves until a team accepts its own part.

    ``base`` is the journal number of the plan it was drafted from.

    Raises:
        Forbidden: the actor may not draft.
        Invalid: no move at all, a story twice, or one that no team of this train plans.
        Missing: there is no such PI.
        Locked: it is closed.
    """
    with change(actor, command_id) as frame:
        require_drafting(actor)
        increment = frame.get(Increment, number=pi)
        check_draftable(increment)
        parts = _by_team(frame, increment, moves)
        last = Proposal.objects.filter(train=frame.train).aggregate(last=Max("number"))["last"] or 0
        proposal = frame.create(
            Proposal(
                pi=increment,
                number=last + 1,
                made_by_id=actor.person_id,
                made_at=clock.now(),
                base=frame.first - 1 if base is None else base,
                settings=dict(settings or {}),
                facts=dict(facts or {}),
            ),
            "proposal.created",
        )
        frame.create_many(
            [
                ProposalPart(proposal=proposal, team_id=team_id, moves=[move.told() for move in theirs])
                for team_id, theirs in parts.items()
            ],
            "proposal_part.created",
        )
    return frame.outcome


@action
def withdraw_proposal(actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Take a proposal back; what teams have accepted of it stays.

    Raises:
        Forbidden: it is somebody else's, and the actor does not keep the train.
        Locked: it was withdrawn already.
    """
    with change(actor, command_id) as frame:
        proposal = frame.get(Proposal, number=number)
        require_withdrawing(actor, proposal)
        check_open(proposal)
        frame.update(proposal, "proposal.withdrawn", seen=seen, state=Proposal.State.WITHDRAWN.value)
    return frame.outcome


@action
def accept_part(
    actor: Actor,
    *,
    number: int,
    team: str,
    skip_changed: bool = False,
    note: str = "",
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Make the moves of a team's part, all in one command.

    Raises:
        Forbidden: the actor is not in the team.
        Locked: the part was accepted already, the proposal withdrawn or the PI closed.
        Conflict: stories changed since the draft; ``conflicts`` names each. Nothing has moved. With ``skip_changed``
            the others are moved, and the part keeps what was carried out.
    """
    with change(actor, command_id) as frame:
        part = _part(frame, number, team)
        _refuse_unseen(part, seen)
        places = _places(part.proposal.pi)
        moves = moves_of(part)
        stories = _stories(frame, moves)
        found = [(move, stale_move(move, stories.get(move.story), part, places)) for move in moves]
        stale = [each for _, each in found if each is not None]
        if stale and not skip_changed:
            raise _changed_since(part, stale)
        doable = [move for move, obstacle in found if obstacle is None]
        for move in doable:
            story = stories[move.story]
            target = places[move.to].pk if move.to is not None else None
            frame.update(story, "story.moved", pi_id=part.proposal.pi_id, iteration_id=target)
        values: dict[str, Any] = {"state": ProposalPart.State.ACCEPTED.value}
        if stale:
            values["moves"] = [move.told() for move in doable]
        frame.update(part, "proposal_part.accepted", **values, **_noted(part, note))
    return frame.outcome


@action
def decline_part(
    actor: Actor, *, number: int, team: str, note: str = "", seen: int | None = None, command_id: UUID | None = None
) -> Outcome:
    """Say no to a team's part; a note says why.

    Raises:
        Forbidden: the actor is not in the team.
        Locked: the part was accepted already, the proposal withdrawn or the PI closed.
    """
    with change(actor, command_id) as frame:
        part = _part(frame, number, team)
        _refuse_unseen(part, seen)
        frame.update(part, "proposal_part.declined", state=ProposalPart.State.DECLINED.value, **_noted(part, note))
    return frame.outcome


@action
def change_part(
    actor: Actor,
    *,
    number: int,
    team: str,
    moves: Mapping[int, int | None] | None = None,
    drop: Iterable[int] = (),
    note: str = "",
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Give moves of a team's part another aim (story number → iteration number, None for the backlog), or drop them.

    Raises:
        Forbidden: the actor is not in the team.
        Invalid: a story is not in the part, or there is no such iteration.
        Locked: the part was accepted already, the proposal withdrawn or the PI closed.
        Conflict: somebody changed the part since ``seen``.
    """
    with change(actor, command_id) as frame:
        part = _part(frame, number, team)
        wanted, dropped = dict(moves or {}), set(drop)
        places = _places(part.proposal.pi)
        _check_changes(part, wanted, dropped, places)
        kept = [_retargeted(move, wanted, places) for move in moves_of(part) if move.story not in dropped]
        values = {
            "moves": [move.told() for move in kept],
            "state": ProposalPart.State.OPEN.value,
            **_noted(part, note),
        }
        frame.update(part, "proposal_part.edited", seen=seen, **values)
    return frame.outcome


def _by_team(frame: Frame, pi: Increment, moves: Sequence[Move]) -> dict[int, list[Move]]:
    if not 0 < len(moves) <= MAX_MOVES:
        raise Invalid(f"A proposal has 1 to {MAX_MOVES:,} moves, not {len(moves)}.", code="too_many", field="moves")
    places = _places(pi)
    stories = _stories(frame, moves)
    parts: dict[int, list[Move]] = {}
    told: set[int] = set()
    for move in moves:
        story = stories.get(move.story)
        if story is None:
            raise missing(Story, number=move.story)
        if story.team_id is None or (story.team is not None and story.team.external):
            raise Invalid(
                f"Story {move.story} is not the work of a team of this train, so nobody could accept the move.",
                code="no_team",
                field="moves",
                value=move.story,
            )
        if move.story in told:
            raise Invalid(f"Story {move.story} is named twice.", code="twice", field="moves", value=move.story)
        _check_place(move.to, places, pi)
        told.add(move.story)
        parts.setdefault(story.team_id, []).append(move._replace(at=stands(story, pi)))
    return parts


def _places(pi: Increment) -> dict[int, Iteration]:
    return {each.number: each for each in Iteration.objects.filter(pi=pi)}


def _check_place(to: int | None, places: Mapping[int, Iteration], pi: Increment) -> None:
    if to is not None and to not in places:
        raise Invalid(f"{pi.name} has no iteration {to}.", code="unknown", field="moves", value=to)


def _stories(frame: Frame, moves: Sequence[Move]) -> dict[int, Story]:
    numbers = [move.story for move in moves]
    rows = Story.objects.filter(train=frame.train, number__in=numbers).select_related("iteration__pi", "team", "pi")
    return {each.number: each for each in rows}


def _part(frame: Frame, number: int, team: str) -> ProposalPart:
    proposal = frame.get(Proposal, number=number)
    part = frame.get(ProposalPart, proposal=proposal, team=frame.get(Team, slug=team))
    require_answering(frame.actor, part)
    check_open(proposal, part)
    return part


def _refuse_unseen(part: ProposalPart, seen: int | None) -> None:
    """A team answers what it has read: any change of the part since counts."""
    if seen is not None and seen != part.version:
        raise Conflict(
            f"The part of {part.team.name} was changed after you had last seen it. Have a look and answer again.",
            code="stale",
        )


def _changed_since(part: ProposalPart, stale: Sequence[Stale]) -> Conflict:
    many = len(stale) > 1
    return Conflict(
        f"{len(stale)} stor{'ies' if many else 'y'} of this part changed since the draft, so nothing was moved: "
        f"{' '.join(each.sentence for each in stale[:5])}{' …' if len(stale) > 5 else ''}",
        code="changed_since",
        conflicts=[{"story": each.story, "sentence": each.sentence} for each in stale],
        part=part.pk,
    )


def _check_changes(
    part: ProposalPart,
    wanted: Mapping[int, int | None],
    dropped: set[int],
    places: Mapping[int, Iteration],
) -> None:
    known = {move.story for move in moves_of(part)}
    for story in sorted((wanted.keys() | dropped) - known):
        raise Invalid(
            f"Story {story} is not in the part of {part.team.name}.", code="unknown", field="moves", value=story
        )
    for to in wanted.values():
        _check_place(to, places, part.proposal.pi)


def _retargeted(move: Move, wanted: Mapping[int, int | None], places: Mapping[int, Iteration]) -> Move:
    if move.story not in wanted or wanted[move.story] == move.to:
        return move
    return move._replace(to=wanted[move.story], reason="The team chose another iteration.")


def _noted(part: ProposalPart, note: str) -> dict[str, Any]:
    note = tidy_text(note)
    if len(note) > LONGEST_NOTE:
        raise Invalid(
            f"A note may have {LONGEST_NOTE:,} characters; this one has {len(note):,}.",
            code="too_long",
            field="note",
            value=note[:80],
        )
    return {"note": note} if note else {}
