"""What is laid over the board, in a real browser: the critical chain, the forecast, a proposal and its answers."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from headway.features.planner.actions import accept_part
from headway.store.models import Story, Train
from tests.browser.conftest import PageOf
from tests.builders import build_dependency
from tests.cast import Cast
from tests.features.forecast.stage import computed, planned, steady
from tests.features.planner.plans import build_proposal, places

pytestmark = pytest.mark.browser


@pytest.fixture
def plan(cast: Cast, train: Train) -> Mapping[str, Any]:
    """Kestrel is asked to move two stories and Merlin one."""
    return build_proposal(cast, train)


def open_board(page: Page, query: str) -> Page:
    page.goto(f"/trains/orion/board?pi=1{query}")
    page.wait_for_selector("#board[data-ready]")
    return page


def card(train: Train, number: int) -> str:
    return f"#s{Story.objects.get(train=train, number=number).pk}"


def test_a_team_accepts_its_own_part_and_is_not_offered_the_others(
    page_of: PageOf, train: Train, plan: Mapping[str, Any]
) -> None:
    page = open_board(page_of("tess"), f"&overlay=proposal:{plan['proposal']}")
    strip = page.locator("#board-strip")
    expect(strip).to_contain_text("3 cards move; 2 of 2 teams still to answer.")
    expect(page.locator(".is-team .ghost")).to_have_count(3)
    expect(page.locator(f"{card(train, plan['consumer'])}.is-leaving .card-goes")).to_have_text(", proposed ⇢ I3")
    expect(page.locator(".is-mine .cell-then").first).to_be_visible()
    expect(strip.locator("[data-part=merlin] button")).to_have_count(0)
    expect(strip.locator(".strip-reason")).to_contain_text("member of the team")
    page.focus(card(train, plan["consumer"]))
    expect(page.locator(card(train, plan["consumer"]))).to_have_attribute(
        "aria-description",
        "A proposal moves it to I3: It needs story 2. Needs Keep past readings. Conflict: comes 1 iteration too late.",
    )
    strip.get_by_role("button", name="Accept the part of Kestrel").click()
    expect(strip.locator("[data-part=kestrel] .part-state")).to_have_text("✓ accepted")
    expect(page.locator(".is-team .ghost")).to_have_count(1)
    assert places(train, plan["consumer"], plan["late"], plan["provider"]) == ["I3", "I1", "I2"]


def test_an_answer_of_another_team_shows_at_once(
    page_of: PageOf, cast: Cast, train: Train, plan: Mapping[str, Any]
) -> None:
    page = open_board(page_of("tess"), f"&overlay=proposal:{plan['proposal']}")
    expect(page.locator(".is-team .ghost")).to_have_count(3)
    accept_part(cast.mika, number=plan["proposal"], team="merlin")
    expect(page.locator("[data-part=merlin] .part-state")).to_have_text("✓ accepted")
    expect(page.locator(".is-team .ghost")).to_have_count(2)


def test_a_part_whose_card_was_moved_since_says_so_and_offers_the_rest(
    page_of: PageOf, train: Train, plan: Mapping[str, Any]
) -> None:
    page = open_board(page_of("tess"), f"&overlay=proposal:{plan['proposal']}")
    expect(page.locator(".is-team .ghost")).to_have_count(3)
    page.focus(card(train, plan["consumer"]))
    for key in (" ", "ArrowRight", " "):
        page.keyboard.press(key)
    part = page.locator("[data-part=kestrel]")
    expect(part.locator(".part-reason").first).to_contain_text("It was moved since.")
    part.get_by_role("button", name="Accept the part of Kestrel").click()
    expect(part.get_by_role("alert")).to_be_visible()
    part.get_by_role("button", name="Accept the others").click()
    expect(part.locator(".part-state")).to_have_text("✓ accepted")
    assert places(train, plan["consumer"], plan["late"]) == ["I2", "I1"]


def test_the_forecast_is_on_every_open_card_and_in_words_beside_it(page_of: PageOf, cast: Cast, train: Train) -> None:
    steady(cast, train)
    story = planned(train, "Show the readings")
    far = planned(train, "Far too much", number=5, points=200)
    build_dependency(train, consumer_story=far, provider_story=story, consumer="kestrel", provider="kestrel")
    computed(cast, train)
    page = open_board(page_of("vera"), "&overlay=forecast")
    strip = page.locator("#board-strip")
    expect(page.locator(f"#s{far.pk} .card-chance.is-unlikely")).to_contain_text("chance to be done by I5: <1 %")
    expect(page.locator(f"#s{story.pk} .card-chance")).to_be_visible()
    expect(strip).to_contain_text("1 of 2 cards is more likely to miss than to land.")
    expect(strip.locator(".strip-cards li").first).to_contain_text("Far too much")
    expect(strip.locator(".strip-record")).not_to_be_empty()
    strip.get_by_role("link", name="Far too much").click()
    assert page.evaluate("document.activeElement.id") == f"s{far.pk}"
    page.keyboard.press("o")
    expect(page.locator(".card-chance")).to_have_count(0)
    expect(strip).to_be_hidden()
    assert "overlay" not in page.url
    page.get_by_role("link", name="Features").click()
    page.wait_for_selector("#board[data-ready]")
    page.select_option("#board-overlay", "forecast")
    expect(page.locator(f"#f{far.feature_id} .card-chance")).to_contain_text("chance to land in PI 1: <1 %")


def test_the_critical_chain_is_one_key_away_and_follows_the_board(
    page_of: PageOf, cast: Cast, train: Train, plan: Mapping[str, Any]
) -> None:
    page = open_board(page_of("vera"), "")
    page.keyboard.press("c")
    expect(page.locator("#board-strip")).to_contain_text("2 cards, at least 2 iterations, 16 points.")
    expect(page.locator(".ticket.in-chain")).to_have_count(2)
    expect(page.locator("#board-live")).to_contain_text("Critical chain. 2 cards")
    late = Story.objects.get(train=train, number=plan["late"])
    build_dependency(
        train,
        consumer="kestrel",
        provider="kestrel",
        consumer_story=late,
        provider_story=Story.objects.get(train=train, number=plan["consumer"]),
    )
    expect(page.locator(".ticket.in-chain")).to_have_count(3)
    page.keyboard.press("c")
    expect(page.locator(".ticket.in-chain")).to_have_count(0)


def test_an_overlay_that_is_not_there_says_so_and_leaves_the_plan(page_of: PageOf, train: Train) -> None:
    page = open_board(page_of("vera"), "&overlay=proposal:99")
    expect(page.locator(".toast")).to_contain_text("99")
    expect(page.locator("#board-strip")).to_be_hidden()
    assert "overlay" not in page.url
