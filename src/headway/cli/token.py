"""``headway token``: personal access tokens for scripts."""

from typing import TYPE_CHECKING

import click

from headway.cli.database import open_database
from headway.cli.user import account
from headway.engine.errors import Missing

if TYPE_CHECKING:
    from headway.store.models import Train


@click.group("token")
def command() -> None:
    """Personal access tokens, for scripts that use the API in somebody's name.

    A token can do what its owner can, and never more than its scopes: read (look), work (plan and update
    work), train (set up the train, import).

    \b
    Examples:
      headway token add ada@example.com "Nightly report" --scope read
      headway token list ada@example.com
      headway token withdraw ada@example.com 3
    """


@command.command("add")
@click.argument("email")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(["read", "work", "train"]),
    default=["read"],
    show_default=True,
    help="May be given several times.",
)
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it lives.")
@click.option("--train", "slug", help="Opens only this train (its address, such as orion).")
def add(email: str, name: str, scopes: tuple[str, ...], days: int, slug: str | None) -> None:
    """Make a token and print its secret, once."""
    open_database()
    from headway.features.accounts.actions import make_token

    train = _train(slug) if slug else None
    token, secret = make_token(account(email), name=name, scopes=scopes, days=days, train=train)
    click.echo(secret)
    click.echo(f"Token {token.pk} “{token.name}” ({', '.join(token.scopes)}) lives {days} days.", err=True)
    click.echo("This is the only time that it is shown. Send it as “Authorization: Bearer …”.", err=True)


@command.command("list")
@click.argument("email")
def list_tokens(email: str) -> None:
    """List somebody's tokens: number, name, scopes, train, end, last use."""
    open_database()
    from headway.store.models import Token

    for token in Token.objects.filter(user=account(email)).select_related("train").order_by("pk"):
        ends = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "never ends"
        used = f"{token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
        train = token.train.slug if token.train else "all trains"
        click.echo("\t".join([str(token.pk), token.name, ",".join(token.scopes), train, ends, used]))


@command.command("withdraw")
@click.argument("email")
@click.argument("number", type=int)
def withdraw(email: str, number: int) -> None:
    """End a token at once."""
    open_database()
    from headway.features.accounts.actions import withdraw_token

    withdraw_token(account(email), number)
    click.echo(f"Token {number} is withdrawn.")


def _train(slug: str) -> "Train":
    from headway.store.models import Train

    train = Train.objects.filter(slug=slug).first()
    if train is None:
        raise Missing(f"There is no train {slug!r} on this installation.", code="train_missing")
    return train
