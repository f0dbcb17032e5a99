"""Addresses of the house's own pages."""

from django.urls import path

from headway.web import health

urlpatterns = [
    path("health", health.health, name="health"),
]
