"""Addresses of the journal pages."""

from django.urls import URLPattern, path

from headway.features.journal import views

urlpatterns: list[URLPattern] = [
    path("journal", views.journal, name="journal"),
    path("undo", views.undo, name="undo"),
]
