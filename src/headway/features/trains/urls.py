"""Addresses of the trains pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
