"""Reading what hangs on what: the dependencies of a train with the work at their ends, always in as many queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from headway.engine.network.health import finishing, position
from headway.engine.values.dependency import DROPPED
from headway.features.capacity.queries import capacity_table, find_increment
from headway.features.network.policies import require_view
from headway.features.network.questions.moves import MovesTold, moves_told
from headway.features.network.questions.scope import Scope
from headway.features.network.strands import IterationRow, Piece, Strand, TeamRow, Web
from headway.kit.access import Actor
from headway.store.models import Dependency, Feature, Increment, Iteration, Story, Target, Team


class PiRow(NamedTuple):
    """A PI one can choose."""

    id: int
    number: int
    name: str
    state: str


def pis(actor: Actor) -> list[PiRow]:
    """All PIs of the train, the oldest first."""
    require_view(actor)
    rows = Increment.objects.filter(train_id=actor.train_id).order_by("number")
    return [PiRow(*row) for row in rows.values_list(*PiRow._fields)]


def pi_shown(actor: Actor, number: int | None) -> PiRow | None:
    """The PI with this number, without one the present; None when the train has none.

    Raises:
        Missing: the train has no PI with this number.
    """
    found = find_increment(actor, number)
    return None if found is None else PiRow(found.pk, found.number, found.name, found.state)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody wants to look at; ``pi`` is a number, ``team`` a slug, and what makes no sense filters nothing."""

    pi: int | None = None
    all_pis: bool = False
    team: str = ""
    arrived: bool = False


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is looked at, and the PIs one could look at instead; ``pi`` is the chosen or else the present PI."""

    scope: Scope
    pi: PiRow | None
    pis: list[PiRow]

    @property
    def is_all(self) -> bool:
        """Whether no single PI was chosen."""
        return self.scope.pi_id is None


def look(actor: Actor, asked: Asked) -> Look:
    """The network as asked for.

    Raises:
        Missing: the train has no PI with this number.
    """
    pi = pi_shown(actor, asked.pi)
    web = web_of(actor)
    scope = Scope(
        web=web,
        pi_id=None if pi is None or asked.all_pis else pi.id,
        team=next((team for team in web.teams if team.slug == asked.team), None),
        arrived=asked.arrived,
    )
    return Look(scope=scope, pi=pi, pis=pis(actor))


def moves(actor: Actor, found: Look) -> MovesTold:
    """Which work, with another team, would remove most strings: always of one PI, since room is counted there."""
    if found.pi is None or found.pi.state == Increment.State.CLOSED:
        return MovesTold(fitting=(), beyond=())
    scope = replace(found.scope, pi_id=found.pi.id)
    return moves_told(scope, free_room(actor, found.pi, scope.web))


def web_of(actor: Actor) -> Web:
    """All dependencies of the train that have not been dropped, with the work at their ends."""
    require_view(actor)
    rows = [_Row(*row) for row in _dependencies(actor).values_list(*_Row._fields)]
    iterations = _iterations(actor)
    teams = tuple(TeamRow(*row) for row in _teams(actor))
    reader = _Reader(actor, rows, {row.id: at for at, row in enumerate(iterations)}, iterations)
    strands = tuple(reader.strand(row) for row in rows)
    return Web(
        teams=teams,
        iterations=iterations,
        pieces=reader.pieces,
        strands=strands,
        parts=reader.parts(),
        values={each.number: each.value for each in reader.features.values() if each.value},
        features={each.number: each.title for each in reader.features.values()},
    )


def free_room(actor: Actor, pi: PiRow, web: Web) -> dict[tuple[str, int], Decimal]:
    """Points that each own team may still commit in each iteration of the PI, by team and iteration index."""
    index = {row.id: at for at, row in enumerate(web.iterations)}
    cells = capacity_table(actor, Increment.objects.get(train_id=actor.train_id, pk=pi.id))
    return {
        (str(team_id), index[iteration_id]): cell.committable - cell.load
        for (team_id, iteration_id), cell in cells.items()
    }


class _Row(NamedTuple):
    number: int
    needs: str
    type: str
    state: str
    consumer_team_id: int
    provider_team_id: int
    consumer_story_id: int | None
    provider_story_id: int | None
    consumer_feature_id: int | None
    provider_feature_id: int | None
    needed_by_id: int | None
    committed_by_id: int | None


class _StoryRow(NamedTuple):
    id: int
    number: int
    title: str
    team_id: int | None
    points: float | None
    state: str
    feature_id: int | None
    pi_id: int | None
    iteration_id: int | None


class _FeatureRow(NamedTuple):
    id: int
    number: int
    title: str
    size: float | None
    state: str
    user_value: int | None
    time_criticality: int | None
    risk_opportunity: int | None

    @property
    def value(self) -> int:
        """Its cost of delay, 0 while a part of that is missing."""
        parts = (self.user_value, self.time_criticality, self.risk_opportunity)
        return 0 if None in parts else sum(part or 0 for part in parts)


def _dependencies(actor: Actor) -> Any:
    return Dependency.objects.filter(train_id=actor.train_id).exclude(state__in=DROPPED).order_by("number")


def _iterations(actor: Actor) -> tuple[IterationRow, ...]:
    rows = Iteration.objects.filter(train_id=actor.train_id).order_by("starts_on", "pi__number", "number")
    return tuple(
        IterationRow(*row) for row in rows.values_list("pk", "pi_id", "pi__number", "pi__name", "name", "is_ip")
    )


def _teams(actor: Actor) -> Any:
    rows = Team.objects.filter(train_id=actor.train_id).order_by("external", "position", "name", "pk")
    return rows.values_list("pk", "slug", "name", "external")


class _Reader:
    """Makes the pieces at the ends of dependencies."""

    def __init__(
        self, actor: Actor, rows: list[_Row], index: Mapping[int, int], iterations: tuple[IterationRow, ...]
    ) -> None:
        self._index = index
        self._pi_of = {at: row.pi_id for at, row in enumerate(iterations)}
        linked = {pk for row in rows for pk in (row.consumer_story_id, row.provider_story_id) if pk}
        named = {pk for row in rows for pk in (row.consumer_feature_id, row.provider_feature_id) if pk}
        train = {"train_id": actor.train_id}
        stories = _stories(Story.objects.filter(**train, pk__in=linked))
        # A story that no team has taken stands with the team the first of its dependencies names.
        self._named_team: dict[int | None, int] = {}
        for row in rows:
            self._named_team.setdefault(row.consumer_story_id, row.consumer_team_id)
            self._named_team.setdefault(row.provider_story_id, row.provider_team_id)
        around = named | {row.feature_id for row in stories if row.feature_id}
        stories += _stories(Story.objects.filter(**train, feature_id__in=around).exclude(pk__in=linked))
        features = Feature.objects.filter(**train, pk__in=around).values_list(*_FeatureRow._fields)
        self.features = {row[0]: _FeatureRow(*row) for row in features}
        self._stories = {row.id: row for row in stories}
        targets = Target.objects.filter(**train, feature_id__in=named).values_list(
            "feature_id", "pi_id", "iteration_id"
        )
        self._targets = _by_first(targets)
        self._of = _by_first((row.feature_id, row.pi_id, row.iteration_id) for row in stories if row.feature_id)
        self.pieces: dict[str, Piece] = {}
        for each in stories:
            self._keep(self._story(each))

    def strand(self, row: _Row) -> Strand:
        """A dependency with both of its ends."""
        return Strand(
            number=row.number,
            needs=row.needs,
            type=row.type,
            state=row.state,
            provider=self._end(
                row,
                "delivery",
                row.provider_story_id,
                row.provider_feature_id,
                row.provider_team_id,
                row.committed_by_id,
            ),
            consumer=self._end(
                row, "need", row.consumer_story_id, row.consumer_feature_id, row.consumer_team_id, row.needed_by_id
            ),
        )

    def parts(self) -> tuple[tuple[str, str], ...]:
        """Which story is part of which feature that is the end of a dependency."""
        wholes: dict[int | None, list[str]] = {}
        for piece in self.pieces.values():
            if piece.kind == "feature":
                wholes.setdefault(piece.feature, []).append(piece.key)
        return tuple(
            (piece.key, whole)
            for piece in self.pieces.values()
            if piece.kind == "story"
            for whole in wholes.get(piece.feature, ())
        )

    def _end(
        self, row: _Row, bare: str, story: int | None, feature: int | None, team: int, promised: int | None
    ) -> Piece:
        if story in self._stories:
            return self.pieces[f"s{self._stories[story].number}"]
        if feature in self.features:
            return self._keep(self._feature(self.features[feature], team))
        at = position(linked=False, item=None, promised=self._index.get(promised or 0))
        return self._keep(
            Piece(
                key=f"{bare[0]}{row.number}",
                kind=bare,
                number=row.number,
                title=row.needs,
                team_id=team,
                at=at,
                pis=self._pis((None, at)),
            )
        )

    def _story(self, row: _StoryRow) -> Piece:
        feature = self.features.get(row.feature_id or 0)
        at = self._index.get(row.iteration_id or 0)
        return Piece(
            key=f"s{row.number}",
            kind="story",
            number=row.number,
            title=row.title,
            team_id=row.team_id or self._named_team.get(row.id),
            points=_points(row.points),
            at=at,
            pis=self._pis((row.pi_id, at)),
            done=row.state == Story.State.DONE,
            feature=feature.number if feature else None,
        )

    def _feature(self, row: _FeatureRow, team: int) -> Piece:
        """A feature as one team gives or needs it: it stands with its last story, without any where it is aimed at."""
        stories, targets = self._of.get(row.id, []), self._targets.get(row.id, [])
        places = [(pi, self._index.get(iteration or 0)) for pi, iteration in stories or targets]
        key = f"f{row.number}"
        known = self.pieces.get(key)
        return Piece(
            key=key if known is None or known.team_id == team else f"{key}-{team}",
            kind="feature",
            number=row.number,
            title=row.title,
            team_id=team,
            points=Decimal(0) if stories else _points(row.size),
            at=finishing(at for _, at in places),
            pis=self._pis(*places, *((pi, None) for pi, _ in targets)),
            done=row.state == Feature.State.DONE,
            feature=row.number,
        )

    def _pis(self, *places: tuple[int | None, int | None]) -> frozenset[int]:
        told = {pi for pi, _ in places} | {self._pi_of.get(at) for _, at in places if at is not None}
        return frozenset(pi for pi in told if pi is not None)

    def _keep(self, piece: Piece) -> Piece:
        return self.pieces.setdefault(piece.key, piece)


def _stories(rows: Any) -> list[_StoryRow]:
    return [_StoryRow(*row) for row in rows.order_by("number").values_list(*_StoryRow._fields)]


def _by_first(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[int | None, int | None]]]:
    found: dict[int, list[tuple[int | None, int | None]]] = {}
    for key, pi, iteration in rows:
        found.setdefault(key, []).append((pi, iteration))
    return found


def _points(value: float | None) -> Decimal:
    return Decimal(str(value)) if value else Decimal(0)
