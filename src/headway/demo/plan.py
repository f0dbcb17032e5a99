"""The numbers of the sample train before anything is written: where stories stand, how large they are, when they move.

Everything here follows from the texts and the seed.
"""

from collections import defaultdict
from dataclasses import dataclass
from random import Random

from headway.demo.content import IP, UNPLACED, Content, StoryText

ITERATIONS = (1, 2, 3, 4, 5)
SIZES = (2, 3, 5, 8, 13)
USUAL_FILL = 0.92
FILL = {"heron": 1.2, "swift": 1.02, "dunlin": 0.8}
"""The load teams take on, as a share of what is committable: one overloads itself, one is on the edge."""
COMMITTABLE = 0.8


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A story with the iteration it is planned into and its points."""

    text: StoryText
    iteration: int
    points: int


def present_plan(content: Content, random: Random) -> list[Placed]:
    """The third PI: stories without a fixed place go where their team has least."""
    load: dict[tuple[str, int], int] = defaultdict(int)
    stories = content.stories_of(3)
    for story in stories:
        if story.iteration:
            load[story.team, story.iteration] += story.points or 0
    placed = []
    for story in stories:
        iteration = story.iteration
        if iteration is None:
            lightest = min(load[story.team, each] for each in ITERATIONS)
            iteration = random.choice([each for each in ITERATIONS if load[story.team, each] <= lightest + 2])
            load[story.team, iteration] += story.points or 0
        placed.append(Placed(text=story, iteration=iteration, points=story.points or 1))
    return placed


def velocities(present: list[Placed]) -> dict[str, float]:
    """Points an iteration that each team must have shown, for the third PI to be filled as it is meant to be."""
    totals: dict[str, int] = defaultdict(int)
    for each in present:
        if each.iteration not in (UNPLACED, IP):
            totals[each.text.team] += each.points
    return {
        team: points / len(ITERATIONS) / COMMITTABLE / FILL.get(team, USUAL_FILL) for team, points in totals.items()
    }


def past_plan(content: Content, pi: int, velocity: dict[str, float], random: Random) -> list[Placed]:
    """A past PI: each team's stories spread over its iterations, sized so that they add up to its velocity."""
    by_team: dict[str, list[StoryText]] = defaultdict(list)
    for story in content.stories_of(pi):
        by_team[story.team].append(story)
    placed = []
    for team, stories in by_team.items():
        cells: dict[int, list[StoryText]] = defaultdict(list)
        for index, story in enumerate(stories):
            cells[ITERATIONS[index * len(ITERATIONS) // len(stories)]].append(story)
        for iteration, cell in cells.items():
            left = velocity[team] * random.uniform(0.9, 1.1)
            for rest, story in zip(range(len(cell), 0, -1), cell, strict=True):
                points = min(SIZES, key=lambda size: abs(size - left / rest))
                left -= points
                placed.append(Placed(text=story, iteration=iteration, points=points))
    return placed
