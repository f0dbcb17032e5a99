"""Geometry of the picture "planned and landed per PI". Pure: numbers in, rectangles out."""

from collections.abc import Sequence
from typing import NamedTuple

HEIGHT = 160
TOP = 18
STEP = 56
BAR = 18
LEFT = 34


class Bars(NamedTuple):
    """The two bars of one PI, in units of the drawing."""

    name: str
    url: str
    planned: int
    landed: int
    x: int
    middle: int
    planned_y: float
    planned_height: float
    landed_x: int
    landed_y: float
    landed_height: float
    label: str


class Tick(NamedTuple):
    """A line of the scale."""

    value: int
    y: float


class Chart(NamedTuple):
    """Everything the drawing needs."""

    width: int
    height: int
    left: int
    base: int
    bar: int
    bars: list[Bars]
    ticks: list[Tick]


def draw(rows: Sequence[tuple[str, str, int, int]]) -> Chart:
    """The chart of (name, address, planned, landed), oldest first."""
    scale = _nice(max((max(planned, landed) for _, _, planned, landed in rows), default=1))
    base = TOP + HEIGHT

    def height(value: float) -> float:
        return round(HEIGHT * value / scale, 1)

    bars = []
    for index, (name, url, planned, landed) in enumerate(rows):
        x = LEFT + 10 + index * STEP
        share = f"{100 * landed / planned:.0f} %" if planned else ""
        bars.append(
            Bars(
                name,
                url,
                planned,
                landed,
                x,
                x + BAR,
                base - height(planned),
                height(planned),
                x + BAR,
                base - height(landed),
                height(landed),
                share,
            )
        )
    values = sorted({0, scale // 2, scale} if scale % 2 == 0 else {0, scale})
    return Chart(
        width=LEFT + 20 + len(rows) * STEP,
        height=base + 36,
        left=LEFT,
        base=base,
        bar=BAR,
        bars=bars,
        ticks=[Tick(value, base - height(value)) for value in values],
    )


def _nice(most: int) -> int:
    """The next round number: 2, 4, 10, 20, 40, 100 …"""
    step = 1
    while True:
        for nice in (2 * step, 4 * step, 10 * step):
            if nice >= most:
                return nice
        step *= 10
