"""What people type never becomes part of a page, wherever the browser shows it."""

import pytest
from playwright.sync_api import Page, expect

from headway.store.models import Person, Train, TrainRole
from headway.store.portraits import snapshot
from tests.browser.conftest import PageOf
from tests.builders import build_story, iteration

pytestmark = pytest.mark.browser

MARKUP = "<img src=x class=planted onerror=\"document.body.dataset.ran='yes'\"><b class=planted>bold</b>"


def planted(page: Page) -> int:
    """How many elements of somebody's text have become elements of the page."""
    return page.locator(".planted").count()


def test_a_link_that_opens_an_address_of_the_api_in_the_panel_runs_nothing(page_of: PageOf, train: Train) -> None:
    mika = Person.objects.get(train=train, name="Mika Sato")
    wish = f"<b class=planted hx-put=/api/v1/trains/orion/people/{mika.pk}/roles hx-trigger=load>!</b>"
    story = build_story(train, f"{wish} Please look")
    before = snapshot(train)
    page = page_of("rosa")
    asked: list[str] = []
    # A page says by itself where its reader is.
    page.on("request", lambda request: request.url.endswith("/presence") or asked.append(request.method))
    page.goto(f"/trains/orion/journal?panel=/api/v1/trains/orion/stories/{story.number}")
    expect(page.locator(".toast")).to_contain_text("There is no page at this address")
    assert (planted(page), set(asked)) == (0, {"GET"})
    assert snapshot(train) == before
    assert not TrainRole.objects.filter(person=mika).exists()


def test_titles_on_the_board_stay_text_also_when_they_come_over_the_stream(page_of: PageOf, train: Train) -> None:
    first = iteration(train, 1, 1)
    build_story(train, MARKUP, pi=first.pi, iteration=first)
    page = page_of("tess")
    page.goto("/trains/orion/board")
    page.wait_for_selector('#live-state[data-state="live"]')
    build_story(train, f"{MARKUP} late", pi=first.pi, iteration=first)
    expect(page.locator("#announcer")).to_contain_text("late")
    assert (planted(page), page.evaluate("document.body.dataset.ran ?? 'no'")) == (0, "no")
