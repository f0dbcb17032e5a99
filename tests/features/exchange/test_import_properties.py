"""What holds for any file: it comes in once, a second time changes nothing, and the dry run told the truth."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headway.features.exchange.comparison import Verdict
from headway.features.journal.actions import undo_last
from headway.features.trains.actions import remove_train
from headway.store.actors import founder
from headway.store.models import ImportRun, Train, User
from headway.store.portraits import snapshot
from tests.builders import build_train
from tests.features.exchange.files import csv_of
from tests.features.exchange.test_importing_work import HEADINGS, bring_in, preview

KINDS = ["Epic", "Feature", "User Story", "Bug", "Task", "Enabler", "Gizmo", "Test Case", ""]
STATES = ["New", "Active", "Resolved", "Closed", "Removed", "Marinating", "Blocked", ""]
POINTS = ["", "0", "3", "2,5", "100", "101", "many", "0.3"]
AREAS = ["", "D", r"D\Portfolio", r"D\Teams\Kestrel", r"D\Teams\Falcon", r"D\Old\Falcon", r"D\Ünïcödé 株式会社"]
PATHS = ["", "D", r"D\PI 7", r"D\PI 7\Iteration 1", r"D\PI 7\Iteration 2 (Plus 1)", r"D\PI 9\Iteration 4", "Sprint 12"]
numbers = st.integers(1, 8).map(str)
rows = st.tuples(
    st.one_of(numbers, st.just("")),
    st.sampled_from(KINDS),
    st.sampled_from(["Draw", "Print", "Fold", "", "x" * 300, "=1+1"]),
    st.sampled_from(STATES),
    st.sampled_from(POINTS),
    st.one_of(numbers, st.just("")),
    st.sampled_from(AREAS),
    st.sampled_from(PATHS),
    st.lists(numbers, max_size=2).map("; ".join),
)
files = st.lists(rows, min_size=1, max_size=12).map(
    lambda found: csv_of(HEADINGS, *(",".join(f'"{cell}"' for cell in row) for row in found))
)
slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def keeper(db: None) -> User:
    return User.objects.create_superuser("ines@example.org", name="Ines Vogel")


def without_versions(train: Train) -> dict[str, dict[int, dict[str, Any]]]:
    return {
        kind: {each: {**portrait, "version": 0} for each, portrait in portraits.items()}
        for kind, portraits in snapshot(train).items()
    }


@slow
@given(data=files, later=files)
def test_any_file_comes_in_once_and_can_be_taken_back(keeper: User, data: bytes, later: bytes) -> None:
    actor = build_train("any", "Any").rosa
    train = Train.objects.get(slug="any")
    try:
        empty = without_versions(train)
        foreseen = preview(actor, data)
        bring_in(actor, data)
        assert ImportRun.objects.latest("id").counts["by_kind"] == foreseen.counts
        first = snapshot(train)
        again = preview(actor, data)
        assert [step for step in again.steps if step.verdict in (Verdict.CREATED, Verdict.CHANGED)] == []
        bring_in(actor, data)
        assert snapshot(train) == first
        bring_in(actor, later)
        assert preview(actor, later).changes_nothing
        for _ in range(2):
            if without_versions(train) != empty:
                undo_last(actor)
        assert without_versions(train) == empty
    finally:
        remove_train(founder(train, keeper), confirm="any")
