"""A team's own number, and the page that explains it."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from headway.engine.errors import Invalid, Locked, Missing
from headway.features.capacity import actions, queries
from headway.features.journal.actions import undo_last
from headway.store.change import change
from headway.store.models import CapacityOverride, Increment, Train
from tests.builders import build_story, build_train, iteration, root
from tests.cast import Cast

As = Callable[[str], Client]


def test_an_override_is_set_changed_and_taken_back(cast: Cast, train: Train) -> None:
    there = iteration(train, 1, 1)

    def points() -> float:
        return float(queries.explain_cell(cast.vera, "kestrel", there.pk).cell.points)

    actions.set_capacity(cast.tess, team="kestrel", iteration_id=there.pk, points=10, note="conference")
    actions.set_capacity(cast.kim, team="kestrel", iteration_id=there.pk, points=12.5, note="one came back")
    assert points() == 12.5
    undo_last(cast.kim)
    assert points() == 10
    actions.clear_capacity(cast.tess, team="kestrel", iteration_id=there.pk)
    assert points() == 16
    with pytest.raises(Missing):
        actions.clear_capacity(cast.tess, team="kestrel", iteration_id=there.pk)


@pytest.mark.parametrize(
    ("points", "note", "sentence"),
    [
        (-1, "x", "between 0 and 1,000, not -1"),
        (1001, "x", "between 0 and 1,000, not 1001"),
        (3.3, "x", "give whole or half points, such as 3.0 or 3.5|give whole or half points"),
        (float("nan"), "x", "between 0 and 1,000, not nan"),
        (10, "  ", "needs a note that says why"),
        (10, "x" * 201, "may have 200 characters; this one has 201"),
    ],
)
def test_an_override_out_of_bounds_is_refused(
    cast: Cast, train: Train, points: float, note: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        actions.set_capacity(
            cast.tess, team="kestrel", iteration_id=iteration(train, 1, 1).pk, points=points, note=note
        )


def test_a_closed_pi_keeps_its_capacities(cast: Cast, train: Train) -> None:
    with change(root(train)) as frame:
        frame.update(frame.get(Increment, number=1), "pi.edited", state="closed")
    with pytest.raises(Locked, match="PI 1 is closed"):
        actions.set_capacity(
            cast.tess, team="kestrel", iteration_id=iteration(train, 1, 1).pk, points=10, note="too late"
        )


def test_an_iteration_of_another_train_is_missing(cast: Cast, train: Train) -> None:
    other = Train.objects.get(slug=build_train(slug="vega", name="Vega").slug)
    foreign = iteration(other, 1, 1).pk
    with pytest.raises(Missing):
        actions.set_capacity(cast.tess, team="kestrel", iteration_id=foreign, points=10, note="x")
    with pytest.raises(Missing):
        queries.explain_cell(cast.tess, "kestrel", foreign)


def test_the_page_says_where_the_number_comes_from(as_: As, train: Train) -> None:
    there = iteration(train, 1, 1)
    build_story(train, points=20, pi=there.pi, iteration=there)
    page = as_("vera").get(f"/trains/orion/capacity/kestrel/{there.pk}").content.decode()
    for text in (
        "16 points by the starting rule: 20 person-days times 8 points",
        "Kestrel is 4 points over its capacity in I1.",
        "How much a team can take on is the team&#x27;s own call.",
    ):
        assert text in page


def test_a_refused_override_keeps_what_was_typed(as_: As, train: Train) -> None:
    address = f"/trains/orion/capacity/kestrel/{iteration(train, 1, 1).pk}"
    response = as_("tess").post(address, {"points": "3.3", "note": "half of us are away"})
    assert response.status_code == 422
    assert "half of us are away" in response.content.decode()
    assert not CapacityOverride.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_heat_map_costs_the_same_number_of_queries_however_full_it_is(
    cast: Cast, train: Train, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, rows + 1):
        there = iteration(train, 1, number)
        build_story(train, points=30, pi=there.pi, iteration=there)
    actor, pi = cast.vera, Increment.objects.get(train=train)
    with django_assert_num_queries(10):
        found = queries.heat_map(actor, pi)
    assert (found.full, len(found.findings)) == (rows, rows)


@pytest.mark.parametrize("query", ["", "pi=1", "pi=x", "pi=-1", "pi=99999999999999999999"])
def test_a_strange_pi_is_the_present_one(as_: As, query: str) -> None:
    response = as_("vera").get(f"/trains/orion/capacity?{query}")
    assert (response.status_code, "Capacity in PI 1" in response.content.decode()) == (200, True)


def test_a_pi_that_is_not_there_is_not_found(as_: As) -> None:
    assert as_("vera").get("/trains/orion/capacity?pi=7").status_code == 404
    assert as_("vera").get("/api/v1/trains/orion/capacity?pi=7").status_code == 404


def test_the_api_gives_every_cell(as_: As, train: Train) -> None:
    answer = as_("vera").get("/api/v1/trains/orion/capacity").json()
    assert (answer["pi"], len(answer["cells"])) == (1, 12)
    assert {name: answer["cells"][0][name] for name in ("load", "points", "committable", "rule")} == {
        "load": 0,
        "points": 16,
        "committable": 12.5,
        "rule": "starting",
    }
