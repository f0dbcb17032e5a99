"""How far from the expected it really came out: learned on other boards, used for this one.

The *expected* ratio of a team is a mean of its past ratios (completed ÷ available) that favours the recent.
What a team then completes in all of the next iterations, over what was expected, is its *outcome*. A team whose
past ratios were scattered will be further off, so outcomes are compared as *scores*::

    score = log((outcome + EASE) / (1 + EASE)) ÷ spread

and the levels of those scores, learned on boards other than the one foretold, are the forecast. How wide a
forecast has to be is therefore never assumed: it is what such forecasts turned out to need.

Some teams finish nothing in an iteration now and then. The chance that all of the next ones stay empty is that
of as many draws from the team's own past; the scores speak of the other cases.
"""

import math
import operator
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headway.engine.errors import Invalid
from headway.engine.forecast.history import FEW, TeamHistory

EASE = 0.3
HALF_LIFE = 3.0
"""Iterations after which a past one counts half for the expected ratio."""
LONG = 0.3
"""Part of the expected ratio that is the plain mean of the whole history."""
EMPTY_HALF_LIFE = 8.0
"""Iterations after which a past one counts half for the share of empty ones."""
SPREAD_HALF_LIFE = 10.0
"""Iterations after which a past one counts half for the spread."""
OWN_WEIGHT = 10.0
"""After this many iterations a team's spread is half its own and half the usual one."""
MOST_CERTAIN = 0.95
"""However likely nothing is, what is expected otherwise is divided by no less than 1 less this."""
WIDER = 0.2
"""How much wider a forecast is for every iteration that a history is shorter than FEW."""
WIDEST = 3.0

HORIZONS = (1, 2, 3, 5, 8, 12)
LEVELS = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5,
    0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Scores per horizon (iterations ahead, rising) and level (0 to 1, rising), and the usual spread.

    ``boards`` and ``observations`` (at horizon 5, or the nearest) say what it was learned from.
    """

    usual_spread: float
    horizons: tuple[int, ...]
    levels: tuple[float, ...]
    scores: tuple[tuple[float, ...], ...]
    boards: int
    observations: int

    def at(self, horizon: int) -> tuple[float, ...]:
        """The score of each level that many iterations ahead: between two learned horizons in proportion to
        their logarithms, beyond the last as at the last.
        """
        place = bisect_left(self.horizons, horizon)
        if place == len(self.horizons):
            return self.scores[-1]
        if place == 0 or self.horizons[place] == horizon:
            return self.scores[place]
        low, high = self.horizons[place - 1], self.horizons[place]
        share = math.log(horizon / low) / math.log(high / low)
        return tuple(
            before + share * (after - before)
            for before, after in zip(self.scores[place - 1], self.scores[place], strict=True)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What is expected of a team: the ``expected`` ratio, the ``spread`` of the score around it, and the chance,
    0 to 1, that an iteration stays ``empty``.
    """

    expected: float
    spread: float
    empty: float = 0.0

    def nothing(self, horizon: int) -> float:
        """The chance that nothing at all is completed in that many iterations."""
        return self.empty**horizon

    def otherwise(self, horizon: int) -> float:
        """The ratio expected of that many iterations when they are not all empty."""
        return self.expected / (1 - min(self.nothing(horizon), MOST_CERTAIN))

    def score(self, ratio: float, horizon: int) -> float:
        """The score of this mean ratio; needs something expected and a spread."""
        return math.log((ratio / self.otherwise(horizon) + EASE) / (1 + EASE)) / self.spread


def outlooks(histories: Sequence[TeamHistory], usual_spread: float) -> tuple[Outlook, ...]:
    """What is expected of each team of one train; those with little history lean on the others.

    With fewer than 6 iterations the expected ratio is mixed with the mean of the train in proportion to what is
    missing, and the spread is widened. The spread of every team is drawn towards that of the train, and that of
    the train towards ``usual_spread``.
    """
    ratios = [[past.ratio for past in history.iterations] for history in histories]
    means = [_expected(each) for each in ratios]
    count = sum(map(len, ratios))
    train = sum(mean * len(each) for mean, each in zip(means, ratios, strict=True)) / count if count else 0.0
    spreads = [_scatter(each, mean) for each, mean in zip(ratios, means, strict=True)]
    known = [(len(each), spread) for each, spread in zip(ratios, spreads, strict=True) if spread]
    weight = OWN_WEIGHT + (sum(size for size, _ in known) if len(ratios) > 1 else 0)
    pooled = OWN_WEIGHT * math.log(usual_spread)
    if len(ratios) > 1:
        pooled += sum(size * math.log(spread) for size, spread in known)
    usual = math.exp(pooled / weight)
    empties = [_empty(each) for each in ratios]
    train_empty = math.fsum(map(operator.mul, empties, map(len, ratios))) / count if count else 0.0
    return tuple(
        _outlook(len(each), Outlook(expected=mean, spread=spread, empty=empty), train, train_empty, usual)
        for each, mean, spread, empty in zip(ratios, means, spreads, empties, strict=True)
    )


def _outlook(count: int, own: Outlook, train: float, train_empty: float, usual: float) -> Outlook:
    """What ``count`` iterations of one's own say, completed by what the train and other boards say."""
    weight = count / (count + OWN_WEIGHT)
    expected, empty = own.expected, own.empty
    spread = own.spread**weight * usual ** (1 - weight)
    if count < FEW:
        missing = (FEW - count) / FEW
        expected = (1 - missing) * expected + missing * train
        empty = (1 - missing) * empty + missing * train_empty
        spread = max(spread, missing * usual) * (1 + WIDER * (FEW - count))
    return Outlook(expected=expected, spread=min(spread, WIDEST), empty=empty)


def _expected(ratios: Sequence[float]) -> float:
    if not ratios:
        return 0.0
    return (1 - LONG) * _recent_mean(ratios, HALF_LIFE) + LONG * math.fsum(ratios) / len(ratios)


def _empty(ratios: Sequence[float]) -> float:
    return _recent_mean([float(not ratio) for ratio in ratios], EMPTY_HALF_LIFE) if ratios else 0.0


def _scatter(ratios: Sequence[float], mean: float) -> float:
    """Root mean square of the scores that the past iterations would have had; 0 when all were the same."""
    if mean <= 0 or max(ratios) - min(ratios) <= 1e-9 * mean:
        return 0.0
    return math.sqrt(
        _recent_mean([math.log((ratio / mean + EASE) / (1 + EASE)) ** 2 for ratio in ratios], SPREAD_HALF_LIFE)
    )


def _recent_mean(values: Sequence[float], half_life: float) -> float:
    weights = [0.5 ** (age / half_life) for age in reversed(range(len(values)))]
    return math.fsum(map(operator.mul, weights, values)) / math.fsum(weights)


def learn(histories: Iterable[TeamHistory], *, horizons: Sequence[int] = HORIZONS) -> Calibration:
    """Learn from boards that have nothing to do with each other what forecasts turned out to need.

    Looks at every moment of every history with at least 6 iterations before it and the horizon after it.
    Raises Invalid when that leaves fewer than 30 such moments.
    """
    boards = [[past.ratio for past in history.iterations] for history in histories]
    spreads = [spread for ratios in boards if len(ratios) >= FEW and (spread := _scatter(ratios, _expected(ratios)))]
    if not spreads:
        raise _too_little(0)
    usual = math.exp(math.fsum(map(math.log, spreads)) / len(spreads))
    scores = []
    counts = {}
    for horizon in horizons:
        found = sorted(score for ratios in boards for score in _scores(ratios, horizon, usual))
        if len(found) < 30:
            raise _too_little(len(found))
        scores.append(tuple(round(_level(found, level), 4) for level in LEVELS))
        counts[horizon] = len(found)
    return Calibration(
        usual_spread=round(usual, 4),
        horizons=tuple(horizons),
        levels=LEVELS,
        scores=tuple(scores),
        boards=len(spreads),
        observations=counts[min(horizons, key=lambda each: abs(each - 5))],
    )


def _scores(ratios: Sequence[float], horizon: int, usual: float) -> Iterable[float]:
    for now in range(FEW, len(ratios) - horizon + 1):
        known, ahead = ratios[:now], ratios[now : now + horizon]
        mean = _expected(known)
        own = Outlook(expected=mean, spread=_scatter(known, mean), empty=_empty(known))
        outlook = _outlook(now, own, mean, own.empty, usual)
        if outlook.expected and outlook.spread and any(ahead):
            yield outlook.score(math.fsum(ahead) / horizon, horizon)


def _level(ordered: Sequence[float], level: float) -> float:
    """The quantile of sorted values, each standing for the middle of its share."""
    place = level * len(ordered) - 0.5
    low = min(max(math.floor(place), 0), len(ordered) - 1)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + max(0.0, place - low) * (ordered[high] - ordered[low])


def _too_little(count: int) -> Invalid:
    return Invalid(
        f"There are {count} past forecasts to learn from; give boards that allow 30 or more"
        f" (a board of n iterations allows n - {FEW} - horizon + 1).",
        code="history_too_short",
        field="histories",
        value=count,
    )
