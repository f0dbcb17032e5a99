"""Addresses of the dependencies pages."""

from django.urls import URLPattern, path

from headway.features.dependencies import views

urlpatterns: list[URLPattern] = [
    path("dependencies", views.dependencies, name="dependencies"),
    path("dependencies/new", views.dependency_new, name="dependency-new"),
    path("dependencies/<int:number>", views.dependency, name="dependency"),
    path("dependencies/<int:number>/edit", views.dependency_edit, name="dependency-edit"),
    path("dependencies/<int:number>/step", views.step, name="dependency-step"),
    path("dependencies/<int:number>/comment", views.comment, name="dependency-comment"),
    path("dependencies/<int:number>/remove", views.dependency_remove, name="dependency-remove"),
]
