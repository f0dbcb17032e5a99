"""How well forecasts held: plain numbers, no arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

COVERAGE_LEVELS = (0.05, 0.15, 0.5, 0.85, 0.95)


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How one way to foretell held over ``observations`` forecasts.

    ``coverage`` maps a level to the share of outcomes at or below the quantile of that level; the nearer the
    two, the better calibrated. An outcome on a step of the distribution (nothing completed, where nothing was
    likely) lies below as far as the level reaches into the step, so a right single number is calibrated too.

    ``pinball`` is the mean quantile loss at these levels and ``crps`` the continuous ranked probability score,
    both as a part of the mean outcome of the board foretold, so that large and small boards compare; less is
    better. ``pinball_points`` is the loss in the units of the history. ``sharpness`` is the mean width from the
    15 % to the 85 % quantile, as a part of the mean outcome; narrow is good only when the coverage is right.
    ``pit`` counts outcomes per tenth of the forecast distribution: ten numbers, even when calibrated; an outcome
    on a step is shared among the tenths it spans.
    """

    name: str
    observations: int
    coverage: Mapping[float, float]
    pinball: float
    pinball_points: float
    crps: float
    sharpness: float
    pit: tuple[float, ...]

    @property
    def worst_gap(self) -> float:
        """The largest difference of coverage and level at 15, 50 and 85 %."""
        return max(abs(self.coverage[level] - level) for level in (0.15, 0.5, 0.85))


@dataclass(frozen=True, kw_only=True, slots=True)
class Backtest:
    """What Headway's forecast and every baseline would have said at each moment of the past, against what came.

    ``boards`` are the histories that were long enough, ``left_out`` those that were not. ``score`` is that of the
    forecast, ``baselines`` those of the usual ways by name. The properties repeat those of ``score``.
    """

    horizon: int
    boards: tuple[str, ...]
    left_out: tuple[str, ...]
    score: Score
    baselines: Mapping[str, Score]

    @property
    def observations(self) -> int:
        """Forecasts compared with what came."""
        return self.score.observations

    @property
    def coverage(self) -> Mapping[float, float]:
        """Level to share of outcomes at or below its quantile."""
        return self.score.coverage

    @property
    def pinball(self) -> float:
        """Mean quantile loss as a part of the mean outcome."""
        return self.score.pinball

    @property
    def crps(self) -> float:
        """Continuous ranked probability score as a part of the mean outcome."""
        return self.score.crps

    @property
    def pit(self) -> tuple[float, ...]:
        """Outcomes per tenth of the forecast distribution."""
        return self.score.pit

    @property
    def sharpness(self) -> float:
        """Width from the 15 % to the 85 % quantile as a part of the mean outcome."""
        return self.score.sharpness

    def sentence(self) -> str:
        """How well it has held so far, for the reader of a forecast."""
        held, late = self.coverage[0.85], self.coverage[0.15]
        return (
            (
                f"So far, of {self.observations} forecasts {self.horizon} iterations ahead,"
                f" {held:.0%} came out at or below what had been 85 % sure not to be exceeded"
                f" and {late:.0%} at or below what had been 85 % sure to be reached (15 % would be right)."
            )
            .replace("%", " %")
            .replace("  %", " %")
        )
