"""The same simulation as a plain loop over trials, teams and items: slow, obvious, and the judge of the fast one.

It reads the problem itself and shares no code with ``queues`` and ``work``.
"""

from collections.abc import Sequence

from headway.engine.forecast import ForecastProblem, Item

UNITS = 100


def finished(problem: ForecastProblem, room: Sequence[Sequence[int]], arrivals: Sequence[int]) -> dict[str, int]:
    """The iteration each item is done in, in one trial; the number of iterations when it is not.

    ``room`` is units of planned work per team and iteration; ``arrivals`` the iteration each external input
    arrives in, counted from 0 for the one under way.
    """
    never = len(problem.iterations)
    end = {item.key: -1 if item.done else never for item in problem.items}
    left = {item.key: max(1, round(item.points * UNITS)) for item in problem.items}
    for now in range(never):
        at_start = dict(end)
        for place, team in enumerate(problem.teams):
            space = room[place][now]
            for item in queue(problem, team.key):
                if end[item.key] < never or not workable(problem, item, now, at_start, end, arrivals):
                    continue
                spent = min(space, left[item.key])
                space -= spent
                left[item.key] -= spent
                if not left[item.key]:
                    end[item.key] = now
    return end


def queue(problem: ForecastProblem, team: str) -> list[Item]:
    """A team's items in the order it works them: always the first one whose producers inside the team are placed."""
    waiting = sorted(
        (item for item in problem.items if item.team == team and not item.done),
        key=lambda item: len(problem.iterations) if item.planned is None else item.planned,
    )
    needs = {
        item.key: {each.provider for each in problem.dependencies if each.consumer == item.key and not each.mocked}
        for item in waiting
    }
    placed: list[Item] = []
    while waiting:
        unplaced = {item.key for item in waiting}
        following = next(item for item in waiting if not needs[item.key] & unplaced)
        placed.append(following)
        waiting.remove(following)
    return placed


def workable(
    problem: ForecastProblem,
    item: Item,
    now: int,
    at_start: dict[str, int],
    end: dict[str, int],
    arrivals: Sequence[int],
) -> bool:
    """Whether a team may work this item now."""
    if now < item.earliest:
        return False
    team_of = {each.key: each.team for each in problem.items}
    for dependency in problem.dependencies:
        if dependency.consumer == item.key and not dependency.mocked:
            state = end if team_of[dependency.provider] == item.team else at_start
            if state[dependency.provider] >= len(problem.iterations):
                return False
    return all(
        arrives < now
        for arrival, arrives in zip(problem.arrivals, arrivals, strict=True)
        if arrival.item == item.key and not arrival.mocked
    )
