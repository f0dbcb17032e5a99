"""What is laid over the board, in the list and at the doors: the critical chain, the forecast, a proposal."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.features.board.laid_over import Note, laid_over
from headway.features.board.network_queries import longest_way
from headway.features.board.queries import pi_shown, stamp
from headway.features.planner.actions import accept_part, propose, withdraw_proposal
from headway.features.planner.moves import Move
from headway.store.change import change
from headway.store.models import Dependency, Increment, Story, Train
from tests.builders import build_dependency, build_story, build_train, iteration, root
from tests.cast import Cast
from tests.features.forecast.stage import DAY_ONE_OF_I4, computed, on, planned, steady
from tests.features.planner.plans import build_proposal

As = Callable[[str], Client]
OVERLAYS = ("chain", "forecast", "proposal:{proposal}")


@pytest.fixture
def plan(cast: Cast, train: Train) -> Mapping[str, Any]:
    """A plan of three stories with one string in conflict, and a proposal that resolves it."""
    return build_proposal(cast, train)


def only_string(train: Train) -> int:
    return Dependency.objects.get(train=train).number


def test_the_critical_chain_is_the_longest_way_from_need_to_need(cast: Cast, train: Train) -> None:
    pi = Increment.objects.get(train=train, number=1)
    first, second, third, other = (
        build_story(train, name, team=team, pi=pi, points=3)
        for name, team in (("A", "kestrel"), ("B", "merlin"), ("C", "kestrel"), ("D", "merlin"))
    )
    for provider, consumer in ((first, second), (second, third), (first, other)):
        build_dependency(train, provider_story=provider, consumer_story=consumer)
    way = longest_way(cast.vera, pi_shown(cast.vera, 1), stamp(cast.vera))
    assert way.cards == tuple(f"s{each.pk}" for each in (first, second, third))
    assert (way.length.iterations, way.length.points, way.length.cards) == (3, 9, 3)


def test_everybody_on_the_train_may_read_the_chain_and_nobody_else(as_: As, plan: Mapping[str, Any]) -> None:
    address = "/api/v1/trains/orion/board/chain?pi=1"
    names = ("rosa", "paul", "bea", "ansel", "tess", "mika", "vera", "otto")
    assert {name: as_(name).get(address).status_code for name in names} == {**dict.fromkeys(names, 200), "otto": 404}
    assert Client().get(address).status_code == 401
    assert as_("vera").get("/api/v1/trains/orion/board/chain?pi=99").status_code == 404


def test_the_chain_of_a_train_without_work_is_empty(as_: As, train: Train) -> None:
    found = orjson.loads(as_("vera").get("/api/v1/trains/orion/board/chain?pi=1").content)
    assert found == {"cards": [], "length": {"iterations": 0, "points": 0.0, "cards": 0}}


def test_open_proposals_are_offered_and_withdrawn_ones_are_not(as_: As, cast: Cast, plan: Mapping[str, Any]) -> None:
    offered = f'<option value="proposal:{plan["proposal"]}">Proposal {plan["proposal"]}</option>'
    assert offered in as_("vera").get("/trains/orion/board?pi=1").content.decode()
    withdraw_proposal(cast.paul, number=plan["proposal"])
    assert offered not in as_("vera").get("/trains/orion/board?pi=1").content.decode()


def test_the_list_says_which_strings_are_on_the_chain(cast: Cast, train: Train, plan: Mapping[str, Any]) -> None:
    over = laid_over(cast.vera, pi_shown(cast.vera, 1), "chain")
    assert over is not None
    assert over.sentence == "2 cards, at least 2 iterations, 16 points."
    assert over.notes == {only_string(train): Note(words="on the chain")}


def test_the_list_says_how_likely_each_string_comes_in_time(as_: As, cast: Cast, train: Train) -> None:
    steady(cast, train)
    provider, consumer = planned(train, "Provides"), planned(train, "Needs", number=5, team="merlin")
    build_dependency(train, provider_story=provider, consumer_story=consumer)
    computed(cast, train)
    with on(DAY_ONE_OF_I4):
        over = laid_over(cast.vera, pi_shown(cast.vera, 1), "forecast")
        page = as_("vera").get("/trains/orion/board/list?pi=1&overlay=forecast").content.decode()
    assert over is not None
    assert list(over.notes) == [only_string(train)]
    assert over.notes[only_string(train)].mood in ("good", "warn", "bad")
    assert over.notes[only_string(train)].words in page
    assert "Chance to come in time" in page


def test_without_a_forecast_the_list_says_so(cast: Cast, plan: Mapping[str, Any]) -> None:
    over = laid_over(cast.vera, pi_shown(cast.vera, 1), "forecast")
    assert over is not None
    assert (over.sentence, over.notes) == ("The forecast is not computed yet.", {})


def test_the_list_says_what_a_proposal_makes_of_each_string(
    as_: As, cast: Cast, train: Train, plan: Mapping[str, Any]
) -> None:
    address = f"/trains/orion/board/list?pi=1&overlay=proposal:{plan['proposal']}"
    page = as_("vera").get(address).content.decode()
    assert "1 iteration too late" in page
    assert "2 iterations to spare" in page
    accept_part(cast.mika, number=plan["proposal"], team="merlin")
    assert "2 iterations to spare" in as_("vera").get(address).content.decode()
    accept_part(cast.tess, number=plan["proposal"], team="kestrel")
    over = laid_over(cast.vera, pi_shown(cast.vera, 1), f"proposal:{plan['proposal']}")
    assert over is not None
    assert (over.sentence[:13], over.notes) == ("0 cards would", {})


@pytest.mark.parametrize(
    "asked", ["", "nothing", "chain:1", "forecast:2", "proposal:", "proposal:x", "proposal:²", "proposal:1234567890"]
)
def test_an_unknown_overlay_is_the_plan_alone(as_: As, train: Train, plan: Mapping[str, Any], asked: str) -> None:
    page = as_("vera").get("/trains/orion/board/list", {"pi": "1", "overlay": asked})
    assert page.status_code == 200
    assert "The plan alone" not in page.content.decode()


def test_a_proposal_of_another_train_is_not_there(as_: As, cast: Cast, plan: Mapping[str, Any]) -> None:
    build_train("vega", "Vega")
    vega = Cast(slug="vega")
    withdraw_proposal(vega.paul, number=build_proposal(vega, Train.objects.get(slug="vega"))["proposal"])
    story = Story.objects.filter(train__slug="vega").first()
    assert story is not None
    second = propose(vega.paul, pi=1, moves=[Move(story.number, None, 4)]).subject.number
    assert second != plan["proposal"]
    assert as_("vera").get(f"/trains/orion/board/list?pi=1&overlay=proposal:{second}").status_code == 404


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_more_strings_cost_an_overlay_no_more_queries(
    as_: As, train: Train, plan: Mapping[str, Any], overlay: str
) -> None:
    client = as_("vera")
    address = f"/trains/orion/board/list?pi=1&overlay={overlay.format(**plan)}"
    client.get(address)
    card = Story.objects.get(train=train, number=plan["consumer"])
    with CaptureQueriesContext(connection) as first:
        client.get(address)
    for index in range(2):
        more = build_story(train, f"Story {index}", team="merlin", pi=card.pi, iteration=iteration(train, 1, 2))
        build_dependency(train, consumer_story=card, provider_story=more)
    client.get(address)
    with CaptureQueriesContext(connection) as second:
        client.get(address)
    assert len(second) == len(first)


def test_the_chain_follows_the_work(as_: As, train: Train, plan: Mapping[str, Any]) -> None:
    client = as_("vera")
    before = orjson.loads(client.get("/api/v1/trains/orion/board/chain?pi=1").content)["cards"]
    with change(root(train)) as frame:
        frame.update(frame.get(Dependency, number=only_string(train)), "dependency.edited", state="obsolete")
    after = orjson.loads(client.get("/api/v1/trains/orion/board/chain?pi=1").content)["cards"]
    assert (len(before), len(after)) == (2, 1)
