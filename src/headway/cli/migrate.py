"""``headway migrate``."""

import click

from headway.cli import prepare
from headway.cli.database import pending_migrations, reach


@click.command("migrate")
@click.option("--check", is_flag=True, help="Only say whether anything is pending; exit code 1 if so.")
@click.pass_context
def command(ctx: click.Context, check: bool) -> None:
    """Prepare the database for this version.

    “headway serve” does it by itself at start. Make a backup first: the way back to an older version is to
    restore it.

    \b
    Examples:
      headway backup before-update.sqlite3 && headway migrate
      headway migrate --check
    """
    prepare()
    reach()
    pending = pending_migrations()
    if not pending:
        click.echo("The database is prepared for this version.")
    elif check:
        click.echo(f"{len(pending)} steps are pending: {', '.join(pending)}")
        ctx.exit(1)
    else:
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        click.echo(f"The database is prepared for this version; {len(pending)} steps were taken.")
