"""The filter of the audit view."""

from django import forms

from headway.features.journal.queries import Wanted
from headway.kit.forms import DateInput
from headway.store.portraits import recorded_models
from headway.store.verbs import VERBS

KIND_WORDS = {"pi": "PI", "role": "Role", "capacity": "Capacity override"}


class AuditFilter(forms.Form):
    """Who, what, when, and words; a field that makes no sense filters nothing."""

    text = forms.CharField(required=False, max_length=100, label="Words")
    user = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Person")
    kind = forms.ChoiceField(required=False, label="Thing")
    verb = forms.ChoiceField(required=False, label="What happened")
    since = forms.DateField(required=False, widget=DateInput, label="From")
    until = forms.DateField(required=False, widget=DateInput, label="Until")
    before = forms.IntegerField(required=False, min_value=1, max_value=2**53, widget=forms.HiddenInput)

    def __init__(self, people: list[tuple[int, str]], data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        self.fields["user"].choices = [("", "Everybody"), *people]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", "Everything"), *_kinds()]  # type: ignore[attr-defined]
        self.fields["verb"].choices = [("", "Anything"), *_verbs()]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Wanted:
        """What was asked for, as far as it makes sense."""
        self.is_valid()
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value not in (None, "")})


def _kinds() -> list[tuple[str, str]]:
    return sorted(
        ((kind, KIND_WORDS.get(kind, kind.capitalize())) for kind in recorded_models()), key=lambda each: each[1]
    )


def _verbs() -> list[tuple[str, str]]:
    ends = {name.split(".")[1]: verb.reads for name, verb in VERBS.items()}
    return sorted(ends.items(), key=lambda each: each[1])
