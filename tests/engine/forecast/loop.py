"""The same simulation as a plain loop over trials, teams and items: slow, obvious, and the judge of the fast one.

It reads the problem itself and shares no code with ``queues`` and ``work``.
"""

from collections.abc import Sequence

from headway.engine.forecast import ForecastProblem, Item

UNITS = 100


class Loop:
    """One trial at a time."""

    def __init__(self, problem: ForecastProblem) -> None:
        team_of = {item.key: item.team for item in problem.items}
        self.never = len(problem.iterations)
        self.done = {item.key: -1 if item.done else self.never for item in problem.items}
        self.units = {item.key: max(1, round(item.points * UNITS)) for item in problem.items}
        self.within: dict[str, list[str]] = {item.key: [] for item in problem.items}
        self.across: dict[str, list[str]] = {item.key: [] for item in problem.items}
        for each in problem.dependencies:
            if not each.mocked:
                inside = team_of[each.provider] == team_of[each.consumer]
                (self.within if inside else self.across)[each.consumer].append(each.provider)
        self.awaited: dict[str, list[int]] = {item.key: [] for item in problem.items}
        for place, arrival in enumerate(problem.arrivals):
            if not arrival.mocked:
                self.awaited[arrival.item].append(place)
        self.queues = [self.queue(problem, team.key) for team in problem.teams]

    def queue(self, problem: ForecastProblem, team: str) -> list[Item]:
        """A team's items in the order it works them: always the first whose producers inside it are placed."""
        waiting = sorted(
            (item for item in problem.items if item.team == team and not item.done),
            key=lambda item: self.never if item.planned is None else item.planned,
        )
        placed: list[Item] = []
        while waiting:
            unplaced = {item.key for item in waiting}
            following = next(item for item in waiting if unplaced.isdisjoint(self.within[item.key]))
            placed.append(following)
            waiting.remove(following)
        return placed

    def trial(self, room: Sequence[Sequence[int]], arrivals: Sequence[int]) -> dict[str, int]:
        """The iteration each item is done in; the number of iterations when it is not.

        ``room`` is units of planned work per team and iteration; ``arrivals`` the iteration each external input
        arrives in, counted from 0 for the one under way.
        """
        end = dict(self.done)
        left = dict(self.units)
        for now in range(self.never):
            for place, queue in enumerate(self.queues):
                space = room[place][now]
                for item in queue:
                    if end[item.key] < self.never or not self.workable(item, now, end, arrivals):
                        continue
                    spent = min(space, left[item.key])
                    space -= spent
                    left[item.key] -= spent
                    if not left[item.key]:
                        end[item.key] = now
                    if not space:
                        break
        return end

    def workable(self, item: Item, now: int, end: dict[str, int], arrivals: Sequence[int]) -> bool:
        """Whether a team may work this item now."""
        return (
            now >= item.earliest
            and all(end[each] < self.never for each in self.within[item.key])
            and all(end[each] < now for each in self.across[item.key])
            and all(arrivals[each] < now for each in self.awaited[item.key])
        )
