"""What is expected of a team, how sure that is, and that the draws say the same."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.engine.errors import Invalid
from headway.engine.forecast import (
    PUBLISHED,
    Arrival,
    Dependency,
    ForecastProblem,
    Item,
    Objective,
    PartyHistory,
    PastIteration,
    TeamAhead,
    TeamHistory,
    forecast,
)
from headway.engine.forecast.calibration import LEVELS, outlooks
from headway.engine.forecast.sampling import SHARED, Luck, correlation, quantiles, stream
from tests.engine.forecast.makers import past, steady, unsteady

ratios = st.lists(st.floats(0, 3), min_size=1, max_size=20)


def history(team: str, values: list[float]) -> TeamHistory:
    return TeamHistory(team=team, iterations=tuple(PastIteration(completed=each, available=1) for each in values))


def test_importing_the_values_loads_no_arrays() -> None:
    code = "import sys, headway.engine.forecast; print(sorted({'numpy', 'scipy'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_the_recent_counts_for_more() -> None:
    rising = history("kestrel", [10, 10, 10, 10, 20, 20])
    falling = history("kestrel", [20, 20, 10, 10, 10, 10])
    up, down = (outlooks([each], 0.7)[0].expected for each in (rising, falling))
    assert up > 40 / 3 > down
    recent = 10 + 10 * (1 + 0.5 ** (1 / 3)) / sum(0.5 ** (age / 3) for age in range(6))
    assert up == pytest.approx(0.7 * recent + 0.3 * 80 / 6)


def test_the_chance_of_nothing_is_that_of_empty_iterations_in_a_row() -> None:
    now_and_then = outlooks([history("kestrel", [1.0, 0, 1, 1, 0, 1, 1, 1])], 0.7)[0]
    weights = [0.5 ** (age / 8) for age in range(8)]
    assert now_and_then.empty == pytest.approx((weights[6] + weights[3]) / sum(weights))
    assert now_and_then.nothing(3) == now_and_then.empty**3
    assert outlooks([steady("kestrel")], 0.7)[0].nothing(1) == 0.0


def test_a_team_that_often_finishes_nothing_has_that_many_empty_iterations() -> None:
    now_and_then = history("kestrel", [20.0, 0] * 8)
    problem = ForecastProblem(
        iterations=("I1", "I2", "I3", "I4", "I5", "I6"),
        teams=(TeamAhead(key="kestrel", capacity=(1,) * 6, history=now_and_then),),
        items=(),
    )
    room, _ = Luck(problem, PUBLISHED, seed=1).draw()
    empty = outlooks([now_and_then], PUBLISHED.usual_spread)[0].empty
    assert float((room[0].sum(axis=0) == 0).mean()) == pytest.approx(empty**6, abs=0.01)
    assert float((room[0] < 10).mean()) == pytest.approx(empty, abs=0.03)


def test_a_short_history_says_so_and_widens() -> None:
    points = [18.0, 22, 19, 24, 17, 20, 21, 18]
    spreads = [outlooks([history("kestrel", points[:count])], 0.7)[0].spread for count in (1, 3, 5, 8)]
    assert spreads == sorted(spreads, reverse=True)
    short = TeamHistory(team="kestrel", iterations=past(18, 22, 19))
    assert short.remark() == (
        "kestrel has finished only 3 iterations: with fewer than 6 its odds lean on the whole train and are widened."
    )
    new = TeamHistory(team="merlin")
    assert new.remark() == ("merlin has not finished an iteration yet: its odds are those of the whole train, widened.")
    problem = ForecastProblem(
        iterations=("I1",),
        teams=(
            TeamAhead(key="kestrel", capacity=(20,), history=short),
            TeamAhead(key="merlin", capacity=(20,), history=new),
            TeamAhead(key="osprey", capacity=(20,), history=steady("osprey")),
        ),
        items=(),
    )
    told = forecast(problem, trials=10)
    assert told.notes == (short.remark(), new.remark())
    assert told.observations == {"kestrel": 3, "merlin": 0, "osprey": 8}


def test_a_new_team_is_expected_to_do_as_the_train_does() -> None:
    train = [steady("kestrel", 20), history("osprey", [0.5] * 8), TeamHistory(team="merlin")]
    told = outlooks(train, 0.7)
    assert [each.expected for each in told] == [1.0, 0.5, 0.75]
    assert told[2].spread > 0.7


def test_a_train_of_calm_teams_makes_each_of_them_calmer() -> None:
    calm = [history(f"team {number}", [1.0, 0.9, 1.1, 1.0, 0.95, 1.05, 1.0, 0.9]) for number in range(8)]
    assert outlooks(calm, 0.7)[0].spread < outlooks(calm[:1], 0.7)[0].spread


@given(values=ratios)
def test_quantiles_rise_with_the_level(values: list[float]) -> None:
    outlook = outlooks([history("kestrel", values)], PUBLISHED.usual_spread)[0]
    told = quantiles(outlook, PUBLISHED, 4, np.array(LEVELS)).tolist()
    assert told == sorted(told)
    assert min(told) >= 0
    assert all(map(math.isfinite, told))


@given(values=ratios, factor=st.floats(0.01, 100))
def test_the_unit_of_work_does_not_matter(values: list[float], factor: float) -> None:
    one = outlooks([history("kestrel", values)], 0.7)[0]
    other = outlooks([history("kestrel", [each * factor for each in values])], 0.7)[0]
    assert other.expected == pytest.approx(one.expected * factor)
    assert other.spread == pytest.approx(one.spread, abs=1e-6)


@given(horizon=st.integers(1, 40))
def test_scores_rise_with_the_level_at_every_horizon(horizon: int) -> None:
    assert list(PUBLISHED.at(horizon)) == sorted(PUBLISHED.at(horizon))


@pytest.mark.parametrize("iterations", [1, 2, 5, 7])
def test_the_draws_have_the_quantiles_of_the_calibration(iterations: int) -> None:
    problem = ForecastProblem(
        iterations=tuple(f"I{number}" for number in range(iterations)),
        teams=(TeamAhead(key="kestrel", capacity=(1000.0,) * iterations, history=unsteady("kestrel")),),
        items=(),
    )
    luck = Luck(problem, PUBLISHED, seed=3)
    totals = np.concatenate([luck.draw()[0][0].sum(axis=0) for _ in range(12)]) / 100 / 1000 / iterations
    totals /= 1 - 1 / np.mean([each.completed for each in unsteady("kestrel").iterations])
    outlook = luck.outlooks["kestrel"]
    scores = np.interp([0.15, 0.5, 0.85], PUBLISHED.levels, PUBLISHED.at(iterations)).tolist()
    expected = [outlook.expected * (math.exp(score * outlook.spread) * 1.3 - 0.3) for score in scores]
    assert np.quantile(totals, [0.15, 0.5, 0.85]).tolist() == pytest.approx(expected, rel=0.03)


def test_streams_have_nothing_in_common() -> None:
    first, other = (stream(1, "team", key).standard_normal(4000) for key in ("kestrel", "merlin"))
    assert abs(float(np.corrcoef(first, other)[0, 1])) < 0.06
    assert stream(1, "team", "kestrel").random() == stream(1, "team", "kestrel").random()


def test_shared_luck_is_read_from_iterations_in_common() -> None:
    moves = [20.0, 15, 24, 12, 22, 16, 23, 14]
    alike = [history(key, moves) for key in ("kestrel", "merlin")]
    against = [history("kestrel", moves), history("merlin", [40 - each for each in moves])]
    assert correlation(alike) == pytest.approx((8 + 10 * SHARED) / 18)
    assert correlation(against) == 0.0
    assert correlation([steady("kestrel"), steady("merlin")]) == SHARED
    assert correlation([TeamHistory(team="kestrel")]) == SHARED


def refusal(**changed: object) -> Invalid:
    fields: dict[str, object] = {
        "iterations": ("I1", "I2"),
        "teams": (TeamAhead(key="kestrel", capacity=(20, 20), history=steady("kestrel")),),
        "items": (Item(key="a", team="kestrel", points=3), Item(key="b", team="kestrel", points=3)),
    }
    with pytest.raises(Invalid) as refused:
        ForecastProblem(**(fields | changed))  # type: ignore[arg-type]
    return refused.value


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"iterations": ()}, "Iterations is 0; give a whole number from 1 to 60 iterations."),
        ({"items": (Item(key="a", team="osprey", points=1),)}, "Team 'osprey' is not known."),
        ({"items": (Item(key="a", team="kestrel", points=1),) * 2}, "The item 'a' is given 2 times; give it once."),
        (
            {"dependencies": (Dependency(key="D", provider="a", consumer="z"),)},
            "Consumer 'z' is not known.",
        ),
        ({"arrivals": (Arrival(key="D", item="z", party="P", promised=0),)}, "Item 'z' is not known."),
        ({"objectives": (Objective(key="O", items=("z",)),)}, "Items 'z' is not known."),
        (
            {
                "dependencies": (
                    Dependency(key="D1", provider="a", consumer="b"),
                    Dependency(key="D2", provider="b", consumer="a"),
                )
            },
            "a → b → a wait for each other; cut one of these dependencies.",
        ),
        (
            {"teams": (TeamAhead(key="kestrel", capacity=(20,), history=steady("kestrel")),)},
            "The capacity of kestrel is given for 1 iterations, but 2 are left; give one number for each.",
        ),
        (
            {"teams": (TeamAhead(key="kestrel", capacity=(20, 20), history=steady("kestrel", iterations=2)),)},
            (
                "All teams together have finished fewer than 3 iterations; a forecast needs their history:"
                " record what past iterations completed."
            ),
        ),
        ({"ip_share": 1.5}, "Ip share is 1.5; give a number from 0 to 1."),
        ({"unplanned_share": math.nan}, "Unplanned share is nan; give a number from 0 to 1."),
        ({"ip": frozenset({2})}, "Ip is 2; give a whole number from 0 to 1."),
    ],
)
def test_an_impossible_problem_is_refused_in_words(changed: dict[str, object], sentence: str) -> None:
    assert str(refusal(**changed)) == sentence


def test_more_items_than_a_forecast_takes_are_refused() -> None:
    items = tuple(Item(key=str(number), team="kestrel", points=1) for number in range(20_001))
    assert str(refusal(items=items)) == "Items is 20001; give a whole number from 0 to 20000 items."


@pytest.mark.parametrize(
    ("completed", "available", "unplanned", "sentence"),
    [
        (-1, 20, 0, "Completed is -1; give a number from 0 to 99999 points."),
        (math.nan, 20, 0, "Completed is nan; give a number from 0 to 99999 points."),
        (5, 0, 0, "Available is 0 points; leave an iteration without capacity out of the history."),
        (5, 20, 6, "Unplanned is 6 points, more than the 5 completed; unplanned work is a part of the completed."),
    ],
)
def test_an_impossible_past_is_refused_in_words(
    completed: float, available: float, unplanned: float, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        PastIteration(completed=completed, available=available, unplanned=unplanned)
    assert str(refused.value) == sentence


def test_lateness_in_parts_of_iterations_is_refused() -> None:
    with pytest.raises(Invalid, match=r"Lateness is 0\.5; give whole iterations from -100 to 100\."):
        PartyHistory(party="Payments Ltd", lateness=(0.5,))  # type: ignore[arg-type]
