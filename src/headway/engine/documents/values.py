"""Values of the engine as JSON and back: the shape of a document *is* the dataclass, so the two cannot differ.

Reading is strict: an unknown name, a missing one, a value of the wrong kind or out of its bounds is refused with
its path (``stories[3].points``), its value and the way out. The schema says the same to a program.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from headway.engine.errors import Invalid

T = TypeVar("T")

MOST_ENTRIES = 100_000
"""Entries of any one list or object of a document."""

PLACES = frozenset({"due", "earliest", "iteration", "placement", "planned", "promised"})
"""Fields whose whole numbers are indexes of iterations: there the iteration's name will do as well."""


def read(cls: type[T], document: object, *, path: str = "") -> T:
    """An object of this dataclass from a parsed JSON document. Raises Invalid."""
    names = document.get("iterations") if isinstance(document, Mapping) else None
    known = {name: at for at, name in enumerate(names) if isinstance(name, str)} if isinstance(names, list) else {}
    made: T = _Reader(known).record(cls, document, path)
    return made


class _Reader:
    def __init__(self, iterations: Mapping[str, int]) -> None:
        self.iterations = iterations

    def record(self, cls: type[Any], given: object, path: str) -> Any:
        if not isinstance(given, Mapping):
            raise _refusal(path, given, "give an object with " + ", ".join(_fields(cls)))
        fields = _fields(cls)
        for name in given:
            if name not in fields:
                raise Invalid(
                    f"{_join(path, str(name))[:200]} is not known; known there are {', '.join(fields)}.",
                    code="document.unknown",
                    field=_join(path, str(name)),
                    value=name,
                )
        values = {}
        for name, (hint, needed) in fields.items():
            if name in given:
                values[name] = self.value(hint, given[name], _join(path, name), name in PLACES)
            elif needed:
                where = path or "The document"
                raise Invalid(f"{where} has no {name}; add it.", code="document.missing", field=_join(path, name))
        try:
            return cls(**values)
        except Invalid as error:
            raise _placed(error, path) from None

    def value(self, hint: Any, given: object, path: str, place: bool) -> Any:
        """What is given, as this type."""
        options, many = _options(hint), get_origin(hint)
        if given is None and NoneType in options:
            return None
        if len(options) > 1:
            hint = next(each for each in options if each is not NoneType)
            many = get_origin(hint)
        if dataclasses.is_dataclass(hint):
            return self.record(hint, given, path)  # type: ignore[arg-type]
        if many in (tuple, frozenset):
            return self.entries(hint, given, path, place)
        if many is not None and issubclass(many, Mapping):
            return self.table(hint, given, path, place)
        return self.single(hint, given, path, place)

    def entries(self, hint: Any, given: object, path: str, place: bool) -> Any:
        if not isinstance(given, list):
            raise _refusal(path, given, "give a list")
        _bounded(path, len(given))
        inner = get_args(hint)[0]
        read = [self.value(inner, each, f"{path}[{at}]", place) for at, each in enumerate(given)]
        return tuple(read) if get_origin(hint) is tuple else frozenset(read)

    def table(self, hint: Any, given: object, path: str, place: bool) -> Any:
        if not isinstance(given, Mapping):
            raise _refusal(path, given, "give an object")
        _bounded(path, len(given))
        keys, inner = get_args(hint)
        return {
            self.key(keys, key, path): self.value(inner, each, f"{path}.{key}"[:200], place)
            for key, each in given.items()
        }

    def key(self, hint: Any, key: str, path: str) -> Any:
        if hint is not float:
            return key
        try:
            return float(key)
        except ValueError:
            raise _refusal(path, key, "give numbers as the names in it") from None

    def single(self, hint: Any, given: object, path: str, place: bool) -> Any:
        if hint is str and isinstance(given, str):
            return given
        if hint is bool and isinstance(given, bool):
            return given
        if hint is int and place and isinstance(given, str):
            return self.place(given, path)
        if isinstance(given, bool):
            raise _refusal(path, given, _wanted(hint, place))
        if hint is int and isinstance(given, int):
            return given
        if hint in (float, Decimal) and isinstance(given, int | float) and math.isfinite(given):
            return given
        if isinstance(hint, type) and issubclass(hint, Enum) and given in {each.value for each in hint}:
            return hint(given)
        raise _refusal(path, given, _wanted(hint, place))

    def place(self, name: str, path: str) -> int:
        if name not in self.iterations:
            known = ", ".join(self.iterations) or "none: give its index"
            raise _refusal(path, name, f"give the name of an iteration ({known[:200]})")
        return self.iterations[name]


def plain(value: object) -> Any:
    """A value of the engine as what JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(each) for each in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | float):
        return int(value) if value == int(value) else float(value)
    return value


def schema(cls: type[Any], title: str) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a dataclass."""
    inner: dict[str, Any] = {}
    top = _schema_of(cls, inner)
    described = inner.pop(top["$ref"].rpartition("/")[2])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **described,
        "$defs": dict(sorted(inner.items())),
    }


def _schema_of(hint: Any, inner: dict[str, Any], place: bool = False) -> dict[str, Any]:
    options, many = _options(hint), get_origin(hint)
    if len(options) > 1:
        return {"anyOf": [_schema_of(each, inner, place) for each in options]}
    if dataclasses.is_dataclass(hint):
        return _schema_of_record(hint, inner)  # type: ignore[arg-type]
    if many in (tuple, frozenset):
        items = _schema_of(get_args(hint)[0], inner, place)
        described = {"type": "array", "items": items, "maxItems": MOST_ENTRIES}
        return described if many is tuple else {**described, "uniqueItems": True}
    if many is not None and issubclass(many, Mapping):
        return {"type": "object", "additionalProperties": _schema_of(get_args(hint)[1], inner, place)}
    if hint is int and place:
        return {"type": ["integer", "string"], "description": "an iteration: its index from 0, or its name"}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [each.value for each in hint]}
    names = {str: "string", bool: "boolean", int: "integer", float: "number", Decimal: "number", NoneType: "null"}
    return {"type": names[hint]}


def _schema_of_record(cls: type[Any], inner: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in inner:
        inner[cls.__name__] = {}
        fields = _fields(cls)
        inner[cls.__name__] = {
            "type": "object",
            "description": _about(cls),
            "properties": {name: _schema_of(hint, inner, name in PLACES) for name, (hint, _) in fields.items()},
            "required": [name for name, (_, needed) in fields.items() if needed],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _about(cls: type[Any]) -> str:
    """What the class says of itself, without what only concerns code."""
    told = cleandoc(cls.__doc__ or "").replace("``", "").partition("Raises Invalid")[0]
    return " ".join(told.split())


def _fields(cls: Any) -> dict[str, tuple[Any, bool]]:
    """The type of every field, and whether it has to be given."""
    if cls not in _KNOWN:
        hints = get_type_hints(cls)
        nothing = dataclasses.MISSING
        _KNOWN[cls] = {
            each.name: (hints[each.name], each.default is nothing and each.default_factory is nothing)
            for each in dataclasses.fields(cls)
        }
    return _KNOWN[cls]


_KNOWN: dict[Any, dict[str, tuple[Any, bool]]] = {}
"""The fields of every class asked about, since asking takes long."""


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if isinstance(hint, UnionType) else (hint,)


def _wanted(hint: Any, place: bool) -> str:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return f"give one of {', '.join(str(each.value) for each in hint)}"
    if hint is int and place:
        return "give an iteration: its index from 0, or its name"
    return {str: "give a text", bool: "give true or false", int: "give a whole number"}.get(hint, "give a number")


def _bounded(path: str, count: int) -> None:
    if count > MOST_ENTRIES:
        raise Invalid(
            f"{path} has {count:,} entries; a document may have at most {MOST_ENTRIES:,} in one list.",
            code="document.too_many",
            field=path,
            value=count,
        )


def _refusal(path: str, given: object, way: str) -> Invalid:
    shown = {list: "a list", dict: "an object", type(None): "null"}.get(type(given), f"{given!r:.60}")
    shown = {"True": "true", "False": "false"}.get(shown, shown)
    return Invalid(f"{path or 'The document'} is {shown}; {way}.", code="document.kind", field=path, value=given)


def _placed(error: Invalid, path: str) -> Invalid:
    """The refusal of a value, with where in the document it stands."""
    field = _join(path, str(error.data.get("field", "")))
    return Invalid(f"{path}: {error}" if path else str(error), code=error.code, **(error.data | {"field": field}))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
