"""What one card in another cell would change: the values, and the same in sentences. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headway.engine.network.chain import Chain
from headway.engine.network.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """One team in one iteration, in points: ``buffer_*`` is how much of the buffer the load uses."""

    team_id: int
    iteration_id: int | None
    iteration: str
    before: float
    after: float
    capacity: float | None
    committable: float | None
    buffer_before: float
    buffer_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StringChange:
    """A dependency whose schedule changes; ``other`` is what stands at its far end."""

    id: int
    number: int
    needs: str
    before: Health
    after: Health
    slack: int | None
    provides: bool
    """Whether the moved card is the one that provides."""
    other: str
    other_team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """How long a critical chain is."""

    iterations: int
    points: float
    cards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeature:
    """A feature that then finishes ``later`` iterations later, and whether that is after the PI."""

    id: int
    number: int
    title: str
    later: int
    falls_out: bool
    value: float
    """Its cost of delay, 0 while it is not scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """What has to move when the card comes later: other stories, the features they finish, and their cost of delay."""

    stories: tuple[int, ...]
    teams: tuple[str, ...]
    points: float
    features: tuple[LateFeature, ...]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What one card in another cell would change."""

    card: str
    cells: tuple[CellChange, ...]
    strings: tuple[StringChange, ...]
    chain_before: Length
    chain_after: Length
    on_chain: bool
    slips: Slips
    words: tuple[str, ...] = ()


def length(chain: Chain) -> Length:
    """How long a chain is."""
    return Length(iterations=chain.iterations, points=float(chain.points), cards=len(chain.keys))


def told(outlook: Outlook) -> tuple[str, ...]:
    """What would change in sentences, the worst first, for the hint at the card and for those who listen."""
    return (
        *_of_cells(outlook.cells),
        *_of_strings(outlook.strings),
        *_of_slips(outlook.slips),
        *_of_chain(outlook),
    )


def _of_cells(cells: Iterable[CellChange]) -> Iterator[str]:
    for cell in list(cells)[:1]:
        if cell.capacity is None or cell.committable is None:
            continue
        if cell.after > cell.capacity:
            yield f"{cell.iteration}: {cell.after - cell.capacity:g} over the whole capacity of {cell.capacity:g}"
        elif cell.buffer_after:
            buffer = cell.capacity - cell.committable
            yield f"{cell.iteration}: {cell.buffer_after:g} of {buffer:g} points of buffer used"


_BECOMES = {
    Health.CONFLICT: "Becomes a conflict",
    Health.TIGHT: "Becomes tight",
    Health.OK: "Fits now",
    Health.UNPLANNED: "Waits for a plan",
}
_WORST_FIRST = (Health.CONFLICT, Health.TIGHT, Health.UNPLANNED, Health.OK)
MOST_STRINGS = 3


def _of_strings(strings: Iterable[StringChange]) -> Iterator[str]:
    changed = sorted(strings, key=lambda each: (_WORST_FIRST.index(each.after), each.number))
    for each in changed[:MOST_STRINGS]:
        team = f" ({'for' if each.provides else 'from'} {each.other_team})" if each.other_team else ""
        yield f"{_BECOMES[each.after]}: {each.needs}{team}"
    rest = len(changed) - MOST_STRINGS
    if rest > 0:
        yield "1 more string changes" if rest == 1 else f"{rest} more strings change"


def _of_slips(slips: Slips) -> Iterator[str]:
    if slips.stories:
        has = "1 other story has" if len(slips.stories) == 1 else f"{len(slips.stories)} other stories have"
        of = f" ({', '.join(slips.teams[:3])}{' …' if len(slips.teams) > 3 else ''})" if slips.teams else ""
        yield f"{has} to move too, {slips.points:g} points{of}"
    for each in slips.features[:2]:
        falls = ", after the end of the PI" if each.falls_out else ""
        yield f"F{each.number} finishes {count(each.later)} later{falls}: {each.title}"
    rest = len(slips.features) - 2
    if rest > 0:
        yield "1 more feature finishes later" if rest == 1 else f"{rest} more features finish later"
    if slips.value:
        yield f"Cost of delay of what slips: {slips.value:g}"


def _of_chain(outlook: Outlook) -> Iterator[str]:
    before, after = outlook.chain_before, outlook.chain_after
    if before.iterations != after.iterations:
        yield f"Critical chain: {before.iterations} → {count(after.iterations)}"
    elif outlook.on_chain:
        yield f"On the critical chain of {count(after.iterations)}"


def count(iterations: int) -> str:
    """``1 iteration``, ``3 iterations``."""
    return "1 iteration" if iterations == 1 else f"{iterations} iterations"
