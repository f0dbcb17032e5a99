"""Addresses of the capacity pages."""

from django.urls import path

from headway.features.capacity import views

urlpatterns = [
    path("capacity", views.capacity, name="capacity"),
    path("capacity/<slug:team>/<int:iteration_id>", views.cell, name="capacity-cell"),
    path("capacity/<slug:team>/<int:iteration_id>/clear", views.clear, name="capacity-clear"),
]
