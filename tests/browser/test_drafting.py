"""From "Draft a plan" to the board, as a team member goes through it."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from headway.features.apps import load_jobs
from headway.kit import clock
from headway.store import jobs
from headway.store.models import Story, Train
from tests.browser.conftest import PageOf
from tests.builders import build_increment
from tests.cast import Cast
from tests.features.planner.plans import build_plan, places

pytestmark = pytest.mark.browser
load_jobs()


def test_a_team_has_a_plan_drafted_and_accepts_its_own_part_only(page_of: PageOf, cast: Cast, train: Train) -> None:
    build_increment(train, number=2, starts_on=clock.today() + timedelta(days=7))
    plan = build_plan(train, 2)
    page = page_of("tess")
    page.goto("/trains/orion/plan/drafts")
    page.get_by_role("link", name="Draft a plan").first.click()
    page.get_by_label("From scratch").check()
    page.get_by_label("Seconds to search").fill("1")
    page.get_by_text("Stories that must stand somewhere").click()
    page.get_by_label("Story number, row 1").fill(str(plan["provider"]))
    page.get_by_label("Where it must be, row 1").select_option(label="in I3")
    page.get_by_role("button", name="Draft a plan").click()
    expect(page.locator("#progress")).to_contain_text("It waits its turn")
    jobs.work_off()
    page.get_by_role("link", name="Proposal 1").click()
    expect(page.locator("#part-merlin")).to_contain_text("Only Merlin answers this part.")
    expect(page.locator("#part-merlin form")).to_have_count(0)
    mine = page.locator("#part-kestrel")
    mine.get_by_label("A note with the answer of Kestrel").fill("Gladly.")
    mine.get_by_role("button", name="Accept").click()
    expect(page.locator("#part-kestrel")).to_contain_text("Gladly.")
    consumer, provider, late = places(train, plan["consumer"], plan["provider"], plan["late"])
    assert (consumer, provider, late) == ("I4", "I2", "I1")
    page.goto("/trains/orion/board?pi=2")
    card = Story.objects.get(number=plan["consumer"])
    cell = page.locator(f'td[data-i="{card.iteration_id}"]', has=page.locator(f"#s{card.pk}"))
    expect(cell).to_have_count(1)
