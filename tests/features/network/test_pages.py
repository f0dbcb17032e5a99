"""The network's pages, tables and API: who may look, what they say, and that nonsense does no harm."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.features.network.tables import NAMES
from headway.store.models import Dependency, Train
from tests.builders import build_dependency, build_feature, iteration
from tests.cast import EVERYBODY, OUTSIDER
from tests.features.network.stage import between, placed, room_for, tied

As = Callable[[str], Client]
BASE = "/trains/orion/network"
API = "/api/v1/trains/orion/network"
PAGES = ["", "/teams", "/slip", "/circles", "/moves", "/strings?provider=merlin&consumer=kestrel"]
OPERATIONS = ["", "/teams", "/slip", "/circles", "/moves"]
TABLES = [f"/{name}.csv" for name in NAMES]
NASTY = [
    "%00",
    "a%00b",
    "-1",
    "0",
    "99999999999999999999",
    "1e9",
    "NaN",
    "%F0%9F%90%99",
    "%3Cscript%3E",
    "'--",
    "all",
    "²",
]


def stage(train: Train) -> list[Dependency]:
    """A chain, a circle, a feature that waits, room somewhere."""
    feature = build_feature(train, "Reading history", user_value=8, time_criticality=5, risk_opportunity=2)
    a, b, c = placed(train, "merlin", 1, points=3), placed(train, "kestrel", 2, points=5), placed(train, "merlin", 3)
    told = [tied(train, a, b), tied(train, b, c), tied(train, c, a)]
    told.append(tied(train, placed(train, "merlin", 1, feature=feature), placed(train, "kestrel", 1, feature=feature)))
    told.append(build_dependency(train, provider="nordlicht", consumer_feature=feature))
    room_for(train, "kestrel", 1, 40)
    return told


def test_everybody_on_the_train_may_look_and_nobody_else(as_: As, train: Train) -> None:
    stage(train)
    paths = [*(f"{BASE}{page}" for page in [*PAGES, *TABLES]), *(f"{API}{each}" for each in OPERATIONS)]
    answers = {name: {as_(name).get(path).status_code for path in paths} for name in EVERYBODY}
    assert answers == {name: {404} if name == OUTSIDER else {200} for name in EVERYBODY}


def test_pages_and_tables_take_as_many_queries_for_three_as_for_one(as_: As, train: Train) -> None:
    def more() -> None:
        feature = build_feature(train)
        tied(train, placed(train, "merlin", 1, feature=feature), placed(train, "kestrel", 2, feature=feature))
        build_dependency(train, provider_feature=feature, needed_by=iteration(train, 1, 2))

    client = as_("tess")

    def count() -> dict[str, int]:
        found = {}
        for path in [*(f"{BASE}{page}" for page in [*PAGES, *TABLES]), *(f"{API}{each}" for each in OPERATIONS)]:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found[path] = len(queries)
        return found

    more()
    count()
    one = count()
    more()
    more()
    assert count() == one
    assert max(one.values()) <= 40


@pytest.mark.parametrize(
    ("page", "fields"),
    [("", "pi team arrived page"), ("/slip", "item by"), ("/circles", "by"), ("/strings", "provider consumer")],
)
def test_parameters_without_sense_are_passed_over(as_: As, train: Train, page: str, fields: str) -> None:
    between(train, 1, 2)
    client = as_("vera")
    asked = [(field, nasty) for field in fields.split() for nasty in NASTY]
    refused = [pair for pair in asked if client.get(f"{BASE}{page}?{'='.join(pair)}").status_code != 200]
    # A PI that could exist but does not is missing, rather than silently another one.
    assert refused == ([("pi", "0")] if page == "" else [])


@pytest.mark.parametrize(
    ("query", "status"),
    [("pi=-1", 422), ("pi=9", 404), ("pi=x", 422), ("by=0", 422), ("by=101", 422), ("item=zz", 404), ("team=zz", 200)],
)
def test_the_api_refuses_what_makes_no_sense(as_: As, train: Train, query: str, status: int) -> None:
    between(train, 1, 2)
    assert as_("vera").get(f"{API}/slip?{query}").status_code == status


def test_a_train_without_anything_says_what_to_do_first(as_: As, train: Train) -> None:
    for page in PAGES[:-1]:
        assert "Record a dependency" in as_("vera").get(f"{BASE}{page}").content.decode()
    for name in TABLES:
        assert as_("vera").get(f"{BASE}{name}").content.count(b"\r\n") == 1


def test_a_filter_that_fits_nothing_says_so(as_: As, train: Train) -> None:
    between(train, 1, 2)
    assert "Nothing fits the filter" in as_("vera").get(f"{BASE}?team=nordlicht").content.decode()


def test_the_picture_and_its_twin_tell_the_same(as_: As, train: Train) -> None:
    told = stage(train)
    page = as_("vera").get(f"{BASE}?pi=all")
    drawn = {(curve.provider, curve.consumer) for curve in page.context["drawing"].curves}
    lines = page.context["page"].object_list
    assert {line.strand.pair for line in lines} == drawn
    assert {line.strand.number for line in lines} == {row.number for row in told}
    html = page.content.decode()
    assert {f'data-key="{box.piece.key}"' in html for box in page.context["drawing"].boxes} == {True}


def test_each_number_of_the_matrix_leads_to_the_dependencies_it_counts(as_: As, train: Train) -> None:
    stage(train)
    client = as_("vera")
    cells = [cell for row in client.get(f"{BASE}/teams?pi=all").context["matrix"].rows for cell in row.cells]
    for cell in cells:
        query = f"pi=all&provider={cell.provider.slug}&consumer={cell.consumer.slug}"
        assert len(client.get(f"{BASE}/strings?{query}").context["lines"]) == cell.strings
    assert sum(cell.strings for cell in cells) == 5


def test_a_slip_is_asked_by_address_and_told_in_a_sentence(as_: As, train: Train) -> None:
    first = stage(train)[0]
    assert first.provider_story is not None
    page = as_("vera").get(f"{BASE}/slip?item=s{first.provider_story.number}&by=2")
    assert page.context["told"].by == 2
    said = " ".join(page.content.decode().split())
    assert "comes 2 iterations later, 2 other items have to move" in said


def test_something_nobody_waits_for_is_said_to_be_so(as_: As, train: Train) -> None:
    between(train, 1, 2)
    page = as_("vera").get(f"{BASE}/slip?item=s999")
    assert page.context["told"] is None
    assert "Nobody waits for this item" in page.content.decode()


def test_moves_are_asked_as_questions_and_nothing_is_moved_from_here(as_: As, train: Train) -> None:
    stage(train)
    html = as_("rosa").get(f"{BASE}/moves").content.decode()
    assert "What if …" in html
    assert "Headway moves nothing here" in html
    main = html.split("<main")[1].split("</main>")[0]
    assert 'method="post"' not in main
    assert as_("rosa").post(f"{BASE}/moves").status_code == 405


def test_moves_of_all_pis_are_those_of_the_present_one_and_say_so(as_: As, train: Train) -> None:
    stage(train)
    assert "so this is about PI 1" in as_("vera").get(f"{BASE}/moves?pi=all").content.decode()


def test_titles_are_shown_as_text(as_: As, train: Train) -> None:
    title = "<script>alert(1)</script>"
    tied(train, placed(train, "merlin", 1, title=title), placed(train, "kestrel", 2, title=title), needs=title)
    for page in PAGES:
        assert title not in as_("vera").get(f"{BASE}{page}").content.decode()


def rows(client: Client, name: str, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{BASE}/{name}.csv{query}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="orion-network-{name}.csv"'
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_tables_hold_what_the_pages_show(as_: As, train: Train) -> None:
    told = stage(train)
    client = as_("vera")
    strings = rows(client, "strings", "?pi=all")
    assert {int(row["Number"]) for row in strings} == {row.number for row in told}
    assert {row["Provider team"] for row in rows(client, "strings", "?pi=all&team=nordlicht")} == {"Nordlicht GmbH"}
    assert {(row["Provider"], row["Consumer"], row["Strings"]) for row in rows(client, "teams", "?pi=all")} == {
        ("Merlin", "Kestrel", "2"),
        ("Kestrel", "Merlin", "1"),
        ("Nordlicht GmbH", "Kestrel", "1"),
    }
    assert [row["Cheapest cut"] for row in rows(client, "circles")] == ["of this circle", "of all circles together"]
    assert {row["Fits"] for row in rows(client, "moves")} <= {"yes", "no"}
    assert [row["Step"] for row in rows(client, "chain")][:1] == ["1"]
    assert {row["Feature"][0] for row in rows(client, "features", "?pi=all")} == {"F"}
    assert {row["Cost of delay"] for row in rows(client, "slips")} != set()


def test_no_cell_of_a_table_can_act_as_a_formula(as_: As, train: Train) -> None:
    formula = '=HYPERLINK("http://x")'
    tied(train, placed(train, "merlin", 1, title=formula), placed(train, "kestrel", 2, title=formula), needs=formula)
    for name in NAMES:
        for row in rows(as_("vera"), name):
            assert [cell for cell in row.values() if cell.startswith("=")] == []


def test_there_is_no_other_table(as_: As, train: Train) -> None:
    assert as_("vera").get(f"{BASE}/secrets.csv").status_code == 404


def test_the_api_tells_strings_chain_teams_slips_circles_and_moves(as_: As, train: Train) -> None:
    told = stage(train)
    client = as_("vera")

    def get(path: str) -> dict[str, Any]:
        answer: dict[str, Any] = client.get(f"{API}{path}").json()
        return answer

    whole = get("?all_pis=true")
    assert (whole["pi"], {each["dependency"] for each in whole["strings"]}) == (None, {row.number for row in told})
    assert whole["health"]["conflict"] == sum(each["health"] == "conflict" for each in whole["strings"])
    first = next(each for each in whole["strings"] if each["dependency"] == told[0].number)
    assert first["provider"] == {
        "key": f"s{told[0].provider_story.number}",  # type: ignore[union-attr]
        "kind": "story",
        "number": told[0].provider_story.number,  # type: ignore[union-attr]
        "title": "Merlin in 1",
        "team": told[0].provider_team_id,
        "points": 3.0,
        "iteration": iteration(train, 1, 1).pk,
        "feature": None,
        "done": False,
    }
    assert (first["slack"], first["spare"], first["in_circle"], first["health"]) == (1, 0, True, "ok")
    assert get("/teams")["density"]["linked_pairs"] == 2
    harmful = get("/slip?by=2")["harmful"]
    assert get(f"/slip?by=2&item={harmful[0]['item']['key']}")["slip"] == harmful[0]
    circles = get("/circles?by=links")
    assert ([len(each["steps"]) for each in circles["circles"]], circles["cost"], circles["proven"]) == ([3], 1.0, True)
    moves = get("/moves")
    assert {each["strings"][0] > each["strings"][1] for each in [*moves["fitting"], *moves["beyond"]]} == {True}
