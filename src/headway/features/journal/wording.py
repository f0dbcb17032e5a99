"""Journal entries in words: a sentence each, and what changed, with names instead of ids."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.urls import reverse

from headway.kit.access import Actor
from headway.live.messages import sentence
from headway.store.models import Entry, Iteration
from headway.store.portraits import columns, model_of, references
from headway.store.verbs import VERBS

NOTHING = "nothing"
LONGEST = 160

ABOUT = {
    "membership": ("person_id", "team_id"),
    "role": ("person_id",),
    "absence": ("person_id",),
    "capacity": ("team_id", "iteration_id"),
    "target": ("feature_id", "pi_id"),
    "comment": ("feature_id", "dependency_id"),
    "task": ("story_id",),
    "iteration": ("pi_id",),
    "proposal": ("pi_id",),
    "proposal_part": ("proposal_id", "team_id"),
}
"""What a thing without a telling name of its own is about."""

_LABELS = {"pi_id": "PI", "color": "colour", "is_ip": "IP iteration", "text": "text"}
_PAGES = {"feature": "feature", "story": "story", "dependency": "dependency", "proposal": "proposal"}
_TARGETED = {
    "target.created": "brought it into",
    "target.edited": "noted how it stands in",
    "target.removed": "took it out of",
}
_UNTOLD = {"id", "version", "number"}

Names = dict[tuple[str, int], str]


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One field: what it was, and what it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """One journal entry as people read it."""

    number: int
    at: datetime
    actor_name: str
    sentence: str
    brief: str
    changes: tuple[Changed, ...]
    url: str
    command: UUID | None


def tell(actor: Actor, entries: Sequence[Entry]) -> list[Told]:
    """The entries in words; names are looked up with one query for each kind of thing that is mentioned."""
    names = _names(actor, entries)
    return [_told(actor, entry, names) for entry in entries]


def _told(actor: Actor, entry: Entry, names: Names) -> Told:
    return Told(
        number=entry.number,
        at=entry.at,
        actor_name=entry.actor_name,
        sentence=sentence(entry) + _about(entry, names),
        brief=_brief(entry, names),
        changes=tuple(_changes(entry, names)),
        url=_url(actor, entry),
        command=entry.command.uuid,
    )


def _brief(entry: Entry, names: Names) -> str:
    """The sentence for a page that is about the thing itself."""
    if entry.kind in _PAGES:
        return f"{entry.actor_name} {VERBS[entry.verb].reads} it"
    if entry.verb in _TARGETED:
        pi = _value("target", "pi_id", (entry.after or entry.before or {}).get("pi_id"), names)
        return f"{entry.actor_name} {_TARGETED[entry.verb]} {pi}"
    if entry.kind == "task":
        return sentence(entry)
    return sentence(entry) + _about(entry, names)


def _about(entry: Entry, names: Names) -> str:
    row = entry.after or entry.before or {}
    told = [
        _value(entry.kind, column, row.get(column), names) for column in ABOUT.get(entry.kind, ()) if row.get(column)
    ]
    if entry.kind == "role":
        told.append(_value("role", "role", row.get("role"), names))
    if entry.kind == "comment":
        told.append(f"“{_short(str(row.get('text', '')))}”")
    return f": {', '.join(told)}" if told else ""


def _changes(entry: Entry, names: Names) -> Iterable[Changed]:
    if entry.before is None or entry.after is None:
        return
    # "PI 3 I2" says the PI already.
    untold = _UNTOLD | {"pi_id"} if entry.after.get("iteration_id") else _UNTOLD
    # In the model's order: PostgreSQL keeps the keys of a portrait in an order of its own.
    for column in columns(model_of(entry.kind)):
        if column in untold or column not in entry.before:
            continue
        yield Changed(
            label=_label(column),
            before=_value(entry.kind, column, entry.before[column], names),
            after=_value(entry.kind, column, entry.after.get(column), names),
        )


def _label(column: str) -> str:
    return _LABELS.get(column, column.removesuffix("_id").replace("_", " "))


def _value(kind: str, column: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    model = model_of(kind)
    target = references(model).get(column)
    if target is not None:
        return names.get((target._meta.label, value), f"{target._meta.verbose_name} {value} (removed)")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | dict):
        return f"{len(value)} {column}" if len(value) != 1 else f"1 {column.removesuffix('s')}"
    field = next((each for each in model._meta.concrete_fields if each.attname == column), None)
    choices = dict(field.flatchoices) if field is not None else {}
    return _short(str(choices.get(value, value)))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _names(actor: Actor, entries: Iterable[Entry]) -> Names:
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for entry in entries:
        refers = references(model_of(entry.kind))
        mentioned = {*ABOUT.get(entry.kind, ()), *(entry.before or {} if entry.after else ())} & refers.keys()
        for column in mentioned:
            for row in (entry.before, entry.after):
                if row and row.get(column) is not None:
                    wanted[refers[column]].add(row[column])
    names: Names = {}
    for model, ids in wanted.items():
        rows: Any = model._default_manager.filter(train_id=actor.train_id, pk__in=ids)
        if model is Iteration:
            rows = rows.select_related("pi")
        names |= {(model._meta.label, row.pk): _name(row) for row in rows}
    return names


def _name(row: Any) -> str:
    if isinstance(row, Iteration):
        return f"{row.pi.name} {row.name}"
    number = getattr(row, "number", None)
    if number is not None and row.kind in _PAGES and row.kind != "proposal":
        return f"{row.kind} {number} “{_short(str(row))}”"
    return _short(str(row))


def _url(actor: Actor, entry: Entry) -> str:
    row = entry.after
    if row is None or entry.kind not in _PAGES or not row.get("number"):
        return ""
    return reverse(_PAGES[entry.kind], kwargs={"slug": actor.train_slug, "number": row["number"]})
