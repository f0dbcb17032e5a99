"""Bounds and rules of the backlog: what a value may be, and where work may stand."""

from headway.engine.errors import Invalid, Locked
from headway.store.models import Increment, Iteration, Story

MAX_POINTS = 100


def check_points(points: float | None) -> None:
    """Points are whole or half, from 0 to 100; None means "not yet estimated"."""
    if points is None:
        return
    if not 0 <= points <= MAX_POINTS or points * 2 != int(points * 2):
        raise Invalid(
            f"Points should be between 0 and {MAX_POINTS} in whole or half points, not {points:g}. "
            "Split what is larger.",
            code="points",
            field="points",
            value=points,
        )


def check_open(pi: Increment | None) -> None:
    """A closed PI keeps its results for ever."""
    if pi is not None and pi.state == Increment.State.CLOSED:
        raise Locked(f"{pi.name} is closed; its plan and results stay as they are.", code="pi_closed")


def check_place(story: Story, pi: Increment | None, iteration: Iteration | None) -> None:
    """A story's iteration lies in its PI, and only a team's story can stand in an iteration."""
    if iteration is not None and (pi is None or iteration.pi_id != pi.pk):
        raise Invalid(
            f"{iteration.name} is not an iteration of {pi.name if pi else 'a PI that was named'}.",
            code="iteration_outside_pi",
            field="iteration",
            value=iteration.pk,
        )
    if iteration is not None and story.team_id is None:
        raise Invalid(
            f"Story {story.number} has no team yet; a team has to take it on before it is placed.",
            code="no_team",
            field="team",
        )
