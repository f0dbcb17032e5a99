"""The exchange part of the REST API: import and export."""

from typing import Any, cast

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router
from ninja.files import UploadedFile

from headway.engine.errors import Forbidden, Invalid
from headway.kit.access import Scope
from headway.kit.http import HouseRequest, TrainRequest
from headway.store.models import User

from . import files
from .choices import Choices
from .schemas import ImportIn
from .uploads import check_size

router = Router(tags=["exchange"])


@router.post("/trains/{slug}/import", url_name="import")
def import_work(request: HttpRequest, slug: str, file: File[UploadedFile], choices: Form[ImportIn]) -> dict[str, Any]:
    """Bring the work of a CSV, Excel or JSON file into the train; with `dry_run` only say what that would do."""
    check_size(file.size or 0)
    preview = files.import_file(
        cast(TrainRequest, request).actor,
        file_name=file.name or "upload",
        data=file.read(),
        choices=Choices(
            source=choices.source,
            epics=choices.epics,
            team_labels=choices.team_labels,
            default_team=choices.default_team,
            place_by_due=choices.place_by_due,
            first_day=choices.first_day.isoformat() if choices.first_day else "",
        ),
        named=_named(choices.columns),
        dry_run=choices.dry_run,
        command_id=choices.command_id,
    )
    return {"dry_run": choices.dry_run, **files.preview_as_json(preview)}


@router.post("/train-imports", url_name="import-train")
def import_train(request: HttpRequest, file: File[UploadedFile], slug: Form[str] = "") -> dict[str, Any]:
    """Make a new train from an exported one; for accounts that run the installation."""
    scopes = cast(HouseRequest, request).token_scopes
    if (scopes is not None and Scope.TRAIN not in scopes) or getattr(request, "token_train", None):
        raise Forbidden(
            "This token may not import whole trains; it needs the scope “train” for all trains.", code="forbidden"
        )
    check_size(file.size or 0)
    train = files.import_train_file(cast(User, request.user), file.read(), slug=slug)
    return {"slug": train.slug, "name": train.name}


@router.get("/trains/{slug}/export", url_name="export")
def export_train(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole train with its journal as JSON, importable again."""
    return download(files.exported_train(cast(TrainRequest, request).actor))


@router.get("/trains/{slug}/export/{name}.{ending}", url_name="export-list")
def export_list(request: HttpRequest, slug: str, name: str, ending: str) -> HttpResponse:
    """A list as CSV or Excel: features, stories, dependencies, teams, people, capacity, journal; or all.xlsx."""
    return download(files.exported_list(cast(TrainRequest, request).actor, name, ending))


def download(made: files.Made) -> HttpResponse:
    """A file as an answer the browser saves."""
    return HttpResponse(
        made.data,
        content_type=made.media,
        headers={"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"},
    )


def _named(columns: str) -> dict[str, str]:
    if not columns:
        return {}
    try:
        found = orjson.loads(columns)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Invalid(
            'columns should be a JSON object from meaning to heading, such as {"points": "Effort"}.',
            code="import.columns",
            field="columns",
        )
    return found
