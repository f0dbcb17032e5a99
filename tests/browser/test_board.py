"""The program board in a real browser: what one person does, others see, and the keyboard does it all."""

import pytest
from playwright.sync_api import Page, expect

from headway.store.models import Dependency, Increment, Story, Target, Team, Train
from tests.browser.conftest import PageOf
from tests.builders import build_dependency, build_feature, build_story, iteration

pytestmark = pytest.mark.browser


@pytest.fixture
def stories(train: Train) -> dict[str, Story]:
    """Two stories of Kestrel and one of Merlin in PI 1: readings (I2), export (backlog), address (I1)."""
    pi = Increment.objects.get(train=train, number=1)
    history = build_feature(train, "Reading history", state="planned")
    return {
        "readings": build_story(
            train, "Show the readings", feature=history, pi=pi, iteration=iteration(train, 1, 2), points=5
        ),
        "export": build_story(train, "Export the readings", feature=history, pi=pi, points=3),
        "address": build_story(
            train, "Offer an address", team="merlin", pi=pi, iteration=iteration(train, 1, 1), points=8
        ),
    }


def open_board(page: Page, query: str = "pi=1") -> Page:
    page.goto(f"/trains/orion/board?{query}")
    page.wait_for_selector("#board[data-ready]")
    return page


def card(page: Page, story: Story) -> str:
    return f"#s{story.pk}"


def wait_for_column(page: Page, story: Story, column: str, timeout: float = 10_000) -> None:
    page.wait_for_function(
        """([selector, column]) => {
          const cell = document.querySelector(selector)?.closest("td");
          const head = cell && document.querySelectorAll(".corner, .col-head")[cell.cellIndex];
          return head?.querySelector(".col-name")?.firstChild.textContent.trim() === column;
        }""",
        arg=[card(page, story), column],
        timeout=timeout,
    )


def test_two_browsers_see_each_others_moves_within_a_second(page_of: PageOf, stories: dict[str, Story]) -> None:
    tess, mika = open_board(page_of("tess")), open_board(page_of("mika"))
    tess.focus(card(tess, stories["readings"]))
    for key in (" ", "ArrowRight", " "):
        tess.keyboard.press(key)
    wait_for_column(mika, stories["readings"], "I3", timeout=1000)
    mika.focus(card(mika, stories["address"]))
    for key in (" ", "ArrowRight", "ArrowRight", " "):
        mika.keyboard.press(key)
    wait_for_column(tess, stories["address"], "I3", timeout=1000)


def test_the_mouse_drags_a_card_and_the_preview_comes_before_the_drop(
    page_of: PageOf, train: Train, stories: dict[str, Story]
) -> None:
    build_dependency(train, consumer_story=stories["readings"], provider_story=stories["address"], state="requested")
    page = open_board(page_of("tess"))
    box = page.locator(card(page, stories["readings"])).bounding_box()
    target = page.locator(f'tr[data-row^="team-"] td[data-i="{iteration(train, 1, 1).pk}"]').first.bounding_box()
    assert box is not None
    assert target is not None
    page.mouse.move(box["x"] + 60, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 30, steps=8)
    note = page.locator(".drag-note")
    expect(note).to_contain_text("Tight: both in the same iteration")
    assert Story.objects.get(pk=stories["readings"].pk).iteration == iteration(train, 1, 2)
    page.mouse.up()
    expect(note).to_have_count(0)
    wait_for_column(page, stories["readings"], "I1")
    expect(page.locator("#board-live")).to_contain_text("is in I1")
    assert Story.objects.get(pk=stories["readings"].pk).iteration == iteration(train, 1, 1)


def test_the_whole_flow_works_by_keyboard(page_of: PageOf, train: Train, stories: dict[str, Story]) -> None:
    page = open_board(page_of("tess"))
    live = page.locator("#board-live")
    page.focus(card(page, stories["export"]))
    for key in (" ", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(live).to_contain_text("I3")
    page.keyboard.press(" ")
    expect(live).to_contain_text("Export the readings is in I3")
    page.keyboard.press("d")
    expect(live).to_contain_text("Go to the card that provides it")
    for key in ("Home", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == f"s{stories['address'].pk}"
    page.keyboard.press("Enter")
    page.get_by_label("What is needed").fill("An address for readings")
    page.keyboard.press("Enter")
    expect(page.locator("#board-dependency")).to_be_hidden()
    made = Dependency.objects.get(train=train)
    assert (made.needs, made.provider_story, made.consumer_story) == (
        "An address for readings",
        stories["address"],
        stories["export"],
    )
    page.keyboard.press("z")
    expect(page.locator(".string")).to_have_count(0)
    assert Dependency.objects.filter(train=train).count() == 0
    page.keyboard.press("z")
    wait_for_column(page, stories["export"], "Team backlog")


def test_escape_puts_a_carried_card_back(page_of: PageOf, stories: dict[str, Story]) -> None:
    page = open_board(page_of("tess"))
    page.focus(card(page, stories["readings"]))
    for key in (" ", "ArrowRight", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    wait_for_column(page, stories["readings"], "I2")
    assert page.evaluate("document.activeElement.id") == f"s{stories['readings'].pk}"


def test_a_card_of_another_team_stays_and_says_why(page_of: PageOf, stories: dict[str, Story]) -> None:
    page = open_board(page_of("tess"))
    page.focus(card(page, stories["address"]))
    page.keyboard.press(" ")
    expect(page.locator("#board-live")).to_contain_text("placed by its own team")


def test_a_refused_move_goes_back_with_the_servers_sentence(
    page_of: PageOf, train: Train, stories: dict[str, Story]
) -> None:
    page = open_board(page_of("tess"))
    page.context.set_offline(True)
    page.focus(card(page, stories["readings"]))
    for key in (" ", "ArrowRight", " "):
        page.keyboard.press(key)
    expect(page.locator(".toast")).to_contain_text("Headway did not answer")
    wait_for_column(page, stories["readings"], "I2")


def test_product_management_places_a_feature_that_has_no_stories_yet(page_of: PageOf, train: Train) -> None:
    feature = build_feature(train, "Tariff forecast", team=Team.objects.get(train=train, slug="merlin"), state="ready")
    page = open_board(page_of("paul"))
    page.keyboard.press("u")
    page.get_by_role("button", name="Bring in Tariff forecast").click()
    key = f"#f{feature.pk}"
    expect(page.locator(key)).to_be_visible()
    page.focus(key)
    for pressed in (" ", "ArrowRight", "ArrowRight", " "):
        page.keyboard.press(pressed)
    expect(page.locator("#board-live")).to_contain_text("Tariff forecast is in I2")
    assert Target.objects.get(feature=feature).iteration == iteration(train, 1, 2)


def test_a_held_card_shows_who_holds_it(page_of: PageOf, stories: dict[str, Story]) -> None:
    mika, tess = open_board(page_of("mika")), open_board(page_of("tess"))
    tess.focus(card(tess, stories["readings"]))
    tess.keyboard.press(" ")
    expect(mika.locator(card(mika, stories["readings"]))).to_have_attribute("data-held", "TO")
    tess.keyboard.press("Escape")
    expect(mika.locator(card(mika, stories["readings"]))).not_to_have_attribute("data-held", "TO")


def test_what_others_do_does_not_take_the_focus(page_of: PageOf, stories: dict[str, Story]) -> None:
    tess, mika = open_board(page_of("tess")), open_board(page_of("mika"))
    mika.focus(card(mika, stories["readings"]))
    tess.focus(card(tess, stories["readings"]))
    for key in (" ", "ArrowRight", " "):
        tess.keyboard.press(key)
    wait_for_column(mika, stories["readings"], "I3")
    assert mika.evaluate("document.activeElement.id") == f"s{stories['readings'].pk}"


def test_a_handle_dragged_to_another_card_asks_for_a_dependency(
    page_of: PageOf, train: Train, stories: dict[str, Story]
) -> None:
    page = open_board(page_of("tess"))
    page.hover(card(page, stories["address"]))
    page.hover(".handle.is-provides")
    page.mouse.down()
    page.hover(card(page, stories["readings"]))
    page.mouse.up()
    expect(page.locator("[data-verdict]")).to_have_text("Fits, 1 iteration to spare.")
    page.get_by_label("What is needed").fill("An address")
    page.get_by_role("button", name="Add dependency").click()
    expect(page.locator("#board-dependency")).to_be_hidden()
    made = Dependency.objects.get(train=train)
    assert (made.provider_story, made.consumer_story) == (stories["address"], stories["readings"])
    assert made.needed_by == iteration(train, 1, 2)


def test_filters_dim_what_does_not_match_and_say_how_many_do(page_of: PageOf, stories: dict[str, Story]) -> None:
    page = open_board(page_of("vera"))
    page.keyboard.press("/")
    page.keyboard.type("address")
    expect(page.locator(".ticket:not(.is-out)")).to_have_count(1)
    expect(page.locator("#board-live")).to_contain_text("1 of 3 cards match")
    page.keyboard.press("Escape")
    expect(page.locator(".ticket.is-out")).to_have_count(0)


def test_folded_rows_and_their_order_are_remembered(page_of: PageOf, stories: dict[str, Story]) -> None:
    page = open_board(page_of("tess"))
    page.get_by_role("button", name="Merlin", exact=True).click()
    page.focus(".row-toggle >> text=Merlin")
    page.keyboard.press("Alt+ArrowUp")
    page.reload()
    page.wait_for_selector("#board[data-ready]")
    assert page.locator(".row.is-team .row-toggle").all_inner_texts() == ["Merlin", "Kestrel"]
    assert page.get_by_role("button", name="Merlin", exact=True).get_attribute("aria-expanded") == "false"
    expect(page.locator(".row.is-folded.is-team td").nth(1)).to_have_attribute("data-count", "1 card")


def test_a_dependency_on_an_external_party_needs_no_card_of_it(
    page_of: PageOf, train: Train, stories: dict[str, Story]
) -> None:
    page = open_board(page_of("tess"))
    page.focus(card(page, stories["readings"]))
    for key in ("d", "Control+End"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("[data-end=provider]")).to_have_text("Nordlicht GmbH")
    page.get_by_label("What is needed").fill("Fifty sensors")
    page.keyboard.press("Enter")
    made = page.locator(".ticket.is-delivery")
    expect(made).to_contain_text("Fifty sensors")
    dependency = Dependency.objects.get(train=train)
    assert (dependency.provider_team.slug, dependency.consumer_story) == ("nordlicht", stories["readings"])
    expect(page.locator(".string.is-conflict")).to_have_count(1)


def test_a_click_on_a_string_opens_its_dependency_beside_the_board(
    page_of: PageOf, train: Train, stories: dict[str, Story]
) -> None:
    made = build_dependency(train, consumer_story=stories["address"], provider_story=stories["readings"])
    page = open_board(page_of("vera"))
    mark = page.locator(".string.is-conflict [data-at=middle]").bounding_box()
    assert mark is not None
    page.mouse.click(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    expect(page.locator("#panel")).to_contain_text(made.needs)
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.locator(card(page, stories["readings"])).click()
    expect(page.locator("#panel")).to_contain_text("Show the readings")


def test_a_finger_that_rests_on_a_card_drags_it(page_of: PageOf, train: Train, stories: dict[str, Story]) -> None:
    page = open_board(page_of("tess", viewport={"width": 820, "height": 1100}, has_touch=True))
    start = page.locator(card(page, stories["readings"])).bounding_box()
    goal = page.locator(f'tr.is-mine td[data-i="{iteration(train, 1, 1).pk}"]').bounding_box()
    assert start is not None
    assert goal is not None
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, x: float = 0, y: float = 0) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start["x"] + 40, start["y"] + 10)
    expect(page.locator(".drag-ghost")).to_be_visible()
    touch("touchMove", start["x"], start["y"] + 12)
    touch("touchMove", goal["x"] + 40, goal["y"] + 30)
    expect(page.locator(".drag-note")).to_contain_text("I1")
    touch("touchEnd")
    wait_for_column(page, stories["readings"], "I1")


def test_a_stakeholder_reads_along(page_of: PageOf, stories: dict[str, Story]) -> None:
    page = open_board(page_of("vera"))
    page.focus(card(page, stories["readings"]))
    page.keyboard.press("d")
    expect(page.locator("#board-live")).to_contain_text("You read along here")
    page.hover(card(page, stories["readings"]))
    expect(page.locator("#board-handles")).to_be_hidden()


def test_a_carried_card_says_what_else_would_have_to_move(
    page_of: PageOf, train: Train, stories: dict[str, Story]
) -> None:
    build_dependency(
        train,
        consumer_story=stories["readings"],
        provider_story=stories["address"],
        needs="An address",
        state="committed",
    )
    page = open_board(page_of("mika"))
    page.focus(card(page, stories["address"]))
    for key in (" ", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    note = page.locator(".drag-note")
    expect(note).to_contain_text("Becomes a conflict: An address (for Kestrel)")
    expect(note).to_contain_text("1 other story has to move too, 5 points (Kestrel)")
    expect(page.locator("#board-live")).to_contain_text("1 other story has to move too")
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)
