"""Foretell the past: at every moment of a history, with what was known then, against what came."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from headway.engine.errors import Invalid
from headway.engine.forecast.calibration import Calibration, Outlook, learn, outlooks
from headway.engine.forecast.history import TeamHistory
from headway.engine.forecast.sampling import quantiles
from headway.engine.forecast.scores import COVERAGE_LEVELS, Backtest, Score

Numbers = NDArray[np.float64]

FINE = np.arange(1, 200) / 200
"""Levels at which a distribution is looked at."""
NORMAL = np.array([NormalDist().inv_cdf(level) for level in FINE.tolist()])
RESAMPLES = 2_000
RECENT = 6
MODEL = "Headway"

Teller = Callable[[Numbers, int, np.random.Generator], Numbers]


def run(
    histories: Sequence[TeamHistory],
    *,
    horizon: int,
    least: int,
    train: bool,
    hold_out: bool,
    calibration: Calibration,
    seed: int,
) -> Backtest:
    """See ``drawing.backtest``."""
    long_enough = [each for each in histories if len(each.iterations) >= least + horizon]
    if not long_enough:
        longest = max((len(each.iterations) for each in histories), default=0)
        raise Invalid(
            f"The longest history has {longest} iterations;"
            f" to foretell {horizon} of them {least + horizon} are needed.",
            code="history_too_short",
            field="histories",
            value=longest,
        )
    told: dict[str, list[Numbers]] = {name: [] for name in (MODEL, *BASELINES)}
    outcomes, scales = [], []
    random = np.random.default_rng(seed)
    for history in long_enough:
        known = calibration
        if hold_out:
            known = learn([other for other in histories if other.team != history.team], horizons=(horizon,))
        ratios = np.array([past.ratio for past in history.iterations])
        scale = float(ratios.mean()) * horizon
        for now in range(least, len(ratios) - horizon + 1):
            outlook = _outlook(history, now, histories if train else (), known)
            told[MODEL].append(quantiles(outlook, known, horizon, FINE) * horizon)
            for name, teller in BASELINES.items():
                told[name].append(teller(ratios[:now], horizon, random))
            outcomes.append(float(ratios[now : now + horizon].sum()))
            scales.append(scale)
    compare = np.array(outcomes), np.array(scales)
    measured = {name: _score(name, np.array(rows), *compare) for name, rows in told.items()}
    return Backtest(
        horizon=horizon,
        boards=tuple(each.team for each in long_enough),
        left_out=tuple(each.team for each in histories if each not in long_enough),
        score=measured.pop(MODEL),
        baselines=MappingProxyType(measured),
    )


def _outlook(history: TeamHistory, now: int, train: Sequence[TeamHistory], calibration: Calibration) -> Outlook:
    """What would have been expected then; the histories of a train are taken to end together."""
    left = len(history.iterations) - now
    seen = [TeamHistory(team=history.team, iterations=history.iterations[:now])]
    seen += [
        TeamHistory(team=other.team, iterations=other.iterations[: max(0, len(other.iterations) - left)])
        for other in train
        if other.team != history.team
    ]
    return outlooks(seen, calibration.usual_spread)[0]


def _score(name: str, quantiles: Numbers, outcomes: Numbers, scales: Numbers) -> Score:
    places = [round(level * 200) - 1 for level in COVERAGE_LEVELS]
    gaps = outcomes[:, None] - quantiles
    losses = np.maximum(FINE * gaps, (FINE - 1) * gaps)
    few = losses[:, places].mean(axis=1)
    sized = np.where(scales > 0, scales, 1.0)
    wide = quantiles[:, places[3]] - quantiles[:, places[1]]
    low, high = _ranks(quantiles, outcomes, 1e-9 * sized)
    return Score(
        name=name,
        observations=len(outcomes),
        coverage=MappingProxyType({level: float(_share_below(level, low, high).mean()) for level in COVERAGE_LEVELS}),
        pinball=float((few / sized).mean()),
        pinball_points=float(few.mean()),
        crps=float((2 * losses.mean(axis=1) / sized).mean()),
        sharpness=float((wide / sized).mean()),
        pit=_pit(low, high),
    )


def _ranks(quantiles: Numbers, outcomes: Numbers, close: Numbers) -> tuple[Numbers, Numbers]:
    """From where to where in the distribution an outcome lies: a point, or a step when quantiles are equal."""
    low = (quantiles < (outcomes - close)[:, None]).sum(axis=1) / (len(FINE) + 1)
    high = ((quantiles <= (outcomes + close)[:, None]).sum(axis=1) + 1) / (len(FINE) + 1)
    return low, high


def _share_below(level: float, low: Numbers, high: Numbers) -> Numbers:
    return np.clip((level - low + 1e-12) / (high - low), 0, 1)


def _pit(low: Numbers, high: Numbers) -> tuple[float, ...]:
    below = [float(_share_below(tenth / 10, low, high).sum()) for tenth in range(11)]
    return tuple(round(after - before, 6) for before, after in pairwise(below))


def _bootstrap(past: Numbers, horizon: int, random: np.random.Generator) -> Numbers:
    totals = past[random.integers(0, len(past), (RESAMPLES, horizon))].sum(axis=1)
    totals.sort()
    return np.asarray(np.interp(FINE * (RESAMPLES - 1), np.arange(RESAMPLES), totals))


def _recent_bootstrap(past: Numbers, horizon: int, random: np.random.Generator) -> Numbers:
    return _bootstrap(past[-RECENT:], horizon, random)


def _gaussian(past: Numbers, horizon: int, random: np.random.Generator) -> Numbers:
    scatter = float(past.std(ddof=1)) * math.sqrt(horizon)
    middle = float(past.mean()) * horizon
    return np.maximum(0.0, middle + NORMAL * scatter)


def _mean(past: Numbers, horizon: int, random: np.random.Generator) -> Numbers:
    return np.full(len(FINE), float(past.mean()) * horizon)


def _recent_mean(past: Numbers, horizon: int, random: np.random.Generator) -> Numbers:
    return np.full(len(FINE), float(past[-3:].mean()) * horizon)


def _last_value(past: Numbers, horizon: int, random: np.random.Generator) -> Numbers:
    return np.full(len(FINE), float(past[-1]) * horizon)


BASELINES: Mapping[str, Teller] = MappingProxyType(
    {
        "bootstrap": _bootstrap,
        "bootstrap of the last six": _recent_bootstrap,
        "gaussian": _gaussian,
        "mean": _mean,
        "mean of the last three": _recent_mean,
        "last value": _last_value,
    }
)
"""The usual ways: resampling past iterations, a normal distribution, and three single numbers."""
