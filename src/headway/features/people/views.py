"""Pages of teams and people."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from headway.engine.errors import Invalid, Locked
from headway.features.calendar.public_holidays import place_name
from headway.features.people import actions, queries
from headway.features.people.forms import (
    AbsenceForm,
    MemberForm,
    NewMemberForm,
    NewPersonForm,
    NewTeamForm,
    PersonForm,
    RolesForm,
    TeamForm,
)
from headway.features.people.policies import require_for_person
from headway.kit.access import Permission, Role, may, require
from headway.kit.forms import ActionForm
from headway.kit.http import TrainRequest

FORM = "web/form_page.html"


@require_GET
def teams(request: TrainRequest, slug: str) -> HttpResponse:
    """Every team and external party, with what stands out."""
    lines = queries.list_teams(request.actor)
    context = {
        "own": [line for line in lines if not line.team.external],
        "parties": [line for line in lines if line.team.external],
        "may_add": may(request.actor, Permission.MANAGE_TEAM),
    }
    return render(request, "people/teams.html", context)


@require_http_methods(["GET", "POST"])
def team_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Add a team."""
    require(request.actor, Permission.MANAGE_TEAM)
    form = NewTeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(partial(actions.add_team, request.actor, command_id=form.sent_id, **form.values))
        if done:
            messages.success(request, f"{done.subject} is on the train. Who is in it?")
            return redirect("team", slug, done.subject.slug)
    return _form(
        request,
        form,
        title="Add a team",
        lede="Usual are 5 to 10 teams of 6 to 10 people; anything else earns a question, not a refusal.",
        crumbs=[("Teams", reverse("teams", args=[slug]))],
        save_label="Add the team",
        back=reverse("teams", args=[slug]),
    )


@require_POST
def teams_order(request: TrainRequest, slug: str) -> HttpResponse:
    """Move one team a place up or down."""
    order = [line.team.slug for line in queries.list_teams(request.actor)]
    moved, step = (request.POST.get("up", ""), -1) if "up" in request.POST else (request.POST.get("down", ""), 1)
    if moved in order:
        place = order.index(moved)
        other = min(max(place + step, 0), len(order) - 1)
        order[place], order[other] = order[other], order[place]
        form = ActionForm(request.POST)
        actions.order_teams(request.actor, teams=order, command_id=form.sent_id)
    return redirect("teams", slug)


@require_GET
def team(request: TrainRequest, slug: str, team: str) -> HttpResponse:
    """One team and its members."""
    page = queries.team_page(request.actor, team)
    context = {
        "page": page,
        "team": page.team,
        "may_edit": may(request.actor, Permission.MANAGE_TEAM, team=page.team.pk),
        "may_remove": may(request.actor, Permission.MANAGE_TEAM),
    }
    return render(request, "people/team.html", context)


@require_http_methods(["GET", "POST"])
def team_edit(request: TrainRequest, slug: str, team: str) -> HttpResponse:
    """Describe a team."""
    row = queries.find_team(request.actor, team)
    require(request.actor, Permission.MANAGE_TEAM, team=row.pk)
    initial = {"name": row.name, "mission": row.mission, "contact": row.contact, "version": row.version}
    form = TeamForm(request.POST or None, initial=initial)
    save = partial(actions.edit_team, request.actor, team=team)
    if request.method == "POST" and form.is_valid() and form.carry_out(lambda: save(**form.values, **form.command)):
        messages.success(request, f"{form.cleaned_data['name']} is saved.")
        return redirect("team", slug, team)
    may_remove = may(request.actor, Permission.MANAGE_TEAM)
    return _form(
        request,
        form,
        title=f"Edit {row.name}",
        crumbs=[("Teams", reverse("teams", args=[slug])), (row.name, reverse("team", args=[slug, team]))],
        back=reverse("team", args=[slug, team]),
        remove_url=reverse("team-remove", args=[slug, team]) if may_remove else "",
        remove_label="Remove the team",
        remove_title=f"Remove {row.name}?",
        remove_text="Its memberships and dependencies go with it; its stories stay on the train without a team. "
        "You can take this back from the journal.",
    )


@require_POST
def team_remove(request: TrainRequest, slug: str, team: str) -> HttpResponse:
    """Take a team off the train."""
    actions.remove_team(request.actor, team=team, command_id=ActionForm(request.POST).sent_id)
    messages.success(request, "The team is removed; its stories wait for another team.")
    return redirect("teams", slug)


@require_http_methods(["GET", "POST"])
def member_new(request: TrainRequest, slug: str, team: str) -> HttpResponse:
    """Take somebody into a team."""
    row = queries.find_team(request.actor, team)
    require(request.actor, Permission.MANAGE_TEAM, team=row.pk)
    form = NewMemberForm(queries.people_choices(request.actor), request.POST or None)
    if request.method == "POST" and form.is_valid():
        add = partial(actions.add_member, request.actor, team=team, command_id=form.sent_id, **form.values)
        if done := form.carry_out(add):
            messages.success(request, f"{done.subject.person} is in {row.name}.")
            return redirect("team", slug, team)
    return _form(
        request,
        form,
        title=f"Add somebody to {row.name}",
        lede="Whoever is not on the train yet is added under People first.",
        crumbs=[("Teams", reverse("teams", args=[slug])), (row.name, reverse("team", args=[slug, team]))],
        save_label="Add to the team",
        back=reverse("team", args=[slug, team]),
    )


@require_http_methods(["GET", "POST"])
def member_edit(request: TrainRequest, slug: str, membership_id: int) -> HttpResponse:
    """Change or end a membership."""
    row = queries.find_membership(request.actor, membership_id)
    require(request.actor, Permission.MANAGE_TEAM, team=row.team_id)
    names = ("role", "specialty", "share", "starts_on", "ends_on", "version")
    form = MemberForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    back = reverse("team", args=[slug, row.team.slug])
    if request.method == "POST" and form.is_valid():
        save = partial(actions.edit_member, request.actor, membership_id=membership_id, **form.values, **form.command)
        if form.carry_out(save):
            messages.success(request, f"{row.person}'s part in {row.team} is saved.")
            return redirect(back)
    return _form(
        request,
        form,
        title=f"{row.person.name} in {row.team.name}",
        crumbs=[("Teams", reverse("teams", args=[slug])), (row.team.name, back)],
        back=back,
        remove_url=reverse("member-remove", args=[slug, membership_id]),
        remove_label="Remove from the team",
        remove_title=f"Remove {row.person.name} from {row.team.name}?",
        remove_text="The membership goes as if it had never been, and past velocity is read without it. "
        "If it was right until now, give it a last day instead.",
    )


@require_POST
def member_remove(request: TrainRequest, slug: str, membership_id: int) -> HttpResponse:
    """Remove somebody from a team."""
    row = queries.find_membership(request.actor, membership_id)
    actions.remove_member(request.actor, membership_id=membership_id, command_id=ActionForm(request.POST).sent_id)
    messages.success(request, f"{row.person} is no longer in {row.team}.")
    return redirect("team", slug, row.team.slug)


@require_GET
def people(request: TrainRequest, slug: str) -> HttpResponse:
    """Everybody on the train."""
    asked = {name: request.GET.get(name, "").strip()[:120] for name in ("search", "team", "role")}
    page = queries.list_people(request.actor, **asked, page=request.GET.get("page", "1"))
    context = {
        "page": page,
        "asked": asked,
        "is_filtered": any(asked.values()),
        "teams": queries.team_choices(request.actor),
        "roles": [(role.value, role.label) for role in Role],
        "may_add": may(request.actor, Permission.MANAGE_PEOPLE),
    }
    return render(request, "people/people.html", context)


@require_http_methods(["GET", "POST"])
def person_new(request: TrainRequest, slug: str) -> HttpResponse:
    """Add somebody to the train."""
    require(request.actor, Permission.MANAGE_PEOPLE)
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(partial(actions.add_person, request.actor, command_id=form.sent_id, **form.values))
        if done:
            messages.success(request, f"{done.subject} is on the train.")
            return redirect("person", slug, done.subject.pk)
    back = reverse("people", args=[slug])
    return _form(request, form, title="Add a person", crumbs=[("People", back)], save_label="Add the person", back=back)


@require_http_methods(["GET", "POST"])
def person(request: TrainRequest, slug: str, person_id: int) -> HttpResponse:
    """One person: teams, roles, absences and training; the POST records an absence."""
    page = queries.person_page(request.actor, person_id)
    form = AbsenceForm(request.POST or None)
    if request.method == "POST":
        require_for_person(request.actor, page.person)
    if request.method == "POST" and form.is_valid():
        record = partial(
            actions.record_absence, request.actor, person_id=person_id, command_id=form.sent_id, **form.values
        )
        if form.carry_out(record):
            messages.success(request, "Noted. Capacity follows.")
            return redirect("person", slug, person_id)
    place = (page.person.country, page.person.region) if page.person.country else queries.train_place(request.actor)
    context = {
        "page": page,
        "person": page.person,
        "form": form,
        "roles": [Role(each).label for each in Role if each in page.roles],
        "place": place_name(*place) if place[0] else "",
        "may_edit": may(request.actor, Permission.MANAGE_PEOPLE),
    }
    return render(request, "people/person.html", context, status=form.status)


@require_http_methods(["GET", "POST"])
def person_edit(request: TrainRequest, slug: str, person_id: int) -> HttpResponse:
    """Change who somebody is."""
    require(request.actor, Permission.MANAGE_PEOPLE)
    row = queries.find_person(request.actor, person_id)
    names = ("name", "email", "country", "region", "version")
    form = PersonForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if request.method == "POST" and form.is_valid():
        save = partial(actions.edit_person, request.actor, person_id=person_id, **form.values, **form.command)
        if form.carry_out(save):
            messages.success(request, f"{form.cleaned_data['name']} is saved.")
            return redirect("person", slug, person_id)
    return _form(
        request,
        form,
        title=f"Edit {row.name}",
        crumbs=_person_crumbs(slug, row.name, person_id),
        back=reverse("person", args=[slug, person_id]),
        remove_url=reverse("person-remove", args=[slug, person_id]),
        remove_label="Remove from the train",
        remove_title=f"Remove {row.name} from the train?",
        remove_text="Memberships, roles and absences go too; what they wrote and did stays. "
        "You can take this back from the journal.",
    )


@require_POST
def person_remove(request: TrainRequest, slug: str, person_id: int) -> HttpResponse:
    """Take somebody off the train."""
    row = queries.find_person(request.actor, person_id)
    try:
        actions.remove_person(request.actor, person_id=person_id, command_id=ActionForm(request.POST).sent_id)
    except (Invalid, Locked) as error:
        messages.error(request, str(error))
        return redirect("person", slug, person_id)
    messages.success(request, f"{row} is no longer on the train.")
    return redirect("people", slug)


@require_http_methods(["GET", "POST"])
def person_roles(request: TrainRequest, slug: str, person_id: int) -> HttpResponse:
    """Give roles on the train."""
    require(request.actor, Permission.MANAGE_PEOPLE)
    page = queries.person_page(request.actor, person_id)
    form = RolesForm(request.POST or None, initial={"roles": list(page.roles)})
    if request.method == "POST" and form.is_valid():
        give = partial(actions.set_roles, request.actor, person_id=person_id, command_id=form.sent_id, **form.values)
        if form.carry_out(give):
            messages.success(request, f"{page.person}'s roles are saved.")
            return redirect("person", slug, person_id)
    return _form(
        request,
        form,
        title=f"Roles of {page.person.name}",
        lede="What each role may do stands on the permissions page. Roles within a team are given in the team.",
        crumbs=_person_crumbs(slug, page.person.name, person_id),
        back=reverse("person", args=[slug, person_id]),
    )


@require_POST
def person_link(request: TrainRequest, slug: str, person_id: int) -> HttpResponse:
    """Link a person to the account with their address, or (``unlink``) take the access away."""
    change = actions.unlink_account if "unlink" in request.POST else actions.link_account
    try:
        change(request.actor, person_id=person_id, command_id=ActionForm(request.POST).sent_id)
    except (Invalid, Locked) as error:
        messages.error(request, str(error))
    return redirect("person", slug, person_id)


@require_http_methods(["GET", "POST"])
def absence(request: TrainRequest, slug: str, absence_id: int) -> HttpResponse:
    """Change an absence."""
    row = queries.find_absence(request.actor, absence_id)
    require_for_person(request.actor, row.person)
    names = ("starts_on", "ends_on", "reason", "note", "version")
    form = AbsenceForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    if request.method == "POST" and form.is_valid():
        save = partial(actions.edit_absence, request.actor, absence_id=absence_id, **form.values, **form.command)
        if form.carry_out(save):
            messages.success(request, "Saved. Capacity follows.")
            return redirect("person", slug, row.person_id)
    return _form(
        request,
        form,
        title=f"Absence of {row.person.name}",
        crumbs=_person_crumbs(slug, row.person.name, row.person_id),
        back=reverse("person", args=[slug, row.person_id]),
        remove_url=reverse("absence-remove", args=[slug, absence_id]),
        remove_title="Remove this absence?",
        remove_text="The days count as working days again.",
    )


@require_POST
def absence_remove(request: TrainRequest, slug: str, absence_id: int) -> HttpResponse:
    """Take an absence back."""
    row = queries.find_absence(request.actor, absence_id)
    actions.remove_absence(request.actor, absence_id=absence_id, command_id=ActionForm(request.POST).sent_id)
    messages.success(request, "The absence is removed.")
    return redirect("person", slug, row.person_id)


def _person_crumbs(slug: str, name: str, person_id: int) -> list[tuple[str, str]]:
    return [("People", reverse("people", args=[slug])), (name, reverse("person", args=[slug, person_id]))]


def _form(request: TrainRequest, form: ActionForm, **context: Any) -> HttpResponse:
    return render(request, FORM, {"form": form, **context}, status=form.status)
