"""Addresses of one's own account."""

from django.urls import path

from headway.features.accounts import views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/theme", views.theme, name="theme"),
    path("account/tokens", views.tokens, name="tokens"),
    path("account/tokens/<int:token_id>/withdraw", views.withdraw, name="token-withdraw"),
]
