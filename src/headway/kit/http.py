"""What every page and API function may count on about its request, and errors as HTTP."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.db import OperationalError
from django.http import HttpRequest, JsonResponse

from headway.engine.errors import Conflict, Forbidden, HeadwayError, Invalid, Locked, Missing
from headway.kit.access import Actor, Scope

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

STATUS: dict[type[HeadwayError], HTTPStatus] = {
    Missing: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Locked: HTTPStatus.LOCKED,
}


class HouseRequest(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: "HtmxDetails"
    token_scopes: frozenset[Scope] | None


class TrainRequest(HouseRequest):
    """A request below ``/trains/<slug>/``: the middleware has found out who asks, in which train."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who asks, below ``/trains/<slug>/``."""
    return cast(TrainRequest, request).actor


def status_of(error: HeadwayError) -> HTTPStatus:
    """The HTTP status of an error."""
    return STATUS.get(type(error), HTTPStatus.BAD_REQUEST)


def problem(error: HeadwayError) -> JsonResponse:
    """An error as RFC 9457 problem details."""
    status = status_of(error)
    body: dict[str, Any] = {
        "type": f"about:blank#{error.code}",
        "title": status.phrase,
        "status": status.value,
        "detail": str(error),
        "code": error.code,
        **error.data,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def storage_trouble(error: OperationalError) -> tuple[HTTPStatus, str]:
    """What to tell people when the database itself refuses: a full disk, or too many writers."""
    text = str(error).lower()
    if "full" in text or "no space" in text or "i/o error" in text:
        return (
            HTTPStatus.INSUFFICIENT_STORAGE,
            (
                "The server's disk is full, so nothing was saved. What was saved before is safe. "
                "Please tell whoever runs Headway, and try again afterwards."
            ),
        )
    return (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database did not answer in time, so nothing was saved. Please try again in a moment.",
    )
