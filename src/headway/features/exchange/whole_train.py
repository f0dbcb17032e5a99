"""Reading the whole of a train for a document."""

from typing import Any

from headway.kit.access import Actor
from headway.store.models import Command, Entry, ImportedRow, ImportRun, Train
from headway.store.portraits import portrait, recorded_models, references, snapshot

from .document import FORMAT, FORMAT_VERSION, References, renumbered
from .policies import require_export


def kinds_referred_to() -> References:
    """Kind → column → the kind it refers to, for every recorded model."""
    return {
        kind: {column: getattr(target, "kind", "") for column, target in references(model).items()}
        for kind, model in recorded_models().items()
    }


def export_train(actor: Actor) -> dict[str, Any]:
    """The whole train with its journal as JSON values: importing it again gives an identical train.

    Accounts are left out: who signs in as whom is a matter of the installation.

    Raises:
        Forbidden: the actor may not see the train.
    """
    require_export(actor)
    train = Train.objects.get(pk=actor.train_id)
    things = snapshot(train)
    del things[Train.kind]
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "train": {**portrait(train), "last_number": train.last_number},
        "things": {kind: list(portraits.values()) for kind, portraits in things.items()},
        "commands": _commands(train),
        "journal": _journal(train),
        "import_runs": _runs(train),
        "imported": _imported(train),
    }
    return renumbered(document, kinds_referred_to())


def _commands(train: Train) -> list[dict[str, Any]]:
    rows = Command.objects.filter(train=train).order_by("pk")
    return [
        {
            "id": command.pk,
            "uuid": str(command.uuid),
            "at": command.at.isoformat(),
            "first": command.first,
            "last": command.last,
            "undoes": command.undoes_id,
        }
        for command in rows
    ]


def _journal(train: Train) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(train=train).order_by("number")
    return [
        {
            "number": entry.number,
            "at": entry.at.isoformat(),
            "actor_name": entry.actor_name,
            "verb": entry.verb,
            "kind": entry.kind,
            "subject_id": entry.subject_id,
            "before": entry.before,
            "after": entry.after,
            "command": entry.command_id,
        }
        for entry in rows.iterator()
    ]


def _runs(train: Train) -> list[dict[str, Any]]:
    rows = ImportRun.objects.filter(train=train).order_by("pk")
    return [
        {
            "source": run.source,
            "file_name": run.file_name,
            "digest": run.digest,
            "at": run.at.isoformat(),
            "actor_name": run.actor_name,
            "counts": run.counts,
        }
        for run in rows
    ]


def _imported(train: Train) -> list[dict[str, Any]]:
    rows = ImportedRow.objects.filter(train=train).order_by("source", "kind", "external_id")
    return [
        {
            "source": row.source,
            "external_id": row.external_id,
            "kind": row.kind,
            "subject_id": row.subject_id,
            "values": row.values,
        }
        for row in rows.iterator()
    ]
