"""The shell around every page: palette, panel, theme, live stream, and reading without a script."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from headway.store.models import Train
from tests.browser.conftest import PageOf
from tests.builders import build_feature, build_story
from tests.cast import Cast
from tests.serving import session_cookie

pytestmark = pytest.mark.browser

BOARD = "/trains/orion/board"
LIVE = '#live-state[data-state="live"]'


def streams_of(context: BrowserContext) -> list[str]:
    """The streams that the pages of this browser open from now on."""
    opened: list[str] = []

    def note(request: Request) -> None:
        if "/stream" in request.url and request.method == "GET":
            opened.append(request.url)

    context.on("request", note)
    return opened


def test_two_tabs_share_one_stream_and_both_hear_of_a_change(page_of: PageOf, train: Train) -> None:
    first = page_of("tess")
    streams = streams_of(first.context)
    first.goto(BOARD)
    first.wait_for_selector(LIVE)
    second = first.context.new_page()
    second.goto(BOARD)
    second.wait_for_selector(LIVE)
    build_story(train, "Show the reading history")
    said = "The builder added story 1 “Show the reading history”."
    expect(first.locator("#announcer")).to_have_text(said)
    expect(second.locator("#announcer")).to_have_text(said)
    assert len(streams) == 1


def test_when_the_listening_tab_closes_another_goes_on_without_losing_a_change(page_of: PageOf, train: Train) -> None:
    first = page_of("tess")
    first.goto(BOARD)
    first.wait_for_selector(LIVE)
    second = first.context.new_page()
    second.goto(BOARD)
    second.wait_for_selector(LIVE)
    first.close()
    build_story(train, "Show the reading history")
    expect(second.locator("#announcer")).to_have_text("The builder added story 1 “Show the reading history”.")


def test_what_happened_while_the_connection_was_gone_is_heard_when_it_is_back(page_of: PageOf, train: Train) -> None:
    page = page_of("tess")
    page.route("**/stream?*", lambda route: route.abort())
    page.goto(BOARD)
    expect(page.locator("#live-state")).to_have_text("Connecting…")
    build_story(train, "Show the reading history")
    page.unroute("**/stream?*")
    page.wait_for_selector(LIVE)
    expect(page.locator("#announcer")).to_have_text("The builder added story 1 “Show the reading history”.")


def test_who_else_is_here_is_shown_by_initials(page_of: PageOf) -> None:
    tess, mika = page_of("tess"), page_of("mika")
    tess.goto(BOARD)
    mika.goto(BOARD)
    expect(tess.locator("#who-is-here .initials")).to_have_text(["MS"])
    expect(mika.locator("#who-is-here .initials")).to_have_text(["TO"])


def test_the_palette_jumps_to_a_page_by_keyboard_alone(page_of: PageOf) -> None:
    page = page_of("tess")
    page.goto(f"{BOARD}?view=feature")
    page.keyboard.press("Control+k")
    page.keyboard.type("program")
    expect(page.locator(".palette [aria-selected=true]")).to_contain_text("Program board")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{BOARD}")


def test_the_palette_finds_a_feature_by_its_title(page_of: PageOf, train: Train) -> None:
    build_feature(train, "Reading history")
    page = page_of("tess")
    page.goto(BOARD)
    page.keyboard.press("Control+k")
    page.keyboard.type("reading")
    expect(page.locator(".palette [role=option]")).to_contain_text(["Reading history"])
    page.keyboard.press("Escape")
    expect(page.locator(".palette")).to_be_hidden()


def test_the_panel_opens_by_its_address_and_escape_leaves_the_page_as_it_was(page_of: PageOf) -> None:
    page = page_of("tess")
    page.goto(f"{BOARD}?panel=/account/")
    panel = page.get_by_role("complementary", name="Your account")
    expect(panel.get_by_label("Name")).to_have_value("Tess Okafor")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert page.url.endswith(BOARD)
    page.go_back()
    expect(panel).to_be_visible()


@pytest.mark.parametrize(
    "address", ["https://example.org/", "//example.org/", "javascript:alert(1)", "data:text/html,x", "\\\\example.org"]
)
def test_the_panel_never_opens_an_address_of_another_house(page_of: PageOf, address: str) -> None:
    page = page_of("tess")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(BOARD)
    page.evaluate("address => { location.search = '?panel=' + encodeURIComponent(address) }", address)
    page.wait_for_selector(LIVE)
    assert [url for url in asked if "example.org" in url.split("?")[0]] == []
    expect(page.locator("#panel")).to_be_hidden()


def test_the_choice_of_dark_follows_the_person_to_another_browser(page_of: PageOf) -> None:
    page = page_of("tess")
    page.goto("/account/")
    page.get_by_label("You: Tess Okafor").click()
    with page.expect_response("**/account/theme") as answer:
        page.get_by_role("button", name="Dark").click()
    assert answer.value.ok
    elsewhere = page_of("tess")
    elsewhere.goto("/account/")
    assert elsewhere.locator("html").get_attribute("data-theme") == "dark"


def test_the_first_tab_stop_leads_past_the_navigation(page_of: PageOf) -> None:
    page = page_of("tess")
    page.goto("/account/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_page_can_be_read_and_left_without_javascript(site: str, cast: Cast, browser: Browser) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    context.add_cookies([{"name": "headway_session", "value": session_cookie(cast.user("tess")), "url": site}])
    page = context.new_page()
    page.goto("/account/")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.get_by_label("You: Tess Okafor").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


Opener = Callable[[Page], None]


def open_user_menu(page: Page) -> None:
    page.get_by_label("You: Tess Okafor").click()


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")


def open_keys(page: Page) -> None:
    page.keyboard.press("?")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("opens", [open_user_menu, open_palette, open_keys])
def test_axe_finds_no_fault_in_what_the_shell_opens(page_of: PageOf, theme: str, opens: Opener) -> None:
    page = page_of("tess", color_scheme=theme)
    page.goto("/account/tokens")
    opens(page)
    faults = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/no-such-page", "/accounts/login/"])
def test_axe_finds_no_fault_on_pages_without_a_train(site: str, browser: Browser, theme: str, address: str) -> None:
    context = browser.new_context(base_url=site, color_scheme=theme)
    page = context.new_page()
    page.goto(address)
    faults = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
    context.close()
