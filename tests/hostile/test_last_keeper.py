"""A train never loses the last person who can set it up."""

from collections.abc import Callable

import pytest

from headway.engine.errors import Forbidden, Locked, Missing
from headway.features.journal.actions import undo_last
from headway.features.people import actions as people
from headway.kit.access import Role
from headway.store.models import Person, Train, TrainRole, User
from tests.cast import Cast

Last = Callable[[Cast, int], object]


def keepers(train: Train) -> int:
    """How many Release Train Engineers with an account in use the train has."""
    rows = TrainRole.objects.filter(train=train, role=Role.RTE.value, person__user__is_active=True)
    return rows.count()


def person_of(train: Train, cast: Cast, name: str) -> int:
    return Person.objects.get(train=train, user=cast.user(name)).pk


@pytest.mark.parametrize(
    "attempt",
    [
        lambda cast, rosa: people.set_roles(cast.rosa, person_id=rosa, roles=[]),
        lambda cast, rosa: people.set_roles(cast.rosa, person_id=rosa, roles=["stakeholder"]),
        lambda cast, rosa: people.remove_person(cast.rosa, person_id=rosa),
        lambda cast, rosa: people.unlink_account(cast.rosa, person_id=rosa),
    ],
)
@pytest.mark.parametrize("second", ["nobody", "without an account", "with a closed account"])
def test_the_last_one_stays(attempt: Last, second: str, cast: Cast, train: Train) -> None:
    if second == "without an account":
        people.add_person(cast.rosa, name="Nora Vance", roles=["rte"])
    elif second == "with a closed account":
        people.set_roles(cast.rosa, person_id=person_of(train, cast, "bea"), roles=["rte"])
        User.objects.filter(pk=cast.user("bea").pk).update(is_active=False)
    with pytest.raises(Locked):
        attempt(cast, person_of(train, cast, "rosa"))
    assert keepers(train) == 1


def test_two_who_take_the_role_from_each_other_at_once_leave_one(cast: Cast, train: Train) -> None:
    rosa, bea = (person_of(train, cast, name) for name in ("rosa", "bea"))
    people.set_roles(cast.rosa, person_id=bea, roles=["rte"])
    of_rosa, of_bea = cast.rosa, cast.bea  # both requests have found out who asks before either writes
    people.set_roles(of_rosa, person_id=bea, roles=[])
    with pytest.raises(Locked):
        people.set_roles(of_bea, person_id=rosa, roles=[])
    assert keepers(train) == 1


def test_an_undo_takes_the_last_one_away_as_little(cast: Cast, train: Train) -> None:
    rosa, bea = (person_of(train, cast, name) for name in ("rosa", "bea"))
    people.set_roles(cast.rosa, person_id=bea, roles=["rte"])
    of_rosa = cast.rosa
    people.set_roles(cast.bea, person_id=rosa, roles=[])
    with pytest.raises((Forbidden, Locked, Missing)):
        undo_last(of_rosa)
    assert keepers(train) == 1
