"""The forecast's pages and API: who may look, what they say in every state, and what they cost."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.features.forecast.actions import look_up
from headway.features.forecast.queries import mood, percent
from headway.kit.access import Scope
from headway.store.change import change
from headway.store.models import ForecastRun, Increment, Job, Story, Target, Team, Train
from tests.builders import build_dependency, build_feature, build_story, build_train, iteration, root
from tests.cast import EVERYBODY, OUTSIDER, Cast
from tests.features.forecast.stage import DAY_ONE_OF_I4, at, increment, on, planned, steady, work

As = Callable[[str], Client]
PAGE = "/trains/orion/forecast"
API = "/api/v1/trains/orion/pis/1/forecast"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """Everything here happens on the first day of I4."""
    with on(DAY_ONE_OF_I4):
        yield


@pytest.fixture
def story(cast: Cast, train: Train) -> Story:
    """A story of 5 points in I4, and a history."""
    steady(cast, train)
    return planned(train)


def text(client: Client, path: str = PAGE, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def fresh(client: Client) -> None:
    """Somebody looks, and the worker is done."""
    client.get(PAGE)
    work()


def test_everybody_on_the_train_sees_its_odds_and_nobody_else(as_: As, train: Train, story: Story) -> None:
    fresh(as_("tess"))
    number = story.feature.number  # type: ignore[union-attr]
    pages = [PAGE, f"{PAGE}/feature/{number}", f"{PAGE}/team/kestrel", f"{PAGE}/features.csv", API, f"{API}/overlay"]
    parts = [f"{PAGE}/state", f"{PAGE}/feature/{number}/line"]
    found = {}
    for name in EVERYBODY:
        client = as_(name)
        looks = {client.get(path).status_code for path in pages}
        looks |= {client.get(path, headers={"HX-Request": "true"}).status_code for path in parts}
        asked = client.post(API, "{}", "application/json").status_code, client.post(f"{PAGE}/again").status_code
        found[name] = (looks, asked)
    insiders = {name: ({200}, (200, 302)) for name in EVERYBODY if name != OUTSIDER}
    assert found == insiders | {OUTSIDER: ({404}, (404, 404))}


def test_another_train_has_odds_of_its_own_only(as_: As, train: Train, story: Story) -> None:
    fresh(as_("tess"))
    build_train(slug="vega", name="Vega")
    vega = Train.objects.get(slug="vega")
    Train.objects.filter(pk=vega.pk).update(last_number=5000)
    vega.refresh_from_db()
    theirs = build_feature(vega)
    client = as_("tess")
    assert client.get(f"{PAGE}/feature/{theirs.number}").status_code == 404
    assert json.loads(client.get("/api/v1/trains/vega/pis/1/forecast").content)["number"] is None
    assert list(ForecastRun.objects.values_list("pi__train__slug", flat=True)) == ["orion"]


def test_the_page_begins_with_its_finding(as_: As, story: Story) -> None:
    client = as_("vera")
    waiting = text(client)
    assert "The first forecast is being computed." in waiting
    assert 'hx-trigger="every 2s"' in waiting
    work()
    shown = text(client)
    promise = percent(ForecastRun.objects.get().result["promise"])
    assert f'<span id="finding">{promise} % that at least 80 % of planned value lands in PI 1</span>' in shown
    assert 'hx-trigger="every 2s"' not in shown
    assert "Little history: take these odds with care." in shown


def test_while_the_page_is_open_a_newer_forecast_comes_in_by_itself(as_: As, train: Train, story: Story) -> None:
    client = as_("vera")
    first = text(client)
    state = first.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    partial = {"HX-Request": "true"}
    assert 'hx-select="#odds"' not in text(client, state, **partial)
    work()
    done = text(client, state, **partial)
    assert 'hx-select="#odds"' in done
    assert 'hx-trigger="every 2s"' not in done


def test_the_state_alone_leads_to_the_whole_page(as_: As, story: Story) -> None:
    answer = as_("vera").get(f"{PAGE}/state")
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)


def test_a_failed_computation_is_told_with_a_way_out(as_: As, story: Story) -> None:
    client = as_("vera")
    client.get(PAGE)
    Job.objects.update(state=Job.State.FAILED, sentence="The worker ended.")
    assert "The last try did not work: The worker ended." in text(client)
    assert client.post(f"{PAGE}/again").headers["Location"] == f"{PAGE}?pi=1"
    assert Job.objects.filter(state=Job.State.WAITING).count() == 1


def test_without_history_the_page_says_what_is_missing(as_: As, train: Train) -> None:
    planned(train)
    client = as_("vera")
    fresh(client)
    assert "Too little history for odds" in text(client)


def test_an_empty_pi_leads_to_the_board(as_: As, train: Train) -> None:
    client = as_("vera")
    fresh(client)
    assert "Nothing to foretell yet" in text(client)


def test_a_closed_pi_tells_what_it_brought(as_: As, train: Train, story: Story) -> None:
    other = planned(train, "Other")
    Target.objects.filter(feature=story.feature).update(outcome="landed")
    Target.objects.filter(feature=other.feature).update(outcome="missed")
    Increment.objects.update(state=Increment.State.CLOSED)
    shown = text(as_("vera"))
    assert "Of 2 planned features 1 were noted as landed." in shown
    assert Job.objects.count() == 0


def test_a_train_without_a_pi_is_told_what_a_forecast_needs(as_: As, train: Train) -> None:
    Increment.objects.all().delete()
    assert "No PI yet" in text(as_("vera"))


def test_a_feature_tells_its_chance_where_it_is_read(as_: As, story: Story) -> None:
    client = as_("vera")
    number = story.feature.number  # type: ignore[union-attr]
    line = f"{PAGE}/feature/{number}/line"
    assert f'hx-get="{line}" hx-trigger="load"' in text(client, f"/trains/orion/features/{number}")
    assert "its chance in PI 1 is being computed" in text(client, line, **{"HX-Request": "true"})
    work()
    chance = percent(ForecastRun.objects.get().result["features"][str(story.feature_id)]["by"][-1])
    assert f"<b>{chance} %</b>" in text(client, line, **{"HX-Request": "true"})
    assert f"{chance} %</a>" in text(client, "/trains/orion/features")
    assert f"{chance} % that feature {number} lands in PI 1" in text(client, f"{PAGE}/feature/{number}")


def test_a_feature_in_no_pi_has_no_chance_and_says_why(as_: As, train: Train) -> None:
    feature = build_feature(train)
    said = text(as_("vera"), f"{PAGE}/feature/{feature.number}/line", **{"HX-Request": "true"})
    assert "no chance yet: it is aimed at no PI that is open" in said


def test_a_teams_pace_can_be_asked_from_what(as_: As, story: Story) -> None:
    client = as_("vera")
    fresh(client)
    shown = text(client, f"{PAGE}/team/kestrel")
    rows = shown.split("<tr>")[2:]
    assert [row.split("</th>")[0].removeprefix('<th scope="row">') for row in rows] == ["PI 1 I3", "PI 1 I2", "PI 1 I1"]
    assert client.get(f"{PAGE}/team/nordlicht").status_code == 404


def test_the_data_behind_the_page_can_be_downloaded(as_: As, train: Train, story: Story) -> None:
    with change(root(train)) as frame:
        frame.update(story.feature, "feature.edited", title="=1+1")  # type: ignore[type-var]
    client = as_("vera")
    assert client.get(f"{PAGE}/features.csv").status_code == 404
    fresh(client)
    lines = client.get(f"{PAGE}/features.csv").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Feature,Title,Value,Landed,Planned,In time,In PI 1,By I4,By I5,By IP"
    assert lines[1].startswith(f"{story.feature.number},'=1+1,16,no,I4,")  # type: ignore[union-attr]
    trials = client.get(f"{PAGE}/distribution.csv").content.decode("utf-8-sig").splitlines()[1:]
    assert sum(int(line.split(",")[2]) for line in trials) == 10_000
    teams = client.get(f"{PAGE}/teams.csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in teams[1:3]] == [["Kestrel", "I4", "3"], ["Kestrel", "I5", "3"]]


@pytest.mark.parametrize("pi", ["99999999999999999999", "-1", "x", "1;drop", "%00", "١"])
def test_a_pi_that_is_no_number_shows_the_present_one(as_: As, story: Story, pi: str) -> None:
    assert as_("vera").get(PAGE, {"pi": pi}).status_code == 200


@pytest.mark.parametrize("path", [f"{PAGE}?pi=99", f"{PAGE}/nothing.csv", f"{PAGE}/feature/999999999999999999999"])
def test_what_is_not_there_is_not_found(as_: As, story: Story, path: str) -> None:
    assert as_("vera").get(path).status_code == 404


def test_hostile_names_are_told_as_text(as_: As, train: Train, story: Story) -> None:
    Team.objects.filter(train=train, slug="kestrel").update(name="<img src=x onerror=alert(1)>")
    with change(root(train)) as frame:
        frame.update(story.feature, "feature.edited", title="<script>alert(1)</script>")  # type: ignore[type-var]
    client = as_("vera")
    fresh(client)
    shown = text(client) + text(client, f"{PAGE}/feature/{story.feature.number}")  # type: ignore[union-attr]
    assert "<script>alert" not in shown
    assert "<img" not in shown


def test_the_api_answers_what_is_kept_and_304_while_nothing_is_newer(as_: As, train: Train, story: Story) -> None:
    client = as_("vera")
    first = client.get(API)
    body: Any = json.loads(first.content)
    assert (body["number"], body["stale"], body["computing"]) == (None, True, True)
    assert body["sentence"] == "The forecast is being computed."
    work()
    second = client.get(API)
    train.refresh_from_db()
    body = json.loads(second.content)
    assert (body["number"], body["stale"], body["computing"]) == (train.seq, False, False)
    assert body["iterations"] == [iteration(train, 1, number).pk for number in (4, 5, 6)]
    assert second.headers["ETag"] != first.headers["ETag"]
    assert client.get(API, headers={"If-None-Match": second.headers["ETag"]}).status_code == 304


def test_the_overlay_holds_what_the_board_draws(as_: As, train: Train, story: Story) -> None:
    provider = planned(train, "Provider", team="merlin", points=3)
    consumer = build_story(train, "Consumer", **at(train, 5, points=2))
    row = build_dependency(train, consumer_story=consumer, provider_story=provider)
    build_story(train, "Done", state="done", **at(train, 4, points=2))
    client = as_("vera")
    fresh(client)
    drawn: Any = json.loads(client.get(f"{API}/overlay").content)
    assert set(drawn["stories"]) == {str(each.pk) for each in (story, provider, consumer)}
    assert set(drawn["features"]) == {str(each.feature_id) for each in (story, provider)}
    assert drawn["stories"][str(story.pk)]["chance"] == drawn["stories"][str(story.pk)]["by"][0]
    assert set(drawn["dependencies"]) == {str(row.pk)}
    ids = drawn["iterations"]
    assert set(drawn["cells"]) == {f"{team}:{each}" for team in (story.team_id, provider.team_id) for each in ids}
    cell = drawn["cells"][f"{story.team_id}:{ids[0]}"]
    assert (cell["load"], cell["low"] <= cell["usual"] <= cell["high"]) == (5, True)
    assert cell["chance"] == drawn["stories"][str(story.pk)]["chance"]


def test_a_token_that_may_only_read_sees_the_odds(cast: Cast, train: Train, story: Story) -> None:
    reader = replace(cast.vera, scopes=frozenset({Scope.READ}))
    assert look_up(reader, increment(train)).is_computing is True


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_more_features_cost_no_more_queries(as_: As, train: Train, story: Story) -> None:
    paths = [PAGE, f"{API}/overlay", "/trains/orion/features", f"{PAGE}/feature/{story.feature.number}"]  # type: ignore[union-attr]
    client = as_("vera")
    build_dependency(train, consumer_story=story, provider_story=planned(train, "Provider", team="merlin"))
    fresh(client)
    one = [cost(client, path) for path in paths]
    for number in range(2):
        more = planned(train, f"More {number}")
        other = planned(train, f"Other {number}", team="merlin", number=5)
        build_dependency(train, consumer_story=more, provider_story=other)
    Job.objects.all().delete()
    fresh(client)
    assert [cost(client, path) for path in paths] == one


@pytest.mark.parametrize(
    ("chance", "shown", "taken"),
    [(0, 0, "bad"), (0.001, 1, "bad"), (0.5, 50, "warn"), (0.846, 85, "warn"), (0.85, 85, "good"), (0.999, 99, "good")],
)
def test_what_is_not_certain_is_never_called_so(chance: float, shown: int, taken: str) -> None:
    assert (percent(chance), mood(chance)) == (shown, taken)
