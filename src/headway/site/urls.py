"""Every address of the house."""

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import RedirectView

from headway.api.root import api
from headway.web import views

TRAIN_ROOMS = (
    "trains",
    "people",
    "calendar",
    "capacity",
    "backlog",
    "dependencies",
    "network",
    "board",
    "planner",
    "whatif",
    "forecast",
    "journal",
    "exchange",
    "search",
    "presence",
)
"""The features whose pages live below ``/trains/<slug>/``."""

urlpatterns = [
    path("", include("headway.web.urls")),
    path("", include("headway.features.accounts.urls")),
    path("", include("headway.features.trains.site_urls")),
    # A house without mail cannot prove addresses, and people are let into trains by theirs: nobody changes their own.
    path("accounts/email/", login_required(RedirectView.as_view(pattern_name="account")), name="account_email"),
    # Nor can it send a link to choose a new password: the page says who can help.
    path("accounts/password/reset/", views.forgotten_password, name="account_reset_password"),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", api.urls),
    *(path("trains/<slug:slug>/", include(f"headway.features.{room}.urls")) for room in TRAIN_ROOMS),
]

handler400 = "headway.web.views.bad_request"
handler403 = "headway.web.views.forbidden"
handler404 = "headway.web.views.not_found"
handler500 = "headway.web.views.server_error"
