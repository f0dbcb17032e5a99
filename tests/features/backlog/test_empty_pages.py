"""An empty list says who fills it, and shows the way to whoever can open it."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.store.change import change
from headway.store.models import Person, Train, User
from tests.builders import root
from tests.cast import email_of

As = Callable[[str], Client]
BASE = "/trains/orion"


def way(as_: As, name: str, page: str) -> tuple[str, str]:
    """Label and address of the button on an empty page."""
    empty = as_(name).get(f"{BASE}/{page}").context["empty"]
    return empty.action_label, empty.action_url


@pytest.mark.parametrize(
    ("name", "page", "label", "url"),
    [
        ("paul", "features", "New feature", "features/new"),
        ("paul", "themes", "New theme", "themes/new"),
        ("mika", "stories", "New story", "stories/new"),
        ("rosa", "features", "Give somebody the role Product Manager", "people"),
        ("rosa", "themes", "Give somebody the role Product Manager", "people"),
        ("rosa", "stories", "See who is in the teams", "teams"),
    ],
)
def test_whoever_can_do_something_about_it_gets_one_button(
    as_: As, train: Train, name: str, page: str, label: str, url: str
) -> None:
    assert way(as_, name, page) == (label, f"{BASE}/{url}")


@pytest.mark.parametrize("page", ["features", "themes", "stories"])
def test_everybody_else_is_told_whom_to_ask(as_: As, train: Train, page: str) -> None:
    assert way(as_, "vera", page) == ("", "")
    assert "Written by: " in as_("vera").get(f"{BASE}/{page}").content.decode()


def test_the_sample_is_shown_only_to_those_who_are_in_it(as_: As, train: Train) -> None:
    def shown() -> str:
        return str(as_("paul").get(f"{BASE}/features").context["empty"].sample_url)

    assert shown() == ""
    sample = Train.objects.create(slug="sample", name="Sample", is_sample=True)
    assert shown() == ""
    with change(root(sample)) as frame:
        frame.create(Person(name="Paul", user=User.objects.get(email=email_of("paul"))), "person.created")
    assert shown() == "/trains/sample/features"
    Train.objects.filter(slug="orion").update(is_sample=True)
    Train.objects.filter(slug="sample").update(is_sample=False)
    assert shown() == ""
