"""Can these stories be placed at all? Asked of CP-SAT when the search of our own has run out of steps."""

from collections.abc import Mapping, Sequence

from ortools.sat.python import cp_model_helper as engine

EFFORT = 2.0
"""Deterministic time, in the solver's own unit of about a second."""

LARGEST = 1 << 50

Columns = Mapping[tuple[int, int], int]
"""The number of the yes or no for each story and iteration."""


def fits(
    windows: Mapping[int, tuple[int, int]],
    after: Sequence[tuple[int, int, int]],
    groups: Mapping[tuple[str, bool], Sequence[tuple[int, int]]],
    limits: Mapping[tuple[str, int], tuple[int, int]],
) -> dict[int, int] | None:
    """A place for every story; empty when there is none, None when the effort did not suffice to tell.

    ``windows`` gives the first and last iteration of each story, ``after`` (provider, consumer, iterations
    between), ``groups`` the (story, points) of a team, those that may use the buffer apart from those that may
    not, and ``limits`` what may be committed and what the capacity is in each cell. Points are whole units.
    """
    pairs = [(story, place) for story, (first, last) in windows.items() for place in range(first, last + 1)]
    column = {pair: number for number, pair in enumerate(pairs)}
    places = {
        story: [(column[story, at], at) for at in range(first, last + 1)] for story, (first, last) in windows.items()
    }
    parts = [f"constraints{{exactly_one{{literals:{[each for each, _ in some]}}}}}" for some in places.values()]
    for provider, consumer, between in after:
        terms = [*places[consumer], *((each, -at) for each, at in places[provider])]
        parts.append(_linear(terms, between, LARGEST))
    columns = len(column)
    for (team, place), (committable, capacity) in limits.items():
        held = _load(column, groups.get((team, True), ()), place)
        free = _load(column, groups.get((team, False), ()), place)
        parts.append(_linear(held, 0, capacity))
        if free:
            parts.append(_linear(free, 0, 0, only_if=~columns))
            parts.append(_linear([*free, *held], 0, committable, only_if=columns))
            columns += 1
    return _solved("variables{domain:[0,1]}" * columns + "".join(parts), column)


def _solved(text: str, column: Columns) -> dict[int, int] | None:
    question, parameters, work = engine.CpModelProto(), engine.SatParameters(), engine.SolveWrapper()
    if not question.parse_text_format(text):
        raise AssertionError("CP-SAT did not understand the question")
    parameters.parse_text_format(f"num_workers:1 max_deterministic_time:{EFFORT} catch_sigint_signal:false")
    work.set_parameters(parameters)
    answer = work.solve(question)  # type: ignore[no-untyped-call]
    if answer.status in (engine.OPTIMAL, engine.FEASIBLE):
        chosen = list(answer.solution)
        return {story: place for (story, place), number in column.items() if chosen[number]}
    return {} if answer.status == engine.INFEASIBLE else None


def _load(column: Columns, stories: Sequence[tuple[int, int]], place: int) -> list[tuple[int, int]]:
    return [(column[story, place], points) for story, points in stories if (story, place) in column and points]


def _linear(terms: Sequence[tuple[int, int]], least: int, most: int, only_if: int | None = None) -> str:
    when = "" if only_if is None else f"enforcement_literal:[{only_if}] "
    columns, weights = [each for each, _ in terms], [weight for _, weight in terms]
    return f"constraints{{{when}linear{{vars:{columns} coeffs:{weights} domain:[{least},{most}]}}}}"
