"""How long a forecast takes and how well it holds.

Speed: 10,000 trials of the sizes M and XL, beside the plain Python loop of the tests on the same draws; memory is
the peak of a process that does nothing else. Calibration: real boards (HEADWAY_TEST_DATA), each foretold with what
was learned from the others, beside every usual way.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from headway.engine.forecast import ForecastProblem, Score, TeamAhead, TeamHistory, backtest, forecast, learn
from headway.engine.forecast.calibration import Calibration
from headway.engine.forecast.published import PUBLISHED
from headway.engine.forecast.sampling import Luck
from tests.engine.forecast.boards import real_boards
from tests.engine.forecast.loop import Loop
from tests.engine.forecast.makers import train
from tests.speed.figures import ROOT, Figure

TRIALS = 10_000
SIZES = {
    "M": {"teams": 10, "features": 80, "stories": 320, "dependencies": 120},
    "XL": {"teams": 100, "features": 1_000, "stories": 5_000, "dependencies": 2_500},
}
AIMS = {"M": 0.1, "XL": 0.8}
LOOPED = {"M": 200, "XL": 20}
"""Trials the loop is timed on."""
HORIZONS = (1, 2, 3, 5, 8)
AIMED_FROM = 2
"""One iteration ahead the outcomes are few and far between (a third of them 0, 3 or 6 points of one board)."""


def measure() -> list[Figure]:
    """All figures; the calibration is left out, loudly, where the data is absent."""
    data = Path(os.environ.get("HEADWAY_TEST_DATA", ROOT.parent / "shared" / "data"))
    figures = [figure for size in SIZES for figure in speed(size)]
    if not data.is_dir():
        print(f"REAL DATA ABSENT: {data} (set HEADWAY_TEST_DATA)", file=sys.stderr)
        return figures
    boards = real_boards(data)
    for horizon in HORIZONS:
        figures += calibration(boards, horizon)
    sparse = real_boards(data, half_with_points=False)
    figures += calibration(sparse, 5, name="boards that rarely deliver points included, 5 ahead")
    return figures + inside(boards, 5)


def speed(size: str) -> list[Figure]:
    """Seconds, memory and ratio of one size."""
    problem = train(**SIZES[size])
    forecast(problem, trials=100)
    seconds = min(_timed(lambda: forecast(problem, trials=TRIALS)) for _ in range(5))
    room, arrivals = Luck(problem, PUBLISHED, seed=0).draw()
    loop = Loop(problem)
    draws = [(room[:, :, trial].tolist(), (arrivals[:, trial] - 1).tolist()) for trial in range(LOOPED[size])]
    looped = _timed(lambda: [loop.trial(*draw) for draw in draws]) / LOOPED[size] * TRIALS
    name = f"forecast {size}, {TRIALS:,} trials"
    return [
        Figure(name=name, value=seconds, unit="s", aim=AIMS[size]),
        Figure(name=f"{name}, plain Python loop", value=looped, unit="s"),
        Figure(name=f"{name}, loop ÷ forecast", value=looped / seconds, unit="×"),
        Figure(name=f"{name}, peak memory of a process", value=_memory(size), unit="MiB"),
    ]


def calibration(boards: Sequence[TeamHistory], horizon: int, name: str = "") -> list[Figure]:
    """Coverage and losses of totals that many iterations ahead."""
    name = name or f"{horizon} ahead"
    told = backtest(boards, horizon, hold_out=True)
    best = min(score.pinball for score in told.baselines.values())
    best_crps = min(score.crps for score in told.baselines.values())
    _print(
        f"{name}, {told.observations} forecasts of {len(told.boards)} boards, held out",
        [told.score, *told.baselines.values()],
    )
    aimed = horizon >= AIMED_FROM
    return [
        Figure(
            name=f"{name}: worst gap at 15/50/85 %",
            value=100 * told.score.worst_gap,
            unit="points",
            aim=3 if aimed else None,
        ),
        Figure(name=f"{name}: pinball ÷ best usual way", value=told.pinball / best, unit="", aim=1),
        Figure(name=f"{name}: CRPS ÷ best usual way", value=told.crps / best_crps, unit="", aim=1),
    ]


def inside(boards: Sequence[TeamHistory], iterations: int) -> list[Figure]:
    """Coverage of the total after each iteration of a forecast of several: are the paths calibrated too?"""
    hits: list[list[list[float]]] = [[] for _ in range(iterations)]
    levels = (0.15, 0.5, 0.85)
    for board in boards:
        known = learn([other for other in boards if other.team != board.team], horizons=(iterations,))
        past = [each.ratio for each in board.iterations]
        for now in range(6, len(past) - iterations + 1):
            totals = _paths(TeamHistory(team=board.team, iterations=board.iterations[:now]), known, iterations)
            came = np.cumsum(past[now : now + iterations])
            for step in range(iterations):
                below, upto = (np.mean(totals[step] < came[step]), np.mean(totals[step] <= came[step] + 1e-6))
                hits[step].append([float(np.clip((p - below) / max(upto - below, 1e-3), 0, 1)) for p in levels])
    figures = []
    for step, rows in enumerate(hits):
        cover = np.mean(rows, axis=0)
        print(f"after {step + 1} of {iterations}: " + " ".join(f"{100 * each:.1f}" for each in cover))
        gap = max(abs(each - level) for each, level in zip(cover, levels, strict=True))
        name = f"after {step + 1} of {iterations}: worst gap at 15/50/85 %"
        figures.append(Figure(name=name, value=100 * float(gap), unit="points"))
    return figures


def _paths(history: TeamHistory, known: Calibration, iterations: int) -> NDArray[np.float64]:
    capacity = 100.0
    problem = ForecastProblem(
        iterations=tuple(str(number) for number in range(iterations)),
        teams=(TeamAhead(key="team", capacity=(capacity,) * iterations, history=history),),
        items=(),
    )
    room, _ = Luck(problem, known, seed=len(history.iterations)).draw()
    return np.asarray(room[0].cumsum(axis=0) / (100 * capacity))


def _print(title: str, scores: Sequence[Score]) -> None:
    print(f"\n{title}\n{'':28}   5 %  15 %  50 %  85 %  95 %  pinball  (points)    CRPS  width")
    for score in scores:
        cover = " ".join(f"{100 * each:5.1f}" for each in score.coverage.values())
        print(
            f"{score.name:28} {cover} {score.pinball:8.4f} {score.pinball_points:9.3f}"
            f" {score.crps:7.4f} {score.sharpness:6.2f}"
        )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _memory(size: str) -> float:
    """Peak resident memory in MiB of a process that makes one forecast, the problem and the libraries included."""
    code = (
        "import resource; from tests.speed.forecast import SIZES, TRIALS, forecast, train;"
        f"forecast(train(**SIZES[{size!r}]), trials=TRIALS);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
