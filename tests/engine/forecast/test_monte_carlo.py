"""The vectorised simulation is the plain loop, faster."""

from dataclasses import replace

import numpy as np
import pytest

from headway.engine.forecast import (
    Arrival,
    Dependency,
    ForecastProblem,
    Item,
    Objective,
    PartyHistory,
    PastItem,
    TeamAhead,
    TeamHistory,
    drivers,
    forecast,
    monte_carlo,
)
from headway.engine.forecast.published import PUBLISHED
from headway.engine.forecast.queues import line_up
from headway.engine.forecast.sampling import BATCH, Luck
from headway.engine.forecast.work import Crew
from tests.engine.forecast.loop import Loop
from tests.engine.forecast.makers import past, steady, tangle, train, unsteady


def both_ways(problem: ForecastProblem, trials: int) -> tuple[list[list[int]], list[list[int]]]:
    """Per trial the iteration every item still to do is done in: fast, and by the loop."""
    room, arrivals = Luck(problem, PUBLISHED, seed=5).draw()
    room, arrivals = room[:, :, :trials].copy(), arrivals[:, :trials].copy()
    queues = line_up(problem)
    loop = Loop(problem)
    slow = []
    for trial in range(trials):
        ends = loop.trial(room[:, :, trial].tolist(), [int(each) - 1 for each in arrivals[:, trial]])
        slow.append([ends[item.key] for item in queues.rows])
    fast, counts = Crew(queues, len(problem.iterations)).work(room, arrivals)
    by = [[int((row <= now).sum()) for now in range(len(problem.iterations))] for row in fast]
    assert counts.tolist() == by
    return fast.T.tolist(), slow


@pytest.mark.parametrize("seed", range(60))
def test_every_trial_ends_as_in_the_plain_loop(seed: int) -> None:
    fast, slow = both_ways(tangle(seed), trials=7)
    assert fast == slow


def test_a_train_of_ten_teams_ends_as_in_the_plain_loop() -> None:
    problem = train(teams=10, features=20, stories=80, dependencies=50)
    fast, slow = both_ways(problem, trials=6)
    assert fast == slow
    assert {end for trial in slow for end in trial} == {0, 1, 2, 3, 4, 5, 6}


def one_team(*items: Item, capacity: tuple[float, ...] = (10, 10, 10), **more: object) -> ForecastProblem:
    return ForecastProblem(
        iterations=("I1", "I2", "I3")[: len(capacity)],
        teams=(TeamAhead(key="kestrel", capacity=capacity, history=steady("kestrel")),),
        items=items,
        **more,  # type: ignore[arg-type]
    )


def test_a_team_that_always_delivers_the_same_gets_a_point_forecast() -> None:
    problem = one_team(
        Item(key="a", team="kestrel", points=10, planned=0),
        Item(key="b", team="kestrel", points=15, planned=1),
        Item(key="c", team="kestrel", points=6, planned=2),
    )
    told = forecast(problem, trials=500)
    assert {key: chance.by for key, chance in told.items.items()} == {
        "a": (1.0, 1.0, 1.0),
        "b": (0.0, 0.0, 1.0),
        "c": (0.0, 0.0, 0.0),
    }
    assert told.velocity["kestrel"].certain
    assert told.velocity["kestrel"].mean == 30.0


def test_the_ip_iteration_gives_its_share_to_what_is_left() -> None:
    items = (Item(key="a", team="kestrel", points=20, planned=1), Item(key="b", team="kestrel", points=5, planned=1))
    half = one_team(*items, ip=frozenset({2}), ip_share=0.5)
    none = one_team(*items, ip=frozenset({2}), ip_share=0.0)
    assert forecast(half, trials=50).items["b"].by == (0.0, 0.0, 1.0)
    assert forecast(none, trials=50).items["b"].by == (0.0, 0.0, 0.0)


def test_unplanned_work_takes_its_historical_share() -> None:
    history = TeamHistory(team="kestrel", iterations=past(*[20.0] * 8, unplanned=5.0))
    problem = ForecastProblem(
        iterations=("I1",),
        teams=(TeamAhead(key="kestrel", capacity=(20,), history=history),),
        items=(Item(key="a", team="kestrel", points=15, planned=0), Item(key="b", team="kestrel", points=1, planned=0)),
    )
    told = forecast(problem, trials=50)
    assert (told.items["a"].in_pi, told.items["b"].in_pi) == (1.0, 0.0)
    assert forecast(replace(problem, unplanned_share=0.0), trials=50).items["b"].in_pi == 1.0


def two_teams(**more: object) -> ForecastProblem:
    return ForecastProblem(
        iterations=("I1", "I2", "I3"),
        teams=(
            TeamAhead(key="kestrel", capacity=(10, 10, 10), history=steady("kestrel")),
            TeamAhead(key="merlin", capacity=(10, 10, 10), history=steady("merlin")),
        ),
        items=(
            Item(key="give", team="kestrel", points=15, planned=0, feature="F"),
            Item(key="take", team="merlin", points=5, planned=1, feature="F"),
        ),
        **more,  # type: ignore[arg-type]
    )


def test_a_consumer_waits_for_the_iteration_after_its_producer() -> None:
    told = forecast(two_teams(dependencies=(Dependency(key="D", provider="give", consumer="take"),)), trials=20)
    assert told.items["take"].by == (0.0, 0.0, 1.0)
    assert told.dependencies["D"].by == (0.0, 1.0, 1.0)
    assert (told.dependencies["D"].planned, told.dependencies["D"].in_time) == (0, 0.0)
    assert (told.features["F"].by, told.features["F"].planned, told.features["F"].in_time) == ((0, 0, 1.0), 1, 0.0)


def test_a_mock_lets_the_consumer_begin() -> None:
    mocked = Dependency(key="D", provider="give", consumer="take", mocked=True)
    assert forecast(two_teams(dependencies=(mocked,)), trials=20).items["take"].by == (1.0, 1.0, 1.0)


def test_external_input_is_as_late_as_its_party_was() -> None:
    arrival = Arrival(key="D", item="take", party="Payments Ltd", promised=0)
    punctual = two_teams(arrivals=(arrival,), parties=(PartyHistory(party="Payments Ltd", lateness=(0,) * 9),))
    late = two_teams(arrivals=(arrival,), parties=(PartyHistory(party="Payments Ltd", lateness=(2,) * 9),))
    assert forecast(punctual, trials=20).items["take"].by == (0.0, 1.0, 1.0)
    assert forecast(late, trials=20).items["take"].by == (0.0, 0.0, 0.0)
    assert forecast(late, trials=20).dependencies["D"].by == (0.0, 0.0, 1.0)


def test_a_party_without_record_is_named() -> None:
    told = forecast(two_teams(arrivals=(Arrival(key="D", item="take", party="Payments Ltd", promised=0),)), trials=20)
    assert told.notes == ("Payments Ltd has not delivered anything yet: it is taken to be on time.",)


def test_done_items_are_done_and_hold_nobody_up() -> None:
    problem = two_teams(dependencies=(Dependency(key="D", provider="give", consumer="take"),))
    done = replace(problem, items=(replace(problem.items[0], done=True), problem.items[1]))
    told = forecast(done, trials=20)
    assert told.items["give"].before
    assert told.dependencies["D"].before
    assert told.items["take"].by == (1.0, 1.0, 1.0)


def test_predictability_counts_value_reached_in_time() -> None:
    problem = two_teams(
        objectives=(
            Objective(key="O1", items=("give",), value=6),
            Objective(key="O2", items=("take",), value=2, due=1),
            Objective(key="O3", items=("F",), value=2, due=0),
            Objective(key="O4", items=("take",), value=5, committed=False),
        )
    )
    told = forecast(problem, trials=20)
    assert told.predictability is not None
    assert told.predictability.certain
    assert told.predictability.mean == 1.3
    assert told.objectives["O3"].by == (0.0, 1.0, 1.0)


def test_without_committed_objectives_there_is_no_predictability() -> None:
    assert forecast(two_teams(), trials=20).predictability is None


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    problem = train(teams=3, features=6, stories=30, dependencies=8)
    first = forecast(problem, trials=600, seed=4)
    assert forecast(problem, trials=600, seed=4) == first
    assert forecast(problem, trials=600, seed=5).items != first.items


def test_order_and_names_of_other_teams_change_nothing() -> None:
    problem = train(teams=3, features=6, stories=30, dependencies=8)
    turned = replace(problem, teams=problem.teams[::-1], dependencies=problem.dependencies[::-1])
    assert forecast(turned, trials=600).items == forecast(problem, trials=600).items


def test_a_changed_problem_meets_the_same_luck() -> None:
    problem = train(teams=3, features=6, stories=30, dependencies=0)
    more = replace(problem.teams[0], capacity=tuple(2 * points for points in problem.teams[0].capacity))
    before = forecast(problem, trials=600).items
    after = forecast(replace(problem, teams=(more, *problem.teams[1:])), trials=600).items
    others = [item.key for item in problem.items if item.team != "T0"]
    assert {key: after[key] for key in others} == {key: before[key] for key in others}
    assert all(after[key].by >= before[key].by for key in before)


def test_chances_never_fall_and_quantiles_rise() -> None:
    told = forecast(train(teams=4, features=8, stories=60, dependencies=20), trials=1000)
    groups = (told.items, told.features, told.objectives, told.dependencies)
    rows = [chance.by for chances in groups for chance in chances.values()]
    assert rows == [tuple(sorted(by)) for by in rows]
    measured = [*told.velocity.values(), told.predictability]
    for distribution in measured:
        assert distribution is not None
        assert list(distribution.quantiles.values()) == sorted(distribution.quantiles.values())
        assert sum(distribution.histogram) == 1000
        assert len(distribution.edges) == len(distribution.histogram) + 1


def test_a_feature_is_never_more_likely_than_its_least_likely_story() -> None:
    problem = train(teams=4, features=8, stories=60, dependencies=20)
    told = forecast(problem, trials=1000)
    for key, chance in told.features.items():
        least = min(told.items[item.key].in_pi for item in problem.items if item.feature == key)
        assert chance.in_pi <= least


def test_trials_beyond_one_batch_are_told_and_can_be_stopped() -> None:
    problem = train(teams=2, features=4, stories=20, dependencies=4)
    told: list[tuple[int, int]] = []
    whole = forecast(problem, trials=2 * BATCH + 10, progress=lambda done, all_: told.append((done, all_)))
    assert told == [(BATCH, 2 * BATCH + 10), (2 * BATCH, 2 * BATCH + 10), (2 * BATCH + 10, 2 * BATCH + 10)]
    assert (whole.trials, whole.stopped) == (2 * BATCH + 10, False)
    part = forecast(problem, trials=2 * BATCH + 10, cancelled=lambda: True)
    assert (part.trials, part.stopped) == (BATCH, True)
    assert part.notes[-1] == f"Stopped early: these odds stand on {BATCH:,} trials."
    assert part.items == forecast(problem, trials=BATCH).items


def test_a_dependency_on_time_is_named_as_the_driver() -> None:
    problem = two_teams(
        dependencies=(Dependency(key="D", provider="give", consumer="take"),),
        objectives=(Objective(key="O", items=("take",), due=1),),
    )
    found = drivers(problem, trials=50)
    assert [str(driver) for driver in found if driver.target == "O"] == ["with D on time: 0 % → 100 %"]
    assert [driver.gain for driver in found] == [1.0, 1.0]


def test_features_like_it_are_counted_from_the_narrowest_likeness() -> None:
    earlier = [PastItem(team="kestrel", points=20, landed=landed) for landed in (True, True, False, True, True)]
    earlier += [PastItem(team="merlin", points=90, landed=False)] * 4
    told = forecast(replace(two_teams(), past=tuple(earlier)), trials=20)
    assert str(told.likes["F"]) == "4 of 5 like it did so far"
    assert told.likes["F"].like == "features of kestrel about as large"
    few = forecast(replace(two_teams(), past=tuple(earlier[2:])), trials=20)
    assert (few.likes["F"].landed, few.likes["F"].of, few.likes["F"].like) == (2, 7, "features")
    assert forecast(replace(two_teams(), past=tuple(earlier[:4])), trials=20).likes == {}


def test_the_luck_of_a_train_is_shared() -> None:
    problem = ForecastProblem(
        iterations=("I1", "I2"),
        teams=tuple(TeamAhead(key=key, capacity=(20, 20), history=unsteady("same")) for key in ("a", "b")),
        items=(),
    )
    room, _ = Luck(problem, PUBLISHED, seed=1).draw()
    totals = room.sum(axis=1)
    together = float(np.corrcoef(totals)[0, 1])
    assert 0.4 < together < 0.8


def test_how_many_trials_are_worked_at_once_changes_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = train(teams=2, features=4, stories=20, dependencies=4)
    whole = forecast(problem, trials=BATCH + 50)
    monkeypatch.setattr(monte_carlo, "MOST_CELLS", 20 * 333)
    assert forecast(problem, trials=BATCH + 50) == whole
