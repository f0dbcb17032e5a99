"""Uploaded files between the steps of an import: on disk, per person, bounded and expiring."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from headway.engine.errors import Invalid, Missing
from headway.kit import clock
from headway.kit.access import Actor
from headway.kit.settings import settings

from .choices import Choices, choices_of
from .policies import UPLOAD_LIFETIME, UPLOADS_PER_PERSON, require_import


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file somebody uploaded into one train, and what they have decided about it so far."""

    id: UUID
    file_name: str
    data: bytes
    choices: Choices

    @property
    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return digest_of(self.data)


def digest_of(data: bytes) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def keep(actor: Actor, file_name: str, data: bytes) -> UUID:
    """Keep a file for this person until the import is decided; the oldest make room.

    Raises:
        Forbidden: the actor may not import work.
        Invalid: the file is larger than this installation accepts.
    """
    require_import(actor)
    check_size(len(data))
    folder = _folder(actor)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_room(folder)
    upload_id = uuid4()
    (folder / f"{upload_id}.bin").write_bytes(data)
    _write(folder, upload_id, Path(file_name).name[:200], Choices())
    return upload_id


def check_size(size: int) -> None:
    """Raise `Invalid` for a file larger than this installation accepts."""
    bound = settings().max_upload_mb
    if size > bound * 1024 * 1024:
        raise Invalid(
            f"The file has {size:,} bytes; this installation accepts up to {bound} MiB. "
            "Export fewer columns, or split it.",
            code="import.too_large",
            field="file",
            value=size,
        )


def fetch(actor: Actor, upload_id: UUID) -> Upload:
    """The file with what was decided about it.

    Raises:
        Missing: it expired, was imported already, or belongs to somebody else.
    """
    require_import(actor)
    folder = _folder(actor)
    try:
        facts = json.loads((folder / f"{upload_id}.json").read_text())
        data = (folder / f"{upload_id}.bin").read_bytes()
    except FileNotFoundError:
        raise Missing(
            "This upload is no longer there: it was imported, discarded, or waited for more than a day. "
            "Please upload the file again.",
            code="upload_missing",
        ) from None
    return Upload(id=upload_id, file_name=facts["file_name"], data=data, choices=choices_of(facts["choices"]))


def decide(actor: Actor, upload: Upload, choices: Choices) -> None:
    """Remember what was decided about the file."""
    require_import(actor)
    _write(_folder(actor), upload.id, upload.file_name, choices)


def discard(actor: Actor, upload_id: UUID) -> None:
    """Forget the file."""
    for ending in ("bin", "json"):
        (_folder(actor) / f"{upload_id}.{ending}").unlink(missing_ok=True)


def _folder(actor: Actor) -> Path:
    return settings().data_dir / "uploads" / f"{actor.train_id}-{actor.user_id}"


def _write(folder: Path, upload_id: UUID, file_name: str, choices: Choices) -> None:
    facts = {"file_name": file_name, "choices": choices.plain()}
    (folder / f"{upload_id}.json").write_text(json.dumps(facts))


def _make_room(folder: Path) -> None:
    """Remove what has expired anywhere, and the oldest of this person beyond the bound."""
    oldest_kept = (clock.now() - UPLOAD_LIFETIME).timestamp()
    for path in folder.parent.glob("*/*"):
        if path.stat().st_mtime < oldest_kept:
            path.unlink(missing_ok=True)
    mine = sorted(folder.glob("*.bin"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in mine[UPLOADS_PER_PERSON - 1 :]:
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)
