"""Real sprints of open-source boards, from the public data of HEADWAY_TEST_DATA."""

import csv
from pathlib import Path

from headway.engine.forecast import PastIteration, TeamHistory

FEWEST = 11
"""Iterations a board must have: six to begin with and five to be foretold."""


def real_boards(data: Path, *, half_with_points: bool = True) -> list[TeamHistory]:
    """Boards long enough to be foretold; with points delivered in at least half their sprints.

    Nothing is known of what was available, so it is 1 and a ratio is points per sprint. Negative deliveries
    are errors of the record and left out.
    """
    boards: dict[str, list[tuple[int, float]]] = {}
    with (data / "histories" / "sprints.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            delivered = float(row["delivered_points"] or 0)
            if delivered >= 0:
                board = f"{row['source']} {row['board_id']}"
                boards.setdefault(board, []).append((int(row["seq_in_board"]), delivered))
    histories = []
    for board, sprints in boards.items():
        points = [delivered for _, delivered in sorted(sprints)]
        empty = sum(not each for each in points)
        if len(points) >= FEWEST and (not half_with_points or 2 * empty <= len(points)):
            past = tuple(PastIteration(completed=each, available=1) for each in points)
            histories.append(TeamHistory(team=board, iterations=past))
    return histories
