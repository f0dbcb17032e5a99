"""The rules the board applies in the browser, before the server is asked, are the server's own."""

from itertools import product
from random import Random
from typing import Any

import pytest

from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network
from headway.engine.network.health import health, slack
from headway.features.board.picture import Picture, View, draw
from headway.features.board.queries import board_rows, pi_shown
from headway.store.change import change
from headway.store.models import CapacityOverride, Dependency, Increment, Target, Team, Train
from tests.browser.conftest import PageOf
from tests.builders import build_dependency, build_feature, build_story, iteration, root
from tests.cast import Cast

pytestmark = pytest.mark.browser

PLACES = (None, 0, 1, 2, 5)


def test_the_browser_judges_every_string_as_the_engine_does(page_of: PageOf) -> None:
    cases = [list(case) for case in product(PLACES, PLACES, Dependency.State.values)]
    page = page_of("tess")
    page.goto("/trains/orion/board")
    judged = page.evaluate(
        """async (cases) => {
          const { health, slack } = await import("/static/board/js/health.js");
          return cases.map(([from, to, state]) => [health(from, to, state), slack(from, to)]);
        }""",
        cases,
    )
    assert judged == [[health(*case), slack(*case[:2])] for case in cases]


def test_the_browser_finds_the_circles_the_engine_finds(page_of: PageOf) -> None:
    random = Random(11)
    graphs = [
        [[f"s{random.randrange(nodes)}", f"s{random.randrange(nodes)}"] for _ in range(links)]
        for nodes, links in [(3, 3), (5, 6), (8, 9), (12, 14), (20, 22), (40, 44), (200, 210)] * 4
    ]
    page = page_of("tess")
    page.goto("/trains/orion/board")
    found = page.evaluate(
        """async (graphs) => {
          const { circles } = await import("/static/board/js/cycles.js");
          return graphs.map((links) => {
            const groups = new Map();
            for (const [key, circle] of circles(links)) groups.set(circle, [...(groups.get(circle) ?? []), key]);
            return [...groups.values()].map((group) => group.sort()).sort();
          });
        }""",
        graphs,
    )
    assert found == [circles(graph) for graph in graphs]


def circles(links: list[list[str]]) -> list[list[str]]:
    """The groups of items that wait for each other, by the engine."""
    items = [Item(key=key) for key in sorted({key for link in links for key in link})]
    network = Network(items, [Link(provider=one, consumer=other) for one, other in links if one != other])
    return sorted(sorted(group) for group in find_cycles(network, limit=0).groups)


@pytest.mark.parametrize("view", list(View))
def test_the_browser_places_and_weighs_every_card_as_the_server_does(
    page_of: PageOf, cast: Cast, train: Train, view: View
) -> None:
    fill(train)
    page = page_of("tess")
    page.goto(f"/trains/orion/board?pi=1&view={view.value}")
    seen: dict[str, Any] = page.evaluate(
        """async (view) => {
          const { Model } = await import("/static/board/js/model.js");
          const answer = await fetch(document.getElementById("board").dataset.snapshot);
          const model = new Model(await answer.json(), view);
          const columns = [null, ...model.iterations.keys()];
          const cells = [...model.teams.keys()].flatMap((team) => columns.map((iteration) => {
            const { load, capacity, fit } = model.cell(team, iteration);
            return [team, iteration, load, capacity, fit];
          }));
          const places = [...model.places()].map(([key, { team, iteration }]) => [key, team, iteration]);
          return { places: places.sort(), cells };
        }""",
        view.value,
    )
    picture = draw(board_rows(cast.tess, pi_shown(cast.tess, 1)), view)
    assert seen["places"] == sorted(places_of(picture))
    assert seen["cells"] == cells_of(picture)


def fill(train: Train) -> None:
    """One of each way to stand on the board."""
    pi = Increment.objects.get(train=train, number=1)
    alone = build_feature(train, "One team's feature", state="planned", theme=None)
    shared = build_feature(train, "Several teams' feature", state="planned")
    bare = build_feature(train, "Without stories", team=Team.objects.get(train=train, slug="merlin"), size=8)
    aimed = build_feature(train, "Aimed, but whose?")
    lost = build_feature(train, "Without team and iteration")
    for index, feature in enumerate((alone, alone, shared, shared, None)):
        team = "merlin" if index == 3 else "kestrel"
        place = iteration(train, 1, index + 1)
        build_story(train, f"Story {index}", team=team, feature=feature, pi=pi, iteration=place, points=index + 0.5)
    build_story(train, "Not placed", feature=alone, pi=pi, points=13)
    story = build_story(train, "In the IP iteration", pi=pi, iteration=iteration(train, 1, 6), points=2)
    with change(root(train)) as frame:
        for feature, place in ((bare, iteration(train, 1, 3)), (aimed, iteration(train, 1, 2)), (lost, None)):
            frame.create(Target(feature=feature, pi=pi, iteration=place), "target.created")
        team = Team.objects.get(train=train, slug="kestrel")
        for number in (1, 6):
            frame.create(
                CapacityOverride(team=team, iteration=iteration(train, 1, number), points=20, note="agreed"),
                "capacity.created",
            )
    build_dependency(train, consumer_story=story, provider="nordlicht", committed_by=iteration(train, 1, 4))
    build_dependency(train, consumer="merlin", provider="kestrel", state="declined")


def places_of(picture: Picture) -> list[list[Any]]:
    return [
        [card.key, line.team.id if line.team else None, cell.iteration_id]
        for line in [picture.shared, *picture.teams, *picture.parties]
        for cell in line.cells
        for card in cell.cards
    ]


def cells_of(picture: Picture) -> list[list[Any]]:
    return [
        [line.team.id if line.team else None, cell.iteration_id, cell.load, cell.capacity, cell.fit]
        for line in [*picture.teams, *picture.parties]
        for cell in line.cells
    ]
