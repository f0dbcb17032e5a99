"""Portraits: a recorded row as plain JSON, and back.

A portrait is what the journal keeps, the stream sends and an export is made of, so it holds every column of the
row and nothing computed.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from headway.engine.errors import Missing
from headway.store.models import Recorded, Train

Portrait = dict[str, Any]

_UNSEEN = {"seq", "last_number"}


@cache
def recorded_models() -> Mapping[str, type[Recorded] | type[Train]]:
    """Every recorded model by its kind; a kind comes after the kinds its rows refer to."""
    models_by_kind: dict[str, type[Recorded] | type[Train]] = {Train.kind: Train}
    waiting = [model for model in apps.get_app_config("store").get_models() if issubclass(model, Recorded)]
    while waiting:
        for model in waiting:
            if all(target not in waiting or target is model for target in _targets(model)):
                models_by_kind[model.kind] = model
                waiting.remove(model)
                break
        else:
            raise RuntimeError("Recorded models refer to each other in a circle")
    return models_by_kind


def model_of(kind: str) -> type[Recorded] | type[Train]:
    """The model whose rows have this kind."""
    try:
        return recorded_models()[kind]
    except KeyError:
        raise Missing(f"There is no kind of thing called {kind!r}.", code="unknown_kind") from None


def columns(model: type[models.Model]) -> list[str]:
    """The columns of a portrait, the train itself left out since everything in a portrait is of one train."""
    return [column for column, _ in _columns(model)]


def portrait(row: Recorded | Train) -> Portrait:
    """The whole row as JSON values."""
    return {column: _plain(getattr(row, column)) for column, _ in _columns(type(row))}


def row_from(kind: str, train_id: int, values: Portrait) -> Recorded | Train:
    """An unsaved row with the columns of a portrait."""
    model = model_of(kind)
    fields = {column: field.to_python(values[column]) for column, field in _columns(model) if column in values}
    if issubclass(model, Recorded):
        fields["train_id"] = train_id
    return model(**fields)


def parse_value(model: type[models.Model], column: str, value: Any) -> Any:
    """A portrait's value as the column holds it (an ISO date becomes a date)."""
    return dict(_columns(model))[column].to_python(value)


def snapshot(train: Train) -> dict[str, dict[int, Portrait]]:
    """Every recorded thing of the train: kind → id → portrait. Journal entries applied to an older snapshot give it."""
    whole: dict[str, dict[int, Portrait]] = {}
    for kind, model in recorded_models().items():
        rows: Iterable[Recorded | Train] = (
            model._default_manager.filter(train=train).order_by("pk") if issubclass(model, Recorded) else [train]
        )
        whole[kind] = {row.pk: portrait(row) for row in rows}
    return whole


def references(model: type[models.Model]) -> dict[str, type[models.Model]]:
    """The columns that refer to other recorded things, with what they refer to."""
    return {
        field.attname: field.related_model
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and isinstance(field.related_model, type)
        and issubclass(field.related_model, Recorded)
    }


def _targets(model: type[models.Model]) -> list[type[models.Model]]:
    return list(references(model).values())


@cache
def _columns(model: type[models.Model]) -> list[tuple[str, models.Field[Any, Any]]]:
    return [
        (field.attname, field)
        for field in model._meta.concrete_fields
        if field.name != "train" and field.attname not in _UNSEEN
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
