"""What a capacity set by hand may be."""

from decimal import Decimal

from headway.engine.errors import Invalid, Locked
from headway.engine.rules.capacity import Override
from headway.kit.text import tidy_text
from headway.store.models import Increment, Team

MAX_POINTS = 1000
LONGEST_NOTE = 200


def check_override(points: float, note: str) -> None:
    """Points are whole or half, from 0 to 1,000, and come with a reason.

    Raises:
        Invalid: naming the field and the value.
    """
    if not 0 <= points <= MAX_POINTS:
        raise Invalid(
            f"Points should be between 0 and {MAX_POINTS:,}, not {points:g}.",
            code="out_of_bounds",
            field="points",
            value=points,
        )
    if not tidy_text(note):
        raise Invalid(
            "A capacity set by hand needs a note that says why, such as “two people at a conference”.",
            code="note",
            field="note",
            value=note,
        )
    Override(points=Decimal(str(points)), note=note[:LONGEST_NOTE])


def check_settable(team: Team, pi: Increment) -> None:
    """Only our own teams have a capacity, and a closed PI keeps its numbers."""
    if team.external:
        raise Invalid(
            f"{team.name} is an external party and has no capacity here.",
            code="external",
            field="team",
            value=team.slug,
        )
    if pi.state == Increment.State.CLOSED:
        raise Locked(f"{pi.name} is closed; its capacities stay as they were.", code="pi_closed")
