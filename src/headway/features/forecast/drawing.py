"""Geometry of the picture of a PI's predictability. Pure: numbers in, rectangles and lines out."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

WIDTH = 400
HEIGHT = 110
TOP = 40
LEFT = 36
RIGHT = 12
FOOT = 24
BAND = (0.8, 1.0)


class Bar(NamedTuple):
    """One bin of the histogram; ``share`` of all trials, in per cent."""

    x: float
    y: float
    width: float
    height: float
    share: float
    low: float
    high: float
    in_band: bool


class Mark(NamedTuple):
    """A line with its words: a quantile, or a step of the scale."""

    x: float
    y: float
    label: str
    anchor: str


class Picture(NamedTuple):
    """Everything the drawing and its table need."""

    width: int
    height: int
    base: int
    top: int
    bars: list[Bar]
    quantiles: list[Mark]
    ticks: list[Mark]
    band_x: float
    band_width: float


def draw(distribution: Mapping[str, Any]) -> Picture:
    """The histogram over 0 to 100 % of the planned value (or as far as it reaches)."""
    edges: Sequence[float] = distribution["edges"]
    counts: Sequence[int] = distribution["histogram"]
    total = sum(counts) or 1
    # What no trial comes near is left out of the scale, so that the rest can be told apart.
    start = max(0.0, min(0.6, int((edges[0] - 0.05) * 5) / 5))
    reach = max(1.0, edges[-1])
    most = max(counts, default=1) or 1
    base = TOP + HEIGHT

    def x(value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, value - start) / (reach - start), 1)

    bars = []
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        height = round(HEIGHT * count / most, 1)
        # A forecast that is certain has a bin of no width; it shall be seen all the same.
        wide = max(x(high) - x(low) - 1, 3.0)
        bars.append(
            Bar(
                x(low),
                base - height,
                wide,
                height,
                round(100 * count / total, 1),
                round(100 * low, 1),
                round(100 * high, 1),
                low >= BAND[0] - 0.001,
            )
        )
    return Picture(
        WIDTH,
        base + FOOT,
        base,
        TOP,
        bars,
        _quantiles(distribution["quantiles"], x),
        [Mark(x(value), base + 16, f"{100 * value:.0f} %", _centred(x(value))) for value in _steps(start, reach)],
        x(BAND[0]),
        x(BAND[1]) - x(BAND[0]),
    )


def _quantiles(quantiles: Mapping[str, float], x: Any) -> list[Mark]:
    """The 15, 50 and 85 % lines. Labels stand to the left of their lines, the rightmost highest: none is crossed."""
    levels = (("0.85", "85 %"), ("0.5", "half"), ("0.15", "15 %"))
    return [Mark(x(quantiles[level]), 10 + row * 12, words, "end") for row, (level, words) in enumerate(levels)]


def _centred(place: float) -> str:
    return "start" if place < 20 else "end" if place > WIDTH - 20 else "middle"


def _steps(start: float, reach: float) -> list[float]:
    step = 0.1 if reach - start <= 0.6 else 0.2 if reach - start <= 1.6 else 0.5
    return [round(start + step * index, 1) for index in range(int((reach - start) / step + 0.001) + 1)]
