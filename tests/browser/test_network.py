"""The network's pages in a browser: what is lit, what opens, and no serious fault by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from headway.store.models import Train
from tests.browser.conftest import PageOf
from tests.features.network.stage import between, placed, room_for, tied

pytestmark = pytest.mark.browser

BASE = "/trains/orion/network"


def lit(page: Page) -> list[str]:
    return [box.get_attribute("data-key") or "" for box in page.locator(".net-box.is-lit").all()]


def box(page: Page, number: int) -> Locator:
    return page.locator(f'.net-box[data-key="s{number}"]')


def test_pointing_at_a_card_or_reaching_it_with_the_keyboard_lights_all_it_hangs_on(
    page_of: PageOf, train: Train
) -> None:
    first, middle, last = placed(train, "merlin", 1), placed(train, "kestrel", 2), placed(train, "merlin", 3)
    tied(train, first, middle)
    tied(train, middle, last)
    between(train, 1, 4)
    keys = {f"s{story.number}" for story in (first, middle, last)}
    page = page_of("vera")
    page.goto(BASE)
    picture = page.locator("svg.network")
    box(page, middle.number).hover()
    expect(picture).to_have_class("network has-focus")
    assert set(lit(page)) == keys
    page.locator("h1").hover()
    expect(picture).to_have_class("network")
    box(page, first.number).focus()
    expect(picture).to_have_class("network has-focus")
    assert set(lit(page)) == keys
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text(first.title)
    assert "panel=" in page.url


def test_a_number_of_the_matrix_opens_the_dependencies_it_counts(page_of: PageOf, train: Train) -> None:
    between(train, 2, 2, needs="An address to ask for past readings")
    page = page_of("vera")
    page.goto(f"{BASE}/teams")
    page.get_by_role("link", name="Merlin to Kestrel: 1, 1 short").click()
    panel = page.locator("#panel")
    expect(panel.locator(".net-list li")).to_have_count(1)
    expect(panel).to_contain_text("An address to ask for past readings")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page_of: PageOf, train: Train, scheme: str) -> None:
    a, b = placed(train, "merlin", 1, points=3), placed(train, "kestrel", 2, points=5)
    tied(train, a, b)
    tied(train, b, a)
    room_for(train, "kestrel", 1, 40)
    page = page_of("tess", color_scheme=scheme, bypass_csp=True)
    found = {}
    for part in ("", "/teams", "/slip", "/circles", "/moves"):
        page.goto(f"{BASE}{part}")
        violations = Axe().run(page).response["violations"]
        found[part] = [each["id"] for each in violations if each["impact"] in ("serious", "critical")]
    assert found == {part: [] for part in found}
