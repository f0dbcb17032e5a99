"""The planner: from capacity, features and dependencies to a plan that can be questioned.

It runs on the standard library; with OR-tools and scipy installed it finds better plans and proves how good
they are. Importing it imports neither.
"""

from headway.engine.planner.draft import draft_plan
from headway.engine.planner.objective import Objective, score
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import (
    Arrival,
    Dependency,
    Feature,
    Pin,
    PinKind,
    Problem,
    Story,
    Team,
    Weights,
    too_large,
)
from headway.engine.planner.result import LogEntry, Progress, Result
from headway.engine.planner.stop import AnyOf, GapLimit, NoImprovement, Rounds, Stop, TimeLimit

__all__ = [
    "AnyOf",
    "Arrival",
    "Dependency",
    "Feature",
    "GapLimit",
    "LogEntry",
    "NoImprovement",
    "Objective",
    "Pin",
    "PinKind",
    "Plan",
    "Problem",
    "Progress",
    "Result",
    "Rounds",
    "Stop",
    "Story",
    "Team",
    "TimeLimit",
    "Weights",
    "draft_plan",
    "score",
    "too_large",
]
