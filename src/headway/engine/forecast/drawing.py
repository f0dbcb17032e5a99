"""Draw a forecast. Arrays are loaded with the first draw, not before: the values alone need none."""

from collections.abc import Callable, Collection, Sequence

from headway.engine.forecast.bounds import MOST_ITERATIONS
from headway.engine.forecast.calibration import Calibration
from headway.engine.forecast.history import FEW, TeamHistory
from headway.engine.forecast.problem import ForecastProblem
from headway.engine.forecast.published import PUBLISHED
from headway.engine.forecast.results import Driver, Forecast
from headway.engine.forecast.scores import Backtest
from headway.engine.values.bounds import whole

TRIALS = 10_000
FEWER_TRIALS = 2_000
MOST_TRIALS = 1_000_000


def forecast(
    problem: ForecastProblem,
    *,
    trials: int = TRIALS,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Forecast:
    """Foretell the problem with this many trials (1 to 1,000,000).

    The same problem, seed and number of trials give the same numbers. The luck of a team depends on the seed and
    its key alone, so a second forecast of a changed problem with the same seed differs by the change and not by
    luck. ``progress`` is told trials drawn and trials wanted; ``cancelled`` is asked every
    thousand or so trials: a cancelled forecast stands on the trials drawn so far.

    Raises Invalid for a number of trials out of bounds.
    """
    from headway.engine.forecast import monte_carlo

    whole("trials", trials, 1, MOST_TRIALS)
    return monte_carlo.draw(problem, trials=trials, seed=seed, cancelled=cancelled, progress=progress)


def drivers(
    problem: ForecastProblem,
    *,
    targets: Collection[str] | None = None,
    trials: int = FEWER_TRIALS,
    seed: int = 0,
    most: int = 5,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Driver, ...]:
    """Which single inputs drive the risk: what every chance would be if this one went well.

    Asks "what if" of each dependency and arrival that may be late (it does not hold its consumer up; at most the
    40 most doubtful), of the 12 teams that will probably leave most undone (a tenth more capacity in every
    iteration) and of unplanned work (none), always with the same draws. ``targets`` are keys of objectives,
    features or items, and "predictability"; by default all objectives and predictability. Gives the ``most``
    largest gains per target, largest first, leaving out what gains less than one point in a hundred. A cancelled
    search gives what it found so far.

    Raises Invalid for an unknown target and for a number of trials out of bounds.
    """
    from headway.engine.forecast import what_if

    whole("trials", trials, 1, MOST_TRIALS)
    return what_if.drivers(
        problem, targets=targets, trials=trials, seed=seed, most=most, cancelled=cancelled, progress=progress
    )


def backtest(
    histories: TeamHistory | Sequence[TeamHistory],
    horizon: int = 5,
    *,
    least: int = FEW,
    train: bool = False,
    hold_out: bool = False,
    calibration: Calibration = PUBLISHED,
    seed: int = 0,
) -> Backtest:
    """Foretell the total of the next ``horizon`` iterations at every moment of these histories, and compare.

    At each moment with ``least`` (1 or more) iterations before it only those are used. ``train`` says that the
    histories are teams of one train, whose last iterations are the same: then they lean on each other as in a
    forecast; otherwise each is a board of its own. ``hold_out`` learns the calibration anew for every board
    from the other boards alone, instead of using ``calibration``. The baselines that resample draw from ``seed``.

    Outcomes are sums of completed ÷ available; with ``available=1`` they are points. Raises Invalid when no
    history has ``least`` + ``horizon`` iterations, and with ``hold_out`` when the other boards are too few to
    learn from.
    """
    from headway.engine.forecast import backtesting

    whole("horizon", horizon, 1, MOST_ITERATIONS, "iterations")
    whole("least", least, 1, 1000, "iterations")
    given = (histories,) if isinstance(histories, TeamHistory) else tuple(histories)
    return backtesting.run(
        given, horizon=horizon, least=least, train=train, hold_out=hold_out, calibration=calibration, seed=seed
    )
