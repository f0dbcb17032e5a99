"""What the pages show, as sheets to take along."""

from collections.abc import Callable, Mapping

from headway.engine.errors import Missing
from headway.engine.network.cuts import Cost
from headway.features.exchange.writing import Sheet, csv_of
from headway.features.network.questions.circles import Cut, circles_told
from headway.features.network.questions.moves import MovesTold
from headway.features.network.questions.scope import Scope
from headway.features.network.questions.slips import harmful
from headway.features.network.questions.strings import Line, chain_told, lines
from headway.features.network.questions.teams import densities, matrix
from headway.features.network.strands import Strand

Cells = tuple[str | int | float | None, ...]


def strings(scope: Scope) -> Sheet:
    """Every dependency with the room it has."""
    headings = (
        "Number", "Needs", "Type", "State", "Provider team", "Provider", "Provider title", "Provider at",
        "Consumer team", "Consumer", "Consumer title", "Consumer at", "Health", "Slack (iterations)",
        "Spare (iterations)", "On the critical chain", "In a circle",
    )  # fmt: skip
    return Sheet(name="Strings", headings=headings, rows=[_line(line) for line in lines(scope, scope.shown)])


def _line(line: Line) -> Cells:
    strand = line.strand
    return (
        strand.number, strand.needs, strand.type, strand.state, line.provider_team.name, strand.provider.label,
        strand.provider.title, line.provider_at, line.consumer_team.name, strand.consumer.label, strand.consumer.title,
        line.consumer_at, strand.health.value, strand.slack, line.spare, line.on_chain, line.in_circle,
    )  # fmt: skip


def teams(scope: Scope) -> Sheet:
    """Pairs of teams."""
    return Sheet(
        name="Teams",
        headings=("Provider", "Consumer", "Strings", "Short", "Points"),
        rows=[
            (cell.provider.name, cell.consumer.name, cell.strings, cell.short, float(cell.points))
            for cell in matrix(scope).pairs
        ],
    )


def features(scope: Scope) -> Sheet:
    """How thickly each feature is strung."""
    return Sheet(
        name="Features",
        headings=("Feature", "Title", "Items", "Strings", "Between teams", "Leaving it", "Teams", "Strings per item"),
        rows=[
            (
                f"F{each.number}", each.title, each.items, each.strings, each.across, each.outside, each.teams,
                float(each.per_item),
            )
            for each in densities(scope)[1]
        ],
    )  # fmt: skip


def chain(scope: Scope) -> Sheet:
    """The critical chain, step by step."""
    return Sheet(
        name="Chain",
        headings=("Step", "Item", "Title", "Team", "Stands in", "Points", "Provides by"),
        rows=[
            (
                at, each.piece.label, each.piece.title, each.team, each.at, float(each.piece.points),
                _numbers(each.strands),
            )
            for at, each in enumerate(chain_told(scope).steps, start=1)
        ],
    )  # fmt: skip


def slips(scope: Scope) -> Sheet:
    """Whose slip by one iteration would do most harm."""
    return Sheet(
        name="Slips",
        headings=(
            "Item", "Title", "Team", "Items that move", "Points that move", "Features that slip", "Cost of delay",
            "Falls out of the PI (cost of delay)", "Teams that move",
        ),
        rows=[
            (
                each.source.label, each.source.title, each.team, len(each.moved), float(each.points), len(each.late),
                float(each.value), float(each.falls_out_value), ", ".join(each.teams),
            )
            for each in harmful(scope)
        ],
    )  # fmt: skip


def circles(scope: Scope, by: Cost) -> Sheet:
    """Each circle with its cheapest cut, and the cuts that open all of them."""
    told = circles_told(scope, by)
    rows = [
        (" > ".join(each.piece.label for each in circle.steps), *_cut(circle.cut), "of this circle")
        for circle in told.circles
    ]
    rows += [("", *_cut(cut), "of all circles together") for cut in told.together]
    return Sheet(
        name="Circles",
        headings=("Circle", "Cut before", "Provided by", "Dependencies", f"Cost ({by})", "Cheapest cut"),
        rows=rows,
    )


def _cut(cut: Cut) -> Cells:
    return cut.consumer.label, cut.provider.label, _numbers(cut.strands), float(cut.cost)


def moves(told: MovesTold) -> Sheet:
    """Which work, with another team, would remove most strings."""
    headings = (
        "Work", "Title", "Stories", "Points", "Now with", "If it were with", "Strings between teams now", "Then",
        "Short now", "Short then", "Room now (points)", "Room then (points)", "Fits",
    )  # fmt: skip
    rows = []
    for each, fits in [*((each, True) for each in told.fitting), *((each, False) for each in told.beyond)]:
        move = each.move
        rows.append(
            (
                f"F{each.feature}" if each.feature else each.pieces[0].label, each.title, each.stories,
                float(move.points), ", ".join(each.givers), each.taker, move.strings_before, move.strings_after,
                move.short_before, move.short_after, float(move.room_before) if fits else None,
                float(move.room_after) if fits else None, fits,
            )
        )  # fmt: skip
    return Sheet(name="Moves", headings=headings, rows=rows)


OF_A_SCOPE: Mapping[str, Callable[[Scope], Sheet]] = {
    "strings": strings,
    "teams": teams,
    "features": features,
    "chain": chain,
    "slips": slips,
}
NAMES = (*OF_A_SCOPE, "circles", "moves")


def written(sheet: Sheet) -> bytes:
    """The sheet as CSV in which no cell can act as a formula."""
    return csv_of(sheet)


def no_such_table(name: str) -> Missing:
    """The refusal of a name that is none of ours."""
    return Missing(f"There is no table {name[:40]}.csv here; there are {', '.join(NAMES)}.", code="table_missing")


def _numbers(strands: tuple[Strand, ...]) -> str:
    return ", ".join(f"D{strand.number}" for strand in strands)
