"""The ``headway`` command.

Exit codes: 0 done, 1 refused with a sentence on standard error, 2 wrong usage. A command lives in a module of its
own and is loaded when it is called, so that ``headway --help`` stays quick.
"""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from headway import __version__
from headway.engine.errors import HeadwayError

if TYPE_CHECKING:
    from django.db import OperationalError

COMMANDS = {
    "serve": "Serve the pages, the API and the live stream.",
    "worker": "Do the long work: drafts of plans, forecasts.",
    "demo": "Load the sample train, refresh it, remove it, or set a crowd to work on it.",
    "import": "Bring work from a file into a train, or a whole train from its export.",
    "export": "Write a whole train, or one of its lists, to a file.",
    "plan": "Draft a plan for a problem in JSON, judge it, explain why there is none.",
    "forecast": "Foretell what a plan in JSON delivers by when.",
    "network": "Analyse who waits for whom.",
    "user": "Accounts: add, list, password, disable, enable, staff.",
    "token": "Personal access tokens: add, list, withdraw.",
    "backup": "Copy the database to a file, while people work.",
    "restore": "Put the database of a backup in place of the present one.",
    "doctor": "Check the installation and say what to do.",
    "migrate": "Prepare the database for this version.",
}
"""Every command with its one line of help."""

_MODULES = {"import": "import_work", "export": "export_work"}
"""Where the module cannot be called like the command, or had better not be."""


class LazyGroup(click.Group):
    """A group that imports a command's module when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its module imported."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"headway.cli.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused with a sentence, 2 wrong usage.",
)
@click.version_option(__version__, prog_name="headway")
def headway() -> None:
    """The control room of an Agile Release Train.

    Settings come from HEADWAY_… variables and from headway.toml in the working folder.

    \b
    To begin:
      headway demo          a sample train, with people to sign in as
      headway serve         then open the address it prints
      headway user add you@example.com --staff
    """


def prepare() -> None:
    """Check the settings and load Django; called first by every command that touches the database."""
    from headway.kit.settings import settings

    settings()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "headway.site.settings")
    import django

    django.setup()


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; a person's mistake ends in a sentence, never in a traceback."""
    try:
        # Without standalone mode click hands back the code of ctx.exit() instead of exiting with it.
        sys.exit(headway.main(arguments, standalone_mode=False) or 0)
    except HeadwayError as error:
        click.echo(f"headway: {error}", err=True)
        sys.exit(1)
    except _storage_errors() as error:
        from headway.kit.http import storage_trouble

        click.echo(f"headway: {storage_trouble(error)[1]}", err=True)
        sys.exit(1)
    except click.Abort:
        click.echo("headway: stopped.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def _storage_errors() -> "tuple[type[OperationalError], ...]":
    """What the database raises when it refuses; nothing while Django has not been imported."""
    django_db = sys.modules.get("django.db")
    return (django_db.OperationalError,) if django_db is not None else ()
