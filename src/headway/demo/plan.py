"""The numbers of the sample train before anything is written: where stories stand, how large they are, when they move.

Everything here follows from the texts and the seed.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from headway.demo.content import IP, UNPLACED, Content, StoryText

ITERATIONS = (1, 2, 3, 4, 5)
SIZES = (2, 3, 5, 8, 13)
COMMITTABLE = 0.8
USUAL_FILL = 0.78
FILL = {"heron": 1.0, "merlin": 0.74, "dunlin": 0.74, "avocet": 0.75}
"""What a team takes on in a PI, as a share of what it might commit itself to if nobody were ever away."""
USUAL_AIM, FULLEST = 0.87, 0.94
AIM = {
    **{(team, 1): 0.93 for team in ("merlin", "heron", "kestrel", "dunlin", "swift", "avocet", "plover", "siskin")},
    ("heron", 2): 1.3,
    ("heron", 3): 1.45,
    ("heron", 4): 1.35,
    ("swift", 3): 1.02,
    ("merlin", 4): 1.06,
}
"""How full a team makes an iteration, as a share of what may be committed: one team overloads itself, two are on
the edge. All others stay below the fullest."""
Room = dict[tuple[str, int], float]
"""What a team may commit itself to in an iteration, in points."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A story with the iteration it is planned into and its points."""

    text: StoryText
    iteration: int
    points: int


def present_plan(content: Content, room: Room) -> list[Placed]:
    """The third PI: stories without a fixed place are arranged as their team has room."""
    by_team: dict[str, list[StoryText]] = defaultdict(list)
    for story in content.stories_of(3):
        by_team[story.team].append(story)
    places: dict[str, int] = {}
    for team, stories in by_team.items():
        places |= _arranged(stories, {each: room[team, each] for each in ITERATIONS}, team)
    return [
        Placed(text=story, iteration=places[story.key], points=story.points or 1) for story in content.stories_of(3)
    ]


def _arranged(stories: list[StoryText], room: dict[int, float], team: str) -> dict[str, int]:
    """A place for each story of a team: the largest first, then moved and swapped as long as that helps."""
    places = {story.key: story.iteration for story in stories if story.iteration is not None}
    free = sorted((story for story in stories if story.iteration is None), key=lambda each: (each.by, -_size(each)))
    load = {each: float(sum(_size(story) for story in stories if story.iteration == each)) for each in ITERATIONS}

    def strain(iteration: int, more: float = 0) -> float:
        full = (load[iteration] + more) / room[iteration]
        aim = AIM.get((team, iteration), USUAL_AIM)
        return (full - aim) ** 2 + 9 * max(0.0, full - max(aim, FULLEST)) ** 2

    def put(story: StoryText, iteration: int) -> None:
        load[iteration] += _size(story)
        places[story.key] = iteration

    for story in free:
        gain = {each: strain(each, _size(story)) - strain(each) for each in ITERATIONS[: story.by]}
        put(story, min(gain, key=lambda each: gain[each]))
    while better := _better(free, places, strain):
        for story, iteration in better:
            load[places[story.key]] -= _size(story)
            put(story, iteration)
    return places | _in_order(free, places)


def _better(
    free: list[StoryText], places: dict[str, int], strain: Callable[[int, float], float]
) -> list[tuple[StoryText, int]]:
    """The move of one story, or the exchange of two, that relieves a team most; empty when none does."""
    found: list[tuple[StoryText, int]] = []
    most = 1e-9
    for story in free:
        here, size = places[story.key], _size(story)
        others = [(other, places[other.key], _size(other)) for other in free if here <= other.by]
        options: list[tuple[StoryText | None, int, int]] = [(None, to, 0) for to in ITERATIONS]
        for other, to, back in [*options, *others]:
            if to == here or to > story.by:
                continue
            before = strain(here, 0) + strain(to, 0)
            relief = before - strain(here, back - size) - strain(to, size - back)
            if relief > most:
                most, found = relief, [(story, to)] + ([(other, here)] if other else [])
    return found


def _in_order(free: list[StoryText], places: dict[str, int]) -> dict[str, int]:
    """The stories of one feature that are of one size, in the order in which they are told."""
    alike: dict[tuple[str, int], list[StoryText]] = defaultdict(list)
    for story in free:
        alike[story.feature or story.key, _size(story)].append(story)
    return {
        story.key: place
        for stories in alike.values()
        for story, place in zip(stories, sorted(places[each.key] for each in stories), strict=True)
    }


def _size(story: StoryText) -> int:
    return story.points or 1


def velocities(content: Content) -> dict[str, float]:
    """Points an iteration that each team must have shown, for the third PI to be filled as it is meant to be."""
    totals: dict[str, int] = defaultdict(int)
    for story in content.stories_of(3):
        if story.iteration not in (UNPLACED, IP):
            totals[story.team] += _size(story)
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
