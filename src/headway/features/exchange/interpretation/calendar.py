"""The PIs and iterations a file speaks of, with dates: given, known to the train, or laid out in a row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from ..headings import Field
from .findings import Findings
from .items import UNDATED, Stretch
from .options import KnownPi, Options
from .paths import Place, is_ip_name, last_number, natural
from .plan import IterationValue, PiValue

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A row stands at a place of the calendar, and perhaps knows its dates."""

    row: int
    place: Place
    iteration_days: Stretch = UNDATED
    pi_days: Stretch = UNDATED


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """New PIs and iterations, and which PI an iteration without one belongs to."""

    pis: tuple[PiValue, ...]
    iterations: tuple[IterationValue, ...]
    home: dict[str, str]
    spans: tuple[IterationValue, ...]
    """Every iteration with its dates, those the train has already too."""

    def place_on(self, day: date) -> Place:
        """The place on the calendar that a day lies in; nowhere if it lies in no iteration."""
        found = next((each for each in self.spans if each.starts_on <= day <= each.ends_on), None)
        return Place(pi=found.pi, iteration=found.name) if found else Place()

    def settle(self, place: Place) -> Place:
        """The place with its PI, whenever it has an iteration."""
        if place.pi is None and place.iteration is not None:
            return Place(pi=self.home[place.iteration], iteration=place.iteration)
        return place


@dataclass(kw_only=True)
class _Draft:
    """A PI while its dates are being found."""

    name: str
    known: KnownPi | None = None
    days: Stretch = UNDATED
    iterations: dict[str, Stretch] = field(default_factory=dict)

    @property
    def first(self) -> date | None:
        """The first day anything of it is known to happen."""
        starts = [days.starts_on for days in self.iterations.values() if days.starts_on]
        return self.days.starts_on or min(starts, default=None)

    def ordered(self) -> list[tuple[str, Stretch]]:
        """Its iterations in order of time: by date, else by the numbers in their names."""
        return sorted(self.iterations.items(), key=lambda each: (each[1].starts_on or date.max, natural(each[0])))


def lay_out(wishes: Iterable[Wish], options: Options, findings: Findings) -> Calendar:
    """Find a PI for every iteration, and dates for both."""
    drafts = {known.name: _Draft(name=known.name, known=known) for known in options.calendar}
    homeless = _collect(list(wishes), drafts, findings)
    home = _house(homeless, drafts, options)
    ordered = sorted(
        (draft for draft in drafts.values() if draft.known is None),
        key=lambda draft: (draft.first or date.max, natural(draft.name)),
    )
    numbers = _numbers([draft.name for draft in ordered], options)
    iterations = [each for draft in drafts.values() if draft.known for each in _additions(draft, options)]
    pis: list[PiValue] = []
    cursor = _first_day(ordered, options)
    for draft, number in zip(ordered, numbers, strict=True):
        made = _iterations(draft, draft.first or cursor, options)
        iterations += made
        pi = _pi(draft, number, made)
        pis.append(pi)
        cursor = pi.ends_on + _DAY
    _say_guesses(ordered, pis, options, findings)
    known = [
        IterationValue(pi=pi.name, name=each.name, starts_on=each.starts_on, ends_on=each.ends_on)
        for pi in options.calendar
        for each in pi.iterations
    ]
    return Calendar(pis=tuple(pis), iterations=tuple(iterations), home=home, spans=(*known, *iterations))


def _collect(wishes: Sequence[Wish], drafts: dict[str, _Draft], findings: Findings) -> dict[str, Stretch]:
    """Put iterations under their PIs; returns those that name no PI."""
    homeless: dict[str, Stretch] = {}
    for wish in wishes:
        pi, iteration = wish.place.pi, wish.place.iteration
        if pi is not None:
            draft = drafts.setdefault(pi, _Draft(name=pi))
            if wish.pi_days.starts_on and not draft.days.starts_on:
                draft.days = wish.pi_days
        if iteration is not None:
            shelf = homeless if pi is None else drafts[pi].iterations
            _shelve(shelf, iteration, wish, findings)
    return homeless


def _shelve(shelf: dict[str, Stretch], name: str, wish: Wish, findings: Findings) -> None:
    held = shelf.get(name)
    if held is None or held.starts_on is None:
        shelf[name] = wish.iteration_days
    elif wish.iteration_days.starts_on not in (None, held.starts_on):
        findings.note_once(
            wish.row,
            Field.ITERATION,
            name,
            f"{name!r} starts on {wish.iteration_days.starts_on} here and on {held.starts_on} before; "
            "the earlier row counts.",
        )


def _house(homeless: dict[str, Stretch], drafts: dict[str, _Draft], options: Options) -> dict[str, str]:
    """A PI for each iteration that names none: one that has it, else new ones in the train's cadence."""
    home: dict[str, str] = {}
    left: dict[str, Stretch] = {}
    for name, days in homeless.items():
        held = [draft for draft in drafts.values() if name in draft.iterations or _knows(draft.known, name)]
        if held:
            home[name] = held[-1].name
        else:
            left[name] = days
    size = options.iterations_per_pi + (1 if options.ip_weeks else 0)
    ordered = _Draft(name="", iterations=left).ordered()
    used = [last_number(name) or 0 for name in drafts] + [known.number for known in options.calendar]
    number = max(used, default=0)
    for start in range(0, len(ordered), size):
        number += 1
        draft = _Draft(name=f"PI {number}", iterations=dict(ordered[start : start + size]))
        drafts[draft.name] = draft
        home.update(dict.fromkeys(draft.iterations, draft.name))
    return home


def _knows(known: KnownPi | None, iteration: str) -> bool:
    return known is not None and any(each.name == iteration for each in known.iterations)


def _numbers(names: Sequence[str], options: Options) -> list[int]:
    """The numbers in the names where they are clear and rising ("PI 20", "1.36"), else the next free ones."""
    taken = {known.number for known in options.calendar}
    said = [last_number(name) for name in names]
    clear = [number for number in said if number is not None and number not in taken]
    if len(clear) == len(names) and all(a < b for a, b in pairwise(clear)):
        return clear
    following = max(taken, default=0) + 1
    return list(range(following, following + len(names)))


def _first_day(ordered: Sequence[_Draft], options: Options) -> date:
    """Where undated PIs begin: as chosen, after everything dated, or next Monday."""
    if options.first_day is not None:
        return options.first_day
    ends = [known.ends_on for known in options.calendar]
    ends += [days.ends_on for draft in ordered for days in (draft.days, *draft.iterations.values()) if days.ends_on]
    if ends:
        return max(ends) + _DAY
    return options.today + timedelta(days=(7 - options.today.weekday()) % 7)


def _iterations(draft: _Draft, first: date, options: Options) -> list[IterationValue]:
    if not draft.iterations:
        return _cadence(draft, first, options)
    made = []
    at = first
    for name, days in draft.ordered():
        starts_on = days.starts_on or at
        is_ip = is_ip_name(name)
        weeks = (options.ip_weeks if is_ip else 0) or options.iteration_weeks
        ends_on = days.ends_on or starts_on + timedelta(weeks=weeks) - _DAY
        made.append(IterationValue(pi=draft.name, name=name, starts_on=starts_on, ends_on=ends_on, is_ip=is_ip))
        at = ends_on + _DAY
    return made


def _cadence(draft: _Draft, first: date, options: Options) -> list[IterationValue]:
    """A PI without iterations could not be planned: it gets those of the train's cadence."""
    step = timedelta(weeks=options.iteration_weeks)
    last = draft.days.ends_on
    count = options.iterations_per_pi
    if last is not None:
        count = max(1, (last - first + _DAY) // step)
    starts = [first + step * at for at in range(count)]
    ends = [start + step - _DAY for start in starts]
    if last is not None:
        ends[-1] = last
    made = [
        IterationValue(pi=draft.name, name=f"I{at}", starts_on=start, ends_on=end)
        for at, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]
    if last is None and options.ip_weeks:
        start = ends[-1] + _DAY
        end = start + timedelta(weeks=options.ip_weeks) - _DAY
        made.append(IterationValue(pi=draft.name, name="IP", starts_on=start, ends_on=end, is_ip=True))
    return made


def _pi(draft: _Draft, number: int, made: Sequence[IterationValue]) -> PiValue:
    starts = [each.starts_on for each in made] + ([draft.days.starts_on] if draft.days.starts_on else [])
    ends = [each.ends_on for each in made] + ([draft.days.ends_on] if draft.days.ends_on else [])
    return PiValue(name=draft.name, number=number, starts_on=min(starts), ends_on=max(ends))


def _additions(draft: _Draft, options: Options) -> list[IterationValue]:
    """Iterations a PI of the train does not have yet; undated ones follow its last."""
    known = draft.known
    if known is None or not draft.iterations:
        return []
    fresh = {name: days for name, days in draft.iterations.items() if not _knows(known, name)}
    if not fresh:
        return []
    after = max((each.ends_on for each in known.iterations), default=known.starts_on - _DAY) + _DAY
    return _iterations(_Draft(name=draft.name, iterations=fresh), after, options)


def _say_guesses(ordered: Sequence[_Draft], pis: Sequence[PiValue], options: Options, findings: Findings) -> None:
    undated = [pi for draft, pi in zip(ordered, pis, strict=True) if draft.first is None]
    if not undated:
        return
    names = ", ".join(pi.name for pi in undated[:5]) + (" …" if len(undated) > 5 else "")
    findings.note(
        None,
        Field.ITERATION,
        names,
        f"The file gives no dates for {names}. They are laid out one after another from "
        f"{undated[0].starts_on} in iterations of {options.iteration_weeks} weeks; "
        "choose another first day below if that is wrong.",
    )
