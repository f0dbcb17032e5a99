"""The picture "how good, how good at best" over the seconds of a search. Pure: numbers in, lines out."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 480
HEIGHT = 120
LEFT = 44
TOP = 10


class Picture(NamedTuple):
    """Everything the drawing needs; ``bound`` is empty until one is known."""

    width: int
    height: int
    left: int
    base: int
    objective: str
    bound: str
    low: str
    high: str
    seconds: str


def draw(trail: Sequence[Sequence[float | None]], limit: float, now: float) -> Picture | None:
    """The search so far, of (seconds, objective, bound), up to ``now``; None while there is nothing to show."""
    steps = [(step[0] or 0.0, step[1], step[2]) for step in trail if step[1] is not None]
    if not steps:
        return None
    totals = [total for _, total, _ in steps if total is not None]
    bounds = [(seconds, bound) for seconds, _, bound in steps if bound is not None]
    high = max([*totals, *(bound for _, bound in bounds)])
    low = min(totals)
    span = (high - low) or 1.0
    last = max(limit, now, steps[-1][0]) or 1.0

    def place(seconds: float, value: float) -> str:
        x = LEFT + (WIDTH - LEFT) * seconds / last
        return f"{x:.1f},{TOP + HEIGHT * (high - value) / span:.1f}"

    stairs = []
    for index, (seconds, total, _) in enumerate(steps):
        if total is not None:
            if index:
                stairs.append(place(seconds, totals[index - 1]))
            stairs.append(place(seconds, total))
    stairs.append(place(max(now, steps[-1][0]), totals[-1]))
    if bounds:
        bounds.append((max(now, steps[-1][0]), bounds[-1][1]))
    return Picture(
        width=WIDTH + 8,
        height=HEIGHT + TOP + 24,
        left=LEFT,
        base=TOP + HEIGHT,
        objective=" ".join(stairs),
        bound=" ".join(place(seconds, bound) for seconds, bound in bounds),
        low=f"{low:.1f}",
        high=f"{high:.1f}",
        seconds=f"{last:g} s",
    )
