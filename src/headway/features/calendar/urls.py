"""Addresses of the calendar pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
