"""A dry run in words: what a step changes, told with names instead of ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .comparison import Preview, Ref, Step, Verdict

_REFERS_TO: Mapping[str, str] = {
    "team_id": "team",
    "consumer_team_id": "team",
    "provider_team_id": "team",
    "pi_id": "pi",
    "iteration_id": "iteration",
    "feature_id": "feature",
    "theme_id": "theme",
    "story_id": "story",
}
_LABELS: Mapping[str, str] = {"pi_id": "PI", "done": "done", "acceptance_criteria": "acceptance criteria"}
_TELLING = (
    "state",
    "points",
    "size",
    "team_id",
    "pi_id",
    "iteration_id",
    "feature_id",
    "theme_id",
    "planned",
    "outcome",
)
_SHOWN = 80


@dataclass(frozen=True, kw_only=True)
class Change:
    """One column of a step in words."""

    label: str
    before: str
    after: str
    kept: bool = False
    """The train keeps `before`; the file says `after`."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One step of a dry run in words."""

    verdict: str
    kind: str
    row: int | None
    key: str
    title: str
    changes: tuple[Change, ...]
    reason: str


def told_in_words(preview: Preview, steps: Iterable[Step]) -> list[Line]:
    """The steps as lines of the dry run."""
    names = _Names(preview)
    return [_line(step, names) for step in steps]


def _line(step: Step, names: "_Names") -> Line:
    if step.verdict is Verdict.CREATED:
        columns = [column for column in _TELLING if step.values.get(column) not in (None, "", False)]
        changes = [Change(label=_label(c), before="", after=names.of(c, step.values[c])) for c in columns]
    else:
        changes = [
            Change(label=_label(c), before=names.of(c, step.before[c]), after=names.of(c, value))
            for c, value in step.values.items()
        ]
        changes += [
            Change(label=_label(c), before=names.of(c, step.before[c]), after=names.of(c, value), kept=True)
            for c, value in step.kept.items()
        ]
    return Line(
        verdict=step.verdict.value,
        kind="PI" if step.kind in ("pi", "closing") else step.kind,
        row=step.row,
        key="" if ":" in step.key or step.key == step.title else step.key,
        title=step.title,
        changes=tuple(changes),
        reason=step.reason,
    )


class _Names:
    def __init__(self, preview: Preview) -> None:
        self._preview = preview
        self._titles = {(step.kind, step.key): step.title for step in preview.steps}

    def of(self, column: str, value: Any) -> str:
        """A value of a column as people call it."""
        if value is None or value == "":
            return "nothing"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Ref):
            title = self._titles.get((value.kind, value.key), value.key)
            return title.rpartition("/")[2] if value.kind == "iteration" else title
        kind = _REFERS_TO.get(column)
        if kind is not None:
            stored = self._preview.state.get(kind, int(value))
            return str(stored.values.get("name") or stored.values.get("title")) if stored else "nothing"
        text = f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")
        return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _label(column: str) -> str:
    return _LABELS.get(column) or column.removesuffix("_id").replace("_", " ")
