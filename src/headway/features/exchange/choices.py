"""What a person decides about an uploaded file: meanings of columns, and how to read it. Plain data in and out."""

from collections.abc import Mapping as MappingType
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from headway.engine.errors import Invalid

from .headings import Field, Mapping
from .headings.fields import LABELS
from .interpretation import EpicLevel, Options

_SOURCE_LIMIT = 40


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Decisions about one import; the defaults leave the reading to Headway."""

    columns: MappingType[int, str] = field(default_factory=dict)
    """Meaning by position of the column; an empty word takes the column out."""
    source: str = ""
    epics: str = EpicLevel.AUTO.value
    team_labels: str = ""
    default_team: str = ""
    day_first: bool | None = None
    place_by_due: bool = False
    first_day: str = ""

    def mapping(self, recognised: Mapping) -> Mapping:
        """The recognised mapping with these columns and this source.

        Raises:
            Invalid: a meaning or a column does not exist.
        """
        chosen: dict[int, Field | None] = {}
        for at, word in self.columns.items():
            if not 0 <= at < len(recognised.headings):
                raise Invalid(f"The file has no column number {at + 1}.", code="import.no_column", value=at)
            chosen[at] = meaning_of(word) if word else None
        changed = {at: meaning for at, meaning in chosen.items() if recognised.field_of(at) is not meaning}
        mapping = recognised.changed(changed) if changed else recognised
        return replace(mapping, source=self.source.strip()[:_SOURCE_LIMIT]) if self.source.strip() else mapping

    def options(self, known: Options) -> Options:
        """The options of the train with these choices.

        Raises:
            Invalid: a choice is none of those there are, or the date is none.
        """
        try:
            epics = EpicLevel(self.epics or EpicLevel.AUTO)
            first_day = date.fromisoformat(self.first_day) if self.first_day else None
        except ValueError as error:
            raise Invalid(f"The choice cannot be read: {error}.", code="import.choice") from None
        return replace(
            known,
            epics=epics,
            team_labels=self.team_labels.strip(),
            default_team=" ".join(self.default_team.split())[:80],
            day_first=self.day_first,
            place_by_due=self.place_by_due,
            first_day=first_day,
        )

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "columns": {str(at): word for at, word in self.columns.items()}}


def choices_of(values: MappingType[str, Any]) -> Choices:
    """Choices from JSON values, as `Choices.plain` gives them."""
    known = {name: values[name] for name in Choices.__dataclass_fields__ if name in values and name != "columns"}
    columns = {int(at): str(word) for at, word in values.get("columns", {}).items()}
    return Choices(columns=columns, **known)


def named_columns(headings: tuple[str, ...], named: MappingType[str, str]) -> dict[int, str]:
    """Columns by position from ``{"points": "Effort"}``, as the command line and the API give them.

    Raises:
        Invalid: there is no such meaning or no such heading.
    """
    columns: dict[int, str] = {}
    for word, heading in named.items():
        meaning_of(word)
        found = [at for at, name in enumerate(headings) if name.casefold() == heading.strip().casefold()]
        if not found:
            there = ", ".join(dict.fromkeys(name for name in headings if name))
            raise Invalid(
                f"The file has no column {heading!r}. It has: {there}.", code="import.no_column", value=heading
            )
        columns.update(dict.fromkeys(found, word))
    return columns


def meaning_of(word: str) -> Field:
    """The meaning with this name. Raises `Invalid` with the names there are."""
    try:
        return Field(word.strip())
    except ValueError:
        raise Invalid(
            f"{word!r} is no meaning of a column. There are: {', '.join(LABELS)}.",
            code="import.no_meaning",
            value=word,
        ) from None
