"""Pages of one's own account."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from headway.engine.errors import HeadwayError
from headway.features.accounts import actions
from headway.features.accounts.forms import AccountForm, TokenForm
from headway.store.models import Token, User


@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, time zone, and the way to password and tokens."""
    user = cast(User, request.user)
    form = AccountForm(request.POST or None, initial={"name": user.name, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        actions.edit_account(user, **form.cleaned_data)
        messages.success(request, "Your account is saved.")
        return redirect("account")
    return render(request, "accounts/account.html", {"form": form, "tokens": Token.objects.filter(user=user).count()})


@login_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the device; back to where one was."""
    actions.choose_theme(cast(User, request.user), request.POST.get("theme", ""))
    if "application/json" in request.headers.get("Accept", ""):
        return HttpResponse(status=204)
    return HttpResponseRedirect(_back(request))


@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The personal access tokens, and a form for a new one, whose secret is shown once."""
    user = cast(User, request.user)
    form = TokenForm(user, request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _, secret = actions.make_token(user, **form.cleaned_data)
            form = TokenForm(user)
        except HeadwayError as error:
            form.add_error(None, str(error))
    listed = Token.objects.filter(user=user).select_related("train").order_by("-created_at")
    return render(request, "accounts/tokens.html", {"form": form, "tokens": listed, "secret": secret})


@login_required
@require_POST
def withdraw(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token."""
    actions.withdraw_token(cast(User, request.user), token_id)
    messages.success(request, "The token is withdrawn.")
    return redirect("tokens")


def _back(request: HttpRequest) -> str:
    there = request.headers.get("Referer", "/")
    allowed = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if allowed else "/"
