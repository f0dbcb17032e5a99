"""Can these stories be placed at all? Asked of CP-SAT when the search of our own has run out of steps."""

from collections.abc import Mapping, Sequence

from ortools.sat.python import cp_model

EFFORT = 2.0
"""Deterministic time, in the solver's own unit of about a second."""


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
    model = cp_model.CpModel()
    at = {
        (story, place): model.new_bool_var("")
        for story, (first, last) in windows.items()
        for place in range(first, last + 1)
    }
    for story, (first, last) in windows.items():
        model.add_exactly_one(at[story, place] for place in range(first, last + 1))
    for provider, consumer, between in after:
        model.add(sum(_place(at, windows, consumer, 1) + _place(at, windows, provider, -1)) >= between)
    for (team, place), (committable, capacity) in limits.items():
        held = _load(at, groups.get((team, True), ()), place)
        free = _load(at, groups.get((team, False), ()), place)
        model.add(sum(held) <= capacity)
        if free:
            used = model.new_bool_var("")
            model.add(sum(free) == 0).only_enforce_if(~used)
            model.add(sum(free + held) <= committable).only_enforce_if(used)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EFFORT
    solver.parameters.catch_sigint_signal = False
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {story: place for (story, place), chosen in at.items() if solver.boolean_value(chosen)}
    return {} if status == cp_model.INFEASIBLE else None


def _place(
    at: Mapping[tuple[int, int], cp_model.IntVar], windows: Mapping[int, tuple[int, int]], story: int, sign: int
) -> list[cp_model.LinearExprT]:
    first, last = windows[story]
    return [sign * place * at[story, place] for place in range(first, last + 1)]


def _load(
    at: Mapping[tuple[int, int], cp_model.IntVar], stories: Sequence[tuple[int, int]], place: int
) -> list[cp_model.LinearExprT]:
    return [points * at[story, place] for story, points in stories if (story, place) in at and points]
