"""Reading the board: the snapshot, the drawn table, the drawer and the strings in words.

The whole board is kept by the stamp of the train's last journal entry, so that an unchanged board costs one
small query whoever asks.
"""

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import QuerySet
from django.utils.safestring import SafeString

from headway.engine.errors import Missing
from headway.features.board.drawing import card_html, number, table_html
from headway.features.board.packing import Piece, piece
from headway.features.board.picture import (
    DependencyRow,
    ElsewhereRow,
    FeatureRow,
    IterationRow,
    MilestoneRow,
    Room,
    Rows,
    StoryRow,
    TargetRow,
    TeamRow,
    ThemeRow,
    View,
    bare_ends,
    draw,
    feature_card,
    feature_place,
    story_card,
)
from headway.features.board.policies import require_view
from headway.features.board.words import Line, in_words
from headway.features.capacity.queries import capacity_table
from headway.kit import clock
from headway.kit.access import Actor
from headway.store.models import (
    Entry,
    Feature,
    Increment,
    Iteration,
    Milestone,
    Person,
    Proposal,
    Story,
    Target,
)

Raw = list[tuple[Any, ...]]

CHANGES_THE_PLAN = ("story.moved", "story.created", "story.taken")

BACKLOG_SHOWN = 40
"""How many features of the program backlog the drawer offers."""


class PiRow(NamedTuple):
    """The PI a board is of."""

    id: int
    number: int
    name: str
    state: str
    starts_on: date
    ends_on: date


class Stamp(NamedTuple):
    """What the train's journal ended with: equal stamps mean equal boards."""

    seq: int
    command: str
    today: date

    @property
    def tag(self) -> str:
        """As an entity tag."""
        return f"{self.seq}.{self.command[:8]}.{self.today.toordinal()}"


def pi_shown(actor: Actor, asked: int | None) -> PiRow:
    """The PI with this number; when none is asked for, the one that runs, else the next, else the last.

    Raises:
        Missing: there is no such PI, or none at all.
    """
    require_view(actor)
    rows = [
        PiRow(*row)
        for row in Increment.objects.filter(train_id=actor.train_id).order_by("number").values_list(*PiRow._fields)
    ]
    if asked is not None:
        rows = [row for row in rows if row.number == asked]
    if not rows:
        what = "This train has no PI yet" if asked is None else f"There is no PI {asked} on this train"
        raise Missing(f"{what}; PIs are made under Calendar.", code="pi_missing")
    today = clock.today()
    running = [row for row in rows if row.starts_on <= today <= row.ends_on]
    coming = [row for row in rows if row.starts_on > today]
    return (running or coming or rows[-1:])[0]


def stamp(actor: Actor) -> Stamp:
    """The present stamp of the actor's train: one indexed query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.seq, c.uuid, t.time_zone FROM store_train t"
            " LEFT JOIN store_entry e ON e.train_id = t.id AND e.number = t.seq"
            " LEFT JOIN store_command c ON c.id = e.command_id WHERE t.id = %s",
            [actor.train_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise Missing("This train is no longer there.", code="train_missing")
    return Stamp(row[0], str(row[1] or "").replace("-", ""), clock.today(row[2]))


# The snapshot ---------------------------------------------------------------


def board_snapshot(actor: Actor, pi: PiRow, at: Stamp) -> bytes:
    """The board as JSON: every table as its column names and its rows; flags are 0 or 1.

    ``seq`` is the journal number from which a listener should continue.
    """
    require_view(actor)
    return _snapshot(actor.train_id, pi, at)


def board_snapshot_packed(actor: Actor, pi: PiRow, at: Stamp) -> bytes:
    """The same, compressed with gzip once for everybody."""
    require_view(actor)
    return _packed(actor.train_id, pi, at)


@lru_cache(maxsize=32)
def _packed(train_id: int, pi: PiRow, at: Stamp) -> bytes:
    return gzip.compress(_snapshot(train_id, pi, at), compresslevel=5, mtime=0)


@lru_cache(maxsize=32)
def _snapshot(train_id: int, pi: PiRow, at: Stamp) -> bytes:
    raw = _read(train_id, pi)
    body: dict[str, Any] = {"seq": at.seq, "pi": {"id": pi.id, "number": pi.number, "name": pi.name}}
    for name, (row, rows) in raw.items():
        body[name] = {"columns": row._fields, "rows": rows}
    return orjson.dumps(body)


Tables = dict[str, tuple[type[Any], Raw]]


def _read(train_id: int, pi: PiRow) -> Tables:
    with connection.cursor() as cursor:

        def rows(sql: str, *parameters: Any) -> Raw:
            cursor.execute(sql, parameters)
            found: Raw = cursor.fetchall()
            return found

        stories = rows(_STORIES, train_id, pi.id)
        features = rows(_FEATURES, train_id, pi.id, pi.id)
        dependencies = rows(_DEPENDENCIES, train_id, *[pi.id] * 8)
        targets = rows(_TARGETS, pi.id)
        teams = rows(_TEAMS, train_id)
        themes = rows(_THEMES, train_id)
    iterations = _iterations(train_id)
    tables: Tables = {
        "stories": (StoryRow, stories),
        "features": (FeatureRow, features),
        "dependencies": (DependencyRow, dependencies),
        "iterations": (IterationRow, [row for pi_id, row in iterations if pi_id == pi.id]),
        "targets": (TargetRow, targets),
        "teams": (TeamRow, teams),
        "milestones": (MilestoneRow, _milestones(train_id)),
        "themes": (ThemeRow, themes),
        "rooms": (Room, _rooms(train_id, pi)),
    }
    tables["elsewhere"] = (ElsewhereRow, _elsewhere(stories, features, dependencies, iterations))
    return tables


def _columns(row: type[Any], alias: str, **instead: str) -> str:
    return ", ".join(instead.get(name, f"{alias}.{name}") for name in row._fields)


_STORIES = (
    f"SELECT {_columns(StoryRow, 's', blocked='CAST(s.blocked AS INTEGER)')} FROM store_story s"  # noqa: S608
    " WHERE s.train_id = %s AND s.pi_id = %s"
)
_FEATURES = (
    f"SELECT {_columns(FeatureRow, 'f')} FROM store_feature f WHERE f.train_id = %s AND ("  # noqa: S608
    "f.id IN (SELECT feature_id FROM store_target WHERE pi_id = %s)"
    " OR f.id IN (SELECT feature_id FROM store_story WHERE pi_id = %s))"
)
_TEAMS = (
    f"SELECT {_columns(TeamRow, 't', external='CAST(t.external AS INTEGER)')} FROM store_team t"  # noqa: S608
    " WHERE t.train_id = %s ORDER BY t.position, t.name, t.id"
)
_THEMES = f"SELECT {_columns(ThemeRow, 't')} FROM store_theme t WHERE t.train_id = %s ORDER BY t.name"  # noqa: S608
_TARGETS = (
    f"SELECT {_columns(TargetRow, 't', planned='CAST(t.planned AS INTEGER)')} FROM store_target t"  # noqa: S608
    " WHERE t.pi_id = %s"
)
_DEPENDENCIES = (
    f"SELECT {_columns(DependencyRow, 'd')} FROM store_dependency d WHERE d.train_id = %s AND ("  # noqa: S608
    "d.consumer_story_id IN (SELECT id FROM store_story WHERE pi_id = %s)"
    " OR d.provider_story_id IN (SELECT id FROM store_story WHERE pi_id = %s)"
    " OR d.consumer_feature_id IN (SELECT feature_id FROM store_target WHERE pi_id = %s)"
    " OR d.provider_feature_id IN (SELECT feature_id FROM store_target WHERE pi_id = %s)"
    " OR d.consumer_feature_id IN (SELECT feature_id FROM store_story WHERE pi_id = %s)"
    " OR d.provider_feature_id IN (SELECT feature_id FROM store_story WHERE pi_id = %s)"
    " OR d.needed_by_id IN (SELECT id FROM store_iteration WHERE pi_id = %s)"
    " OR d.committed_by_id IN (SELECT id FROM store_iteration WHERE pi_id = %s))"
)


def _milestones(train_id: int) -> Raw:
    return list(Milestone.objects.filter(train_id=train_id).order_by("on", "id").values_list("id", "name", "on"))


def _iterations(train_id: int) -> list[tuple[int, tuple[Any, ...]]]:
    """All iterations of the train in calendar order; their index is what health is reckoned in."""
    fields = ("id", "number", "name", "starts_on", "ends_on", "is_ip")
    found = Iteration.objects.filter(train_id=train_id).order_by("starts_on", "pi__number", "number")
    return [(row[0], (*row[1:], index)) for index, row in enumerate(found.values_list("pi_id", *fields))]


def _elsewhere(
    stories: Raw, features: Raw, dependencies: Raw, iterations: Sequence[tuple[int, tuple[Any, ...]]]
) -> Raw:
    here_s, here_f = {row[0] for row in stories}, {row[0] for row in features}
    at = DependencyRow._fields.index("consumer_story_id")
    far_s = {each for row in dependencies for each in row[at : at + 2]} - here_s - {None}
    far_f = {each for row in dependencies for each in row[at + 2 : at + 4]} - here_f - {None}
    index = {row[0]: row[-1] for _, row in iterations}
    found: Raw = []
    if far_s:
        found += _far("s", "store_story", far_s, index)
    if far_f:
        found += _far_features(far_f, index)
    return found


def _far(letter: str, table: str, ids: set[int], index: dict[int, int]) -> Raw:
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, number, title, team_id, iteration_id FROM {table} WHERE id IN ({marks})",  # noqa: S608
            list(ids),
        )
        return [(f"{letter}{row[0]}", *row[1:4], index.get(row[4])) for row in cursor.fetchall()]


def _far_features(ids: set[int], index: dict[int, int]) -> Raw:
    """A feature outside this PI finishes with the last of its stories, or where it is aimed at."""
    last: dict[int, int | None] = {}
    aims = list(Target.objects.filter(feature_id__in=ids).values_list("feature_id", "iteration_id"))
    told = list(Feature.objects.filter(pk__in=ids).values_list("stories__feature_id", "stories__iteration_id"))
    for feature_id, iteration_id in [*aims, *told]:
        place = index.get(iteration_id or 0)
        if feature_id is not None and place is not None:
            last[feature_id] = max(place, last.get(feature_id) or 0)
    rows = Feature.objects.filter(pk__in=ids).values_list("id", "number", "title", "team_id")
    return [(f"f{row[0]}", *row[1:], last.get(row[0])) for row in rows]


def _rooms(train_id: int, pi: PiRow) -> Raw:
    # Drawn for everybody at once; whoever asks has been let in by then.
    reader = Actor(train_id=train_id, train_slug="", name="")
    table = capacity_table(reader, Increment.objects.get(pk=pi.id))
    return [(*place, float(cell.points), float(cell.committable)) for place, cell in table.items()]


# The page -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerItem:
    """A feature that is not on the board."""

    number: int
    title: str
    enabler: bool
    points: str | None
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerGroup:
    """Features that are not on the board for one reason."""

    name: str
    means: str
    none: str
    button: str
    button_plans: bool
    """Whether the button brings a feature into the PI's scope, or puts it out."""
    features: tuple[DrawerItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """What the board page shows to everybody alike."""

    table: SafeString
    teams: tuple[TeamRow, ...]
    themes: tuple[ThemeRow, ...]
    iterations: tuple[IterationRow, ...]
    drawer: tuple[DrawerGroup, ...]
    loose: int
    cards: int


def board_page(actor: Actor, pi: PiRow, view: View, at: Stamp) -> BoardPage:
    """The board as a page, drawn once for each state of the train."""
    require_view(actor)
    return _page(actor.train_id, actor.train_slug, pi, view, at)


def packed_table(actor: Actor, pi: PiRow, view: View, at: Stamp) -> Piece:
    """The table of the page, compressed once for everybody."""
    require_view(actor)
    return _packed_table(actor.train_id, actor.train_slug, pi, view, at)


def first_view(actor: Actor, pi: PiRow, at: Stamp) -> View:
    """What a board opens with: stories, unless the PI has features only (an imported release plan)."""
    require_view(actor)
    return _first_view(actor.train_id, pi, at)


@lru_cache(maxsize=16)
def _first_view(train_id: int, pi: PiRow, at: Stamp) -> View:  # `at` is what the answer is kept by
    only_features = (
        Target.objects.filter(train_id=train_id, pi_id=pi.id).exists()
        and not Story.objects.filter(train_id=train_id, pi_id=pi.id).exists()
    )
    return View.FEATURES if only_features else View.STORIES


@lru_cache(maxsize=16)
def _packed_table(train_id: int, slug: str, pi: PiRow, view: View, at: Stamp) -> Piece:
    return piece(_page(train_id, slug, pi, view, at).table.encode())


def board_rows(actor: Actor, pi: PiRow) -> Rows:
    """Everything of one PI the board shows."""
    require_view(actor)
    return _rows(actor.train_id, pi)


def _rows(train_id: int, pi: PiRow) -> Rows:
    return _named(_read(train_id, pi), changed_since_commitment(train_id, pi))


def present_rows(train_id: int, pi: PiRow) -> Rows:
    """The rows of a board as they are now, without asking the journal what changed since the commitment."""
    return _named(_read(train_id, pi), frozenset())


def _named(tables: Tables, changed: frozenset[int]) -> Rows:
    return Rows(**{name: [row(*each) for each in rows] for name, (row, rows) in tables.items()}, changed=changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedLine:
    """A string in words with the name of who looks after it."""

    line: Line
    owner: str


def strings_in_words(actor: Actor, pi: PiRow, moves: Mapping[int, int | None] | None = None) -> list[OwnedLine]:
    """Every string of the board in words, the worst first.

    With ``moves``, as if these stories, by id, stood in these iterations, by id (None: in their team's backlog).
    """
    require_view(actor)
    rows = present_rows(actor.train_id, pi)
    if moves:
        moved = [each._replace(iteration_id=moves.get(each.id, each.iteration_id)) for each in rows.stories]
        rows = replace(rows, stories=moved)
    iterations = Iteration.objects.filter(train_id=actor.train_id).order_by("starts_on", "pi__number", "number")
    names = {
        ordinal: name if pi_id == pi.id else f"{pi_name} {name}"
        for ordinal, (pi_id, pi_name, name) in enumerate(iterations.values_list("pi_id", "pi__name", "name"))
    }
    lines = in_words(rows, names)
    owners = Person.objects.filter(pk__in={line.owner_id for line in lines if line.owner_id}).in_bulk()
    return [OwnedLine(line=line, owner=owners[line.owner_id].name if line.owner_id in owners else "") for line in lines]


def changed_since_commitment(train_id: int, pi: PiRow) -> frozenset[int]:
    """Ids of the stories that came, moved or were taken on after the PI was committed."""
    changes = _plan_changes(train_id, pi)
    return frozenset() if changes is None else frozenset(changes.values_list("subject_id", flat=True))


def _plan_changes(train_id: int, pi: PiRow) -> QuerySet[Entry] | None:
    """The entries that changed the committed plan of a PI; None while it has not been committed."""
    if pi.state not in (Increment.State.COMMITTED, Increment.State.EXECUTING):
        return None
    journal = Entry.objects.filter(train_id=train_id)
    advances = journal.filter(kind="pi", subject_id=pi.id).order_by("-number").values_list("number", "after")
    committed = next((number for number, after in advances if (after or {}).get("state") == "committed"), None)
    if committed is None:
        return None
    return journal.filter(number__gt=committed, kind="story", verb__in=CHANGES_THE_PLAN)


@lru_cache(maxsize=16)
def _page(train_id: int, slug: str, pi: PiRow, view: View, at: Stamp) -> BoardPage:
    rows = _rows(train_id, pi)
    picture = draw(rows, view)
    drawer = _drawer(train_id, slug, rows)
    return BoardPage(
        table=table_html(train=slug, pi_name=pi.name, picture=picture, seq=at.seq, today=at.today),
        teams=tuple(rows.teams),
        themes=tuple(rows.themes),
        iterations=tuple(rows.iterations),
        drawer=drawer,
        loose=len(drawer[0].features),
        cards=len(rows.stories) + len(rows.features),
    )


def _drawer(train_id: int, slug: str, rows: Rows) -> tuple[DrawerGroup, ...]:
    of: dict[int, list[StoryRow]] = {}
    for story in rows.stories:
        of.setdefault(story.feature_id or 0, []).append(story)
    targets = {target.feature_id: target for target in rows.targets}
    out = {each.feature_id for each in rows.targets if not each.planned or each.outcome == "dropped"}
    loose = [
        feature
        for feature in rows.features
        if feature.id not in out
        and feature_place(feature, of.get(feature.id, []), targets.get(feature.id), rows.iterations) is None
    ]
    return (
        DrawerGroup(
            name="Aimed at this PI, not yet planned",
            means="No team and no iteration yet.",
            none="Every feature of this PI stands on the board.",
            button="Put out of scope",
            button_plans=False,
            features=_items(slug, loose),
        ),
        DrawerGroup(
            name="Next in the program backlog",
            means="By rank; not aimed at this PI.",
            none="The program backlog is empty.",
            button="Bring in",
            button_plans=True,
            features=_items(slug, _waiting(train_id, rows)),
        ),
        DrawerGroup(
            name="Out of scope",
            means="Considered for this PI and left out.",
            none="Nothing was put out of scope.",
            button="Bring back",
            button_plans=True,
            features=_items(slug, [feature for feature in rows.features if feature.id in out]),
        ),
    )


def _items(slug: str, features: Iterable[FeatureRow]) -> tuple[DrawerItem, ...]:
    return tuple(
        DrawerItem(
            number=each.number,
            title=each.title,
            enabler=each.type == "enabler",
            points=None if each.size is None else number(each.size),
            href=f"/trains/{slug}/features/{each.number}",
        )
        for each in features
    )


def _waiting(train_id: int, rows: Rows) -> list[FeatureRow]:
    here = {feature.id for feature in rows.features}
    open_ones = Feature.objects.filter(train_id=train_id).exclude(state=Feature.State.DONE)
    found = open_ones.order_by("rank", "number").values_list(*FeatureRow._fields)[: BACKLOG_SHOWN + len(here)]
    return [FeatureRow(*row) for row in found if row[0] not in here][:BACKLOG_SHOWN]


# What can be laid over the board ----------------------------------------------

PROPOSALS_OFFERED = 10


def open_proposals(actor: Actor, pi: PiRow, at: Stamp) -> tuple[int, ...]:
    """The numbers of the open proposals for a PI, the newest first."""
    require_view(actor)
    return _open_proposals(actor.train_id, pi, at)


@lru_cache(maxsize=16)
def _open_proposals(train_id: int, pi: PiRow, at: Stamp) -> tuple[int, ...]:  # kept by `at`
    found = Proposal.objects.filter(train_id=train_id, pi_id=pi.id, state=Proposal.State.OPEN).order_by("-number")
    return tuple(found.values_list("number", flat=True)[:PROPOSALS_OFFERED])


# What an entry changed -------------------------------------------------------


def cards_of_story(entry: Entry) -> dict[str, str]:
    """The cards that an entry about a story changed, by ``board:<PI>:<card>``."""
    now, was = entry.after or {}, entry.before or {}
    slug = entry.train.slug
    boards = {each for each in (now.get("pi_id"), was.get("pi_id")) if each is not None}
    drawn: dict[str, str] = {}
    for pi_id in boards:
        if now.get("pi_id") == pi_id and now.get("team_id") is not None:
            row = StoryRow(*_values(StoryRow, entry.subject_id, now))
            card = story_card(row, _feature(row.feature_id), changed=_left_the_plan(entry, pi_id))
            drawn[f"board:{pi_id}:{card.key}"] = card_html(slug, card)
        for feature in map(_feature, {now.get("feature_id"), was.get("feature_id")}):
            if feature is not None:
                stories = Story.objects.filter(feature_id=feature.id, pi_id=pi_id).values_list(*StoryRow._fields)
                whole = feature_card(feature, [StoryRow(*each) for each in stories])
                drawn[f"board:{pi_id}:{whole.key}"] = card_html(slug, whole)
    return drawn


def cards_of_dependency(entry: Entry) -> dict[str, str]:
    """The bare ends of a dependency, which look the same on every board."""
    now = entry.after
    if now is None:
        return {}
    row = DependencyRow(*_values(DependencyRow, entry.subject_id, now))
    return {f"board:0:{card.key}": card_html(entry.train.slug, card) for _, card in bare_ends([row])}


def _values(row: type[Any], subject_id: int, portrait: dict[str, Any]) -> list[Any]:
    return [subject_id if name == "id" else portrait[name] for name in row._fields]


def _feature(feature_id: int | None) -> FeatureRow | None:
    if feature_id is None:
        return None
    row = Feature.objects.filter(pk=feature_id).values_list(*FeatureRow._fields).first()
    return None if row is None else FeatureRow(*row)


def _left_the_plan(entry: Entry, pi_id: int) -> bool:
    pi = Increment.objects.filter(pk=pi_id).values_list(*PiRow._fields).first()
    # An entry may be sent again after its PI is gone.
    changes = None if pi is None else _plan_changes(entry.train_id, PiRow(*pi))
    return changes is not None and changes.filter(subject_id=entry.subject_id).exists()
