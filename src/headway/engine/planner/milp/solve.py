"""HiGHS at work: bounds that hold, and plans of problems that are a choice rather than a timetable."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from headway.engine.planner.milp.steps import StepForm, Vector
from headway.engine.planner.shape import Shape

SAFETY = 1e-7
"""Added to a bound, as a share of it: HiGHS is exact to about a billionth."""

IMPOSSIBLE = 2
"""What HiGHS answers through scipy when no solution keeps all rows."""

SAME = 1e-6
"""A plan that is this near to what HiGHS has proven, as a share of it, is the best."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Solved:
    """A bound on the objective, and the best plan found with it; ``proven`` when that is the best there is."""

    bound: float | None
    places: list[int] | None
    proven: bool


def relaxed_bound(shape: Shape, *, comfort: bool = True, seconds: float | None = None) -> float | None:
    """The optimum of the step form's relaxation; None when time is over.

    When not all that must be in can be, nothing must: the bound then holds for plans that leave some of it out.
    """
    steps = StepForm(shape, comfort=comfort).steps()
    if not len(steps.limit):
        return _safe(steps.constant + float(np.sum(np.maximum(steps.gain * steps.low, steps.gain * steps.high))))
    most = _most(steps.gain, steps.matrix, steps.limit, steps.low, steps.high, seconds)
    return None if most is None else _safe(steps.constant + most)


def quick_bound(shape: Shape) -> float | None:
    """A weaker bound in milliseconds: one row per team, with all its iterations as one."""
    points = np.zeros((shape.teams, shape.features))
    gain = np.array(shape.worth, dtype=float)
    for feature, stories in enumerate(shape.free):
        first = max((shape.earliest[story] for story in stories), default=0)
        gain[feature] += shape.sooner[feature] * (shape.iterations - max(first, shape.finish[feature]))
        gain[feature] = gain[feature] if stories else 0.0
        gain[feature] += shape.kept * sum(shape.home[story] >= 0 for story in stories)
        for story in stories:
            points[shape.team[story], feature] += shape.points[story]
    room = np.array([sum(row) for row in shape.room], dtype=float)
    low = np.array([float(each is True) for each in shape.forced])
    high = np.array([float(each is not False) for each in shape.forced])
    most = _most(gain, csr_array(points), room, low, high, None)
    return None if most is None else _safe(shape.constant + most)


def _most(
    gain: Vector, matrix: csr_array, limit: Vector, low: Vector, high: Vector, seconds: float | None
) -> float | None:
    for least in (low, np.zeros(len(low))):
        found = linprog(
            -gain,
            A_ub=matrix,
            b_ub=limit,
            bounds=np.column_stack([least, np.maximum(least, high)]),
            method="highs",
            options={} if seconds is None else {"time_limit": seconds},
        )
        if found.status != IMPOSSIBLE:
            break
    return -float(found.fun) if found.status == 0 else None


def whole(shape: Shape, *, seconds: float | None = None, gap: float = 0.0) -> Solved:
    """The step form in whole numbers: the best plan if time allows, else the best found and a bound."""
    form = StepForm(shape)
    steps = form.steps()
    options: dict[str, float] = {"mip_rel_gap": gap}
    if seconds is not None:
        options["time_limit"] = seconds
    found = milp(
        -steps.gain,
        integrality=steps.whole,
        bounds=Bounds(steps.low, steps.high),
        constraints=LinearConstraint(steps.matrix, -np.inf, steps.limit) if len(steps.limit) else (),
        options=options,
    )
    places = None if found.x is None else form.places(found.x)
    told = getattr(found, "mip_dual_bound", None)
    bound = None if told is None or not np.isfinite(told) else _safe(steps.constant - told)
    if found.status != 0 or places is None or bound is None:
        return Solved(bound=bound, places=places, proven=False)
    total = shape.total(places)
    return Solved(bound=total if bound - total <= SAME * abs(bound) else bound, places=places, proven=True)


def _safe(bound: float) -> float:
    return bound + SAFETY * abs(bound)
