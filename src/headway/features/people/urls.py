"""Addresses of the teams and people pages."""

from django.urls import path

from headway.features.people import views

urlpatterns = [
    path("teams", views.teams, name="teams"),
    path("teams/new", views.team_new, name="team-new"),
    path("teams/order", views.teams_order, name="teams-order"),
    path("teams/<slug:team>", views.team, name="team"),
    path("teams/<slug:team>/edit", views.team_edit, name="team-edit"),
    path("teams/<slug:team>/remove", views.team_remove, name="team-remove"),
    path("teams/<slug:team>/members/new", views.member_new, name="member-new"),
    path("members/<int:membership_id>", views.member_edit, name="member"),
    path("members/<int:membership_id>/remove", views.member_remove, name="member-remove"),
    path("people", views.people, name="people"),
    path("people/new", views.person_new, name="person-new"),
    path("people/<int:person_id>", views.person, name="person"),
    path("people/<int:person_id>/edit", views.person_edit, name="person-edit"),
    path("people/<int:person_id>/remove", views.person_remove, name="person-remove"),
    path("people/<int:person_id>/roles", views.person_roles, name="person-roles"),
    path("people/<int:person_id>/account", views.person_link, name="person-account"),
    path("absences/<int:absence_id>", views.absence, name="absence"),
    path("absences/<int:absence_id>/remove", views.absence_remove, name="absence-remove"),
]
