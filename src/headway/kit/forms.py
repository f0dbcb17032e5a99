"""Forms that carry out an action, so that nothing typed is lost and every refusal stands at its field."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from headway.engine.errors import Conflict, HeadwayError, Invalid, Locked

_SELECTED = mark_safe(" selected")


class DateInput(forms.DateInput):
    """The browser's own date picker, which wants ISO dates."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class LongSelect(forms.Select):
    """A select of hundreds of plain options, written in one go: Django's own renders a template for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        chosen = self.format_value(value)
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, _SELECTED if str(key) in chosen else "", label) for key, label in self.choices),
        )
        attributes = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", attributes, options)


Choices = list[tuple[int, str]]


class IdChoice(forms.TypedChoiceField):
    """One of the things of a train, by id; nothing chosen is None."""

    def __init__(self, choices: Choices, *, empty: str, **more: Any) -> None:
        super().__init__(choices=[("", empty), *choices], coerce=int, empty_value=None, **more)


class NumberField(forms.IntegerField):
    """The number of a story or feature."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, min_value=1, max_value=2_000_000_000, **more)


@dataclass(frozen=True, kw_only=True)
class Clash:
    """A field that two people changed at once."""

    label: str
    theirs: str
    yours: str


class ActionForm(forms.Form):
    """A form behind which stands one action.

    ``command_id`` makes a second sending harmless; ``seen`` is the version on which the person decided. Both are
    written by ``{% command_fields seen=form.version %}``.
    """

    command_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    layout: ClassVar[Sequence[Sequence[str]]] = ()
    """Names of the fields that stand side by side, row by row; empty for one a row."""

    conflict = False
    clashes: tuple[Clash, ...] = ()

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The visible fields as the page lays them out."""
        if self.layout:
            return [[self[name] for name in row if name in self.fields] for row in self.layout]
        return [[bound] for bound in self.visible_fields()]

    @property
    def version(self) -> Any:
        """The version to send next: after a clash the present one, since its state has been shown."""
        shown = self.data.get("seen") if self.is_bound and not self.conflict else None
        return shown or self.initial.get("version")

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows this form."""
        return 409 if self.conflict else 422 if self.is_bound and self.errors else 200

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, without the two hidden fields."""
        return {name: each for name, each in self.cleaned_data.items() if name not in ("command_id", "seen")}

    @property
    def command(self) -> dict[str, Any]:
        """The two hidden fields as an action takes them."""
        return {name: self.cleaned_data.get(name) for name in ("command_id", "seen")}

    @property
    def sent_id(self) -> UUID | None:
        """The command id alone, for actions that decide on no version; None when none can be read."""
        return self.cleaned_data.get("command_id") if self.is_bound and self.is_valid() else None

    def carry_out(self, action: Callable[[], Any]) -> Any:
        """Run the action; what it refuses becomes an error of the form, and the answer is None.

        An error that is not about what was typed (forbidden, missing) is raised on.
        """
        try:
            return action()
        except (Invalid, Conflict, Locked) as error:
            self.refuse(error)
            return None

    def refuse(self, error: HeadwayError) -> None:
        """Put an error where it belongs: at its field, or on top."""
        self.conflict = isinstance(error, Conflict)
        self.clashes = tuple(self._clashing(error))
        field = str(error.data.get("field", ""))
        self.add_error(field if field in self.fields and field not in ("command_id", "seen") else None, str(error))

    def _clashing(self, error: HeadwayError) -> Iterator[Clash]:
        present = error.data.get("present") or {}
        for column in error.data.get("fields") or ():
            name = str(column).removesuffix("_id")
            if name in self.fields:
                theirs, yours = self.in_words(name, present.get(column)), self.in_words(name, self.data.get(name))
                yield Clash(label=str(self[name].label), theirs=theirs, yours=yours)

    def in_words(self, name: str, value: Any) -> str:
        """A value of a field as its control shows it."""
        field = self.fields[name]
        if isinstance(field.widget, forms.Select):
            shown: Any = field.widget.choices
            return str({str(key): word for key, word in shown}.get("" if value is None else str(value), value))
        if isinstance(value, bool) or isinstance(field, forms.BooleanField):
            return "yes" if value else "no"
        return "nothing" if value in (None, "") else str(value)
