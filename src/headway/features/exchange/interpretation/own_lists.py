"""The lists of features and stories Headway exports, come back from a spreadsheet.

A row of this very train is known by its number, and its version tells whether anybody changed it since the export.
A row without a number is new; one of another train is known by that train and its number there.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ..headings import Field, Mapping
from ..reading import Row, Table
from . import cells
from .findings import Findings
from .items import NAME_LIMIT, TEXT_LIMIT, TITLE_LIMIT
from .options import Options
from .plan import ImportPlan, OwnValue, TargetValue
from .references import content_key

OWN_LISTS = {"headway-features": "feature", "headway-stories": "story"}
"""Kinds of things by the format of their list."""

_FEATURE_STATES = ("funnel", "analysing", "ready", "planned", "in progress", "validating", "done")
_STORY_STATES = {"to do": "todo", "in progress": "in_progress", "in review": "review", "done": "done"}
_STATES = {"feature": {word: word.replace(" ", "_") for word in _FEATURE_STATES}, "story": _STORY_STATES}
_TYPES = {"business": "feature", "enabler": "enabler"}
_ENABLERS = {word: word for word in ("architecture", "infrastructure", "compliance", "exploration")}
_WSJF = (Field.USER_VALUE, Field.TIME_CRITICALITY, Field.RISK_OPPORTUNITY, Field.JOB_SIZE)
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LARGEST = 2**31 - 1


def interpret_own_list(table: Table, mapping: Mapping, options: Options) -> ImportPlan:
    """The plan of a list Headway exported; all rows are of one kind."""
    findings = Findings(mapping)
    reader = _Reader(OWN_LISTS[mapping.format], mapping, options, findings)
    values: dict[str, OwnValue] = {}
    targets: list[TargetValue] = []
    for row in table.rows:
        value = reader.value(row)
        if value is None or row.number in findings.refused:
            continue
        if value.key in values:
            findings.error(
                row.number,
                Field.ID,
                mapping.cell(row, Field.ID) or value.title,
                f"The same item already stands in row {values[value.key].row}. Remove one of the two rows.",
            )
            continue
        values[value.key] = value
        targets.extend(reader.targets(row, value.key))
    return ImportPlan(
        format=mapping.format,
        source=mapping.source,
        rows=len(table.rows),
        own=tuple(values.values()),
        targets=tuple(targets),
        problems=findings.all(),
    )


def plain_text(text: str) -> str:
    """A text as it comes back from a list: without the apostrophe against formulas, line ends as everywhere."""
    text = text.replace("\r\n", "\n")
    return (text[1:] if text.startswith("'") and text[1:].startswith(_ACTIVE) else text).strip()


class _Reader:
    """Reads one row after the other."""

    def __init__(self, kind: str, mapping: Mapping, options: Options, findings: Findings) -> None:
        self._kind = kind
        self._mapping = mapping
        self._options = options
        self._findings = findings
        self._pis = {pi.name.casefold(): pi for pi in options.calendar}

    def value(self, row: Row) -> OwnValue | None:
        """What the row says, or None after an error that leaves nothing to read on."""
        title = self._text(row, Field.TITLE, TITLE_LIMIT)
        if not title:
            self._findings.error(
                row.number, Field.TITLE, "", "The row has no title. Fill the title, or remove the row."
            )
            return None
        number = self._read(row, Field.ID, partial(_whole, lowest=1, highest=_LARGEST))
        train = self._mapping.cell(row, Field.TRAIN)
        is_ours = number is not None and train == self._options.train
        key = content_key(self._kind, title) if number is None else _key(number, train, self._options.train)
        return OwnValue(
            kind=self._kind,
            key=key,
            row=row.number,
            title=title,
            number=number if is_ours else None,
            version=self._read(row, Field.VERSION, partial(_whole, lowest=0, highest=_LARGEST)) or 0,
            columns={"title": title, **self._columns(row)},
            names=dict(self._names(row, train)),
            source=self._mapping.cell(row, Field.SOURCE)[:40] or self._mapping.source,
            external_id=self._mapping.cell(row, Field.FOREIGN_ID)[:200] or key,
        )

    def targets(self, row: Row, key: str) -> Iterator[TargetValue]:
        """The PIs a feature is aimed at; the list joins their names with commas."""
        if self._kind != "feature":
            return
        for name in self._listed_pis(self._mapping.cell(row, Field.PI)):
            if name.casefold() in self._pis:
                yield TargetValue(key=f"{key}@{name}"[:200], row=row.number, feature=key, pi=name)
            else:
                self._findings.note(
                    row.number, Field.PI, name, f"This train has no PI {name!r}; the feature comes in without it."
                )

    def _listed_pis(self, text: str) -> list[str]:
        """Names of PIs, which may hold commas themselves."""
        parts = [part.strip() for part in text.split(",")]
        names: list[str] = []
        while parts:
            lengths = (n for n in range(len(parts), 1, -1) if ", ".join(parts[:n]).casefold() in self._pis)
            length = next(lengths, 1)
            names.append(", ".join(parts[:length]))
            del parts[:length]
        return [name for name in names if name]

    def _columns(self, row: Row) -> dict[str, Any]:
        """The plain columns; only those the list has."""
        found: dict[str, Any] = {}
        has = self._mapping.has
        if has(Field.DESCRIPTION):
            found["description"] = self._text(row, Field.DESCRIPTION, TEXT_LIMIT)
        if has(Field.ACCEPTANCE):
            found["acceptance_criteria"] = self._text(row, Field.ACCEPTANCE, TEXT_LIMIT)
        if has(Field.BENEFIT):
            found["benefit_hypothesis"] = self._text(row, Field.BENEFIT, 4000)
        if self._mapping.cell(row, Field.STATE):
            found["state"] = self._word(row, Field.STATE, _STATES[self._kind])
        if self._mapping.cell(row, Field.KIND):
            found["type"] = self._word(row, Field.KIND, _TYPES)
            kind = self._word(row, Field.ENABLER, _ENABLERS) if found["type"] == "enabler" else ""
            found["enabler_kind"] = kind or ""
        if has(Field.POINTS):
            is_feature = self._kind == "feature"
            limit = cells.SIZE_LIMIT if is_feature else cells.POINTS_LIMIT
            read = self._read(row, Field.POINTS, partial(cells.points_of, limit=limit))
            found["size" if is_feature else "points"] = read
        if has(Field.BLOCKED):
            found["blocked"] = bool(self._read(row, Field.BLOCKED, cells.yes))
        for part in _WSJF:
            if has(part):
                found[part.value] = self._read(row, part, partial(_whole, lowest=1, highest=20))
        return found

    def _names(self, row: Row, train: str) -> Iterator[tuple[str, tuple[str, str] | None]]:
        """The columns that refer to other things; None where the cell is empty."""
        has, cell = self._mapping.has, partial(self._mapping.cell, row)
        for column, kind, meaning, limit in (
            ("theme_id", "theme", Field.THEME, 120),
            ("team_id", "team", Field.TEAM, NAME_LIMIT),
        ):
            if has(meaning):
                name = self._text(row, meaning, limit)
                yield column, (kind, name) if name else None
        if self._kind == "feature":
            return
        if has(Field.PARENT):
            number = self._read(row, Field.PARENT, partial(_whole, lowest=1, highest=_LARGEST))
            yield (
                "feature_id",
                ("feature", _key(number, train or self._options.train, self._options.train)) if number else None,
            )
            if number is None and cell(Field.GROUP):
                self._findings.note(
                    row.number,
                    Field.GROUP,
                    cell(Field.GROUP),
                    f"A feature is known by its number here. Fill the column {self._mapping.heading(Field.PARENT)!r}.",
                )
        if has(Field.PI) and has(Field.ITERATION):
            yield from self._place(row)

    def _place(self, row: Row) -> Iterator[tuple[str, tuple[str, str] | None]]:
        """PI and iteration together; they are taken only where this train has both."""
        pi, iteration = self._text(row, Field.PI, TITLE_LIMIT), self._text(row, Field.ITERATION, TITLE_LIMIT)
        known = self._pis.get(pi.casefold())
        iterations = {each.name.casefold() for each in known.iterations} if known else set()
        if iteration and not pi:
            self._findings.error(row.number, Field.ITERATION, iteration, "An iteration needs its PI. Fill the PI.")
        elif pi and known is None:
            self._findings.note(row.number, Field.PI, pi, f"This train has no PI {pi!r}; the place is not taken over.")
        elif iteration and iteration.casefold() not in iterations:
            self._findings.note(
                row.number,
                Field.ITERATION,
                iteration,
                f"{pi} has no iteration {iteration!r}; the place is not taken over.",
            )
        else:
            yield "pi_id", ("pi", pi) if pi else None
            yield "iteration_id", ("iteration", f"{pi}/{iteration}") if iteration else None

    def _text(self, row: Row, meaning: Field, limit: int) -> str:
        text = plain_text(self._mapping.cell(row, meaning))
        if len(text) > limit:
            self._findings.error(
                row.number, meaning, text, f"It has {len(text):,} characters; up to {limit:,} fit. Shorten it."
            )
        return text

    def _word(self, row: Row, meaning: Field, words: dict[str, str]) -> str | None:
        text = self._mapping.cell(row, meaning)
        if text and text.casefold() not in words:
            allowed = ", ".join(word.capitalize() for word in words)
            self._findings.error(row.number, meaning, text, f"{text!r} is none of: {allowed}. Write one of these.")
        return words.get(text.casefold())

    def _read(self, row: Row, meaning: Field, parse: Callable[[str], Any]) -> Any:
        text = self._mapping.cell(row, meaning)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self._findings.error(row.number, meaning, text, str(error))
            return None


def _key(number: int, train: str, here: str) -> str:
    return f"#{number}" if train == here else f"{train}#{number}"


def _whole(text: str, *, lowest: int, highest: int) -> int:
    """A whole number in a range. Raises `ValueError` with a sentence."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if value != value or not lowest <= value <= highest or value != int(value):
        raise ValueError(f"{text!r} is no whole number from {lowest:,} to {highest:,}. Correct the cell.")
    return int(value)
