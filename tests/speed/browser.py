"""A board in a real browser: until it can be used, and frames while a card is dragged with its strings."""

import os
import shutil
import sys
from itertools import pairwise
from typing import Any

from tests.live.installation import Installation, Server
from tests.speed.figures import Figure, quantile
from tests.speed.sizes import SIZES, Size

STEPS = 150
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]

WATCH = """
() => {
  window.frames_seen = [];
  const look = at => { window.frames_seen.push(at); window.frames_asked = requestAnimationFrame(look); };
  requestAnimationFrame(look);
}
"""
STOP = "() => { cancelAnimationFrame(window.frames_asked); return window.frames_seen; }"

READY = """
() => new Promise(done => {
  const board = document.querySelector('#board');
  const tell = () => done(performance.now());
  if (board.hasAttribute('data-ready')) tell();
  else new MutationObserver(tell).observe(board, {attributes: true, attributeFilter: ['data-ready']});
})
"""

CARD = """
() => {
  const cards = [...document.querySelectorAll('#board-table a[id]')].filter(each => /^s\\d+$/.test(each.id));
  const middle = each => {
    const box = each.getBoundingClientRect();
    return {id: each.id, x: box.left + box.width / 2, y: box.top + box.height / 2};
  };
  const seen = cards.filter(each => {
    const {x, y} = middle(each);
    return document.elementFromPoint(x, y)?.closest('a') === each && x < innerWidth - 500 && y < innerHeight - 200;
  });
  return seen.length ? middle(seen[Math.floor(seen.length / 2)]) : null;
}
"""


def measure(installation: Installation, server: Server) -> list[Figure]:
    """The figures of both sizes; nothing where there is no Chromium."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("HEADWAY_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("NO CHROMIUM: install it to measure the board in a browser", file=sys.stderr)
        return []
    figures: list[Figure] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for size in SIZES:
            context = browser.new_context(base_url=server.site, viewport={"width": 1600, "height": 1000})
            cookie = {"name": "headway_session", "value": installation.cookies["tess"], "url": server.site}
            context.add_cookies([cookie])  # type: ignore[list-item]
            figures += _board(context.new_page(), size)
            context.close()
        browser.close()
    return figures


def _board(page: Any, size: Size) -> list[Figure]:
    ready = []
    for _ in range(3):
        page.goto(f"/trains/{size.slug}/board", wait_until="commit")
        page.wait_for_selector("#board", state="attached")
        ready.append(page.evaluate(READY))
    frames = _drag(page)
    spent = [after - before for before, after in pairwise(frames)]
    slow = sum(each > 50 for each in spent)
    return [
        Figure(name=f"{size}: ready in the browser, first visit", value=ready[0], unit="ms"),
        Figure(name=f"{size}: ready in the browser, later", value=min(ready[1:]), unit="ms"),
        Figure(name=f"{size}: frames while dragging", value=len(spent), unit="frames"),
        Figure(name=f"{size}: a frame while dragging, p50", value=quantile(spent, 0.5), unit="ms", aim=17),
        Figure(name=f"{size}: a frame while dragging, p99", value=quantile(spent, 0.99), unit="ms"),
        Figure(name=f"{size}: the longest frame", value=max(spent), unit="ms", aim=50),
        Figure(name=f"{size}: frames longer than 50 ms", value=slow, unit="frames", aim=0),
    ]


def _drag(page: Any) -> list[float]:
    """Timestamps of frames while a card goes to and fro over the board; it is put back by Escape."""
    page.wait_for_timeout(1500)
    card = page.evaluate(CARD)
    if card is None:
        raise AssertionError("There is no card to drag in sight")
    page.mouse.move(card["x"], card["y"])
    page.mouse.down()
    page.mouse.move(card["x"] + 12, card["y"] + 4)
    page.wait_for_selector(".is-lifted")
    page.evaluate(WATCH)
    for step in range(STEPS):
        there = (step % 50) / 50 if step % 100 < 50 else 1 - (step % 50) / 50
        page.mouse.move(card["x"] + 12 + 400 * there, card["y"] + 120 * there)
    frames: list[float] = page.evaluate(STOP)
    page.keyboard.press("Escape")
    page.mouse.up()
    return frames
