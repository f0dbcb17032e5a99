"""Who may have a plan drafted, who withdraws it, and that only the team itself answers for its part."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.features.planner import actions
from headway.features.planner.moves import Move
from headway.features.planner.policies import wishes
from headway.store import jobs
from headway.store.models import Train
from tests.cast import EVERYBODY, OUTSIDER, Cast
from tests.features.doors import Door, Ids, answers, expected, rows
from tests.features.planner.plans import build_proposal

DRAFTERS = frozenset({"rosa", "paul", "ansel", "tess", "kim", "mika"})
KESTREL = frozenset({"tess", "kim"})
PART = "/trains/orion/plan/drafts/{proposal}/parts/kestrel"

DOORS = {
    "propose": Door(
        allowed=DRAFTERS,
        act=actions.propose,
        values={"pi": 1, "moves": "$moves"},
        api="/proposals",
        body={"pi": 1, "moves": "$sent"},
    ),
    "withdraw_proposal": Door(
        allowed=frozenset({"rosa", "paul"}),
        act=actions.withdraw_proposal,
        values={"number": "$proposal"},
        api="/proposals/{proposal}/withdraw",
        page="/trains/orion/plan/drafts/{proposal}/withdraw",
    ),
    "accept_part": Door(
        allowed=KESTREL,
        act=actions.accept_part,
        values={"number": "$proposal", "team": "kestrel"},
        api="/proposals/{proposal}/parts/kestrel/accept",
        page=f"{PART}/accept",
    ),
    "decline_part": Door(
        allowed=KESTREL,
        act=actions.decline_part,
        values={"number": "$proposal", "team": "kestrel", "note": "No."},
        api="/proposals/{proposal}/parts/kestrel/decline",
        body={"note": "No."},
        page=f"{PART}/decline",
    ),
    "change_part": Door(
        allowed=KESTREL,
        act=actions.change_part,
        values={"number": "$proposal", "team": "kestrel", "drop": "$dropped"},
        method="patch",
        api="/proposals/{proposal}/parts/kestrel",
        body={"drop": "$dropped"},
        page=f"{PART}/change",
        form={"note": "Later."},
    ),
}


def stage(train: Train) -> Ids:
    """Paul has put a draft before Kestrel and Merlin."""
    ids = build_proposal(Cast(slug=train.slug), train)
    return {
        **ids,
        "moves": [Move(ids["late"], None, 2)],
        "sent": [{"story": ids["late"], "to": 2}],
        "dropped": [ids["late"]],
    }


ROWS = rows(DOORS, stage)


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_door_gives_each_person_the_answer_of_the_table_and_everybody_may_look(
    cast: Cast, train: Train, as_: Callable[[str], Client], name: str
) -> None:
    ids = stage(train)
    assert answers(cast, DOORS, name, as_(name), ids) == expected(DOORS, name, OUTSIDER)
    seen = {404} if name == OUTSIDER else {200}
    client = as_(name)
    pages = ["plan/drafts", f"plan/drafts/{ids['proposal']}"]
    assert {client.get(f"/trains/orion/{page}").status_code for page in pages} == seen
    calls = ["proposals", f"proposals/{ids['proposal']}", f"proposals/{ids['proposal']}/ghosts", "jobs"]
    assert {client.get(f"/api/v1/trains/orion/{call}").status_code for call in calls} == seen


def test_a_draft_is_asked_for_by_those_who_work_on_the_train(
    cast: Cast, train: Train, as_: Callable[[str], Client]
) -> None:
    stage(train)
    sent = {"preset": "balanced", "buffer_percent": "20", "seconds": "5"}
    found = {}
    for name in EVERYBODY:
        client = as_(name)
        asked = client.post("/api/v1/trains/orion/drafts", {"pi": 1}, "application/json").status_code
        looked = client.get("/trains/orion/plan/drafts/new?pi=1").status_code
        posted = client.post("/trains/orion/plan/drafts/new?pi=1", sent).status_code
        found[name] = (asked, looked, posted)
    allowed = {name: (200, 200, 302) if name in DRAFTERS else (403, 403, 403) for name in EVERYBODY}
    assert found == allowed | {OUTSIDER: (404, 404, 404)}


def test_a_draft_under_way_is_cancelled_by_whoever_asked_or_the_rte(
    cast: Cast, train: Train, as_: Callable[[str], Client]
) -> None:
    stage(train)
    found = {}
    for name in EVERYBODY:
        call, page = (actions.ask_for_draft(cast.tess, pi=1, wanted=wishes()).pk for _ in range(2))
        by_call = as_(name).post(f"/api/v1/trains/orion/jobs/{call}/cancel", {}, "application/json").status_code
        by_page = as_(name).post(f"/trains/orion/plan/drafts/jobs/{page}/cancel").status_code
        found[name] = (by_call, by_page, *(jobs.find(cast.tess, each).state for each in (call, page)))
    refused = dict.fromkeys(EVERYBODY, (403, 403, "waiting", "waiting"))
    cancelled = dict.fromkeys(("tess", "rosa"), (200, 302, "cancelled", "cancelled"))
    assert found == refused | cancelled | {OUTSIDER: (404, 404, "waiting", "waiting")}
