"""Files in and out, for every door: pages, API and command line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson

from headway.engine.errors import Invalid, Missing
from headway.kit.access import Actor
from headway.store.models import Train, User

from .actions import import_train, run_import, take_over
from .choices import Choices, named_columns
from .comparison import Preview
from .document import FORMAT
from .headings import recognise
from .lists import LISTS, all_sheets, sheet_of
from .policies import require_import
from .queries import options_for, plan_import, preview_import
from .reading import read_table
from .uploads import check_size, digest_of
from .whole_train import export_train
from .writing import csv_of

MEDIA: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types by the ending of a file's name."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file made for somebody to take along."""

    name: str
    media: str
    data: bytes


def import_file(
    actor: Actor,
    *,
    file_name: str,
    data: bytes,
    choices: Choices | None = None,
    named: Mapping[str, str] | None = None,
    dry_run: bool = False,
    command_id: UUID | None = None,
) -> Preview:
    """Bring the work of a file into the train, or with ``dry_run`` only say what that would do.

    ``named`` gives columns by heading, such as ``{"points": "Effort"}``. The answer is the comparison as it was
    before anything was written.

    Raises:
        Forbidden: the actor may not import work.
        Invalid: the file cannot be read, or its columns cannot lead anywhere.
    """
    require_import(actor)
    check_size(len(data))
    refuse_whole_train(data)
    table = read_table(file_name, data)
    choices = choices or Choices()
    if named:
        choices = replace(choices, columns={**choices.columns, **named_columns(table.headings, named)})
    mapping = choices.mapping(recognise(table.headings))
    plan = plan_import(actor, table, mapping=mapping, options=choices.options(options_for(actor)))
    preview = preview_import(actor, plan)
    if not dry_run:
        run_import(actor, plan=plan, file_name=file_name, digest=digest_of(data), command_id=command_id)
    return preview


def import_train_file(user: User, data: bytes, *, slug: str = "") -> Train:
    """Make a new train from an exported one; the account becomes its Release Train Engineer.

    Raises:
        Forbidden: the account may not start trains on this installation.
        Conflict: the train's address is taken; give another ``slug``.
        Invalid: the file is no exported train, or damaged.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The file is not valid JSON: {error}.", code="import.broken_json") from error
    train = import_train(user, document, slug=slug)
    take_over(user, train)
    return train


def is_whole_train(data: bytes) -> bool:
    """Whether a file is an exported train rather than work for one."""
    return f'"format":"{FORMAT}"'.encode() in data[:200].replace(b" ", b"").replace(b"\n", b"")


def exported_train(actor: Actor) -> Made:
    """The whole train as JSON."""
    data = orjson.dumps(export_train(actor), option=orjson.OPT_INDENT_2)
    return Made(name=f"{actor.train_slug}.json", media=MEDIA["json"], data=data)


def exported_list(actor: Actor, name: str, ending: str) -> Made:
    """A list as CSV or Excel; the list ``all`` is every list in one workbook.

    Raises:
        Forbidden: the actor may not see the train.
        Missing: there is no such list, or not with this ending.
    """
    whole = name == "all"
    if (name not in LISTS and not whole) or ending not in (("xlsx",) if whole else ("csv", "xlsx")):
        raise Missing(
            f"There is no {name}.{ending}. Lists come as csv or xlsx: {', '.join(LISTS)}; all of them as all.xlsx.",
            code="export_missing",
        )
    sheets = list(all_sheets(actor)) if whole else [sheet_of(actor, name)]
    if ending == "csv":
        data = csv_of(sheets[0])
    else:
        from .workbooks import workbook_of

        data = workbook_of(sheets)
    return Made(name=f"{actor.train_slug}-{name}.{ending}", media=MEDIA[ending], data=data)


def preview_as_json(preview: Preview, *, steps: int = 1000) -> dict[str, Any]:
    """A dry run or what an import did, as JSON values; of the steps that do something the first ones."""
    telling = [step for step in preview.steps if step.verdict.value != "same"]
    return {
        "format": preview.plan.format,
        "source": preview.plan.source,
        "rows": preview.plan.rows,
        "counts": preview.counts,
        "unused_columns": list(preview.plan.unused_columns),
        "errors": [_problem(each) for each in preview.errors],
        "notes": [_problem(each) for each in preview.notes],
        "steps": [
            {
                "verdict": step.verdict.value,
                "kind": step.kind,
                "row": step.row,
                "identifier": step.key,
                "title": step.title,
                "fields": sorted(step.values),
                "kept": sorted(step.kept),
                "reason": step.reason,
            }
            for step in telling[:steps]
        ],
        "steps_in_all": len(telling),
    }


def _problem(problem: Any) -> dict[str, Any]:
    return {"row": problem.row, "column": problem.column, "value": problem.value, "message": problem.message}


def refuse_whole_train(data: bytes) -> None:
    """Raise `Invalid` for an exported train where work for a train is expected."""
    if is_whole_train(data):
        raise Invalid(
            "This is a whole exported train, not work for this one. Whoever runs Headway makes a new train of it: "
            "headway import FILE --new-train.",
            code="import.whole_train",
        )
