"""Addresses of the dependencies pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
