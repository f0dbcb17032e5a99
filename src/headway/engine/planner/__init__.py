"""The planner: from capacity, features and dependencies to a plan that can be questioned.

It runs on the standard library; with OR-tools and scipy installed it finds better plans and proves how good
they are. Importing it imports neither.
"""

from headway.engine.planner.check import Finding, check_plan
from headway.engine.planner.compare import Comparison, compare
from headway.engine.planner.draft import draft_plan
from headway.engine.planner.explain import Conflict, Member, Relaxation, explain
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
from headway.engine.planner.why import Why, why

__all__ = [
    "AnyOf",
    "Arrival",
    "Comparison",
    "Conflict",
    "Dependency",
    "Feature",
    "Finding",
    "GapLimit",
    "LogEntry",
    "Member",
    "NoImprovement",
    "Objective",
    "Pin",
    "PinKind",
    "Plan",
    "Problem",
    "Progress",
    "Relaxation",
    "Result",
    "Rounds",
    "Stop",
    "Story",
    "Team",
    "TimeLimit",
    "Weights",
    "Why",
    "check_plan",
    "compare",
    "draft_plan",
    "explain",
    "score",
    "too_large",
    "why",
]
