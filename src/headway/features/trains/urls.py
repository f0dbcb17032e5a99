"""Addresses of the train's own pages."""

from django.urls import path

from headway.features.trains import views

urlpatterns = [
    path("", views.today, name="today"),
    path("settings", views.settings, name="train-settings"),
    path("settings/remove", views.remove, name="train-remove"),
    path("sample/remove", views.remove_sample, name="sample-remove"),
    path("permissions", views.permissions, name="permissions"),
]
