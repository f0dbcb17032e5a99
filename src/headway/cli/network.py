"""``headway network``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headway.cli import document

if TYPE_CHECKING:
    from headway.engine.documents import NetworkAnalysis


@click.command("network")
@click.argument("network_file", metavar="NETWORK", type=document.FILE)
@click.option("--most", type=click.IntRange(1, 100), default=10, show_default=True, help="Lines of each ranking.")
@click.option("--slip", type=click.IntRange(1, 52), default=1, show_default=True, help="Iterations something slips by.")
@click.option("--json", "as_json", is_flag=True, help="Write the whole answer as JSON.")
@click.option("--out", type=document.OUT, help="Write the analysis to this file as JSON.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def command(network_file: Path, most: int, slip: int, as_json: bool, out: Path | None, force: bool) -> None:
    """Analyse who waits for whom: circles, slack, the critical chain, what a slip hits, who is tied to whom.

    NETWORK is a file in JSON, or “-” for standard input; its schema is in the reference.

    \b
    Examples:
      headway network network.json
      headway network network.json --slip 2 --json
    """
    from headway.engine import documents
    from headway.engine.documents import NetworkProblem, analyse

    problem = document.read(NetworkProblem, network_file)
    answer = analyse(problem, most=most, slip=slip)
    if out is not None:
        document.write(documents.write(answer), out, force)
    click.echo(documents.write(answer) if as_json else _words(answer, most))


def _words(answer: "NetworkAnalysis", most: int) -> str:
    parts = [
        f"{answer.items:,} items and {answer.links:,} links.",
        _circles(answer),
        _chain(answer),
        _slack(answer, most),
        _harm(answer),
        _pairs(answer, most),
        _moves(answer),
    ]
    return "\n\n".join(part for part in parts if part)


def _circles(answer: "NetworkAnalysis") -> str:
    if not answer.cycles.groups:
        return "Nothing waits in a circle."
    lines = [f"{len(answer.cycles.members)} items wait for each other in circles:"]
    for each in answer.cuts.loops:
        cut = f"cheapest to cut: {each.link.provider} → {each.link.consumer}"
        lines.append(f"  {' → '.join((*each.loop, each.loop[0]))} ({cut})")
    links = ", ".join(f"{link.provider} → {link.consumer}" for link in answer.cuts.together)
    return "\n".join([*lines, f"Cutting {links} opens all of them, at a cost of {answer.cuts.cost:g} points."])


def _chain(answer: "NetworkAnalysis") -> str:
    chain = answer.chain
    if not chain.keys:
        return ""
    return (
        f"The critical chain needs {chain.iterations} iterations and has {chain.points:g} points: "
        f"{' → '.join(chain.keys)}."
    )


def _slack(answer: "NetworkAnalysis", most: int) -> str:
    short = [each for each in answer.slack if each.short]
    if not short:
        return "No provider is too late."
    rows = [[each.provider, each.consumer, str(each.spare)] for each in short[:most]]
    heading = "1 link has too little time:" if len(short) == 1 else f"{len(short)} links have too little time:"
    return f"{heading}\n" + document.table(["Provider", "Consumer", "Spare iterations"], rows, left=2)


def _harm(answer: "NetworkAnalysis") -> str:
    rows = [
        [each.source, str(len(each.delays)), str(len(each.teams)), f"{each.points:g}", f"{each.value:g}"]
        for each in answer.harmful
    ]
    return document.table(["If it slips", "Items", "Teams", "Points", "Value"], rows) if rows else ""


def _pairs(answer: "NetworkAnalysis", most: int) -> str:
    rows = [[each.provider, each.consumer, str(each.strings), str(each.short)] for each in answer.coupling.pairs[:most]]
    return document.table(["Provider", "Consumer", "Strings", "Short"], rows, left=2) if rows else ""


def _moves(answer: "NetworkAnalysis") -> str:
    rows = [
        [each.subject, each.taker, f"{each.points:g}", f"{each.strings_before} → {each.strings_after}"]
        for each in answer.moves
    ]
    return document.table(["To give away", "To", "Points", "Strings"], rows, left=2) if rows else ""
