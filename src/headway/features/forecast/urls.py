"""Addresses of the forecast pages."""

from django.urls import path

from headway.features.forecast import views

urlpatterns = [
    path("forecast", views.forecast, name="forecast"),
    path("forecast/state", views.state, name="forecast-state"),
    path("forecast/again", views.again, name="forecast-again"),
    path("forecast/<slug:what>.csv", views.data, name="forecast-data"),
    path("forecast/feature/<int:number>", views.feature, name="forecast-feature"),
    path("forecast/feature/<int:number>/line", views.feature_line, name="forecast-feature-line"),
    path("forecast/team/<slug:team>", views.pace, name="forecast-team"),
]
