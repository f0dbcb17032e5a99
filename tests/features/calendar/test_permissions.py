"""Who may set up the calendar: the same answer at the action, the API and the page."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from headway.features.calendar import actions
from headway.store.change import change
from headway.store.models import Closure, Milestone, Train
from tests.builders import build_increment, iteration, root
from tests.cast import EVERYBODY, OUTSIDER, Cast
from tests.features.doors import Door, Ids, answers, expected, looks, rows

RTE = frozenset({"rosa"})
CUT = {"number": 3, "iterations": 5, "iteration_weeks": 2, "ip_weeks": 2, "buffer_percent": 20}
STARTS = "2027-02-22"
I1 = {"name": "I1", "starts_on": "2026-09-07", "ends_on": "2026-09-18"}
REST = {"name": "Works outing", "starts_on": "2026-09-10", "ends_on": "2026-09-10"}
REST_DAYS = {"name": "Works outing", "starts_on": date(2026, 9, 10), "ends_on": date(2026, 9, 10)}

DOORS = {
    "plan_increment": Door(
        allowed=RTE,
        act=actions.plan_increment,
        values={"starts_on": date(2027, 2, 22)},
        api="/pis",
        body={"starts_on": STARTS},
        page="/trains/orion/pis/new",
        form={**CUT, "starts_on": STARTS},
    ),
    "edit_increment": Door(
        allowed=RTE,
        act=actions.edit_increment,
        values={"number": 2, "name": "Autumn"},
        method="patch",
        api="/pis/2",
        body={"name": "Autumn"},
        page="/trains/orion/pis/2/edit",
        form={"name": "Autumn", "buffer_percent": 20, "starts_on": "$starts_on", "ends_on": "$ends_on"},
    ),
    "advance_increment": Door(
        allowed=RTE,
        act=actions.advance_increment,
        values={"number": 2, "to": "committed"},
        api="/pis/2/advance",
        body={"to": "committed"},
        page="/trains/orion/pis/2/advance",
        form={"to": "committed"},
    ),
    "remove_increment": Door(
        allowed=RTE,
        act=actions.remove_increment,
        values={"number": 2},
        method="delete",
        api="/pis/2",
        page="/trains/orion/pis/2/remove",
    ),
    "edit_iteration": Door(
        allowed=RTE,
        act=actions.edit_iteration,
        values={"iteration_id": "$iteration", "name": "First"},
        method="patch",
        api="/iterations/{iteration}",
        body={"name": "First"},
        page="/trains/orion/iterations/{iteration}",
        form={**I1, "name": "First"},
    ),
    "add_milestone": Door(
        allowed=RTE,
        act=actions.add_milestone,
        values={"name": "Audit", "on": date(2026, 10, 1)},
        api="/milestones",
        body={"name": "Audit", "on": "2026-10-01"},
        page="/trains/orion/milestones/new",
        form={"name": "Audit", "on": "2026-10-01"},
    ),
    "edit_milestone": Door(
        allowed=RTE,
        act=actions.edit_milestone,
        values={"milestone_id": "$milestone", "note": "late"},
        method="patch",
        api="/milestones/{milestone}",
        body={"note": "late"},
        page="/trains/orion/milestones/{milestone}",
        form={"name": "Fair", "on": "2026-10-01", "note": "late"},
    ),
    "remove_milestone": Door(
        allowed=RTE,
        act=actions.remove_milestone,
        values={"milestone_id": "$milestone"},
        method="delete",
        api="/milestones/{milestone}",
        page="/trains/orion/milestones/{milestone}/remove",
    ),
    "add_closure": Door(
        allowed=RTE,
        act=actions.add_closure,
        values=REST_DAYS,
        api="/closures",
        body=REST,
        page="/trains/orion/closures/new",
        form=REST,
    ),
    "edit_closure": Door(
        allowed=RTE,
        act=actions.edit_closure,
        values={"closure_id": "$closure", "name": "Rest"},
        method="patch",
        api="/closures/{closure}",
        body={"name": "Rest"},
        page="/trains/orion/closures/{closure}",
        form={**REST, "name": "Rest"},
    ),
    "remove_closure": Door(
        allowed=RTE,
        act=actions.remove_closure,
        values={"closure_id": "$closure"},
        method="delete",
        api="/closures/{closure}",
        page="/trains/orion/closures/{closure}/remove",
    ),
}


def stage(train: Train) -> Ids:
    """A second PI that is being planned, a milestone and a day off."""
    pi = build_increment(train, number=2, starts_on=date(2026, 11, 30))
    with change(root(train)) as frame:
        milestone = frame.create(Milestone(name="Fair", on=date(2026, 10, 1)), "milestone.created")
        closure = frame.create(Closure(**REST_DAYS), "closure.created")
    return {
        "iteration": iteration(train, 1, 1).pk,
        "milestone": milestone.pk,
        "closure": closure.pk,
        "starts_on": pi.starts_on.isoformat(),
        "ends_on": pi.ends_on.isoformat(),
    }


ROWS = rows(DOORS, stage)


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_gives_each_person_the_answer_of_the_table_and_everybody_may_look(
    cast: Cast, train: Train, as_: Callable[[str], Client], name: str
) -> None:
    ids = stage(train)
    assert answers(cast, DOORS, name, as_(name), ids) == expected(DOORS, name, OUTSIDER)
    assert looks(as_(name), ["calendar", "pis/2"]) == ({404} if name == OUTSIDER else {200})
