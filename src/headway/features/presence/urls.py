"""Addresses of presence."""

from django.urls import path

from headway.features.presence import views

urlpatterns = [path("presence", views.tell, name="presence")]
