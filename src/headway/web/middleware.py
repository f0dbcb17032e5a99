"""What happens around every request: who asks, in which train, and how errors look."""

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render

from headway.engine.errors import HeadwayError, Missing
from headway.kit import clock
from headway.kit.access import Scope
from headway.kit.http import HouseRequest, TrainRequest, problem, status_of, storage_trouble
from headway.store.actors import actor_for
from headway.store.models import Token, User

Next = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("headway.requests")


class Middleware:
    """Base of the house's own middleware."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


class RequestLine(Middleware):
    """Logs one line a request (address without its query, which could carry a secret), and its server time."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        response = self.get_response(request)
        milliseconds = round((perf_counter() - began) * 1000, 2)
        response["Server-Timing"] = f"app;dur={milliseconds}"
        response["X-Request-ID"] = request_id = uuid4().hex[:16]
        log.info(
            "%s %s %s %.1f ms",
            request.method,
            # Escaped again: a line break in an address would forge the next line of the log.
            quote(request.path),
            response.status_code,
            milliseconds,
            extra={"request_id": request_id, "status": response.status_code, "milliseconds": milliseconds},
        )
        return response


class SecurityHeaders(Middleware):
    """Headers that Django leaves to the application."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store" if request.path.startswith("/accounts/") else "private, no-cache"
        return response


class ReadableAddress(Middleware):
    """Keeps null characters out, with which PostgreSQL cannot even compare text: a query loses them, a path fails."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path:
            return error_response(request, Missing("There is nothing at this address.", code="null_character"))
        query = request.META.get("QUERY_STRING", "")
        while "%00" in query or "\x00" in query:
            query = query.replace("%00", "").replace("\x00", "")
            request.META["QUERY_STRING"] = query
        return self.get_response(request)


class BearerToken(Middleware):
    """Signs in the owner of a personal access token for this one request."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        house = cast(HouseRequest, request)
        house.token_scopes = None
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer ") and request.path.startswith("/api/"):
            digest = hashlib.sha256(header[7:].strip().encode()).hexdigest()
            token = Token.objects.select_related("user", "train").filter(digest=digest).first()
            expired = token is not None and token.expires_at is not None and token.expires_at < clock.now()
            if token is None or expired or not token.user.is_active:
                return JsonResponse(
                    {
                        "title": "Unauthorized",
                        "status": 401,
                        "code": "token_invalid",
                        "detail": "This token is unknown, expired or withdrawn. Make a new one under “Tokens”.",
                    },
                    status=401,
                    content_type="application/problem+json",
                )
            request.user = token.user
            house.token_scopes = frozenset(Scope(each) for each in token.scopes)
            request.token_train = token.train.slug if token.train else None  # type: ignore[attr-defined]
            if token.last_used_at is None or clock.now() - token.last_used_at > timedelta(minutes=5):
                Token.objects.filter(pk=token.pk).update(last_used_at=clock.now())
        return self.get_response(request)


class TrainOfRequest(Middleware):
    """For every address below ``/trains/<slug>/``: ``request.actor`` is who asks. Strangers get "not found"."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Resolve the actor before the view runs."""
        slug = kwargs.get("slug")
        if not isinstance(slug, str) or "/trains/" not in request.path:
            return None
        if not request.user.is_authenticated:
            # The API says 401 by itself.
            return None if request.path.startswith("/api/") else redirect_to_login(request.get_full_path())
        try:
            cast(TrainRequest, request).actor = self._actor(request, slug)
        except HeadwayError as error:
            return error_response(request, error)
        return None

    def _actor(self, request: HttpRequest, slug: str) -> Any:
        scopes = cast(HouseRequest, request).token_scopes
        bound_to = getattr(request, "token_train", None)
        user = cast(User, request.user)
        if scopes is None:
            return actor_for(user, slug)
        return actor_for(user, slug if bound_to in (None, slug) else "", scopes)


class OwnErrors(Middleware):
    """Turns the house's errors, and the database's refusals, into answers a person can act on."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        sentence = "Nothing happens at this address when it is opened like this. Go back and use the buttons there."
        if request.path.startswith("/api/"):
            sentence = f"This address takes {response['Allow'] or 'other methods'}, not {request.method}."
            told = {"title": "Method Not Allowed", "status": 405, "code": "method_not_allowed", "detail": sentence}
            page: HttpResponse = JsonResponse(told, status=405, content_type="application/problem+json")
        else:
            page = error_page(request, 405, "Not this way", sentence)
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for errors that a view let through."""
        if isinstance(error, HeadwayError):
            return error_response(request, error)
        if isinstance(error, OperationalError):
            status, sentence = storage_trouble(error)
            log.error("The database refused: %s", error)
            return error_page(request, status.value, status.phrase, sentence)
        return None


def error_response(request: HttpRequest, error: HeadwayError) -> HttpResponse:
    """An error as a page, or as problem details for whoever asked for JSON."""
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        return problem(error)
    status = status_of(error)
    return error_page(request, status.value, status.phrase, str(error))


def error_page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """A page that says what went wrong and what to do about it."""
    context = {"status": status, "title": title, "sentence": sentence}
    return render(request, "web/error.html", context, status=status)
