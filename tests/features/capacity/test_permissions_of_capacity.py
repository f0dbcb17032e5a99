"""Who may override a capacity: the team, and nobody over its head."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.features.capacity import actions
from headway.store.change import change
from headway.store.models import CapacityOverride, Team, Train
from tests.builders import iteration, root
from tests.cast import EVERYBODY, OUTSIDER, Cast
from tests.features.doors import Door, answers, expected, looks

TEAM = frozenset({"tess", "kim"})

DOORS = {
    "set_capacity": Door(
        allowed=TEAM,
        act=actions.set_capacity,
        values={"team": "kestrel", "iteration_id": "$iteration", "points": 12.5, "note": "conference"},
        method="put",
        api="/capacity/kestrel/{iteration}",
        body={"points": 12.5, "note": "conference"},
        page="/trains/orion/capacity/kestrel/{iteration}",
        form={"points": "12.5", "note": "conference"},
    ),
    "clear_capacity": Door(
        allowed=TEAM,
        act=actions.clear_capacity,
        values={"team": "kestrel", "iteration_id": "$iteration"},
        method="delete",
        api="/capacity/kestrel/{iteration}",
        page="/trains/orion/capacity/kestrel/{iteration}/clear",
    ),
}


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_gives_each_person_the_answer_of_the_table_and_everybody_may_look(
    cast: Cast, train: Train, as_: Callable[[str], Client], name: str
) -> None:
    there = iteration(train, 1, 1)
    kestrel = Team.objects.get(train=train, slug="kestrel")
    with change(root(train)) as frame:
        frame.create(CapacityOverride(team=kestrel, iteration=there, points=10, note="x"), "capacity.created")
    ids = {"iteration": there.pk}
    assert answers(cast, DOORS, name, as_(name), ids) == expected(DOORS, name, OUTSIDER)
    assert looks(as_(name), ["capacity", f"capacity/kestrel/{there.pk}"]) == (
        {404} if name == OUTSIDER else {200}
    )
