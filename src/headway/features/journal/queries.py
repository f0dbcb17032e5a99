"""Reading the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from headway.features.journal.wording import Told, tell
from headway.kit.access import Actor, Permission, require
from headway.store.models import Command, Entry, Person, Train

PER_PAGE = 50
HISTORY = 40


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries the audit view shows; empty means all. ``before`` is the number to continue below."""

    user: int | None = None
    kind: str = ""
    verb: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    before: int | None = None


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """A stretch of the journal, newest first; ``older`` is where the next one begins."""

    entries: tuple[Told, ...]
    older: int | None
    own_last: UUID | None


def entries(actor: Actor, *, before: int | None, after: int | None, limit: int) -> list[Entry]:
    """A stretch of the journal: newest first, or in the order it happened when ``after`` is given."""
    require(actor, Permission.VIEW_TRAIN)
    found = Entry.objects.filter(train_id=actor.train_id)
    if after is not None:
        return list(found.filter(number__gt=after).order_by("number")[:limit])
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found.order_by("-number")[:limit])


def audit(actor: Actor, wanted: Wanted) -> AuditPage:
    """The journal in words, by who, what, when and text."""
    require(actor, Permission.VIEW_TRAIN)
    found = list(_matching(actor, wanted).select_related("command").order_by("-number")[: PER_PAGE + 1])
    last = last_own_command(actor)
    return AuditPage(
        entries=tuple(tell(actor, found[:PER_PAGE])),
        older=found[PER_PAGE - 1].number if len(found) > PER_PAGE else None,
        own_last=last.uuid if last is not None else None,
    )


def history(actor: Actor, things: Iterable[tuple[str, Iterable[int]]]) -> list[Told]:
    """What happened to these things (kind, ids), newest first, at most 40 entries."""
    require(actor, Permission.VIEW_TRAIN)
    of_these = Q(pk__in=())
    for kind, ids in things:
        of_these |= Q(kind=kind, subject_id__in=list(ids))
    found = Entry.objects.filter(of_these, train_id=actor.train_id).select_related("command")
    return tell(actor, list(found.order_by("-number")[:HISTORY]))


def last_own_command(actor: Actor) -> Command | None:
    """The change that the actor's next undo would take back."""
    if actor.user_id is None:
        return None
    own = Command.objects.filter(train_id=actor.train_id, user_id=actor.user_id)
    return own.filter(undoes__isnull=True, undone_by__isnull=True).order_by("-last").first()


def people_with_accounts(actor: Actor) -> list[tuple[int, str]]:
    """The people whose changes can be looked for: (account id, name)."""
    people = Person.objects.filter(train_id=actor.train_id, user__isnull=False).order_by("name")
    return [(user_id, name) for user_id, name in people.values_list("user_id", "name") if user_id is not None]


def _matching(actor: Actor, wanted: Wanted) -> QuerySet[Entry]:
    found = Entry.objects.filter(train_id=actor.train_id)
    if wanted.user is not None:
        found = found.filter(user_id=wanted.user)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.verb:
        found = found.filter(verb__endswith=f".{wanted.verb}")
    if wanted.before is not None:
        found = found.filter(number__lt=wanted.before)
    if wanted.since or wanted.until:
        zone = ZoneInfo(Train.objects.values_list("time_zone", flat=True).get(pk=actor.train_id))
        if wanted.since:
            found = found.filter(at__gte=datetime.combine(wanted.since, time.min, zone))
        if wanted.until:
            found = found.filter(at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, zone))
    for word in wanted.text.split()[:6]:
        said = Q(actor_name__icontains=word)
        for column in ("title", "name", "needs", "text", "note"):
            said |= Q(**{f"after__{column}__icontains": word}) | Q(**{f"before__{column}__icontains": word})
        found = found.filter(said)
    return found
