"""The permission table and the sentences it answers with."""

from dataclasses import replace

import pytest

from headway.engine.errors import Forbidden
from headway.kit.access import TABLE, Actor, Permission, Role, Scope, TeamRole, may, require

KESTREL, MERLIN = 1, 2


def actor(*roles: Role, **teams: TeamRole) -> Actor:
    held = {KESTREL if name == "kestrel" else MERLIN: frozenset({role}) for name, role in teams.items()}
    return Actor(train_id=1, train_slug="orion", name="Somebody", roles=frozenset(roles), teams=held)


def holders(permission: Permission, *, team: int | None = KESTREL) -> set[str]:
    """Everybody who holds a permission for Kestrel's work: train roles, and Kestrel's and Merlin's team roles."""
    people = {role.value: actor(role) for role in Role}
    people |= {f"kestrel {role.value}": actor(kestrel=role) for role in TeamRole}
    people |= {f"merlin {role.value}": actor(merlin=role) for role in TeamRole}
    return {name for name, each in people.items() if may(each, permission, team=team)}


def test_every_permission_has_its_rule_with_title_and_reason() -> None:
    assert set(TABLE) == set(Permission)
    assert [each for each, rule in TABLE.items() if not rule.title or not rule.reason.endswith(".")] == []


def test_every_permission_is_held_by_somebody() -> None:
    assert [each for each, rule in TABLE.items() if not (rule.everyone or rule.roles or rule.team_roles)] == []


@pytest.mark.parametrize("permission", [Permission.PLACE_STORY, Permission.EDIT_STORY, Permission.SET_CAPACITY])
def test_a_teams_work_is_for_that_team_alone(permission: Permission) -> None:
    assert holders(permission) == {"kestrel scrum_master", "kestrel product_owner", "kestrel member"}


def test_nobody_places_work_of_no_team_by_being_in_some_team_unless_asked_about_any() -> None:
    somebody = actor(kestrel=TeamRole.MEMBER)
    assert may(somebody, Permission.PLACE_STORY, team=None).allowed is False
    assert may(somebody, Permission.PLACE_STORY, anywhere=True).allowed is True


def test_a_stakeholder_reads_along_and_does_no_more() -> None:
    stakeholder = actor(Role.STAKEHOLDER)
    assert {each for each in Permission if may(stakeholder, each, team=KESTREL)} == {Permission.VIEW_TRAIN}


def test_a_token_holds_no_more_than_its_scopes() -> None:
    reading = replace(actor(Role.RTE, kestrel=TeamRole.SCRUM_MASTER), scopes=frozenset({Scope.READ}))
    assert {each for each in Permission if may(reading, each, team=KESTREL)} == {Permission.VIEW_TRAIN}


def test_a_refusal_says_who_may_and_why() -> None:
    with pytest.raises(Forbidden) as caught:
        require(actor(Role.RTE), Permission.PLACE_STORY, team=KESTREL)
    assert str(caught.value) == (
        "Place a team's work into iterations: this is for a member of the team whose work it is. "
        "Teams own their plan: nobody moves a team's work but the team."
    )
    assert caught.value.data == {"permission": "place_story"}


def test_holders_are_told_in_words() -> None:
    assert TABLE[Permission.VIEW_TRAIN].holders() == "everyone on the train"
    assert TABLE[Permission.EDIT_BACKLOG].holders() == ("Product Manager, System Architect or the team's Product Owner")
