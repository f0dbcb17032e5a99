"""A plan being worked on: stories on a ground, with the room left and the total kept up to date."""

from collections.abc import Sequence

from headway.engine.planner.ground import Ground
from headway.engine.planner.order import FREE, GONE

NEAR = 1e-9


class Board:
    """Blocks are put in and taken out; every state in between keeps all rules.

    ``place`` is the iteration of each story or GONE, ``room`` what is left of each cell, ``inside`` which blocks
    are in, ``worth`` what each of those adds and ``sum`` all of it. ``total()`` is the objective, plus
    ``ground.must`` for every block inside that must be.
    """

    __slots__ = ("ground", "inside", "place", "room", "stuck", "sum", "worth")

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.place = [GONE if at == FREE else at for at in ground.fixed]
        self.room = ground.room[:]
        self.inside = [False] * len(ground.rows)
        self.worth = [0.0] * len(ground.rows)
        self.sum = ground.base
        self.stuck = (0, 0, -1, 0)

    def copy(self) -> "Board":
        """Another board in the same state."""
        other = object.__new__(Board)
        other.ground = self.ground
        other.become(self)
        return other

    def become(self, other: "Board") -> None:
        """Take the state of another board of the same ground."""
        self.place, self.room = other.place[:], other.room[:]
        self.stuck = (0, 0, -1, 0)
        self.inside, self.worth, self.sum = other.inside[:], other.worth[:], other.sum

    def total(self) -> float:
        """The objective of this state, more for each required block that is in."""
        steep = 0.0
        for even, left in zip(self.ground.even, self.room, strict=True):
            if left < even:
                steep += even - left
        return self.sum - self.ground.uneven * steep

    def objective(self) -> float:
        """The objective of this state, without what required blocks add to the total."""
        ground = self.ground
        inside = sum([1 for one, must in zip(self.inside, ground.required, strict=True) if one and must])
        return self.total() - ground.must * inside

    def put(  # noqa: C901 - the innermost loop, flat for speed
        self, block: int, late: bool = True, shift: bool = False, force: bool = False
    ) -> bool:
        """Put a block in, each story as early as it goes; False, and nothing done, when there is no room.

        ``shift`` moves single stories of others to make room. ``force`` tries even where the team has too little
        room in all, to find out where: ``stuck`` is then (first cell of the team, first iteration, last
        iteration, points) of the story that does not fit.

        ``late`` moves stories that are not the last of their feature back again as far as that costs nothing,
        which leaves the early room to others; where there is a present plan it keeps stories at their place in it.
        """
        place, room = self.place, self.room
        ground = self.ground
        for cell, end, points in ground.demand[block]:
            if sum(room[cell:end]) < points and not force:
                return False
        rows = ground.rows[block]
        near = ground.present if ground.keep and late else None
        count = 0
        for story, points, cell, at, high, waits, _ in rows:
            for provider, between in waits:
                after = place[provider] + between
                if after > at:
                    at = after
            first = at
            if near is not None and at <= near[story] <= high and room[cell + near[story]] >= points:
                at = near[story]
            else:
                end = cell + high
                at += cell
                while at <= end and room[at] < points:
                    at += 1
                if at > end:
                    at = self._make_room(points, cell, first, high, waits) if shift else -1
                    if at < 0:
                        self.stuck = cell, first, high, points
                        break
                else:
                    at -= cell
            room[cell + at] -= points
            place[story] = at
            count += 1
        if count < len(rows):
            for story, points, cell, _, _, _, _ in rows[:count]:
                room[cell + place[story]] += points
                place[story] = GONE
            return False
        if late and near is None and count > 1:
            self._spread(block)
        self.inside[block] = True
        self.worth[block] = worth = self.value(block)
        self.sum += worth
        return True

    def pays(self, block: int) -> bool:
        """Whether a block that is in, and that nothing else needs, is worth the room it takes."""
        ground = self.ground
        if not ground.thin[block] or any(self.inside[one] for one in ground.after[block]):
            return True
        cost = 0.0
        loads: dict[int, int] = {}
        for story, points, cell, _, _, _, _ in ground.rows[block]:
            at = cell + self.place[story]
            loads[at] = loads.get(at, 0) + points
        for at, points in loads.items():
            over = ground.even[at] - self.room[at]
            cost += ground.uneven * (max(over, 0.0) - max(over - points, 0.0))
        return self.worth[block] >= cost

    def _make_room(self, points: int, cell: int, first: int, last: int, waits: tuple[tuple[int, int], ...]) -> int:
        """Move one story of the team to another iteration so that ``points`` fit into one from first to last.

        ``waits`` are the providers of what is to be placed there: they stay. Returns that iteration, -1 when no
        single move does.
        """
        stay = [provider for provider, _ in waits]
        place, room, ground = self.place, self.room, self.ground
        size = ground.size
        for at in range(first, last + 1):
            lack = points - room[cell + at]
            for story in ground.free_of[cell // ground.iterations]:
                if place[story] != at or size[story] < lack or story in stay:
                    continue
                one, other = self._window(story)
                for new in range(one, other + 1):
                    if new != at and room[cell + new] >= size[story]:
                        room[cell + new] -= size[story]
                        room[cell + at] += size[story]
                        place[story] = new
                        self._again(story)
                        return at
        return -1

    def _window(self, story: int) -> tuple[int, int]:
        """The first and last iteration the story can be in with all others where they are."""
        place, ground = self.place, self.ground
        fixed = ground.fixed
        first, last = ground.low[story], ground.high[story]
        for provider, between in ground.waits[story]:
            if fixed[provider] == FREE and place[provider] + between > first:
                first = place[provider] + between
        for consumer, between in ground.serves[story]:
            if fixed[consumer] == FREE and 0 <= place[consumer] < last + between:
                last = place[consumer] - between
        return first, last

    def nudge(self, story: int) -> bool:
        """Move a story that is in to the best iteration for it alone; True when that is another one."""
        place, room, ground = self.place, self.room, self.ground
        first, last = self._window(story)
        if first == last:
            return False
        start = best = place[story]
        cell = ground.team[story] * ground.iterations
        points = ground.size[story]
        room[cell + start] += points
        most = self.sum - self._steep(cell + start, points)
        for at in range(first, last + 1):
            if at != start and room[cell + at] >= points:
                place[story] = at
                self._again(story)
                total = self.sum - self._steep(cell + at, points)
                if total > most + NEAR:
                    most, best = total, at
        place[story] = best
        self._again(story)
        room[cell + best] -= points
        return best != start

    def _steep(self, cell: int, points: int) -> float:
        """What it costs that these points make a cell less level."""
        over = self.ground.even[cell] - self.room[cell]
        return self.ground.uneven * (max(over + points, 0.0) - max(over, 0.0))

    def _again(self, story: int) -> None:
        """Count what the story's block adds once more, and those that wait for it."""
        ground = self.ground
        touched = {ground.block_of[ground.feature[story]]}
        for consumer, _ in ground.serves[story]:
            if ground.fixed[consumer] == FREE:
                touched.add(ground.block_of[ground.feature[consumer]])
        for block in touched:
            if self.inside[block]:
                worth = self.value(block)
                self.sum += worth - self.worth[block]
                self.worth[block] = worth

    def _spread(self, block: int) -> None:
        """Move stories back within the finish of their features."""
        place, room, ground = self.place, self.room, self.ground
        rows = ground.rows[block]
        finish: dict[int, int] = {}
        for story, _, _, _, _, _, feature in rows:
            if place[story] > finish.get(feature, -1):
                finish[feature] = place[story]
        fixed = ground.fixed
        for story, points, cell, _, high, _, feature in reversed(rows):
            now = place[story]
            last = min(finish[feature], high)
            if last <= now or ground.leads[story]:
                continue
            for consumer, between in ground.serves[story]:
                if fixed[consumer] == FREE and 0 <= place[consumer] < last + between:
                    last = place[consumer] - between
            while last > now and room[cell + last] < points:
                last -= 1
            if last > now:
                room[cell + now] += points
                room[cell + last] -= points
                place[story] = last

    def value(self, block: int) -> float:
        """What the block adds where it stands: value, earliness, slack and closeness."""
        place, ground = self.place, self.ground
        bundle = ground.block_features[block]
        if len(bundle) == 1:
            feature = bundle[0]
            finish = ground.reached[feature]
            for row in ground.rows[block]:
                at = place[row[0]]
                if at > finish:
                    finish = at
            worth = ground.gains[feature][finish]
        else:
            worth = self._bundle(block)
        if ground.required[block]:
            worth += ground.must
        if ground.strung[block]:
            worth -= ground.tight * self._tight(block)
        if ground.keep:
            near = ground.present
            worth += ground.keep * sum([place[row[0]] == near[row[0]] for row in ground.rows[block]])
        return worth

    def _tight(self, block: int) -> int:
        """Dependencies across teams without a spare iteration, counted with their free consumer."""
        place, ground = self.place, self.ground
        strings, promises = ground.strings, ground.promises
        count = 0
        for row in ground.rows[block]:
            story = row[0]
            at = place[story]
            for provider, between in strings[story]:
                if at - place[provider] <= between:
                    count += 1
            for consumer, between in promises[story]:
                if place[consumer] - at <= between:
                    count += 1
        return count

    def _bundle(self, block: int) -> float:
        """Value and earliness of a block of several features."""
        ground, place = self.ground, self.place
        finish = {feature: ground.reached[feature] for feature in ground.block_features[block]}
        for story, _, _, _, _, _, feature in ground.rows[block]:
            finish[feature] = max(finish[feature], place[story])
        return sum(ground.gains[feature][at] for feature, at in sorted(finish.items()))

    def take(self, block: int) -> None:
        """Take a block out; nothing inside may need it any more."""
        place, room = self.place, self.room
        for story, points, cell, _, _, _, _ in self.ground.rows[block]:
            room[cell + place[story]] += points
            place[story] = GONE
        self.inside[block] = False
        self.sum -= self.worth[block]

    def take_all(self, block: int, taken: list[int]) -> None:
        """Take a block out and before it all that need it; append each to ``taken``."""
        inside = self.inside
        stack = [block]
        found = []
        while stack:
            one = stack.pop()
            if inside[one]:
                inside[one] = False
                found.append(one)
                stack.extend(self.ground.after[one])
        for one in found:
            self.take(one)
        taken += found

    def adopt(self, wish: Sequence[int]) -> None:
        """On an empty board: every block of this placement that keeps the rules as it stands there.

        A block with only some of its stories, or beyond the room that is left, stays out, with all that need it.
        The most valuable come first where there is not room for all.
        """
        ground = self.ground
        ready = sorted(range(len(ground.rows)), key=lambda block: -ground.density[block])
        for block in ready:
            self._adopt(block, wish)

    def _adopt(self, block: int, wish: Sequence[int]) -> bool:
        if self.inside[block]:
            return True
        ground = self.ground
        if not ground.alive[block] or not all(self._adopt(one, wish) for one in ground.before[block]):
            return False
        place, room = self.place, self.room
        count = 0
        for story, points, cell, low, high, waits, _ in ground.rows[block]:
            at = wish[story]
            low = max([low, *(place[one] + between for one, between in waits)])
            if at < low or at > high or room[cell + at] < points:
                break
            place[story] = at
            room[cell + at] -= points
            count += 1
        if count < len(ground.rows[block]):
            for story, points, cell, _, _, _, _ in ground.rows[block][:count]:
                room[cell + place[story]] += points
                place[story] = GONE
            return False
        self.inside[block] = True
        self.worth[block] = self.value(block)
        self.sum += self.worth[block]
        return True
