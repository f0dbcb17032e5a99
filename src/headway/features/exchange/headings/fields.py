"""The meanings a column can have."""

from enum import StrEnum


class Field(StrEnum):
    """What a column says about the row's work item (or, in release plans, about a feature in a release)."""

    ID = "id"
    ALIAS = "alias"
    KIND = "kind"
    TITLE = "title"
    TREE_TITLE = "tree_title"
    DESCRIPTION = "description"
    ACCEPTANCE = "acceptance"
    STATE = "state"
    STATE_GROUP = "state_group"
    CLOSED = "closed"
    BLOCKED = "blocked"
    POINTS = "points"
    LABELS = "labels"
    PARENT = "parent"
    GROUP = "group"
    GROUP_ID = "group_id"
    THEME = "theme"
    TEAM = "team"
    AREA = "area"
    REPOSITORY = "repository"
    ITERATION = "iteration"
    ITERATION_START = "iteration_start"
    ITERATION_DAYS = "iteration_days"
    ITERATION_END = "iteration_end"
    PI = "pi"
    PI_START = "pi_start"
    PI_END = "pi_end"
    DUE = "due"
    BLOCKS = "blocks"
    BLOCKED_BY = "blocked_by"
    PARTICIPANTS = "participants"
    PLANNED = "planned"
    LANDED = "landed"
    STAGE = "stage"
    MOVED_TO = "moved_to"
    NOTE = "note"
    MILESTONE = "milestone"
    TRAIN = "train"
    VERSION = "version"
    ENABLER = "enabler"
    BENEFIT = "benefit"
    USER_VALUE = "user_value"
    TIME_CRITICALITY = "time_criticality"
    RISK_OPPORTUNITY = "risk_opportunity"
    JOB_SIZE = "job_size"
    SOURCE = "source"
    FOREIGN_ID = "foreign_id"


OWN = frozenset(
    {
        Field.TRAIN,
        Field.VERSION,
        Field.ENABLER,
        Field.BENEFIT,
        Field.USER_VALUE,
        Field.TIME_CRITICALITY,
        Field.RISK_OPPORTUNITY,
        Field.JOB_SIZE,
        Field.SOURCE,
        Field.FOREIGN_ID,
    }
)
"""Meanings that only the lists Headway exports have."""

LABELS: dict[Field, str] = {
    Field.ID: "Identifier",
    Field.ALIAS: "Second identifier, by which parents and links may name it",
    Field.KIND: "Type (epic, feature, story, task…)",
    Field.TITLE: "Title",
    Field.TREE_TITLE: "Title, indented by level",
    Field.DESCRIPTION: "Description",
    Field.ACCEPTANCE: "Acceptance criteria",
    Field.STATE: "State",
    Field.STATE_GROUP: "State category (to do, in progress, done)",
    Field.CLOSED: "Closed (yes or no)",
    Field.BLOCKED: "Blocked (yes or no)",
    Field.POINTS: "Story points",
    Field.LABELS: "Labels",
    Field.PARENT: "Identifier of the parent",
    Field.GROUP: "Name of the feature it belongs to",
    Field.GROUP_ID: "Identifier of the feature it belongs to",
    Field.THEME: "Theme",
    Field.TEAM: "Team",
    Field.AREA: "Area path (its last part is the team)",
    Field.REPOSITORY: "Repository or project",
    Field.ITERATION: "Iteration (name or path)",
    Field.ITERATION_START: "First day of the iteration",
    Field.ITERATION_DAYS: "Length of the iteration in days",
    Field.ITERATION_END: "Last day of the iteration",
    Field.PI: "PI or release",
    Field.PI_START: "First day of the PI",
    Field.PI_END: "Last day of the PI",
    Field.DUE: "Due date",
    Field.BLOCKS: "Identifiers of the items it blocks",
    Field.BLOCKED_BY: "Identifiers of the items that block it",
    Field.PARTICIPANTS: "Other teams taking part",
    Field.PLANNED: "Was in the plan (yes or no)",
    Field.LANDED: "Arrived (yes or no)",
    Field.STAGE: "Stage",
    Field.MOVED_TO: "Moved to PI",
    Field.NOTE: "Note",
    Field.MILESTONE: "Milestone date",
    Field.TRAIN: "Train it was exported from",
    Field.VERSION: "Version it had then",
    Field.ENABLER: "Kind of enabler",
    Field.BENEFIT: "Benefit hypothesis",
    Field.USER_VALUE: "User value",
    Field.TIME_CRITICALITY: "Time criticality",
    Field.RISK_OPPORTUNITY: "Risk or opportunity",
    Field.JOB_SIZE: "Job size",
    Field.SOURCE: "Tracker it came from",
    Field.FOREIGN_ID: "Its identifier there",
}
"""The words the mapping page uses for each meaning."""
