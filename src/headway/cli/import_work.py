"""``headway import``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headway.cli.database import open_database
from headway.cli.trains import operator, staff_account, the_train
from headway.engine.errors import Invalid

if TYPE_CHECKING:
    from headway.features.exchange.comparison import Preview

SHOWN = 20


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--train", "slug", help="The train that gets the work; may be left out when there is only one.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--map", "named", multiple=True, metavar="MEANING=HEADING", help="What a column means, such as points=Effort."
)
@click.option("--source", default="", help="Name of the tracker the identifiers come from, where a train has several.")
@click.option("--epics", type=click.Choice(["auto", "theme", "feature"]), default="auto", help="What an epic becomes.")
@click.option("--team-labels", default="", metavar="PREFIX", help="Labels that begin with this name the team.")
@click.option("--default-team", default="", help="Team of rows that name none.")
@click.option(
    "--first-day", default="", metavar="YYYY-MM-DD", help="First day of the first PI, if the file has no dates."
)
@click.option("--place-by-due", is_flag=True, help="Place items without an iteration by their due date.")
@click.option("--new-train", is_flag=True, help="The file is an exported train: make a new train of it.")
@click.option("--slug", "address", default="", help="With --new-train: another address than in the file.")
@click.option("--as", "email", default="", metavar="EMAIL", help="Act for this account, with its rights.")
def command(
    *,
    file: Path,
    slug: str | None,
    dry_run: bool,
    named: tuple[str, ...],
    source: str,
    epics: str,
    team_labels: str,
    default_team: str,
    first_day: str,
    place_by_due: bool,
    new_train: bool,
    address: str,
    email: str,
) -> None:
    """Bring the work in FILE into a train: CSV, Excel or JSON of Jira, Azure DevOps, GitHub, GitLab or any list.

    Rows that cannot be taken are named and left out; nothing that a team changed here is overwritten, and the
    same file twice changes nothing.

    \b
    Examples:
      headway import work.csv --train orion --dry-run
      headway import wishes.xlsx --train orion --map title=Wish --map points=Worth
      headway import orion.json --new-train --slug orion-copy
    """
    open_database()
    from headway.features.exchange import files
    from headway.features.exchange.choices import Choices

    data = file.read_bytes()
    if new_train:
        train = files.import_train_file(staff_account(email), data, slug=address)
        click.echo(f"The train {train.name} is at /trains/{train.slug}/ with {train.seq:,} journal entries.")
        return
    choices = Choices(
        source=source,
        epics=epics,
        team_labels=team_labels,
        default_team=default_team,
        place_by_due=place_by_due,
        first_day=first_day,
    )
    preview = files.import_file(
        operator(the_train(slug), email),
        file_name=file.name,
        data=data,
        choices=choices,
        named=_pairs(named),
        dry_run=dry_run,
    )
    _tell(preview, dry_run)


def _pairs(named: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for each in named:
        meaning, sign, heading = each.partition("=")
        if not sign or not heading.strip():
            raise Invalid(f"--map {each!r} should read MEANING=HEADING, such as points=Effort.", code="map")
        pairs[meaning.strip()] = heading.strip()
    return pairs


def _tell(preview: "Preview", dry_run: bool) -> None:
    click.echo(f"{preview.plan.rows:,} rows, read as {preview.plan.format} from source “{preview.plan.source}”.")
    for kind, verdicts in preview.counts.items():
        told = ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.items())
        click.echo(f"  {kind:<12}{told}")
    for problem in (*preview.errors[:SHOWN], *preview.notes[:SHOWN]):
        where = f"row {problem.row}, " if problem.row else ""
        click.echo(
            f"  {problem.severity.value}: {where}{problem.column} {problem.value!r}: {problem.message}", err=True
        )
    hidden = max(0, len(preview.errors) - SHOWN) + max(0, len(preview.notes) - SHOWN)
    if hidden:
        click.echo(f"  and {hidden:,} more of the kind; the import page lists all.", err=True)
    if dry_run:
        click.echo("Nothing was written; leave out --dry-run to do it.")
    elif preview.changes_nothing:
        click.echo("All of it was there already; nothing was changed.")
