"""Who may ask what would be, and change whose question."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.engine.errors import Forbidden
from headway.features.whatif import actions
from headway.store.models import Scenario, Train
from tests.cast import EVERYBODY, ON_THE_TRAIN, OUTSIDER, Cast
from tests.features.doors import Door, Ids, answers, expected, looks, rows

WORKING = frozenset(ON_THE_TRAIN) - {"vera"}
AWAY = {"kind": "capacity", "team": "merlin", "iteration": 2, "percent": 0.0}
SCENARIO = "/trains/orion/what-if/{number}"

DOORS = {
    "keep_scenario": Door(
        allowed=WORKING,
        act=actions.keep_scenario,
        values={"pi": 1, "name": "Merlin loses I2", "changes": [AWAY]},
        api="/what-if",
        body={"pi": 1, "name": "Merlin loses I2", "changes": [AWAY]},
        page="/trains/orion/what-if/new",
        form={"pi": 1, "name": "Merlin loses I2"},
    ),
    "edit_scenario": Door(
        allowed=frozenset({"tess"}),
        act=actions.edit_scenario,
        values={"number": "$number", "name": "Merlin away"},
        method="patch",
        api="/what-if/{number}",
        body={"name": "Merlin away"},
        page=f"{SCENARIO}/edit",
        form={"name": "Merlin away"},
    ),
    "remove_scenario": Door(
        allowed=frozenset({"tess", "rosa"}),
        act=actions.remove_scenario,
        values={"number": "$number"},
        method="delete",
        api="/what-if/{number}",
        page=f"{SCENARIO}/remove",
    ),
}


def stage(train: Train) -> Ids:
    """Tess keeps a scenario."""
    tess = Cast(slug=train.slug).tess
    kept = actions.keep_scenario(tess, pi=1, name="Merlin loses I2", changes=[AWAY])
    return {"number": kept.subject.number}


ROWS = rows(DOORS, stage)


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_gives_each_person_the_answer_of_the_table_and_everybody_may_look(
    cast: Cast, train: Train, as_: Callable[[str], Client], name: str
) -> None:
    ids = stage(train)
    assert answers(cast, DOORS, name, as_(name), ids) == expected(DOORS, name, OUTSIDER)
    assert looks(as_(name), ["what-if", f"what-if/{ids['number']}"]) == ({404} if name == OUTSIDER else {200})


def test_a_copy_is_the_copiers_own(cast: Cast, train: Train, as_: Callable[[str], Client]) -> None:
    number = stage(train)["number"]
    assert as_("mika").post(f"/trains/orion/what-if/{number}/copy").status_code == 302
    copy = Scenario.objects.get(name="Copy of Merlin loses I2")
    assert (copy.owner_id, copy.changes) == (cast.mika.person_id, [AWAY])
    assert as_("vera").post(f"/trains/orion/what-if/{number}/copy").status_code == 403


def test_what_nobody_owns_any_more_is_nobodys_to_change(cast: Cast, train: Train) -> None:
    number = stage(train)["number"]
    Scenario.objects.filter(number=number).update(owner=None)
    with pytest.raises(Forbidden, match="belongs to somebody who has left"):
        actions.edit_scenario(cast.tess, number=number, name="Mine")
