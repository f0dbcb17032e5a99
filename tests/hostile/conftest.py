"""The stage: Orion, on which everything happens, and Vega, on which nothing may."""

from dataclasses import dataclass
from typing import Any

import pytest

from headway.store.models import Recorded, Train
from headway.store.portraits import recorded_models, snapshot
from tests.builders import build_train
from tests.cast import Cast
from tests.house.full_train import fill


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Two full trains with the same people; only the first is spoken to."""

    train: Train
    other: Train
    ids: list[int]

    def other_untouched(self) -> bool:
        """Whether the other train is as it was."""
        return Train.objects.get(pk=self.other.pk).seq == self.other.seq


@pytest.fixture
def stage(cast: Cast) -> Stage:
    """Orion and Vega, both with one of everything, and the ids and numbers of both."""
    build_train("vega", "Vega")
    trains = [Train.objects.get(slug=slug) for slug in ("orion", "vega")]
    for train in trains:
        fill(train)
        train.refresh_from_db()
    ids: set[int] = set()
    for train in trains:
        for rows in snapshot(train).values():
            ids |= rows.keys()
    return Stage(train=trains[0], other=trains[1], ids=sorted(ids))


def ids_of(train: Train) -> dict[str, list[int]]:
    """The ids of everything in a train, by kind."""
    return {
        kind: list(model._default_manager.filter(train=train).order_by("pk").values_list("pk", flat=True))
        for kind, model in recorded_models().items()
        if issubclass(model, Recorded)
    }


def portraits_of(train: Train) -> dict[str, dict[int, dict[str, Any]]]:
    """Every row of a train."""
    return snapshot(train)
