"""The kinds of things an import may touch."""

from collections.abc import Mapping

from headway.store.models import (
    Dependency,
    Feature,
    Increment,
    Iteration,
    Milestone,
    Recorded,
    Story,
    Target,
    Task,
    Team,
    Theme,
)

IMPORTED: Mapping[str, type[Recorded]] = {
    model.kind: model
    for model in (Team, Increment, Iteration, Milestone, Theme, Feature, Target, Story, Task, Dependency)
}
"""Models by kind, each after those it refers to."""

NOUNS: Mapping[str, str] = {
    "team": "teams",
    "pi": "PIs",
    "iteration": "iterations",
    "milestone": "milestones",
    "theme": "themes",
    "feature": "features",
    "target": "feature targets",
    "story": "stories",
    "task": "tasks",
    "dependency": "dependencies",
    "closing": "PIs to close",
}
"""What the pages call several of a kind."""
