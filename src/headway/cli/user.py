"""``headway user``: the accounts of this installation."""

import secrets
import sys
from typing import TYPE_CHECKING

import click

from headway.cli.database import open_database
from headway.engine.errors import Invalid, Missing

if TYPE_CHECKING:
    from headway.store.models import User


@click.group("user")
def command() -> None:
    """Accounts: who can sign in.

    What somebody may do on a train follows from the roles they are given there, by e-mail address. Accounts
    with the staff mark may start trains.

    \b
    Examples:
      headway user add ada@example.com --name "Ada Nkemelu" --staff
      headway user add jun@example.com --generate
      headway user password ada@example.com
    """


_password_options = (
    click.option("--generate", is_flag=True, help="Make a password and print it once."),
    click.option("--password-stdin", is_flag=True, help="Read the password from standard input."),
)


@command.command("add")
@click.argument("email")
@click.option("--name", default="", help="The name others see.")
@click.option("--staff", is_flag=True, help="May start trains on this installation.")
@_password_options[0]
@_password_options[1]
def add(email: str, name: str, staff: bool, generate: bool, password_stdin: bool) -> None:
    """Add an account; asks for its password unless told otherwise."""
    open_database()
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from headway.store.models import User

    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(f"{email!r} is no e-mail address; people sign in with one.", code="email") from None
    if User.objects.filter(email=email.lower()).exists():
        raise Invalid(f"There is an account {email.lower()} already; see “headway user list”.", code="taken")
    user = User(email=User.objects.normalize_email(email).lower(), name=name.strip()[:120], is_staff=staff)
    _set_password(user, generate=generate, from_stdin=password_stdin)
    click.echo(f"{user.email} can sign in{' and start trains' if staff else ''}.")


@command.command("list")
def list_users() -> None:
    """List the accounts: e-mail, name, marks, trains."""
    open_database()
    from headway.store.models import User

    users = User.objects.order_by("email").prefetch_related("people__train")
    for user in users:
        marks = [*(["staff"] if user.is_staff else []), *([] if user.is_active else ["disabled"])]
        trains = sorted(person.train.slug for person in user.people.all())
        click.echo("\t".join([user.email, user.name or "-", ",".join(marks) or "-", ",".join(trains) or "-"]))
    if not users:
        click.echo("There is no account yet; add one with “headway user add EMAIL --staff”.", err=True)


@command.command("password")
@click.argument("email")
@_password_options[0]
@_password_options[1]
def password(email: str, generate: bool, password_stdin: bool) -> None:
    """Set a new password; whoever is signed in with the old one is signed out."""
    open_database()
    user = account(email)
    _set_password(user, generate=generate, from_stdin=password_stdin)
    click.echo(f"{user.email} has a new password.")


@command.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Stop an account from signing in and its tokens from working; what it did stays in the journal."""
    _mark(email, is_active=False)
    click.echo(f"{email.lower()} is disabled; “headway user enable” takes it back.")


@command.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled account sign in again."""
    _mark(email, is_active=True)
    click.echo(f"{email.lower()} can sign in.")


@command.command("staff")
@click.argument("email")
@click.option("--off", is_flag=True, help="Take the mark away.")
def staff(email: str, off: bool) -> None:
    """Let an account start trains on this installation, or no longer."""
    _mark(email, is_staff=not off)
    click.echo(f"{email.lower()} {'may no longer' if off else 'may'} start trains.")


def account(email: str) -> "User":
    """The account of an address.

    Raises:
        Missing: there is none.
    """
    from headway.store.models import User

    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        raise Missing(f"There is no account {email.lower()}; see “headway user list”.", code="user_missing")
    return user


def _mark(email: str, **marks: bool) -> None:
    open_database()
    user = account(email)
    for name, value in marks.items():
        setattr(user, name, value)
    user.save(update_fields=list(marks))


def _set_password(user: "User", *, generate: bool, from_stdin: bool) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if generate and from_stdin:
        raise click.UsageError("--generate and --password-stdin exclude each other.")
    if generate:
        chosen = secrets.token_urlsafe(15)
    elif from_stdin:
        chosen = sys.stdin.readline().rstrip("\r\n")
    else:
        chosen = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        validate_password(chosen, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="password", field="password") from None
    user.set_password(chosen)
    user.save()
    if generate:
        click.echo(f"Password (shown once): {chosen}")
