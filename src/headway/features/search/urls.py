"""Addresses of the search."""

from django.urls import path

from headway.features.search import views

urlpatterns = [path("search", views.search, name="search")]
