"""Forms of dependencies."""

from typing import Any

from django import forms

from headway.features.dependencies.queries import Wanted
from headway.kit.forms import ActionForm, Choices, IdChoice, NumberField
from headway.store.models import Dependency

HEALTH_CHOICES = [
    ("", "Any health"),
    ("conflict", "Conflict"),
    ("tight", "Tight"),
    ("unplanned", "Unplanned"),
    ("ok", "On time"),
]


class DependencyForm(ActionForm):
    """What a dependency says; its state is negotiated elsewhere."""

    needs = forms.CharField(max_length=500, label="What is needed")
    type = forms.ChoiceField(choices=Dependency.Type.choices)
    consumer_story = NumberField(label="Waiting story", help_text="Its number, if it is one story that waits.")
    provider_story = NumberField(label="Providing story")
    consumer_feature = NumberField(label="Waiting feature")
    provider_feature = NumberField(label="Providing feature")
    note = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))

    layout = (
        ("needs",),
        ("consumer_team", "provider_team"),
        ("consumer_story", "provider_story"),
        ("consumer_feature", "provider_feature"),
        ("type", "needed_by", "owner"),
        ("note",),
    )

    def __init__(self, *args: Any, teams: Choices, iterations: Choices, people: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        as_linked = "As the linked item"
        self.fields["consumer_team"] = IdChoice(teams, empty=as_linked, required=False, label="Who needs it")
        self.fields["provider_team"] = IdChoice(teams, empty=as_linked, required=False, label="Who provides it")
        self.fields["needed_by"] = IdChoice(iterations, empty="Not said", required=False, label="Needed by")
        self.fields["owner"] = IdChoice(people, empty="Nobody", required=False, label="Looked after by")


class StepForm(ActionForm):
    """One step of the negotiation."""

    step = forms.CharField(max_length=20)
    iteration = forms.IntegerField(required=False, min_value=1)
    text = forms.CharField(required=False, max_length=4000)


class CommentForm(ActionForm):
    """A contribution to the discussion."""

    text = forms.CharField(max_length=4000)


class DependencyFilter(forms.Form):
    """The filter of the list; a value that makes no sense filters nothing."""

    text = forms.CharField(required=False, max_length=100, label="Words or number")
    state = forms.ChoiceField(
        required=False, choices=[("open", "Open"), ("", "Any state"), *Dependency.State.choices], label="State"
    )
    health = forms.ChoiceField(required=False, choices=HEALTH_CHOICES, label="Health")
    type = forms.ChoiceField(required=False, choices=[("", "Any type"), *Dependency.Type.choices], label="Type")

    def __init__(self, data: Any, *, teams: Choices, pis: Choices) -> None:
        super().__init__(data or {"state": "open"})
        self.fields["team"] = IdChoice(teams, empty="Any team", required=False, label="Team on either side")
        self.fields["turn"] = IdChoice(teams, empty="Anybody", required=False, label="Who must act")
        self.fields["in_pi"] = IdChoice(pis, empty="Any PI", required=False, label="PI")

    def wanted(self, sort: str) -> Wanted:
        """What was asked for, as far as it makes sense."""
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value is not None}
        values["pi"] = values.pop("in_pi", None)
        if "state" not in self.data and "state" in values:
            values["state"] = "open"
        key = sort.removeprefix("-")
        return Wanted(**values, sort=sort if key in ("health", "slack", "number") else "health")
