"""Addresses of the calendar pages."""

from django.urls import path

from headway.features.calendar import views

urlpatterns = [
    path("calendar", views.calendar, name="calendar"),
    path("pis/new", views.pi_new, name="pi-new"),
    path("pis/<int:number>", views.pi, name="pi"),
    path("pis/<int:number>/edit", views.pi_edit, name="pi-edit"),
    path("pis/<int:number>/advance", views.pi_advance, name="pi-advance"),
    path("pis/<int:number>/remove", views.pi_remove, name="pi-remove"),
    path("iterations/<int:iteration_id>", views.iteration, name="iteration"),
    path("milestones/new", views.milestone_new, name="milestone-new"),
    path("milestones/<int:milestone_id>", views.milestone, name="milestone"),
    path("milestones/<int:milestone_id>/remove", views.milestone_remove, name="milestone-remove"),
    path("closures/new", views.closure_new, name="closure-new"),
    path("closures/<int:closure_id>", views.closure, name="closure"),
    path("closures/<int:closure_id>/remove", views.closure_remove, name="closure-remove"),
]
