"""Writing a whole train from its document."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction

from headway.engine.errors import Conflict, Invalid
from headway.features.trains.policies import RESERVED
from headway.kit.text import tidy_text
from headway.store.models import (
    Command,
    Entry,
    ImportedRow,
    ImportRun,
    Recorded,
    Train,
)
from headway.store.portraits import columns, recorded_models
from headway.store.shapes import check_shape
from headway.store.verbs import VERBS

from .document import FORMAT, FORMAT_VERSION, HIDDEN
from .whole_train import kinds_referred_to

_MOST = 2_000_000
"""The largest identifier and number a document may hold."""
_LARGEST = 1e9
"""The largest points, size or rank a document may hold."""
_BATCH = 500


def found_train(document: Mapping[str, Any], slug: str) -> Train:
    """A new train with everything the document holds, its journal too.

    Raises:
        Conflict: the train's address is taken; give another ``slug``.
        Invalid: the document is no train, or damaged; the sentence says where.
    """
    _check_format(document)
    slug = tidy_text(slug or str(document["train"].get("slug", "")))
    if slug in RESERVED:
        raise Invalid(f"A page stands at the address “{slug}”; choose another.", code="name", field="slug", value=slug)
    if Train.objects.filter(slug=slug).exists():
        raise Conflict(f"The address “{slug}” belongs to another train; choose another.", code="taken", field="slug")
    try:
        with transaction.atomic():
            return _Founding(document, slug).write()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Invalid(
            f"The document is damaged ({type(error).__name__}: {error}). Export the train again.",
            code="import.damaged_train",
        ) from error
    except (IntegrityError, DataError) as error:
        raise Invalid(
            f"The document contradicts itself: {str(error).splitlines()[0]}.", code="import.damaged_train"
        ) from error


def _check_format(document: Mapping[str, Any]) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Invalid(
            "The file is no exported train. Choose a JSON file made by “Export, whole train”.",
            code="import.no_train",
        )
    if document.get("format_version") != FORMAT_VERSION:
        raise Invalid(
            f"The train was exported in version {document.get('format_version')!r} of the format; "
            f"this Headway reads version {FORMAT_VERSION}.",
            code="import.train_version",
        )
    parts: dict[str, type] = {
        "train": dict,
        "things": dict,
        "commands": list,
        "journal": list,
        "import_runs": list,
        "imported": list,
    }
    for part, shape in parts.items():
        if not isinstance(document.get(part), shape):
            raise Invalid(f"The document lacks its part {part!r}. Export the train again.", code="import.damaged_train")


class _Founding:
    """Writes the rows of one document. Identifiers keep their order, so a later export counts them the same way."""

    def __init__(self, document: Mapping[str, Any], slug: str) -> None:
        self._document = document
        self._slug = slug
        self._models = {kind: model for kind, model in recorded_models().items() if kind != Train.kind}
        self._references = kinds_referred_to()
        self._base: dict[str, int] = {}
        self._alive: dict[str, set[int]] = {}

    def write(self) -> Train:
        """The train, its things, its journal, and what imports remembered."""
        train = self._train()
        self._base[Train.kind] = train.pk - 1
        self._count()
        for kind, model in self._models.items():
            rows = [self._row(kind, model, train, portrait) for portrait in self._things(kind)]
            model._default_manager.bulk_create(rows, batch_size=_BATCH)  # type: ignore[arg-type]  # all of this model
        commands = self._commands(train)
        Entry.objects.bulk_create(self._entries(train, commands), batch_size=_BATCH)
        self._memory(train)
        return train

    def _train(self) -> Train:
        values = dict(self._document["train"])
        values.pop("id", None)
        self._refuse_unknown("train", values, [*columns(Train), "last_number"])
        train = Train(**{**values, "slug": self._slug, "seq": len(self._document["journal"])})
        _clean(train, "train")
        train.save(force_insert=True)
        return train

    def _things(self, kind: str) -> list[dict[str, Any]]:
        return list(self._document["things"].get(kind, []))

    def _count(self) -> None:
        """Set aside as many identifiers of each kind as the document counts, the departed ones included."""
        unknown = self._document["things"].keys() - self._models.keys()
        if unknown:
            raise Invalid(f"There is no kind of thing called {min(unknown)!r}.", code="import.damaged_train")
        highest = dict.fromkeys(self._models, 0)
        self._alive = {kind: set() for kind in self._models}
        for kind in self._models:
            for portrait in self._things(kind):
                number = _identifier(portrait["id"], kind)
                self._alive[kind].add(number)
                highest[kind] = max(highest[kind], number)
        for each in (*self._document["journal"], *self._document["imported"]):
            kind = each["kind"]
            if kind != Train.kind:
                highest[kind] = max(highest[kind], _identifier(each["subject_id"], kind))
        for kind, model in self._models.items():
            self._base[kind] = _reserve(model, highest[kind])

    def _row(self, kind: str, model: type[Recorded] | type[Train], train: Train, portrait: dict[str, Any]) -> Recorded:
        self._refuse_unknown(kind, portrait, columns(model))
        values = dict(portrait)
        for column, target in self._references[kind].items():
            if values.get(column) is not None and values[column] not in self._alive[target]:
                raise Invalid(
                    f"The {kind} {values['id']} refers to a {target} {values[column]!r} that the document lacks.",
                    code="import.damaged_train",
                )
        values = self._moved(kind, values)
        for column, value in values.items():
            check_shape(kind, column, value)
        row = model(**{**values, "train_id": train.pk})
        _clean(row, f"{kind} {portrait['id']}")
        return row  # type: ignore[return-value]  # the train's own model is not among these

    def _moved(self, kind: str, portrait: Mapping[str, Any]) -> dict[str, Any]:
        """A portrait with the identifiers of this installation, and no account."""
        values = dict(portrait)
        if values.get("id") is not None:
            values["id"] = self._base[kind] + _identifier(values["id"], kind)
        for column, target in self._references[kind].items():
            if values.get(column) is not None:
                values[column] = self._base[target] + _identifier(values[column], target)
        for column in HIDDEN.get(kind, frozenset()) & values.keys():
            values[column] = None
        return values

    def _commands(self, train: Train) -> dict[int, Command]:
        rows = {
            command["id"]: Command(
                train=train,
                uuid=command["uuid"],
                at=command["at"],
                first=_identifier(command["first"], "command"),
                last=_identifier(command["last"], "command"),
            )
            for command in self._document["commands"]
        }
        for row in rows.values():
            _clean(row, f"command {row.uuid}")
        for command in self._document["commands"]:
            row = rows[command["id"]]
            row.save(force_insert=True)
            if command["undoes"] is not None:
                row.undoes = rows[command["undoes"]]
                row.save(update_fields=["undoes"])
        return rows

    def _entries(self, train: Train, commands: Mapping[int, Command]) -> Iterable[Entry]:
        for number, entry in enumerate(self._document["journal"], start=1):
            kind, verb = entry["kind"], entry["verb"]
            if entry["number"] != number or verb not in VERBS:
                raise Invalid(
                    f"The journal is damaged at entry {number}: it should have this number and a known verb, "
                    f"but says {entry['number']!r}, {verb!r}.",
                    code="import.damaged_train",
                )
            row = Entry(
                train=train,
                number=number,
                at=entry["at"],
                actor_name=entry["actor_name"],
                verb=verb,
                kind=kind,
                subject_id=self._base[kind] + _identifier(entry["subject_id"], kind),
                before=None if entry["before"] is None else self._moved(kind, entry["before"]),
                after=None if entry["after"] is None else self._moved(kind, entry["after"]),
                command=commands[entry["command"]],
            )
            _clean(row, f"journal entry {number}")
            yield row

    def _memory(self, train: Train) -> None:
        for run in self._document["import_runs"]:
            made = ImportRun(train=train, **run)
            _clean(made, f"import of {made.file_name}")
            made.save(force_insert=True)
        rows = [
            ImportedRow(
                train=train,
                source=row["source"],
                external_id=row["external_id"],
                kind=row["kind"],
                subject_id=self._base[row["kind"]] + _identifier(row["subject_id"], row["kind"]),
                values=self._moved(row["kind"], row["values"]),
            )
            for row in self._document["imported"]
        ]
        for row in rows:
            _clean(row, f"imported {row.external_id}")
        ImportedRow.objects.bulk_create(rows, batch_size=_BATCH)

    def _refuse_unknown(self, kind: str, portrait: Mapping[str, Any], known: list[str]) -> None:
        unknown = sorted(portrait.keys() - set(known))
        if unknown:
            raise Invalid(
                f"A {kind} of the document has a field {unknown[0]!r} that this Headway does not know.",
                code="import.damaged_train",
                field=unknown[0],
            )


def _identifier(value: object, kind: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
        raise Invalid(f"{value!r} is no number of a {kind}.", code="import.damaged_train", value=str(value)[:80])
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _clean(row: models.Model, name: str) -> None:
    """Check every column but the references, which are checked by what they refer to."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, models.FloatField) and value is not None and not _is_number(value):
            raise Invalid(
                f"The {name} of the document: {field.name} {str(value)[:80]!r} is no number that makes sense here.",
                code="import.damaged_train",
                field=field.name,
            )
    skipped = [field.name for field in row._meta.concrete_fields if field.is_relation or field.name == "id"]
    skipped += [field.name for field in row._meta.concrete_fields if isinstance(field, models.JSONField)]
    try:
        row.clean_fields(exclude=skipped)
    except ValidationError as error:
        column, sentences = next(iter(error.message_dict.items()))
        raise Invalid(
            f"The {name} of the document: {column} {getattr(row, column, '')!r}. {sentences[0]}",
            code="import.damaged_train",
            field=column,
        ) from error


def _reserve(model: type[models.Model], count: int) -> int:
    """Set aside `count` identifiers of a table; they begin after the returned one and are never given out again."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Nobody may take a number between reading and moving the sequence.
            cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [f'"{table}"'])
            base = int(cursor.fetchone()[0])
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [f'"{table}"', base + count])
            return base
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        if found is None:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
            return 0
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
        return int(found[0])
