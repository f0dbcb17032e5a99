"""From asking for a draft to the proposal, or to the sentence that says why there is none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from headway.engine.errors import Invalid, Locked
from headway.features.apps import load_jobs
from headway.features.planner import actions, queries
from headway.features.planner.policies import wishes
from headway.store import jobs
from headway.store.change import change
from headway.store.models import Increment, Job, Proposal, Story, Train
from tests.builders import root
from tests.cast import Cast
from tests.features.planner.plans import build_plan, places

As = Callable[[str], Client]
load_jobs()


def drafted(cast: Cast, **wanted: Any) -> Job:
    """Tess asks for a draft, and it is made here and now."""
    asked = actions.ask_for_draft(cast.tess, pi=1, wanted=wishes(seconds=1, **wanted))
    jobs.work_off()
    return queries.draft(cast.tess, asked.pk)


def test_a_draft_mends_the_plan_and_moves_nothing_by_itself(cast: Cast, train: Train, as_: As) -> None:
    plan = build_plan(train)
    job = drafted(cast)
    assert (job.state, job.sentence, job.result) == ("done", "", {"proposal": 1, "moves": 2})
    assert places(train, plan["consumer"], plan["provider"], plan["late"]) == ["I1", "I2", None]
    proposal = Proposal.objects.get()
    assert (proposal.made_by and proposal.made_by.name, proposal.settings["seconds"]) == ("Tess Okafor", 1)
    for team, name in (("kestrel", "tess"), ("merlin", "mika")):
        if proposal.parts.filter(team__slug=team).exists():
            actions.accept_part(cast.actor(name), number=1, team=team)
    consumer, provider, late = places(train, plan["consumer"], plan["provider"], plan["late"])
    assert str(provider) < str(consumer)
    assert late is not None
    page = as_("vera").get("/trains/orion/plan/drafts/1").content.decode()
    assert "At most" in page or "No plan can be better by these goals" in page


def test_a_draft_keeps_what_it_says_of_the_plan(cast: Cast, train: Train) -> None:
    plan = build_plan(train)
    drafted(cast)
    facts = Proposal.objects.get().facts
    assert facts["objective"]["value"] == 1.0
    assert facts["total"] <= facts["bound"] + 1e-6
    assert [(each["number"], each["before"] is None) for each in facts["features"]] == [
        (plan["feature"], False),
        (plan["second"], True),
    ]
    assert [(each["team"], each["iteration"], each["before"]) for each in facts["loads"][:2]] == [
        ("kestrel", 1, 8.0),
        ("kestrel", 2, 0.0),
    ]


def test_pins_that_contradict_each_other_are_named_and_no_draft_is_made(cast: Cast, train: Train, as_: As) -> None:
    plan = build_plan(train)
    pins = [
        {"kind": "here", "story": plan["consumer"], "iteration": 2},
        {"kind": "here", "story": plan["provider"], "iteration": 2},
    ]
    job = drafted(cast, pins=pins)
    assert (job.state, Proposal.objects.count()) == ("done", 0)
    conflict = job.result["conflict"]
    assert sorted(each["kind"] for each in conflict["members"]) == ["dependency", "pin", "pin"]
    assert {link["number"] for each in conflict["members"] for link in each["links"]} == {
        plan["consumer"],
        plan["provider"],
    }
    page = as_("tess").get(f"/trains/orion/plan/drafts/jobs/{job.pk}").content.decode()
    assert ("These cannot all hold together" in page, f"/stories/{plan['consumer']}" in page) == (True, True)


def test_a_locked_team_is_asked_for_nothing(cast: Cast, train: Train) -> None:
    build_plan(train)
    drafted(cast, locks=["merlin"])
    assert [part.team.slug for part in Proposal.objects.get().parts.all()] == ["kestrel"]


def test_a_plan_that_cannot_be_bettered_makes_no_proposal(cast: Cast, train: Train) -> None:
    build_plan(train)
    drafted(cast)
    for part in Proposal.objects.get().parts.select_related("team"):
        actions.accept_part(root(train), number=1, team=part.team.slug)
    job = drafted(cast, preset="mend")
    assert (job.result["proposal"], Proposal.objects.count()) == (None, 1)


def test_a_draft_nobody_can_make_is_refused_when_it_is_asked_for(cast: Cast, train: Train) -> None:
    build_plan(train)
    with pytest.raises(Invalid, match="There is no team 'osprey'"):
        actions.ask_for_draft(cast.tess, pi=1, wanted=wishes(locks=["osprey"]))
    with change(root(train)) as frame:
        frame.update(frame.get(Increment, number=1), "pi.advanced", state="closed")
    with pytest.raises(Locked, match="PI 1 is closed"):
        actions.ask_for_draft(cast.tess, pi=1, wanted=wishes())


def test_a_draft_whose_pins_are_gone_by_the_time_it_is_made_says_so(cast: Cast, train: Train) -> None:
    plan = build_plan(train)
    pins = [{"kind": "in", "story": plan["late"]}]
    asked = actions.ask_for_draft(cast.tess, pi=1, wanted=wishes(pins=pins))
    with change(root(train)) as frame:
        frame.delete(frame.get(Story, number=plan["late"]), "story.removed")
    jobs.work_off()
    job = queries.draft(cast.tess, asked.pk)
    assert (job.state, Proposal.objects.count()) == ("failed", 0)
    assert job.sentence == f"There is no story {plan['late']} in the draft of PI 1, so it cannot be pinned."


def test_the_form_sends_its_choices_on(cast: Cast, train: Train, as_: As) -> None:
    plan = build_plan(train)
    sent = {
        "preset": "own",
        "weight_value": "50",
        "buffer_percent": "10",
        "seconds": "3",
        f"feature_{plan['second']}": "out",
        "story_0": str(plan["consumer"]),
        "place_0": "4",
        "locks": ["merlin"],
    }
    answer = as_("tess").post("/trains/orion/plan/drafts/new?pi=1", sent)
    payload = Job.objects.get().payload
    assert (answer.status_code, payload["preset"], payload["weights"]["value"], payload["buffer_percent"]) == (
        302,
        "own",
        50,
        10,
    )
    assert payload["pins"] == [
        {"kind": "out", "feature": plan["second"]},
        {"kind": "here", "story": plan["consumer"], "iteration": 4},
    ]
    assert payload["locks"] == ["merlin"]


def test_a_form_with_half_a_pin_comes_back_with_what_was_typed(cast: Cast, train: Train, as_: As) -> None:
    plan = build_plan(train)
    sent = {"preset": "balanced", "buffer_percent": "20", "seconds": "3", "story_0": str(plan["consumer"])}
    answer = as_("tess").post("/trains/orion/plan/drafts/new?pi=1", sent)
    page = answer.content.decode()
    assert (answer.status_code, "Say where the story must be." in page, f'value="{plan["consumer"]}"' in page) == (
        422,
        True,
        True,
    )


def test_the_progress_is_asked_for_until_the_draft_is_there(cast: Cast, train: Train, as_: As) -> None:
    build_plan(train)
    asked = actions.ask_for_draft(cast.tess, pi=1, wanted=wishes(seconds=1))
    address = f"/trains/orion/plan/drafts/jobs/{asked.pk}?progress"
    before = as_("tess").get(address, headers={"HX-Request": "true"}).content.decode()
    jobs.work_off()
    after = as_("tess").get(address, headers={"HX-Request": "true"}).content.decode()
    assert ('hx-trigger="every 1s"' in before, "<html" in before) == (True, False)
    assert ('hx-trigger="every 1s"' in after, "/trains/orion/plan/drafts/1" in after) == (False, True)
