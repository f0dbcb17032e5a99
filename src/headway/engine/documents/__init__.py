"""The questions and answers of the engine as JSON: read with every mistake named, written, and described by schemas.

A document says what it is in ``format`` ("headway/problem") and ``version`` (1); both may be left out of one that
is written by hand.
"""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from headway.engine.documents import values
from headway.engine.documents.network import NetworkAnalysis, NetworkProblem, Room, analyse
from headway.engine.errors import Invalid
from headway.engine.forecast import Driver, Forecast, ForecastProblem
from headway.engine.planner import Comparison, Conflict, Finding, Objective, Plan, Problem, Result, Why

__all__ = [
    "FORMATS",
    "ForecastDocument",
    "NetworkAnalysis",
    "NetworkProblem",
    "PlanDocument",
    "Room",
    "analyse",
    "plan_document",
    "read",
    "schemas",
    "write",
]

T = TypeVar("T")

VERSION = 1
LARGEST = 64 * 1024 * 1024
"""Bytes of a document."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanDocument:
    """A plan: ``placement`` gives every planned story its iteration.

    The rest is there when the plan comes from the planner: the parts of its objective, the bound, the gap, why
    the search stopped, what must be in and is not, what the judge found, and what else was asked about it.
    """

    placement: dict[str, int]
    iterations: tuple[str, ...] = ()
    objective: Objective | None = None
    total: float | None = None
    bound: float | None = None
    gap: float | None = None
    stopped: str = ""
    seconds: float = 0.0
    rounds: int = 0
    feasible: bool = True
    unmet: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    conflict: Conflict | None = None
    why: tuple[Why, ...] = ()
    comparison: Comparison | None = None

    def plan(self) -> Plan:
        """The plan itself."""
        return Plan(placement=self.placement)


@dataclass(frozen=True, kw_only=True, slots=True)
class ForecastDocument:
    """A forecast, and the drivers of its risk when they were asked for."""

    forecast: Forecast
    drivers: tuple[Driver, ...] = ()


FORMATS: dict[str, type[Any]] = {
    "problem": Problem,
    "plan": PlanDocument,
    "comparison": Comparison,
    "forecast-problem": ForecastProblem,
    "forecast": ForecastDocument,
    "network": NetworkProblem,
    "network-analysis": NetworkAnalysis,
}
"""Every kind of document and the value it holds."""

_ABOUT = {
    "problem": "What a plan is made from",
    "plan": "A plan, with what the planner says about it",
    "comparison": "What differs between two plans",
    "forecast-problem": "What a forecast stands on",
    "forecast": "The odds",
    "network": "Items that wait for each other",
    "network-analysis": "What a network says",
}


def read(kind: type[T], text: str | bytes) -> T:
    """The value in a document of this kind. Raises Invalid, naming the path of what is wrong and the way out."""
    document = _parsed(text)
    if isinstance(document, dict):
        _check_format(kind, document.pop("format", None), document.pop("version", VERSION))
    return values.read(kind, document)


def write(value: object, *, indent: int | None = 1) -> str:
    """The document of a value of any kind in FORMATS."""
    name = next(name for name, kind in FORMATS.items() if type(value) is kind)
    document = values.plain(value)
    names = getattr(value, "iterations", ())
    if isinstance(value, PlanDocument) and len(set(names)) == len(names) > 0:
        document["placement"] = {key: names[at] for key, at in value.placement.items()}
    head = {"format": f"headway/{name}", "version": VERSION}
    return json.dumps(head | document, indent=indent, ensure_ascii=False, allow_nan=False)


def plan_document(problem: Problem, result: Result, **asked: Any) -> PlanDocument:
    """The document of a result; ``asked`` are findings, conflict, why and comparison."""
    return PlanDocument(
        placement=dict(result.plan.placement),
        iterations=problem.iterations,
        objective=result.objective,
        total=result.objective.total,
        bound=result.bound,
        gap=result.gap,
        stopped=result.stopped,
        seconds=round(result.seconds, 3),
        rounds=result.rounds,
        feasible=result.feasible,
        unmet=result.unmet,
        notes=result.notes,
        **asked,
    )


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON schema of every kind of document, by its name in FORMATS."""
    described = {}
    for name, kind in FORMATS.items():
        schema = values.schema(kind, _ABOUT[name])
        schema["properties"] = {
            "format": {"const": f"headway/{name}"},
            "version": {"const": VERSION},
            **schema["properties"],
        }
        described[name] = schema
    return described


def _parsed(text: str | bytes) -> Any:
    if len(text) > LARGEST:
        raise Invalid(
            f"The document has {len(text) / 1024 / 1024:,.0f} MiB; at most {LARGEST // 1024 // 1024} are read. "
            "Split the train.",
            code="document.large",
            value=len(text),
        )
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        message = f"This is no JSON: line {error.lineno}, column {error.colno}: {error.msg}. Correct it there."
        raise Invalid(message, code="document.json", value=error.pos) from None
    except UnicodeDecodeError:
        raise Invalid("This is no JSON: it is not written in UTF-8. Save it as UTF-8.", code="document.json") from None
    except (RecursionError, ValueError):
        message = "This JSON is nested too deeply or has a number with too many digits; write it more plainly."
        raise Invalid(message, code="document.json") from None


def _no_number(name: str) -> Any:
    raise Invalid(f"The document has the number {name}; give finite numbers.", code="document.json", value=name)


def _check_format(kind: type[Any], name: object, version: object) -> None:
    wanted = next(f"headway/{name}" for name, each in FORMATS.items() if each is kind)
    if name not in (None, wanted):
        raise Invalid(
            f"The document says it is {name!r:.60}; here a {wanted} is wanted.",
            code="document.format",
            field="format",
            value=name,
        )
    if version != VERSION or isinstance(version, bool):
        raise Invalid(
            f"The document has version {version!r:.20}; this Headway reads version {VERSION}.",
            code="document.version",
            field="version",
            value=version,
        )
