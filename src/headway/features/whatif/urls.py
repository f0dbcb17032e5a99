"""Addresses of the what-if pages."""

from django.urls import path

from headway.features.whatif import views

urlpatterns = [
    path("what-if", views.scenarios, name="scenarios"),
    path("what-if/new", views.scenario_new, name="scenario-new"),
    path("what-if/<int:number>", views.scenario, name="scenario"),
    path("what-if/<int:number>/edit", views.scenario_edit, name="scenario-edit"),
    path("what-if/<int:number>/remove", views.scenario_remove, name="scenario-remove"),
    path("what-if/<int:number>/copy", views.scenario_copy, name="scenario-copy"),
    path("what-if/<int:number>/changes/<slug:kind>", views.change_add, name="scenario-change-add"),
    path("what-if/<int:number>/changes/<int:turn>/remove", views.change_remove, name="scenario-change-remove"),
    path("what-if/<int:number>/run", views.scenario_run, name="scenario-run"),
    path("what-if/<int:number>/cancel", views.scenario_cancel, name="scenario-cancel"),
    path("what-if/<int:number>/progress", views.scenario_progress, name="scenario-progress"),
]
