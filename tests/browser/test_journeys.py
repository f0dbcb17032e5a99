"""Journeys of a person through the house, in a real browser."""

import pytest

from tests.browser.conftest import PageOf
from tests.builders import PASSWORD
from tests.cast import Cast, email_of

pytestmark = pytest.mark.browser


def test_a_person_signs_in_with_e_mail_and_password(page_of: PageOf, cast: Cast) -> None:
    tess = cast.user("tess")
    tess.set_password(PASSWORD)
    tess.save()
    page = page_of("otto")
    page.context.clear_cookies()
    page.goto("/trains/orion/board")
    page.get_by_label("E-mail").fill(email_of("tess"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/trains/orion/board")
    assert page.title() == "Program board - Orion - Headway"


def test_a_personal_token_is_shown_once(page_of: PageOf) -> None:
    page = page_of("tess")
    page.goto("/account/tokens")
    page.get_by_label("Name").fill("Nightly export")
    page.get_by_role("button", name="Make token").click()
    secret = page.locator("#new-token").inner_text()
    assert secret.startswith("hw_")
    page.goto("/account/tokens")
    assert secret not in page.content()
    assert page.get_by_role("cell", name="Nightly export", exact=True).count() == 1
