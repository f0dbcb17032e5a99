"""Writing the backlog: themes, features, stories, tasks, and where a team's stories stand."""

from uuid import UUID

from headway.features.backlog.policies import check_open, check_place
from headway.kit.access import Actor, Permission, require
from headway.store.change import Outcome, action, change
from headway.store.models import Increment, Iteration, Story


@action
def move_story(
    actor: Actor,
    *,
    number: int,
    pi_id: int | None,
    iteration_id: int | None,
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Place a story into an iteration, into the team's backlog column of a PI, or out of every PI.

    Raises:
        Forbidden: the actor is not in the story's team.
        Invalid: the iteration lies outside the PI, or the story has no team.
        Locked: the PI it leaves or enters is closed.
        Conflict: somebody moved it since ``seen``.
    """
    with change(actor, command_id) as frame:
        story = frame.get(Story, number=number)
        require(actor, Permission.PLACE_STORY, team=story.team_id)
        pi = frame.get(Increment, pk=pi_id) if pi_id is not None else None
        iteration = frame.get(Iteration, pk=iteration_id) if iteration_id is not None else None
        check_open(story.pi)
        check_open(pi)
        check_place(story, pi, iteration)
        frame.update(story, "story.moved", seen=seen, pi_id=pi_id, iteration_id=iteration_id)
    return frame.outcome
