"""The planner against the best proven bound, beside plain solvers and a plain rule at equal time.

``HEADWAY_BENCH_PLANNER=quick`` measures one problem of S, M and L up to five seconds; otherwise five of each size
up to twenty. ``HEADWAY_BENCH_INSTANCES`` says how many, ``HEADWAY_BENCH_SIZES`` which (``M,L``).
"""

import csv
import os
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from headway.engine.planner import Pin, PinKind, Plan, Problem, Progress, Rounds, TimeLimit, draft_plan
from headway.engine.planner.check import check_plan
from headway.engine.planner.explain import explain
from headway.engine.planner.milp.solve import relaxed_bound
from headway.engine.planner.shape import shape
from tests.engine.planner import nrp
from tests.instances import instance
from tests.speed.baselines import Trace, plain_cp_sat, plain_highs, wsjf_greedy
from tests.speed.figures import Figure

DATA = Path(os.environ.get("HEADWAY_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
QUICK = os.environ.get("HEADWAY_BENCH_PLANNER") == "quick"
INSTANCES = int(os.environ.get("HEADWAY_BENCH_INSTANCES", "1" if QUICK else "5"))
SIZES = os.environ.get("HEADWAY_BENCH_SIZES", "S,M,L" if QUICK else "S,M,L,XL").split(",")
MOMENTS = (0.3, 1.0, 2.0, 5.0) if QUICK else (0.3, 1.0, 2.0, 5.0, 20.0)
RELEASE_SECONDS = 5.0 if QUICK else 20.0
OURS, CP_SAT, HIGHS, WSJF = "Headway", "CP-SAT", "HiGHS", "WSJF greedy"
GAP_AIMS = {("M", 1.0): 1.5, ("M", 5.0): 1.0, ("L", 5.0): 2.0, ("XL", 5.0): 4.0}
FIRST_AIMS = {"M": 20.0, "L": 150.0, "XL": 500.0}
EXPLAIN_AIMS = {"M": 500.0, "L": 2000.0}
THIRD = 1 / 3

Gaps = dict[tuple[str, str, float], list[float]]


def measure() -> list[Figure]:
    """All of it, problem after problem."""
    gaps: Gaps = defaultdict(list)
    figures: list[Figure] = []
    for size in SIZES:
        first: list[float] = []
        proven: list[float] = []
        for seed in range(1, INSTANCES + 1):
            problem = possible(size, seed)
            drafted, told, bound = ours(problem)
            first.append(drafted[0][0])
            proven.append(told)
            compare(size, problem, drafted, bound, gaps)
            tell(size, seed, gaps)
        figures += [
            Figure(name=f"{size}, first draft", value=median(first) * 1000, unit="ms", aim=FIRST_AIMS.get(size)),
            *of_gaps(size, gaps),
            Figure(name=f"{size}, gap told to the user at {MOMENTS[-1]:g} s", value=median(proven) * 100, unit="%"),
        ]
        if size in ("M", "L"):
            figures += [of_explaining(size), *of_replanning(size)]
    return figures + of_releases()


def possible(size: str, seed: int) -> Problem:
    """A problem of the family in which nothing must be in that a greedy plan finds no place for.

    In large ones some mandatory feature always has too early a due iteration; plain solvers would find no plan.
    """
    problem = instance(size, seed)
    unmet = set(draft_plan(problem, Rounds(0), exact=False).unmet)
    features = tuple(replace(each, mandatory=each.mandatory and each.key not in unmet) for each in problem.features)
    return replace(problem, features=features)


def ours(problem: Problem) -> tuple[Trace, float, float | None]:
    """What is reached when by one draft on two cores, the gap it tells in the end, and its bound."""
    trace: Trace = []

    def note(progress: Progress) -> None:
        trace.append((progress.seconds, progress.objective.total))

    result = draft_plan(problem, TimeLimit(MOMENTS[-1]), seed=1, workers=2, progress=note)
    broken = check_plan(problem, result.plan)
    if broken:
        raise AssertionError(f"The planner broke a rule: {broken[0].message}")
    return trace, result.gap or 0.0, result.bound


def compare(size: str, problem: Problem, drafted: Trace, bound: float | None, gaps: Gaps) -> None:
    """Every method on one problem, against the best bound any of them has proven."""
    told = shape(problem)
    bounds = [bound, relaxed_bound(told, comfort=size != "XL")]
    highs: Trace = []
    for seconds in MOMENTS[1:] if size != "XL" else MOMENTS[-1:]:
        found, proven = plain_highs(told, seconds)
        highs += found
        bounds.append(proven)
        if found and found[0][0] < seconds:
            break
    best = min(each for each in bounds if each is not None)
    traces = {
        OURS: drafted,
        CP_SAT: plain_cp_sat(told, MOMENTS[-1]),
        HIGHS: highs,
        WSJF: wsjf_greedy(told),
    }
    for method, trace in traces.items():
        for moment in MOMENTS:
            reached = max((total for at, total in trace if at <= moment), default=0.0)
            gaps[size, method, moment].append(100 * max(0.0, best - reached) / best)


def tell(size: str, seed: int, gaps: Gaps) -> None:
    """A line for each method as soon as it is known, so that a long run can be watched."""
    for method in (OURS, CP_SAT, HIGHS, WSJF):
        row = "  ".join(f"{gaps[size, method, moment][-1]:6.2f}" for moment in MOMENTS)
        print(f"{size:<2} {seed}  {method:<12} gap % at {MOMENTS}: {row}", file=sys.stderr, flush=True)


def of_gaps(size: str, gaps: Gaps) -> list[Figure]:
    """The median gap of each method at each moment, and how ours compares after a second."""
    figures = [
        Figure(
            name=f"{size}, {method}, gap at {moment:g} s",
            value=median(gaps[size, method, moment]),
            unit="%",
            aim=GAP_AIMS.get((size, moment)) if method == OURS else None,
        )
        for method in (OURS, CP_SAT, HIGHS, WSJF)
        for moment in MOMENTS
    ]
    for method in (CP_SAT, WSJF):
        theirs = median(gaps[size, method, 1.0])
        if theirs:
            share = median(gaps[size, OURS, 1.0]) / theirs
            figures.append(
                Figure(name=f"{size}, our gap at 1 s over that of {method}", value=share, unit="", aim=THIRD)
            )
    return figures


def of_explaining(size: str) -> Figure:
    """Why a plan cannot be: the last story of the longest chain pinned where it comes too early."""
    seconds = []
    for seed in range(1, INSTANCES + 1):
        problem = instance(size, seed)
        told = shape(problem)
        late = max(range(told.stories), key=lambda story: len(told.before[story]))
        other = next(link.provider for link in told.before[late])
        pins = [
            Pin(subject=problem.stories[late].key, kind=PinKind.HERE, iteration=0),
            Pin(subject=problem.stories[other].key, kind=PinKind.HERE, iteration=1),
        ]
        began = perf_counter()
        conflict = explain(problem, pins)
        seconds.append(perf_counter() - began)
        if conflict is None:
            raise AssertionError(f"No conflict was found where there is one: {size} {seed}")
    return Figure(
        name=f"{size}, explaining an impossible pin", value=max(seconds) * 1000, unit="ms", aim=EXPLAIN_AIMS[size]
    )


def of_replanning(size: str) -> list[Figure]:
    """A fifth of the capacity of one team in five is gone: what moves, from the present plan and from nothing."""
    moves, values = [], []
    for seed in range(1, min(INSTANCES, 3) + 1):
        problem = possible(size, seed)
        present = draft_plan(problem, TimeLimit(2.0), seed=1).plan
        teams = tuple(
            replace(team, capacity=tuple(points * 0.8 for points in team.capacity)) if at % 5 == 0 else team
            for at, team in enumerate(problem.teams)
        )
        kept = draft_plan(_fitting(problem, teams, present), TimeLimit(2.0), seed=1)
        anew = draft_plan(_fitting(problem, teams, None), TimeLimit(2.0), seed=2)
        moves.append(_moved(present, kept.plan) / max(1, _moved(present, anew.plan)))
        values.append(kept.objective.value / anew.objective.value)
    return [
        Figure(name=f"{size}, moves when replanned over those from nothing", value=median(moves), unit="", aim=THIRD),
        Figure(name=f"{size}, value lost by keeping close", value=100 * (1 - median(values)), unit="%", aim=2.0),
    ]


def _fitting(problem: Problem, teams: tuple, present: Plan | None) -> Problem:  # type: ignore[type-arg]
    return replace(problem, teams=teams, present=present)


def _moved(before: Plan, after: Plan) -> int:
    keys = {*before.placement, *after.placement}
    return sum(before.at(key) != after.at(key) for key in keys)


def of_releases() -> list[Figure]:
    """Next Release Problems through the same door: how much of the proven best value is missed, and the time."""
    folder = DATA / "nrp"
    if not folder.is_dir():
        print(f"REAL DATA ABSENT: {folder}; set HEADWAY_TEST_DATA to measure Next Release Problems", file=sys.stderr)
        return []
    with (folder / "reference_optima.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    missed, solved, slowest = [], 0, 0.0
    for row in rows[:3] if QUICK else rows:
        release, percent = nrp.read(folder / f"{row['instance']}.txt"), int(row["budget_pct"])
        rounding = "floor" if int(row["budget_floor"]) == release.budget(percent) else "ceil"
        best = int(row[f"optimum_{rounding}_proven"])
        result = draft_plan(nrp.problem(release, percent), TimeLimit(RELEASE_SECONDS), seed=1)
        paid = sum(pay for i, (pay, _) in enumerate(release.customers) if result.plan.at(f"w{i}") is not None)
        missed.append(100 * (best - paid) / best)
        solved += paid == best
        slowest = max(slowest, result.seconds)
        print(
            f"{row['instance']} {percent} %: {paid} of {best} in {result.seconds:.1f} s, told gap {result.gap:.4%}",
            file=sys.stderr,
            flush=True,
        )
    return [
        Figure(name="NRP, share not solved to the proven optimum", value=100 * (1 - solved / len(missed)), unit="%"),
        Figure(name="NRP, worst miss of the best value", value=max(missed), unit="%"),
        Figure(name="NRP, slowest", value=slowest, unit="s"),
    ]
