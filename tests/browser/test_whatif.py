"""Asking what would be, in a real browser."""

from datetime import timedelta

import pytest

from headway.features.apps import load_jobs
from headway.kit import clock
from headway.store import jobs
from headway.store.models import Train
from tests.browser.conftest import PageOf
from tests.builders import build_increment, build_story, iteration

pytestmark = pytest.mark.browser


def test_a_scenario_is_kept_changed_worked_out_and_read_by_others(page_of: PageOf, train: Train) -> None:
    # Ahead of whatever day the test runs on: in a PI that is over there is nothing to ask.
    ahead = build_increment(train, number=2, starts_on=clock.today("UTC") + timedelta(weeks=4))
    build_story(train, "Keep readings", team="merlin", points=5, pi=ahead, iteration=iteration(train, 2, 2))
    page = page_of("tess")
    page.goto("/trains/orion/what-if")
    page.get_by_role("link", name="New scenario").first.click()
    page.get_by_label("Name").fill("Merlin away")
    page.get_by_label("PI", exact=True).select_option("2")
    page.get_by_role("button", name="Go on to the changes").click()
    page.get_by_text("Other capacity").click()
    page.get_by_label("Team").first.select_option("merlin")
    page.get_by_role("button", name="Add this change").first.click()
    assert page.locator(".changes li > span").all_inner_texts() == ["Merlin is away in all of the PI"]
    page.get_by_role("button", name="Work it out").click()
    page.get_by_text("Being worked out.").wait_for()
    load_jobs()
    jobs.work_off()
    page.get_by_role("heading", name="Plan and odds, side by side").wait_for()
    others = page_of("vera")
    others.goto("/trains/orion/what-if")
    others.get_by_role("link", name="Merlin away").click()
    assert others.get_by_role("heading", name="Load with the changes").count() == 1
    assert others.get_by_role("button", name="Work it out again").count() == 0
