"""``headway doctor``."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import click

from headway.cli import prepare
from headway.cli.database import pending_migrations, reach, sqlite_file
from headway.engine.errors import HeadwayError

LITTLE_SPACE = 1024**3
TOO_LITTLE_SPACE = 100 * 1024**2


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: what was found, and what to do about it."""

    level: Literal["ok", "note", "fault"]
    what: str
    remedy: str = ""


Check = Callable[[], Iterator[Finding]]


@click.command("doctor")
@click.option("--deep", is_flag=True, help="Also hold every single thing against its last journal entry.")
@click.pass_context
def command(ctx: click.Context, deep: bool) -> None:
    """Check the installation and say what to do.

    Looks at settings, data folder, database, migrations, the journal of every train, static files, disk space,
    clock and worker. Changes nothing. Exit code 1 when something is at fault.

    \b
    Examples:
      headway doctor
      headway doctor --deep && echo all well
    """
    prepare()
    levels = []
    for finding in _findings(deep):
        levels.append(finding.level)
        click.echo(f"{finding.level:<6}{finding.what}")
        if finding.remedy:
            click.echo(f"      → {finding.remedy}")
    faults = levels.count("fault")
    click.echo(f"{faults} at fault." if faults else "All well.")
    if faults:
        ctx.exit(1)


def _findings(deep: bool) -> Iterator[Finding]:
    yield from _settings()
    yield from _data_folder()
    try:
        reach()
    except HeadwayError as error:
        yield Finding(level="fault", what=str(error), remedy="Start the database, or correct HEADWAY_DATABASE_URL.")
        return
    yield from _database()
    pending = pending_migrations()
    if pending:
        yield Finding(
            level="fault",
            what=f"The database waits for {len(pending)} steps of this version ({', '.join(pending[:3])} …).",
            remedy="Make a backup, then run “headway migrate” (“headway serve” does it too).",
        )
        return
    yield Finding(level="ok", what="The database is prepared for this version.")
    for check in (_journals, _orphans, _clock, _static_files, _workers, *([_portraits] if deep else [])):
        yield from check()


def _settings() -> Iterator[Finding]:
    from headway.kit.settings import settings

    ours = settings()
    yield Finding(level="ok", what="The settings are valid.")
    if ours.debug:
        yield Finding(
            level="note", what="Developer mode is on (HEADWAY_DEBUG).", remedy="Switch it off wherever others work."
        )
    if ours.host not in {"127.0.0.1", "::1", "localhost"} and not ours.public_url.startswith("https://"):
        yield Finding(
            level="note",
            what=f"Headway listens on {ours.host} without HEADWAY_PUBLIC_URL=https://…",
            remedy="Put a proxy with TLS in front and set it, so that cookies travel encrypted only.",
        )


def _data_folder() -> Iterator[Finding]:
    from headway.kit.settings import settings

    folder = settings().data_dir.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"headway")
    except OSError as error:
        yield Finding(
            level="fault",
            what=f"The data folder {folder} cannot be written: {error.strerror}.",
            remedy="Give it to the account that runs Headway, or set HEADWAY_DATA_DIR.",
        )
        return
    yield from _secret_key(folder)
    yield _space(folder)


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    what = f"{free / 1024**3:,.1f} GiB are free for the data folder {folder}."
    if free < TOO_LITTLE_SPACE:
        return Finding(level="fault", what=what, remedy="Make room now: with a full disk nothing can be saved.")
    if free < LITTLE_SPACE:
        return Finding(level="note", what=what, remedy="Make room before it gets tight.")
    return Finding(level="ok", what=what)


def _secret_key(folder: Path) -> Iterator[Finding]:
    key = folder / "secret_key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(
            level="fault",
            what=f"Others on this machine can read {key}; with it anybody can forge a session.",
            remedy=f"chmod 600 {key}",
        )


def _database() -> Iterator[Finding]:
    from django.db import connection

    path = sqlite_file()
    with connection.cursor() as cursor:
        if path is None:
            cursor.execute("SHOW server_version")
            yield Finding(level="ok", what=f"PostgreSQL {cursor.fetchone()[0]} answers.")
            return
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA quick_check(3)")
        verdict = [row[0] for row in cursor.fetchall()]
    yield Finding(level="ok", what=f"The database {path} answers.")
    if mode != "wal":
        yield Finding(
            level="fault",
            what=f"SQLite keeps its log in mode “{mode}” instead of WAL: readers and writers block each other.",
            remedy="Keep the data folder on a local disk; network file systems cannot do WAL.",
        )
    if verdict != ["ok"]:
        yield Finding(
            level="fault",
            what=f"The database file is damaged: {'; '.join(verdict)}.",
            remedy="Restore the last backup.",
        )


def _journals() -> Iterator[Finding]:
    from headway.store.models import Entry, Train

    trains = list(Train.objects.order_by("slug"))
    whole = 0
    for train in trains:
        numbers = Entry.objects.filter(train=train).order_by("number").values_list("number", flat=True)
        expected, trouble = 0, ""
        for number in numbers.iterator():
            expected += 1
            if number != expected:
                trouble = f"number {expected} is missing" if number > expected else f"number {number} stands twice"
                break
        if not trouble and expected != train.seq:
            trouble = f"it ends at {expected}, but the train counts {train.seq}"
        if trouble:
            yield Finding(
                level="fault",
                what=f"The journal of {train.slug} has a gap: {trouble}.",
                remedy="Somebody wrote past Headway. Compare with the last backup, and restore it if in doubt.",
            )
        whole += not trouble
    if whole:
        yield Finding(level="ok", what=f"The journal is without a gap ({whole} of {len(trains)} trains).")


def _orphans() -> Iterator[Finding]:
    from django.db import connection
    from django.db.models import F
    from django.db.utils import IntegrityError

    from headway.store.models import Recorded
    from headway.store.portraits import recorded_models, references

    try:
        connection.check_constraints()
    except IntegrityError as error:
        yield Finding(
            level="fault", what=f"A row refers to something that is gone: {error}", remedy="Restore the last backup."
        )
    for kind, model in recorded_models().items():
        if not issubclass(model, Recorded):
            continue
        for column in references(model):
            name = column.removesuffix("_id")
            astray = model._default_manager.filter(**{f"{name}__isnull": False}).exclude(
                **{f"{name}__train_id": F("train_id")}
            )
            if count := astray.count():
                yield Finding(
                    level="fault",
                    what=f"{count} of kind “{kind}” refer to the {name.replace('_', ' ')} of another train.",
                    remedy="Restore the last backup, or report this with the output of “headway --version”.",
                )


def _clock() -> Iterator[Finding]:
    from headway.kit import clock
    from headway.store.models import Entry

    now = clock.now()
    last = Entry.objects.order_by("-at").values_list("at", flat=True).first()
    if last is not None and last > now + timedelta(minutes=2):
        yield Finding(
            level="fault",
            what=f"The clock says {now:%Y-%m-%d %H:%M} UTC, before the last journal entry ({last:%Y-%m-%d %H:%M}).",
            remedy="Set the machine's clock (systemd-timesyncd or chrony keep it right).",
        )
    else:
        yield Finding(level="ok", what=f"The clock says {now:%Y-%m-%d %H:%M} UTC.")


def _static_files() -> Iterator[Finding]:
    import json

    from django.conf import settings as django_settings

    root = Path(str(django_settings.STATIC_ROOT))
    manifest = root / "staticfiles.json"
    if django_settings.DEBUG:
        return
    if not manifest.exists():
        yield Finding(level="note", what="Static files have not been gathered yet; “headway serve” does it at start.")
        return
    wanted = json.loads(manifest.read_text())["paths"].values()
    absent = [name for name in wanted if not (root / name).exists()]
    if absent:
        yield Finding(
            level="fault",
            what=f"{len(absent)} static files are missing in {root}, such as {absent[0]}.",
            remedy="Start “headway serve” anew; it gathers them.",
        )
    else:
        yield Finding(level="ok", what=f"{len(wanted)} static files are in place.")


def _workers() -> Iterator[Finding]:
    from headway.store.jobs import overdue
    from headway.store.workers import worker_lives

    waiting = overdue()
    if worker_lives():
        yield Finding(level="ok", what="A worker lives, which drafts plans and forecasts.")
    elif waiting:
        yield Finding(
            level="fault",
            what=f"{waiting} pieces of long work wait, and no worker lives.",
            remedy="Start “headway serve” with HEADWAY_WORKERS=1, or “headway worker” beside it.",
        )
    else:
        yield Finding(level="note", what="No worker lives; “headway serve” starts one (HEADWAY_WORKERS).")


def _portraits() -> Iterator[Finding]:
    from headway.store.models import Entry, Train
    from headway.store.portraits import snapshot

    for train in Train.objects.order_by("slug"):
        told: dict[tuple[str, int], object] = {}
        entries = Entry.objects.filter(train=train).order_by("number")
        for kind, subject_id, after in entries.values_list("kind", "subject_id", "after").iterator():
            told[kind, subject_id] = after
        there = {(kind, pk): row for kind, rows in snapshot(train).items() for pk, row in rows.items()}
        told = {key: after for key, after in told.items() if after is not None}
        differing = [key for key in told.keys() | there.keys() if told.get(key) != there.get(key)]
        if differing:
            kind, pk = min(differing)
            yield Finding(
                level="fault",
                what=f"{len(differing)} things of {train.slug} differ from the journal, such as {kind} {pk}.",
                remedy="Somebody wrote past Headway. Compare with the last backup, and restore it if in doubt.",
            )
        else:
            yield Finding(level="ok", what=f"Everything of {train.slug} is as its journal says ({len(there)} things).")
