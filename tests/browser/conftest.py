"""A real Chromium on a real server."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from headway.store.models import Train
from tests.builders import build_train
from tests.cast import Cast
from tests.serving import serving, session_cookie

CHROMIUM = os.environ.get("HEADWAY_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PageOf = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM: install it, or name it in HEADWAY_TEST_CHROMIUM")
    # Playwright's loop runs in this thread; Django would take it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """The address of a running Headway over the test database."""
    with serving() as address:
        yield address


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The train with its cast, committed so that the server sees it."""
    return build_train()


@pytest.fixture
def train(cast: Cast) -> Train:
    return Train.objects.get(slug=cast.slug)


@pytest.fixture
def page_of(site: str, cast: Cast, browser: Browser) -> Iterator[PageOf]:
    """Pages signed in as one of the cast, each in a browser of its own; a script error fails the test.

    ``page_of("tess")``, with any option of Playwright's ``new_context`` (``color_scheme="dark"``).
    """
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def signed_in(name: str, **options: object) -> Page:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(base_url=site, **options)  # type: ignore[arg-type]
        opened.append(context)
        context.add_cookies([{"name": "headway_session", "value": session_cookie(cast.user(name)), "url": site}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(f"{name}: {error}"))
        return page

    yield signed_in
    for context in opened:
        context.close()
    assert errors == []
