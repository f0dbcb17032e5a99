"""The ``headway`` command.

Exit codes: 0 done, 1 refused with a sentence on standard error, 2 wrong usage. A command lives in the module of
its name and is loaded when it is called, so that ``headway --help`` stays quick.
"""

import os
import sys
from importlib import import_module

import click

from headway import __version__
from headway.engine.errors import HeadwayError

COMMANDS = {
    "serve": "Serve the pages, the API and the live stream.",
}
"""Every command with its one line of help."""


class LazyGroup(click.Group):
    """A group that imports a command's module when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its module imported."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"headway.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="headway")
def headway() -> None:
    """The control room of an Agile Release Train.

    Settings come from HEADWAY_… variables and from headway.toml in the working folder.
    """


def prepare() -> None:
    """Check the settings and load Django; called first by every command that touches the database."""
    from headway.kit.settings import settings

    settings()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "headway.site.settings")
    import django

    django.setup()


def main() -> None:
    """Run the command line; a person's mistake ends in a sentence, never in a traceback."""
    try:
        headway.main(standalone_mode=False)
    except HeadwayError as error:
        click.echo(f"headway: {error}", err=True)
        sys.exit(1)
    except click.Abort:
        click.echo("headway: stopped.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
