"""A question in yes and no for CP-SAT, written down as text: much faster than one call per variable."""

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model_helper as engine

NO = -(1 << 40)
YES = 1 << 40
"""Literals that are certain. Others are columns from 0."""

LEAST = -(1 << 60)
LARGEST_SEED = 1 << 31


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Whether each variable is chosen (numbers for counts); ``proven`` when nothing is better."""

    values: list[int]
    proven: bool


class Model:
    """Variables, rules and what is to be made as large as possible."""

    __slots__ = ("_counts", "_gains", "_hints", "_parts", "variables")

    def __init__(self) -> None:
        self.variables = 0
        self._hints: list[int] = []
        self._counts: dict[int, int] = {}
        self._parts: list[str] = []
        self._gains: dict[int, int] = {}

    def choice(self, hint: bool) -> int:
        """A new yes or no; ``hint`` is what it is in the present plan."""
        self._hints.append(int(hint))
        self.variables += 1
        return self.variables - 1

    def count(self, most: int, hint: int) -> int:
        """A new number from 0 to ``most``."""
        self._counts[self.variables] = most
        self._hints.append(min(most, hint))
        self.variables += 1
        return self.variables - 1

    def implies(self, first: int, second: int, *others: int) -> None:
        """When the first is so, one of the others is."""
        if first == NO or YES in (second, *others):
            return
        literals = [each for each in (second, *others) if each != NO]
        if first != YES:
            literals.append(~first)
        self._parts.append(f"constraints{{bool_or{{literals:{literals}}}}}")

    def at_most(self, literals: Sequence[int], weights: Sequence[int], limit: int) -> None:
        """The weighted sum is no more than the limit; literals may be certain."""
        columns, coefficients = [], []
        for literal, weight in zip(literals, weights, strict=True):
            if literal == YES:
                limit -= weight
            elif literal != NO:
                columns.append(literal)
                coefficients.append(weight)
        self._parts.append(f"constraints{{linear{{vars:{columns} coeffs:{coefficients} domain:[{LEAST},{limit}]}}}}")

    def gain(self, literal: int, amount: int) -> None:
        """Count so much when it is so."""
        if literal not in (YES, NO) and amount:
            self._gains[literal] = self._gains.get(literal, 0) + amount

    def solve(self, *, effort: float, seed: int) -> Answer | None:
        """The best answer found with this much deterministic effort (about seconds); None when none was."""
        if not self.variables:
            return Answer(values=[], proven=True)
        question = engine.CpModelProto()
        if not question.parse_text_format(self.text()):
            raise AssertionError("CP-SAT did not understand the question")
        parameters = engine.SatParameters()
        parameters.parse_text_format(
            f"num_workers:1 max_deterministic_time:{effort} random_seed:{seed % LARGEST_SEED} "
            "linearization_level:2 symmetry_level:0 cp_model_probing_level:0 cp_model_presolve:false "
            "catch_sigint_signal:false"  # CP-SAT would keep the Ctrl-C for itself, and from then on all others
        )
        work = engine.SolveWrapper()
        work.set_parameters(parameters)
        answer = work.solve(question)  # type: ignore[no-untyped-call]
        if answer.status not in (engine.OPTIMAL, engine.FEASIBLE):
            return None
        return Answer(values=list(answer.solution), proven=answer.status == engine.OPTIMAL)

    def text(self) -> str:
        """The question as CP-SAT reads it."""
        if self._counts:
            domains = [1] * self.variables
            for column, most in self._counts.items():
                domains[column] = most
            variables = "".join(f"variables{{domain:[0,{most}]}}" for most in domains)
        else:
            variables = "variables{domain:[0,1]}" * self.variables
        gains = f"vars:{list(self._gains)} coeffs:{[-each for each in self._gains.values()]}"
        hints = f"vars:{list(range(self.variables))} values:{self._hints}"
        return f"{variables}{''.join(self._parts)}objective{{{gains}}}solution_hint{{{hints}}}"
