"""Forms of a train's settings."""

from collections.abc import Sequence
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms

from headway.features.calendar.place_choice import country_choices, region_help
from headway.features.trains.policies import BOUNDS
from headway.kit.forms import ActionForm, LongSelect

ZONES = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]


def _whole(name: str, label: str, help_text: str = "") -> forms.IntegerField:
    low, high, _ = BOUNDS[name]
    return forms.IntegerField(min_value=int(low), max_value=int(high), label=label, help_text=help_text)


class TrainForm(ActionForm):
    """What a train is and how it runs."""

    layout: ClassVar[Sequence[Sequence[str]]] = (
        ("name",),
        ("purpose",),
        ("time_zone", "country", "region"),
        ("iterations_per_pi", "iteration_weeks", "ip_weeks"),
        ("buffer_percent", "points_per_person"),
    )

    name = forms.CharField(max_length=80)
    purpose = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Which value stream this train serves, in a sentence or two.",
    )
    time_zone = forms.ChoiceField(choices=ZONES, initial="UTC", label="Time zone", widget=LongSelect())
    region = forms.CharField(required=False, max_length=12)
    iterations_per_pi = _whole("iterations_per_pi", "Iterations in a PI", "Usual are 4 to 6.")
    iteration_weeks = _whole("iteration_weeks", "Weeks in an iteration", "Usual are 2.")
    ip_weeks = _whole("ip_weeks", "Weeks of IP", "Innovation and planning at the end of a PI; 0 for none.")
    buffer_percent = _whole(
        "buffer_percent", "Planning buffer in %", "Part of the capacity that plans leave free. Usual are 20 to 30 %."
    )
    points_per_person = forms.FloatField(
        min_value=BOUNDS["points_per_person"][0],
        max_value=BOUNDS["points_per_person"][1],
        label="Starting points",
        widget=forms.NumberInput(attrs={"step": "0.5"}),
        help_text="For a full-time person in two weeks, until a team has a velocity of its own. Usual are 8.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            required=False,
            choices=country_choices("None: no public holidays"),
            widget=LongSelect(),
            help_text="Its public holidays count for everybody without a place of their own.",
        )
        self.fields["region"].help_text = region_help(self.data.get("country") or self.initial.get("country") or "")


class NewTrainForm(TrainForm):
    """A train that is started."""

    layout: ClassVar[Sequence[Sequence[str]]] = (("name", "slug"), *TrainForm.layout[1:])

    slug = forms.SlugField(
        required=False, max_length=40, label="Address", help_text="Made from the name when empty; it stays for ever."
    )


class RemoveForm(ActionForm):
    """The typed confirmation of removing a train."""

    confirm = forms.CharField(max_length=40, label="Address of the train")


class MayIForm(forms.Form):
    """Whom to ask about, and for whose work."""

    person = forms.IntegerField(required=False, min_value=1)
    team = forms.IntegerField(required=False, min_value=1)
