"""Forms of the calendar."""

from typing import ClassVar

from django import forms

from headway.features.calendar.policies import MOST_BUFFER
from headway.kit.forms import ActionForm, DateInput


class IncrementPlanForm(ActionForm):
    """How the next PI is cut."""

    layout: ClassVar = (
        ("number", "starts_on"),
        ("iterations", "iteration_weeks", "ip_weeks"),
        ("buffer_percent",),
    )

    number = forms.IntegerField(min_value=1, max_value=9999, label="Number")
    starts_on = forms.DateField(widget=DateInput, label="First day")
    iterations = forms.IntegerField(min_value=1, max_value=12, label="Iterations")
    iteration_weeks = forms.IntegerField(min_value=1, max_value=4, label="Weeks each")
    ip_weeks = forms.IntegerField(min_value=0, max_value=4, label="Weeks of IP", help_text="0 for none.")
    buffer_percent = forms.IntegerField(
        min_value=0, max_value=MOST_BUFFER, label="Buffer in %", help_text="Usual are 20 to 30 %."
    )


class IncrementForm(ActionForm):
    """Name, dates and buffer of a PI."""

    layout: ClassVar = (("name", "buffer_percent"), ("starts_on", "ends_on"))

    name = forms.CharField(max_length=80)
    buffer_percent = forms.IntegerField(min_value=0, max_value=MOST_BUFFER, label="Buffer in %")
    starts_on = forms.DateField(widget=DateInput, label="First day")
    ends_on = forms.DateField(widget=DateInput, label="Last day")


class IterationForm(ActionForm):
    """Name and days of an iteration."""

    layout: ClassVar = (("name",), ("starts_on", "ends_on"), ("is_ip",))

    name = forms.CharField(max_length=80)
    starts_on = forms.DateField(widget=DateInput, label="First day")
    ends_on = forms.DateField(widget=DateInput, label="Last day")
    is_ip = forms.BooleanField(
        required=False,
        label="Innovation and planning (IP)",
        help_text="Takes no committed feature work: room for learning, technical debt and the next planning.",
    )


class MilestoneForm(ActionForm):
    """A date that matters."""

    layout: ClassVar = (("name", "on"), ("note",))

    name = forms.CharField(max_length=120)
    on = forms.DateField(widget=DateInput, label="Day")
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class ClosureForm(ActionForm):
    """Days on which the whole train rests."""

    layout: ClassVar = (("name",), ("starts_on", "ends_on"))

    name = forms.CharField(max_length=80)
    starts_on = forms.DateField(widget=DateInput, label="First day")
    ends_on = forms.DateField(widget=DateInput, label="Last day")
