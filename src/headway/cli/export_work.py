"""``headway export``."""

import sys
from pathlib import Path

import click

from headway.cli.database import open_database
from headway.cli.trains import operator, the_train
from headway.engine.errors import Invalid


@click.command("export")
@click.option("--train", "slug", help="The train to export; may be left out when there is only one.")
@click.option("--list", "name", help="One list instead of the whole train: features, stories, …, or all.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; its ending says the format. “-” is standard output.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--as", "email", default="", metavar="EMAIL", help="Act for this account, with its rights.")
def command(slug: str | None, name: str | None, output: Path | None, force: bool, email: str) -> None:
    """Write a whole train as JSON, or one of its lists as CSV or Excel.

    The JSON holds the journal too and imports again to an identical train (“headway import --new-train”).

    \b
    Examples:
      headway export --train orion --output orion.json
      headway export --train orion --list features --output features.csv
      headway export --train orion --list all --output orion.xlsx
    """
    open_database()
    from headway.features.exchange import files

    actor = operator(the_train(slug), email)
    if name is None:
        _check_json(output)
        made = files.exported_train(actor)
    else:
        named = output.suffix.removeprefix(".").lower() if output is not None else ""
        made = files.exported_list(actor, name, named or ("xlsx" if name == "all" else "csv"))
    _write(made.data, output or Path(made.name), force)


def _check_json(output: Path | None) -> None:
    if output is not None and str(output) != "-" and output.suffix.lower() != ".json":
        raise Invalid(
            f"A whole train is written as .json, not as {output.name}. For one list add --list features (or "
            "another); --list all makes one .xlsx.",
            code="export.ending",
        )


def _write(data: bytes, output: Path, force: bool) -> None:
    if str(output) == "-":
        sys.stdout.buffer.write(data)
        return
    if output.exists() and not force:
        raise Invalid(f"{output} exists already; choose another name, or replace it with --force.", code="exists")
    try:
        output.write_bytes(data)
    except OSError as error:
        raise Invalid(f"Cannot write {output}: {error.strerror}.", code="unwritable") from None
    click.echo(f"Wrote {output} ({len(data) / 1024:,.0f} KiB).")
