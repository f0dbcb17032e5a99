"""The import pages, from the upload to what came of it; and the export page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import Invalid
from headway.kit.access import Permission, may, require
from headway.kit.forms import ActionForm
from headway.kit.http import TrainRequest

from . import actions, queries, uploads
from .comparison import Preview, Verdict
from .files import refuse_whole_train
from .forms import ChoicesForm, UploadForm, initial_of
from .headings import FORMATS, Mapping, recognise
from .headings.mapping import MANUAL
from .interpretation import ImportPlan
from .kinds import NOUNS
from .lists import LISTS
from .policies import require_import
from .reading import Table, read_table
from .wording import told_in_words

_LINES_A_PAGE = 100
_PROBLEMS_SHOWN = 200
_VERDICT_WORDS = {
    Verdict.CREATED: "created",
    Verdict.CHANGED: "changed",
    Verdict.KEPT: "kept as changed here",
    Verdict.SKIPPED: "skipped",
    Verdict.SAME: "unchanged",
}


@require_http_methods(["GET", "POST"])
def upload(request: TrainRequest, slug: str) -> HttpResponse:
    """Choose a file; it is read at once, so that a hopeless one is refused here."""
    allowed = may(request.actor, Permission.IMPORT_WORK)
    if request.method == "POST":
        require(request.actor, Permission.IMPORT_WORK)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _received(request, slug, form.cleaned_data["file"])
        except Invalid as error:
            form.add_error("file", str(error))
    runs = queries.past_imports(request.actor) if allowed else []
    context = {"form": form, "runs": runs, "may_import": allowed, "formats": [each.label for each in FORMATS]}
    return render(request, "exchange/upload.html", context, status=form.status)


def _received(request: TrainRequest, slug: str, file: Any) -> HttpResponse:
    require_import(request.actor)
    uploads.check_size(file.size)
    data = file.read()
    refuse_whole_train(data)
    table = read_table(file.name, data)
    upload_id = uploads.keep(request.actor, file.name, data)
    known = recognise(table.headings).format != MANUAL
    return redirect("import-check" if known else "import-columns", slug, upload_id)


@require_http_methods(["GET", "POST"])
def columns(request: TrainRequest, slug: str, upload_id: UUID) -> HttpResponse:
    """Say what the columns mean and how the file is to be read."""
    kept = uploads.fetch(request.actor, upload_id)
    table = read_table(kept.file_name, kept.data)
    mapping = recognise(table.headings)
    form = ChoicesForm(request.POST or None, table=table, mapping=mapping, initial=initial_of(kept.choices, mapping))
    if request.method == "POST" and form.is_valid():
        try:
            form.choices.mapping(mapping).check()
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            uploads.decide(request.actor, kept, form.choices)
            return redirect("import-check", slug, upload_id)
    context = {"form": form, "upload": kept, "table": table, "format": _format_label(mapping)}
    return render(request, "exchange/columns.html", context, status=form.status)


@require_GET
def check(request: TrainRequest, slug: str, upload_id: UUID) -> HttpResponse:
    """The dry run: what would be created, changed, kept and skipped, and which rows cannot be taken."""
    kept = uploads.fetch(request.actor, upload_id)
    table, mapping, plan = _plan(request, kept)
    preview = queries.preview_import(request.actor, plan)
    shown = request.GET.get("show", "")
    steps = [step for step in preview.steps if step.verdict.value == shown or not shown]
    page = Paginator(steps, _LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "upload": kept,
        "format": _format_label(mapping),
        "mapping": mapping,
        "table": table,
        "preview": preview,
        "verdicts": _verdicts(preview, shown),
        "by_kind": _by_kind(preview.counts),
        "errors": preview.errors[:_PROBLEMS_SHOWN],
        "notes": preview.notes[:_PROBLEMS_SHOWN],
        "page_obj": page,
        "lines": told_in_words(preview, page),
        "shown": shown,
        "created": preview.total(Verdict.CREATED),
        "changed": preview.total(Verdict.CHANGED),
    }
    return render(request, "exchange/check.html", context)


@require_POST
def run(request: TrainRequest, slug: str, upload_id: UUID) -> HttpResponse:
    """Bring it in."""
    kept = uploads.fetch(request.actor, upload_id)
    _, _, plan = _plan(request, kept)
    actions.run_import(
        request.actor,
        plan=plan,
        file_name=kept.file_name,
        digest=kept.digest,
        command_id=ActionForm(request.POST).sent_id,
    )
    uploads.discard(request.actor, upload_id)
    newest = next(iter(queries.past_imports(request.actor)))
    return redirect("import-result", slug, newest.pk)


@require_POST
def discard(request: TrainRequest, slug: str, upload_id: UUID) -> HttpResponse:
    """Forget the file."""
    uploads.discard(request.actor, upload_id)
    messages.info(request, "The file was discarded; nothing was imported.")
    return redirect("import", slug)


@require_GET
def result(request: TrainRequest, slug: str, run_id: int) -> HttpResponse:
    """What came of an import."""
    found = queries.import_run(request.actor, run_id)
    if found is None:
        raise Http404
    return render(request, "exchange/result.html", {"run": found, "by_kind": _by_kind(found.counts["by_kind"])})


@require_GET
def export(request: TrainRequest, slug: str) -> HttpResponse:
    """What can be taken along."""
    return render(request, "exchange/export.html", {"lists": LISTS})


def _plan(request: TrainRequest, kept: uploads.Upload) -> tuple[Table, Mapping, ImportPlan]:
    table = read_table(kept.file_name, kept.data)
    mapping = kept.choices.mapping(recognise(table.headings))
    options = kept.choices.options(queries.options_for(request.actor))
    return table, mapping, queries.plan_import(request.actor, table, mapping=mapping, options=options)


def _format_label(mapping: Mapping) -> str:
    return next((known.label for known in FORMATS if known.name == mapping.format), "")


def _verdicts(preview: Preview, shown: str) -> list[dict[str, Any]]:
    return [
        {"name": verdict.value, "word": word, "count": preview.total(verdict), "current": verdict.value == shown}
        for verdict, word in _VERDICT_WORDS.items()
    ]


def _by_kind(counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """The table of counts: a line a kind, a number a verdict."""
    return [
        {
            "noun": NOUNS.get(kind, kind),
            "numbers": [found.get(verdict.value, 0) for verdict in _VERDICT_WORDS],
        }
        for kind, found in counts.items()
    ]
