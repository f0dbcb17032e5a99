"""What could happen: drawn from what did happen.

Every team, the train and every external party has a stream of random numbers of its own, made from the seed and
its key. A changed problem therefore meets the same luck, and what differs is the change.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from headway.engine.forecast.calibration import EASE, HALF_LIFE, Calibration, Outlook, outlooks
from headway.engine.forecast.history import FEW, PartyHistory, TeamHistory
from headway.engine.forecast.problem import ForecastProblem
from headway.engine.forecast.queues import UNITS

BATCH = 2_500
"""Trials drawn and worked at once: few enough to stay in the processor's cache."""

UNEVEN = 0.5
"""How unevenly a total falls on its iterations, as a part of the spread. Chosen so that the totals after one, two,
three and four of five iterations are as well calibrated as can be (docs/concepts/forecast.md)."""

SHARED = 0.2
"""Correlation of the luck of two teams of one train, until their histories tell. Cautious: landing rates of the
teams of one public train (Kubernetes, 17 releases, 10 groups) correlate at 0.05."""
SHARED_WEIGHT = 10.0
"""Iterations common to two teams or more after which the histories weigh as much as SHARED."""
MOST_SHARED = 0.9

PARTY_WEIGHT = 4.0
"""After this many deliveries half of a party's draws are from its own record, half from that of all parties."""

_HIGHEST = 4.0
_STEPS = 256
_TABLE = 256
_NEXT_TO_NOTHING = 1e-6

Reals = NDArray[np.float32]
Shares = Sequence[tuple[float, float]]


def stream(seed: int, *names: str) -> np.random.Generator:
    """The random numbers of this name under this seed."""
    digest = sha256("\0".join([str(seed), *names]).encode()).digest()
    return np.random.Generator(np.random.SFC64(int.from_bytes(digest[:16])))


def correlation(histories: Sequence[TeamHistory]) -> float:
    """How much of a team's luck is that of the whole train, 0 to 0.9.

    Compares the ratios of the teams in the same iterations, counted back from the last one, on a logarithmic
    scale and relative to what is usual for the team.
    """
    longest = max((len(history.iterations) for history in histories), default=0)
    luck = np.full((len(histories), longest), np.nan)
    for row, history in enumerate(histories):
        ratios = np.array([past.ratio for past in history.iterations])
        if len(ratios) >= 3 and ratios.mean() > 0:
            scores = np.log(ratios / ratios.mean() + EASE)
            scores -= scores.mean()
            if (scatter := scores.std()) > 1e-9:
                luck[row, longest - len(ratios) :] = scores / scatter
    present = ~np.isnan(luck)
    counts = present.sum(axis=0)
    common = counts >= 2
    if not common.any():
        return SHARED
    known = np.nan_to_num(luck[:, common])
    pairs = counts[common] * (counts[common] - 1)
    products = known.sum(axis=0) ** 2 - (known**2).sum(axis=0)
    found = float(products.sum() / pairs.sum())
    iterations = int(common.sum())
    mixed = (iterations * found + SHARED_WEIGHT * SHARED) / (iterations + SHARED_WEIGHT)
    return min(max(mixed, 0.0), MOST_SHARED)


class TeamLuck:
    """Draws the ratio of one team in each of the next iterations."""

    def __init__(
        self, outlook: Outlook, calibration: Calibration, iterations: int, random: np.random.Generator
    ) -> None:
        self._outlook = outlook
        self._iterations = iterations
        self._random = random
        self._ratios = quantiles(outlook, calibration, iterations, _normal_levels()).astype(np.float32)

    def draw(self, shared: Reals, together: float) -> Reals:
        """Ratios per iteration and trial; ``shared`` is the luck of the train, normal with variance 1.

        First the mean ratio of all iterations, from the calibrated scores; then how it falls on them.
        """
        trials = len(shared)
        if not self._outlook.spread or not self._outlook.expected:
            return np.full((self._iterations, trials), self._outlook.expected, dtype=np.float32)
        luck = self._random.standard_normal(trials, dtype=np.float32)
        luck *= np.float32(math.sqrt(1 - together))
        luck += np.float32(math.sqrt(together)) * shared
        np.clip(luck, -_HIGHEST, _HIGHEST, out=luck)
        luck += np.float32(_HIGHEST)
        luck *= np.float32(_STEPS)
        mean = self._ratios[luck.astype(np.int32)]
        if self._iterations == 1:
            return mean[None, :]
        parts = self._random.standard_normal((self._iterations, trials), dtype=np.float32)
        parts *= np.float32(UNEVEN * self._outlook.spread)
        np.exp(parts, out=parts)
        parts *= np.float32(1 + EASE)
        parts -= np.float32(EASE)
        np.maximum(parts, np.float32(_NEXT_TO_NOTHING), out=parts)
        if self._outlook.empty:
            dice = self._random.integers(0, _TABLE, parts.shape, dtype=np.uint8)
            parts[dice < round(_TABLE * self._outlook.empty)] = _NEXT_TO_NOTHING
        parts *= mean * np.float32(self._iterations) / parts.sum(axis=0)
        return parts


def quantiles(
    outlook: Outlook, calibration: Calibration, horizon: int, levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The mean ratio of the iterations ahead that is not exceeded with these chances, 0 to 1."""
    nothing = outlook.nothing(horizon)
    something = (levels - nothing) / max(1 - nothing, 1e-9)
    scores = np.interp(something, calibration.levels, calibration.at(horizon))
    outcomes = np.maximum(np.exp(scores * outlook.spread) * (1 + EASE) - EASE, 0)
    return np.asarray(outlook.otherwise(horizon) * np.where(something > 0, outcomes, 0))


@lru_cache(maxsize=1)
def _normal_levels() -> NDArray[np.float64]:
    """The level of each step of a normal number from -4 to 4."""
    middles = (np.arange(2 * int(_HIGHEST) * _STEPS + 1) + 0.5) / _STEPS - _HIGHEST
    return np.array([0.5 * (1 + math.erf(each / math.sqrt(2))) for each in middles])


class Interruptions:
    """Draws the share of its work a team loses to what nobody planned, from its own past and the train's."""

    def __init__(self, history: TeamHistory, train: Shares, random: np.random.Generator) -> None:
        self._random = random
        own = _shares(history)
        trust = min(1.0, len(history.iterations) / FEW)
        weighted = [(share, trust * weight / _total(own)) for share, weight in own]
        if trust < 1:
            weighted += [(share, (1 - trust) * weight / _total(train)) for share, weight in train]
        self._table = _table(weighted)
        self.none = not self._table.any()

    def draw(self, iterations: int, trials: int) -> Reals:
        """Shares, 0 to 1, per iteration and trial."""
        return self._table[self._random.integers(0, _TABLE, (iterations, trials), dtype=np.uint8)]


def _shares(history: TeamHistory) -> Shares:
    """Each share of unplanned work with its weight, the latest the heaviest."""
    past = enumerate(reversed(history.iterations))
    return [(iteration.unplanned_share, 0.5 ** (age / HALF_LIFE)) for age, iteration in past]


def _total(weighted: Shares) -> float:
    return math.fsum(weight for _, weight in weighted) or 1.0


def _table(weighted: Shares) -> Reals:
    """256 values in which each occurs about as often as its weight says."""
    if not weighted:
        return np.zeros(_TABLE, dtype=np.float32)
    ordered = sorted(weighted)
    ends = np.cumsum([weight for _, weight in ordered])
    places = np.searchsorted(ends, (np.arange(_TABLE) + 0.5) / _TABLE * ends[-1])
    values = np.array([value for value, _ in ordered], dtype=np.float32)
    return np.asarray(np.take(values, places, mode="clip"))


class Deliveries:
    """Draws when external input arrives: counted from 1 for the iteration under way, at most ``never``."""

    def __init__(self, problem: ForecastProblem, seed: int, never: int) -> None:
        records = {party.party: party for party in problem.parties}
        every = [late for party in problem.parties for late in party.lateness]
        self._never = never
        self._arrivals = [
            (
                arrival.promised,
                _lateness(records.get(arrival.party), every),
                stream(seed, "arrival", arrival.party, arrival.key),
            )
            for arrival in problem.arrivals
        ]

    def draw(self, trials: int) -> NDArray[np.uint8]:
        """Per arrival and trial; what is not here yet arrives in the iteration under way at the earliest."""
        times = np.empty((len(self._arrivals), trials), dtype=np.uint8)
        for row, (promised, table, random) in zip(times, self._arrivals, strict=True):
            late = table[random.integers(0, _TABLE, trials, dtype=np.uint8)]
            row[:] = np.clip(promised + late, 0, self._never - 1) + 1
        return times


def _lateness(record: PartyHistory | None, every: Sequence[int]) -> NDArray[np.int32]:
    own = record.lateness if record is not None else ()
    trust = len(own) / (len(own) + PARTY_WEIGHT)
    weighted = [(float(late), trust / len(own)) for late in own]
    weighted += [(float(late), (1 - trust) / len(every)) for late in every]
    return _table(weighted).astype(np.int32)


class Luck:
    """All draws of a problem, batch by batch, always in the same order."""

    def __init__(self, problem: ForecastProblem, calibration: Calibration, seed: int) -> None:
        count = len(problem.iterations)
        histories = [team.history for team in problem.teams]
        self._problem = problem
        self._train = stream(seed, "train")
        self._together = correlation(histories)
        self.outlooks: Mapping[str, Outlook] = dict(
            zip((team.key for team in problem.teams), outlooks(histories, calibration.usual_spread), strict=True)
        )
        self._teams = [
            TeamLuck(self.outlooks[team.key], calibration, count, stream(seed, "team", team.key))
            for team in problem.teams
        ]
        shares = [share for history in histories for share in _shares(history)]
        self._interruptions = [
            Interruptions(team.history, shares, stream(seed, "unplanned", team.key)) for team in problem.teams
        ]
        self._deliveries = Deliveries(problem, seed, never=count + 1)
        capacity = np.array([team.capacity for team in problem.teams], dtype=np.float32).reshape(-1, count)
        for index in problem.ip:
            capacity[:, index] *= np.float32(problem.ip_share)
        self._capacity = capacity * np.float32(UNITS)

    def draw(self) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Room for planned work in units per team, iteration and trial, and arrivals, for the next batch."""
        shared = self._train.standard_normal(BATCH, dtype=np.float32)
        room = np.empty((len(self._teams), self._capacity.shape[1], BATCH), dtype=np.int32)
        for row, (team, interruptions) in enumerate(zip(self._teams, self._interruptions, strict=True)):
            ratios = team.draw(shared, self._together)
            ratios *= self._capacity[row][:, None]
            if self._problem.unplanned_share is not None:
                ratios *= np.float32(1 - self._problem.unplanned_share)
            elif not interruptions.none:
                ratios *= 1 - interruptions.draw(*ratios.shape)
            np.minimum(ratios, np.float32(1e9), out=ratios)
            np.rint(ratios, out=ratios)
            room[row] = ratios
        return room, self._deliveries.draw(BATCH)
