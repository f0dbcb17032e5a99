"""What a card in another cell would change: asked before the drop, by anybody on the train, writing nothing."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.engine.network.graph import Item, Link
from headway.engine.network.health import Health
from headway.features.backlog.actions import edit_story, move_story
from headway.features.board import network_queries
from headway.features.board.outlook import LateFeature, Length, Outlook, Slips, StringChange, told
from headway.features.board.picture import StoryRow
from headway.features.board.queries import pi_shown, stamp
from headway.features.board.standing import Standing
from headway.store.models import Entry, Feature, Increment, Iteration, Story, Team, Train
from tests.builders import build_dependency, build_feature, build_story, build_train, iteration
from tests.cast import Cast

As = Callable[[str], Client]
API = "/api/v1/trains/orion/board/consequences"


@pytest.fixture
def pi(train: Train) -> Increment:
    return Increment.objects.get(train=train, number=1)


@pytest.fixture
def history(train: Train) -> Feature:
    """A feature worth 3 + 5 + 2 points of delay."""
    return build_feature(
        train, "Reading history", state="planned", user_value=3, time_criticality=5, risk_opportunity=2
    )


@pytest.fixture
def address(train: Train, pi: Increment) -> Story:
    """Merlin's, in I1, 8 points: Kestrel's card needs it."""
    return build_story(train, "Offer an address", team="merlin", pi=pi, iteration=iteration(train, 1, 1), points=8)


@pytest.fixture
def card(train: Train, pi: Increment, history: Feature, address: Story) -> Story:
    """Kestrel's, in I2, 5 points, which needs the address."""
    story = build_story(train, "Show the readings", feature=history, pi=pi, iteration=iteration(train, 1, 2), points=5)
    build_dependency(train, consumer_story=story, provider_story=address, needs="An address", state="committed")
    return story


def asked(client: Client, **query: Any) -> dict[str, Any]:
    response = client.get(API, {"pi": 1, **query})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = orjson.loads(response.content)
    return found


def test_the_cells_a_card_leaves_and_enters_are_weighed_anew(as_: As, train: Train, card: Story) -> None:
    goal = iteration(train, 1, 3)
    found = asked(as_("tess"), story=card.number, iteration=goal.pk)
    assert [(each["iteration_id"], each["before"], each["after"]) for each in found["cells"]] == [
        (goal.pk, 0.0, 5.0),
        (card.iteration_id, 5.0, 0.0),
    ]


def test_a_card_over_its_own_cell_changes_nothing(as_: As, card: Story) -> None:
    found = asked(as_("tess"), story=card.number, iteration=card.iteration_id)
    assert [(each["before"], each["after"]) for each in found["cells"]] == [(5.0, 5.0)]
    assert (found["strings"], found["slips"]["stories"]) == ([], [])


def test_a_string_says_what_becomes_of_it(as_: As, train: Train, card: Story) -> None:
    (string,) = asked(as_("tess"), story=card.number, iteration=iteration(train, 1, 1).pk)["strings"]
    assert (string["before"], string["after"], string["slack"], string["provides"]) == ("ok", "tight", 0, False)
    assert (string["other"], string["other_team"]) == ("Offer an address", "Merlin")


def test_a_story_that_finishes_its_feature_later_changes_the_features_strings(
    as_: As, train: Train, pi: Increment, card: Story, history: Feature
) -> None:
    waiting = build_story(train, "Print it", team="merlin", pi=pi, iteration=iteration(train, 1, 4))
    build_dependency(train, consumer="merlin", provider="kestrel", consumer_story=waiting, provider_feature=history)
    found = asked(as_("tess"), story=card.number, iteration=iteration(train, 1, 5).pk)
    assert [(each["before"], each["after"], each["provides"]) for each in found["strings"]] == [
        ("ok", "conflict", True)
    ]


def test_what_slips_is_told_with_its_cost_of_delay(as_: As, train: Train, address: Story, card: Story) -> None:
    found = asked(as_("mika"), story=address.number, iteration=iteration(train, 1, 4).pk)
    assert found["slips"]["stories"] == [card.number]
    assert found["slips"]["teams"] == ["Kestrel"]
    assert [(each["title"], each["later"], each["value"]) for each in found["slips"]["features"]] == [
        ("Reading history", 3, 10.0)
    ]
    assert found["slips"]["value"] == 10.0
    assert found["words"] == [
        "I4: 2 of 2 points of buffer used",
        "Becomes a conflict: An address (for Kestrel)",
        "1 other story has to move too, 5 points (Kestrel)",
        f"F{found['slips']['features'][0]['number']} finishes 3 iterations later: Reading history",
        "Cost of delay of what slips: 10",
        "On the critical chain of 2 iterations",
    ]


def test_the_critical_chain_is_shorter_when_one_team_takes_both(as_: As, train: Train, card: Story) -> None:
    merlin = Team.objects.get(train=train, slug="merlin")
    found = asked(as_("tess"), story=card.number, iteration=card.iteration_id, team=merlin.pk)
    assert (found["chain_before"]["iterations"], found["chain_after"]["iterations"]) == (2, 1)


def test_a_feature_without_stories_is_a_card_too(as_: As, train: Train, pi: Increment, card: Story) -> None:
    whole = build_feature(train, "Tariffs", team=Team.objects.get(train=train, slug="merlin"), state="planned")
    whole.targets.create(train=train, pi=pi, iteration=iteration(train, 1, 2))
    build_dependency(train, consumer_story=card, provider_feature=whole)
    found = asked(as_("paul"), feature=whole.number, iteration=iteration(train, 1, 3).pk)
    assert (found["cells"], [each["after"] for each in found["strings"]]) == ([], ["conflict"])


def test_asking_writes_nothing(as_: As, train: Train, card: Story) -> None:
    entries = Entry.objects.filter(train=train).count()
    asked(as_("tess"), story=card.number)
    assert Entry.objects.filter(train=train).count() == entries
    card.refresh_from_db()
    assert card.version == 1


def test_everybody_on_the_train_may_ask_and_nobody_else(as_: As, card: Story) -> None:
    address = f"{API}?pi=1&story={card.number}"
    names = ("rosa", "paul", "bea", "ansel", "tess", "mika", "vera", "otto")
    assert {name: as_(name).get(address).status_code for name in names} == {**dict.fromkeys(names, 200), "otto": 404}
    assert Client().get(address).status_code == 401


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"story": 1, "feature": 1}, 422),
        ({"story": 999_999}, 404),
        ({"feature": 999_999}, 404),
        ({"story": 0}, 422),
        ({"story": "nan"}, 422),
        ({"story": 10**12}, 422),
        ({"story": "$card", "iteration": 999_999}, 422),
        ({"story": "$card", "iteration": -1}, 422),
        ({"story": "$card", "iteration": "$elsewhere"}, 422),
        ({"story": "$card", "team": 999_999}, 422),
        ({"feature": "$feature"}, 422),
        ({"story": "$card", "pi": 99}, 404),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    as_: As, card: Story, history: Feature, query: dict[str, Any], status: int
) -> None:
    build_train("vega", "Vega")
    far = Iteration.objects.filter(train__slug="vega").first()
    assert far is not None
    meant = {"$card": card.number, "$feature": history.number, "$elsewhere": far.pk}
    told_as = {name: meant.get(str(value), value) for name, value in query.items()}
    assert as_("tess").get(API, {"pi": 1, **told_as}).status_code == status


def test_a_second_question_costs_no_more_than_finding_out_that_nothing_changed(
    as_: As, train: Train, card: Story
) -> None:
    client = as_("tess")
    fourth = iteration(train, 1, 4)
    client.get("/api/v1/trains/orion/board?pi=1")
    asked(client, story=card.number, iteration=iteration(train, 1, 3).pk)
    with CaptureQueriesContext(connection) as snapshot:
        client.get("/api/v1/trains/orion/board?pi=1")
    with CaptureQueriesContext(connection) as question:
        asked(client, story=card.number, iteration=fourth.pk)
    assert len(question) == len(snapshot)


def test_the_hint_names_the_worst_and_counts_the_rest() -> None:
    def string(number: int, after: Health) -> StringChange:
        return StringChange(
            id=number,
            number=number,
            needs=f"Need {number}",
            before=Health.OK,
            after=after,
            slack=0,
            provides=True,
            other="",
            other_team="Merlin",
        )

    def late(number: int) -> LateFeature:
        return LateFeature(id=number, number=number, title=f"F {number}", later=1, falls_out=number == 1, value=0)

    found = Outlook(
        card="s1",
        cells=(),
        strings=(string(1, Health.TIGHT), string(2, Health.OK), string(3, Health.CONFLICT), string(4, Health.TIGHT)),
        chain_before=Length(iterations=3, points=9, cards=3),
        chain_after=Length(iterations=4, points=9, cards=3),
        on_chain=True,
        slips=Slips(
            stories=(7, 8), teams=("A", "B", "C", "D"), points=6, features=(late(1), late(2), late(3)), value=0
        ),
    )
    assert told(found) == (
        "Becomes a conflict: Need 3 (for Merlin)",
        "Becomes tight: Need 1 (for Merlin)",
        "Becomes tight: Need 4 (for Merlin)",
        "1 more string changes",
        "2 other stories have to move too, 6 points (A, B, C …)",
        "F1 finishes 1 iteration later, after the end of the PI: F 1",
        "F2 finishes 1 iteration later: F 2",
        "1 more feature finishes later",
        "Critical chain: 3 → 4 iterations",
    )


def network_of(standing: Standing) -> tuple[set[Item], set[Link], dict[str, Any], dict[Any, float], set[StoryRow]]:
    network = standing.network
    loads = {place: load for place, load in standing.loads.items() if load}
    return set(network.items), set(network.links), dict(network.values), loads, set(standing.rows.stories)


MOVES = [(1,), (2, 3), (None,), (3, None, 4, 1)]


@pytest.mark.parametrize("moves", MOVES)
def test_a_kept_network_that_follows_the_moves_is_the_one_built_anew(
    cast: Cast, train: Train, pi: Increment, card: Story, history: Feature, moves: tuple[int | None, ...]
) -> None:
    build_dependency(train, consumer="merlin", provider="kestrel", provider_feature=history)
    shown = pi_shown(cast.tess, 1)
    kept = network_queries._standing(train.pk, shown, stamp(cast.tess))
    for place in moves:
        goal = None if place is None else iteration(train, 1, place).pk
        move_story(cast.tess, number=card.number, pi_id=pi.pk, iteration_id=goal)
    followed = network_queries._standing(train.pk, shown, stamp(cast.tess))
    network_queries._kept.clear()
    fresh = network_queries._standing(train.pk, shown, stamp(cast.tess))
    assert network_of(followed) == network_of(fresh)
    assert followed.chain == fresh.chain
    assert network_of(kept) != network_of(fresh)


def test_following_a_move_reads_the_journal_and_not_the_board(
    as_: As, cast: Cast, train: Train, pi: Increment, card: Story
) -> None:
    client = as_("tess")
    places = [iteration(train, 1, number).pk for number in (3, 4)]
    asked(client, story=card.number, iteration=places[0])
    with CaptureQueriesContext(connection) as known:
        asked(client, story=card.number, iteration=places[0])
    move_story(cast.tess, number=card.number, pi_id=pi.pk, iteration_id=places[0])
    with CaptureQueriesContext(connection) as followed:
        found = asked(client, story=card.number, iteration=places[1])
    assert len(followed) == len(known) + 1
    assert [(each["iteration_id"], each["before"], each["after"]) for each in found["cells"]] == [
        (places[1], 0.0, 5.0),
        (places[0], 5.0, 0.0),
    ]


@pytest.mark.parametrize("change_of", ["points", "dependency", "done", "leaves"])
def test_what_is_more_than_a_move_is_seen_too(
    as_: As, cast: Cast, train: Train, pi: Increment, card: Story, address: Story, change_of: str
) -> None:
    client = as_("tess")
    goal = iteration(train, 1, 1).pk
    before = asked(client, story=card.number, iteration=goal)
    if change_of == "points":
        edit_story(cast.tess, number=card.number, points=8)
    elif change_of == "dependency":
        build_dependency(train, consumer_story=card, provider_story=address, needs="A second address")
    elif change_of == "done":
        edit_story(cast.mika, number=address.number, state="done")
    else:
        move_story(cast.mika, number=address.number, pi_id=None, iteration_id=None)
    after = asked(client, story=card.number, iteration=goal)
    network_queries._kept.clear()
    assert after == asked(client, story=card.number, iteration=goal)
    assert after != before


def test_a_history_that_was_taken_back_is_not_followed(cast: Cast, train: Train, pi: Increment, card: Story) -> None:
    shown = pi_shown(cast.tess, 1)
    with transaction.atomic():
        move_story(cast.tess, number=card.number, pi_id=pi.pk, iteration_id=None)
        network_queries._standing(train.pk, shown, stamp(cast.tess))
        transaction.set_rollback(True)
    for place in (3, 4):
        move_story(cast.tess, number=card.number, pi_id=pi.pk, iteration_id=iteration(train, 1, place).pk)
    found = network_queries._standing(train.pk, shown, stamp(cast.tess))
    assert found.stories[card.pk].iteration_id == iteration(train, 1, 4).pk
    network_queries._kept.clear()
    assert network_of(found) == network_of(network_queries._standing(train.pk, shown, stamp(cast.tess)))
