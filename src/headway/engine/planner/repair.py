"""Better plans by ruin and recreate: take a few blocks out, put blocks back in another order, keep what is better.

A round takes out blocks that share a team (with all that need them), then puts back what goes in of those and of
the blocks that were out, by worth per point with some chance. A slightly worse plan is accepted at times, which
leads out of dead ends; the best plan is kept aside.
"""

from random import Random

from headway.engine.planner.board import Board
from headway.engine.planner.greedy import needs
from headway.engine.planner.ground import Ground

MOST_TAKEN = 14
"""Blocks taken out in a round, at most, before those that need them."""
NOISE = 0.8
"""How far chance may lower the rank of a block."""
LATE = 0.7
"""How often a block's stories give way to others, or keep to the present plan."""
SHIFT = 0.5
"""How often single stories of others are moved to make room."""
FORCE = 0.5
"""How often a round begins with a block that is out instead of a team,"""
TOURNAMENT = 2
"""chosen as the worthiest of so many,"""
AFRESH = 0.3
"""and how often what it needs is placed anew with it."""
POLISH = 0.03
"""How often a round only moves the stories of one team, each to its best place."""
WARMTH = 0.4
"""How much worse a plan may be to go on from, in shares of what a block is worth on average; and"""
HEAT = 8
"""how many times more when nothing better was found for long."""
STALE = 1_500
"""Rounds without a better plan after which the search goes back to the best one."""


class Repair:
    """The search, one ``round()`` at a time; ``best`` is a board with the best plan so far."""

    __slots__ = ("_by_team", "_random", "_scale", "_stale", "_teams", "_total", "best", "best_total", "board", "ground")

    def __init__(self, board: Board, random: Random) -> None:
        self.ground: Ground = board.ground
        self.board = board
        self.best = board.copy()
        self._random = random
        self._total = self.best_total = board.total()
        self._stale = 0
        ground = self.ground
        weights = ground.problem.weights
        self._scale = WARMTH * (weights.value + weights.early) / max(len(ground.rows), 1)
        teams = [sorted({row[2] // ground.iterations for row in rows}) for rows in ground.rows]
        self._by_team: list[list[int]] = [[] for _ in range(ground.teams)]
        for block, owners in enumerate(teams):
            if ground.alive[block]:
                for team in owners:
                    self._by_team[team].append(block)
        self._teams = teams

    def adopt(self, board: Board) -> None:
        """Go on from another plan; it is the best so far when it is better."""
        self.board.become(board)
        self._total = board.total()
        self._keep_best()

    def round(self) -> bool:
        """One round; True when it found a plan better than all before."""
        if self._random.random() < POLISH:
            return self._polish()
        board = self.board
        before = board.place, board.room, board.inside, board.worth, board.sum
        board.place, board.room = board.place[:], board.room[:]
        board.inside, board.worth = board.inside[:], board.worth[:]
        self._refill(self._ruin())
        total = board.total()
        if total >= self._total - self._warmth():
            self._total = total
            if self._keep_best():
                return True
        else:
            board.place, board.room, board.inside, board.worth, board.sum = before
        self._stale += 1
        if self._stale % STALE == 0:
            board.become(self.best)
            self._total = self.best_total
        return False

    def _polish(self) -> bool:
        """Move each story of a team to the best place for it."""
        board, ground = self.board, self.ground
        moved = False
        for story in ground.free_of[int(self._random.random() * ground.teams)]:
            if board.place[story] >= 0 and board.nudge(story):
                moved = True
        if moved:
            self._total = board.total()
            if self._keep_best():
                return True
        self._stale += 1
        return False

    def _warmth(self) -> float:
        """How much worse a plan may be to go on from."""
        return self._scale * (1 + HEAT * (self._stale % STALE) / STALE) * self._random.random() ** 3

    def _keep_best(self) -> bool:
        if self._total <= self.best_total + 1e-9:
            return False
        self.best.become(self.board)
        self.best_total = self._total
        self._stale = 0
        return True

    def _ruin(self) -> list[int]:
        """Take out some blocks around a team or around a block that is out; returns them."""
        draw = self._random.random
        board, by_team = self.board, self._by_team
        taken: list[int] = []
        if draw() < FORCE and self._force(taken):
            return taken
        most = 1 + int(draw() * draw() * MOST_TAKEN)
        block = int(draw() * len(self._teams))
        teams = self._teams[block]
        for _ in range(4 * most):
            team = teams[int(draw() * len(teams))]
            pool = by_team[team]
            if not pool:
                break
            one = pool[int(draw() * len(pool))]
            if board.inside[one]:
                board.take_all(one, taken)
                if len(taken) >= most:
                    break
                if draw() < 0.3:
                    teams = self._teams[one]
        return taken

    def _force(self, taken: list[int]) -> bool:
        """Put in a block that is out and all it needs, taking out what stands in the way."""
        board, ground = self.board, self.ground
        block = self._outsider()
        if block < 0:
            return False
        keep = ground.ancestors(block)
        if self._random.random() < AFRESH:
            for one in ground.before[block]:
                if board.inside[one]:
                    board.take_all(one, taken)
        for one in needs(ground, board, block):
            while not board.put(one, True, True, True):
                if not self._clear(board.stuck, keep, taken):
                    return bool(taken)
        return True

    def _outsider(self) -> int:
        """One of the worthier blocks that are out, -1 when none is found."""
        draw, inside, alive, density = self._random.random, self.board.inside, self.ground.alive, self.ground.density
        count = len(inside)
        best = -1
        found = 0
        for _ in range(20):
            block = int(draw() * count)
            if not inside[block] and alive[block]:
                found += 1
                if best < 0 or density[block] > density[best]:
                    best = block
                if found >= TOURNAMENT:
                    break
        return best

    def _clear(self, stuck: tuple[int, int, int, int], keep: frozenset[int], taken: list[int]) -> bool:
        """Take blocks out of the cell in which the points fit at the least loss; False when no cell will do."""
        draw, board, ground = self._random.random, self.board, self.ground
        cell, first, last, points = stuck
        place, size, room, worth = board.place, ground.size, board.room, board.worth
        owner, feature = ground.block_of, ground.feature
        loads: list[dict[int, int]] = [{} for _ in range(last - first + 1)]
        for story in ground.free_of[cell // ground.iterations]:
            if size[story] and first <= place[story] <= last:
                block = owner[feature[story]]
                if block not in keep:
                    here = loads[place[story] - first]
                    here[block] = here.get(block, 0) + size[story]
        least = 0.0
        victims: list[int] = []
        for at, here in enumerate(loads, first):
            lack = points - room[cell + at]
            chosen = []
            loss = 0.0
            for block in sorted(here, key=lambda block: worth[block] / here[block] * (0.3 + draw())):
                if lack <= 0:
                    break
                lack -= here[block]
                loss += worth[block]
                chosen.append(block)
            if lack <= 0 and (not victims or loss < least) and chosen:
                least, victims = loss, chosen
        for block in victims:
            board.take_all(block, taken)
        return bool(victims)

    def _refill(self, taken: list[int]) -> None:
        ground, board = self.ground, self.board
        inside, density, draw = board.inside, ground.density, self._random.random
        pool = set(taken)
        for team in sorted({team for block in taken for team in self._teams[block]}):
            pool.update(block for block in self._by_team[team] if not inside[block])
        noise = NOISE * draw()
        order = sorted((-density[block] * (1 - noise * draw()), block) for block in sorted(pool))
        alive, before, thin = ground.alive, ground.before, ground.thin
        for _, block in order:
            if inside[block] or not alive[block]:
                continue
            for one in before[block]:
                if not inside[one]:
                    self._put_with_needs(block)
                    break
            else:
                if board.put(block, draw() < LATE, draw() < SHIFT) and thin[block] and not board.pays(block):
                    board.take(block)

    def _put_with_needs(self, block: int) -> None:
        """Put a block in after all it needs, or none of them."""
        board, ground = self.board, self.ground
        added: list[int] = []
        for one in needs(ground, board, block):
            if not board.put(one, True, self._random.random() < SHIFT):
                for other in reversed(added):
                    board.take(other)
                return
            added.append(one)
