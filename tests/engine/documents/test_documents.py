"""Documents: what is written can be read, what is wrong is named, and the schema says the same."""

import json
from typing import Any

import pytest
from hypothesis import given

from headway.engine import documents
from headway.engine.documents import FORMATS, ForecastDocument, NetworkProblem, PlanDocument, analyse
from headway.engine.documents.values import plain
from headway.engine.errors import Invalid
from headway.engine.forecast import ForecastProblem, forecast
from headway.engine.planner import Plan, Problem, Rounds, check_plan, compare, draft_plan, explain, why
from tests.engine.documents.test_tutorial import ROOT
from tests.engine.planner.test_explain import calm, problem, small_problems

SAMPLES = ROOT / "docs" / "tutorial" / "engines"


def sample(name: str) -> str:
    return (SAMPLES / f"{name}.json").read_text(encoding="utf-8")


@calm
@given(small_problems())
def test_a_problem_that_was_written_is_read_as_it_was(ours: Problem) -> None:
    assert documents.read(Problem, documents.write(ours)) == ours


def test_an_answer_with_everything_asked_is_read_as_it_was() -> None:
    ours = problem()
    result = draft_plan(ours, Rounds(5), exact=False)
    told = documents.plan_document(
        ours,
        result,
        findings=check_plan(ours, result.plan.with_({"M3": 0})),
        why=(why(ours, result.plan, "K2"),),
        comparison=compare(ours, Plan(placement={}), result.plan),
        conflict=explain(ours, documents.read(Problem, documents.write(ours)).pins),
    )
    assert documents.read(PlanDocument, documents.write(told)) == told


def test_a_forecast_and_an_analysis_are_read_as_they_were() -> None:
    ahead = documents.read(ForecastProblem, sample("ahead"))
    told = ForecastDocument(forecast=forecast(ahead, trials=200))
    assert documents.read(ForecastDocument, documents.write(told)) == told
    network = documents.read(NetworkProblem, sample("network"))
    assert documents.read(NetworkProblem, documents.write(network)) == network
    assert plain(analyse(network)) == {
        key: value
        for key, value in json.loads(documents.write(analyse(network))).items()
        if key not in ("format", "version")
    }


@pytest.mark.parametrize(
    ("name", "kind"), [("problem", "problem"), ("ahead", "forecast-problem"), ("network", "network")]
)
def test_the_samples_keep_to_the_published_schema(name: str, kind: str) -> None:
    schema = documents.schemas()[kind]
    assert list(strays(json.loads(sample(name)), schema, schema["$defs"], name)) == []


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_every_schema_is_closed_and_names_its_format(kind: str) -> None:
    schema = documents.schemas()[kind]
    assert schema["properties"]["format"] == {"const": f"headway/{kind}"}
    assert [each.get("additionalProperties") for each in (schema, *schema["$defs"].values())] == [False] * (
        1 + len(schema["$defs"])
    )


def strays(value: Any, schema: dict[str, Any], known: dict[str, Any], path: str) -> list[str]:
    """Where a value departs from the words of JSON schema that ours use."""
    if "$ref" in schema:
        return strays(value, known[schema["$ref"].rpartition("/")[2]], known, path)
    if "anyOf" in schema:
        every = [strays(value, each, known, path) for each in schema["anyOf"]]
        return [] if [] in every else every[0]
    if "const" in schema or "enum" in schema:
        return [] if value in schema.get("enum", [schema.get("const")]) else [path]
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}
    if not any(isinstance(value, kinds.get(name, (int, float))) for name in names):
        return [path]
    if isinstance(value, list):
        return [each for at, one in enumerate(value) for each in strays(one, schema["items"], known, f"{path}[{at}]")]
    if not isinstance(value, dict):
        return []
    missing = [f"{path}.{name}" for name in schema.get("required", ()) if name not in value]
    more = schema.get("additionalProperties")
    inner = schema.get("properties", {})
    unknown = [f"{path}.{name}" for name in value if name not in inner and more is False]
    below = [
        each
        for name, one in value.items()
        if name in inner or isinstance(more, dict)
        for each in strays(one, inner.get(name, more), known, f"{path}.{name}")
    ]
    return missing + unknown + below


def test_a_name_of_an_iteration_does_for_its_index() -> None:
    written = {"placement": {"K1": "I2", "K2": 0}, "iterations": ["I1", "I2"]}
    assert documents.read(PlanDocument, json.dumps(written)).placement == {"K1": 1, "K2": 0}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("[]", "The document is a list; give an object with placement, iterations, "),
        ('{"placement": {"K1": 1.5}}', "placement.K1 is 1.5; give an iteration: its index from 0, or its name."),
        ('{"placement": {"K1": true}}', "placement.K1 is true; give an iteration: its index from 0, or its name."),
        ('{"placement": {"K1": null}}', "placement.K1 is null; give an iteration: its index from 0, or its name."),
        ('{"placement": {"K1": "I1"}}', "placement.K1 is 'I1'; give the name of an iteration (none: give its index)."),
        ('{"placement": {}, "feasible": 1}', "feasible is 1; give true or false."),
        ('{"placement": {}, "stopped": {}}', "stopped is an object; give a text."),
        (b'{"caf\xe9": 1}', "This is no JSON: it is not written in UTF-8. Save it as UTF-8."),
        (
            '{"placement": {"K1": ' + "9" * 5000 + "}}",
            "This JSON is nested too deeply or has a number with too many digits",
        ),
    ],
)
def test_a_mistake_is_told_with_its_path_its_value_and_the_way_out(document: str | bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        documents.read(PlanDocument, document)
    assert str(refused.value).startswith(sentence)


def test_a_plan_that_is_no_plan_is_refused_when_it_is_taken() -> None:
    with pytest.raises(Invalid, match="Iteration is 99; give a whole number from 0 to 51"):
        documents.read(PlanDocument, '{"placement": {"K1": 99}}').plan()
