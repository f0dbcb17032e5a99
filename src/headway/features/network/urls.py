"""Addresses of the network pages."""

from django.urls import URLPattern, path

from headway.features.network import views

urlpatterns: list[URLPattern] = [
    path("network", views.network, name="network"),
    path("network/teams", views.teams, name="network-teams"),
    path("network/slip", views.slip, name="network-slip"),
    path("network/circles", views.circles, name="network-circles"),
    path("network/moves", views.moves, name="network-moves"),
    path("network/strings", views.strings, name="network-strings"),
    path("network/<slug:name>.csv", views.table, name="network-table"),
]
