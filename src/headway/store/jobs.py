"""Long work: asked for here, done by a worker process (``headway worker``).

A feature registers its kinds in a ``jobs.py`` of its own. A job that fails, is cancelled or loses its process
leaves nothing behind but its sentence: what it found is written by actions, wholly or not at all.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from headway.engine.errors import Conflict, Forbidden, HeadwayError, Invalid, Missing
from headway.kit import clock
from headway.kit.access import Actor, Permission, Scope, may
from headway.store.actors import actor_for
from headway.store.models import Increment, Job, Train

log = logging.getLogger(__name__)

CHANNEL = "headway_jobs"
"""Where workers listen on PostgreSQL."""

WAITING_AT_MOST = 20
"""Jobs that may wait on one train at a time."""

LARGEST = 200_000
"""Bytes of JSON that may be asked with."""

SILENT_FOR = timedelta(seconds=30)
"""After this long without a sign of life a job's worker counts as gone."""

KEPT_FOR = timedelta(days=14)
DERIVED_KEPT_FOR = timedelta(days=1)
"""How long ended jobs are kept: those asked for by people, and those that keep figures up to date."""

LIVE = (Job.State.WAITING, Job.State.RUNNING)

Run = Callable[["RunningJob"], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of long work: what does it, and how many seconds it may take."""

    name: str
    run: Run
    seconds: float


KINDS: dict[str, Kind] = {}
"""Every kind by name; filled where jobs are done, not where they are asked for."""


class Cancelled(Exception):
    """The job ends because somebody asked it to."""


def job(name: str, *, seconds: float = 300) -> Callable[[Run], Run]:
    """Register what does jobs of this kind; ``seconds`` is the longest one may take."""

    def register(run: Run) -> Run:
        KINDS[name] = Kind(name=name, run=run, seconds=seconds)
        return run

    return register


# Asking ---------------------------------------------------------------------------------------------------------


def ask(actor: Actor, kind: str, payload: Mapping[str, Any], *, pi: Increment | None = None, key: str = "") -> Job:
    """Ask for work in the actor's name. The caller has checked that they may.

    Raises:
        Conflict: as much waits on this train already as may wait.
        Invalid: more is asked with than a job can carry.
    """
    waiting = Job.objects.filter(train_id=actor.train_id, state=Job.State.WAITING).count()
    if waiting >= WAITING_AT_MOST:
        raise Conflict(
            f"{waiting} pieces of work wait on this train already. Cancel one, or ask again when they are done.",
            code="too_many_jobs",
        )
    pi_id = pi.pk if pi is not None else None
    return queue(actor.train_id, kind, payload, pi_id=pi_id, key=key, user_id=actor.user_id)


def queue(
    train_id: int,
    kind: str,
    payload: Mapping[str, Any],
    *,
    pi_id: int | None = None,
    key: str = "",
    user_id: int | None = None,
) -> Job:
    """Put work into the queue. While a job with this ``key`` waits it takes over the newer payload instead."""
    size = len(orjson.dumps(payload))
    if size > LARGEST:
        raise Invalid(f"A job may be asked with {LARGEST:,} bytes; this is {size:,}.", code="too_long", value=size)
    wanted = Job(
        train_id=train_id,
        pi_id=pi_id,
        kind=kind,
        key=key,
        asked_by_id=user_id,
        payload=dict(payload),
        asked_at=clock.now(),
    )
    made = _add(wanted)
    while made is None:
        made = _renew(wanted) or _add(wanted)
    _ring()
    return made


def cancel(actor: Actor, job_id: int) -> Job:
    """End a job: at once while it waits, as soon as the worker sees it while it runs.

    Raises:
        Forbidden: neither the actor's own nor is the actor the keeper of the train.
        Missing: no such job on this train.
    """
    found = find(actor, job_id)
    if found.asked_by_id != actor.user_id or actor.user_id is None or Scope.WORK not in actor.scopes:
        verdict = may(actor, Permission.CONFIGURE_TRAIN)
        if not verdict:
            raise Forbidden(
                "Work in progress is cancelled by whoever asked for it, or by the Release Train Engineer.",
                code="forbidden",
            )
    mine = Job.objects.filter(pk=found.pk)
    ended = mine.filter(state=Job.State.WAITING).update(
        state=Job.State.CANCELLED, sentence=f"Cancelled by {actor.name} before it began.", ended_at=clock.now()
    )
    if not ended and mine.filter(state=Job.State.RUNNING).update(
        cancel_asked=True, sentence=f"Cancelled by {actor.name}."
    ):
        _ring()
    return find(actor, job_id)


def find(actor: Actor, job_id: int) -> Job:
    """The job of this train, or :class:`Missing`."""
    try:
        return Job.objects.select_related("asked_by").get(train_id=actor.train_id, pk=job_id)
    except (Job.DoesNotExist, OverflowError):
        raise Missing(f"There is no job {job_id} on this train.", code="job_missing") from None


def latest(actor: Actor, kind: str, *, pi: Increment | None = None, limit: int = 20) -> list[Job]:
    """The newest jobs of a kind on this train, newest first."""
    found = Job.objects.filter(train_id=actor.train_id, kind=kind).select_related("asked_by")
    if pi is not None:
        found = found.filter(pi=pi)
    return list(found.order_by("-pk")[:limit])


def facts(each: Job) -> dict[str, Any]:
    """A job as the API tells it."""
    return {
        "id": each.pk,
        "kind": each.kind,
        "state": each.state,
        "cancelling": each.cancel_asked and each.state == Job.State.RUNNING,
        "progress": each.progress,
        "result": each.result,
        "sentence": each.sentence if each.state not in LIVE else "",
        "asked_by": str(each.asked_by) if each.asked_by else None,
        "asked_at": _iso(each.asked_at),
        "started_at": _iso(each.started_at),
        "ended_at": _iso(each.ended_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _add(wanted: Job) -> Job | None:
    try:
        with transaction.atomic():
            fresh = Job(**{each.attname: getattr(wanted, each.attname) for each in Job._meta.concrete_fields})
            fresh.save(force_insert=True)
    except IntegrityError:
        if not wanted.key:
            raise
        return None
    return fresh


def _renew(wanted: Job) -> Job | None:
    waiting = Job.objects.filter(train_id=wanted.train_id, key=wanted.key, state=Job.State.WAITING)
    waiting.update(payload=wanted.payload)
    return waiting.first()


def _ring() -> None:
    """Wake the workers: SQLite's see the change of the file, PostgreSQL's are told when this commits."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


# Doing ----------------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class RunningJob:
    """A job as the function that does it sees it."""

    id: int
    train_id: int
    pi_id: int | None
    payload: dict[str, Any]
    user_id: int | None
    every: float = 0.5
    _told: float = field(default=float("-inf"))
    _looked: float = field(default=float("-inf"))
    _cancelled: bool = False
    _untold: Mapping[str, Any] | None = None

    @property
    def actor(self) -> Actor:
        """Who asked, as they stand now; where nobody did, somebody who may only look.

        Raises:
            Missing: they have left the train.
        """
        train = Train.objects.get(pk=self.train_id)
        if self.user_id is not None:
            asker = Job.objects.select_related("asked_by").get(pk=self.id).asked_by
            if asker is None:
                raise Missing("Whoever asked for this has no account any more.", code="asker_missing")
            return actor_for(asker, train.slug)
        return Actor(train_id=train.pk, train_slug=train.slug, name="Headway", scopes=frozenset({Scope.READ}))

    def tell(self, progress: Mapping[str, Any], *, now: bool = False) -> None:
        """Let the page know how far it has come; what comes too fast is held back, the last of it is kept."""
        self._untold = progress
        if now or monotonic() - self._told >= self.every:
            self._write_progress()

    def cancelled(self) -> bool:
        """Whether somebody asked for the end (looked up at most twice a second)."""
        if not self._cancelled and monotonic() - self._looked >= self.every:
            self._looked = monotonic()
            self._cancelled = not Job.objects.filter(pk=self.id, state=Job.State.RUNNING, cancel_asked=False).exists()
        return self._cancelled

    def stop_if_cancelled(self) -> None:
        """Raise :class:`Cancelled` when somebody asked for the end."""
        if self.cancelled():
            raise Cancelled

    def _write_progress(self) -> None:
        if self._untold is None:
            return
        Job.objects.filter(pk=self.id, state=Job.State.RUNNING).update(progress=dict(self._untold))
        self._told, self._untold = monotonic(), None


def claim(worker: str) -> Job | None:
    """Take the oldest waiting job for this worker; None when there is none. No two workers get the same one."""
    while True:
        oldest = Job.objects.filter(state=Job.State.WAITING).order_by("pk").values_list("pk", flat=True).first()
        if oldest is None:
            return None
        now = clock.now()
        if Job.objects.filter(pk=oldest, state=Job.State.WAITING).update(
            state=Job.State.RUNNING, worker=worker, started_at=now, seen_at=now
        ):
            return Job.objects.get(pk=oldest)


def carry_out(job_id: int) -> None:
    """Do a claimed job in this process, and write how it ended."""
    row = Job.objects.get(pk=job_id)
    running = RunningJob(
        id=row.pk, train_id=row.train_id, pi_id=row.pi_id, payload=row.payload, user_id=row.asked_by_id
    )
    kind = KINDS.get(row.kind)
    if kind is None:
        finish(job_id, Job.State.FAILED, f"This version does not know how to do “{row.kind}”.")
        return
    try:
        result = dict(kind.run(running))
        running._write_progress()
        finish(job_id, Job.State.DONE, "", result)
    except Cancelled:
        finish(job_id, Job.State.CANCELLED, "Cancelled.")
    except HeadwayError as error:
        running._write_progress()
        finish(job_id, Job.State.FAILED, str(error), {"code": error.code})
    except Exception as error:
        log.exception("Job %s (%s) failed", job_id, row.kind)
        finish(
            job_id,
            Job.State.FAILED,
            f"This stopped at a fault of Headway's own ({type(error).__name__}); nothing was changed. "
            "The log of the server tells more.",
        )


def finish(job_id: int, state: Job.State, sentence: str, result: Mapping[str, Any] | None = None) -> bool:
    """End a running job; false when it has ended already."""
    mine = Job.objects.filter(pk=job_id, state=Job.State.RUNNING)
    values: dict[str, Any] = {"state": state, "ended_at": clock.now(), "result": result}
    if state == Job.State.CANCELLED:
        said = mine.values_list("sentence", flat=True).first()
        sentence = said or sentence
    return bool(mine.update(**values, sentence=sentence))


def work_off() -> int:
    """Do every waiting job here and now; gives how many. For tests and for the sample train."""
    done = 0
    while (waiting := claim("here")) is not None:
        carry_out(waiting.pk)
        done += 1
    return done


# Looking after the queue ----------------------------------------------------------------------------------------


def show_life(job_ids: list[int]) -> set[int]:
    """Note that these jobs' worker lives; gives those whose end somebody asked for."""
    if not job_ids:
        return set()
    mine = Job.objects.filter(pk__in=job_ids, state=Job.State.RUNNING)
    mine.update(seen_at=clock.now())
    return asked_to_end(job_ids)


def asked_to_end(job_ids: list[int]) -> set[int]:
    """Those of the running jobs whose end somebody asked for, or whose train is gone."""
    if not job_ids:
        return set()
    going_on = Job.objects.filter(pk__in=job_ids, state=Job.State.RUNNING, cancel_asked=False)
    return set(job_ids) - set(going_on.values_list("pk", flat=True))


def recover(gone: Callable[[str], bool]) -> int:
    """Fail the jobs whose worker is gone: it says so itself, or has not been heard of for long. Gives how many."""
    found = 0
    silent_since = clock.now() - SILENT_FOR
    for pk, worker, seen_at in Job.objects.filter(state=Job.State.RUNNING).values_list("pk", "worker", "seen_at"):
        if gone(worker) or seen_at is None or seen_at < silent_since:
            found += finish(
                pk,
                Job.State.FAILED,
                "The worker that did this ended before it was done, for instance because Headway was restarted. "
                "Nothing was changed; ask for it again.",
            )
    return found


def prune() -> int:
    """Remove jobs that ended long ago; gives how many."""
    now = clock.now()
    ended = Job.objects.exclude(state__in=LIVE)
    old = ended.filter(ended_at__lt=now - KEPT_FOR).delete()[0]
    return old + ended.filter(asked_by=None, ended_at__lt=now - DERIVED_KEPT_FOR).delete()[0]


def overdue(seconds: float = 60) -> int:
    """How many jobs have waited longer than ``seconds``: a sign that no worker lives."""
    since = clock.now() - timedelta(seconds=seconds)
    return Job.objects.filter(state=Job.State.WAITING, asked_at__lt=since).count()
