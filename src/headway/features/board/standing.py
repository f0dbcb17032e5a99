"""How a PI stands as a network of work, and what one card elsewhere would change. Pure.

Built once for each state of the train and asked at every cell a card is carried over, so a question costs only
what hangs on that card.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal

from headway.engine.network.chain import blast_radius, critical_chain
from headway.engine.network.consequences import consequences
from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.health import finishing, health, position, slack
from headway.engine.values.dependency import ARRIVED, DROPPED
from headway.features.board.outlook import CellChange, LateFeature, Outlook, Slips, StringChange, length
from headway.features.board.picture import DependencyRow, IterationRow, Room, Rows, StoryRow

SIDES = (("provider", "consumer"), ("consumer", "provider"))
LATEST = 100
"""Iterations beyond which a slip is not followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """A card as if it stood elsewhere. ``ordinal`` is that of the iteration among all of the train."""

    key: str
    team_id: int | None
    iteration_id: int | None
    ordinal: int | None


class Standing:
    """A PI with everything looked up; ``values`` are the features' costs of delay by their ids."""

    def __init__(self, rows: Rows, values: Mapping[int, float]) -> None:
        self.rows = rows
        self.values = values
        self.stories = {story.id: story for story in rows.stories}
        self.features = {feature.id: feature for feature in rows.features}
        self.iterations: dict[int, IterationRow] = {each.id: each for each in rows.iterations}
        self.teams = {team.id: team.name for team in rows.teams}
        self.targets = {target.feature_id: target for target in rows.targets}
        self.stories_of: dict[int, list[StoryRow]] = defaultdict(list)
        self.loads: dict[tuple[int | None, int | None], float] = defaultdict(float)
        for story in rows.stories:
            self.loads[story.team_id, story.iteration_id] += story.points or 0
            if story.feature_id is not None:
                self.stories_of[story.feature_id].append(story)
        self.rooms: dict[tuple[int, int], Room] = {(room.team_id, room.iteration_id): room for room in rows.rooms}
        self.elsewhere = {each.key: each for each in rows.elsewhere}
        self.strings_at: dict[str, list[DependencyRow]] = defaultdict(list)
        for each in rows.dependencies:
            for key in {end_key(each, side) for side, _ in SIDES}:
                self.strings_at[key].append(each)
        self.network = self._network()
        self.chain = critical_chain(self.network)

    # Where things stand -----------------------------------------------------

    def place(self, key: str, supposed: Supposed | None = None) -> int | None:
        """The ordinal of a card's iteration, with one card as if it stood elsewhere."""
        if supposed is not None and key == supposed.key:
            return supposed.ordinal
        if key in self.elsewhere:
            return self.elsewhere[key].ordinal
        row_id = int(key[1:])
        if key[0] == "s":
            story = self.stories.get(row_id)
            return None if story is None else self.ordinal(story.iteration_id)
        if row_id in self.stories_of:
            return finishing(self.place(f"s{each.id}", supposed) for each in self.stories_of[row_id])
        target = self.targets.get(row_id)
        return None if target is None else self.ordinal(target.iteration_id)

    def ordinal(self, iteration_id: int | None) -> int | None:
        """The place of an iteration of this PI among all of the train."""
        iteration = self.iterations.get(iteration_id or 0)
        return None if iteration is None else iteration.ordinal

    def end(self, each: DependencyRow, side: str, supposed: Supposed | None = None) -> int | None:
        """Where one end of a dependency stands."""
        key = end_key(each, side)
        linked = key[0] in "sf"
        promised = each.committed_by_id if side == "provider" else each.needed_by_id
        at = self.place(key, supposed) if linked else None
        return position(linked=linked, item=at, promised=self.ordinal(promised))

    def title(self, key: str) -> str:
        """What stands behind a card."""
        if key in self.elsewhere:
            return self.elsewhere[key].title
        rows: Mapping[int, StoryRow] | Mapping[int, object] = self.stories if key[0] == "s" else self.features
        return str(getattr(rows.get(int(key[1:])), "title", ""))

    def moved(self, changed: Iterable[StoryRow]) -> "Standing":
        """The same PI in which these stories of it stand elsewhere; what they need, and their sizes, are as before."""
        then = copy(self)
        fresh = {story.id: story for story in changed}
        then.rows = replace(self.rows, stories=[fresh.get(each.id, each) for each in self.rows.stories])
        then.stories = {**self.stories, **fresh}
        then.stories_of = self.stories_of.copy()
        then.loads = self.loads.copy()
        for story in fresh.values():
            before = self.stories[story.id]
            then.loads[before.team_id, before.iteration_id] -= before.points or 0
            then.loads[story.team_id, story.iteration_id] += story.points or 0
            if story.feature_id is not None:
                siblings = then.stories_of[story.feature_id]
                then.stories_of[story.feature_id] = [fresh.get(each.id, each) for each in siblings]
        features = dict.fromkeys(f"f{story.feature_id}" for story in fresh.values())
        items = [then._story_item(story) for story in fresh.values()]
        items += [then._other_item(key) for key in features if key in self.strings_at and key not in self.elsewhere]
        for item in items:
            then.network = then.network.replaced(item)
        return then

    # The network --------------------------------------------------------------

    def _network(self) -> Network:
        keys = [key for key in self.strings_at if key[0] != "s" or key in self.elsewhere]
        lone = [f"f{each}" for each in self.targets if each not in self.stories_of and each in self.features]
        items = [self._story_item(story) for story in self.rows.stories]
        items += [self._other_item(key) for key in dict.fromkeys((*keys, *lone))]
        known = {item.key for item in items}
        values = {
            f"f{each}": Decimal(str(value))
            for each, value in self.values.items()
            if f"f{each}" in known or each in self.stories_of
        }
        return Network(items, self._links(known), values)

    def _story_item(self, story: StoryRow) -> Item:
        return Item(
            key=f"s{story.id}",
            team=str(story.team_id or ""),
            points=Decimal(str(story.points or 0)),
            iteration=self.ordinal(story.iteration_id),
            done=story.state == "done",
            group=f"f{story.feature_id}" if story.feature_id else "",
        )

    def _other_item(self, key: str) -> Item:
        """A feature as a whole, a card of another PI, or an end without a card."""
        if key in self.elsewhere:
            far = self.elsewhere[key]
            return Item(key=key, team=str(far.team_id or ""), iteration=far.ordinal)
        if key[0] == "f":
            feature = self.features.get(int(key[1:]))
            team = "" if feature is None or feature.team_id is None else str(feature.team_id)
            return Item(key=key, team=team, iteration=self.place(key), done=bool(feature and feature.state == "done"))
        (each,) = self.strings_at[key]
        side = "provider" if key[0] == "p" else "consumer"
        return Item(key=key, team=str(getattr(each, f"{side}_team_id") or ""), iteration=self.end(each, side))

    def _links(self, known: set[str]) -> Iterator[Link]:
        for feature_id, stories in self.stories_of.items():
            if f"f{feature_id}" in known:
                for story in stories:
                    yield Link(provider=f"s{story.id}", consumer=f"f{feature_id}", part=True)
        for each in self.rows.dependencies:
            provider, consumer = end_key(each, "provider"), end_key(each, "consumer")
            waits = each.state not in DROPPED and each.state not in ARRIVED
            if waits and provider != consumer and {provider, consumer} <= known:
                yield Link(provider=provider, consumer=consumer)

    # What would change ----------------------------------------------------------

    def outlook(self, supposed: Supposed) -> Outlook:
        """What changes when this card stands there. The card is a story, or a feature without stories."""
        team = None if supposed.team_id is None else str(supposed.team_id)
        found = consequences(self.network, supposed.key, iteration=supposed.ordinal, team=team)
        chain = self.chain if found.chain_after is None else found.chain_after
        return Outlook(
            card=supposed.key,
            cells=tuple(self._cells(supposed)),
            strings=tuple(self._strings(supposed)),
            chain_before=length(self.chain),
            chain_after=length(chain),
            on_chain=supposed.key in chain.keys,
            slips=self._slips(supposed),
        )

    def _cells(self, supposed: Supposed) -> Iterator[CellChange]:
        if supposed.key[0] != "s":
            return
        story = self.stories[int(supposed.key[1:])]
        here = (story.team_id, story.iteration_id)
        there = (supposed.team_id, supposed.iteration_id)
        points = story.points or 0
        changes = {there: 0.0} if here == there else {there: points, here: -points}
        for (team_id, iteration_id), change in changes.items():
            if team_id is None:
                continue
            load = self.loads.get((team_id, iteration_id), 0)
            room = self.rooms.get((team_id, iteration_id or 0))
            iteration = self.iterations.get(iteration_id or 0)
            fit = None if room is None or iteration is None else room.points if iteration.is_ip else room.committable
            yield CellChange(
                team_id=team_id,
                iteration_id=iteration_id,
                iteration="the team backlog" if iteration is None else iteration.name,
                before=load,
                after=load + change,
                capacity=None if room is None else room.points,
                committable=fit,
                buffer_before=_buffer(load, room, fit),
                buffer_after=_buffer(load + change, room, fit),
            )

    def _strings(self, supposed: Supposed) -> Iterator[StringChange]:
        keys = [supposed.key]
        if supposed.key[0] == "s" and self.stories[int(supposed.key[1:])].feature_id:
            keys.append(f"f{self.stories[int(supposed.key[1:])].feature_id}")
        seen = set()
        for key in keys:
            for each in self.strings_at.get(key, ()):
                before = health(self.end(each, "provider"), self.end(each, "consumer"), each.state)
                ends = self.end(each, "provider", supposed), self.end(each, "consumer", supposed)
                after = health(*ends, each.state)
                if before is None or after is None or before is after or each.id in seen:
                    continue
                seen.add(each.id)
                provides = end_key(each, "provider") == key
                far = "consumer" if provides else "provider"
                yield StringChange(
                    id=each.id,
                    number=each.number,
                    needs=each.needs,
                    before=before,
                    after=after,
                    slack=slack(*ends),
                    provides=provides,
                    other=self._far_title(each, far),
                    other_team=self.teams.get(getattr(each, f"{far}_team_id"), ""),
                )

    def _far_title(self, each: DependencyRow, side: str) -> str:
        key = end_key(each, side)
        return self.title(key) if key[0] in "sf" else ""

    def _slips(self, supposed: Supposed) -> Slips:
        now = self.place(supposed.key)
        later = 0 if now is None or supposed.ordinal is None else supposed.ordinal - now
        if later <= 0:
            return Slips(stories=(), teams=(), points=0, features=(), value=0)
        last = max((each.ordinal for each in self.rows.iterations), default=0)
        hit = blast_radius(self.network, supposed.key, min(later, LATEST), until=last)
        late = [self._late(key, by, key in hit.falls_out) for key, by in hit.late.items() if key[0] == "f"]
        return Slips(
            stories=tuple(self.stories[int(key[1:])].number for key in hit.delays if self._is_here(key)),
            teams=tuple(sorted(self.teams[int(team)] for team in hit.teams if int(team) in self.teams)),
            points=float(hit.points),
            features=tuple(each for each in late if each is not None),
            value=float(hit.value),
        )

    def _is_here(self, key: str) -> bool:
        return key[0] == "s" and int(key[1:]) in self.stories

    def _late(self, key: str, later: int, falls_out: bool) -> LateFeature | None:
        feature = self.features.get(int(key[1:]))
        if feature is None:
            return None
        return LateFeature(
            id=feature.id,
            number=feature.number,
            title=feature.title,
            later=later,
            falls_out=falls_out,
            value=self.values.get(feature.id, 0),
        )


def end_key(each: DependencyRow, side: str) -> str:
    """The card at one end of a dependency: ``s12``, ``f3``, or a card of its own, ``p7`` or ``n7``."""
    story, feature = getattr(each, f"{side}_story_id"), getattr(each, f"{side}_feature_id")
    if story:
        return f"s{story}"
    return f"f{feature}" if feature else f"{'p' if side == 'provider' else 'n'}{each.id}"


def _buffer(load: float, room: Room | None, fit: float | None) -> float:
    """How much of the buffer this load uses: from what fits up to the capacity."""
    if room is None or fit is None:
        return 0
    return max(0.0, min(load, room.points) - fit)
