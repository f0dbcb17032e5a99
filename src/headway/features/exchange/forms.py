"""Forms of the import pages."""

from typing import Any, ClassVar

from django import forms

from headway.kit.forms import ActionForm, DateInput

from .choices import Choices
from .headings import Mapping
from .headings.fields import LABELS, OWN
from .interpretation import EpicLevel
from .interpretation.own_lists import OWN_LISTS
from .reading import Table

_SAMPLES = 3
_NOT_TAKEN = ("", "not taken over")
_DAY_ORDER = (
    ("", "as the other dates of the column tell"),
    ("day", "day first (31/12/2026)"),
    ("month", "month first"),
)


class UploadForm(ActionForm):
    """The file to import."""

    file = forms.FileField(
        label="File",
        help_text="CSV, Excel (.xlsx) or JSON, as exported by Jira, Azure DevOps, GitHub, GitLab, or made by hand.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.json"}),
    )


class ChoicesForm(ActionForm):
    """What each column means, and how to read the file."""

    layout: ClassVar = (
        ("epics", "first_day"),
        ("team_labels", "default_team"),
        ("day_order", "source"),
        ("place_by_due",),
    )

    epics = forms.ChoiceField(
        label="Epics become",
        choices=(
            (EpicLevel.AUTO.value, "themes if the file has features, else features"),
            (EpicLevel.THEME.value, "themes"),
            (EpicLevel.FEATURE.value, "features"),
        ),
    )
    first_day = forms.DateField(
        label="First day of the first PI",
        required=False,
        widget=DateInput(),
        help_text="Counts only for iterations of which the file gives no dates.",
    )
    team_labels = forms.CharField(
        label="Labels that name the team begin with",
        required=False,
        max_length=40,
        help_text="Such as “topic:”.",
    )
    default_team = forms.CharField(label="Team of rows that name none", required=False, max_length=80)
    day_order = forms.ChoiceField(label="Dates like 3/4/2026 are meant", required=False, choices=_DAY_ORDER)
    place_by_due = forms.BooleanField(
        label="Place items without an iteration by their due date",
        required=False,
    )
    source = forms.CharField(
        label="Source",
        required=False,
        max_length=40,
        help_text="Where the identifiers come from. Files from the same source update each other's items; "
        "use another name for another installation of the same tracker.",
    )

    def __init__(self, *args: Any, table: Table, mapping: Mapping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = table
        hidden = frozenset() if mapping.format in OWN_LISTS else OWN
        options = [_NOT_TAKEN, *((field.value, label) for field, label in LABELS.items() if field not in hidden)]
        for at, heading in enumerate(table.headings):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=heading or f"Column {at + 1}",
                choices=options,
                required=False,
                initial=str(mapping.field_of(at) or ""),
            )

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Each column with its field and a few of its values."""
        return [
            {"field": self[f"column_{at}"], "heading": heading, "samples": self._samples(at)}
            for at, heading in enumerate(self._table.headings)
        ]

    @property
    def choices(self) -> Choices:
        """What was chosen; only of a valid form."""
        values = self.cleaned_data
        order = values["day_order"]
        return Choices(
            columns={at: values[f"column_{at}"] for at in range(len(self._table.headings))},
            source=values["source"],
            epics=values["epics"],
            team_labels=values["team_labels"],
            default_team=values["default_team"],
            place_by_due=values["place_by_due"],
            day_first={"day": True, "month": False}.get(order),
            first_day=values["first_day"].isoformat() if values["first_day"] else "",
        )

    def _samples(self, at: int) -> list[str]:
        filled = (row.cells[at].strip() for row in self._table.rows[:500])
        distinct = dict.fromkeys(text[:60] for text in filled if text)
        return list(distinct)[:_SAMPLES]


def initial_of(choices: Choices, mapping: Mapping) -> dict[str, Any]:
    """The form's values for choices made before."""
    order = {True: "day", False: "month", None: ""}[choices.day_first]
    return {
        "epics": choices.epics,
        "first_day": choices.first_day,
        "team_labels": choices.team_labels,
        "default_team": choices.default_team,
        "day_order": order,
        "place_by_due": choices.place_by_due,
        "source": choices.source or mapping.source,
        **{f"column_{at}": word for at, word in choices.columns.items()},
    }
