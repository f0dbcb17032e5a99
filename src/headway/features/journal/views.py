"""The journal's pages."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from headway.engine.errors import HeadwayError
from headway.features.journal import actions, queries
from headway.features.journal.forms import AuditFilter
from headway.kit.http import TrainRequest
from headway.live.messages import sentence


@require_GET
def journal(request: TrainRequest, slug: str) -> HttpResponse:
    """Everything that happened on the train, newest first."""
    form = AuditFilter(queries.people_with_accounts(request.actor), request.GET)
    page = queries.audit(request.actor, form.wanted)
    filtered = any(value not in (None, "") for name, value in form.cleaned_data.items() if name != "before")
    return render(request, "journal/journal.html", {"form": form, "page": page, "filtered": filtered})


@require_POST
def undo(request: TrainRequest, slug: str) -> HttpResponse:
    """Take back one's own last change, and go back to where one was."""
    try:
        outcome = actions.undo_last(request.actor, command_id=_uuid(request.POST.get("command_id", "")))
        messages.success(request, f"Taken back: {sentence(outcome.entries[0])}.")
    except HeadwayError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(_back(request, reverse("journal", args=[slug])))


def _back(request: TrainRequest, otherwise: str) -> str:
    there = request.headers.get("Referer", "")
    allowed = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if there and allowed else otherwise


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
