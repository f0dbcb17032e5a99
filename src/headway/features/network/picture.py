"""The network as a drawing: iterations across, teams down, a box a piece, a curve a pair. Pure: numbers out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from headway.features.network.questions.scope import Scope, count
from headway.features.network.strands import SEVERITY, Piece, Strand, by_pair, is_short

HEAD = 30
LABEL = 118
BOX_WIDTH = 116
BOX_HEIGHT = 34
BOX_GAP = 8
COLUMN_GAP = 44
BAND_PADDING = 10
TITLE, NAME = 17, 16
"""Letters of a title that fit into a box, and of a team's name beside the drawing."""
MOST_STRANDS = 600
MOST_DOWN, MOST_LANES = 8, 4
"""Boxes of a cell that stand below each other before a second lane is opened beside them, and the most lanes."""
BEFORE, AFTER, LOOSE = -1, 1_000_000, 1_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """An iteration, or all that come before or after, or what is not planned."""

    name: str
    x: int
    width: int
    is_ip: bool
    is_aside: bool

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A team's row."""

    names: tuple[str, ...]
    y: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One piece of work."""

    piece: Piece
    x: int
    y: int
    short_title: str
    said: str
    on_chain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """All dependencies between two pieces, drawn as the worst of them."""

    provider: str
    consumer: str
    path: str
    health: str
    on_chain: bool
    in_circle: bool
    is_short: bool
    middle_x: float
    middle_y: float
    numbers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything the template needs; units are pixels. ``label`` is the width of the teams' names beside it."""

    label: int
    width: int
    height: int
    columns: tuple[Column, ...]
    bands: tuple[Band, ...]
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    left_out: int
    """Dependencies that are not drawn because there are too many."""


Slot = tuple[int | None, int]
"""A team and a column."""


def draw(scope: Scope) -> Drawing:
    """The picture of what is in scope; the worst strings are drawn when there are too many for all."""
    strands = sorted(scope.shown, key=lambda each: (SEVERITY[each.health], each.number))
    drawn = strands[:MOST_STRANDS]
    pieces = {piece.key: piece for each in drawn for piece in (each.provider, each.consumer)}
    pieces |= {key: scope.web.pieces[key] for key in _chain(scope)}
    slots = _slots(scope, pieces, drawn)
    columns = _columns(scope, slots)
    bands = _bands(scope, slots)
    places = _places(slots, columns, bands)
    needs = Counter(each.consumer.key for each in drawn)
    gives = Counter(each.provider.key for each in drawn)
    boxes = tuple(_box(scope, pieces[key], at, needs[key], gives[key]) for key, at in places.items())
    last = list(columns.values())[-1] if columns else None
    foot = list(bands.values())[-1] if bands else None
    return Drawing(
        label=LABEL,
        width=(last.x + last.width) if last else 0,
        height=(foot.y + foot.height) if foot else HEAD,
        columns=tuple(columns.values()),
        bands=tuple(bands.values()),
        boxes=boxes,
        curves=tuple(_curves(scope, drawn, places)),
        left_out=len(strands) - len(drawn),
    )


def _chain(scope: Scope) -> tuple[str, ...]:
    """The chain is drawn where it is one and no team hides the others' work."""
    return scope.chain.keys if len(scope.chain.keys) > 1 and scope.team is None else ()


def _column_of(scope: Scope, piece: Piece) -> int:
    if piece.at is None:
        return LOOSE
    if scope.pi_id is None:
        return piece.at
    own = [at for at, row in enumerate(scope.web.iterations) if row.pi_id == scope.pi_id]
    if not own or piece.at < own[0]:
        return BEFORE
    return AFTER if piece.at > own[-1] else piece.at


def _columns(scope: Scope, slots: Mapping[Slot, Sequence[str]]) -> dict[int, Column]:
    fullest: Counter[int] = Counter()
    for (_, at), keys in slots.items():
        fullest[at] = max(fullest[at], len(keys))
    used = set(fullest)
    if scope.pi_id is not None:
        used |= {at for at, row in enumerate(scope.web.iterations) if row.pi_id == scope.pi_id}
    columns = {}
    x = 0
    for at in sorted(used):
        is_aside = at in (BEFORE, AFTER, LOOSE)
        name = {BEFORE: "Before", AFTER: "After", LOOSE: "Not planned"}.get(at) or scope.where(at)
        is_ip = not is_aside and scope.web.iterations[at].is_ip
        width = _lanes(fullest[at]) * (BOX_WIDTH + BOX_GAP) - BOX_GAP + COLUMN_GAP
        columns[at] = Column(name=name, x=x, width=width, is_ip=is_ip, is_aside=is_aside)
        x += width
    return columns


def _lanes(boxes: int) -> int:
    return min(MOST_LANES, max(1, ceil(boxes / MOST_DOWN)))


def _down(boxes: int) -> int:
    """How many boxes of a cell stand below each other."""
    return ceil(boxes / _lanes(boxes))


def _slots(scope: Scope, pieces: Mapping[str, Piece], strands: Iterable[Strand]) -> dict[Slot, list[str]]:
    """The pieces of each cell, ordered by where their strings lead, so that few cross."""
    row = {team.id: at for at, team in enumerate(scope.web.teams)}
    leads: dict[str, list[int]] = {key: [] for key in pieces}
    for strand in strands:
        for one, other in ((strand.provider, strand.consumer), (strand.consumer, strand.provider)):
            leads[one.key].append(row.get(other.team_id or 0, len(row)))
    slots: dict[Slot, list[str]] = {}
    for key, piece in pieces.items():
        slots.setdefault((piece.team_id, _column_of(scope, piece)), []).append(key)
    for keys in slots.values():
        keys.sort(key=lambda key: (sum(leads[key]) / max(1, len(leads[key])), pieces[key].number, key))
    return slots


def _bands(scope: Scope, slots: Mapping[Slot, Sequence[str]]) -> dict[int | None, Band]:
    bands: dict[int | None, Band] = {}
    y = HEAD
    for team_id in [*(team.id for team in scope.web.teams), None]:
        tallest = max((_down(len(keys)) for (team, _), keys in slots.items() if team == team_id), default=0)
        if tallest:
            team = scope.web.team[team_id]
            height = 2 * BAND_PADDING + tallest * (BOX_HEIGHT + BOX_GAP) - BOX_GAP
            bands[team_id] = Band(names=_wrapped(team.name), y=y, height=height)
            y += height
    return bands


def _wrapped(name: str) -> tuple[str, ...]:
    """A name in at most two lines that fit beside the drawing."""
    if len(name) <= NAME:
        return (name,)
    head = name[: NAME + 1].rsplit(" ", 1)[0][:NAME].rstrip()
    return head, _cut(name[len(head) :].strip(), NAME)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _places(
    slots: Mapping[Slot, Sequence[str]], columns: Mapping[int, Column], bands: Mapping[int | None, Band]
) -> dict[str, tuple[int, int]]:
    places = {}
    for team in bands:
        for column in columns:
            keys = slots.get((team, column), ())
            for at, key in enumerate(keys):
                lane, down = divmod(at, _down(len(keys)))
                x = columns[column].x + COLUMN_GAP // 2 + lane * (BOX_WIDTH + BOX_GAP)
                places[key] = (x, bands[team].y + BAND_PADDING + down * (BOX_HEIGHT + BOX_GAP))
    return places


def _box(scope: Scope, piece: Piece, at: tuple[int, int], needs: int, gives: int) -> Box:
    said = [f"{piece.label} {piece.title}", scope.team_name(piece), scope.where(piece.at)]
    said += [f"needs {needs}"] * bool(needs) + [f"provides to {gives}"] * bool(gives)
    if piece.key in _chain(scope):
        said.append("on the critical chain")
    return Box(
        piece=piece,
        x=at[0],
        y=at[1],
        short_title=_cut(piece.title, TITLE),
        said=", ".join(said),
        on_chain=piece.key in _chain(scope),
    )


def _curves(scope: Scope, strands: Collection[Strand], places: Mapping[str, tuple[int, int]]) -> Iterable[Curve]:
    steps = set(pairwise(_chain(scope)))
    pairs = by_pair(strands)
    # The mildest first, so that the worst lie on top.
    for pair in sorted(pairs, key=lambda each: -min(SEVERITY[strand.health] for strand in pairs[each])):
        together = pairs[pair]
        worst = min(together, key=lambda strand: SEVERITY[strand.health])
        path, middle = _path(places[pair[0]], places[pair[1]])
        yield Curve(
            provider=pair[0],
            consumer=pair[1],
            path=path,
            health=worst.health.value,
            on_chain=pair in steps,
            in_circle=pair in scope.circled,
            is_short=any(is_short(strand) for strand in together),
            middle_x=middle[0],
            middle_y=middle[1],
            numbers=", ".join(f"D{strand.number}" for strand in together)
            + (f" ({count(len(together), 'dependency')})" if len(together) > 1 else ""),
        )


def _path(provider: tuple[int, int], consumer: tuple[int, int]) -> tuple[str, tuple[float, float]]:
    """From the provider's right edge to the consumer's left; a string that leads back swings out on both sides."""
    x1, y1 = provider[0] + BOX_WIDTH, provider[1] + BOX_HEIGHT / 2
    x2, y2 = consumer[0], consumer[1] + BOX_HEIGHT / 2
    reach = max(COLUMN_GAP / 2 + 6, abs(x2 - x1) / 2) if x2 > x1 else COLUMN_GAP / 2 + 18
    path = f"M{x1:g} {y1:g}C{x1 + reach:g} {y1:g} {x2 - reach:g} {y2:g} {x2:g} {y2:g}"
    return path, ((x1 + x2) / 2, (y1 + y2) / 2)
