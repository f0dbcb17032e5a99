"""Odds people can trust: what lands by when, how sure that is, and how well such odds held so far.

Importing this package loads no arrays; ``forecast``, ``drivers`` and ``backtest`` do when they are called.
"""

from headway.engine.forecast.calibration import Calibration, learn
from headway.engine.forecast.drawing import backtest, drivers, forecast
from headway.engine.forecast.history import FEW, LEAST, PartyHistory, PastIteration, TeamHistory
from headway.engine.forecast.problem import (
    Arrival,
    Dependency,
    ForecastProblem,
    Item,
    Objective,
    PastItem,
    TeamAhead,
)
from headway.engine.forecast.published import PUBLISHED
from headway.engine.forecast.results import Chance, Distribution, Driver, Forecast, LikeIt
from headway.engine.forecast.scores import Backtest, Score

__all__ = [
    "FEW",
    "LEAST",
    "PUBLISHED",
    "Arrival",
    "Backtest",
    "Calibration",
    "Chance",
    "Dependency",
    "Distribution",
    "Driver",
    "Forecast",
    "ForecastProblem",
    "Item",
    "LikeIt",
    "Objective",
    "PartyHistory",
    "PastItem",
    "PastIteration",
    "Score",
    "TeamAhead",
    "TeamHistory",
    "backtest",
    "drivers",
    "forecast",
    "learn",
]
