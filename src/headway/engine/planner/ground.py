"""A problem laid out in flat lists of whole numbers, so that the search can try thousands of plans a second.

Points are counted in hundredths: stories rounded up and room rounded down. A *cell* is a team in an iteration,
numbered ``team * iterations + iteration``. A *block* is what goes in or out as one: a feature, or several whose
stories wait for each other in a circle. Providers are numbered before their consumers.
"""

from collections.abc import Sequence
from math import ceil, floor, fsum

from headway.engine.planner.circles import groups
from headway.engine.planner.objective import EVEN, score
from headway.engine.planner.order import FREE, GONE, Links, links, order
from headway.engine.planner.plan import Plan
from headway.engine.planner.problem import PinKind, Problem

UNITS = 100
NEAR = 1e-6

Row = tuple[int, int, int, int, int, tuple[tuple[int, int], ...], int]
"""A free story for the search: its number, points, first cell of its team, first and last iteration it may be in,
(free provider, iterations between) of all it waits for, and its feature."""


class Decided:
    """What people decided, in the problem's order: ``fixed`` is the iteration of a held story, GONE for one that
    is held out, FREE for one the planner may place; ``barred`` stories and features must be out."""

    __slots__ = ("barred_features", "barred_stories", "consistent", "fixed", "wanted_features", "wanted_stories")

    def __init__(self, problem: Problem) -> None:
        pins = {pin.subject: pin for pin in problem.pins}
        present = problem.present.placement if problem.present else {}
        self.fixed: list[int] = []
        self.barred_stories: set[int] = set()
        self.wanted_stories: set[int] = set()
        self.consistent = True
        for place, story in enumerate(problem.stories):
            pin = pins.get(story.key)
            at = present.get(story.key, GONE) if story.team in problem.locks else FREE
            if pin is not None and pin.kind is PinKind.HERE:
                here = -1 if pin.iteration is None else pin.iteration
                self.consistent &= at in (FREE, here)
                at = here
            elif pin is not None:
                wanted = pin.kind is PinKind.IN
                (self.wanted_stories if wanted else self.barred_stories).add(place)
                self.consistent &= at == FREE or (at >= 0) == wanted
            self.fixed.append(at)
        kinds = {key: pin.kind for key, pin in pins.items()}
        self.barred_features = {
            place for place, feature in enumerate(problem.features) if kinds.get(feature.key) is PinKind.OUT
        }
        self.wanted_features = {
            place
            for place, feature in enumerate(problem.features)
            if feature.mandatory or kinds.get(feature.key) is PinKind.IN
        }


class Ground:
    """A problem compiled for the search; ``board.Board`` is a plan on it.

    ``order[story]`` is the story's place in ``problem.stories``. Lists by block: ``rows``, ``before`` and
    ``after`` (blocks it needs and blocks that need it), ``density`` (worth per point), ``required`` and
    ``points``. ``must`` is what a required
    block adds to the total of the search: more than all else together.
    ``gains[feature][finish]`` is what a feature adds when it finishes then.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.iterations = len(problem.iterations)
        self.teams = len(problem.teams)
        linked, decided = links(problem), Decided(problem)
        self._number(linked, decided)
        self._measure(linked)
        self._rooms(decided)
        self._open_windows()
        self._close_windows()
        self._value()
        self._judge_features(decided)
        self._make_blocks()
        self._drop_impossible()
        self._make_rows()
        self._keep_constant()

    # -- numbering ---------------------------------------------------------------------------------------------

    def _number(self, linked: Links, decided: Decided) -> None:
        problem = self.problem
        low = [story.earliest for story in problem.stories]
        places = {story.key: place for place, story in enumerate(problem.stories)}
        for arrival in problem.arrivals:
            place = places[arrival.story]
            low[place] = max(low[place], arrival.iteration + (0 if arrival.mocked else 1))
        ordered = order(problem, linked, low, decided.fixed)
        self.order = ordered.stories
        self.feature_order = ordered.features
        self.team_order = ordered.teams
        story = _inverse(ordered.stories)
        team, feature = _inverse(ordered.teams), _inverse(ordered.features)
        self.low = [low[old] for old in self.order]
        self.fixed = [decided.fixed[old] for old in self.order]
        self.team = [team[linked.team[old]] for old in self.order]
        self.feature = [feature[linked.feature[old]] for old in self.order]
        self.features = linked.features
        self.waits = [sorted((story[end], between) for end, between in linked.providers[old]) for old in self.order]
        self.serves = [sorted((story[end], between) for end, between in linked.consumers[old]) for old in self.order]
        self.members: list[list[int]] = [[] for _ in range(self.features)]
        for number, owner in enumerate(self.feature):
            self.members[owner].append(number)
        self.barred = [old in decided.barred_stories for old in self.order]
        self.consistent = decided.consistent

    def _measure(self, linked: Links) -> None:
        problem = self.problem
        self.size = [ceil(problem.stories[old].points * UNITS - NEAR) for old in self.order]
        present = problem.present.placement if problem.present else {}
        self.present = [present.get(problem.stories[old].key, GONE) for old in self.order]
        known = len(problem.features)
        self.worth_of = [problem.features[old].value if old < known else 0.0 for old in self.feature_order]
        dues = [problem.features[old].due if old < known else None for old in self.feature_order]
        self.due = [self.iterations - 1 if due is None else due for due in dues]

    def _rooms(self, decided: Decided) -> None:
        """Room for free stories, and how far a cell may be filled before it is no longer level."""
        held = [0] * (self.teams * self.iterations)
        for story, at in enumerate(self.fixed):
            if at >= 0:
                held[self.team[story] * self.iterations + at] += self.size[story]
        self.room: list[int] = []
        self.even: list[float] = []
        for number, old in enumerate(self.team_order):
            team = self.problem.teams[old]
            for at, points in enumerate(self.problem.committable(team)):
                room = floor(points * UNITS + NEAR)
                load = held[number * self.iterations + at]
                self.room.append(max(room - load, 0))
                self.even.append((1 - EVEN) * points * UNITS)
                self.consistent &= load <= team.capacity[at] * UNITS + NEAR * UNITS

    # -- windows -----------------------------------------------------------------------------------------------

    def _open_windows(self) -> None:
        """No story before its providers can be; held stories stand where they stand."""
        low, fixed = self.low, self.fixed
        for story, waits in enumerate(self.waits):
            if fixed[story] >= 0:
                self.consistent &= fixed[story] >= low[story]
                low[story] = fixed[story]
            for provider, between in waits:
                if fixed[story] < 0:
                    low[story] = max(low[story], low[provider] + between)
                elif fixed[provider] != FREE:
                    self.consistent &= 0 <= fixed[provider] <= fixed[story] - between

    def _close_windows(self) -> None:
        """No story after its consumers of the same feature, or after held ones, can be."""
        fixed, feature = self.fixed, self.feature
        self.complete = [all(fixed[story] != GONE for story in members) for members in self.members]
        self.high = [
            fixed[story]
            if fixed[story] >= 0
            else self.due[feature[story]]
            if self.complete[feature[story]]
            else self.iterations - 1
            for story in range(len(fixed))
        ]
        for story in range(len(fixed) - 1, -1, -1):
            if fixed[story] == FREE:
                for consumer, between in self.serves[story]:
                    if fixed[consumer] >= 0 or (fixed[consumer] == FREE and feature[consumer] == feature[story]):
                        self.high[story] = min(self.high[story], self.high[consumer] - between)

    # -- worth -------------------------------------------------------------------------------------------------

    def _value(self) -> None:
        weights, problem = self.problem.weights, self.problem
        whole = fsum(self.worth_of) or 1.0
        span = self.iterations
        self.gains = [
            [value / whole * (weights.value + weights.early * (span - at) / span) for at in range(span)]
            if complete
            else [0.0] * span
            for value, complete in zip(self.worth_of, self.complete, strict=True)
        ]
        self.tight = weights.slack / (len(problem.stories) or 1)
        self.uneven = weights.level / ((fsum(story.points for story in problem.stories) or 1.0) * UNITS)
        kept = len(problem.present) if problem.present else 0
        self.keep = weights.closeness / kept if kept else 0.0
        links = len(problem.dependencies) * self.tight
        self.must = 1.0 + 2 * (weights.value + weights.early + weights.level + weights.closeness + links)

    def _judge_features(self, decided: Decided) -> None:
        """Which features may be in: none that is barred, or is held beyond its due iteration."""
        old_wanted = decided.wanted_features
        self.possible: list[bool] = []
        self.wanted: list[bool] = []
        self.reached: list[int] = []
        for number, old in enumerate(self.feature_order):
            members = self.members[number]
            held = [self.fixed[story] for story in members if self.fixed[story] >= 0]
            barred = old in decided.barred_features
            last = max(held, default=-1)
            late = self.complete[number] and last > self.due[number]
            self.consistent &= not (barred and held)
            if late and len(held) == len(members):
                self.consistent = False
            self.possible.append(not barred and not late and not any(self.barred[story] for story in members))
            wanted = old in old_wanted or any(self.order[story] in decided.wanted_stories for story in members)
            self.wanted.append(wanted)
            self.reached.append(last)

    # -- blocks ------------------------------------------------------------------------------------------------

    def _make_blocks(self) -> None:
        needs: list[set[int]] = [set() for _ in range(self.features)]
        for story, waits in enumerate(self.waits):
            for provider, _ in waits:
                ends = self.feature[story], self.feature[provider]
                if self.fixed[story] == FREE and self.fixed[provider] == FREE and ends[0] != ends[1]:
                    needs[ends[0]].add(ends[1])
        free = [any(self.fixed[story] == FREE for story in members) for members in self.members]
        bundles = [bundle for bundle in groups([sorted(one) for one in needs]) if free[bundle[0]]]
        self.block_features = bundles
        self.block_of = [-1] * self.features
        for block, bundle in enumerate(bundles):
            for number in bundle:
                self.block_of[number] = block
        before: list[set[int]] = [set() for _ in bundles]
        after: list[set[int]] = [set() for _ in bundles]
        for number, providers in enumerate(needs):
            for provider in providers:
                one, other = self.block_of[number], self.block_of[provider]
                if one != other:
                    before[one].add(other)
                    after[other].add(one)
        self.before = [tuple(sorted(one)) for one in before]
        self.after = [tuple(sorted(one)) for one in after]

    def _drop_impossible(self) -> None:
        """Blocks that cannot be in, with all that need them; and those that must be, with all they need."""
        self.alive = [self._could_be(block) for block in range(len(self.before))]
        for block, needs in enumerate(self.before):  # providers come first
            self.alive[block] = self.alive[block] and all(self.alive[one] for one in needs)
        self.required = [any(self.wanted[number] for number in bundle) for bundle in self.block_features]
        for story, waits in enumerate(self.waits):
            for provider, _ in waits:
                if self.fixed[story] >= 0 and self.fixed[provider] == FREE:
                    self.required[self.block_of[self.feature[provider]]] = True
        for block in range(len(self.before) - 1, -1, -1):
            if self.required[block]:
                for one in self.before[block]:
                    self.required[one] = True

    def _could_be(self, block: int) -> bool:
        for number in self.block_features[block]:
            if not self.possible[number]:
                return False
            for story in self.members[number]:
                if self.fixed[story] == FREE and not self._has_a_place(story):
                    return False
        return True

    def _has_a_place(self, story: int) -> bool:
        cell = self.team[story] * self.iterations
        return all(self.fixed[provider] != GONE for provider, _ in self.waits[story]) and any(
            self.room[cell + at] >= self.size[story] for at in range(self.low[story], self.high[story] + 1)
        )

    def _make_rows(self) -> None:
        self.rows: list[list[Row]] = [[] for _ in self.before]
        self.points = [0] * len(self.before)
        self.strings: list[tuple[tuple[int, int], ...]] = [NOTHING] * len(self.fixed)
        self.promises: list[tuple[tuple[int, int], ...]] = [NOTHING] * len(self.fixed)
        for story, at in enumerate(self.fixed):
            waits = self.waits[story]
            team = self.team[story]
            if at != FREE:
                continue
            block = self.block_of[self.feature[story]]
            free = tuple((one, between) for one, between in waits if self.fixed[one] == FREE)
            cell = team * self.iterations
            row = (story, self.size[story], cell, self.low[story], self.high[story], free, self.feature[story])
            self.rows[block].append(row)
            self.points[block] += self.size[story]
            self.strings[story] = tuple((one, between) for one, between in waits if self.team[one] != team)
            self.promises[story] = tuple(
                (one, between) for one, between in self.serves[story] if self.team[one] != team and self.fixed[one] >= 0
            )
        span = self.iterations
        self.demand: list[list[tuple[int, int, int]]] = []
        for rows in self.rows:
            asked: dict[int, int] = {}
            for _, points, cell, _, _, _, _ in rows:
                asked[cell] = asked.get(cell, 0) + points
            self.demand.append([(cell, cell + span, points) for cell, points in sorted(asked.items())])
        self.leads = [
            any(self.fixed[one] == FREE and self.feature[one] != self.feature[story] for one, _ in serves)
            for story, serves in enumerate(self.serves)
        ]
        self.free_of: list[list[int]] = [[] for _ in range(self.teams)]
        for story, at in enumerate(self.fixed):
            if at == FREE:
                self.free_of[self.team[story]].append(story)
        self.strung = [any(self.strings[row[0]] or self.promises[row[0]] for row in rows) for rows in self.rows]
        self.thin = [
            not self.required[block]
            and sum(self.gains[number][-1] for number in bundle) <= self._most_harm(self.rows[block])
            for block, bundle in enumerate(self.block_features)
        ]
        self.density = [
            (sum(self.gains[number][0] for number in bundle) + (self.must if self.required[block] else 0.0))
            / (self.points[block] + 1)
            for block, bundle in enumerate(self.block_features)
        ]

    def _most_harm(self, rows: Sequence[Row]) -> float:
        """The most that stories can cost the other aims."""
        strings = sum(len(self.strings[row[0]]) + len(self.promises[row[0]]) for row in rows)
        return self.tight * strings + self.uneven * sum(row[1] for row in rows)

    def _keep_constant(self) -> None:
        """What the held stories alone make of the objective, without the level of cells that can still change."""
        held = {self.problem.stories[self.order[story]].key: at for story, at in enumerate(self.fixed) if at >= 0}
        self.base = score(self.problem, Plan(placement=held)).total + self.uneven * self.steep(self.room)

    def steep(self, room: Sequence[int]) -> float:
        """Hundredths of points by which cells with this room left are filled beyond an even load."""
        return sum([even - left for even, left in zip(self.even, room, strict=True) if left < even])

    def scarcity(self) -> list[float]:
        """For each team, the points asked of it over its room."""
        asked = [0] * self.teams
        span = self.iterations
        for rows in self.rows:
            for _, points, cell, _, _, _, _ in rows:
                asked[cell // span] += points
        return [
            max(points, 1) / max(sum(self.room[team * span : team * span + span]), 1)
            for team, points in enumerate(asked)
        ]

    def ancestors(self, block: int) -> frozenset[int]:
        """The block and all it needs, directly or through others."""
        found = {block}
        stack = [block]
        while stack:
            for one in self.before[stack.pop()]:
                if one not in found:
                    found.add(one)
                    stack.append(one)
        return frozenset(found)

    # -- to and from plans -------------------------------------------------------------------------------------

    def plan(self, place: Sequence[int]) -> Plan:
        """The plan that has the stories there, in the problem's own order."""
        old = self.given(place)
        return Plan(placement={story.key: at for story, at in zip(self.problem.stories, old, strict=True) if at >= 0})

    def unmet(self, inside: Sequence[bool]) -> tuple[str, ...]:
        """Keys of the features (or of stories without one) that must be in and are not, in the problem's order."""
        missing = {
            self.feature_order[number]
            for block, bundle in enumerate(self.block_features)
            if self.required[block] and not inside[block]
            for number in bundle
        }
        missing |= {
            self.feature_order[number]
            for number, wanted in enumerate(self.wanted)
            if wanted and (not self.complete[number] or not self.members[number] or not self.possible[number])
        }
        known = len(self.problem.features)
        alone = [story.key for story in self.problem.stories if story.feature is None]
        return tuple(self.problem.features[old].key if old < known else alone[old - known] for old in sorted(missing))

    def given(self, place: Sequence[int]) -> list[int]:
        """From the search's order of stories to the problem's."""
        old = [GONE] * len(place)
        for number, at in zip(self.order, place, strict=True):
            old[number] = at
        return old

    def taken(self, old: Sequence[int]) -> list[int]:
        """From the problem's order of stories to the search's."""
        return [old[number] for number in self.order]


NOTHING: tuple[tuple[int, int], ...] = ()


def _inverse(order_: Sequence[int]) -> list[int]:
    inverse = [0] * len(order_)
    for number, old in enumerate(order_):
        inverse[old] = number
    return inverse
