"""The door to this package: a table and its mapping become a plan."""

from dataclasses import replace

from ..headings import Field, Mapping
from ..headings.fields import OWN
from ..reading import Problem, Table
from ..reading.table import Severity
from .options import Options
from .own_lists import OWN_LISTS, interpret_own_list
from .plan import ImportPlan
from .release_plan import interpret_release_calendar, interpret_release_plan
from .work import interpret_work


def interpret(table: Table, mapping: Mapping, options: Options) -> ImportPlan:
    """What the table would bring into a train, and what of it cannot be taken.

    Raises `Invalid` when the mapping cannot lead anywhere; problems of single rows are part of the plan.
    """
    mapping.check()
    if mapping.format in OWN_LISTS:
        plan = interpret_own_list(table, mapping, options)
    elif mapping.has(Field.TITLE) and mapping.has(Field.PI) and mapping.has(Field.PLANNED):
        plan = interpret_release_plan(table, mapping, options)
    elif mapping.has(Field.TITLE) or mapping.has(Field.TREE_TITLE):
        plan = interpret_work(table, mapping, options)
    else:
        plan = interpret_release_calendar(table, mapping, options)
    idle = frozenset() if mapping.format in OWN_LISTS else OWN
    idle |= frozenset() if options.place_by_due else frozenset({Field.DUE})
    problems = sorted((*table.problems, *plan.problems), key=_order)
    return replace(
        plan,
        problems=tuple(problems),
        rows=len(table.rows) + len(table.problems),
        fields=frozenset(field for field in Field if mapping.has(field)) - idle,
        unused_columns=mapping.without(idle).unused(),
    )


def _order(problem: Problem) -> tuple[bool, int]:
    return problem.severity is Severity.NOTE, problem.row or 0
