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


LAY_OVER = """
name => new Promise(done => {
  const choice = document.querySelector('#board-overlay');
  if (![...choice.options].some(each => each.value === name)) choice.add(new Option(name, name));
  const began = performance.now();
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
  new MutationObserver((_, watch) => {
    if (document.querySelector('#board-strip .strip-finding')) { watch.disconnect(); drawn(); }
  }).observe(document.querySelector('#board-strip'), {childList: true, subtree: true});
  choice.value = name;
  choice.dispatchEvent(new Event('change'));
})
"""

OVERLAYS = {"forecast": "forecast", "proposal:1": "a proposal", "chain": "the critical chain"}


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
            page = context.new_page()
            figures += _board(page, size)
            figures += _laid_over(page, size)
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


def _laid_over(page: Any, size: Size) -> list[Figure]:
    """Each overlay on the whole board; what the server would say of it is made up, for every card."""
    board = page.evaluate("fetch(document.querySelector('#board').dataset.snapshot).then(answer => answer.json())")
    page.route("**/forecast/overlay", lambda route: route.fulfill(json=_chances(board)))
    page.route("**/proposals/1/ghosts", lambda route: route.fulfill(json=_moves(board)))
    figures = []
    for name, words in OVERLAYS.items():
        page.goto(f"/trains/{size.slug}/board", wait_until="commit")
        page.wait_for_selector("#board[data-ready]", state="attached")
        drawn = page.evaluate(LAY_OVER, name)
        frames = _drag(page)
        spent = [after - before for before, after in pairwise(frames)]
        figures += [
            Figure(name=f"{size}: {words} drawn, from the choice to the eye", value=drawn, unit="ms"),
            Figure(name=f"{size}: a frame while dragging over {words}, p50", value=quantile(spent, 0.5), unit="ms"),
            Figure(name=f"{size}: the longest frame over {words}", value=max(spent), unit="ms", aim=50),
        ]
    return figures


def _objects(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def _chances(board: dict[str, Any]) -> dict[str, Any]:
    stories = {str(each["id"]): {"chance": each["id"] % 100 / 100, "by": []} for each in _objects(board["stories"])}
    cells = {
        f"{room['team_id']}:{room['iteration_id']}": {"load": 8, "low": 5, "usual": 8, "high": 12, "chance": 0.5}
        for room in _objects(board["rooms"])
    }
    told = {"number": 1, "stale": False, "computing": False, "sentence": "", "age": ""}
    return {**told, "stories": stories, "features": {}, "dependencies": {}, "cells": cells}


def _moves(board: dict[str, Any]) -> dict[str, Any]:
    """Every fifth story moves to another iteration."""
    columns = [each["id"] for each in _objects(board["iterations"])]
    moves = [
        {
            "story": each["id"],
            "number": each["number"],
            "title": each["title"],
            "points": each["points"],
            "team": each["team_id"],
            "from": each["iteration_id"],
            "to": columns[each["id"] % len(columns)],
            "reason": "It needs another story.",
            "stale": False,
            "state": "open",
        }
        for each in _objects(board["stories"])[::5]
    ]
    answer = {"state": "open", "version": 1, "may_answer": False, "reason": "", "accept": "", "decline": ""}
    parts = [
        {"team": team["id"], "slug": team["slug"], "name": team["name"], **answer} for team in _objects(board["teams"])
    ]
    pi = {"id": board["pi"]["id"], "number": board["pi"]["number"]}
    return {"number": 1, "state": "open", "pi": pi, "version": 1, "url": "#", "parts": parts, "moves": moves}


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
