"""The form of an override."""

from typing import ClassVar

from django import forms

from headway.features.capacity.policies import LONGEST_NOTE
from headway.kit.forms import ActionForm


class OverrideForm(ActionForm):
    """A capacity set by hand, with its reason."""

    layout: ClassVar = (("points",), ("note",))

    points = forms.FloatField(
        label="Capacity in points", widget=forms.NumberInput(attrs={"step": "0.5", "min": "0", "inputmode": "decimal"})
    )
    note = forms.CharField(
        label="Why",
        max_length=LONGEST_NOTE,
        help_text="For whoever asks later, such as “two people at a conference”.",
    )
