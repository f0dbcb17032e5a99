"""Who may call the API: a browser session (with its CSRF token) or a personal token.

Trap: django-ninja exempts its operations from Django's CSRF middleware; the check happens only because
:class:`BrowserSession` is a cookie class. A house test walks all operations.
"""

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import AuthRateThrottle


class BrowserSession(APIKeyCookie):
    """The session of somebody signed in; unsafe requests need the CSRF token too."""

    param_name = "headway_session"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The user, or None."""
        return request.user if request.user.is_authenticated else None


class PersonalToken(HttpBearer):
    """A token of :class:`headway.store.models.Token`; the middleware has looked it up already."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The user, or None."""
        return request.user if getattr(request, "token_scopes", None) is not None else None


class TokenRate(AuthRateThrottle):
    """At most 20 calls a second, averaged over a minute, from programs; people at a browser are not counted."""

    def __init__(self) -> None:
        super().__init__("1200/m")

    def allow_request(self, request: HttpRequest) -> bool:
        """Whether this call may pass; the answer to one too many is 429 with ``Retry-After``."""
        return getattr(request, "token_scopes", None) is None or super().allow_request(request)
