"""Everything Headway remembers, a file a concept."""

from headway.store.models.accounts import Token, User
from headway.store.models.cadence import CapacityOverride, Increment, Iteration, Milestone
from headway.store.models.dependencies import Comment, Dependency
from headway.store.models.jobs import ForecastRun, Job
from headway.store.models.journal import Command, Entry, ImportedRow, ImportRun
from headway.store.models.planning import Proposal, ProposalPart, Scenario
from headway.store.models.train import (
    Absence,
    Closure,
    Membership,
    Person,
    Recorded,
    Team,
    Train,
    TrainRole,
)
from headway.store.models.work import EnablerKind, Feature, Story, Target, Task, Theme, WorkType

__all__ = [
    "Absence",
    "CapacityOverride",
    "Closure",
    "Command",
    "Comment",
    "Dependency",
    "EnablerKind",
    "Entry",
    "Feature",
    "ForecastRun",
    "ImportRun",
    "ImportedRow",
    "Increment",
    "Iteration",
    "Job",
    "Membership",
    "Milestone",
    "Person",
    "Proposal",
    "ProposalPart",
    "Recorded",
    "Scenario",
    "Story",
    "Target",
    "Task",
    "Team",
    "Theme",
    "Token",
    "Train",
    "TrainRole",
    "User",
    "WorkType",
]
