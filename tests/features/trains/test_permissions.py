"""Who may set up and remove a train: the same answer at the action, the API and the page."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.features.trains import actions
from headway.store.models import Train
from tests.cast import EVERYBODY, OUTSIDER, Cast
from tests.features.doors import Door, answers, expected, looks, rows

RTE = frozenset({"rosa"})
SETTINGS = {
    "name": "Orion",
    "time_zone": "UTC",
    "iterations_per_pi": 5,
    "iteration_weeks": 2,
    "ip_weeks": 2,
    "buffer_percent": 25,
    "points_per_person": 8,
}

DOORS = {
    "edit_train": Door(
        allowed=RTE,
        act=actions.edit_train,
        values={"buffer_percent": 25},
        method="patch",
        api="",
        body={"buffer_percent": 25},
        page="/trains/orion/settings",
        form=SETTINGS,
    ),
    "remove_train": Door(
        allowed=RTE,
        act=actions.remove_train,
        values={"confirm": "orion"},
        method="delete",
        api="",
        body={"confirm": "orion"},
        page="/trains/orion/settings/remove",
        form={"confirm": "orion"},
    ),
}


ROWS = rows({"edit_train": DOORS["edit_train"]}, lambda _: {})


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_gives_each_person_the_answer_of_the_table_and_everybody_may_look(
    cast: Cast, train: Train, as_: Callable[[str], Client], name: str
) -> None:
    assert answers(cast, DOORS, name, as_(name), {}) == expected(DOORS, name, OUTSIDER)
    assert looks(as_(name), ["permissions"]) == ({404} if name == OUTSIDER else {200})
    pages = {as_(name).get(f"/trains/orion/{page}").status_code for page in ("", "settings")}
    assert pages == ({404} if name == OUTSIDER else {200})


@pytest.mark.parametrize(
    ("name", "staff", "may"), [("rosa", False, True), ("vera", True, True), ("vera", False, False)]
)
def test_the_sample_is_removed_by_its_rte_or_whoever_runs_the_installation(
    cast: Cast, train: Train, as_: Callable[[str], Client], name: str, *, staff: bool, may: bool
) -> None:
    Train.objects.filter(pk=train.pk).update(is_sample=True)
    user = cast.user(name)
    user.is_staff = staff
    user.save()
    response = as_(name).post("/trains/orion/sample/remove")
    assert (response.status_code, Train.objects.exists()) == ((302, False) if may else (403, True))


def test_a_train_that_is_no_sample_is_not_removed_in_one_click(cast: Cast, as_: Callable[[str], Client]) -> None:
    response = as_("rosa").post("/trains/orion/sample/remove")
    assert (response.status_code, Train.objects.exists()) == (422, True)
