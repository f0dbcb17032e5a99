"""The moves of a proposal's part, and whether they can still be made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from headway.store.models import Increment, Iteration, ProposalPart, Story


class Move(NamedTuple):
    """A story (by number) that should go from one iteration to another, each by its number in the PI; None is none."""

    story: int
    at: int | None
    to: int | None
    reason: str = ""

    def told(self) -> dict[str, Any]:
        """As a part keeps it."""
        return {"story": self.story, "from": self.at, "to": self.to, "reason": self.reason}


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A move that cannot be made any more, and why."""

    story: int
    sentence: str


def moves_of(part: ProposalPart) -> list[Move]:
    """The moves that a part keeps."""
    return [Move(each["story"], each.get("from"), each.get("to"), each.get("reason", "")) for each in part.moves]


def stale_moves(part: ProposalPart, stories: Mapping[int, Story], places: Mapping[int, Iteration]) -> dict[int, str]:
    """Story number → why its move cannot be made as it was proposed; ``places`` are the PI's iterations by number."""
    found = [stale_move(move, stories.get(move.story), part, places) for move in moves_of(part)]
    return {each.story: each.sentence for each in found if each is not None}


def stands(story: Story, pi: Increment) -> int | None:
    """The number of the iteration of this PI in which the story stands."""
    return story.iteration.number if story.iteration is not None and story.iteration.pi_id == pi.pk else None


def stale_move(move: Move, story: Story | None, part: ProposalPart, places: Mapping[int, Iteration]) -> Stale | None:
    """Why a move cannot be made any more; None when it can, or need not."""
    reason = _obstacle(move, story, part, places)
    return Stale(story=move.story, sentence=reason) if reason else None


def _obstacle(move: Move, story: Story | None, part: ProposalPart, places: Mapping[int, Iteration]) -> str:
    pi = part.proposal.pi
    if story is None:
        return f"Story {move.story} has been removed."
    if story.team_id != part.team_id:
        return f"Story {move.story} is no longer {part.team.name}'s."
    if move.to is not None and move.to not in places:
        return f"Story {move.story} should go to iteration {move.to}, which {pi.name} does not have any more."
    now = stands(story, pi)
    if now == move.to and story.pi_id == pi.pk:
        return ""
    if story.pi_id not in (None, pi.pk):
        return f"Story {move.story} stands in {story.pi} by now."
    if now != move.at:
        place = places[now].name if now is not None and now in places else "no iteration"
        return f"Story {move.story} has been moved since, to {place}."
    if story.state == Story.State.DONE:
        return f"Story {move.story} is done."
    return ""
