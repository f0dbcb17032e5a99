"""The forecast page in a real browser: the odds come in by themselves, follow a change, and can be read by anybody."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from headway.features.apps import load_jobs
from headway.kit import clock
from headway.store import jobs
from headway.store.change import change
from headway.store.models import ForecastRun, Job, Story, Target, Train
from tests.browser.conftest import PageOf
from tests.builders import build_feature, build_increment, build_story, iteration, root

pytestmark = pytest.mark.browser

PAGE = "/trains/orion/forecast?pi=2"
SOON = 10_000
"""Milliseconds: the page asks every two seconds."""


@pytest.fixture
def story(train: Train) -> Story:
    """A story of a feature in the iteration under way of PI 2, of which three iterations are over."""
    pi = build_increment(train, number=2, starts_on=clock.today() - timedelta(weeks=6), state="executing")
    for team in ("kestrel", "merlin"):
        for number, points in enumerate((12, 8, 10), start=1):
            build_story(
                train,
                f"{team} {number}",
                team=team,
                state="done",
                pi=pi,
                points=points,
                iteration=iteration(train, 2, number),
            )
    feature = build_feature(train, "Reading history", state="planned")
    with change(root(train)) as frame:
        frame.create(Target(feature=feature, pi=pi), "target.created")
    return build_story(train, feature=feature, pi=pi, iteration=iteration(train, 2, 4), points=40)


def test_the_odds_come_in_by_themselves_and_follow_a_change(page_of: PageOf, train: Train, story: Story) -> None:
    load_jobs()
    page = page_of("vera")
    page.goto(PAGE)
    finding, state = page.locator("#finding"), page.locator("#forecast-state")
    expect(finding).to_have_text("Forecast of PI 2")
    jobs.work_off()
    expect(finding).to_contain_text("that at least 80 % of planned value lands in PI 2", timeout=SOON)
    expect(page.get_by_role("heading", name="How much of PI 2 lands")).to_be_visible()
    page.get_by_role("link", name="Reading history").click()
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Its stories")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector('#live-state[data-state="live"]')
    # As if the last computation were longer ago: right after one the next is not asked for.
    Job.objects.update(ended_at=clock.now() - timedelta(minutes=1))
    with change(root(train)) as frame:
        frame.update(story, "story.edited", points=30)
    expect(state).to_contain_text("1 change ago; being computed anew", timeout=SOON)
    jobs.work_off()
    expect(state).to_have_text(f"Computed at change {ForecastRun.objects.get().number}", timeout=SOON)
    expect(state).not_to_contain_text("ago")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_accessibility_violation(page_of: PageOf, story: Story, scheme: str) -> None:
    load_jobs()
    page = page_of("vera", color_scheme=scheme)
    page.goto(PAGE)
    jobs.work_off()
    page.goto(PAGE)
    for summary in page.locator("details > summary").all():
        if summary.is_visible():
            summary.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
