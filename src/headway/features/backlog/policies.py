"""Bounds and rules of the backlog: what a value may be, and where work may stand."""

from collections.abc import Iterable
from typing import Any

from headway.engine.errors import HeadwayError, Invalid, Locked
from headway.engine.rules.wsjf import PARTS, Wsjf
from headway.kit.text import check_text, tidy_text
from headway.store.models import (
    EnablerKind,
    Feature,
    Increment,
    Iteration,
    Story,
    Target,
    Team,
    WorkType,
)

MAX_POINTS = 100
MAX_SIZE = 1000
MAX_WEIGHT = 100
MAX_TASKS = 200
MAX_BULK = 500

Values = dict[str, Any]

STORY_COLUMNS = frozenset(
    {
        "title",
        "description",
        "acceptance_criteria",
        "feature_id",
        "type",
        "enabler_kind",
        "points",
        "state",
        "blocked",
        "rank",
    }
)
"""What ``edit_story`` may change; its team and its place have actions of their own."""

FEATURE_COLUMNS = frozenset(
    {
        "title",
        "description",
        "theme_id",
        "type",
        "enabler_kind",
        "acceptance_criteria",
        "benefit_hypothesis",
        "owner_id",
        "team_id",
        "size",
        "state",
        *PARTS,
    }
)
"""What ``edit_feature`` may change; its rank and its PIs have actions of their own."""

THEME_COLUMNS = frozenset({"name", "description", "weight", "color"})
BULK_COLUMNS = frozenset({"state", "theme_id", "owner_id"})


def checked_story(values: Values) -> Values:
    """The values of a story, tidied.

    Raises:
        Invalid: naming the first field that is unknown or out of its bounds.
    """
    values = _tidied(values, STORY_COLUMNS | {"team_id", "pi_id", "iteration_id", "source", "external_id"}, "story")
    _check_filled(values, "title", "story")
    check_points(values.get("points"))
    _check_choice(values, "state", Story.State.values)
    _check_work_type(values)
    return values


def checked_feature(values: Values) -> Values:
    """The values of a feature, tidied.

    Raises:
        Invalid: naming the first field that is unknown or out of its bounds.
    """
    values = _tidied(values, FEATURE_COLUMNS | {"rank", "source", "external_id"}, "feature")
    _check_filled(values, "title", "feature")
    Wsjf(**{part: values[part] for part in PARTS if part in values})
    check_size(values.get("size"))
    _check_choice(values, "state", Feature.State.values)
    _check_work_type(values)
    return values


def checked_theme(values: Values) -> Values:
    """The values of a theme, tidied.

    Raises:
        Invalid: naming the first field that is unknown or out of its bounds.
    """
    values = _tidied(values, THEME_COLUMNS, "theme")
    _check_filled(values, "name", "theme")
    weight = values.get("weight", 0)
    if type(weight) is not int or not 0 <= weight <= MAX_WEIGHT:
        raise Invalid(
            f"A theme's weight is its share of the train's capacity, 0 to {MAX_WEIGHT} %, not {weight}.",
            code="weight",
            field="weight",
            value=weight,
        )
    color = values.get("color", "")
    if color and not (len(color) == 7 and color[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in color[1:])):
        raise Invalid(
            f"A colour is written as #rrggbb, for example #2f6f8f, not {color!r}.",
            code="color",
            field="color",
            value=color,
        )
    return values


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
            value=_finite(points),
        )


def check_size(size: float | None) -> None:
    """A feature's size in points, whole or half, from 0 to 1000; None means "not yet sized"."""
    if size is None:
        return
    if not 0 <= size <= MAX_SIZE or size * 2 != int(size * 2):
        raise Invalid(
            f"A feature's size should be between 0 and {MAX_SIZE:,} in whole or half points, not {size:g}. "
            "Split what is larger.",
            code="size",
            field="size",
            value=_finite(size),
        )


def check_open(pi: Increment | None) -> None:
    """A closed PI keeps its results for ever."""
    if pi is not None and pi.state == Increment.State.CLOSED:
        raise Locked(f"{pi.name} is closed; its plan and results stay as they are.", code="pi_closed")


def check_place(story: Story, pi: Increment | None, iteration: Iteration | None) -> None:
    """A story's iteration lies in its PI, and only a team's story can stand in an iteration."""
    check_iteration_of(pi, iteration)
    if iteration is not None and story.team_id is None:
        raise Invalid(
            f"Story {story.number} has no team yet; a team has to take it on before it is placed.",
            code="no_team",
            field="team",
        )


def check_iteration_of(pi: Increment | None, iteration: Iteration | None) -> None:
    """An iteration lies in the PI it is named with."""
    if iteration is not None and (pi is None or iteration.pi_id != pi.pk):
        raise Invalid(
            f"{iteration.name} is not an iteration of {pi.name if pi else 'a PI that was named'}.",
            code="iteration_outside_pi",
            field="iteration",
            value=iteration.pk,
        )


def hand_over_first(story: Story, wanted: Team | None) -> HeadwayError:
    """The refusal to move a story into another team, with the way to hand it over."""
    there = wanted.name if wanted else "the other team"
    return Invalid(
        f"Story {story.number} is {story.team}'s work, and nobody moves work into another team. To hand it over, "
        f"{story.team} hands it back (on the story's page), and {there} takes it on.",
        code="another_team",
        field="team",
        value=wanted.pk if wanted else None,
    )


def check_outcome(outcome: str) -> None:
    """What became of a feature in a PI; empty means "not known yet"."""
    _check_choice({"outcome": outcome}, "outcome", ["", *Target.Outcome.values])


def _tidied(values: Values, known: Iterable[str], noun: str) -> Values:
    unknown = sorted(values.keys() - set(known))
    if unknown:
        raise Invalid(
            f"A {noun} has no “{unknown[0]}” that could be set this way.", code="unknown_field", field=unknown[0]
        )
    return {name: tidy_text(value) if isinstance(value, str) else value for name, value in values.items()}


def _check_filled(values: Values, name: str, noun: str) -> None:
    if name in values:
        values[name] = check_text(" ".join(values[name].split()), f"{noun}'s {name}", name)


def _check_work_type(values: Values) -> None:
    _check_choice(values, "type", WorkType.values)
    _check_choice(values, "enabler_kind", ["", *EnablerKind.values])
    if values.get("type") == WorkType.FEATURE:
        values["enabler_kind"] = ""
    elif values.get("enabler_kind"):
        values["type"] = WorkType.ENABLER.value


def _check_choice(values: Values, name: str, choices: Iterable[str]) -> None:
    choices = list(choices)
    if name in values and values[name] not in choices:
        words = ", ".join(each or "nothing" for each in choices)
        raise Invalid(
            f"{name.replace('_', ' ').capitalize()} is one of {words}; not {values[name]!r}.",
            code="unknown_choice",
            field=name,
            value=values[name],
        )


def _finite(value: float) -> float | str:
    # JSON has no NaN and no infinity.
    return value if abs(value) < float("inf") else str(value)
