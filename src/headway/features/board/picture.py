"""What stands where on the board. Pure: rows in, rows of cells out.

The browser follows the same placing rules in ``static/board/js/model.js``; the
browser tests hold the two together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

HUES = 12
"""How many edge colours features share; the key on the card tells them apart."""


class View(StrEnum):
    """What a card stands for."""

    STORIES = "stories"
    FEATURES = "features"


class TeamRow(NamedTuple):
    id: int
    slug: str
    name: str
    external: bool


class IterationRow(NamedTuple):
    id: int
    number: int
    name: str
    starts_on: date
    ends_on: date
    is_ip: bool
    ordinal: int
    """Its place among all iterations of the train in calendar order, from 0."""


class MilestoneRow(NamedTuple):
    id: int
    name: str
    on: date


class ThemeRow(NamedTuple):
    id: int
    name: str


class ElsewhereRow(NamedTuple):
    """What a string of this board ends at in another PI, or in none."""

    key: str
    number: int
    title: str
    team_id: int | None
    ordinal: int | None


class FeatureRow(NamedTuple):
    id: int
    number: int
    version: int
    title: str
    type: str
    state: str
    theme_id: int | None
    team_id: int | None
    size: float | None


class TargetRow(NamedTuple):
    id: int
    version: int
    feature_id: int
    iteration_id: int | None
    planned: bool
    outcome: str
    note: str


class StoryRow(NamedTuple):
    id: int
    number: int
    version: int
    title: str
    type: str
    state: str
    blocked: bool
    points: float | None
    feature_id: int | None
    team_id: int | None
    iteration_id: int | None


class DependencyRow(NamedTuple):
    id: int
    number: int
    version: int
    type: str
    needs: str
    state: str
    consumer_team_id: int | None
    provider_team_id: int | None
    consumer_story_id: int | None
    provider_story_id: int | None
    consumer_feature_id: int | None
    provider_feature_id: int | None
    needed_by_id: int | None
    committed_by_id: int | None
    owner_id: int | None


class Room(NamedTuple):
    """Capacity of one team in one iteration, in points."""

    team_id: int
    iteration_id: int
    points: float
    committable: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Everything of one PI the board shows, as read."""

    teams: Sequence[TeamRow]
    iterations: Sequence[IterationRow]
    milestones: Sequence[MilestoneRow]
    themes: Sequence[ThemeRow]
    features: Sequence[FeatureRow]
    targets: Sequence[TargetRow]
    stories: Sequence[StoryRow]
    dependencies: Sequence[DependencyRow]
    elsewhere: Sequence[ElsewhereRow]
    rooms: Sequence[Room]
    changed: frozenset[int]
    """Ids of the stories that were changed since the PI was committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card as everybody sees it. Equal cards render to the same bytes."""

    kind: str
    """``story``, ``feature``, or a bare end of a dependency: ``delivery``, ``need``."""
    id: int
    number: int
    version: int
    title: str
    points: float | None = None
    state: str = ""
    enabler: bool = False
    blocked: bool = False
    changed: bool = False
    feature_id: int | None = None
    feature_number: int | None = None
    theme_id: int | None = None
    stories: int = 0
    done: int = 0
    unplanned: int = 0
    outcome: str = ""
    """What became of a feature that is planned as a whole: ``landed``, ``missed`` or not yet known."""

    @property
    def key(self) -> str:
        """The card's name on the page: ``s12``, ``f3``, ``p7`` or ``n7``."""
        return f"{_PREFIX[self.kind]}{self.id}"

    @property
    def hue(self) -> int | None:
        """Which edge colour, or none for a card that belongs to no feature."""
        return None if self.feature_number is None else self.feature_number % HUES


_PREFIX = {"story": "s", "feature": "f", "delivery": "p", "need": "n"}

Place = tuple[int | None, int | None]
"""A team (None: shared by several) and an iteration (None: the team's backlog)."""


@dataclass(slots=True, kw_only=True)
class Cell:
    """One team in one column. ``iteration_id`` is None in the backlog column."""

    iteration_id: int | None
    is_ip: bool = False
    load: float = 0
    capacity: float | None = None
    committable: float = 0
    cards: list[Card] = field(default_factory=list)

    @property
    def fit(self) -> float | None:
        """Points that may be planned here: without the buffer, but all of it in the IP iteration."""
        return self.capacity if self.is_ip else self.committable if self.capacity is not None else None


@dataclass(slots=True, kw_only=True)
class TeamLine:
    """A row of the board. ``team`` is None in the row of shared features."""

    team: TeamRow | None
    cells: list[Cell]


@dataclass(slots=True, kw_only=True)
class Column:
    """An iteration with the load and capacity of the whole train."""

    iteration: IterationRow
    load: float = 0
    capacity: float = 0
    committable: float = 0
    """Of the whole train; the IP iteration counts with all of its capacity."""
    milestones: list[MilestoneRow] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Picture:
    """The board of one PI, ready to be drawn."""

    view: View
    columns: list[Column]
    shared: TeamLine
    teams: list[TeamLine]
    parties: list[TeamLine]


def draw(rows: Rows, view: View) -> Picture:
    """Place every card of the PI in its cell and sum up the loads."""
    lines: dict[int | None, TeamLine] = {team.id: _line(team, rows) for team in rows.teams}
    lines[None] = _line(None, rows)
    for place, card in _placed(rows, view):
        line = lines.get(place[0])
        if line is not None:
            _cell(line, place[1]).cards.append(card)
    for line in lines.values():
        for cell in line.cells:
            cell.cards.sort(key=_order)
    columns = [Column(iteration=iteration) for iteration in rows.iterations]
    _weigh(rows, lines, columns)
    for column in columns:
        first, last = column.iteration.starts_on, column.iteration.ends_on
        column.milestones = [each for each in rows.milestones if first <= each.on <= last]
    return Picture(
        view=view,
        columns=columns,
        shared=lines[None],
        teams=[lines[team.id] for team in rows.teams if not team.external],
        parties=[lines[team.id] for team in rows.teams if team.external],
    )


def _order(card: Card) -> tuple[float, int, str]:
    """Cards of one feature stand together."""
    feature = float("inf") if card.feature_number is None else card.feature_number
    return feature, card.number, card.kind


def _line(team: TeamRow | None, rows: Rows) -> TeamLine:
    cells = [Cell(iteration_id=None)]
    cells += [Cell(iteration_id=each.id, is_ip=each.is_ip) for each in rows.iterations]
    return TeamLine(team=team, cells=cells)


def _cell(line: TeamLine, iteration_id: int | None) -> Cell:
    for cell in line.cells:
        if cell.iteration_id == iteration_id:
            return cell
    return line.cells[0]


def _weigh(rows: Rows, lines: Mapping[int | None, TeamLine], columns: Sequence[Column]) -> None:
    cells = {(team_id, cell.iteration_id): cell for team_id, line in lines.items() for cell in line.cells}
    of = {column.iteration.id: column for column in columns}
    for story in rows.stories:
        cell = cells.get((story.team_id, story.iteration_id))
        if cell is not None and story.points and story.team_id is not None:
            cell.load += story.points
            if cell.iteration_id is not None:
                of[cell.iteration_id].load += story.points
    for room in rows.rooms:
        cell = cells.get((room.team_id, room.iteration_id))
        if cell is not None:
            cell.capacity, cell.committable = room.points, room.committable
            of[room.iteration_id].capacity += room.points
            of[room.iteration_id].committable += cell.fit or 0


def _placed(rows: Rows, view: View) -> Iterable[tuple[Place, Card]]:
    stories_of: dict[int, list[StoryRow]] = defaultdict(list)
    features = {feature.id: feature for feature in rows.features}
    for story in rows.stories:
        if story.feature_id is not None:
            stories_of[story.feature_id].append(story)
        if story.team_id is not None and (view is View.STORIES or story.feature_id is None):
            feature = features.get(story.feature_id or 0)
            place = (story.team_id, story.iteration_id)
            yield place, story_card(story, feature, changed=story.id in rows.changed)
    targets = {target.feature_id: target for target in rows.targets if target.planned}
    for feature in rows.features:
        place_of = feature_place(feature, stories_of[feature.id], targets.get(feature.id), rows.iterations)
        has_own_card = view is View.FEATURES or not stories_of[feature.id]
        if place_of is not None and (has_own_card or place_of[0] is None):
            yield place_of, feature_card(feature, stories_of[feature.id], targets.get(feature.id))
    yield from bare_ends(rows.dependencies)


def feature_place(
    feature: FeatureRow,
    stories: Sequence[StoryRow],
    target: TargetRow | None,
    iterations: Sequence[IterationRow],
) -> Place | None:
    """Where a feature's own card stands, as (team, iteration), or None when it is not on the board.

    With stories: where the last planned one finishes, in their team's row or, when they belong
    to several teams, in the shared row (None). Without: at its target, in the responsible team's row.
    """
    if stories:
        teams = {story.team_id for story in stories if story.team_id is not None}
        if not teams:
            return None
        order = {iteration.id: iteration.ordinal for iteration in iterations}
        planned = [story.iteration_id for story in stories if story.iteration_id in order]
        last = max(planned, key=lambda each: order[each or 0], default=None)
        return (teams.pop() if len(teams) == 1 else None), last
    if target is None or (feature.team_id is None and target.iteration_id is None):
        return None
    return feature.team_id, target.iteration_id


def story_card(story: StoryRow, feature: FeatureRow | None, *, changed: bool) -> Card:
    """The card of one story, with its feature's edge and key."""
    return Card(
        kind="story",
        id=story.id,
        number=story.number,
        version=story.version,
        title=story.title,
        points=story.points,
        state=story.state,
        enabler=story.type == "enabler",
        blocked=story.blocked,
        changed=changed,
        feature_id=feature.id if feature else None,
        feature_number=feature.number if feature else None,
        theme_id=feature.theme_id if feature else None,
    )


def feature_card(feature: FeatureRow, stories: Sequence[StoryRow], target: TargetRow | None = None) -> Card:
    """The card of a whole feature: its stories' points, or its size while it has none."""
    points = sum(story.points or 0 for story in stories) if stories else feature.size
    return Card(
        kind="feature",
        id=feature.id,
        number=feature.number,
        version=feature.version,
        title=feature.title,
        points=points,
        state=feature.state,
        enabler=feature.type == "enabler",
        blocked=any(story.blocked for story in stories),
        feature_id=feature.id,
        feature_number=feature.number,
        theme_id=feature.theme_id,
        stories=len(stories),
        done=sum(story.state == "done" for story in stories),
        unplanned=sum(story.iteration_id is None for story in stories),
        outcome=target.outcome if target and not stories else "",
    )


def bare_ends(dependencies: Iterable[DependencyRow]) -> Iterable[tuple[Place, Card]]:
    """Dependencies that name a team but no item get a card of their own at that end."""
    for each in dependencies:
        if each.state in ("declined", "obsolete"):
            continue
        if each.provider_team_id and not (each.provider_story_id or each.provider_feature_id):
            yield (each.provider_team_id, each.committed_by_id), bare_card("delivery", each)
        if each.consumer_team_id and not (each.consumer_story_id or each.consumer_feature_id):
            yield (each.consumer_team_id, each.needed_by_id), bare_card("need", each)


def bare_card(kind: str, dependency: DependencyRow) -> Card:
    """The card of a dependency's end that is linked to no story or feature."""
    return Card(
        kind=kind,
        id=dependency.id,
        number=dependency.number,
        version=dependency.version,
        title=dependency.needs,
        state=dependency.state,
    )
