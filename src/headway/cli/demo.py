"""``headway demo``."""

import click

from headway.cli import prepare
from headway.cli.database import pending_migrations, reach
from headway.engine.errors import Conflict

STAGES = ("backlog", "planning", "committed", "mid-pi", "closing")
STALE_AFTER = 3
"""Days after which the sample train's "today" no longer is today."""


@click.command("demo")
@click.option(
    "--stage", type=click.Choice(STAGES), default="mid-pi", show_default=True, help="How far its story is told."
)
@click.option("--seed", type=click.IntRange(0, 10**9), default=1, show_default=True, help="Same seed, same train.")
@click.option("--reset", is_flag=True, help="Build it anew if it is there; what was done in it is lost.")
@click.option("--remove", is_flag=True, help="Remove it, with the sample accounts.")
@click.option("--crowd", type=click.IntRange(1, 90), metavar="N", help="Let N of its people work on it until Ctrl+C.")
@click.option(
    "--minutes",
    type=click.FloatRange(0.01, 24 * 60),
    default=60,
    show_default=True,
    help="How long the crowd works at most.",
)
@click.option("--yes", is_flag=True, help="Also where real people have accounts.")
@click.option(
    "--quiet", is_flag=True, help="Only say how to sign in; for scripts. Never an error when it is not wanted here."
)
def command(
    *, stage: str, seed: int, reset: bool, remove: bool, crowd: int | None, minutes: float, yes: bool, quiet: bool
) -> None:
    """Load the sample train: Orion, nine teams that build a regional railway's app, displays and tickets.

    Dates are told from today: in stage mid-pi its third PI is in the second iteration. Sample accounts at
    example.org share one password, printed here and kept in sample_sign_in.txt in the data folder. A train that
    is there stays as it is.

    \b
    Examples:
      headway demo                              loads it, or says how to sign in
      headway demo --stage planning --reset     begins anew on the first day of planning
      headway demo --crowd 20                   twenty people move cards, for a live show
      headway demo --remove                     takes it away, with its accounts
    """
    prepare()
    reach()
    _bring_up_to_date()
    if remove:
        _remove()
        return
    if not _load(stage, seed, reset=reset, yes=yes, quiet=quiet):
        return
    if crowd:
        _let_work(crowd, seed, minutes)


def _bring_up_to_date() -> None:
    from django.core.management import call_command

    if pending_migrations():
        call_command("migrate", interactive=False, verbosity=0)


def _load(stage: str, seed: int, *, reset: bool, yes: bool, quiet: bool) -> bool:
    """Whether the sample train is there in the end."""
    from headway.demo import sample
    from headway.demo.stages import Stage

    there = sample.sample()
    if there is not None and not reset:
        if not quiet:
            click.echo("The sample train is there already; “headway demo --reset” builds it anew.")
        days = sample.days_since_loading()
        if days > STALE_AFTER:
            click.echo(f"It was loaded {days} days ago; “headway demo --reset” brings its calendar up to today.")
        click.echo(sample.sign_in_text(), nl=False)
        return True
    real = sample.real_accounts()
    if real and not yes and there is None:
        lives = "1 real account lives here" if real == 1 else f"{real} real accounts live here"
        sentence = f"{lives}, so the sample train was not loaded. Load it with “headway demo --yes”."
        if not quiet:
            raise Conflict(sentence, code="in_use")
        click.echo(sentence)
        return False
    click.echo("Loading the sample train; this takes some seconds …", err=True)
    if there is not None:
        sample.remove(there)
    loaded = sample.load(Stage(stage), seed)
    if not quiet:
        click.echo(f"The sample train is at /trains/{loaded.slug}/board; {loaded.deeds:,} things have happened on it.")
    click.echo(loaded.sign_in, nl=False)
    return True


def _remove() -> None:
    from headway.demo import sample
    from headway.engine.errors import Missing

    train = sample.sample()
    if train is None:
        raise Missing("The sample train is not there.", code="no_sample")
    sample.remove(train)
    click.echo("The sample train is gone, and its accounts with it.")


def _let_work(people: int, seed: int, minutes: float) -> None:
    from headway.demo.crowd import work

    click.echo(f"{people} people work on the sample train for {minutes:g} minutes at most; Ctrl+C stops them.")
    try:
        done = work(people, seed, minutes * 60, tell=lambda line: click.echo(f"  {line}"))
    except KeyboardInterrupt:
        click.echo("The crowd has gone home.")
    else:
        click.echo(f"The crowd has gone home after {done} changes.")
