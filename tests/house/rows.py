"""Every permission row that the features' tests state, and the rows of features that leave it to the house."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import headway.features
from headway.store.change import ACTIONS, Outcome
from tests.features.permissions import Row

FEATURES = [each.name for each in iter_modules(headway.features.__path__) if each.ispkg]
STATED = Path(__file__).resolve().parent.parent / "features"


@cache
def actions() -> dict[str, Callable[..., Outcome]]:
    """Every action of the house by name."""
    for feature in FEATURES:
        if (Path(headway.features.__path__[0]) / feature / "actions.py").exists():
            import_module(f"headway.features.{feature}.actions")
    return dict(ACTIONS)


@cache
def rows() -> tuple[Row, ...]:
    """Every row, by the feature's own ``test_permissions.ROWS``."""
    found: list[Row] = []
    for feature in sorted(FEATURES):
        if (STATED / feature / "test_permissions.py").exists():
            found += import_module(f"tests.features.{feature}.test_permissions").ROWS
    return tuple(found)


def label(row: object) -> str:
    """A name for a row that is the same in every run."""
    if not isinstance(row, Row):
        return str(row)
    name = next((name for name, action in actions().items() if action == row.action), "?")
    return f"{name}: {row.name}"
