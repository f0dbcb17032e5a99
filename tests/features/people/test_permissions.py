"""Who may change teams, people and absences: the same answer at the action, the API and the page."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from headway.features.people import actions
from headway.store.change import change
from headway.store.models import Absence, Membership, Person, Train, User
from tests.builders import root
from tests.cast import EVERYBODY, OUTSIDER, Cast
from tests.features.doors import Door, Ids, answers, expected, looks, rows

RTE = frozenset({"rosa"})
KESTRELS_KEEPERS = frozenset({"rosa", "tess"})
KESTREL_AND_RTE = frozenset({"rosa", "tess", "kim"})
DAYS = {"starts_on": "2026-09-10", "ends_on": "2026-09-11"}
DATES = {"starts_on": date(2026, 9, 10), "ends_on": date(2026, 9, 11)}
PEOPLE = "/trains/orion/people/{kim}"

DOORS = {
    "add_team": Door(
        allowed=RTE,
        act=actions.add_team,
        values={"name": "Osprey"},
        api="/teams",
        body={"name": "Osprey"},
        page="/trains/orion/teams/new",
        form={"name": "Osprey"},
    ),
    "edit_team": Door(
        allowed=KESTRELS_KEEPERS,
        act=actions.edit_team,
        values={"team": "kestrel", "mission": "Readings"},
        method="patch",
        api="/teams/kestrel",
        body={"mission": "Readings"},
        page="/trains/orion/teams/kestrel/edit",
        form={"name": "Kestrel", "mission": "Readings"},
    ),
    "order_teams": Door(
        allowed=RTE,
        act=actions.order_teams,
        values={"teams": ["merlin", "kestrel", "nordlicht"]},
        method="put",
        api="/teams/order",
        body={"teams": ["merlin", "kestrel", "nordlicht"]},
        page="/trains/orion/teams/order",
        form={"down": "kestrel"},
    ),
    "remove_team": Door(
        allowed=RTE,
        act=actions.remove_team,
        values={"team": "kestrel"},
        method="delete",
        api="/teams/kestrel",
        page="/trains/orion/teams/kestrel/remove",
    ),
    "add_member": Door(
        allowed=KESTRELS_KEEPERS,
        act=actions.add_member,
        values={"team": "kestrel", "person_id": "$ansel"},
        api="/teams/kestrel/members",
        body={"person": "$ansel"},
        page="/trains/orion/teams/kestrel/members/new",
        form={"person_id": "$ansel", "role": "member", "specialty": "developer", "share": 50},
    ),
    "edit_member": Door(
        allowed=KESTRELS_KEEPERS,
        act=actions.edit_member,
        values={"membership_id": "$membership", "share": 50},
        method="patch",
        api="/members/{membership}",
        body={"share": 50},
        page="/trains/orion/members/{membership}",
        form={"role": "member", "specialty": "developer", "share": 50},
    ),
    "remove_member": Door(
        allowed=KESTRELS_KEEPERS,
        act=actions.remove_member,
        values={"membership_id": "$membership"},
        method="delete",
        api="/members/{membership}",
        page="/trains/orion/members/{membership}/remove",
    ),
    "add_person": Door(
        allowed=RTE,
        act=actions.add_person,
        values={"name": "Lou"},
        api="/people",
        body={"name": "Lou"},
        page="/trains/orion/people/new",
        form={"name": "Lou"},
    ),
    "edit_person": Door(
        allowed=RTE,
        act=actions.edit_person,
        values={"person_id": "$kim", "name": "Kim L."},
        method="patch",
        api="/people/{kim}",
        body={"name": "Kim L."},
        page=f"{PEOPLE}/edit",
        form={"name": "Kim L.", "email": "kim@example.org"},
    ),
    "remove_person": Door(
        allowed=RTE,
        act=actions.remove_person,
        values={"person_id": "$kim"},
        method="delete",
        api="/people/{kim}",
        page=f"{PEOPLE}/remove",
    ),
    "set_roles": Door(
        allowed=RTE,
        act=actions.set_roles,
        values={"person_id": "$kim", "roles": ("stakeholder",)},
        method="put",
        api="/people/{kim}/roles",
        body={"roles": ["stakeholder"]},
        page=f"{PEOPLE}/roles",
        form={"roles": ["stakeholder"]},
    ),
    "link_account": Door(
        allowed=RTE,
        act=actions.link_account,
        values={"person_id": "$lou"},
        method="put",
        api="/people/{lou}/account",
        page="/trains/orion/people/{lou}/account",
    ),
    "unlink_account": Door(
        allowed=RTE,
        act=actions.unlink_account,
        values={"person_id": "$kim"},
        method="delete",
        api="/people/{kim}/account",
        page=f"{PEOPLE}/account",
        form={"unlink": "1"},
    ),
    "record_absence": Door(
        allowed=KESTREL_AND_RTE,
        act=actions.record_absence,
        values={"person_id": "$kim", **DATES},
        api="/people/{kim}/absences",
        body=DAYS,
        page=PEOPLE,
        form={**DAYS, "reason": "training"},
    ),
    "edit_absence": Door(
        allowed=KESTREL_AND_RTE,
        act=actions.edit_absence,
        values={"absence_id": "$absence", "note": "moved"},
        method="patch",
        api="/absences/{absence}",
        body={"note": "moved"},
        page="/trains/orion/absences/{absence}",
        form={**DAYS, "reason": "absence"},
    ),
    "remove_absence": Door(
        allowed=KESTREL_AND_RTE,
        act=actions.remove_absence,
        values={"absence_id": "$absence"},
        method="delete",
        api="/absences/{absence}",
        page="/trains/orion/absences/{absence}/remove",
    ),
}


def stage(train: Train) -> Ids:
    """Kim has an absence; Lou is on the train, and has an account that is not linked yet."""
    kim = Person.objects.get(train=train, name="Kim Larsen")
    with change(root(train)) as frame:
        absence = frame.create(
            Absence(person=kim, starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 2)), "absence.created"
        )
        lou = frame.create(Person(name="Lou Roy", email="lou@example.org"), "person.created")
    User.objects.create_user("lou@example.org", name="Lou Roy")
    return {
        "kim": kim.pk,
        "lou": lou.pk,
        "ansel": Person.objects.get(train=train, name="Ansel Brandt").pk,
        "membership": Membership.objects.get(person=kim).pk,
        "absence": absence.pk,
    }


ROWS = rows(DOORS, stage)


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_gives_each_person_the_answer_of_the_table_and_everybody_may_look(
    cast: Cast, train: Train, as_: Callable[[str], Client], name: str
) -> None:
    ids = stage(train)
    assert answers(cast, DOORS, name, as_(name), ids) == expected(DOORS, name, OUTSIDER)
    assert looks(as_(name), ["teams", "teams/kestrel", "people", f"people/{ids['kim']}"]) == (
        {404} if name == OUTSIDER else {200}
    )
