"""Forms of the backlog."""

from typing import Any, ClassVar

from django import forms

from headway.engine.rules.wsjf import PARTS, SCALE
from headway.features.backlog import feature_queries, story_queries
from headway.features.backlog.policies import MAX_POINTS, MAX_SIZE
from headway.kit.forms import ActionForm, Choices, IdChoice, NumberField
from headway.store.models import EnablerKind, Feature, Story, Target, WorkType

PART_WORDS = {
    "user_value": "User and business value",
    "time_criticality": "Time criticality",
    "risk_opportunity": "Risk reduction or opportunity",
    "job_size": "Job size",
}
PART_HELP = {
    "user_value": "How much it is worth to users or the business.",
    "time_criticality": "How much is lost by waiting.",
    "risk_opportunity": "What it makes safer or possible.",
    "job_size": "How much work, compared with the others.",
}
ENABLER_CHOICES = [("", "No enabler"), *EnablerKind.choices]


class Score(forms.TypedChoiceField):
    """A part of the WSJF: one of its scale, or not scored yet."""

    def __init__(self, part: str) -> None:
        super().__init__(
            choices=[("", "not scored"), *((value, str(value)) for value in SCALE)],
            coerce=int,
            empty_value=None,
            required=False,
            label=PART_WORDS[part],
            help_text=PART_HELP[part],
        )


def _long(label: str, limit: int, rows: int = 5, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(required=False, max_length=limit, widget=widget, label=label, help_text=help_text)


class PointsField(forms.FloatField):
    """Points in halves."""

    def __init__(self, limit: float, **more: Any) -> None:
        super().__init__(
            required=False,
            min_value=0,
            max_value=limit,
            widget=forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal"}),
            **more,
        )


class FeatureForm(ActionForm):
    """What a feature says, and the parts of its WSJF."""

    title = forms.CharField(max_length=240)
    state = forms.ChoiceField(choices=Feature.State.choices)
    enabler_kind = forms.ChoiceField(
        required=False, choices=ENABLER_CHOICES, label="Enabler", help_text="Work that prepares the ground."
    )
    size = PointsField(MAX_SIZE, help_text="In points, halves allowed.")
    description = _long("Description", 20_000)
    benefit_hypothesis = _long("Benefit hypothesis", 4000, 3, "We believe that … We will know when …")
    acceptance_criteria = _long("Acceptance criteria", 20_000, 4)
    user_value = Score("user_value")
    time_criticality = Score("time_criticality")
    risk_opportunity = Score("risk_opportunity")
    job_size = Score("job_size")

    layout: ClassVar = (
        ("title",),
        ("theme", "state", "enabler_kind"),
        ("owner", "team", "size"),
        PARTS[:2],
        PARTS[2:],
        ("description",),
        ("benefit_hypothesis",),
        ("acceptance_criteria",),
    )

    def __init__(self, *args: Any, themes: Choices, teams: Choices, people: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["theme"] = IdChoice(themes, empty="No theme", required=False)
        self.fields["owner"] = IdChoice(people, empty="Nobody yet", required=False)
        self.fields["team"] = IdChoice(teams, empty="Several, or none yet", required=False, label="Responsible team")

    @property
    def columns(self) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        values = _by_id(self.values, ("theme", "owner", "team"))
        return values | {"type": "enabler" if values.get("enabler_kind") else "feature"}


class StoryForm(ActionForm):
    """What a story says; its team is only chosen when it is written."""

    title = forms.CharField(max_length=240)
    feature = NumberField(label="Feature", help_text="Its number, if it is part of one.")
    points = PointsField(MAX_POINTS)
    state = forms.ChoiceField(choices=Story.State.choices)
    enabler_kind = forms.ChoiceField(required=False, choices=ENABLER_CHOICES, label="Enabler")
    blocked = forms.BooleanField(required=False)
    description = _long("Description", 20_000)
    acceptance_criteria = _long("Acceptance criteria", 20_000, 4)

    layout: ClassVar = (
        ("title",),
        ("team", "feature"),
        ("points", "state", "enabler_kind"),
        ("blocked",),
        ("description",),
        ("acceptance_criteria",),
    )

    def __init__(self, *args: Any, teams: Choices | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if teams is not None:
            self.fields["team"] = IdChoice(teams, empty="Whichever takes it on", required=False)

    @property
    def columns(self) -> dict[str, Any]:
        """What was typed, as the action takes it (the feature still by its number)."""
        values = _by_id(self.values, ("team",))
        return values | {"type": "enabler" if values.get("enabler_kind") else "feature"}


class ThemeForm(ActionForm):
    """A strategic theme."""

    name = forms.CharField(max_length=120)
    weight = forms.IntegerField(
        min_value=0,
        max_value=100,
        initial=0,
        help_text="The share of the train's capacity it is meant to get, in per cent.",
    )
    color = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$",
        required=False,
        label="Colour",
        help_text="The edge of its cards on the board.",
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    description = _long("Description", 4000)

    layout: ClassVar = (("name",), ("weight", "color"), ("description",))


class CommentForm(ActionForm):
    """A contribution to the discussion."""

    text = forms.CharField(max_length=4000)


class TargetForm(ActionForm):
    """Bringing a feature into a PI."""

    def __init__(self, *args: Any, pis: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["target"] = IdChoice(pis, empty="Choose a PI", label="PI")


class OutcomeForm(ActionForm):
    """What became of a feature in a PI."""

    outcome = forms.ChoiceField(required=False, choices=[("", "Not known yet"), *Target.Outcome.choices])
    note = forms.CharField(required=False, max_length=500)


class FeatureFilter(forms.Form):
    """The filter of the list of features; a value that makes no sense filters nothing."""

    text = forms.CharField(required=False, max_length=100, label="Words or number")
    state = forms.ChoiceField(
        required=False, choices=[("", "Any state"), ("open", "Not done"), *Feature.State.choices], label="State"
    )
    type = forms.ChoiceField(required=False, choices=[("", "Any type"), *WorkType.choices], label="Type")

    def __init__(self, data: Any, *, themes: Choices, teams: Choices, people: Choices, pis: Choices) -> None:
        super().__init__({**data.dict(), "state": data.get("state", "open")})
        none = feature_queries.NONE
        self.fields["theme"] = IdChoice([(none, "No theme"), *themes], empty="Any theme", required=False)
        self.fields["team"] = IdChoice([(none, "No team"), *teams], empty="Any team", required=False)
        self.fields["owner"] = IdChoice([(none, "Nobody"), *people], empty="Any owner", required=False)
        self.fields["in_pi"] = IdChoice([(none, "No PI"), *pis], empty="Any PI", required=False, label="PI")

    def wanted(self, sort: str) -> feature_queries.Wanted:
        """What was asked for, as far as it makes sense."""
        values = _sensible(self)
        values["pi"] = values.pop("in_pi", None)
        known = sort.removeprefix("-") in feature_queries.SORTS
        return feature_queries.Wanted(**values, sort=sort if known else "rank")


class StoryFilter(forms.Form):
    """The filter of the list of stories; a value that makes no sense filters nothing."""

    text = forms.CharField(required=False, max_length=100, label="Words or number")
    state = forms.ChoiceField(
        required=False,
        choices=[("", "Any state"), ("open", "Not done"), ("blocked", "Blocked"), *Story.State.choices],
        label="State",
    )
    feature = NumberField(label="Feature number")

    def __init__(self, data: Any, *, teams: Choices, pis: Choices, iterations: Choices) -> None:
        super().__init__({**data.dict(), "state": data.get("state", "open")})
        none = story_queries.NONE
        self.fields["team"] = IdChoice([(none, "No team"), *teams], empty="Any team", required=False)
        self.fields["in_pi"] = IdChoice([(none, "No PI"), *pis], empty="Any PI", required=False, label="PI")
        self.fields["iteration"] = IdChoice(
            [(none, "No iteration"), *iterations], empty="Any iteration", required=False
        )

    def wanted(self, sort: str) -> story_queries.Wanted:
        """What was asked for, as far as it makes sense."""
        values = _sensible(self)
        values["pi"] = values.pop("in_pi", None)
        known = sort.removeprefix("-") in story_queries.SORTS
        return story_queries.Wanted(**values, sort=sort if known else "rank")


def _sensible(form: forms.Form) -> dict[str, Any]:
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value is not None}


def _by_id(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {f"{name}_id" if name in names else name: value for name, value in values.items()}
