"""The forecast: draw batches of trials, let the teams work them, count."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from headway.engine.forecast.calibration import Calibration
from headway.engine.forecast.likeness import likes
from headway.engine.forecast.problem import ForecastProblem
from headway.engine.forecast.published import PUBLISHED
from headway.engine.forecast.queues import UNITS, line_up
from headway.engine.forecast.results import Chance, Distribution, Forecast
from headway.engine.forecast.sampling import BATCH, Luck
from headway.engine.forecast.work import Crew, Latest, Small, Whole, count_rows

QUANTILES = (0.05, 0.15, 0.25, 0.5, 0.75, 0.85, 0.95)
BINS = 20
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Widths of the bins of predictability: 80 and 100 % are always edges, so that what lies between can be counted."""
MOST_CELLS = 15_000_000
"""Items × trials worked at once: 75 MB. Draws come in batches of one size, so this changes no number."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """Something that is done when all its rows are: a feature or an objective."""

    key: str
    rows: tuple[int, ...]
    planned: int | None
    due: int


class Count:
    """What is counted while batches go by."""

    def __init__(self, problem: ForecastProblem) -> None:
        self._problem = problem
        self._never = len(problem.iterations)
        self.queues = line_up(problem)
        self.crew = Crew(self.queues, self._never)
        self.features = _features(problem, self.queues.row_of)
        self.objectives = _objectives(problem, self.queues.row_of, self.features)
        self._feature_rows = Latest([feature.rows for feature in self.features])
        self._objective_rows = Latest([objective.rows for objective in self.objectives])
        self.width = max(1, min(BATCH, MOST_CELLS // max(1, len(self.queues.rows))))
        self.trials = 0
        self._rows = np.zeros((len(self.queues.rows), self._never), dtype=np.int64)
        self._bundles = np.zeros((len(self.features) + len(self.objectives), self._never), dtype=np.int64)
        self._arrived = np.zeros((len(problem.arrivals), self._never), dtype=np.int64)
        self._worth = np.array([each.value for each in problem.objectives])
        self._promised = sum(each.value for each in problem.objectives if each.committed)
        self._due = np.array([objective.due for objective in self.objectives], dtype=np.int64)
        self._reached: list[Numbers] = []
        self._room: list[NDArray[np.int64]] = []

    def add(self, room: Whole, arrivals: Small) -> None:
        """Count one batch of trials."""
        trials = room.shape[2]
        self._room.append(room.sum(axis=1, dtype=np.int64))
        finished, counts = self.crew.work(room, arrivals)
        self._rows += counts
        features = self._finish(self._feature_rows, len(self.features), finished)
        objectives = self._finish(self._objective_rows, len(self.objectives), finished)
        both = np.concatenate([features, objectives])
        for now in range(self._never):
            self._bundles[:, now] += count_rows(both <= now)
            self._arrived[:, now] += count_rows(arrivals <= now + 1)
        if self._promised:
            in_time = objectives <= self._due[:, None]
            self._reached.append(self._worth @ in_time / self._promised)
        self.trials += trials

    def _finish(self, bundles: Latest, count: int, finished: Small) -> Small:
        times = np.zeros((count, finished.shape[1]), dtype=np.uint8)
        places, latest = bundles.of(finished)
        times[places] = latest
        return times

    def items(self) -> dict[str, Chance]:
        shares = self._shares(self._rows)
        row_of = self.queues.row_of
        return {
            item.key: self._chance(item.key, shares[row_of[item.key]] if item.key in row_of else None, item.planned)
            for item in self._problem.items
        }

    def bundles(self) -> tuple[dict[str, Chance], dict[str, Chance]]:
        told = [
            self._chance(bundle.key, shares if bundle.rows else None, bundle.planned)
            for bundle, shares in zip((*self.features, *self.objectives), self._shares(self._bundles), strict=True)
        ]
        cut = len(self.features)
        return {each.key: each for each in told[:cut]}, {each.key: each for each in told[cut:]}

    def dependencies(self) -> dict[str, Chance]:
        items = {item.key: item for item in self._problem.items}
        done_by = self._shares(self._rows)
        chances = {}
        for each in self._problem.dependencies:
            provider, consumer = items[each.provider], items[each.consumer]
            row = self.queues.row_of.get(each.provider)
            soon = None if consumer.planned is None else consumer.planned - (provider.team != consumer.team)
            chances[each.key] = self._chance(each.key, None if row is None else done_by[row], soon)
        for arrival, shares in zip(self._problem.arrivals, self._shares(self._arrived), strict=True):
            planned = items[arrival.item].planned
            chances[arrival.key] = self._chance(arrival.key, shares, None if planned is None else planned - 1)
        return chances

    def _shares(self, counts: NDArray[np.int64]) -> list[list[float]]:
        shares: list[list[float]] = (counts / self.trials).tolist()
        return shares

    def _chance(self, key: str, shares: list[float] | None, planned: int | None) -> Chance:
        before = shares is None
        by = (1.0,) * self._never if shares is None else tuple(shares)
        in_time = None
        if planned is not None:
            in_time = 1.0 if before else by[planned] if planned >= 0 else 0.0
        return Chance(key=key, by=by, planned=planned, in_time=in_time, before=before)

    def velocity(self) -> dict[str, Distribution]:
        totals = np.concatenate(self._room, axis=1) / UNITS
        return {team.key: distribution(row) for team, row in zip(self._problem.teams, totals, strict=True)}

    def predictability(self) -> Distribution | None:
        if not self._reached:
            return None
        reached = np.concatenate(self._reached)
        return distribution(reached, edges=_even_edges(float(reached.min()), float(reached.max())))


def draw(
    problem: ForecastProblem,
    *,
    trials: int,
    seed: int,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
    calibration: Calibration = PUBLISHED,
) -> Forecast:
    """See ``drawing.forecast``."""
    count = Count(problem)
    luck = Luck(problem, calibration, seed)
    stopped = False
    while count.trials < trials:
        room, arrivals = luck.draw()
        few = min(BATCH, trials - count.trials)
        for start in range(0, few, count.width):
            part = slice(start, min(start + count.width, few))
            count.add(np.ascontiguousarray(room[:, :, part]), np.ascontiguousarray(arrivals[:, part]))
        if progress is not None:
            progress(count.trials, trials)
        if count.trials < trials and cancelled is not None and cancelled():
            stopped = True
            break
    features, objectives = count.bundles()
    return Forecast(
        iterations=problem.iterations,
        trials=count.trials,
        seed=seed,
        items=MappingProxyType(count.items()),
        features=MappingProxyType(features),
        objectives=MappingProxyType(objectives),
        dependencies=MappingProxyType(count.dependencies()),
        velocity=MappingProxyType(count.velocity()),
        predictability=count.predictability(),
        likes=MappingProxyType(likes(problem)),
        observations=MappingProxyType({team.key: len(team.history.iterations) for team in problem.teams}),
        notes=_notes(problem, stopped, count.trials),
        stopped=stopped,
    )


def distribution(values: Numbers, *, edges: Numbers | None = None) -> Distribution:
    """Quantiles and a histogram: of equal bins from the least to the greatest value, or between these edges."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return Distribution(
            mean=low, quantiles=dict.fromkeys(QUANTILES, low), edges=(low, high), histogram=(len(values),)
        )
    ordered = np.sort(values)
    places = np.array(QUANTILES) * (len(ordered) - 1)
    if edges is None:
        edges = np.linspace(low, high, BINS + 1)
    ends = np.searchsorted(ordered, edges[1:-1] - 1e-9, side="left")
    return Distribution(
        mean=float(values.mean()),
        quantiles=dict(zip(QUANTILES, np.interp(places, np.arange(len(ordered)), ordered).tolist(), strict=True)),
        edges=tuple(edges.tolist()),
        histogram=tuple(np.diff(ends, prepend=0, append=len(ordered)).tolist()),
    )


def _even_edges(low: float, high: float) -> Numbers:
    """Edges at whole multiples of the finest step that needs no more than BINS bins, or of the widest."""
    step = next((each for each in STEPS if (high - low) / each <= BINS), STEPS[-1])
    first = math.floor(low / step + 1e-9)
    last = max(first + 1, math.ceil(high / step - 1e-9))
    return np.round(np.arange(first, last + 1) * step, 4)


def _features(problem: ForecastProblem, row_of: Mapping[str, int]) -> list[Bundle]:
    members: dict[str, list[int]] = {}
    planned: dict[str, int] = {}
    for item in problem.items:
        if item.feature is not None:
            rows = members.setdefault(item.feature, [])
            if item.key in row_of:
                rows.append(row_of[item.key])
            if item.planned is not None:
                planned[item.feature] = max(item.planned, planned.get(item.feature, 0))
    last = len(problem.iterations) - 1
    return [Bundle(key=key, rows=tuple(rows), planned=planned.get(key), due=last) for key, rows in members.items()]


def _objectives(problem: ForecastProblem, row_of: Mapping[str, int], features: Sequence[Bundle]) -> list[Bundle]:
    feature_of = {feature.key: feature for feature in features}
    planned_of = {item.key: item.planned for item in problem.items}
    bundles = []
    for objective in problem.objectives:
        rows: set[int] = set()
        planned = []
        for key in objective.items:
            if key in planned_of:
                rows |= {row_of[key]} if key in row_of else set()
                planned.append(planned_of[key])
            else:
                rows.update(feature_of[key].rows)
                planned.append(feature_of[key].planned)
        known = [each for each in planned if each is not None]
        last = len(problem.iterations) - 1 if objective.due is None else objective.due
        bundles.append(
            Bundle(key=objective.key, rows=tuple(sorted(rows)), planned=max(known) if known else None, due=last)
        )
    return bundles


def _notes(problem: ForecastProblem, stopped: bool, trials: int) -> tuple[str, ...]:
    notes = [remark for team in problem.teams if (remark := team.history.remark())]
    known = {party.party: party for party in problem.parties}
    parties = {arrival.party for arrival in problem.arrivals if not arrival.mocked}
    recorded = any(party.lateness for party in problem.parties)
    for key in sorted(parties):
        if key not in known or not known[key].lateness:
            others = "as punctual as the other parties" if recorded else "on time"
            notes.append(f"{key} has not delivered anything yet: it is taken to be {others}.")
    if stopped:
        notes.append(f"Stopped early: these odds stand on {trials:,} trials.")
    return tuple(notes)
