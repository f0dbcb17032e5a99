"""What a scenario may hold: its name, and changes in one canonical form."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from headway.engine.errors import Forbidden, Invalid
from headway.kit.access import Actor, Permission, Role, require
from headway.kit.text import tidy_text
from headway.store.models import Scenario

KIND = "whatif"
"""The kind of job that works a scenario out."""

VERSION = 1
"""Of kept answers; one of another version is worked out anew."""

LONGEST_NAME = 120
LONGEST_NOTE = 2000
MOST_CHANGES = 20
MOST_STORIES = 20
MOST_PERCENT = 300
MOST_SLIP = 12
MOST_VALUE = 1000
MOST_POINTS = 100

Change = dict[str, Any]
"""One change as it is kept:

* ``{"kind": "capacity", "team": slug, "iteration": number in the PI or null, "percent": 0–300}``
* ``{"kind": "slip", "dependency": number, "iterations": 1–12}``
* ``{"kind": "drop", "feature": number}``
* ``{"kind": "add", "title": text, "value": 0–1000, "stories": [{"team": slug, "points": 0–100}, …]}``
"""


def require_asking(actor: Actor) -> None:
    """Whoever works on the train may ask."""
    require(actor, Permission.ASK_WHAT_IF, anywhere=True)


def require_own(actor: Actor, scenario: Scenario) -> None:
    """A scenario is changed by its owner; whoever may ask can copy it.

    Raises:
        Forbidden: it is somebody else's.
    """
    require_asking(actor)
    if scenario.owner_id is None or scenario.owner_id != actor.person_id:
        raise Forbidden(
            f"“{scenario.name}” belongs to {scenario.owner or 'somebody who has left'}; copy it and change the copy.",
            code="not_yours",
        )


def require_removable(actor: Actor, scenario: Scenario) -> None:
    """Its owner removes a scenario, and the Release Train Engineer tidies up."""
    if Role.RTE not in actor.roles:
        require_own(actor, scenario)
    require_asking(actor)


def checked_name(name: str) -> str:
    """A name of 1 to 120 characters.

    Raises:
        Invalid: there is none, or it is too long.
    """
    tidy = tidy_text(name)
    if not 0 < len(tidy) <= LONGEST_NAME:
        raise Invalid(
            f"A scenario needs a name of 1 to {LONGEST_NAME} characters, such as “Merlin loses I4”.",
            code="name",
            field="name",
            value=name[:LONGEST_NAME],
        )
    return tidy


def checked_changes(changes: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Changes in their canonical form, each within its bounds.

    Raises:
        Invalid: naming the change, the field and the value.
    """
    if len(changes) > MOST_CHANGES:
        raise Invalid(
            f"This scenario has {len(changes)} changes; at most {MOST_CHANGES} can be told apart in one picture.",
            code="too_many",
            field="changes",
            value=len(changes),
        )
    return [_checked(change) for change in changes]


def _checked(change: Mapping[str, Any]) -> Change:
    match change.get("kind"):
        case "capacity":
            return {
                "kind": "capacity",
                "team": _text("team", change.get("team"), 40),
                "iteration": None if change.get("iteration") is None else _whole("iteration", change["iteration"], 99),
                "percent": _number("percent", change.get("percent"), MOST_PERCENT),
            }
        case "slip":
            return {
                "kind": "slip",
                "dependency": _whole("dependency", change.get("dependency")),
                "iterations": _whole("iterations", change.get("iterations"), MOST_SLIP),
            }
        case "drop":
            return {"kind": "drop", "feature": _whole("feature", change.get("feature"))}
        case "add":
            return {
                "kind": "add",
                "title": _text("title", change.get("title"), 120),
                "value": _number("value", change.get("value"), MOST_VALUE),
                "stories": _stories(change.get("stories")),
            }
        case other:
            raise Invalid(
                f"There is no change of the kind {other!r}; choose of capacity, slip, drop and add.",
                code="unknown_kind",
                field="kind",
                value=other if isinstance(other, str) else None,
            )


def _stories(stories: Any) -> list[dict[str, Any]]:
    if not isinstance(stories, list | tuple) or not 1 <= len(stories) <= MOST_STORIES:
        raise Invalid(
            f"A new feature needs 1 to {MOST_STORIES} pieces of work, each a team and its points.",
            code="stories",
            field="stories",
            value=len(stories) if isinstance(stories, list | tuple) else None,
        )
    return [
        {"team": _text("team", each.get("team"), 40), "points": _number("points", each.get("points"), MOST_POINTS)}
        for each in stories
    ]


def _text(field: str, value: Any, longest: int) -> str:
    tidy = tidy_text(value) if isinstance(value, str) else ""
    if not 0 < len(tidy) <= longest:
        raise _out_of_bounds(field, value, f"1 to {longest} characters")
    return tidy


def _whole(field: str, value: Any, most: int = 2_000_000_000) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise _out_of_bounds(field, value, f"a whole number from 1 to {most:,}")
    return value


def _number(field: str, value: Any, most: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _out_of_bounds(field, value, f"a number from 0 to {most:,}")
    if not 0 <= value <= most:
        raise _out_of_bounds(field, value, f"a number from 0 to {most:,}")
    return float(value)


def _out_of_bounds(field: str, value: Any, wanted: str) -> Invalid:
    shown = str(value)[:60] if value is not None else "nothing"
    return Invalid(f"{field.capitalize()} is {shown}; give {wanted}.", code="out_of_bounds", field=field, value=shown)
