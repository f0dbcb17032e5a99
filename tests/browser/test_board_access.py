"""The board for everybody: no serious fault by axe in light and dark, and readable without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from headway.store.models import Train
from tests.browser.conftest import PageOf
from tests.browser.test_board_rules import fill
from tests.cast import Cast
from tests.features.forecast.stage import computed, steady
from tests.features.planner.plans import build_proposal

pytestmark = pytest.mark.browser


def serious_faults(page: Page) -> list[str]:
    # axe is put into the page by the browser itself, past the page's own policy.
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["stories", "features"])
def test_axe_finds_no_serious_fault(page_of: PageOf, train: Train, scheme: str, view: str) -> None:
    fill(train)
    page = page_of("tess", color_scheme=scheme, bypass_csp=True)
    page.goto(f"/trains/orion/board?pi=1&view={view}")
    page.wait_for_selector("#board[data-ready]")
    page.keyboard.press("a")
    page.keyboard.press("u")
    assert serious_faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_in_what_is_laid_over_the_board(
    page_of: PageOf, cast: Cast, train: Train, scheme: str
) -> None:
    plan = build_proposal(cast, train)
    steady(cast, train)
    computed(cast, train)
    page = page_of("tess", color_scheme=scheme, bypass_csp=True)
    for overlay in (f"proposal:{plan['proposal']}", "forecast", "chain"):
        page.goto(f"/trains/orion/board?pi=1&overlay={overlay}")
        page.wait_for_selector("#board-strip .strip-finding")
        assert serious_faults(page) == []


def test_the_board_reads_as_a_table_without_scripts(page_of: PageOf, train: Train) -> None:
    fill(train)
    page = page_of("tess", java_script_enabled=False)
    page.goto("/trains/orion/board?pi=1")
    heads = page.locator("#board-table thead .col-name").all_inner_texts()
    assert [head.split("\n")[0].split(" now")[0] for head in heads] == [
        "Team backlog",
        "I1",
        "I2",
        "I3",
        "I4",
        "I5",
        "IP",
    ]
    assert page.locator("#board-table .ticket").count() == 11
    assert page.get_by_role("link", name="Story 0").get_attribute("href", timeout=2000) is not None
