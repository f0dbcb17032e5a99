"""Better and better plans: a few features at a time made anew, exactly."""

from collections.abc import Callable, Sequence
from random import Random

from headway.engine.planner.cp_sat.neighbours import Neighbourhoods
from headway.engine.planner.cp_sat.repair import repair
from headway.engine.planner.shape import Shape

BETTER = 1e-9
EFFORT = 0.06
"""Deterministic effort for one part; about as many seconds."""

FEWEST, FIRST, MOST = 24, 32, 160
"""Stories made anew at a time: at least, at first, at most."""

GROW, SHRINK = 1.01, 0.95


class Search:
    """Large neighbourhood search with CP-SAT; the same for the same seed and number of rounds."""

    def __init__(self, shape: Shape, seed: int) -> None:
        self._shape = shape
        self._random = Random(seed)  # noqa: S311 - for search, not for secrets
        self._neighbourhoods = Neighbourhoods(shape, self._random)
        self._stories = float(FIRST)
        self._given: list[int] = []
        self._places: list[int] = []
        self._total = 0.0
        self._loads: list[list[int]] = []
        self.rounds = 0
        self.proven = False

    def improve(self, places: Sequence[int], *, rounds: int, until: Callable[[], bool]) -> list[int] | None:
        """A plan better than ``places`` after so many rounds, None when none was found.

        What is as good as ``places`` is kept in mind: asked again with the same, the search goes on from there.
        """
        given = list(places)
        if given != self._given:
            self._given = given
            self._take(given, self._shape.total(given))
        begun = self._total
        if not self._neighbourhoods.open:
            return None
        for _ in range(rounds):
            if self.proven or until():
                break
            self._round()
        if self._total <= begun + BETTER:
            return None
        self._given = list(self._places)
        return list(self._places)

    def _take(self, places: list[int], total: float) -> None:
        self._places, self._total, self._loads = places, total, self._shape.loads(places)

    def _round(self) -> None:
        self.rounds += 1
        features = self._neighbourhoods.pick(self._places, round(self._stories))
        seed = self._random.getrandbits(31)
        found = repair(self._shape, self._places, self._loads, features, effort=EFFORT, seed=seed)
        proven = found is not None and found.proven
        paid = False
        if found is not None:
            total = self._shape.total(found.places)
            paid = total > self._total + BETTER
            if total >= self._total - BETTER:
                self._take(found.places, total)
        self._stories = min(MOST, max(FEWEST, self._stories * (SHRINK if paid or not proven else GROW)))
        self._neighbourhoods.learn(paid)
