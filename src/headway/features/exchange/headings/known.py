"""The headings of the exports Headway knows, as their trackers write them.

Headings are compared in lower case, with "Custom field (…)" taken off and spaces collapsed. The order inside
a tuple is the order of preference: the first filled cell counts.
"""

from collections.abc import Mapping as MappingType
from dataclasses import dataclass

from .fields import Field


@dataclass(frozen=True, kw_only=True)
class Format:
    """One known kind of export."""

    name: str
    label: str
    source: str
    needs: tuple[Field, ...]
    """Meanings that must be found for the format to be this one."""
    marks: frozenset[str]
    """At least one of these headings must stand there; they tell the tracker apart."""
    words: MappingType[Field, tuple[str, ...]]


JIRA = Format(
    name="jira",
    label="Jira issues",
    source="jira",
    needs=(Field.ID, Field.KIND, Field.TITLE),
    marks=frozenset({"issue key", "ключ проблемы", "ключ задачи", "vorgangsschlüssel", "clave de incidencia"}),
    words={
        Field.ID: ("issue key", "ключ проблемы", "ключ задачи", "vorgangsschlüssel", "clave de incidencia"),
        Field.ALIAS: ("issue id", "идентификатор проблемы", "идентификатор задачи"),
        Field.KIND: ("issue type", "тип задачи", "тип проблемы", "vorgangstyp", "tipo de incidencia"),
        Field.TITLE: ("summary", "тема", "zusammenfassung", "resumen"),
        Field.DESCRIPTION: ("description", "описание", "beschreibung", "descripción"),
        Field.ACCEPTANCE: ("acceptance criteria", "критерии приемки"),
        Field.STATE: ("status", "статус", "estado"),
        Field.STATE_GROUP: ("status category", "категория статуса", "statuskategorie"),
        Field.POINTS: (
            "story points",
            "story point estimate",
            "storypoints",
            "story-points",
            "исторические точки",
            "оценка в стори поинтах",
        ),
        Field.LABELS: ("labels", "метки", "stichwörter", "etiquetas"),
        Field.PARENT: (
            "parent key",
            "parent id",
            "parent",
            "epic link",
            "parent link",
            "родитель",
            "ссылка на эпик",
            "родительская ссылка",
        ),
        Field.GROUP: ("parent summary", "epic name"),
        Field.TEAM: ("team", "команда", "equipo"),
        Field.REPOSITORY: ("project name", "project key", "название проекта", "ключ проекта"),
        Field.ITERATION: ("sprint", "спринт"),
        Field.PI: (
            "program increment",
            "planning interval",
            "pi",
            "fix version/s",
            "fix versions",
            "исправить в версиях",
        ),
        Field.DUE: (
            "target end",
            "due date",
            "целевая дата окончания",
            "срок исполнения",
            "fälligkeitsdatum",
        ),
        Field.BLOCKED: ("flagged",),
    },
)

AZURE = Format(
    name="azure",
    label="Azure DevOps work items",
    source="azure",
    needs=(Field.ID, Field.KIND),
    marks=frozenset({"work item type"}),
    words={
        Field.ID: ("id",),
        Field.KIND: ("work item type",),
        Field.TITLE: ("title",),
        Field.DESCRIPTION: ("description",),
        Field.ACCEPTANCE: ("acceptance criteria",),
        Field.STATE: ("state",),
        Field.POINTS: ("story points", "effort", "size"),
        Field.LABELS: ("tags",),
        Field.PARENT: ("parent",),
        Field.AREA: ("area path",),
        Field.ITERATION: ("iteration path",),
        Field.DUE: ("target date", "due date"),
        Field.BLOCKED: ("blocked",),
        Field.BLOCKS: ("successor", "successors"),
        Field.BLOCKED_BY: ("predecessor", "predecessors"),
    },
)

GITHUB = Format(
    name="github",
    label="GitHub Projects items",
    source="github",
    needs=(Field.TITLE, Field.STATE),
    marks=frozenset({"content.number", "content.type", "linked pull requests", "sub-issues progress"}),
    words={
        Field.ID: ("content.url", "url", "id"),
        Field.ALIAS: ("content.number",),
        Field.KIND: ("type", "issue type", "content.type"),
        Field.TITLE: ("title", "content.title"),
        Field.DESCRIPTION: ("content.body", "body"),
        Field.STATE: ("status",),
        Field.POINTS: ("story points", "points", "estimate", "size"),
        Field.LABELS: ("labels",),
        Field.PARENT: ("parent issue", "parent issue.url"),
        Field.GROUP: ("milestone.title", "milestone"),
        Field.TEAM: ("team", "squad"),
        Field.REPOSITORY: ("repository", "content.repository"),
        Field.ITERATION: ("sprint.title", "iteration.title", "sprint", "iteration"),
        Field.ITERATION_START: ("sprint.startdate", "iteration.startdate"),
        Field.ITERATION_DAYS: ("sprint.duration", "iteration.duration"),
        Field.DUE: ("target date", "planned finish", "end date"),
        Field.PI: ("quarter", "pi", "release", "quad"),
    },
)

GITHUB_TABLE = Format(
    name="github-table",
    label="GitHub issues, as a delivery-metrics table",
    source="github",
    needs=(Field.ID, Field.TITLE),
    marks=frozenset({"issue_url"}),
    words={
        Field.ID: ("issue_url",),
        Field.KIND: ("issue_type",),
        Field.TITLE: ("issue_title",),
        Field.STATE: ("issue_status", "issue_state"),
        Field.CLOSED: ("issue_is_closed",),
        Field.POINTS: ("issue_points",),
        Field.PARENT: ("issue_parent",),
        Field.GROUP: ("epic_title",),
        Field.GROUP_ID: ("epic_url",),
        Field.THEME: ("deliverable_title",),
        Field.ITERATION: ("sprint_name",),
        Field.ITERATION_START: ("sprint_start",),
        Field.ITERATION_DAYS: ("sprint_length",),
        Field.PI: ("quad_name",),
        Field.PI_START: ("quad_start",),
        Field.PI_END: ("quad_end",),
    },
)

GITLAB = Format(
    name="gitlab",
    label="GitLab issues",
    source="gitlab",
    needs=(Field.ID, Field.TITLE),
    marks=frozenset({"author username", "created at (utc)", "time estimate"}),
    words={
        Field.ID: ("url", "issue id", "iid", "id"),
        Field.KIND: ("type", "issue type", "work item type"),
        Field.TITLE: ("title",),
        Field.DESCRIPTION: ("description",),
        Field.STATE: ("status", "state"),
        Field.POINTS: ("weight",),
        Field.LABELS: ("labels",),
        Field.PARENT: ("parent", "parent iid"),
        Field.GROUP: ("epic title", "parent title"),
        Field.GROUP_ID: ("epic id",),
        Field.ITERATION: ("iteration", "milestone"),
        Field.ITERATION_START: ("iteration start",),
        Field.DUE: ("due date",),
    },
)

RELEASE_PLAN = Format(
    name="release-plan",
    label="Release plan: a row is a feature targeted at a PI",
    source="release-plan",
    needs=(Field.PI, Field.ID, Field.TITLE, Field.PLANNED),
    marks=frozenset({"release", "pi", "program increment", "planning interval", "version"}),
    words={
        Field.PI: ("release", "pi", "program increment", "planning interval", "version"),
        Field.ID: ("kep", "feature id", "enhancement", "id", "key"),
        Field.TITLE: ("title", "feature", "summary", "name"),
        Field.TEAM: ("owning_sig", "owning sig", "owning team", "team", "owner team"),
        Field.PARTICIPANTS: (
            "participating_sigs",
            "participating sigs",
            "participating teams",
            "other teams",
        ),
        Field.PLANNED: ("planned_strict", "planned", "committed", "in plan"),
        Field.LANDED: ("landed_final_record", "landed", "delivered", "outcome"),
        Field.STAGE: ("landed_stage", "stage", "stage_at_freeze"),
        Field.MOVED_TO: ("moved_to", "moved to", "slipped to"),
        Field.NOTE: ("exceptions", "note", "notes", "comment"),
        Field.STATE: ("status", "state"),
    },
)

RELEASE_CALENDAR = Format(
    name="release-calendar",
    label="Calendar of releases: a row is a PI with its dates",
    source="release-plan",
    needs=(Field.PI, Field.PI_START, Field.PI_END),
    marks=frozenset({"release", "pi", "program increment", "planning interval", "version"}),
    words={
        Field.PI: ("release", "pi", "program increment", "planning interval", "version"),
        Field.PI_START: ("cycle_start", "start", "starts on", "first day", "start date"),
        Field.PI_END: (
            "ga_planned_in_readme",
            "ga",
            "end",
            "ends on",
            "last day",
            "end date",
            "release date",
        ),
        Field.MILESTONE: ("enhancements_freeze_utc", "code_freeze_utc", "enhancements freeze", "code freeze"),
    },
)

_OWN_WORDS: MappingType[Field, tuple[str, ...]] = {
    Field.ID: ("number",),
    Field.TITLE: ("title",),
    Field.KIND: ("type",),
    Field.ENABLER: ("enabler kind",),
    Field.STATE: ("state",),
    Field.TEAM: ("team",),
    Field.DESCRIPTION: ("description",),
    Field.ACCEPTANCE: ("acceptance criteria",),
    Field.SOURCE: ("source",),
    Field.FOREIGN_ID: ("identifier",),
    Field.TRAIN: ("train",),
    Field.VERSION: ("version",),
}

HEADWAY_FEATURES = Format(
    name="headway-features",
    label="Headway list of features",
    source="headway",
    needs=(Field.ID, Field.TITLE, Field.TRAIN, Field.VERSION),
    marks=frozenset({"benefit hypothesis", "job size"}),
    words={
        **_OWN_WORDS,
        Field.THEME: ("theme",),
        Field.POINTS: ("size",),
        Field.USER_VALUE: ("user value",),
        Field.TIME_CRITICALITY: ("time criticality",),
        Field.RISK_OPPORTUNITY: ("risk or opportunity",),
        Field.JOB_SIZE: ("job size",),
        Field.PI: ("pis",),
        Field.BENEFIT: ("benefit hypothesis",),
    },
)

HEADWAY_STORIES = Format(
    name="headway-stories",
    label="Headway list of stories",
    source="headway",
    needs=(Field.ID, Field.TITLE, Field.TRAIN, Field.VERSION),
    marks=frozenset({"feature number"}),
    words={
        **_OWN_WORDS,
        Field.PARENT: ("feature number",),
        Field.GROUP: ("feature",),
        Field.PI: ("pi",),
        Field.ITERATION: ("iteration",),
        Field.POINTS: ("points",),
        Field.BLOCKED: ("blocked",),
    },
)

FORMATS: tuple[Format, ...] = (
    HEADWAY_FEATURES,
    HEADWAY_STORIES,
    JIRA,
    AZURE,
    GITLAB,
    GITHUB_TABLE,
    RELEASE_PLAN,
    RELEASE_CALENDAR,
    GITHUB,
)

FIRST_GUESS: MappingType[Field, tuple[str, ...]] = {
    Field.ID: ("id", "key", "number", "no", "no.", "nr", "identifier", "reference", "ref"),
    Field.KIND: ("type", "kind", "item type", "work item type"),
    Field.TITLE: ("title", "summary", "name", "story", "user story", "subject", "item"),
    Field.DESCRIPTION: ("description", "details", "text", "body"),
    Field.ACCEPTANCE: ("acceptance criteria", "acceptance", "criteria", "done when"),
    Field.STATE: ("state", "status"),
    Field.POINTS: ("points", "story points", "sp", "estimate", "size", "effort"),
    Field.LABELS: ("labels", "tags", "label", "tag"),
    Field.PARENT: ("parent", "parent id", "parent key", "epic link"),
    Field.GROUP: ("feature", "epic", "feature name", "milestone"),
    Field.THEME: ("theme", "strategic theme", "initiative"),
    Field.TEAM: ("team", "squad", "owner team", "assigned team", "group"),
    Field.ITERATION: ("iteration", "sprint", "iteration path"),
    Field.PI: ("pi", "program increment", "planning interval", "release", "quarter"),
    Field.DUE: ("due", "due date", "target date", "deadline"),
    Field.BLOCKS: ("blocks",),
    Field.BLOCKED_BY: ("blocked by", "depends on", "dependencies", "predecessors"),
    Field.BLOCKED: ("blocked",),
}
"""Where the mapping page starts for a table of unknown origin."""
