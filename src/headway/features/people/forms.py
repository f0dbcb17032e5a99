"""Forms of teams, people, memberships and absences."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from headway.features.calendar.place_choice import country_choices, region_help
from headway.kit.access import Role, TeamRole
from headway.kit.forms import ActionForm, DateInput, LongSelect
from headway.store.models import Absence, Membership


class TeamForm(ActionForm):
    """A team's name and what it is there for."""

    name = forms.CharField(max_length=80)
    mission = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What this team is there for, in a sentence or two.",
    )
    contact = forms.CharField(
        max_length=200, required=False, help_text="Where others reach the team; for an external party: whom to ask."
    )


class NewTeamForm(TeamForm):
    """A team, or an external party."""

    external = forms.BooleanField(
        required=False,
        label="An external party: a supplier, another department, a customer",
        help_text="It gets a row on the board and can owe or need things, but has no members and no capacity here.",
    )


class MemberForm(ActionForm):
    """A person's part in a team."""

    layout: ClassVar = (("person_id",), ("role", "specialty", "share"), ("starts_on", "ends_on"))

    role = forms.ChoiceField(choices=[(role.value, role.label) for role in TeamRole], initial=TeamRole.MEMBER.value)
    specialty = forms.ChoiceField(choices=Membership.Specialty.choices, initial=Membership.Specialty.DEVELOPER.value)
    share = forms.IntegerField(
        min_value=0,
        max_value=100,
        initial=100,
        label="Share in %",
        help_text="Of the person's full-time week that goes to this team's backlog.",
    )
    starts_on = forms.DateField(required=False, widget=DateInput, label="From", help_text="Empty: from the start.")
    ends_on = forms.DateField(required=False, widget=DateInput, label="Until", help_text="Empty: open.")


class NewMemberForm(MemberForm):
    """Whom to take into the team."""

    person_id = forms.TypedChoiceField(coerce=int, label="Person")

    def __init__(self, people: Iterable[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_id"].choices = [("", "Choose a person"), *people]  # type: ignore[attr-defined]


class PersonForm(ActionForm):
    """Who somebody is."""

    layout: ClassVar = (("name", "email"), ("country", "region"), ("roles",))

    name = forms.CharField(max_length=120)
    email = forms.EmailField(
        required=False,
        label="E-mail",
        help_text="Somebody with an account of this address can take part at once.",
    )
    region = forms.CharField(required=False, max_length=12)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            required=False,
            choices=country_choices("As the train"),
            widget=LongSelect(),
            help_text="Decides which public holidays are taken off.",
        )
        self.fields["region"].help_text = region_help(self.data.get("country") or self.initial.get("country") or "")


class NewPersonForm(PersonForm):
    """Who somebody is, and which roles they have on the train."""

    roles = forms.MultipleChoiceField(
        required=False,
        choices=[(role.value, role.label) for role in Role],
        widget=forms.CheckboxSelectMultiple,
        label="Roles on the train",
    )


class RolesForm(ActionForm):
    """A person's roles on the train."""

    roles = forms.MultipleChoiceField(
        required=False,
        choices=[(role.value, role.label) for role in Role],
        widget=forms.CheckboxSelectMultiple,
        label="Roles on the train",
    )


class AbsenceForm(ActionForm):
    """Days on which somebody is away."""

    layout: ClassVar = (("starts_on", "ends_on", "reason"), ("note",))

    starts_on = forms.DateField(widget=DateInput, label="First day")
    ends_on = forms.DateField(widget=DateInput, label="Last day")
    reason = forms.ChoiceField(choices=Absence.Reason.choices, initial=Absence.Reason.ABSENCE.value)
    note = forms.CharField(
        required=False, max_length=200, help_text="Optional, and seen by everybody: keep what is private out of it."
    )
