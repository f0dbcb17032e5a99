"""Addresses of the board pages."""

from django.urls import URLPattern, path

from headway.features.board import views

urlpatterns: list[URLPattern] = [
    path("board", views.board, name="board"),
    path("board/list", views.board_list, name="board-list"),
]
