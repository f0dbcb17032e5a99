"""Addresses of a house in which a page breaks."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from headway.site.urls import handler500
from headway.site.urls import urlpatterns as real

__all__ = ["handler500", "urlpatterns"]


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("the secret of the page")


urlpatterns = [*real, path("broken", broken)]
