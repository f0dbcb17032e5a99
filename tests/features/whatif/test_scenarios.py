"""Scenarios are kept, worked out by the worker, and told in words."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from headway.engine.errors import Conflict, Invalid, Locked, Missing
from headway.features.apps import load_jobs
from headway.features.whatif import actions, asking, queries
from headway.kit import clock
from headway.store import jobs
from headway.store.models import Feature, Increment, Job, Scenario, Story, Target, Train
from headway.store.shapes import check_shape
from tests.builders import FIRST_DAY, build_dependency, build_feature, build_story, build_train, iteration
from tests.cast import Cast

As = Callable[[str], Client]
START = datetime.combine(FIRST_DAY, time(9), UTC)
"""The morning PI 1 begins."""

AWAY = {"kind": "capacity", "team": "merlin", "iteration": 2, "percent": 0.0}


@pytest.fixture
def planned(train: Train) -> Feature:
    """Reading history (worth 20): Merlin's story in I2, then Kestrel's in I3."""
    pi = Increment.objects.get(train=train, number=1)
    feature = build_feature(train, user_value=8, time_criticality=8, risk_opportunity=4, job_size=5)
    Target.objects.create(train=train, feature=feature, pi=pi)
    first = build_story(
        train, "Keep readings", team="merlin", feature=feature, points=5, pi=pi, iteration=iteration(train, 1, 2)
    )
    second = build_story(train, feature=feature, points=3, pi=pi, iteration=iteration(train, 1, 3))
    build_dependency(train, consumer_story=second, provider_story=first)
    return feature


def work_out(cast: Cast, number: int) -> Job:
    """Ask, and let the worker's own code do it here."""
    load_jobs()
    job = asking.ask(cast.tess, number)
    assert jobs.work_off() == 1
    job.refresh_from_db()
    return job


def kept(cast: Cast, *changes: dict[str, Any]) -> int:
    with clock.frozen(START):
        outcome = actions.keep_scenario(cast.tess, pi=1, name="Merlin loses I2", changes=changes)
    number: int = outcome.subject.number
    return number


def test_a_lost_iteration_moves_the_draft_and_says_what_does_not_hold(
    cast: Cast, train: Train, planned: Feature
) -> None:
    number = kept(cast, AWAY)
    with clock.frozen(START):
        assert work_out(cast, number).state == Job.State.DONE
        page = queries.page(cast.vera, number)
    assert page.changes == ("Merlin is away in I2",)
    assert page.answer is not None
    worlds = {column.key: column.facts for column in page.answer.columns}
    assert {key: facts["features"] for key, facts in worlds.items()} == dict.fromkeys(queries.WORLDS, 1)
    assert (worlds["today"]["broken"], worlds["replanned"]["broken"]) == (0, 0)
    assert worlds["kept"]["broken"] > 0
    merlin = next(row for row in page.answer.loads if row.team == "Merlin")
    assert (merlin.cells[1].before, merlin.cells[1].after, merlin.cells[1].kept, merlin.cells[1].replanned) == (
        merlin.cells[0].before,
        0,
        5,
        0,
    )
    assert [(move.team, move.origin) for move in page.answer.moves if move.team == "Merlin"] == [("Merlin", "I2")]
    check_shape("scenario", "result", page.scenario.result)
    assert page.answer.missing.startswith("The teams of this train have finished fewer than three iterations")
    assert page.answer.finding.startswith("Value in the plan: 20 today")


def test_with_history_every_world_has_its_odds(cast: Cast, train: Train, planned: Feature) -> None:
    for turn in (1, 2, 3):
        for team in ("kestrel", "merlin"):
            place = iteration(train, 1, turn)
            build_story(train, f"Past {turn}", team=team, points=10, pi=place.pi, iteration=place, state="done")
    Story.objects.filter(feature=planned).update(iteration=iteration(train, 1, 5))
    Story.objects.filter(feature=planned, team__slug="merlin").update(iteration=iteration(train, 1, 4))
    with clock.frozen(START + timedelta(weeks=6, days=1)):
        number = actions.keep_scenario(
            cast.tess,
            pi=1,
            name="All at once",
            changes=[
                {"kind": "capacity", "team": "merlin", "iteration": None, "percent": 50},
                {"kind": "add", "title": "Alerts", "value": 3, "stories": [{"team": "kestrel", "points": 2}]},
            ],
        ).subject.number
        assert work_out(cast, number).state == Job.State.DONE
        page = queries.page(cast.vera, number)
    assert page.answer is not None
    assert page.answer.finding.startswith("Value likely to land: ")
    check_shape("scenario", "result", page.scenario.result)
    check_shape("scenario", "changes", page.scenario.changes)
    odds = {row.title: row.odds for row in page.answer.features}
    assert odds["Alerts"][:2] == (None, None)
    assert all(chance is not None for chance in (*odds["Alerts"][2:], *odds["Reading history"]))
    assert odds["Reading history"][2] <= odds["Reading history"][0]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "fire", "person": "Kim"}, "There is no change of the kind 'fire'"),
        (AWAY | {"percent": float("nan")}, "Percent is nan; give a number from 0 to 300."),
        (AWAY | {"percent": 301}, "Percent is 301; give a number from 0 to 300."),
        (AWAY | {"percent": True}, "Percent is True"),
        (AWAY | {"team": "nordlicht"}, "There is no team 'nordlicht' to change here"),
        (AWAY | {"iteration": 9}, "There is no iteration 9 to change here"),
        ({"kind": "slip", "dependency": 99, "iterations": 1}, "There is no dependency 99 to change here"),
        ({"kind": "slip", "dependency": 1, "iterations": 13}, "Iterations is 13; give a whole number from 1 to 12."),
        ({"kind": "drop", "feature": 99}, "There is no feature 99 to change here"),
        ({"kind": "add", "title": " ", "value": 1, "stories": []}, "Title is"),
        ({"kind": "add", "title": "A", "value": 1, "stories": []}, "needs 1 to 20 pieces of work"),
    ],
)
def test_a_change_that_cannot_be_is_refused(cast: Cast, train: Train, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence.replace("(", r"\(")):
        actions.keep_scenario(cast.tess, pi=1, name="Odd", changes=[change])
    assert not Scenario.objects.exists()


def test_a_scenario_has_a_name_at_most_twenty_changes_and_an_open_pi(cast: Cast, train: Train) -> None:
    with pytest.raises(Invalid, match="needs a name"):
        actions.keep_scenario(cast.tess, pi=1, name="  ")
    with pytest.raises(Invalid, match="has 21 changes"):
        actions.keep_scenario(cast.tess, pi=1, name="Much", changes=[AWAY] * 21)
    with pytest.raises(Missing):
        actions.keep_scenario(cast.tess, pi=7, name="Which?")
    Increment.objects.filter(train=train).update(state="closed")
    with pytest.raises(Locked, match="PI 1 is closed"):
        actions.keep_scenario(cast.tess, pi=1, name="Too late")


def test_other_changes_make_the_old_answer_worthless_and_another_name_does_not(cast: Cast, train: Train) -> None:
    number = kept(cast, AWAY)
    result = {"v": 0}
    actions.answer_scenario(cast.tess, number=number, changes=[AWAY], result=result, computed_at=5)
    actions.edit_scenario(cast.tess, number=number, name="Another", changes=[AWAY])
    assert Scenario.objects.get().result == result
    actions.edit_scenario(cast.tess, number=number, changes=[AWAY | {"percent": 50.0}])
    scenario = Scenario.objects.get()
    assert (scenario.result, scenario.computed_at) == (None, None)
    with pytest.raises(Invalid, match="was changed while it was being worked out"):
        actions.answer_scenario(cast.tess, number=number, changes=[AWAY], result=result, computed_at=5)


def test_two_people_cannot_overwrite_each_others_changes(cast: Cast, train: Train) -> None:
    number = kept(cast, AWAY)
    actions.edit_scenario(cast.tess, number=number, changes=[AWAY, AWAY], seen=1)
    with pytest.raises(Conflict):
        actions.edit_scenario(cast.tess, number=number, changes=[], seen=1)


def test_asking_twice_makes_one_job_and_nothing_is_asked_of_an_empty_scenario(cast: Cast, train: Train) -> None:
    number = kept(cast, AWAY)
    assert asking.ask(cast.tess, number).pk == asking.ask(cast.mika, number).pk
    with pytest.raises(Invalid, match="changes nothing yet"):
        asking.ask(cast.tess, kept(cast))


def test_a_change_the_pi_cannot_take_fails_with_a_sentence_and_leaves_the_train_alone(cast: Cast, train: Train) -> None:
    number = kept(cast, {"kind": "drop", "feature": build_feature(train).number})
    build_story(train, points=3, pi=Increment.objects.get(number=1), iteration=iteration(train, 1, 2))
    with clock.frozen(START):
        job = work_out(cast, number)
    assert (job.state, "is not in PI 1, so it cannot be dropped" in job.sentence) == (Job.State.FAILED, True)
    assert Scenario.objects.get().result is None


def test_the_page_adds_changes_one_by_one_and_keeps_what_was_typed_wrong(cast: Cast, train: Train, as_: As) -> None:
    number = kept(cast)
    tess, here = as_("tess"), f"/trains/orion/what-if/{number}"
    assert tess.post(f"{here}/changes/capacity", {"team": "merlin", "iteration": 2, "percent": 0}).status_code == 302
    wrong = tess.post(f"{here}/changes/capacity", {"team": "merlin", "iteration": 2, "percent": 900})
    assert (wrong.status_code, b'value="900"' in wrong.content) == (422, True)
    assert Scenario.objects.get().changes == [AWAY]
    added = {"title_": "Alerts", "value": 3, "team_1": "kestrel", "points_1": 2, "team_2": "", "points_2": ""}
    assert tess.post(f"{here}/changes/add", added).status_code == 302
    assert Scenario.objects.get().changes[1]["stories"] == [{"team": "kestrel", "points": 2.0}]
    assert tess.post(f"{here}/changes/1/remove").status_code == 302
    assert [each["kind"] for each in Scenario.objects.get().changes] == ["add"]
    assert tess.post(f"{here}/changes/fire").status_code == 404
    assert as_("mika").post(f"{here}/changes/1/remove").status_code == 403


def test_the_page_follows_the_work_and_it_can_be_cancelled(cast: Cast, train: Train, as_: As) -> None:
    number = kept(cast, AWAY)
    tess, here = as_("tess"), f"/trains/orion/what-if/{number}"
    assert tess.post(f"{here}/run").status_code == 302
    progress = tess.get(f"{here}/progress")
    assert (b"Being worked out" in progress.content, "HX-Refresh" in progress.headers) == (True, False)
    tess.post(f"{here}/cancel")
    assert Job.objects.get().state == Job.State.CANCELLED
    assert tess.get(f"{here}/progress").headers["HX-Refresh"] == "true"
    assert b"Cancelled by Tess Okafor before it began." in tess.get(here).content


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_equally_often_for_one_and_three(
    cast: Cast, train: Train, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        kept(cast, AWAY)
    with django_assert_num_queries(5):
        assert len(queries.scenarios(cast.vera)) == count


def test_a_scenario_of_another_train_is_not_there(cast: Cast, train: Train, as_: As) -> None:
    vega = build_train("vega", "Vega")
    number = actions.keep_scenario(vega.tess, pi=1, name="Elsewhere").subject.number
    assert as_("tess").get(f"/api/v1/trains/orion/what-if/{number}").status_code == 404
    with pytest.raises(Missing):
        asking.ask(cast.tess, number)
