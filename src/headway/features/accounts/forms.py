"""Forms of one's own account."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from headway.kit.access import Scope
from headway.kit.forms import LongSelect
from headway.store.models import Train, User

_SCOPES = {
    Scope.READ: "Read: see what you see",
    Scope.WORK: "Work: change stories, features, dependencies as you may",
    Scope.TRAIN: "Train: set up and import as you may",
}


class AccountForm(forms.Form):
    """Name and time zone."""

    name = forms.CharField(max_length=120)
    time_zone = forms.ChoiceField(
        required=False,
        choices=[("", "As the train"), *((zone, zone) for zone in sorted(available_timezones()))],
        widget=LongSelect(),
    )


class TokenForm(forms.Form):
    """A new personal access token."""

    name = forms.CharField(max_length=80, help_text="What will use it, for example “nightly export”.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, text) for scope, text in _SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ.value],
    )
    days = forms.IntegerField(min_value=1, max_value=366, initial=90, label="Lives for days")
    train = forms.ModelChoiceField(
        queryset=Train.objects.none(), required=False, empty_label="Every train you are part of"
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["train"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = Train.objects.filter(pk__in=user.people.values("train_id"))
