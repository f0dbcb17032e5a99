"""Who may override a capacity: the team, and nobody over its head."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.features.capacity import actions
from headway.store.change import change
from headway.store.models import CapacityOverride, Team, Train
from tests.builders import iteration, root
from tests.cast import EVERYBODY, OUTSIDER, Cast
from tests.features.doors import Door, Ids, answers, expected, looks, rows

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


def stage(train: Train) -> Ids:
    """Kestrel has set its capacity in the first iteration."""
    there = iteration(train, 1, 1)
    kestrel = Team.objects.get(train=train, slug="kestrel")
    with change(root(train)) as frame:
        frame.create(CapacityOverride(team=kestrel, iteration=there, points=10, note="x"), "capacity.created")
    return {"iteration": there.pk}


ROWS = rows(DOORS, stage)


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_gives_each_person_the_answer_of_the_table_and_everybody_may_look(
    cast: Cast, train: Train, as_: Callable[[str], Client], name: str
) -> None:
    ids = stage(train)
    assert answers(cast, DOORS, name, as_(name), ids) == expected(DOORS, name, OUTSIDER)
    assert looks(as_(name), ["capacity", f"capacity/kestrel/{ids['iteration']}"]) == (
        {404} if name == OUTSIDER else {200}
    )
