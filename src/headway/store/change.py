"""The write frame: one transaction, the change, and its numbered entries in the journal.

``change`` first raises the train's number. That row update is the train's write lock on SQLite and PostgreSQL
alike, and it is what makes journal numbers gapless and ordered by commit.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.dispatch import Signal

from headway.engine.errors import Conflict, Invalid, Missing
from headway.kit import clock
from headway.kit.access import Actor
from headway.store.models import Command, Entry, Recorded, Train
from headway.store.portraits import Portrait, model_of, parse_value, portrait, row_from
from headway.store.verbs import VERBS

Row = TypeVar("Row", bound=Recorded)
AnyRow = TypeVar("AnyRow", bound=Recorded | Train)
P = ParamSpec("P")

journal_grew = Signal()
"""Sent after a commit with ``train_id`` and ``number``; the live hub listens."""

ACTIONS: dict[str, Callable[..., "Outcome"]] = {}
"""Every action of the house by ``feature.name``; the house tests walk it."""

# SQLite lets one writer in at a time anyway; waiting here in turn costs far less than its busy handler.
_one_writer = threading.RLock()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an action did: the entries it wrote (none when nothing had to change)."""

    train_id: int
    number: int
    entries: tuple[Entry, ...] = ()

    @property
    def subject(self) -> Any:
        """The row of the first entry, as it is now."""
        if not self.entries:
            raise Missing("Nothing had to change, so there is nothing to show.", code="unchanged")
        first = self.entries[0]
        return model_of(first.kind)._default_manager.get(pk=first.subject_id)


class _AlreadyDone(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__("this command has been carried out before")
        self.outcome = outcome


def action(function: Callable[P, Outcome]) -> Callable[P, Outcome]:
    """Mark a function as an action: registered for the house tests, and a retried command answers as it did before."""

    @wraps(function)
    def carried_out_once(*args: P.args, **kwargs: P.kwargs) -> Outcome:
        try:
            return function(*args, **kwargs)
        except _AlreadyDone as done:
            return done.outcome

    room = function.__module__.removeprefix("headway.features.").split(".")[0]
    ACTIONS[f"{room}.{function.__name__}"] = carried_out_once
    return carried_out_once


@dataclass(kw_only=True)
class Frame:
    """An open write. All changes to recorded rows go through it."""

    actor: Actor
    train: Train
    at: datetime
    command: Command
    first: int
    last_number: int
    entries: list[Entry] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """What has been written so far."""
        last = self.entries[-1].number if self.entries else self.first - 1
        return Outcome(train_id=self.train.pk, number=last, entries=tuple(self.entries))

    def get(self, model: type[Row], **lookup: Any) -> Row:
        """The row of this train, or :class:`Missing`; a row of another train is as missing as no row."""
        try:
            return model._default_manager.get(train_id=self.train.pk, **lookup)
        except (model.DoesNotExist, OverflowError):  # SQLite cannot even ask for a number beyond 64 bits
            raise missing(model, **lookup) from None

    def next_number(self) -> int:
        """A new number for a feature, story or dependency of this train."""
        self.train.last_number += 1
        return self.train.last_number

    def create(self, row: Row, verb: str) -> Row:
        """Add a row."""
        return self.create_many([row], verb)[0]

    def create_many(self, rows: Iterable[Row], verb: str) -> list[Row]:
        """Add rows of one model, an entry each."""
        rows = list(rows)
        if not rows:
            return rows
        for row in rows:
            row.train_id = self.train.pk
            _refuse_overlong(row)
        try:
            made = type(rows[0])._default_manager.bulk_create(rows, batch_size=200)
        except IntegrityError as error:
            raise _taken(rows[0], error) from error
        for row in made:
            self._record(verb, row, before=None, after=portrait(row))
        return made

    def record_founding(self) -> None:
        """The first entry of a train's journal: the train itself."""
        self._record("train.created", self.train, before=None, after=portrait(self.train))

    def update(self, row: AnyRow, verb: str, *, seen: int | None = None, **values: Any) -> AnyRow:
        """Change columns of a row.

        ``seen`` is the version on which the caller decided. Somebody else's change since then is a clash only
        where it touched the same columns.

        Raises:
            Conflict: with the present portrait, when it did.
        """
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not changed:
            return row
        if seen is not None and seen != row.version:
            self._refuse_clash(row, seen, changed)
        before = {name: each for name, each in portrait(row).items() if name in changed}
        for name, value in changed.items():
            setattr(row, name, value)
        _refuse_overlong(row)
        row.version += 1
        self._write(row, list(changed))
        self._record(verb, row, before=before, after=portrait(row))
        return row

    def delete(self, row: Recorded, verb: str) -> None:
        """Remove a row, with what hangs on it; each loss and each loosened link gets its own entry."""
        # `related_objects` leaves out relations without a name of their own (`related_name="+"`).
        for relation in row._meta.get_fields(include_hidden=True):
            if not isinstance(relation, models.ManyToOneRel) or not issubclass(relation.related_model, Recorded):
                continue
            model: type[Recorded] = relation.related_model
            name = relation.field.name
            for related in model._default_manager.filter(**{name: row}).order_by("pk"):
                if relation.on_delete is models.CASCADE:
                    self.delete(related, f"{related.kind}.removed")
                else:
                    self.update(related, f"{related.kind}.edited", **{relation.field.attname: None})
        gone = portrait(row)
        subject_id = row.pk
        type(row)._default_manager.filter(pk=row.pk).delete()
        self._add_entry(verb, row.kind, subject_id, before=gone, after=None)

    def restore(self, kind: str, subject_id: int, before: Portrait | None, verb: str) -> None:
        """Put a thing back as ``before`` an entry: remove it, set its old columns, or bring it back whole.

        Raises:
            Conflict: others have built on it since, or something that it referred to is gone.
        """
        model = model_of(kind)
        row = model._default_manager.filter(pk=subject_id).first()
        if before is None:
            if isinstance(row, Recorded):
                _refuse_built_on(row)
                self.delete(row, verb)
            return
        _refuse_lost(model, before)
        if row is None:
            fresh = row_from(kind, self.train.pk, before)
            fresh.version += 1
            try:
                with transaction.atomic():
                    fresh.save(force_insert=True)
            except IntegrityError as error:
                raise _taken(fresh, error) from error
            self._record(verb, fresh, before=None, after=portrait(fresh))
        else:
            self.update(row, verb, **{name: parse_value(model, name, value) for name, value in before.items()})

    def _write(self, row: Recorded | Train, names: list[str]) -> None:
        values = {name: getattr(row, name) for name in [*names, "version"]}
        try:
            written = type(row)._default_manager.filter(pk=row.pk, version=row.version - 1).update(**values)
        except IntegrityError as error:
            raise _taken(row, error) from error
        if written != 1:
            raise Conflict(f"“{row}” was changed by somebody else just now.", code="stale", present=portrait(row))

    def _refuse_clash(self, row: Recorded | Train, seen: int, changed: dict[str, Any]) -> None:
        entries = Entry.objects.filter(train_id=self.train.pk, kind=row.kind, subject_id=row.pk)
        since = [entry for entry in entries.order_by("-number")[:200] if (entry.after or {}).get("version", 0) > seen]
        touched = {name for entry in since for name in (entry.before or {})}
        clashing = sorted(touched & changed.keys())
        if clashing or seen > row.version:
            who = since[0].actor_name if since else "somebody"
            fields = ", ".join(name.removesuffix("_id").replace("_", " ") for name in clashing) or "version"
            raise Conflict(
                f"{who} changed “{row}” ({fields}) after you had last seen it. Have a look and decide again.",
                code="stale",
                present=portrait(row),
                fields=clashing,
            )

    def _record(self, verb: str, row: Recorded | Train, *, before: Portrait | None, after: Portrait | None) -> None:
        self._add_entry(verb, row.kind, row.pk, before=before, after=after)

    def _add_entry(
        self, verb: str, kind: str, subject_id: int, *, before: Portrait | None, after: Portrait | None
    ) -> None:
        if verb not in VERBS:
            raise LookupError(f"The journal has no verb {verb!r}; declare it in headway.store.verbs")
        self.entries.append(
            Entry(
                train=self.train,
                number=self.first + len(self.entries),
                at=self.at,
                user_id=self.actor.user_id,
                actor_name=self.actor.name,
                verb=verb,
                kind=kind,
                subject_id=subject_id,
                before=before,
                after=after,
                command=self.command,
            )
        )


@contextmanager
def change(actor: Actor, command_id: UUID | None = None) -> Iterator[Frame]:
    """Open the write frame for the actor's train.

    Everything inside happens wholly or not at all. A ``command_id`` that has been carried out already ends the
    action there and then with its first outcome (see :func:`action`).

    Raises:
        Missing: the train is gone.
        Conflict: the command id was used by somebody else.
    """
    turn = _one_writer if connection.vendor == "sqlite" else nullcontext()
    with turn, transaction.atomic():
        if not Train.objects.filter(pk=actor.train_id).update(seq=F("seq") + 1):
            raise Missing("This train is no longer there.", code="train_missing")
        train = Train.objects.get(pk=actor.train_id)
        if command_id is not None:
            _stop_if_done(actor, command_id)
        frame = _open(actor, train, command_id or uuid4())
        yield frame
        _close(frame)


def missing(model: type[models.Model], **lookup: Any) -> Missing:
    """The error for a row that is not there (or not for this train)."""
    noun = str(model._meta.verbose_name)
    what = ", ".join(str(value) for value in lookup.values())
    return Missing(f"There is no {noun} {what} on this train.", code=f"{noun.replace(' ', '_')}_missing")


def _open(actor: Actor, train: Train, command_id: UUID) -> Frame:
    at = clock.now()
    command = Command(train=train, uuid=command_id, user_id=actor.user_id, at=at)
    return Frame(actor=actor, train=train, at=at, command=command, first=train.seq, last_number=train.last_number)


def _close(frame: Frame) -> None:
    train, entries = frame.train, frame.entries
    last = frame.first - 1 + len(entries)
    if last != train.seq or train.last_number != frame.last_number:
        Train.objects.filter(pk=train.pk).update(seq=last, last_number=train.last_number)
    if not entries:
        return
    frame.command.first, frame.command.last = frame.first, last
    frame.command.save(force_insert=True)
    Entry.objects.bulk_create(entries, batch_size=200)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # delivered to every process when this commits
            cursor.execute("SELECT pg_notify('headway_journal', %s)", [str(train.pk)])
    transaction.on_commit(lambda: journal_grew.send(sender=Frame, train_id=train.pk, number=last))


def _stop_if_done(actor: Actor, command_id: UUID) -> None:
    done = Command.objects.filter(train_id=actor.train_id, uuid=command_id).first()
    if done is None:
        return
    if done.user_id != actor.user_id:
        raise Conflict(f"The command id {command_id} was used by somebody else; send a new one.", code="command_taken")
    # The number raised a moment ago is given back with the transaction.
    raise _AlreadyDone(Outcome(train_id=actor.train_id, number=done.last, entries=tuple(done.entries.all())))


def _taken(row: models.Model, error: IntegrityError) -> Exception:
    return Invalid(
        f"“{row}” cannot be saved as it is: something with the same name or place exists already.",
        code="taken",
        detail=str(error).splitlines()[0],
    )


def _refuse_built_on(row: Recorded) -> None:
    """What others have hung on a thing since it was made is not removed along with it."""
    for relation in row._meta.related_objects:
        model = relation.related_model
        if not (isinstance(model, type) and issubclass(model, Recorded)):
            continue
        hanging = model._default_manager.filter(**{relation.field.name: row}).first()
        if hanging is not None:
            raise Conflict(
                f"“{row}” has been built on since ({model._meta.verbose_name} “{hanging}”), so making it is not taken "
                "back. Remove it instead, if it has to go.",
                code="built_on",
                present=portrait(row),
            )


def _refuse_lost(model: type[models.Model], values: Portrait) -> None:
    """A thing does not come back pointing at something that is gone."""
    for each in model._meta.concrete_fields:
        wanted = values.get(each.attname)
        if not isinstance(each, models.ForeignKey) or each.name == "train" or wanted is None:
            continue
        target: type[models.Model] = each.related_model
        if not target._default_manager.filter(pk=wanted).exists():
            raise Conflict(
                f"This cannot be taken back: the {target._meta.verbose_name} it belonged to has been removed since.",
                code="gone_since",
                field=each.name,
            )


def _refuse_overlong(row: models.Model) -> None:
    for each in row._meta.concrete_fields:
        value = getattr(row, each.attname)
        if isinstance(value, str) and each.max_length and len(value) > each.max_length:
            raise Invalid(
                f"{str(each.verbose_name).capitalize()} may have {each.max_length:,} characters; "
                f"this one has {len(value):,}. Please shorten it.",
                code="too_long",
                field=each.name,
                value=value[:80],
            )
