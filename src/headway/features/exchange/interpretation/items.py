"""A work item as its row tells it, before anything is known about the other rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from ..headings import Field, Mapping
from ..reading import Row, Table
from . import cells, words
from .findings import Findings
from .options import Level, Options
from .paths import is_pi_name
from .references import content_key, key_of, named_in

TITLE_LIMIT = 240
TEXT_LIMIT = 20_000
NAME_LIMIT = 80
_LABEL_BREAKS = str.maketrans(";\n", ",,")
_FREE_TEXT_LINKS = frozenset({"github", "gitlab"})

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """First and last day, each if the row gives it."""

    starts_on: date | None = None
    ends_on: date | None = None


UNDATED = Stretch()


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row's work item. References are keys; whether they lead anywhere is not known yet."""

    row: int
    key: str
    aliases: tuple[str, ...]
    kind: str
    title: str
    description: str
    acceptance: str
    stage: str
    blocked: bool
    points: float | None
    labels: tuple[str, ...]
    parents: tuple[str, ...]
    group: str
    group_key: str
    theme: str
    area: str
    team: str
    iteration: str
    pi: str
    iteration_days: Stretch
    pi_days: Stretch
    due: date | None
    """Read only where items are placed by it."""
    waits_for: tuple[str, ...]
    holds: tuple[str, ...]
    level: Level = Level.STORY


def read_items(table: Table, mapping: Mapping, options: Options, findings: Findings) -> list[Item]:
    """The items of all rows that can be read; a repeated identifier is an error of the later row."""
    reader = _Reader(table, mapping, options, findings)
    items: dict[str, Item] = {}
    tree: list[str] = []
    for row in table.rows:
        item = reader.item(row, tree)
        if item is None or row.number in findings.refused:
            continue
        earlier = items.get(item.key)
        if earlier is None:
            items[item.key] = item
            continue
        findings.error(
            row.number,
            Field.ID if mapping.cell(row, Field.ID) else Field.TITLE,
            mapping.cell(row, Field.ID) or item.title,
            f"The same item already stands in row {earlier.row}, which was taken. "
            "Remove one of the two rows, or give this one an identifier of its own.",
        )
    return list(items.values())


class _Reader:
    """Reads one row after the other; holds what is the same for all."""

    def __init__(self, table: Table, mapping: Mapping, options: Options, findings: Findings) -> None:
        self._mapping = mapping
        self._options = options
        self._findings = findings
        self._day_first = {
            field: options.day_first
            if options.day_first is not None
            else cells.reads_day_first(mapping.cell(row, field) for row in table.rows)
            for field in (Field.ITERATION_START, Field.ITERATION_END, Field.PI_START, Field.PI_END, Field.DUE)
        }

    def item(self, row: Row, tree: list[str]) -> Item | None:
        """The item of a row, or None after an error that leaves nothing to read on."""
        cell, mapping = self._cell(row), self._mapping
        raw, depth = self._title(row)
        typed = words.typed_title(raw)
        if not typed.title:
            self._findings.error(
                row.number, Field.TITLE, "", "The row has no title. Fill the title, or remove the row."
            )
            return None
        kind = self._kind(cell(Field.KIND), typed.kind, mapping.cells(row, Field.LABELS))
        key = key_of(cell(Field.ID)) or content_key(kind, cell(Field.PARENT) or cell(Field.GROUP), typed.title)
        parents = tuple(key_of(text) for text in mapping.cells(row, Field.PARENT))
        if depth is not None:
            del tree[depth:]
            parents = (tree[-1],) if tree else ()
            tree.append(key)
        title, description = self._texts(row, typed.title, cell(Field.DESCRIPTION))
        labels = _split_labels(mapping.cells(row, Field.LABELS))
        waits_for, holds = self._links(row, key, cell(Field.DESCRIPTION))
        item = Item(
            row=row.number,
            key=key,
            aliases=tuple(key_of(text) for text in mapping.cells(row, Field.ALIAS)),
            kind=kind,
            title=title,
            description=description,
            acceptance=cell(Field.ACCEPTANCE)[:TEXT_LIMIT],
            stage=self._stage(row),
            blocked=words.says_blocked(cell(Field.STATE)) or any(map(words.says_blocked, labels)),
            points=self._points(row, kind),
            labels=labels,
            parents=parents,
            group=words.typed_title(cell(Field.GROUP)).title,
            group_key=key_of(cell(Field.GROUP_ID)),
            theme=cell(Field.THEME),
            area=self._name(row, Field.AREA, cell(Field.AREA)),
            team=self._team(row, labels, key),
            iteration=self._name(row, Field.ITERATION, (mapping.cells(row, Field.ITERATION) or ("",))[-1]),
            pi=self._name(row, Field.PI, self._pi(row)),
            iteration_days=self._iteration_days(row),
            pi_days=Stretch(starts_on=self._date(row, Field.PI_START), ends_on=self._date(row, Field.PI_END)),
            due=self._date(row, Field.DUE) if self._options.place_by_due else None,
            waits_for=waits_for,
            holds=holds,
        )
        return replace(item, blocked=item.blocked or self._flag(row, Field.BLOCKED))

    def _cell(self, row: Row) -> Callable[[Field], str]:
        return lambda field: self._mapping.cell(row, field)

    def _title(self, row: Row) -> tuple[str, int | None]:
        """The title; in a table indented by columns also how deep it stands."""
        columns = self._mapping.columns.get(Field.TREE_TITLE, ())
        for depth, at in enumerate(columns):
            if row.cells[at].strip():
                return " ".join(row.cells[at].split()), depth
        return " ".join(self._mapping.cell(row, Field.TITLE).split()), None

    def _kind(self, kind: str, from_title: str, labels: tuple[str, ...]) -> str:
        """The type: the tracker's own word, a bracket in the title, or a label such as ``level: epic``."""
        if kind.casefold() not in {"", "issue"}:
            return kind
        if from_title:
            return from_title
        for label in _split_labels(labels):
            prefix, _, word = label.replace("::", ":").partition(":")
            if prefix.strip().casefold() in {"level", "type", "kind"} and word.strip():
                return word.strip()
        return kind

    def _texts(self, row: Row, title: str, description: str) -> tuple[str, str]:
        """Title and description in the length the store holds; a title cut short opens the description."""
        text = description.replace("\r\n", "\n")
        if len(title) > TITLE_LIMIT:
            self._findings.note(
                row.number,
                Field.TITLE,
                title,
                f"The title is longer than {TITLE_LIMIT} characters; "
                "it was shortened, and the whole of it put on top of the description.",
            )
            text = f"{title}\n\n{text}".strip()
            title = title[: TITLE_LIMIT - 1] + "…"
        if len(text) > TEXT_LIMIT:
            self._findings.note(
                row.number,
                Field.DESCRIPTION,
                text,
                f"The description has {len(text):,} characters; the first {TEXT_LIMIT:,} were taken.",
            )
            text = text[:TEXT_LIMIT]
        return title, text

    def _stage(self, row: Row) -> str:
        """How far the item is, in the words of feature states."""
        if self._flag(row, Field.CLOSED):
            return "done"
        state, group = self._mapping.cell(row, Field.STATE), self._mapping.cell(row, Field.STATE_GROUP)
        stage = words.stage_of(state) or words.stage_of(group)
        if stage is None and state:
            self._findings.note_once(
                row.number,
                Field.STATE,
                state,
                f"The state {state!r} is not known; items in it come in as not started.",
            )
        return stage or "funnel"

    def _points(self, row: Row, kind: str) -> float | None:
        text = self._mapping.cell(row, Field.POINTS)
        big = words.is_epic(kind) or words.is_feature(kind)
        limit = cells.SIZE_LIMIT if big else cells.POINTS_LIMIT
        return self._read(row, Field.POINTS, text, lambda value: cells.points_of(value, limit))

    def _team(self, row: Row, labels: tuple[str, ...], key: str) -> str:
        """The team in a column, in a label such as ``team: Kestrel``, else the repository."""
        named = self._mapping.cell(row, Field.TEAM) or _from_labels(labels, self._options.team_labels)
        if not named and not self._mapping.has(Field.AREA):
            home = self._mapping.cell(row, Field.REPOSITORY).rstrip("/") or key.rpartition("#")[0]
            named = home.rpartition("/")[2]
        return self._name(row, Field.TEAM, named)

    def _pi(self, row: Row) -> str:
        """The PI column; Jira's fix versions only where they look like PIs."""
        names = self._mapping.cells(row, Field.PI)
        if self._mapping.format == "jira":
            names = tuple(name for name in names if is_pi_name(name))
        return names[-1] if names else ""

    def _name(self, row: Row, field: Field, text: str) -> str:
        name = " ".join(text.split())
        if any(len(part) > NAME_LIMIT for part in name.split("\\")):
            self._findings.error(
                row.number, field, name, f"The name is longer than {NAME_LIMIT} characters. Shorten it."
            )
        return name

    def _iteration_days(self, row: Row) -> Stretch:
        starts_on, ends_on = self._date(row, Field.ITERATION_START), self._date(row, Field.ITERATION_END)
        days = self._read(row, Field.ITERATION_DAYS, self._mapping.cell(row, Field.ITERATION_DAYS), cells.days_of)
        if starts_on and days and not ends_on:
            ends_on = cells.last_day(starts_on, days)
        if starts_on and ends_on and ends_on < starts_on:
            self._findings.error(
                row.number,
                Field.ITERATION_END,
                ends_on.isoformat(),
                f"The iteration ends before it starts on {starts_on}. Correct one of the dates.",
            )
        return Stretch(starts_on=starts_on, ends_on=ends_on)

    def _links(self, row: Row, key: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The keys it waits for and those it holds up, from link columns and, where usual, from its text."""
        waits = _split_references(self._mapping.cells(row, Field.BLOCKED_BY))
        holds = _split_references(self._mapping.cells(row, Field.BLOCKS))
        if self._mapping.source in _FREE_TEXT_LINKS:
            named = named_in(text, key)
            waits, holds = (*waits, *named.waits_for), (*holds, *named.holds)
        return tuple(dict.fromkeys(waits)), tuple(dict.fromkeys(holds))

    def _flag(self, row: Row, field: Field) -> bool:
        return bool(self._read(row, field, self._mapping.cell(row, field), cells.yes))

    def _date(self, row: Row, field: Field) -> date | None:
        day_first = self._day_first.get(field)
        text = self._mapping.cell(row, field)
        return self._read(row, field, text, lambda value: cells.date_of(value, day_first=day_first))

    def _read(self, row: Row, field: Field, text: str, parse: Callable[[str], Value]) -> Value | None:
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self._findings.error(row.number, field, text, str(error))
            return None


def _split_labels(texts: tuple[str, ...]) -> tuple[str, ...]:
    parts = (part.strip() for text in texts for part in text.translate(_LABEL_BREAKS).split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _split_references(texts: tuple[str, ...]) -> tuple[str, ...]:
    parts = (part for text in texts for part in text.translate(_LABEL_BREAKS).split(","))
    return tuple(key_of(part) for part in parts if part.strip())


def _from_labels(labels: tuple[str, ...], prefix: str) -> str:
    prefixes = [prefix.casefold()] if prefix else ["team::", "team:", "team/", "squad:"]
    for label in labels:
        for start in prefixes:
            if label.casefold().startswith(start):
                return label[len(start) :].strip()
    return ""
