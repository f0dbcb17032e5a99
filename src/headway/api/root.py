"""The root of the REST API: who may call, how errors look, and which rooms it has."""

import math
from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from headway import __version__
from headway.api.auth import BrowserSession, PersonalToken, TokenRate
from headway.engine.errors import HeadwayError
from headway.features.backlog.api import router as backlog
from headway.features.board.api import router as board
from headway.features.calendar.api import router as calendar
from headway.features.capacity.api import router as capacity
from headway.features.dependencies.api import router as dependencies
from headway.features.exchange.api import router as exchange
from headway.features.forecast.api import router as forecast
from headway.features.journal.api import router as journal
from headway.features.network.api import router as network
from headway.features.people.api import router as people
from headway.features.planner.api import router as planner
from headway.features.trains.api import router as trains
from headway.features.whatif.api import router as whatif
from headway.kit.http import problem, storage_trouble

token_rate = TokenRate()

api = NinjaAPI(
    title="Headway",
    version=__version__,
    description="Everything the pages do. Errors are RFC 9457 problem details with a sentence in `detail`.",
    auth=[PersonalToken(), BrowserSession()],
    throttle=[token_rate],
    docs_url=None,
    urls_namespace="api",
)

for room in (
    trains,
    people,
    calendar,
    capacity,
    backlog,
    dependencies,
    network,
    board,
    journal,
    exchange,
    forecast,
    whatif,
    planner,
):
    api.add_router("", room)


@api.exception_handler(HeadwayError)
def _own_error(request: HttpRequest, error: HeadwayError) -> HttpResponse:
    return problem(error)


@api.exception_handler(OperationalError)
def _storage_error(request: HttpRequest, error: OperationalError) -> HttpResponse:
    status, sentence = storage_trouble(error)
    return _details(status.value, status.phrase, "storage", sentence)


@api.exception_handler(AuthenticationError)
def _unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _details(
        401,
        "Unauthorized",
        "signed_out",
        "Sign in, or send a personal token as “Authorization: Bearer …”.",
    )


@api.exception_handler(Throttled)
def _too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    seconds = math.ceil(error.wait or 1)
    response = _details(
        429, "Too Many Requests", "too_many", f"This token called too often; try again in {seconds} seconds."
    )
    response["Retry-After"] = str(seconds)
    return response


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    phrase = HTTPStatus(error.status_code).phrase
    return _details(error.status_code, phrase, "unreadable", f"{error}. Send JSON as the reference describes it.")


@api.exception_handler(ValidationError)
def _bad_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    mistakes = [
        {"field": ".".join(str(part) for part in each["loc"][1:]), "problem": each["msg"]} for each in error.errors
    ]
    sentence = "; ".join(f"{each['field'] or 'body'}: {each['problem']}" for each in mistakes)
    return _details(422, "Unprocessable Content", "invalid", sentence, errors=mistakes)


def _details(status: int, title: str, code: str, sentence: str, **more: Any) -> HttpResponse:
    body = {"title": title, "status": status, "code": code, "detail": sentence, **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")
