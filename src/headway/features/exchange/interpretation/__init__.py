"""From table rows to planning values: what the rows mean for a train. Pure; nothing is written here."""

from .interpret import interpret
from .options import EpicLevel, KnownIteration, KnownPi, Level, Options
from .plan import (
    DependencyValue,
    FeatureValue,
    ImportPlan,
    IterationValue,
    MilestoneValue,
    OwnValue,
    PiValue,
    StoryValue,
    TargetValue,
    TaskValue,
    TeamValue,
    ThemeValue,
)

__all__ = [
    "DependencyValue",
    "EpicLevel",
    "FeatureValue",
    "ImportPlan",
    "IterationValue",
    "KnownIteration",
    "KnownPi",
    "Level",
    "MilestoneValue",
    "Options",
    "OwnValue",
    "PiValue",
    "StoryValue",
    "TargetValue",
    "TaskValue",
    "TeamValue",
    "ThemeValue",
    "interpret",
]
