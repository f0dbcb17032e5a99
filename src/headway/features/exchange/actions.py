"""Bringing a plan of work into a train, and a whole train into the installation."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.text import slugify

from headway.kit.access import Actor, Role
from headway.store.actors import actor_for, founder
from headway.store.change import Frame, Outcome, action, change
from headway.store.models import (
    ImportedRow,
    ImportRun,
    Person,
    Recorded,
    Train,
    TrainRole,
    User,
)
from headway.store.portraits import parse_value

from .comparison import Preview, Ref, Step, Verdict
from .founding import found_train
from .interpretation import ImportPlan
from .kinds import IMPORTED
from .policies import require_founder, require_import
from .queries import preview_import

_NUMBERED = ("feature", "story", "dependency")
_RANKED = ("feature", "story")


@action
def run_import(
    actor: Actor, *, plan: ImportPlan, file_name: str, digest: str, command_id: UUID | None = None
) -> Outcome:
    """Bring a plan in: all accepted rows, or, if anything goes wrong, none of them.

    The comparison with the train is made again inside the frame, so that it is about the train as it is now.
    Importing the same file twice changes nothing. Every run leaves an ImportRun.

    Raises:
        Forbidden: the actor may not import work.
    """
    with change(actor, command_id) as frame:
        require_import(actor)
        preview = preview_import(actor, plan)
        _Writer(frame, plan.source).write(preview.steps)
        ImportRun.objects.create(
            train_id=actor.train_id,
            source=plan.source,
            file_name=file_name[:200],
            digest=digest,
            at=frame.at,
            actor_name=actor.name,
            counts=_counts(preview),
        )
    return frame.outcome


def import_train(user: User, document: Mapping[str, Any], *, slug: str = "") -> Train:
    """A new train, identical to the one the document was exported from.

    Nobody belongs to it yet: accounts are never linked by an import. :func:`take_over` lets the importer in.

    Raises:
        Forbidden: the account may not start trains on this installation.
        Conflict: the train's address is taken; give another ``slug``.
        Invalid: the document is no train, or damaged; the sentence says where.
    """
    require_founder(user)
    return found_train(document, slug)


def take_over(user: User, train: Train) -> Actor:
    """Make the account a person of a train just imported, as its Release Train Engineer.

    Raises:
        Forbidden: the account may not start trains on this installation.
    """
    require_founder(user)
    with change(founder(train, user)) as frame:
        person = frame.create(Person(user=user, name=str(user), email=user.email), "person.created")
        frame.create(TrainRole(person=person, role=Role.RTE.value), "role.created")
    return actor_for(user, train.slug)


def _counts(preview: Preview) -> dict[str, Any]:
    return {
        "rows": preview.plan.rows,
        "errors": len(preview.errors),
        "notes": len(preview.notes),
        "by_kind": preview.counts,
    }


class _Writer:
    """Writes the steps of an import, kind after kind, so that every reference is there when it is needed."""

    def __init__(self, frame: Frame, source: str) -> None:
        self._frame = frame
        self._source = source
        self._ids: dict[Ref, int] = {}
        self._remembered: list[ImportedRow] = []

    def write(self, steps: Iterable[Step]) -> None:
        """Create, change, and remember what the file said."""
        by_kind: dict[str, list[Step]] = defaultdict(list)
        for step in steps:
            by_kind[step.kind].append(step)
        for kind, group in by_kind.items():
            self._create(kind, [step for step in group if step.verdict is Verdict.CREATED])
            self._change(kind, [step for step in group if step.verdict is Verdict.CHANGED])
            self._remember(kind, group)
        ImportedRow.objects.bulk_create(
            self._remembered,
            batch_size=200,
            update_conflicts=True,
            unique_fields=["train", "source", "kind", "external_id"],
            update_fields=["subject_id", "values"],
        )

    def _create(self, kind: str, steps: list[Step]) -> None:
        if not steps:
            return
        model = IMPORTED[kind]
        finish = _Finish(self._frame, kind)
        rows: list[Recorded] = []
        for step in steps:
            values = finish.completed(self._plain(step.values))
            rows.append(model(**{column: parse_value(model, column, value) for column, value in values.items()}))
        made = self._frame.create_many(rows, f"{kind}.imported")
        self._ids.update({Ref(kind=kind, key=step.key): row.pk for step, row in zip(steps, made, strict=True)})

    def _change(self, kind: str, steps: list[Step]) -> None:
        if not steps:
            return
        model = IMPORTED["pi" if kind == "closing" else kind]
        subjects = {self._plain_value(step.subject): step for step in steps}
        rows = model._default_manager.filter(train_id=self._frame.train.pk, pk__in=subjects).order_by("pk")
        for row in rows:
            step = subjects[row.pk]
            values = {column: parse_value(model, column, value) for column, value in self._plain(step.values).items()}
            self._frame.update(row, f"{row.kind}.imported", **values)

    def _remember(self, kind: str, steps: list[Step]) -> None:
        for step in steps:
            subject = self._ids.get(Ref(kind=kind, key=step.key), step.subject)
            if kind != "closing" and isinstance(subject, int) and not step.is_remembered:
                self._remembered.append(
                    ImportedRow(
                        train_id=self._frame.train.pk,
                        source=self._source,
                        external_id=step.key,
                        kind=kind,
                        subject_id=subject,
                        values=self._plain(step.said),
                    )
                )

    def _plain(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {column: self._plain_value(value) for column, value in values.items()}

    def _plain_value(self, value: Any) -> Any:
        return self._ids[value] if isinstance(value, Ref) else value


class _Finish:
    """Adds to new rows what no file tells: numbers, ranks, places in an order, addresses."""

    def __init__(self, frame: Frame, kind: str) -> None:
        self._frame = frame
        self._kind = kind
        rows: QuerySet[Any] = IMPORTED[kind]._default_manager.filter(train_id=frame.train.pk)
        self._rank = 0.0
        self._slugs: set[str] = set()
        self._next: dict[int, int] = {}
        if kind in _RANKED:
            self._rank = max(rows.values_list("rank", flat=True), default=0.0)
        if kind == "team":
            self._slugs = set(rows.values_list("slug", flat=True))
            self._rank = float(max(rows.values_list("position", flat=True), default=0))
        if kind == "iteration":
            for pi_id, number in rows.values_list("pi_id", "number"):
                self._next[pi_id] = max(self._next.get(pi_id, 0), number)

    def completed(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values of a new row with those."""
        if self._kind in _NUMBERED:
            values["number"] = self._frame.next_number()
        if self._kind in _RANKED:
            self._rank += 1
            values["rank"] = self._rank
        if self._kind == "team":
            self._rank += 1
            values |= {"position": int(self._rank), "slug": self._slug(values["name"])}
        if self._kind == "iteration":
            number = self._next.get(values["pi_id"], 0) + 1
            self._next[values["pi_id"]] = values["number"] = number
        if self._kind == "pi":
            values["buffer_percent"] = self._frame.train.buffer_percent
        return values

    def _slug(self, name: str) -> str:
        stem = slugify(name)[:34] or "team"
        slug, number = stem, 1
        while slug in self._slugs:
            number += 1
            slug = f"{stem}-{number}"
        self._slugs.add(slug)
        return slug
