"""What the planner is measured against: plain solvers and a plain rule, given the same problem and time."""

from collections.abc import Sequence
from time import perf_counter

from ortools.sat.python import cp_model

from headway.engine.planner.cp_sat.repair import FINE, Part
from headway.engine.planner.milp.solve import whole
from headway.engine.planner.shape import Shape

Trace = list[tuple[float, float]]
"""When (seconds) which objective was reached."""


class _Noted(cp_model.CpSolverSolutionCallback):
    def __init__(self, began: float) -> None:
        super().__init__()
        self.began = began
        self.noted: Trace = []

    def on_solution_callback(self) -> None:
        self.noted.append((perf_counter() - self.began, -self.objective_value / FINE))


def plain_cp_sat(shape: Shape, seconds: float) -> Trace:
    """CP-SAT as it comes, on all cores, with the whole problem in step booleans and no plan to start from."""
    began = perf_counter()
    nothing = [-1] * shape.stories
    part = Part(shape, nothing, shape.loads(nothing), range(shape.features))
    model = cp_model.CpModel()
    model.proto.parse_text_format(part.model.text())
    model.clear_hints()
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, seconds - (perf_counter() - began))
    noted = _Noted(began)
    status = solver.solve(model, noted)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    values = [solver.value(model.get_int_var_from_proto_index(each)) for each in range(part.model.variables)]
    rest = shape.total(part.read(values)) + solver.objective_value / FINE
    return [(at, total + rest) for at, total in noted.noted]


def plain_highs(shape: Shape, seconds: float) -> tuple[Trace, float | None]:
    """HiGHS as it comes with the step form in whole numbers; it tells only how it ended, and its bound."""
    began = perf_counter()
    solved = whole(shape, seconds=seconds)
    if solved.places is None:
        return [], solved.bound
    at = perf_counter() - began
    return [(at if solved.proven else seconds, shape.total(solved.places))], solved.bound


def wsjf_greedy(shape: Shape) -> Trace:
    """The worthiest per point first, with all it needs, each story as early as it fits."""
    began = perf_counter()
    order = _order(shape)
    places = [max(-1, at) for at in shape.fixed]
    loads = shape.loads(places)
    points = [sum(shape.points[story] for story in stories) for stories in shape.free]
    ranked = sorted(
        range(shape.features),
        key=lambda each: (shape.forced[each] is not True, -shape.worth[each] / (points[each] + 1)),
    )
    for _attempt in range(2):
        for feature in ranked:
            if shape.free[feature] and places[shape.free[feature][0]] < 0 and shape.forced[feature] is not False:
                _put(shape, places, loads, sorted(_needed(shape, places, feature), key=order.__getitem__))
    return [(perf_counter() - began, shape.total(places))]


def _order(shape: Shape) -> list[int]:
    """The rank of each story, providers first."""
    waits = [len(links) for links in shape.before]
    ready = [story for story, count in enumerate(waits) if not count]
    for story in ready:
        for link in shape.after[story]:
            waits[link.consumer] -= 1
            if not waits[link.consumer]:
                ready.append(link.consumer)
    rank = [0] * shape.stories
    for at, story in enumerate(ready):
        rank[story] = at
    return rank


def _needed(shape: Shape, places: Sequence[int], feature: int) -> list[int]:
    """The free stories of the feature and of all features it needs that are not in."""
    features = [feature]
    for each in features:
        for story in shape.free[each]:
            for link in shape.before[story]:
                other = shape.feature[link.provider]
                if places[link.provider] < 0 and other not in features:
                    features.append(other)
    return [story for each in features for story in shape.free[each]]


def _put(shape: Shape, places: list[int], loads: list[list[int]], stories: Sequence[int]) -> None:
    done = []
    for story in stories:
        load, room = loads[shape.team[story]], shape.room[shape.team[story]]
        first = max([shape.earliest[story], *(places[link.provider] + link.gap for link in shape.before[story])])
        later = [places[link.consumer] - link.gap for link in shape.after[story] if places[link.consumer] >= 0]
        for at in range(first, min([shape.latest[story], *later]) + 1):
            if load[at] + shape.points[story] <= room[at]:
                places[story] = at
                load[at] += shape.points[story]
                done.append(story)
                break
        else:
            for each in done:
                loads[shape.team[each]][places[each]] -= shape.points[each]
                places[each] = -1
            return
