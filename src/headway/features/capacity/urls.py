"""Addresses of the capacity pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
