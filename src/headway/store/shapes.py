"""What the JSON columns of recorded things hold, checked where a whole train comes in from a document.

Actions write these columns in the right shape by themselves; a document may say anything.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from headway.engine.errors import Invalid

Number = Annotated[int, Field(ge=1, le=2_000_000_000)]
Place = Annotated[int, Field(ge=1, le=99)] | None
Index = Annotated[int, Field(ge=0, le=99)] | None
Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None
Words = Annotated[str, Field(max_length=4000)]
Slug = Annotated[str, Field(min_length=1, max_length=40)]


Each = TypeVar("Each")


class _Exactly(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Move(_Exactly):
    """One move of a proposal's part, by numbers."""

    story: Number
    origin: Place = Field(alias="from")
    to: Place
    reason: Words


class Capacity(_Exactly):
    """Other capacity."""

    kind: Literal["capacity"]
    team: Slug
    iteration: Place
    percent: Amount


class Slip(_Exactly):
    """A dependency that comes later."""

    kind: Literal["slip"]
    dependency: Number
    iterations: Annotated[int, Field(ge=1, le=12)]


class Drop(_Exactly):
    """A feature less."""

    kind: Literal["drop"]
    feature: Number


class Work(_Exactly):
    """Points of work for a team."""

    team: Slug
    points: Amount


class Add(_Exactly):
    """A feature more."""

    kind: Literal["add"]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    value: Amount
    stories: Annotated[list[Work], Field(min_length=1, max_length=20)]


class Range(_Exactly):
    """Where a share of planned value ends."""

    low: Amount
    median: Amount
    high: Amount
    mean: Amount


class World(_Exactly):
    """One of the four plans of a scenario's answer."""

    value: Amount
    features: Annotated[int, Field(ge=0)]
    stories: Annotated[int, Field(ge=0)]
    points: Amount
    broken: Annotated[int, Field(ge=0)]
    sentences: Annotated[list[Words], Field(max_length=100)]
    odds: Range | None
    expected: Amount | None


class Worlds(_Exactly, Generic[Each]):
    """The same of each of the four."""

    today: Each
    fresh: Each
    kept: Each
    replanned: Each


class Loads(_Exactly):
    """A team's points by iteration: capacity before and after, and the load of each of the four plans."""

    team: Annotated[int, Field(ge=0)]
    before: list[Amount]
    after: list[Amount]
    today: list[Amount]
    fresh: list[Amount]
    kept: list[Amount]
    replanned: list[Amount]


class Landing(_Exactly):
    """A feature in the four plans: whole or not, and its odds."""

    number: Number | None
    title: Words
    inside: Worlds[bool] = Field(alias="in")
    odds: Worlds[Share]


class Asked(_Exactly):
    """A move that planning anew would ask of a team; places are indexes of the answer's iterations."""

    story: Number | None
    title: Words
    team: Annotated[int, Field(ge=0)]
    origin: Index = Field(alias="from")
    to: Index


class Answer(_Exactly):
    """A scenario's answer."""

    v: Literal[1]
    odds: bool
    missing: Words
    iterations: Annotated[list[Words], Field(max_length=99)]
    worlds: Worlds[World]
    teams: Annotated[list[Loads], Field(max_length=500)]
    features: Annotated[list[Landing], Field(max_length=20_000)]
    moves: Annotated[list[Asked], Field(max_length=300)]


Object = Annotated[dict[str, Any], Field(max_length=100)]

SHAPES: Mapping[tuple[str, str], TypeAdapter[Any]] = {
    ("proposal", "settings"): TypeAdapter(Object),
    ("proposal", "facts"): TypeAdapter(Object),
    ("proposal_part", "moves"): TypeAdapter(Annotated[list[Move], Field(max_length=20_000)]),
    ("scenario", "changes"): TypeAdapter(
        Annotated[
            list[Annotated[Capacity | Slip | Drop | Add, Field(discriminator="kind")]],
            Field(max_length=20),
        ]
    ),
    ("scenario", "result"): TypeAdapter(Answer | None),
}
"""The shape of each JSON column, by kind and column."""


def check_shape(kind: str, column: str, value: Any) -> None:
    """Refuse a value that the pages could not read.

    Raises:
        Invalid: naming the column, where in it, and what is wrong there.
    """
    shape = SHAPES.get((kind, column))
    if shape is None:
        return
    try:
        shape.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(["", *(str(part) for part in first["loc"])])
        raise Invalid(
            f"The document's {kind.replace('_', ' ')} cannot be read at {column}{where}: {first['msg']}.",
            code="import.damaged_train",
            field=column,
        ) from None
