"""The behaviours that pages get by attributes alone, on a page made up for the purpose."""

import json
from collections.abc import Callable

import pytest
from django.template import RequestContext, Template
from django.test import RequestFactory
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import PageOf

pytestmark = pytest.mark.browser

Showing = Callable[..., Page]


def page_with(content: str) -> str:
    """A whole page of the house around ``content``."""
    source = (
        '{% extends "web/base.html" %}{% load ui %}{% block page_title %}Sample{% endblock %}'
        "{% block content %}" + content + "{% endblock %}"
    )
    return Template(source).render(RequestContext(RequestFactory().get("/sample")))


@pytest.fixture
def showing(page_of: PageOf) -> Showing:
    """Open a page with the given content at ``/sample``."""

    def show(content: str) -> Page:
        page = page_of("tess")
        html = page_with(content)
        page.route("**/sample", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto("/sample")
        page.wait_for_selector("html[data-theme] .toasts", state="attached")
        page.wait_for_load_state("networkidle")
        return page

    return show


def answering(page: Page, pattern: str, *, status: int = 200, html: str = "", data: object = None) -> list[Request]:
    """Answer requests to ``pattern`` and note them."""
    asked: list[Request] = []

    def answer(route: Route) -> None:
        asked.append(route.request)
        if data is None:
            route.fulfill(status=status, body=html, content_type="text/html")
        else:
            kind = "application/json" if status < 400 else "application/problem+json"
            route.fulfill(status=status, body=json.dumps(data), content_type=kind)

    page.route(pattern, answer)
    return asked


KEPT = """<form method="post" action="/sent" data-keep="feature-new"><label>Title <input name="title"></label>
<label><input type="checkbox" name="enabler"> Enabler</label><button>Add</button></form><a href="/other">Away</a>"""


def test_what_was_typed_is_back_after_leaving_the_page(showing: Showing) -> None:
    page = showing(KEPT)
    page.get_by_label("Title").fill("Reading history")
    page.get_by_label("Enabler").check()
    page.goto("/account/")
    page.goto("/sample")
    expect(page.get_by_label("Title")).to_have_value("Reading history")
    expect(page.get_by_label("Enabler")).to_be_checked()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_label("Title")).to_have_value("")


def test_what_was_sent_and_answered_does_not_come_back(showing: Showing) -> None:
    page = showing(KEPT)
    answering(page, "**/sent", html=page_with("<p>Added.</p>"))
    page.get_by_label("Title").fill("Reading history")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Added.")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.goto("/sample")
    expect(page.get_by_label("Title")).to_have_value("")


def test_what_was_sent_in_vain_is_back(showing: Showing) -> None:
    page = showing(KEPT)
    page.route("**/sent", lambda route: route.abort())
    page.get_by_label("Title").fill("Reading history")
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Add").click(no_wait_after=True)
    page.wait_for_function("location.protocol === 'chrome-error:'")
    page.goto("/sample")
    expect(page.get_by_label("Title")).to_have_value("Reading history")


CELL = """<table class="table"><tbody><tr data-row><td><form data-inline method="post" action="/save">
<input type="hidden" name="seen" value="3">
<input name="points" type="number" value="5" aria-label="Points"></form></td></tr>
</tbody></table>"""


def test_a_cell_saves_itself_with_the_version_seen_and_takes_the_new_one(showing: Showing) -> None:
    page = showing(CELL)
    asked = answering(page, "**/save", data={"version": 4})
    page.get_by_label("Points").fill("8")
    page.get_by_label("Points").press("Enter")
    expect(page.locator("[name=seen]")).to_have_value("4")
    sent = asked[0].post_data or ""
    assert ('name="points"\r\n\r\n8\r\n' in sent, 'name="seen"\r\n\r\n3\r\n' in sent) == (True, True)
    assert len(asked) == 1


def test_a_refused_cell_goes_back_with_the_servers_sentence(showing: Showing) -> None:
    page = showing(CELL)
    answering(page, "**/save", status=422, data={"detail": "Points may be 0 to 100, not 800.", "code": "points"})
    page.get_by_label("Points").fill("800")
    page.get_by_label("Points").press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("Points may be 0 to 100, not 800.")
    expect(page.get_by_label("Points")).to_have_value("5")


def test_escape_puts_a_cell_back_without_asking_the_server(showing: Showing) -> None:
    page = showing(CELL)
    asked = answering(page, "**/save", data={"version": 4})
    page.get_by_label("Points").fill("8")
    page.get_by_label("Points").press("Escape")
    page.get_by_label("Points").press("Tab")
    expect(page.get_by_label("Points")).to_have_value("5")
    assert asked == []


def test_a_row_in_the_answer_replaces_the_row(showing: Showing) -> None:
    page = showing(CELL)
    answering(page, "**/save", html="<tr data-row><td>Eight points, saved</td></tr>")
    page.get_by_label("Points").fill("8")
    page.get_by_label("Points").press("Enter")
    expect(page.get_by_role("cell", name="Eight points, saved")).to_be_visible()


def test_ticked_rows_are_counted_and_bring_their_actions(showing: Showing) -> None:
    page = showing(
        """<div data-list><label><input type="checkbox" data-select-all> All</label>
        <label><input type="checkbox" data-select name="ids" value="1"> One</label>
        <label><input type="checkbox" data-select name="ids" value="2"> Two</label>
        <div class="bulk-bar" hidden><b data-count></b> ticked</div></div>"""
    )
    expect(page.locator(".bulk-bar")).to_be_hidden()
    page.get_by_label("One").check()
    expect(page.locator(".bulk-bar")).to_have_text("1 ticked")
    page.get_by_role("checkbox", name="All").check()
    expect(page.locator(".bulk-bar")).to_have_text("2 ticked")
    page.get_by_role("checkbox", name="All").uncheck()
    expect(page.locator(".bulk-bar")).to_be_hidden()


LINK = '<a href="/thing" data-panel>Open the thing</a>'
THING = """<div class="panel-page" data-panel-title="Thing 12"><form method="post" action="/thing">
<label>Name <input name="name" value="old"></label><button>Save</button></form></div>"""


def test_the_panel_takes_the_focus_keeps_it_and_gives_it_back(showing: Showing) -> None:
    page = showing(LINK)
    answering(page, "**/thing", html=THING)
    page.get_by_role("link", name="Open the thing").click()
    panel = page.get_by_role("complementary", name="Thing 12")
    expect(panel).to_be_focused()
    assert page.url.endswith("/sample?panel=%2Fthing")
    for _ in range(5):
        page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('panel').contains(document.activeElement)")
    page.go_back()
    expect(panel).to_be_hidden()
    expect(page.get_by_role("link", name="Open the thing")).to_be_focused()


def test_a_form_in_the_panel_is_answered_in_the_panel(showing: Showing) -> None:
    page = showing(LINK)
    asked = answering(page, "**/thing", html=THING.replace("old", "new"))
    page.get_by_role("link", name="Open the thing").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Name")).to_have_value("new")
    assert [request.method for request in asked] == ["GET", "POST"]
    assert page.url.endswith("/sample?panel=%2Fthing")


def test_a_single_key_rests_while_somebody_types(showing: Showing) -> None:
    page = showing('<a href="#pressed" data-hotkey="n">New</a><label>Title <input></label>')
    page.get_by_label("Title").press("n")
    expect(page.get_by_label("Title")).to_have_value("n")
    assert page.url.endswith("/sample")
    page.get_by_label("Title").blur()
    page.keyboard.press("n")
    page.wait_for_url("**/sample#pressed")


def test_a_request_carries_the_token_and_a_command_id(showing: Showing) -> None:
    page = showing("")
    asked = answering(page, "**/api/thing", data={"ok": True})
    page.evaluate(
        """async () => {
          const shell = document.querySelector('script[src*="shell"]').src;
          const { request } = await import(shell.replace(/shell[^/]*$/, "csrf.js"));
          await request("POST", "/api/thing", { points: 3 });
        }"""
    )
    body = json.loads(asked[0].post_data or "")
    assert sorted(body) == ["command_id", "points"]
    assert len(body["command_id"]) == 36
    assert len(asked[0].headers["x-csrftoken"]) >= 32
