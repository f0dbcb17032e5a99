"""What the words of trackers for types and states mean here."""

import re
from dataclasses import dataclass

from .options import EpicLevel, Level


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


_THEMES = frozenset({"theme", "strategic theme", "initiative", "portfolio epic", "goal", "objective", "инициатива"})
_EPICS = frozenset({"epic", "эпик", "epos"})
_FEATURES = frozenset({"feature", "capability", "enabler", "enabler feature", "фича", "milestone"})
_TASKS = frozenset({"sub-task", "subtask", "sub task", "подзадача", "unteraufgabe"})
_LEFT_OUT = frozenset(
    {
        "pullrequest",
        "pull request",
        "test case",
        "test plan",
        "test suite",
        "shared steps",
        "code review request",
    }
)
_STORIES = frozenset(
    {
        "story",
        "user story",
        "product backlog item",
        "pbi",
        "bug",
        "defect",
        "improvement",
        "new feature",
        "requirement",
        "issue",
        "incident",
        "enhancement",
        "change request",
        "spike",
        "chore",
        "adr",
        "enabler story",
        "technical task",
        "draftissue",
        "draft issue",
        "история",
        "ошибка",
        "баг",
        "улучшение",
        "задача",
        "aufgabe",
        "fehler",
    }
)
_ENABLERS = (
    ("spike", "exploration"),
    ("adr", "architecture"),
    ("architect", "architecture"),
    ("infra", "infrastructure"),
    ("compliance", "compliance"),
    ("enabler", "architecture"),
)
_STAGES: tuple[tuple[str, frozenset[str]], ...] = (
    (
        "funnel",
        _words(
            "new|open|backlog|proposed|idea|triage|funnel|icebox|provisional|reopened|no status|opened"
            "|открыт|открыто|новый|новая|бэклог|offen"
        ),
    ),
    (
        "analysing",
        _words("refinement|analysis|analysing|analyzing|grooming|discovery|in analysis|in refinement"),
    ),
    (
        "ready",
        _words(
            "ready|to do|todo|approved|selected for development|sprint backlog|ready for development|planned"
            "|next|implementable|к выполнению|сделать|готово к разработке|zu erledigen"
        ),
    ),
    (
        "in_progress",
        _words(
            "in progress|active|doing|committed|started|in development|development|implementing|wip|blocked"
            "|on hold|impeded|в работе|в процессе|in arbeit"
        ),
    ),
    (
        "validating",
        _words(
            "in review|review|resolved|in test|testing|qa|in qa|verify|verification|validating|ready for test"
            "|code review|in validation|staged|на проверке|ревью|тестирование"
        ),
    ),
    (
        "done",
        _words(
            "done|closed|complete|completed|finished|released|accepted|implemented|deployed|shipped|fixed"
            "|готово|закрыт|закрыто|закрыта|решен|решено|выполнено|сделано|fertig|erledigt"
        ),
    ),
    (
        "gone",
        _words(
            "removed|cancelled|canceled|won't do|wont do|won't fix|duplicate|rejected|abandoned|withdrawn"
            "|отменен|отменено|отклонено"
        ),
    ),
)
_BLOCKED = frozenset({"blocked", "blocker", "impeded", "impediment", "on hold"})
_PREFIX = re.compile(r"\s*\[([a-z-]+)\]\s*:?\s*(.+)", re.IGNORECASE | re.DOTALL)
_STORY_STATES = {"funnel": "todo", "analysing": "todo", "ready": "todo", "validating": "review"}

GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A title without the type some trackers put in front of it ("[Epic]: …"), and that type."""

    title: str
    kind: str


def level_of(kind: str, *, epics: EpicLevel, tasks: Level) -> Level | None:
    """The level of a type; `tasks` is what plain "Task" means in this tracker. None for an unknown word."""
    word = kind.casefold().strip()
    if word in _EPICS:
        return Level.THEME if epics is EpicLevel.THEME else Level.FEATURE
    if word == "task":
        return tasks
    for level, words in (
        (Level.THEME, _THEMES),
        (Level.FEATURE, _FEATURES),
        (Level.STORY, _STORIES),
        (Level.TASK, _TASKS),
        (Level.LEFT_OUT, _LEFT_OUT),
    ):
        if word in words:
            return level
    return None


def is_epic(kind: str) -> bool:
    """Whether the word means an epic."""
    return kind.casefold().strip() in _EPICS


def is_feature(kind: str) -> bool:
    """Whether the word means a level between epics and stories."""
    return kind.casefold().strip() in _FEATURES


def enabler_kind_of(kind: str) -> str:
    """The kind of enabler a type speaks of; empty for business work."""
    word = kind.casefold()
    return next((meaning for part, meaning in _ENABLERS if part in word), "")


def stage_of(state: str) -> str | None:
    """How far a state is, in the words of a feature's states, or ``gone``; None for an unknown word."""
    word = " ".join(state.casefold().replace("_", " ").split())
    return next((stage for stage, words in _STAGES if word in words), None)


def story_state(stage: str) -> str:
    """The state of a story that is as far as `stage`."""
    return _STORY_STATES.get(stage, stage)


def says_blocked(word: str) -> bool:
    """Whether a state or label says that the work is blocked."""
    return word.casefold().strip() in _BLOCKED


def typed_title(title: str) -> Typed:
    """Split "[Task]: Draw the map" into title and type; a bracket with another word stays in the title."""
    found = _PREFIX.fullmatch(title)
    if found:
        known = level_of(found[1], epics=EpicLevel.FEATURE, tasks=Level.STORY)
        if known is not None:
            return Typed(title=found[2].strip(), kind=found[1])
    return Typed(title=title, kind="")
