"""What an import would do, and what earlier ones did."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from headway.kit import clock
from headway.kit.access import Actor
from headway.store.models import (
    Entry,
    ImportedRow,
    ImportRun,
    Increment,
    Iteration,
    Train,
)
from headway.store.portraits import columns

from .comparison import Preview, State, Stored, compare
from .headings import Mapping, recognise
from .interpretation import ImportPlan, KnownIteration, KnownPi, Options, interpret
from .kinds import IMPORTED
from .policies import require_import
from .reading import Table


def options_for(actor: Actor) -> Options:
    """The options an import into this train starts from: its cadence and the PIs it has."""
    train = Train.objects.get(pk=actor.train_id)
    iterations: dict[int, list[KnownIteration]] = defaultdict(list)
    for each in Iteration.objects.filter(train_id=actor.train_id):
        iterations[each.pi_id].append(KnownIteration(name=each.name, starts_on=each.starts_on, ends_on=each.ends_on))
    return Options(
        today=clock.today(train.time_zone),
        train=train.slug,
        calendar=tuple(
            KnownPi(
                name=pi.name,
                number=pi.number,
                starts_on=pi.starts_on,
                ends_on=pi.ends_on,
                iterations=tuple(iterations[pi.pk]),
            )
            for pi in Increment.objects.filter(train_id=actor.train_id)
        ),
        iteration_weeks=train.iteration_weeks,
        iterations_per_pi=train.iterations_per_pi,
        ip_weeks=train.ip_weeks,
    )


def plan_import(
    actor: Actor, table: Table, *, mapping: Mapping | None = None, options: Options | None = None
) -> ImportPlan:
    """What the table says, read for this train.

    Raises:
        Forbidden: the actor may not import work.
        Invalid: the columns cannot lead anywhere.
    """
    require_import(actor)
    return interpret(table, mapping or recognise(table.headings), options or options_for(actor))


def preview_import(actor: Actor, plan: ImportPlan) -> Preview:
    """The dry run: what the plan would create, change, keep and skip. Nothing is written."""
    require_import(actor)
    train = Train.objects.get(pk=actor.train_id)
    return compare(plan, load_state(actor, plan.source), clock.today(train.time_zone))


def past_imports(actor: Actor) -> Iterable[ImportRun]:
    """The imports into this train, newest first."""
    require_import(actor)
    return ImportRun.objects.filter(train_id=actor.train_id)[:50]


def import_run(actor: Actor, run_id: int) -> ImportRun | None:
    """One import into this train."""
    require_import(actor)
    return ImportRun.objects.filter(train_id=actor.train_id, pk=run_id).first()


def load_state(actor: Actor, source: str) -> State:
    """The things of the train an import may touch, in a fixed number of queries."""
    things: dict[str, dict[int, Stored]] = {}
    for kind, model in IMPORTED.items():
        rows = model._default_manager.filter(train_id=actor.train_id).order_by("pk").values(*columns(model))
        things[kind] = {row["id"]: Stored(id=row["id"], values=_plain(row)) for row in rows}
    remembered = ImportedRow.objects.filter(train_id=actor.train_id, source=source)
    imported = {
        (row.kind, row.external_id): (row.subject_id, row.values) for row in remembered.order_by("pk").iterator()
    }
    gone = {(kind, subject) for (kind, _), (subject, _) in imported.items() if subject not in things.get(kind, {})}
    return State(things=things, imported=imported, undone=_undone(actor, gone))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """The values of a row as a portrait has them."""
    return {column: value.isoformat() if isinstance(value, date) else value for column, value in row.items()}


def _undone(actor: Actor, gone: set[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """Of the things that are gone, those that went because an import was undone."""
    if not gone:
        return frozenset()
    removals = Entry.objects.filter(
        train_id=actor.train_id,
        subject_id__in={subject for _, subject in gone},
        after__isnull=True,
        command__undoes__isnull=False,
    )
    return frozenset(gone & set(removals.values_list("kind", "subject_id")))
