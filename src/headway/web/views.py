"""The house's own pages: where people arrive, and the error pages Django asks for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from headway.web.middleware import error_page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return error_page(request, 400, "Bad request", "The server could not make sense of this request.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return error_page(request, 403, "Forbidden", "You may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return error_page(request, 404, "Not found", "There is nothing at this address, or nothing that you may see.")


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return error_page(request, 500, "Something broke", "This is our mistake. Nothing was changed; please try again.")


def forgotten_password(request: HttpRequest) -> HttpResponse:
    """What to do about a forgotten password: Headway sends no mail, so a person has to help."""
    return render(request, "account/password_reset.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token."""
    return error_page(
        request,
        403,
        "This form has expired",
        "The page was open too long, or the form came from somewhere else, so nothing was saved. "
        "Go back, reload the page and send it again.",
    )
