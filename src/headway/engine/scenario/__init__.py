"""What would be if: changes to a train that nobody made, put into the questions of planner and forecast.

Importing this package loads neither arrays nor solvers.
"""

from headway.engine.scenario.changes import (
    AddFeature,
    CapacityChange,
    Change,
    DropFeature,
    NewStory,
    Slip,
)
from headway.engine.scenario.expected import change_forecast, replanned
from headway.engine.scenario.planned import change_problem

__all__ = [
    "AddFeature",
    "CapacityChange",
    "Change",
    "DropFeature",
    "NewStory",
    "Slip",
    "change_forecast",
    "change_problem",
    "replanned",
]
