"""Held-out boards: odds that were said to hold must have held."""

import random
from pathlib import Path

import pytest

from headway.engine.errors import Invalid
from headway.engine.forecast import (
    PUBLISHED,
    Backtest,
    PastIteration,
    TeamHistory,
    backtest,
    calibration,
    learn,
    sampling,
)
from tests.engine.forecast.boards import real_boards
from tests.engine.forecast.makers import steady

LEVELS = (0.15, 0.5, 0.85)
PAGE = Path(__file__).parents[3] / "docs" / "concepts" / "forecast.md"


def row(horizon: int, told: Backtest) -> str:
    """What the page says of the forecast at this horizon."""
    cover = " | ".join(f"{100 * share:.1f}" for share in told.coverage.values())
    best = min(told.baselines.values(), key=lambda score: score.pinball)
    return (
        f"| {horizon} ahead | {told.observations} | {cover} | {told.pinball:.4f} | {best.pinball:.4f} ({best.name}) |"
    )


def drifting(board: int, iterations: int = 40, *, wild: float = 0.4, drift: float = 0.12) -> TeamHistory:
    """A made board whose level wanders and whose iterations scatter."""
    dice = random.Random(board)
    level = 20.0
    points = []
    for _ in range(iterations):
        level *= dice.lognormvariate(0, drift)
        points.append(level * dice.lognormvariate(0, wild))
    return TeamHistory(team=f"board {board}", iterations=tuple(PastIteration(completed=p, available=1) for p in points))


@pytest.fixture
def boards(real_data: Path) -> list[TeamHistory]:
    return real_boards(real_data)


@pytest.mark.data
@pytest.mark.parametrize("horizon", [2, 5])
def test_on_real_boards_held_out_the_odds_hold_and_every_usual_way_loses_more(
    boards: list[TeamHistory], horizon: int
) -> None:
    told = backtest(boards, horizon, hold_out=True)
    assert told.observations > 390
    within = {level: abs(told.coverage[level] - level) <= 0.03 for level in LEVELS}
    assert within == dict.fromkeys(LEVELS, True)
    assert row(horizon, told) in PAGE.read_text(encoding="utf-8")
    worse = {
        name: told.pinball < score.pinball
        and told.score.pinball_points < score.pinball_points
        and told.crps < score.crps
        for name, score in told.baselines.items()
    }
    assert worse == dict.fromkeys(told.baselines, True)
    assert told.baselines["bootstrap"].worst_gap > 0.06


@pytest.mark.data
def test_the_published_scores_are_those_learned_from_the_real_boards(boards: list[TeamHistory]) -> None:
    assert learn(boards) == PUBLISHED


def test_on_made_boards_held_out_the_odds_hold_and_an_overconfident_calibration_is_found_out() -> None:
    made = [drifting(board) for board in range(10)]
    told = backtest(made, 5, hold_out=True)
    assert told.score.worst_gap < 0.06
    meek = learn([drifting(board, wild=0.05, drift=0.01) for board in range(50, 58)])
    narrow = backtest(made, 5, calibration=meek)
    assert narrow.score.worst_gap > 0.06
    assert narrow.pinball > told.pinball


def test_the_constants_of_the_page_are_those_of_the_engine() -> None:
    page = PAGE.read_text(encoding="utf-8")
    _, _, below = page.partition("| Constant | Value | Where from |\n|---|---:|---|\n")
    written = [line.split("|")[2].split()[0] for line in below.partition("\n\n")[0].splitlines()]
    used = (
        calibration.HALF_LIFE,
        calibration.LONG,
        calibration.EMPTY_HALF_LIFE,
        calibration.SPREAD_HALF_LIFE,
        calibration.EASE,
        calibration.OWN_WEIGHT,
        PUBLISHED.usual_spread,
        calibration.WIDER,
        sampling.UNEVEN,
        sampling.SHARED,
        sampling.PARTY_WEIGHT,
    )
    assert written == [f"{each:g}" for each in used]


def test_a_history_that_is_too_short_is_refused_with_what_is_needed() -> None:
    with pytest.raises(Invalid) as refused:
        backtest(steady("kestrel", iterations=10), 5)
    assert str(refused.value) == "The longest history has 10 iterations; to foretell 5 of them 11 are needed."
    assert refused.value.code == "history_too_short"


def test_short_histories_are_left_out_and_named() -> None:
    told = backtest([drifting(1), steady("kestrel", iterations=7)], 5)
    assert (told.boards, told.left_out) == (("board 1",), ("kestrel",))
    assert told.observations == 40 - 6 - 5 + 1


def test_too_few_boards_to_learn_from_are_refused() -> None:
    with pytest.raises(Invalid, match="There are 6 past forecasts to learn from; give boards that allow 30 or more"):
        learn([drifting(1, iterations=12)])


def test_a_team_that_always_delivers_the_same_is_foretold_without_loss() -> None:
    told = backtest(steady("kestrel", iterations=20), 5)
    assert (told.pinball, told.crps, told.sharpness) == (0.0, 0.0, 0.0)
    assert told.coverage == {level: pytest.approx(level) for level in told.coverage}
    assert told.pit == pytest.approx((1.0,) * 10)


def test_the_last_value_of_a_rising_team_is_always_too_low() -> None:
    rising = TeamHistory(
        team="merlin", iterations=tuple(PastIteration(completed=points, available=1) for points in range(1, 21))
    )
    last = backtest(rising, 2).baselines["last value"]
    assert set(last.coverage.values()) == {0.0}
    assert last.pit == (0.0,) * 9 + (float(last.observations),)


def test_units_of_the_points_change_nothing() -> None:
    board = drifting(3)
    tenfold = TeamHistory(
        team=board.team,
        iterations=tuple(PastIteration(completed=10 * past.completed, available=10) for past in board.iterations),
    )
    points = TeamHistory(
        team=board.team,
        iterations=tuple(PastIteration(completed=10 * past.completed, available=1) for past in board.iterations),
    )
    base, same, large = (backtest(each, 3) for each in (board, tenfold, points))
    assert same.pinball == pytest.approx(base.pinball)
    assert (large.pinball, large.crps) == pytest.approx((base.pinball, base.crps))
    assert large.score.pinball_points == pytest.approx(10 * base.score.pinball_points)


def test_teams_of_a_train_lean_on_each_other() -> None:
    calm = [drifting(board, wild=0.1, drift=0.01) for board in range(5)]
    alone, together = backtest(calm, 5), backtest(calm, 5, train=True)
    assert together.sharpness < alone.sharpness
    assert together.observations == alone.observations


def test_the_sentence_tells_how_the_odds_held() -> None:
    sentence = backtest(drifting(4), 5).sentence()
    assert sentence.startswith("So far, of 30 forecasts 5 iterations ahead, ")
