"""``headway forecast``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headway.cli import document
from headway.cli.document import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headway.engine.documents import ForecastDocument
    from headway.engine.forecast import Chance, Forecast


@click.command("forecast")
@click.argument("problem_file", metavar="PROBLEM", type=document.FILE)
@click.option("--trials", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True, help="Trials to draw.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same numbers.")
@click.option("--drivers", "with_drivers", is_flag=True, help="Say which inputs drive the risk.")
@click.option("--json", "as_json", is_flag=True, help="Write the whole answer as JSON.")
@click.option("--out", type=document.OUT, help="Write the forecast to this file as JSON.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def command(
    problem_file: Path, trials: int, seed: int, with_drivers: bool, as_json: bool, out: Path | None, force: bool
) -> None:
    """Foretell what a plan in JSON delivers by when, from what its teams did so far.

    PROBLEM is a file, or “-” for standard input; its schema is in the reference.

    \b
    Examples:
      headway forecast ahead.json
      headway forecast ahead.json --drivers --json
    """
    from headway.engine import documents
    from headway.engine.documents import ForecastDocument
    from headway.engine.forecast import ForecastProblem, drivers, forecast

    problem = document.read(ForecastProblem, problem_file)
    with document.progress("Drawing") as bar:
        told = forecast(problem, trials=trials, seed=seed, progress=lambda drawn, wanted: bar.show(drawn / wanted))
    risks = drivers(problem, seed=seed) if with_drivers else ()
    answer = ForecastDocument(forecast=told, drivers=risks)
    if out is not None:
        document.write(documents.write(answer), out, force)
    click.echo(documents.write(answer) if as_json else _words(answer))


def _words(answer: "ForecastDocument") -> str:
    told = answer.forecast
    parts = [_chances("Objective", told, told.objectives), _chances("Feature", told, told.features)]
    if not told.features and not told.objectives:
        parts.append(_chances("Item", told, told.items))
    if told.predictability is not None:
        levels = told.predictability.quantiles
        parts.append(
            f"PI predictability: {percent(told.predictability.mean)} expected, between {percent(levels[0.15])} and "
            f"{percent(levels[0.85])} in seven cases of ten."
        )
    if answer.drivers:
        parts.append("\n".join(["What drives the risk:", *(f"  {each.target}: {each}" for each in answer.drivers)]))
    seen = ", ".join(f"{team} {count}" for team, count in told.observations.items())
    parts.append(f"{told.trials:,} trials; past iterations behind them: {seen}.")
    parts += told.notes
    return "\n\n".join(part for part in parts if part)


def _chances(title: str, told: "Forecast", chances: "Mapping[str, Chance]") -> str:
    rows = [
        [key, *(percent(chance) for chance in each.by), "–" if each.in_time is None else percent(each.in_time)]
        for key, each in chances.items()
    ]
    return document.table([f"{title}: done by", *told.iterations, "in time"], rows) if rows else ""
