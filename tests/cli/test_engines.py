"""``headway plan``, ``forecast`` and ``network``: no database, readable answers, every mistake in a sentence."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from headway.cli import main

SAMPLES = Path(__file__).parents[2] / "docs" / "tutorial" / "engines"
PLAN = ("--rounds", "200")


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Json = dict[str, Any]


@pytest.fixture
def headway(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``headway …`` in a folder of the test's; ``say`` goes to standard input."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path, say: str | Json = "") -> Done:
        text = say if isinstance(say, str) else json.dumps(say)
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        capfd.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(each) for each in arguments])
        return Done(int(str(stopped.value.code)), *capfd.readouterr())

    return run


def sample(name: str, **changed: Any) -> Json:
    document: Json = json.loads((SAMPLES / f"{name}.json").read_text())
    return document | changed


def first(key: str, **changed: Any) -> Json:
    """The sample problem in which the first of a list is changed."""
    document = sample("problem")
    document[key][0] |= changed
    return document


def test_a_plan_is_told_in_tables(headway: Run) -> None:
    done = headway("plan", SAMPLES / "problem.json", *PLAN)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].startswith("10 of 12 stories, 90 % of the value")
    rows = [line.split() for line in done.out.splitlines()]
    assert ["Load/committable", "I1", "I2", "I3", "I4"] in rows
    assert ["Refunds", "8", "not", "in", "the", "PI"] in rows


def test_the_same_rounds_and_seed_give_the_same_document(headway: Run) -> None:
    one, other = (headway("plan", SAMPLES / "problem.json", *PLAN, "--json").out for _ in range(2))
    timeless = [{**json.loads(text), "seconds": 0, "bound": 0, "gap": 0} for text in (one, other)]
    assert timeless[0] == timeless[1]
    assert (timeless[0]["format"], timeless[0]["findings"]) == ("headway/plan", [])


def test_a_plan_written_to_a_file_can_be_judged_questioned_and_compared(headway: Run, tmp_path: Path) -> None:
    made = headway("plan", SAMPLES / "problem.json", *PLAN, "--out", "plan.json")
    assert (made.code, made.err) == (0, "Wrote plan.json.\n")
    again = headway("plan", SAMPLES / "problem.json", *PLAN, "--out", "plan.json")
    assert (again.code, again.err) == (
        1,
        "headway: plan.json exists already; choose another name, or replace it with --force.\n",
    )
    judged = headway(
        "plan", SAMPLES / "problem.json", "--check", "plan.json", "--compare", "plan.json", "--why", "TT-1"
    )
    assert judged.code == 0
    assert judged.out.endswith("\n\nThe two plans are the same.\n")
    assert "\n\nTT-1 (Kestrel) is in I" in judged.out
    plan = json.loads((tmp_path / "plan.json").read_text())
    plan["placement"]["DE-2"] = "I1"
    broken = headway("plan", SAMPLES / "problem.json", "--check", "-", say=plan)
    assert broken.code == 1
    assert "This plan breaks rules:\n  DE-2 (Kestrel) is in I1, before I2, its earliest.\n" in broken.out


def test_a_plan_for_another_problem_is_judged_and_not_stumbled_over(headway: Run) -> None:
    plan = {"placement": {"TT-1": 7, "X-9": 0, "AU-1": 0, "AU-2": 1}}
    (Path.cwd() / "plan.json").write_text(json.dumps(plan))
    asked = ("--check", "plan.json", "--compare", "plan.json", "--why", "TT-1")
    done = headway("plan", SAMPLES / "problem.json", *asked)
    assert (done.code, done.err) == (1, "")
    assert "  TT-1 is planned into iteration 7; the PI ends with 3 (I4).\n" in done.out
    assert "  X-9 is planned, but the problem has no such story.\n" in done.out
    assert headway("plan", SAMPLES / "problem.json", *PLAN, "--start", "plan.json").code == 0


def test_a_conflict_is_explained_with_ways_out(headway: Run) -> None:
    pinned = sample("problem", pins=[{"subject": "TI-3", "kind": "here", "iteration": "I1"}])
    told = headway("plan", "-", "--explain", say=pinned)
    assert told.code == 1
    assert told.out == (
        "These cannot all hold; without any one of them the others can:\n"
        "  1. TI-3 (Kestrel) is pinned to I1.\n"
        "  2. TI-3 (Kestrel) needs TI-2 (Osprey) in an earlier iteration.\n"
        "Ways out:\n"
        "  1. Pin TI-3 to I3 instead. (then a plan is possible)\n"
        "  2. Agree on a mock of what TI-3 needs from TI-2: then the same iteration will do. "
        "(there are more conflicts then)\n"
    )
    drafted = headway("plan", "-", *PLAN, say=pinned)
    assert drafted.code == 1
    assert "These cannot all hold; without any one of them the others can:\n" in drafted.out
    assert headway("plan", SAMPLES / "problem.json", "--explain") == (0, "A plan is possible.\n", "")


LOOP = [{"provider": "TT-1", "consumer": "TT-3"}, {"provider": "TT-3", "consumer": "TT-1"}]
REFUSED: dict[str, tuple[Json | str, str]] = {
    "a circle": (
        sample("problem", dependencies=LOOP),
        "TT-1 needs TT-3 needs TT-1: these wait for each other in a circle; cut one of these dependencies.",
    ),
    "a story too large": (
        first("stories", points=21),
        "Story TT-1 has 21 points and Kestrel has no iteration with more than 20; split this story.",
    ),
    "negative points": (
        first("stories", points=-1),
        "stories[0]: Points of TT-1 is -1; give a number from 0 to 99999 points.",
    ),
    "not a number": (
        '{"iterations": ["I1"], "teams": [{"key": "A", "capacity": [NaN]}], "features": [], "stories": []}',
        "The document has the number NaN; give finite numbers.",
    ),
    "too large a number": (
        '{"iterations": ["I1"], "teams": [{"key": "A", "capacity": [1e999]}], "features": [], "stories": []}',
        "teams[0].capacity[0] is inf; give a number.",
    ),
    "an unknown team": (
        first("stories", team="Heron"),
        "Story TT-1 names 'Heron', which this problem does not have; add it or leave it out.",
    ),
    "an unknown iteration": (
        first("stories", earliest="I9"),
        "stories[0].earliest is 'I9'; give the name of an iteration (I1, I2, I3, I4).",
    ),
    "two pins on one story": (
        sample("problem", pins=[{"subject": "TT-1", "kind": "in"}, {"subject": "TT-1", "kind": "out"}]),
        "TT-1 is pinned 2 times; leave one pin on it.",
    ),
    "capacity for other iterations": (
        first("teams", capacity=[1, 2]),
        "Team Kestrel has capacity for 2 iterations and the PI has 4; give one figure for each iteration.",
    ),
    "20,001 stories": (
        sample("problem", dependencies=[], arrivals=[], stories=sample("problem")["stories"][:1] * 20_001),
        "This problem has 20,001 stories; the planner takes at most 20,000. Plan one PI of one train at a time.",
    ),
    "more entries than a list may have": (
        '{"iterations": ["I1"], "teams": [], "features": [], "stories": [' + "0," * 1_000_000 + "0]}",
        "stories has 1,000,001 entries; a document may have at most 100,000 in one list.",
    ),
    "a field nobody knows": (
        first("stories", point=1),
        "stories[0].point is not known; known there are key, team, feature, points, earliest.",
    ),
    "a field left out": (sample("problem", teams=[{"key": "A"}]), "teams[0] has no capacity; add it."),
    "a text for a number": (first("features", value="lots"), "features[0].value is 'lots'; give a number."),
    "no list": (sample("problem", teams={}), "teams is an object; give a list."),
    "another document": (
        sample("network"),
        "The document says it is 'headway/network'; here a headway/problem is wanted.",
    ),
    "a later version": (sample("problem", version=9), "The document has version 9; this Headway reads version 1."),
    "no JSON": (
        "{",
        "This is no JSON: line 1, column 2: Expecting property name enclosed in double quotes. Correct it there.",
    ),
    "too deep": (
        "[" * 100_000,
        "This JSON is nested too deeply or has a number with too many digits; write it more plainly.",
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_mistake_in_a_problem_is_refused_in_a_sentence(headway: Run, name: str) -> None:
    given, sentence = REFUSED[name]
    assert headway("plan", "-", say=given) == (1, "", f"headway: -: {sentence}\n")


def test_an_unknown_story_in_a_question_is_refused(headway: Run) -> None:
    done = headway("plan", SAMPLES / "problem.json", "--rounds", "0", "--why", "X-9")
    assert done == (1, "", "headway: This problem has no story 'X-9'; ask about one of its stories.\n")


def test_a_file_that_is_not_there_is_wrong_usage(headway: Run) -> None:
    for command in ("plan", "forecast", "network"):
        done = headway(command, "nowhere.json")
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith("File 'nowhere.json' does not exist.\n")


def test_a_forecast_is_told_in_tables_and_as_a_document(headway: Run) -> None:
    done = headway("forecast", SAMPLES / "ahead.json", "--trials", "500")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "Objective: done by   I3    I4    IP  in time"
    document = json.loads(headway("forecast", SAMPLES / "ahead.json", "--trials", "500", "--json").out)
    assert (document["format"], document["forecast"]["trials"]) == ("headway/forecast", 500)
    assert document["forecast"]["observations"] == {"Kestrel": 8, "Merlin": 6}


def test_too_short_a_history_is_refused(headway: Run) -> None:
    given = sample("ahead")
    for team in given["teams"]:
        del team["history"]["iterations"][1:]
    done = headway("forecast", "-", say=given)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "headway: -: All teams together have finished fewer than 3 iterations; a forecast needs their history: record "
        "what past iterations completed.\n"
    )


def test_a_network_is_analysed(headway: Run) -> None:
    done = headway("network", SAMPLES / "network.json")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        "6 items and 4 links.\n\nNothing waits in a circle.\n\n"
        "The critical chain needs 4 iterations and has 32 points: TI-1 → TI-2 → TI-3 → RE-1.\n\n"
        "1 link has too little time:\n"
    )
    document = json.loads(headway("network", SAMPLES / "network.json", "--json").out)
    assert document["coupling"]["inside"] == 0
    assert document["harmful"][0]["source"] == "TI-1"


def test_a_network_with_an_unknown_end_is_refused(headway: Run) -> None:
    done = headway("network", "-", say=sample("network", links=[{"provider": "TT-1", "consumer": "X-9"}]))
    assert done == (1, "", "headway: X-9 is not in this network; add it as an item or leave the link out.\n")


def test_the_command_line_loads_neither_django_nor_a_solver_to_help() -> None:
    script = (
        "import sys\n"
        "from headway.cli import headway\n"
        "for name in ('plan', 'forecast', 'network'): headway.get_command(None, name)\n"
        "print([one for one in ('django', 'numpy', 'scipy', 'ortools', 'rustworkx') if one in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=os.environ)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_ctrl_c_ends_the_search_also_after_a_solver_has_run() -> None:
    """CP-SAT by itself would take the signal over for good."""
    pytest.importorskip("ortools")
    from headway.cli.plan import _until_interrupted
    from headway.engine.planner.cp_sat.fitting import fits

    with _until_interrupted() as stopped:
        assert fits({0: (0, 0)}, [], {("A", False): [(0, 1)]}, {("A", 0): (1, 1)}) == {0: 0}
        signal.raise_signal(signal.SIGINT)
        assert stopped()
