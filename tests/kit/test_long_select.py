"""The select of many options says the same as Django's, only sooner."""

from django import forms
from django.test.html import Element, parse_html

from headway.kit.forms import LongSelect

CHOICES = [("", "As the train"), ("a<b", "Å & <b>"), (7, "Seven")]


def drawn(widget: type[forms.Select], value: object) -> Element:
    """The widget in a required field of a form, as a tree."""

    class Asking(forms.Form):
        place = forms.ChoiceField(choices=CHOICES, widget=widget(attrs={"class": "x"}), initial=value)

    return parse_html(str(Asking()["place"]))


def test_it_writes_the_same_html_as_djangos_own() -> None:
    for value in ("", "a<b", 7, "7", None, "elsewhere"):
        assert drawn(LongSelect, value) == drawn(forms.Select, value)
