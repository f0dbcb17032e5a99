"""Forms of scenarios: their name, and one small form for each kind of change."""

from typing import Any, ClassVar

from django import forms

from headway.features.whatif.policies import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_PERCENT,
    MOST_POINTS,
    MOST_SLIP,
    MOST_VALUE,
)
from headway.features.whatif.queries import Choices
from headway.kit.forms import ActionForm, IdChoice
from headway.store.models import Increment

PIECES = 3
"""Teams that a new feature can ask work of in the form; the API takes more."""


class ScenarioForm(ActionForm):
    """A scenario's name and what it is about."""

    name = forms.CharField(max_length=LONGEST_NAME, help_text="For whoever opens it later: “Merlin loses I4”.")
    note = forms.CharField(
        required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3}), label="What it is about"
    )


class NewScenarioForm(ScenarioForm):
    """The same, with the PI it asks about."""

    layout: ClassVar = (("name",), ("pi",), ("note",))

    def __init__(self, *args: Any, increments: list[Increment], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["pi"] = forms.TypedChoiceField(
            label="PI", coerce=int, choices=[(each.number, each.name) for each in increments]
        )


class ChangeForm(ActionForm):
    """One more change; ``change`` gives it in the form it is kept in."""

    kind: ClassVar[str]
    title: ClassVar[str]
    example: ClassVar[str]

    def __init__(self, data: Any = None, *, choices: Choices) -> None:
        super().__init__(data, auto_id=f"id_{self.kind}_%s")
        self.offer(choices)

    def offer(self, choices: Choices) -> None:
        """Fill in what can be chosen."""
        raise NotImplementedError

    def change(self) -> dict[str, Any]:
        """The change, once the form is valid."""
        return {"kind": self.kind, **self.values}


class CapacityForm(ChangeForm):
    """Less or more capacity; none at all when the team is away."""

    kind = "capacity"
    title = "Other capacity"
    example = "A team is away for an iteration (0 %), works at half strength, or gets help."
    layout: ClassVar = (("team", "iteration", "percent"),)

    percent = forms.FloatField(
        min_value=0,
        max_value=MOST_PERCENT,
        initial=0,
        label="Capacity left, %",
        widget=forms.NumberInput(attrs={"step": "5", "min": "0", "max": str(MOST_PERCENT)}),
    )

    def offer(self, choices: Choices) -> None:
        self.fields["team"] = forms.ChoiceField(choices=choices.teams)
        self.fields["iteration"] = IdChoice(choices.iterations, empty="All of the PI", required=False)


class SlipForm(ChangeForm):
    """Something arrives late."""

    kind = "slip"
    title = "A dependency slips"
    example = "What another team or somebody outside promised comes later."
    layout: ClassVar = (("dependency", "iterations"),)

    iterations = forms.IntegerField(min_value=1, max_value=MOST_SLIP, initial=1, label="Iterations later")

    def offer(self, choices: Choices) -> None:
        self.fields["dependency"] = forms.TypedChoiceField(coerce=int, choices=choices.dependencies)


class DropForm(ChangeForm):
    """A feature less."""

    kind = "drop"
    title = "Leave a feature out"
    example = "What would the room it leaves be good for?"
    layout: ClassVar = (("feature",),)

    def offer(self, choices: Choices) -> None:
        self.fields["feature"] = forms.TypedChoiceField(coerce=int, choices=choices.features)


class AddForm(ChangeForm):
    """A feature more."""

    kind = "add"
    title = "One more feature"
    example = "Somebody asks for something new: what would it push out?"
    layout: ClassVar = (("title_", "value"), *((f"team_{turn}", f"points_{turn}") for turn in range(1, PIECES + 1)))

    title_ = forms.CharField(max_length=120, label="Title")
    value = forms.FloatField(
        min_value=0,
        max_value=MOST_VALUE,
        initial=20,
        label="Cost of delay",
        help_text="On the scale of the others: the sum of the three WSJF scores.",
    )

    def offer(self, choices: Choices) -> None:
        for turn in range(1, PIECES + 1):
            teams = choices.teams if turn == 1 else [("", "No other team"), *choices.teams]
            self.fields[f"team_{turn}"] = forms.ChoiceField(choices=teams, label="Team", required=turn == 1)
            self.fields[f"points_{turn}"] = forms.FloatField(
                min_value=0, max_value=MOST_POINTS, label="Points", required=turn == 1
            )

    def change(self) -> dict[str, Any]:
        values = self.values
        work = [(values[f"team_{turn}"], values[f"points_{turn}"]) for turn in range(1, PIECES + 1)]
        return {
            "kind": self.kind,
            "title": values["title_"],
            "value": values["value"],
            "stories": [{"team": team, "points": points} for team, points in work if team and points is not None],
        }


CHANGE_FORMS: dict[str, type[ChangeForm]] = {form.kind: form for form in (CapacityForm, SlipForm, DropForm, AddForm)}
