"""A first plan in milliseconds: the worthiest per point first, whatever it needs before it, then a few swaps."""

from collections.abc import Sequence

from headway.engine.planner.board import Board
from headway.engine.planner.ground import Ground

SCARCITY = (0.0, 1.0, 2.0)
SMALL = 2_000
"""Up to so many stories, several orders are tried and the best plan kept."""


def greedy(ground: Ground, start: Board | None = None) -> Board:
    """The best of a few greedy plans; ``start`` is a board to fill up."""
    best: Board | None = None
    for power in SCARCITY if len(ground.fixed) <= SMALL else SCARCITY[1:2]:
        board = start.copy() if start else Board(ground)
        fill(board, ranked(ground, power))
        if best is None or board.total() > best.total():
            best = board
    return best or Board(ground)


def ranked(ground: Ground, power: float) -> list[int]:
    """Blocks by worth per point, the points of a team counting more the scarcer its room is."""
    prices = [price**power for price in ground.scarcity()]
    span = ground.iterations
    cost = [sum(points * prices[cell // span] for _, points, cell, _, _, _, _ in rows) + 1.0 for rows in ground.rows]
    worth = [density * (points + 1) for density, points in zip(ground.density, ground.points, strict=True)]
    return sorted(range(len(cost)), key=lambda block: -worth[block] / cost[block])


def fill(board: Board, blocks: Sequence[int]) -> None:
    """Put in what goes in, in this order, each after all it needs."""
    for block in blocks:
        if not board.inside[block]:
            _put(board, block)


def _put(board: Board, block: int) -> bool:
    """Put a block in with all it needs; True when it is in."""
    ground = board.ground
    if not ground.alive[block]:
        return False
    added: list[int] = []
    for one in needs(ground, board, block):
        if not board.put(one):
            break
        added.append(one)
    for one in reversed(added):
        if not board.pays(one):
            board.take(one)
    return board.inside[block]


def needs(ground: Ground, board: Board, block: int) -> list[int]:
    """The block and all it needs that is not in, what is needed first (blocks are numbered in that order)."""
    found = {block}
    stack = [block]
    while stack:
        for one in ground.before[stack.pop()]:
            if not board.inside[one] and one not in found:
                found.add(one)
                stack.append(one)
    return sorted(found)
