"""An open board that follows the stream ends up as a board that is loaded afresh."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from headway.features.backlog import actions as backlog
from headway.features.board.picture import View
from headway.features.dependencies import actions as dependencies
from headway.features.journal.actions import undo_last
from headway.store.change import Outcome
from headway.store.models import Feature, Increment, Story, Team, Train
from tests.browser.conftest import PageOf
from tests.browser.test_board_rules import fill
from tests.builders import iteration
from tests.cast import Cast

pytestmark = pytest.mark.browser

PICTURE = """() => {
  const shown = [...document.querySelectorAll("#board-table tbody tr")].map((row) => [
    row.dataset.row,
    [...row.cells].map((cell) => [
      cell.querySelector(".cell-load")?.textContent ?? "",
      [...cell.querySelectorAll(".ticket")].map((card) => [
        card.id, card.dataset.v, card.dataset.state, card.textContent.trim(),
        [...card.classList].filter((name) => !["is-arriving", "in-chain"].includes(name)).sort().join(" "),
      ]),
    ]),
  ]);
  const strings = [...document.querySelectorAll("#board-strings .string")].map((each) => [
    each.dataset.id, each.getAttribute("class"), each.querySelectorAll("[data-at]").length,
  ]);
  return JSON.stringify([shown, strings.sort()]);
}"""


def opened(page: Page, view: View) -> Page:
    page.goto(f"/trains/orion/board?pi=1&view={view.value}")
    page.wait_for_selector("#board[data-ready]")
    page.keyboard.press("a")
    return page


@pytest.mark.parametrize("view", list(View))
def test_an_open_board_ends_up_as_a_fresh_one(page_of: PageOf, cast: Cast, train: Train, view: View) -> None:
    fill(train)
    live = opened(page_of("vera"), view)
    for busy in everything_that_happens(cast, train):
        busy()
    fresh = opened(page_of("rosa"), view)
    fresh.wait_for_timeout(200)
    expected = fresh.evaluate(PICTURE)
    assert ("Renamed" if view is View.STORIES else "A better name") in expected
    live.wait_for_function(f"(expected) => ({PICTURE})() === expected", arg=expected, timeout=8000)


def everything_that_happens(cast: Cast, train: Train) -> list[Callable[[], object]]:
    """A busy hour of several people, as steps."""
    tess, mika, paul = cast.tess, cast.mika, cast.paul
    pi = Increment.objects.get(train=train, number=1)
    teams = {team.slug: team.pk for team in Team.objects.filter(train=train)}
    at = [iteration(train, 1, index).pk for index in range(1, 7)]
    existing = Feature.objects.get(train=train, title="One team's feature")
    made: dict[str, int] = {}

    def keep(name: str, outcome: Outcome) -> None:
        made[name] = outcome.subject.number

    def write(name: str, **values: object) -> None:
        keep(name, backlog.create_story(tess, title=f"The {name}", team_id=teams["kestrel"], pi_id=pi.pk, **values))

    def move(name: str, place: int | None) -> None:
        backlog.move_story(tess, number=made[name], pi_id=pi.pk, iteration_id=place)

    return [
        lambda: keep("feature", backlog.create_feature(paul, title="A feature that comes later")),
        lambda: write("first", points=3, iteration_id=at[0]),
        lambda: write("second", points=5, iteration_id=at[1]),
        lambda: keep(
            "theirs", backlog.create_story(mika, title="Theirs", team_id=teams["merlin"], pi_id=pi.pk, points=8)
        ),
        lambda: [move("first", place) for _, place in pairwise([None, at[2], at[3], at[1]])],
        lambda: keep("needed", depend(cast, made, "second", "theirs")),
        lambda: keep("back", depend(cast, made, "theirs", "second")),
        lambda: keep("dropped", depend(cast, made, "first", "theirs")),
        lambda: backlog.edit_story(tess, number=made["first"], points=8, state="in_progress", title="Renamed"),
        lambda: backlog.edit_story(tess, number=made["second"], blocked=True),
        lambda: dependencies.request_dependency(tess, number=made["needed"], needed_by_id=at[1]),
        lambda: dependencies.answer_dependency(mika, number=made["needed"], answer="commit", committed_by_id=at[2]),
        lambda: backlog.move_story(mika, number=made["theirs"], pi_id=pi.pk, iteration_id=at[4]),
        lambda: dependencies.remove_dependency(tess, number=made["dropped"]),
        lambda: write("gone", points=1, iteration_id=at[5]),
        lambda: backlog.remove_story(tess, number=made["gone"]),
        lambda: write("elsewhere", points=2, iteration_id=at[2]),
        lambda: backlog.move_story(tess, number=made["elsewhere"], pi_id=None, iteration_id=None),
        lambda: backlog.move_story(mika, number=made["theirs"], pi_id=pi.pk, iteration_id=None),
        lambda: undo_last(mika),
        lambda: backlog.edit_feature(paul, number=existing.number, title="A better name"),
        lambda: backlog.target_feature(paul, number=made["feature"], pi_id=pi.pk, iteration_id=at[3]),
        lambda: write("last", points=1, feature_id=existing.pk, iteration_id=at[4]),
    ]


def depend(cast: Cast, made: dict[str, int], consumer: str, provider: str) -> Outcome:
    ids = {name: Story.objects.get(number=made[name]).pk for name in (consumer, provider)}
    return dependencies.create_dependency(
        cast.tess, needs="Something", consumer_story_id=ids[consumer], provider_story_id=ids[provider]
    )
