"""The form that asks for a draft, and the answers to a part."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from headway.engine.planner import PinKind, Weights
from headway.features.planner.policies import LONGEST_NOTE, MAX_BUFFER, MAX_SECONDS, MAX_WEIGHT, PARTS, PRESETS
from headway.features.planner.question import FeatureRow, Question
from headway.kit.forms import ActionForm

STORY_PINS = 5
DROP = "drop"

OWN = ("own", "My own weights", "As set below.")


class DraftForm(ActionForm):
    """What is wished of a draft; features and teams come from the question."""

    preset = forms.ChoiceField(
        label="What matters",
        choices=[*((name, label) for name, (label, _, _) in PRESETS.items()), OWN[:2]],
        initial="balanced",
        widget=forms.RadioSelect,
    )
    buffer_percent = forms.IntegerField(
        label="Buffer kept free, %",
        min_value=0,
        max_value=MAX_BUFFER,
        help_text="Of every team's capacity in every iteration. The draft never fills it.",
    )
    seconds = forms.IntegerField(
        label="Seconds to search",
        min_value=1,
        max_value=MAX_SECONDS,
        initial=20,
        help_text="A first plan is there at once; longer searching makes it better.",
    )

    def __init__(self, data: Any, *, question: Question, **more: Any) -> None:
        super().__init__(data, **more)
        self.question = question
        self.initial.setdefault("buffer_percent", question.pi.buffer_percent)
        for name, (label, _, means) in PARTS.items():
            self.fields[f"weight_{name}"] = forms.FloatField(
                label=label,
                min_value=0,
                max_value=MAX_WEIGHT,
                required=False,
                initial=getattr(Weights(), name),
                help_text=means,
                widget=forms.NumberInput(attrs={"step": "any"}),
            )
        self.fields["locks"] = forms.MultipleChoiceField(
            label="Leave these teams' plans exactly as they are",
            choices=[(team.slug, team.name) for team in question.teams.values()],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        for row in self._features():
            self.fields[f"feature_{row.number}"] = forms.ChoiceField(
                label=f"F{row.number} {row.title}",
                choices=[
                    ("", "The planner decides"),
                    (PinKind.IN.value, "Must be in"),
                    (PinKind.OUT.value, "Stays out"),
                ],
                required=False,
            )
        places = [(str(each.number), f"in {each.name}") for each in question.iterations if not each.over]
        for index in range(STORY_PINS):
            self.fields[f"story_{index}"] = forms.IntegerField(
                label=f"Story number, row {index + 1}", min_value=1, max_value=2_000_000_000, required=False
            )
            self.fields[f"place_{index}"] = forms.ChoiceField(
                label=f"Where it must be, row {index + 1}",
                choices=[("", "choose…"), *places, (PinKind.IN.value, "in the plan"), (PinKind.OUT.value, "out of it")],
                required=False,
            )

    def _features(self) -> list[FeatureRow]:
        asked = {row.feature_id for row in self.question.stories.values()}
        return [row for row in self.question.features.values() if row.id in asked]

    @property
    def presets(self) -> list[tuple[str, str, str, bool]]:
        """Each choice of goals: value, label, what it is for, and whether it is chosen."""
        chosen = self["preset"].value()
        rows = [*((name, label, means) for name, (label, means, _) in PRESETS.items()), OWN]
        return [(name, label, means, name == chosen) for name, label, means in rows]

    @property
    def weights(self) -> list[forms.BoundField]:
        """The fields of one's own weights."""
        return [self[f"weight_{name}"] for name in PARTS]

    @property
    def features(self) -> list[tuple[FeatureRow, forms.BoundField]]:
        """The features, each with its choice."""
        return [(row, self[f"feature_{row.number}"]) for row in self._features()]

    @property
    def decided(self) -> int:
        """How many features have a choice made."""
        return sum(bool(bound.value()) for _, bound in self.features)

    @property
    def story_pins(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The rows for pins on stories."""
        return [(self[f"story_{index}"], self[f"place_{index}"]) for index in range(STORY_PINS)]

    def clean(self) -> dict[str, Any]:
        """A story pin needs both its story and its place."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for index in range(STORY_PINS):
            story, place = values.get(f"story_{index}"), values.get(f"place_{index}")
            if story and not place:
                self.add_error(f"place_{index}", "Say where the story must be.")
            elif place and not story:
                self.add_error(f"story_{index}", "Say which story.")
        return values

    @property
    def wished(self) -> dict[str, Any]:
        """What was chosen, as :func:`~headway.features.planner.policies.wishes` takes it."""
        values = self.cleaned_data
        own = {name: values[f"weight_{name}"] for name in PARTS if values.get(f"weight_{name}") is not None}
        return {
            "preset": values["preset"],
            "weights": own if values["preset"] == "own" else None,
            "buffer_percent": values["buffer_percent"],
            "seconds": values["seconds"],
            "pins": list(self._pins()),
            "locks": values["locks"],
        }

    def _pins(self) -> Iterator[dict[str, Any]]:
        values = self.cleaned_data
        for row in self._features():
            if kind := values.get(f"feature_{row.number}"):
                yield {"kind": kind, "feature": row.number}
        for index in range(STORY_PINS):
            story, place = values.get(f"story_{index}"), values.get(f"place_{index}", "")
            if story and place:
                here = place.isdecimal()
                yield {"kind": "here" if here else place, "story": story} | ({"iteration": int(place)} if here else {})


class AnswerForm(ActionForm):
    """An answer to a part: a note, and whether what changed since is left out."""

    note = forms.CharField(required=False, max_length=LONGEST_NOTE, strip=True)
    skip_changed = forms.BooleanField(required=False)


class ChangeForm(AnswerForm):
    """Other aims for the moves of a part: ``to_12`` is an iteration's number, empty for the backlog, or “drop”."""

    def __init__(self, data: Any, *, stories: Sequence[int], places: Sequence[int], **more: Any) -> None:
        super().__init__(data, **more)
        choices = [("", "backlog"), (DROP, "leave it where it is"), *((str(each), str(each)) for each in places)]
        for story in stories:
            self.fields[f"to_{story}"] = forms.ChoiceField(choices=choices, required=False)
        self._stories = stories

    @property
    def aims(self) -> dict[int, int | None]:
        """Story → the iteration it should go to, for those that were sent and are not dropped."""
        sent = {story: self.cleaned_data.get(f"to_{story}", "") for story in self._sent()}
        return {story: int(value) if value else None for story, value in sent.items() if value != DROP}

    @property
    def dropped(self) -> list[int]:
        """The stories that stay where they are."""
        return [story for story in self._sent() if self.cleaned_data.get(f"to_{story}") == DROP]

    def _sent(self) -> list[int]:
        return [story for story in self._stories if f"to_{story}" in self.data]
