"""``headway plan``."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from headway.cli import document
from headway.cli.document import percent

if TYPE_CHECKING:
    from headway.engine.documents import PlanDocument
    from headway.engine.planner import Conflict, Plan, Problem, Stop


@click.command("plan")
@click.argument("problem_file", metavar="PROBLEM", type=document.FILE)
@click.option("--seconds", type=click.FloatRange(0, 86_400), help="Search for so long (default: 5 when nothing else).")
@click.option("--rounds", type=click.IntRange(0), help="Search so many rounds: the same plan on every machine.")
@click.option(
    "--gap", type=click.FloatRange(0, 100), metavar="PERCENT", help="Stop when proven to be so near the best."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed searches in another order.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processors to use.")
@click.option(
    "--start", "start_file", metavar="PLAN", type=document.FILE, help="Begin from this plan; never end worse."
)
@click.option(
    "--check", "check_file", metavar="PLAN", type=document.FILE, help="Judge this plan instead of making one."
)
@click.option("--explain", "explaining", is_flag=True, help="Say whether a plan is possible, and what is in the way.")
@click.option("--why", "stories", metavar="STORY", multiple=True, help="Say why a story is not earlier. Repeatable.")
@click.option("--compare", "compare_file", metavar="PLAN", type=document.FILE, help="Say what changes from this plan.")
@click.option("--json", "as_json", is_flag=True, help="Write the whole answer as JSON.")
@click.option("--out", type=document.OUT, help="Write the plan to this file as JSON.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def command(problem_file: Path, as_json: bool, out: Path | None, force: bool, **asked: Any) -> None:
    """Draft a plan for a problem in JSON, and question it.

    PROBLEM and PLAN are files, or “-” for standard input; their schemas are in the reference. Ctrl-C ends the
    search and gives the best plan so far. The exit code is 1 when a decision (pin, lock, mandatory feature)
    could not be kept, or the plan to judge breaks a rule.

    \b
    Examples:
      headway plan problem.json --seconds 2
      headway plan problem.json --rounds 2000 --json --out plan.json
      headway plan problem.json --explain
      headway plan problem.json --check plan.json --why S12
    """
    from headway.engine import documents
    from headway.engine.planner import Problem, explain

    problem = document.read(Problem, problem_file)
    if asked["explaining"]:
        conflict = explain(problem)
        _tell_conflict(conflict, as_json)
        click.get_current_context().exit(1 if conflict else 0)
    answer = _answer(problem, **asked)
    if out is not None:
        document.write(documents.write(answer), out, force)
    click.echo(documents.write(answer) if as_json else _words(problem, answer))
    click.get_current_context().exit(1 if answer.findings or not answer.feasible else 0)


def _answer(
    problem: "Problem",
    *,
    start_file: Path | None,
    check_file: Path | None,
    compare_file: Path | None,
    stories: tuple[str, ...],
    seed: int,
    workers: int,
    explaining: bool,
    **stops: Any,
) -> "PlanDocument":
    from dataclasses import replace

    from headway.engine.documents import PlanDocument, plan_document
    from headway.engine.planner import check_plan, compare, draft_plan, explain, score, why

    start = _known(problem, document.read(PlanDocument, start_file).plan()) if start_file else None
    other = _known(problem, document.read(PlanDocument, compare_file).plan()) if compare_file else None
    if check_file:
        plan = document.read(PlanDocument, check_file).plan()
        told = score(problem, _known(problem, plan))
        answer = PlanDocument(
            placement=dict(plan.placement), iterations=problem.iterations, objective=told, total=told.total
        )
    else:
        with document.progress("Planning") as bar, _until_interrupted() as stopped:
            result = draft_plan(
                problem,
                stop=_stop(**stops),
                seed=seed,
                start=start,
                workers=workers,
                cancelled=_watched(bar, stopped, **stops),
            )
        answer = plan_document(problem, result, conflict=None if result.feasible else explain(problem))
        plan = result.plan
    return replace(
        answer,
        findings=check_plan(problem, plan),
        why=tuple(why(problem, _known(problem, plan), story) for story in stories),
        comparison=compare(problem, other, _known(problem, plan)) if other is not None else None,
    )


def _known(problem: "Problem", plan: "Plan") -> "Plan":
    """The plan without what the problem does not know: only the judge has words for that."""
    from headway.engine.planner import Plan

    keys, count = {story.key for story in problem.stories}, len(problem.iterations)
    return Plan(placement={key: at for key, at in plan.placement.items() if key in keys and at < count})


def _stop(seconds: float | None, rounds: int | None, gap: float | None) -> "Stop":
    from headway.engine.planner import AnyOf, GapLimit, Rounds, TimeLimit

    stops: list[Stop] = []
    if seconds is not None or rounds is None:
        stops.append(TimeLimit(5.0 if seconds is None else seconds))
    if rounds is not None:
        stops.append(Rounds(rounds))
    if gap is not None:
        stops.append(GapLimit(gap / 100))
    return AnyOf(*stops)


def _watched(
    bar: document.Bar, stopped: Callable[[], bool], seconds: float | None, rounds: int | None, gap: float | None
) -> Callable[[], bool]:
    """Whether to stop; the planner asks often, which moves the bar."""
    began = monotonic()
    limit = seconds or (5.0 if rounds is None else None)

    def asked() -> bool:
        if limit:
            bar.show((monotonic() - began) / limit)
        return stopped()

    return asked


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Ctrl-C sets a flag once; the second one interrupts as usual."""
    seen: list[int] = []

    def note(number: int, frame: object) -> None:
        seen.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(seen)
    finally:
        signal.signal(signal.SIGINT, before)


# In words


def _tell_conflict(conflict: "Conflict | None", as_json: bool) -> None:
    if as_json:
        import json

        from headway.engine.documents.values import plain

        click.echo(
            json.dumps({"possible": conflict is None, "conflict": plain(conflict)}, indent=1, ensure_ascii=False)
        )
    else:
        click.echo("A plan is possible." if conflict is None else _conflict_words(conflict))


def _conflict_words(conflict: "Conflict") -> str:
    if not conflict.members:
        return conflict.message
    lines = ["These cannot all hold; without any one of them the others can:"]
    if len(conflict.members) == 1:
        lines = ["This cannot be:"]
    lines += [f"  {number}. {member.sentence}" for number, member in enumerate(conflict.members, 1)]
    lines.append("Ways out:")
    for way in conflict.relaxations:
        then = {True: "then a plan is possible", False: "there are more conflicts then", None: "may not be enough"}
        cost = f"; value {way.costs:g} is no longer promised" if way.costs else ""
        lines.append(f"  {way.member + 1}. {way.change} ({then[way.opens]}{cost})")
    return "\n".join(lines)


def _words(problem: "Problem", answer: "PlanDocument") -> str:
    parts = [_summary(problem, answer), _loads(problem, answer), _features(problem, answer), _cells(problem, answer)]
    if answer.unmet:
        parts.append(f"Found no place for {', '.join(answer.unmet)}.")
    if answer.conflict is not None:
        parts.append(_conflict_words(answer.conflict))
    if answer.findings:
        parts.append("\n".join(["This plan breaks rules:", *(f"  {each.message}" for each in answer.findings)]))
    parts += [each.message for each in answer.why]
    if answer.comparison is not None:
        parts.append(_changes(problem, answer))
    parts += answer.notes
    return "\n\n".join(part for part in parts if part)


def _summary(problem: "Problem", answer: "PlanDocument") -> str:
    told = answer.objective
    if told is None:
        return ""
    planned = f"{len(answer.placement)} of {len(problem.stories)} stories, {percent(told.value)} of the value"
    if answer.gap is not None:
        planned += f", at most {answer.gap * 100:.1f} % below the best possible"
    lines = [f"{planned}."]
    if answer.stopped:
        lines.append(f"Searched {answer.seconds:.1f} s and {answer.rounds:,} rounds; stopped {answer.stopped}.")
    parts = ", ".join(
        f"{name} {getattr(told, name):.3f}" for name in ("value", "early", "slack", "level", "buffer", "closeness")
    )
    return "\n".join([*lines, f"Objective {told.total:.2f}: {parts}."])


def _loads(problem: "Problem", answer: "PlanDocument") -> str:
    loads: dict[tuple[str, int], float] = {}
    for story in problem.stories:
        at = answer.placement.get(story.key)
        if at is not None:
            loads[story.team, at] = loads.get((story.team, at), 0.0) + story.points
    rows = [
        [
            team.key,
            *(f"{loads.get((team.key, at), 0.0):g}/{room:g}" for at, room in enumerate(problem.committable(team))),
        ]
        for team in problem.teams
    ]
    return document.table(["Load/committable", *problem.iterations], rows)


def _features(problem: "Problem", answer: "PlanDocument") -> str:
    rows = []
    for feature in problem.features:
        places = [answer.placement.get(story.key) for story in problem.stories if story.feature == feature.key]
        ends = [at for at in places if at is not None]
        whole = ends and len(ends) == len(places)
        ends_in = problem.iterations[max(ends)] if whole and max(ends) < len(problem.iterations) else "not in the PI"
        rows.append((0 if whole else 1, max(ends) if whole else 0, [feature.key, f"{feature.value:g}", ends_in]))
    ordered = [row for _, _, row in sorted(rows, key=lambda each: each[:2])]
    return document.table(["Feature", "Value", "Finishes"], ordered) if ordered else ""


def _cells(problem: "Problem", answer: "PlanDocument") -> str:
    cells: dict[tuple[int, str], list[str]] = {}
    for story in problem.stories:
        at = answer.placement.get(story.key)
        if at is not None and at < len(problem.iterations):
            cells.setdefault((at, story.team), []).append(story.key)
    rows = [
        [problem.iterations[at], team.key, ", ".join(cells[at, team.key])]
        for at in range(len(problem.iterations))
        for team in problem.teams
        if (at, team.key) in cells
    ]
    return document.table(["When", "Team", "Stories"], rows, left=3) if rows else "Nothing is planned."


def _changes(problem: "Problem", answer: "PlanDocument") -> str:
    found = answer.comparison
    if found is None:
        return ""

    def name(at: int | None) -> str:
        return "out" if at is None else problem.iterations[at]

    lines = [str(found)]
    lines += [f"  {move.story}: {name(move.before)} → {name(move.after)}" for move in found.moves]
    return "\n".join(lines)
