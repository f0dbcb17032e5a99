"""Step by step, what an import does to each thing.

The rule for fields is three-way: what the file says is taken where the train still has the value the last import
gave it. What somebody changed here since then is kept, and said.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ..interpretation import ImportPlan
from ..interpretation.own_lists import plain_text
from ..reading import Problem
from ..reading.table import Severity
from .state import State, Stored, natural_part
from .wanted import Ref, Wanted, wanted_things

_PLACE = frozenset({"pi_id", "iteration_id"})
_NEVER_IMPORTED: Mapping[str, Any] = {}
_NUMBER = re.compile(r"#\d{1,10}")
_NOWHERE = object()
"""What no column holds: the base of a row that was changed here since its export."""


class Verdict(StrEnum):
    """What happens to a thing."""

    CREATED = "created"
    CHANGED = "changed"
    KEPT = "kept"
    SAME = "same"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What an import does to one thing."""

    verdict: Verdict
    kind: str
    key: str
    row: int | None
    title: str
    subject: int | Ref | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    """Columns to write; a Ref stands for a thing made by the same import."""
    before: Mapping[str, Any] = field(default_factory=dict)
    """What the changed columns hold now."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Columns that stay as they are here, with what the file says."""
    said: Mapping[str, Any] = field(default_factory=dict)
    """What to remember as the file's word, for the next import."""
    is_remembered: bool = False
    """Whether exactly that is remembered already."""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The whole import before it happens."""

    plan: ImportPlan
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]
    state: State
    """The train it was compared with."""

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Number of things by kind and verdict; kinds in the order in which they are written."""
        found: dict[str, Counter[str]] = {}
        for step in self.steps:
            found.setdefault(step.kind, Counter())[step.verdict.value] += 1
        return {kind: dict(counter) for kind, counter in found.items()}

    def total(self, verdict: Verdict) -> int:
        """How many things get this verdict."""
        return sum(1 for step in self.steps if step.verdict is verdict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Rows that are left out."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What is worth knowing about rows that are taken."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.NOTE)

    @property
    def changes_nothing(self) -> bool:
        """Whether running it would leave the train as it is."""
        return all(step.verdict not in (Verdict.CREATED, Verdict.CHANGED) for step in self.steps)


def compare(plan: ImportPlan, state: State, today: date) -> Preview:
    """What importing the plan would do to the train. Nothing is written."""
    comparison = _Comparison(plan, state, today)
    for wanted in wanted_things(plan):
        comparison.add(wanted)
    problems = sorted(
        (*plan.problems, *comparison.problems), key=lambda each: (each.severity is Severity.NOTE, each.row or 0)
    )
    return Preview(plan=plan, steps=tuple(comparison.steps), problems=tuple(problems), state=state)


class _Comparison:
    def __init__(self, plan: ImportPlan, state: State, today: date) -> None:
        self.steps: list[Step] = []
        self.problems: list[Problem] = []
        self._plan = plan
        self._state = state
        self._today = today
        self._made: dict[Ref, Mapping[str, Any]] = {}
        self._matched: dict[Ref, int] = {}
        self._changed: dict[Ref, Mapping[str, Any]] = {}
        self._closed = frozenset(pi.id for pi in state.of("pi") if pi.values["state"] == "closed")

    def add(self, wanted: Wanted) -> None:
        """Decide about one thing; everything it refers to has been decided before."""
        if wanted.kind == "closing":
            self._close(wanted)
            return
        if wanted.kind == "dependency":
            linked = self._linked(wanted)
            if linked is None:
                return
            wanted = linked
        elif any(self._resolved(need) is None for need in wanted.needs):
            self._skip(wanted, "What it belongs to was left out.")
            return
        ref = Ref(kind=wanted.kind, key=wanted.key)
        if wanted.number is not None:
            self._bring_back(wanted, ref, wanted.number)
            return
        stored, said, gone = self._stored(wanted, ref)
        if gone:
            self._skip(wanted, "It was removed here since the last import and is not brought back.")
        elif stored is None:
            self._create(wanted, ref)
        else:
            self._matched[ref] = stored.id
            self._update(wanted, stored, said)

    def _stored(self, wanted: Wanted, ref: Ref) -> tuple[Stored | None, Mapping[str, Any], bool]:
        """The thing in the train, what the last import said about it, and whether somebody removed it since."""
        remembered = self._state.imported.get((ref.kind, ref.key))
        if remembered is not None:
            subject_id, said = remembered
            stored = self._state.get(ref.kind, subject_id)
            if stored is not None:
                return stored, said, False
            container = not wanted.values and wanted.kind != "dependency"
            if not container and (ref.kind, subject_id) not in self._state.undone:
                return None, said, True
        natural = tuple(natural_part(self._settled(part)) for part in wanted.natural)
        if natural and not any(isinstance(part, Ref) for part in natural):
            return self._state.find(wanted.kind, *natural), _NEVER_IMPORTED, False
        return None, _NEVER_IMPORTED, False

    def _bring_back(self, wanted: Wanted, ref: Ref, number: int) -> None:
        """A row of an exported list: its edits are taken if nobody has changed the thing since the export."""
        stored = self._state.numbered(wanted.kind, number)
        if stored is None:
            self._skip(
                wanted,
                f"This train has no {wanted.kind} {number} any more. Empty its number to bring it in as a new one.",
            )
            return
        self._matched[ref] = stored.id
        news = {
            column: _as_stored(self._settled(value), stored.values[column]) for column, value in wanted.values.items()
        }
        base = stored.values if wanted.version == stored.values["version"] else dict.fromkeys(news, _NOWHERE)
        self._update(replace(wanted, values=news), stored, base)

    def _create(self, wanted: Wanted, ref: Ref) -> None:
        values = {column: self._settled(value) for column, value in {**wanted.values, **wanted.at_first}.items()}
        if wanted.kind == "target" and values["pi_id"] in self._closed:
            self._skip(wanted, "Its PI is closed; what it came to is frozen.")
            return
        if values.get("pi_id") in self._closed and wanted.kind == "story":
            values["pi_id"] = values["iteration_id"] = None
            self._note(wanted, "Its PI is closed, so the story comes in without a place on the board.")
        self._made[ref] = values
        said = {column: values[column] for column in wanted.values}
        self.steps.append(self._step(wanted, Verdict.CREATED, values=values, said=said))

    def _update(self, wanted: Wanted, stored: Stored, said: Mapping[str, Any]) -> None:
        news = {column: self._settled(value) for column, value in wanted.values.items()}
        differs = {column: value for column, value in news.items() if value != stored.values[column]}
        changes = {column: value for column, value in differs.items() if _may_take(said, column, stored.values[column])}
        kept = {column: value for column, value in differs.items() if column not in changes}
        since = "export" if wanted.number is not None else "last import"
        reason = f"Changed here since the {since}: kept." if kept else ""
        frozen = self._frozen(wanted, stored, changes)
        if frozen:
            reason = "Its PI is closed; what it came to is frozen."
        torn = _PLACE if _PLACE & kept.keys() or frozen & _PLACE else frozenset()
        for column in (frozen | torn) & changes.keys():
            kept[column] = changes.pop(column)
        remembered = {**said, **{column: value for column, value in news.items() if column not in kept}}
        self._changed[Ref(kind=wanted.kind, key=wanted.key)] = {**stored.values, **changes}
        known = self._state.imported.get((wanted.kind, wanted.key))
        verdict = Verdict.CHANGED if changes else Verdict.KEPT if kept else Verdict.SAME
        self.steps.append(
            self._step(
                wanted,
                verdict,
                subject=stored.id,
                values=changes,
                before={column: stored.values[column] for column in (*changes, *kept)},
                kept=kept,
                said=remembered,
                is_remembered=wanted.number is not None or known == (stored.id, remembered),
                reason=reason,
            )
        )

    def _frozen(self, wanted: Wanted, stored: Stored, changes: Mapping[str, Any]) -> frozenset[str]:
        """Columns a closed PI does not let change."""
        if not (stored.values.get("pi_id") in self._closed or changes.get("pi_id") in self._closed):
            return frozenset()
        if wanted.kind == "target":
            return frozenset(changes)
        return _PLACE & changes.keys()

    def _linked(self, wanted: Wanted) -> Wanted | None:
        """A dependency with the columns its two ends give it, or None when an end is not to be found."""
        columns: dict[str, Any] = {}
        titles: dict[str, str] = {}
        for role in ("consumer", "provider"):
            end = wanted.at_first[role]
            found = self._end(end)
            if found is None:
                self._note(
                    wanted, f"{end.key} is neither in this file nor on the train; the link is left out.", end.key
                )
                return None
            ref, values = found
            if values.get("team_id") is None:
                self._note(wanted, f"{end.key} has no team, so nobody could answer; the link is left out.", end.key)
                return None
            columns[f"{role}_team_id"] = values["team_id"]
            columns[f"{role}_{ref.kind}_id"] = self._resolved(ref)
            titles[role] = str(values.get("title", ""))
            done = values.get("state") == "done"
            columns["state"] = "delivered" if role == "provider" and done else "identified"
        kept = {name: value for name, value in wanted.at_first.items() if name not in ("consumer", "provider")}
        return Wanted(
            kind=wanted.kind,
            key=wanted.key,
            row=wanted.row,
            title=f"{titles['consumer']} waits for {titles['provider']}",
            values={},
            at_first={**kept, **columns, "needs": titles["provider"][:500]},
            natural=wanted.natural,
        )

    def _end(self, end: Ref) -> tuple[Ref, Mapping[str, Any]] | None:
        kinds = ("story", "feature") if end.kind == "item" else (end.kind,)
        for kind in kinds:
            ref = Ref(kind=kind, key=end.key)
            if ref in self._made or ref in self._changed:
                return ref, self._made.get(ref) or self._changed[ref]
            found = self._resolved(ref)
            stored = self._state.get(kind, found) if isinstance(found, int) else None
            if stored is not None:
                return ref, stored.values
        return None

    def _close(self, wanted: Wanted) -> None:
        ref = Ref(kind="pi", key=wanted.key)
        subject = self._resolved(ref) or self._pi_named(wanted.key)
        if subject is None:
            return
        values = self._made[ref] if isinstance(subject, Ref) else self._state.things["pi"][subject].values
        if values["state"] in ("drafting", "planning") and str(values["ends_on"]) < self._today.isoformat():
            self.steps.append(
                Step(
                    verdict=Verdict.CHANGED,
                    kind="closing",
                    key=wanted.key,
                    row=None,
                    title=wanted.title,
                    subject=subject,
                    values={"state": "closed"},
                    before={"state": values["state"]},
                    reason="It is over, and the file tells what became of it.",
                )
            )

    def _pi_named(self, name: str) -> int | None:
        found = self._state.find("pi", name.casefold())
        return found.id if found else None

    def _settled(self, value: Any) -> Any:
        """A column's value as the store writes it: a date as text, a reference as id, a new thing's as Ref."""
        if isinstance(value, Ref):
            return self._resolved(value)
        return value.isoformat() if isinstance(value, date) else value

    def _resolved(self, ref: Ref) -> int | Ref | None:
        if ref in self._matched:
            return self._matched[ref]
        if ref in self._made:
            return ref
        remembered = self._state.imported.get((ref.kind, ref.key))
        if remembered is not None and self._state.get(ref.kind, remembered[0]):
            return remembered[0]
        if ref.kind in ("feature", "story") and _NUMBER.fullmatch(ref.key):
            found = self._state.numbered(ref.kind, int(ref.key[1:]))
        elif ref.kind in ("feature", "story"):
            found = self._state.find(ref.kind, self._plan.source, ref.key.casefold())
        elif ref.kind == "iteration":
            found = self._iteration(ref.key)
        else:
            found = self._state.find(ref.kind, ref.key.casefold())
        return found.id if found else None

    def _iteration(self, key: str) -> Stored | None:
        """The iteration called ``PI/name``; either name may hold slashes."""
        for cut in (at for at, sign in enumerate(key) if sign == "/"):
            owner = self._resolved(Ref(kind="pi", key=key[:cut]))
            found = self._state.find("iteration", owner, key[cut + 1 :].casefold()) if isinstance(owner, int) else None
            if found is not None:
                return found
        return None

    def _skip(self, wanted: Wanted, reason: str) -> None:
        self.steps.append(self._step(wanted, Verdict.SKIPPED, reason=reason))

    def _note(self, wanted: Wanted, message: str, value: str = "") -> None:
        self.problems.append(
            Problem(
                row=wanted.row,
                column=wanted.column,
                value=value or wanted.title,
                message=message,
                severity=Severity.NOTE,
            )
        )

    def _step(self, wanted: Wanted, verdict: Verdict, **more: Any) -> Step:
        return Step(verdict=verdict, kind=wanted.kind, key=wanted.key, row=wanted.row, title=wanted.title, **more)


def _as_stored(news: Any, present: Any) -> Any:
    """The present value where a list would show it just as the news are."""
    return present if isinstance(present, str) and plain_text(present) == news else news


def _may_take(said: Mapping[str, Any], column: str, present: Any) -> bool:
    """Whether the file's value may replace the present one.

    It may where the present one is what the last import said, or where no import spoke of the column and it is
    still empty.
    """
    return said[column] == present if column in said else present in (None, "")
