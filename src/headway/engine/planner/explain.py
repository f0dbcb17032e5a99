"""Why no plan can be made: the smallest set of decisions and limits that contradict each other, in words.

What follows from the demands without any search (who must be in, windows, loads) names conflicts at once; a
deletion filter then takes out of a conflict, one by one, every demand without which the rest is still impossible.
What remains is impossible, and possible without any one of its members; both are asked again of the complete
search before the conflict is told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from headway.engine.planner.demands import IN, OUT, Case, Demand, Demands, Kind, Outcome
from headway.engine.planner.fitting import STEPS, fit
from headway.engine.planner.problem import Pin, Problem

MOST_STARTS = 24
"""Conflicts looked for before the smallest of them are made small."""

FEW = 30
"""Up to so many demands are tried one by one at once."""

MOST_ASKED = 15
"""How often CP-SAT is asked about one conflict; beyond that it is told as small as it is."""

MOST_TRIED = 6
"""Conflicts that are made small, to tell the smallest."""

LONG = 3
"""A conflict so many times as long as the smallest so far is left alone."""

FEW_STEPS = 200
"""Steps of the search for all but the first conflict."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One decision or limit in a conflict.

    ``kind`` is pin, lock, mandatory, due, earliest, dependency, arrival or capacity; ``subject`` the key of the
    story, feature or team it is about. ``stories`` are the keys it touches (for a dependency the provider, then
    the consumer; for a lock the stories that matter), ``iterations`` the indexes it names (for capacity the
    cells). ``sentence`` says it in words.
    """

    kind: str
    subject: str
    sentence: str
    stories: tuple[str, ...] = ()
    iterations: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Relaxation:
    """A way out of a conflict.

    ``member`` is the place of what gives way in ``Conflict.members``, ``change`` what to do, in words.
    ``amount`` is the least that is enough, with ``unit`` points or iteration (an index); None when it has to
    be given up altogether. ``opens`` says whether the whole problem is possible then (None: not known), and
    ``costs`` the value that would no longer be sure to be in the PI.
    """

    member: int
    change: str
    amount: float | None
    unit: str
    opens: bool | None
    costs: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Decisions and limits that cannot all hold.

    Without any one of ``members`` the others can. ``minimal`` is False only when the search could not tell that
    of every member within its steps. Without members it is not known whether a plan exists: ``proven`` is False.
    """

    message: str
    members: tuple[Member, ...]
    relaxations: tuple[Relaxation, ...]
    minimal: bool = True
    proven: bool = True


def explain(problem: Problem, pins: Iterable[Pin] | None = None) -> Conflict | None:
    """The smallest conflict found among pins, locks, mandatory features, due and earliest iterations,
    dependencies, arrivals and capacity; None when all can be met. ``pins`` take the place of the problem's.

    A pin or lock that gives way leaves its story something people decided: it may still use the buffer and stand
    without the rest of its feature, only elsewhere. So a conflict never vanishes by adding demands.
    """
    if pins is not None:
        problem = replace(problem, pins=tuple(pins))
    case = Case(problem)
    starts = _starts(case)
    if not starts:
        whole = fit(case, case.demands)
        if whole.possible is not False:
            return None if whole.possible else _undecided(whole.asked)
        starts = [whole.core]
    return _told(case, _smallest(case, starts))


def _starts(case: Case) -> list[frozenset[Demand]]:
    """The conflicts that need no search, the smallest first."""
    found = set(Outcome(case, case.demands, most=MOST_STARTS).conflicts)
    return sorted(found, key=lambda each: (len(each), sorted(each)))


def _smallest(case: Case, starts: Sequence[frozenset[Demand]]) -> tuple[frozenset[Demand], bool]:
    """The first conflict made as small as it goes, or one of the next that quickly becomes smaller."""
    best, sure = _small(case, starts[0], steps=STEPS, asks=MOST_ASKED)
    for start in starts[1:MOST_TRIED]:
        if len(start) > LONG * len(best):
            break
        found, certain = _small(case, start, steps=FEW_STEPS, asks=0)
        if certain and _size(case, found) < _size(case, best):
            best, sure = found, True
    return best, sure


def _small(case: Case, start: frozenset[Demand], *, steps: int, asks: int) -> tuple[frozenset[Demand], bool]:
    """A set of demands none of which can be spared, and whether that is sure."""
    kept = {each: case.demands[each] for each in sorted(start, key=lambda each: _weight(case, each))}
    ahead: list[set[Demand]] = [*(_teams(kept) if len(kept) > FEW else ()), *({each} for each in kept)]
    sure = True
    for drop in ahead:
        if not drop & kept.keys():
            continue
        fewer = {one: asked for one, asked in kept.items() if one not in drop}
        answer = fit(case, fewer, steps=steps, ask=asks > 0)
        asks -= answer.asked
        if answer.possible is False:
            kept = {one: asked for one, asked in fewer.items() if one in answer.core}
        elif len(drop) == 1:
            sure = sure and answer.possible is not None
    return frozenset(kept), sure


def _teams(demands: Iterable[Demand]) -> list[set[Demand]]:
    """The cells of each team: of a large conflict whole teams can often be spared."""
    cells: dict[str, set[Demand]] = {}
    for each in demands:
        if each.kind is Kind.CAPACITY:
            cells.setdefault(each.subject, set()).add(each)
    return list(cells.values())


def _weight(case: Case, each: Demand) -> tuple[int, float, Demand]:
    """What is tried first as not needed: limits of nature last, small features before large ones."""
    of = case.of.get(each.subject, [])
    points = sum(case.stories[story].points for story in of)
    order = (Kind.DUE, Kind.EARLIEST, Kind.LOCK, Kind.MANDATORY, Kind.PIN, Kind.CAPACITY, Kind.ARRIVAL, Kind.DEPENDENCY)
    return order.index(each.kind), points, each


def _size(case: Case, demands: Iterable[Demand]) -> tuple[int, int, list[Demand]]:
    every = sorted(demands)
    return len(_grouped(case, every)), len(every), every


def _grouped(case: Case, demands: Sequence[Demand]) -> list[list[Demand]]:
    """Locked stories of one team and cells of one team are one member each."""
    groups: dict[tuple[object, ...], list[Demand]] = {}
    for each in demands:
        team = case.stories[case.index[each.subject]].team if each.kind is Kind.LOCK else ""
        alone = each.number if each.kind is not Kind.CAPACITY else 0
        groups.setdefault((each.kind, team or each.subject, alone), []).append(each)
    order = list(Kind)
    return sorted(groups.values(), key=lambda group: order.index(group[0].kind))


def _told(case: Case, small: tuple[frozenset[Demand], bool]) -> Conflict:
    demands, sure = small
    groups = _grouped(case, sorted(demands))
    members = tuple(_member(case, group) for group in groups)
    core = {each: case.demands[each] for each in demands}
    return Conflict(
        message=_message(case, core, members),
        members=members,
        relaxations=tuple(_relaxation(case, core, group, at) for at, group in enumerate(groups)),
        minimal=sure,
    )


def _undecided(asked: bool) -> Conflict:
    more = "" if asked else " OR-tools, which can often tell, is not installed: it comes with headway[solver]."
    return Conflict(
        message="Whether a plan can keep every decision is not known: the search ended before it could tell. "
        f"Take off a pin, or free a lock, and ask again.{more}",
        members=(),
        relaxations=(),
        minimal=False,
        proven=False,
    )


# In words


def _message(case: Case, core: Demands, members: Sequence[Member]) -> str:
    if len(members) == 1:
        return f"This cannot be: {members[0].sentence}"
    return f"These {len(members)} cannot all hold; without any one of them the others can: " + " ".join(
        f"({number}) {member.sentence}" for number, member in enumerate(members, 1)
    )


def _member(case: Case, group: Sequence[Demand]) -> Member:
    first = group[0]
    stories: tuple[str, ...] = ()
    iterations: tuple[int, ...] = ()
    subject = first.subject
    asked = int(case.demands[first])
    if first.kind is Kind.CAPACITY:
        iterations = tuple(each.number for each in group)
    elif first.kind is Kind.LOCK:
        subject = case.stories[case.index[first.subject]].team
        stories = tuple(each.subject for each in group)
        iterations = tuple(sorted({int(case.demands[each]) for each in group} - {OUT}))
    elif first.kind is Kind.DEPENDENCY:
        link = case.problem.dependencies[first.number]
        stories = (link.provider, link.consumer)
    elif first.kind is Kind.ARRIVAL:
        stories, iterations = (first.subject,), (case.problem.arrivals[first.number].iteration,)
    else:
        stories = (first.subject,) if first.subject in case.index else ()
        iterations = (asked,) if asked >= 0 else ()
    return Member(
        kind=first.kind.value,
        subject=subject,
        sentence=_SENTENCES[first.kind](case, group),
        stories=stories,
        iterations=iterations,
    )


def _pin_words(case: Case, group: Sequence[Demand]) -> str:
    key, asked = group[0].subject, int(case.demands[group[0]])
    where = {IN: "into the PI", OUT: "out of the PI"}.get(asked) or f"to {case.problem.iterations[asked]}"
    return f"{_whose(case, key)} is pinned {where}."


def _lock_words(case: Case, group: Sequence[Demand]) -> str:
    team = case.stories[case.index[group[0].subject]].team
    told = []
    for each in group:
        asked = int(case.demands[each])
        told.append(f"{each.subject} {'out of the PI' if asked == OUT else 'in ' + case.problem.iterations[asked]}")
    return f"{team} is locked with {_list(told)}."


def _mandatory_words(case: Case, group: Sequence[Demand]) -> str:
    of = case.of[group[0].subject]
    if not of:
        return f"{group[0].subject} is mandatory and has no stories."
    points = sum(case.stories[story].points for story in of)
    return f"{group[0].subject} is mandatory ({_count(len(of), 'story', 'stories')}, {points:g} points)."


def _due_words(case: Case, group: Sequence[Demand]) -> str:
    return f"{group[0].subject} is due in {case.problem.iterations[int(case.demands[group[0]])]}."


def _earliest_words(case: Case, group: Sequence[Demand]) -> str:
    at = int(case.demands[group[0]])
    return f"{_whose(case, group[0].subject)} cannot begin before {case.problem.iterations[at]}."


def _dependency_words(case: Case, group: Sequence[Demand]) -> str:
    link = case.problem.dependencies[group[0].number]
    later = " in an earlier iteration" if case.demands[group[0]] else ""
    return f"{_whose(case, link.consumer)} needs {_whose(case, link.provider)}{later}."


def _arrival_words(case: Case, group: Sequence[Demand]) -> str:
    arrival = case.problem.arrivals[group[0].number]
    arrives = f"what {_whose(case, arrival.story)} waits for arrives in {case.problem.iterations[arrival.iteration]}"
    return f"{arrives[0].upper()}{arrives[1:]}{' (a mock until then)' if arrival.mocked else ''}."


def _capacity_words(case: Case, group: Sequence[Demand]) -> str:
    names = case.problem.iterations
    committable, capacity = case.cells[case.team[group[0].subject]]
    cells = [each.number for each in group]
    sure, most = sum(committable[at] for at in cells), sum(capacity[at] for at in cells)
    buffer = f" ({most:g} with the buffer)" if most > sure else ""
    return f"{group[0].subject} may commit {sure:g} points in {_list([names[at] for at in cells])}{buffer}."


_SENTENCES = {
    Kind.PIN: _pin_words,
    Kind.LOCK: _lock_words,
    Kind.MANDATORY: _mandatory_words,
    Kind.DUE: _due_words,
    Kind.EARLIEST: _earliest_words,
    Kind.DEPENDENCY: _dependency_words,
    Kind.ARRIVAL: _arrival_words,
    Kind.CAPACITY: _capacity_words,
}


def _whose(case: Case, key: str) -> str:
    return f"{key} ({case.stories[case.index[key]].team})" if key in case.index else key


def _list(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# What giving way would buy


def _relaxation(case: Case, core: Demands, group: Sequence[Demand], member: int) -> Relaxation:
    first = group[0]
    found = _LEAST.get(first.kind, _given_up)(case, core, group)
    change, amount, unit, changed = found
    rest = {each: asked for each, asked in case.demands.items() if each not in group} | changed
    return Relaxation(
        member=member,
        change=change,
        amount=amount,
        unit=unit,
        opens=fit(case, rest, ask=False).possible,
        costs=_costs(case, first),
    )


Found = tuple[str, float | None, str, dict[Demand, float]]
"""What to do, the least amount, its unit, and the demands as they would be."""


def _given_up(case: Case, core: Demands, group: Sequence[Demand]) -> Found:
    subject = group[0].subject
    words = {
        Kind.PIN: f"Take the pin off {subject}.",
        Kind.LOCK: f"Unlock {case.stories[case.index[subject]].team}." if group[0].kind is Kind.LOCK else "",
        Kind.MANDATORY: f"Make {subject} optional.",
    }
    return words[group[0].kind], None, "", {}


def _first(case: Case, core: Demands, demand: Demand, candidates: Iterable[int]) -> int | None:
    """The first value that makes the whole problem possible; if none does, the first that ends this conflict."""
    ends: int | None = None
    for at in candidates:
        if fit(case, {**core, demand: at}).possible:
            if fit(case, {**case.demands, demand: at}, ask=False).possible:
                return at
            ends = at if ends is None else ends
    return ends


def _moved_pin(case: Case, core: Demands, group: Sequence[Demand]) -> Found:
    """The nearest other iteration a story could be pinned to."""
    asked = int(core[group[0]])
    others = sorted((at for at in range(case.last + 1) if at != asked), key=lambda at: (abs(at - asked), at))
    at = _first(case, core, group[0], others) if asked >= 0 else None
    if at is None:
        return _given_up(case, core, group)
    return f"Pin {group[0].subject} to {case.problem.iterations[at]} instead.", at, "iteration", {group[0]: at}


def _later_due(case: Case, core: Demands, group: Sequence[Demand]) -> Found:
    at = _first(case, core, group[0], range(int(core[group[0]]) + 1, case.last + 1))
    if at is None:
        return f"Take the due iteration off {group[0].subject}.", None, "", {}
    return f"Let {group[0].subject} finish in {case.problem.iterations[at]}.", at, "iteration", {group[0]: at}


def _sooner(case: Case, core: Demands, group: Sequence[Demand]) -> Found:
    subject, names = group[0].subject, case.problem.iterations
    arrival = case.problem.arrivals[group[0].number] if group[0].kind is Kind.ARRIVAL else None
    at = _first(case, core, group[0], range(int(core[group[0]]) - 1, -1, -1))
    changed: dict[Demand, float] = {} if at is None else {group[0]: at}
    if at is not None and arrival is None:
        return f"Let {subject} begin in {names[at]}.", at, "iteration", changed
    if at is not None and arrival is not None and arrival.mocked:
        return f"Have what {subject} waits for arrive in {names[at]}.", at, "iteration", changed
    if at is not None and arrival is not None and at == arrival.iteration:
        return f"Agree on a mock, so that {subject} can begin in {names[at]}.", at, "iteration", changed
    if at:
        return f"Have what {subject} waits for arrive in {names[at - 1]}.", at - 1, "iteration", changed
    return f"Let {subject} begin without what it waits for.", None, "", {}


def _loosened(case: Case, core: Demands, group: Sequence[Demand]) -> Found:
    link = case.problem.dependencies[group[0].number]
    if core[group[0]] and fit(case, {**core, group[0]: 0}).possible:
        change = f"Agree on a mock of what {link.consumer} needs from {link.provider}: then the same iteration will do."
        return change, 0, "iterations between", {group[0]: 0}
    return f"Make {link.consumer} independent of {link.provider}.", None, "", {}


def _more_room(case: Case, core: Demands, group: Sequence[Demand]) -> Found:
    """The fewest points more, to the half, in the one iteration where the fewest are enough."""
    best: tuple[int, Demand] | None = None
    most = 2 * int(sum(story.points for story in case.stories if story.team == group[0].subject) + 1)
    for each in group:
        high = best[0] - 1 if best is not None else most
        if high < 1 or not fit(case, {**core, each: high / 2}).possible:
            continue
        low = 0
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if fit(case, {**core, each: middle / 2}).possible else (middle, high)
        best = (high, each)
    if best is None:
        return f"Give {group[0].subject} more capacity.", None, "points", {}
    points, cell = best[0] / 2, best[1]
    more = f"{points:g} more {'point' if points == 1 else 'points'}"
    change = f"Give {cell.subject} {more} to commit in {case.problem.iterations[cell.number]}."
    return change, points, "points", {each: core[each] for each in group} | {cell: points}


_LEAST = {
    Kind.PIN: _moved_pin,
    Kind.DUE: _later_due,
    Kind.EARLIEST: _sooner,
    Kind.ARRIVAL: _sooner,
    Kind.DEPENDENCY: _loosened,
    Kind.CAPACITY: _more_room,
}


def _costs(case: Case, first: Demand) -> float:
    """The value of the feature that is no longer promised."""
    if first.kind is Kind.MANDATORY or (first.kind is Kind.PIN and case.demands[first] == IN):
        story = case.index.get(first.subject)
        feature = first.subject if story is None else case.stories[story].feature
        return next((each.value for each in case.problem.features if each.key == feature), 0.0)
    return 0.0
