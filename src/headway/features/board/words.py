"""The strings of a board in words: what the picture says by colour, pattern and place. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.health import Health, finishing, health, position, slack
from headway.features.board.picture import DependencyRow, FeatureRow, Rows, StoryRow

SEVERITY = {Health.CONFLICT: 0, Health.TIGHT: 1, Health.UNPLANNED: 2, Health.OK: 3}
LAST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a string: whose it is, the linked item, and where it stands."""

    team: str
    key: str
    title: str
    address: str
    where: str
    ordinal: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One string in words."""

    id: int
    number: int
    needs: str
    type: str
    state: str
    health: Health
    slack: int | None
    in_circle: bool
    consumer: End
    provider: End
    owner_id: int | None

    @property
    def verdict(self) -> str:
        """The schedule in one sentence."""
        spare = self.slack
        if self.health is Health.UNPLANNED:
            return "who needs it is not planned yet"
        if self.health is Health.TIGHT:
            return "in the same iteration"
        if self.health is Health.OK:
            return "there" if spare is None or spare < 1 else f"{_count(spare)} to spare"
        return "its provider is not planned" if spare is None else f"{_count(-spare)} too late"


def _count(iterations: int) -> str:
    return "1 iteration" if iterations == 1 else f"{iterations} iterations"


def in_words(rows: Rows, names: Mapping[int, str]) -> list[Line]:
    """Every string of the board, the worst first. ``names`` calls each iteration of the train by its ordinal."""
    reader = _Reader(rows, names)
    circled = _circled(rows.dependencies)
    lines = []
    for each in rows.dependencies:
        consumer, provider = reader.end(each, "consumer"), reader.end(each, "provider")
        verdict = health(provider.ordinal, consumer.ordinal, each.state)
        if verdict is not None:
            lines.append(
                Line(
                    id=each.id,
                    number=each.number,
                    needs=each.needs,
                    type=each.type,
                    state=each.state,
                    health=verdict,
                    slack=slack(provider.ordinal, consumer.ordinal),
                    in_circle=each.id in circled,
                    consumer=consumer,
                    provider=provider,
                    owner_id=each.owner_id,
                )
            )
    return sorted(lines, key=lambda line: (SEVERITY[line.health], line.slack or 0, line.number))


SORTS = {
    "health": lambda line: (SEVERITY[line.health], line.slack or 0),
    "needs": lambda line: (line.needs.casefold(),),
    "consumer": lambda line: (line.consumer.team.casefold(), line.consumer.title.casefold()),
    "provider": lambda line: (line.provider.team.casefold(), line.provider.title.casefold()),
    "when": lambda line: (LAST if line.consumer.ordinal is None else line.consumer.ordinal,),
    "state": lambda line: (line.state,),
}
"""How the list can be sorted."""


def arranged(lines: Iterable[Line], sort: str) -> list[Line]:
    """The lines in the order asked for (``-`` turns it round); an unknown order leaves them as they are."""
    key = SORTS.get(sort.removeprefix("-"))
    return list(lines) if key is None else sorted(lines, key=key, reverse=sort.startswith("-"))


def _circled(dependencies: Iterable[DependencyRow]) -> set[int]:
    """Ids of the dependencies both of whose items wait for each other."""
    links = {}
    for each in dependencies:
        ends = (_item(each, "provider"), _item(each, "consumer"))
        if all(ends) and ends[0] != ends[1] and each.state not in ("declined", "obsolete"):
            links[each.id] = ends
    items = [Item(key=key) for key in sorted({key for ends in links.values() for key in ends})]
    network = Network(items, [Link(provider=provider, consumer=consumer) for provider, consumer in links.values()])
    group_of = {key: place for place, group in enumerate(find_cycles(network, limit=0).groups) for key in group}
    return {
        each
        for each, (provider, consumer) in links.items()
        if provider in group_of and group_of[provider] == group_of.get(consumer)
    }


def _item(each: DependencyRow, side: str) -> str:
    story, feature = getattr(each, f"{side}_story_id"), getattr(each, f"{side}_feature_id")
    return f"s{story}" if story else f"f{feature}" if feature else ""


class _Reader:
    """Looks up what stands at the ends."""

    def __init__(self, rows: Rows, names: Mapping[int, str]) -> None:
        self._names = names
        self._teams = {team.id: team.name for team in rows.teams}
        self._ordinals = {iteration.id: iteration.ordinal for iteration in rows.iterations}
        self._stories = {story.id: story for story in rows.stories}
        self._features = {feature.id: feature for feature in rows.features}
        self._targets = {target.feature_id: target.iteration_id for target in rows.targets}
        self._elsewhere = {each.key: each for each in rows.elsewhere}
        self._stories_of: dict[int, list[StoryRow]] = {}
        for story in rows.stories:
            self._stories_of.setdefault(story.feature_id or 0, []).append(story)

    def end(self, each: DependencyRow, side: str) -> End:
        """What stands at one end of a dependency."""
        story_id, feature_id = getattr(each, f"{side}_story_id"), getattr(each, f"{side}_feature_id")
        promised = each.committed_by_id if side == "provider" else each.needed_by_id
        key, title, address, ordinal = self._linked(story_id, feature_id)
        at = position(linked=bool(key), item=ordinal, promised=self._ordinal(promised))
        return End(
            team=self._teams.get(getattr(each, f"{side}_team_id"), ""),
            key=key,
            title=title,
            address=address,
            where="not planned" if at is None else self._names.get(at, ""),
            ordinal=at,
        )

    def _linked(self, story_id: int | None, feature_id: int | None) -> tuple[str, str, str, int | None]:
        far = self._elsewhere.get(f"s{story_id}" if story_id else f"f{feature_id}")
        if far is not None:
            place = "stories" if story_id else "features"
            return far.key, far.title, f"{place}/{far.number}", far.ordinal
        if story_id in self._stories:
            story = self._stories[story_id]
            return f"s{story_id}", story.title, f"stories/{story.number}", self._ordinal(story.iteration_id)
        if feature_id in self._features:
            feature = self._features[feature_id]
            return f"f{feature_id}", feature.title, f"features/{feature.number}", self._finish(feature)
        return "", "", "", None

    def _finish(self, feature: FeatureRow) -> int | None:
        stories = self._stories_of.get(feature.id)
        if stories is None:
            return self._ordinal(self._targets.get(feature.id))
        return finishing(self._ordinal(story.iteration_id) for story in stories)

    def _ordinal(self, iteration_id: int | None) -> int | None:
        return None if iteration_id is None else self._ordinals.get(iteration_id)
