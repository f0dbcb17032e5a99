"""Where things are: the rooms of a train, in the order in which a PI is lived."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Room:
    """One entry of the navigation, with its pages as (label, name of the address)."""

    label: str
    icon: str
    pages: tuple[tuple[str, str], ...]


ROOMS = (
    Room(label="Today", icon="today", pages=(("Today", "today"),)),
    Room(
        label="Backlog",
        icon="backlog",
        pages=(("Features", "features"), ("Stories", "stories"), ("Themes", "themes")),
    ),
    Room(
        label="Plan",
        icon="plan",
        pages=(
            ("Program board", "board"),
            ("Capacity", "capacity"),
            ("Drafts", "drafts"),
            ("Forecast", "forecast"),
            ("What if", "scenarios"),
        ),
    ),
    Room(label="Run", icon="run", pages=(("Dependencies", "dependencies"), ("Network", "network"))),
    Room(
        label="Train",
        icon="train",
        pages=(
            ("Teams", "teams"),
            ("People", "people"),
            ("Calendar", "calendar"),
            ("Settings", "train-settings"),
            ("Permissions", "permissions"),
            ("Import", "import"),
            ("Export", "export"),
            ("Journal", "journal"),
        ),
    ),
)

BELOW = {
    "calendar": ("pis", "iterations", "milestones", "closures"),
    "teams": ("members",),
    "people": ("absences",),
}
"""Addresses that belong to a page of the navigation without lying below it."""
