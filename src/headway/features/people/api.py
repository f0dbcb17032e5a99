"""The people part of the REST API: teams, memberships, people, roles, absences."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from headway.features.people import actions, queries
from headway.features.people.schemas import (
    AbsenceChange,
    AbsenceIn,
    MemberChange,
    MemberIn,
    OrderIn,
    PersonChange,
    PersonIn,
    RolesIn,
    TeamChange,
    TeamIn,
)
from headway.kit.http import actor_of
from headway.kit.schemas import Command
from headway.store.answers import told
from headway.store.models import Membership
from headway.store.portraits import portrait

router = Router(tags=["people"])
TRAIN = "/trains/{slug}"
Json = dict[str, Any]


@router.get(f"{TRAIN}/teams", url_name="teams")
def teams(request: HttpRequest, slug: str) -> Json:
    """Teams and external parties in order, with how many people are in them today."""
    return {
        "teams": [
            {"id": line.team.pk, **portrait(line.team), "people": line.people, "full_time": line.full_time}
            for line in queries.list_teams(actor_of(request))
        ]
    }


@router.post(f"{TRAIN}/teams", url_name="team-add")
def add_team(request: HttpRequest, slug: str, body: TeamIn) -> Json:
    """Add a team or an external party."""
    return told(actions.add_team(actor_of(request), **_sent(body)))


@router.put(f"{TRAIN}/teams/order", url_name="teams-order")
def order_teams(request: HttpRequest, slug: str, body: OrderIn) -> Json:
    """Put the teams into an order."""
    return told(actions.order_teams(actor_of(request), **_sent(body)))


@router.get(f"{TRAIN}/teams/{{team}}", url_name="team")
def team(request: HttpRequest, slug: str, team: str) -> Json:
    """A team with its members."""
    page = queries.team_page(actor_of(request), team)
    return {
        "id": page.team.pk,
        **portrait(page.team),
        "members": [_membership(each) for each in (*page.members, *page.left)],
        "findings": [{"message": each.message, "reason": each.reason} for each in page.findings],
    }


@router.patch(f"{TRAIN}/teams/{{team}}", url_name="team-edit")
def edit_team(request: HttpRequest, slug: str, team: str, body: TeamChange) -> Json:
    """Change a team; what is not sent stays."""
    return told(actions.edit_team(actor_of(request), team=team, seen=body.seen, **_sent(body)))


@router.delete(f"{TRAIN}/teams/{{team}}", url_name="team-remove")
def remove_team(request: HttpRequest, slug: str, team: str, command_id: UUID | None = None) -> Json:
    """Remove a team; its stories stay without one."""
    return told(actions.remove_team(actor_of(request), team=team, command_id=command_id))


@router.post(f"{TRAIN}/teams/{{team}}/members", url_name="member-add")
def add_member(request: HttpRequest, slug: str, team: str, body: MemberIn) -> Json:
    """Take a person into a team."""
    values = _sent(body)
    return told(actions.add_member(actor_of(request), team=team, person_id=values.pop("person"), **values))


@router.patch(f"{TRAIN}/members/{{membership_id}}", url_name="member-edit")
def edit_member(request: HttpRequest, slug: str, membership_id: int, body: MemberChange) -> Json:
    """Change a membership; what is not sent stays."""
    return told(actions.edit_member(actor_of(request), membership_id=membership_id, seen=body.seen, **_sent(body)))


@router.delete(f"{TRAIN}/members/{{membership_id}}", url_name="member-remove")
def remove_member(request: HttpRequest, slug: str, membership_id: int, command_id: UUID | None = None) -> Json:
    """Remove a membership as if it had never been."""
    return told(actions.remove_member(actor_of(request), membership_id=membership_id, command_id=command_id))


@router.get(f"{TRAIN}/people", url_name="people")
def people(request: HttpRequest, slug: str, search: str = "", team: str = "", role: str = "", page: int = 1) -> Json:
    """People by name, a hundred a page."""
    found = queries.list_people(actor_of(request), search=search[:120], team=team, role=role, page=page)
    return {
        "people": [
            {
                "id": each.pk,
                **portrait(each),
                "roles": [role.role for role in each.roles.all()],
                "memberships": [_membership(one) for one in each.memberships.all()],
            }
            for each in found
        ],
        "page": found.number,
        "pages": found.paginator.num_pages,
        "count": found.paginator.count,
    }


@router.post(f"{TRAIN}/people", url_name="person-add")
def add_person(request: HttpRequest, slug: str, body: PersonIn) -> Json:
    """Add a person; an account with the e-mail address is linked."""
    return told(actions.add_person(actor_of(request), **_sent(body)))


@router.get(f"{TRAIN}/people/{{person_id}}", url_name="person")
def person(request: HttpRequest, slug: str, person_id: int) -> Json:
    """A person with roles, memberships, absences and training."""
    page = queries.person_page(actor_of(request), person_id)
    return {
        "id": page.person.pk,
        **portrait(page.person),
        "roles": sorted(page.roles),
        "memberships": [_membership(each) for each in page.memberships],
        "absences": [{"id": each.pk, **portrait(each)} for each in page.absences],
        "findings": [{"message": each.message, "reason": each.reason} for each in page.findings],
    }


@router.patch(f"{TRAIN}/people/{{person_id}}", url_name="person-edit")
def edit_person(request: HttpRequest, slug: str, person_id: int, body: PersonChange) -> Json:
    """Change a person; what is not sent stays."""
    return told(actions.edit_person(actor_of(request), person_id=person_id, seen=body.seen, **_sent(body)))


@router.delete(f"{TRAIN}/people/{{person_id}}", url_name="person-remove")
def remove_person(request: HttpRequest, slug: str, person_id: int, command_id: UUID | None = None) -> Json:
    """Take a person off the train."""
    return told(actions.remove_person(actor_of(request), person_id=person_id, command_id=command_id))


@router.put(f"{TRAIN}/people/{{person_id}}/roles", url_name="person-roles")
def set_roles(request: HttpRequest, slug: str, person_id: int, body: RolesIn) -> Json:
    """Give a person exactly these roles on the train."""
    return told(actions.set_roles(actor_of(request), person_id=person_id, **_sent(body)))


@router.put(f"{TRAIN}/people/{{person_id}}/account", url_name="person-link")
def link_account(request: HttpRequest, slug: str, person_id: int, body: Command) -> Json:
    """Link a person to the account with their e-mail address."""
    return told(actions.link_account(actor_of(request), person_id=person_id, command_id=body.command_id))


@router.delete(f"{TRAIN}/people/{{person_id}}/account", url_name="person-unlink")
def unlink_account(request: HttpRequest, slug: str, person_id: int, command_id: UUID | None = None) -> Json:
    """Take a person's access away."""
    return told(actions.unlink_account(actor_of(request), person_id=person_id, command_id=command_id))


@router.post(f"{TRAIN}/people/{{person_id}}/absences", url_name="absence-add")
def record_absence(request: HttpRequest, slug: str, person_id: int, body: AbsenceIn) -> Json:
    """Note days on which somebody is absent or in training."""
    return told(actions.record_absence(actor_of(request), person_id=person_id, **_sent(body)))


@router.patch(f"{TRAIN}/absences/{{absence_id}}", url_name="absence-edit")
def edit_absence(request: HttpRequest, slug: str, absence_id: int, body: AbsenceChange) -> Json:
    """Change an absence; what is not sent stays."""
    return told(actions.edit_absence(actor_of(request), absence_id=absence_id, seen=body.seen, **_sent(body)))


@router.delete(f"{TRAIN}/absences/{{absence_id}}", url_name="absence-remove")
def remove_absence(request: HttpRequest, slug: str, absence_id: int, command_id: UUID | None = None) -> Json:
    """Take an absence back."""
    return told(actions.remove_absence(actor_of(request), absence_id=absence_id, command_id=command_id))


def _sent(body: Command) -> Json:
    """What was sent, with the command id."""
    return {"command_id": body.command_id, **body.values()}


def _membership(row: Membership) -> Json:
    return {"id": row.pk, **portrait(row)}
