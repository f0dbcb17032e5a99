"""The reference says what the code does."""

import pytest

from tests.house.reference import REFERENCE, pages

NAMES = ["permissions.md", "settings.md", "journal.md", "cli.md", "api.md", "api.json", "documents.md"]
KINDS = ["problem", "plan", "comparison", "forecast-problem", "forecast", "network", "network-analysis"]


@pytest.mark.parametrize("name", [*NAMES, *(f"schema-{kind}.json" for kind in KINDS)])
def test_the_reference_is_what_the_code_says(name: str) -> None:
    written = (REFERENCE / name).read_text(encoding="utf-8")
    assert written == pages()[name], f"docs/reference/{name} is out of date; run `make docs`"


def test_the_reference_holds_nothing_else_that_claims_to_be_made_from_code() -> None:
    claiming = {
        path.name
        for path in REFERENCE.iterdir()
        if "Made from the code" in path.read_text(encoding="utf-8").split("\n", 1)[0] or path.suffix == ".json"
    }
    assert claiming == set(pages())
