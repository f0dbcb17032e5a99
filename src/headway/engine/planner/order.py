"""An order of teams, features and stories that depends on what they are, not on their names or how they came.

Each gets a number from its own figures and then, twice, from the numbers of its neighbours. What still looks
alike after that keeps the order it was given in; it seldom matters which of two such stories comes first.
Only whole numbers and fractions are hashed, whose hashes are the same in every run.
"""

from dataclasses import dataclass

from headway.engine.planner.problem import PinKind, Problem

KINDS = {PinKind.HERE: 1, PinKind.IN: 2, PinKind.OUT: 3}
FREE = -2
GONE = -1


@dataclass(frozen=True, slots=True)
class Links:
    """The problem's own order as indices: teams and features of stories, dependencies as (index, same is enough)."""

    team: list[int]
    feature: list[int]
    providers: list[list[tuple[int, int]]]
    consumers: list[list[tuple[int, int]]]
    features: int


@dataclass(frozen=True, slots=True)
class Order:
    """For each new number, the old one. ``stories`` puts every provider before its consumers."""

    teams: list[int]
    features: list[int]
    stories: list[int]


def links(problem: Problem) -> Links:
    """Dependencies carry the iterations between: 1 across teams, 0 inside one or with a mock.

    A story without a feature gets one of its own, numbered after the others.
    """
    teams = {team.key: place for place, team in enumerate(problem.teams)}
    features = {feature.key: place for place, feature in enumerate(problem.features)}
    places = {story.key: place for place, story in enumerate(problem.stories)}
    team = [teams[story.team] for story in problem.stories]
    count = len(features)
    feature = []
    for story in problem.stories:
        if story.feature is None:
            feature.append(count)
            count += 1
        else:
            feature.append(features[story.feature])
    providers: list[list[tuple[int, int]]] = [[] for _ in team]
    consumers: list[list[tuple[int, int]]] = [[] for _ in team]
    for link in problem.dependencies:
        one, other = places[link.provider], places[link.consumer]
        between = 0 if link.mocked or team[one] == team[other] else 1
        providers[other].append((one, between))
        consumers[one].append((other, between))
    return Links(team, feature, providers, consumers, count)


def order(problem: Problem, linked: Links, low: list[int], fixed: list[int]) -> Order:
    """The order by what everything is; ``low`` and ``fixed`` are windows and decisions of the stories."""
    pins = {pin.subject: KINDS[pin.kind] for pin in problem.pins}
    present = problem.present.placement if problem.present else {}
    teams = [hash((*team.capacity, team.key in problem.locks)) for team in problem.teams]
    features = [
        hash((feature.value, GONE if feature.due is None else feature.due, feature.mandatory, pins.get(feature.key, 0)))
        for feature in problem.features
    ]
    features += [0] * (linked.features - len(features))
    stories = [
        hash((story.points, low[place], fixed[place], pins.get(story.key, 0), present.get(story.key, GONE)))
        for place, story in enumerate(problem.stories)
    ]
    for _ in range(2):
        teams, features, stories = _refined(linked, teams, features, stories)
    depth = _depths(linked)
    return Order(
        teams=sorted(range(len(teams)), key=teams.__getitem__),
        features=sorted(range(len(features)), key=features.__getitem__),
        stories=sorted(range(len(stories)), key=lambda story: (depth[story], stories[story])),
    )


def _refined(
    linked: Links, teams: list[int], features: list[int], stories: list[int]
) -> tuple[list[int], list[int], list[int]]:
    new = [
        hash(
            (
                own,
                teams[linked.team[place]],
                features[linked.feature[place]],
                _bag(stories, linked.providers[place]),
                _bag(stories, linked.consumers[place]),
            )
        )
        for place, own in enumerate(stories)
    ]
    of_team: list[list[int]] = [[] for _ in teams]
    of_feature: list[list[int]] = [[] for _ in features]
    for place, number in enumerate(new):
        of_team[linked.team[place]].append(number)
        of_feature[linked.feature[place]].append(number)
    return (
        [hash((own, *sorted(members))) for own, members in zip(teams, of_team, strict=True)],
        [hash((own, *sorted(members))) for own, members in zip(features, of_feature, strict=True)],
        new,
    )


def _bag(stories: list[int], ends: list[tuple[int, int]]) -> int:
    return hash(tuple(sorted(stories[end] + between for end, between in ends))) if ends else 0


def _depths(linked: Links) -> list[int]:
    """How many providers stand in a row before each story; the problem has no circles."""
    depth = [0] * len(linked.team)
    waits = [len(ends) for ends in linked.providers]
    ready = [place for place, count in enumerate(waits) if not count]
    for place in ready:
        for consumer, _ in linked.consumers[place]:
            depth[consumer] = max(depth[consumer], depth[place] + 1)
            waits[consumer] -= 1
            if not waits[consumer]:
                ready.append(consumer)
    return depth
