"""Addresses outside of any train: the list of trains, and a new one."""

from django.urls import path

from headway.features.trains import views

urlpatterns = [
    path("", views.trains, name="trains"),
    path("trains/new", views.train_new, name="train-new"),
]
