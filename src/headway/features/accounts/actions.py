"""One's own account: name, time zone, theme, and personal access tokens."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import available_timezones

from headway.engine.errors import Invalid, Missing
from headway.kit import clock
from headway.kit.access import Scope
from headway.store.models import Token, Train, User

MOST_TOKENS = 20


def edit_account(user: User, *, name: str, time_zone: str) -> None:
    """Change one's name and time zone (empty: as the train).

    Raises:
        Invalid: the zone is unknown.
    """
    if time_zone and time_zone not in available_timezones():
        raise Invalid(
            f"{time_zone!r} is no time zone of the IANA database; Europe/Berlin is one.",
            code="zone",
            field="time_zone",
            value=time_zone,
        )
    User.objects.filter(pk=user.pk).update(name=name.strip()[:120], time_zone=time_zone)


def choose_theme(user: User, theme: str) -> None:
    """Light, dark, or as the device."""
    if theme not in User.Theme.values:
        raise Invalid(f"There is no theme {theme[:20]!r}; there are {', '.join(User.Theme.values)}.", code="theme")
    User.objects.filter(pk=user.pk).update(theme=theme)


def make_token(
    user: User, *, name: str, scopes: Iterable[str], days: int | None = 90, train: Train | None = None
) -> tuple[Token, str]:
    """A new token and its secret, which is shown once and kept only as a digest.

    ``days`` is how long it lives (None: until withdrawn); with ``train`` it opens that train only.

    Raises:
        Invalid: no name, no or unknown scopes, or too many tokens already.
    """
    wanted = set(scopes)
    if not name.strip():
        raise Invalid("Name the token after what will use it, so that you know it again.", code="name", field="name")
    if not wanted or not wanted <= {scope.value for scope in Scope}:
        known = ", ".join(scope.value for scope in Scope)
        raise Invalid(f"Choose at least one of the scopes {known}.", code="scopes", field="scopes")
    if days is not None and not 1 <= days <= 366:
        raise Invalid(f"A token lives 1 to 366 days, not {days}.", code="days", field="days", value=days)
    if Token.objects.filter(user=user).count() >= MOST_TOKENS:
        raise Invalid(f"You have {MOST_TOKENS} tokens already; withdraw one first.", code="too_many")
    secret = f"hw_{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user,
        train=train,
        name=name.strip()[:80],
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=sorted(wanted),
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=days) if days is not None else None,
    )
    return token, secret


def withdraw_token(user: User, token_id: int) -> None:
    """End one of one's tokens at once."""
    gone, _ = Token.objects.filter(user=user, pk=token_id).delete()
    if not gone:
        raise Missing("You have no such token.", code="token_missing")
