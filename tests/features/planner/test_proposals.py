"""What teams make of a proposal: all their moves at once or none, and nothing behind anybody's back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from headway.engine.errors import Conflict, Forbidden, Invalid, Locked, Missing
from headway.features.backlog import actions as backlog
from headway.features.journal.actions import undo_last
from headway.features.planner import actions, queries
from headway.features.planner.moves import Move
from headway.store.change import change
from headway.store.models import Increment, Membership, Person, Proposal, ProposalPart, Story, Team, Train
from tests.builders import build_story, iteration, root
from tests.cast import Cast
from tests.features.planner.plans import build_proposal, places, states

As = Callable[[str], Client]


def test_an_accepted_part_moves_the_teams_stories_in_one_command_and_can_be_undone(cast: Cast, train: Train) -> None:
    plan = build_proposal(cast, train)
    stories = (plan["consumer"], plan["late"], plan["provider"])
    done = actions.accept_part(cast.tess, number=plan["proposal"], team="kestrel", note="Gladly.")
    assert [each.verb for each in done.entries] == ["story.moved", "story.moved", "proposal_part.accepted"]
    assert len({each.command_id for each in done.entries}) == 1
    assert places(train, *stories) == ["I3", "I1", "I2"]
    assert states(plan["proposal"]) == {"kestrel": "accepted", "merlin": "open"}
    undo_last(cast.tess)
    assert places(train, *stories) == ["I1", None, "I2"]
    assert states(plan["proposal"]) == {"kestrel": "open", "merlin": "open"}


def test_a_part_of_which_something_changed_moves_nothing_until_the_rest_is_accepted(cast: Cast, train: Train) -> None:
    plan = build_proposal(cast, train)
    there = iteration(train, 1, 4)
    backlog.move_story(cast.kim, number=plan["consumer"], pi_id=there.pi_id, iteration_id=there.pk)
    with pytest.raises(Conflict, match="1 story of this part changed since the draft, so nothing was moved") as caught:
        actions.accept_part(cast.tess, number=plan["proposal"], team="kestrel")
    assert caught.value.data["conflicts"] == [
        {"story": plan["consumer"], "sentence": f"Story {plan['consumer']} has been moved since, to I4."}
    ]
    assert places(train, plan["consumer"], plan["late"]) == ["I4", None]
    actions.accept_part(cast.tess, number=plan["proposal"], team="kestrel", skip_changed=True)
    assert places(train, plan["consumer"], plan["late"]) == ["I4", "I1"]
    part = ProposalPart.objects.get(team__slug="kestrel")
    assert (part.state, [each["story"] for each in part.moves]) == ("accepted", [plan["late"]])


def _removed(cast: Cast, number: int) -> None:
    backlog.remove_story(cast.tess, number=number)


def _released(cast: Cast, number: int) -> None:
    backlog.release_story(cast.tess, number=number)


def _finished(cast: Cast, number: int) -> None:
    backlog.edit_story(cast.tess, number=number, state="done")


def _moved_there(cast: Cast, number: int) -> None:
    there = iteration(Train.objects.get(slug=cast.slug), 1, 3)
    backlog.move_story(cast.tess, number=number, pi_id=there.pi_id, iteration_id=there.pk)


@pytest.mark.parametrize(
    ("meanwhile", "says"),
    [
        (_removed, "Story {} has been removed."),
        (_released, "Story {} is no longer Kestrel's."),
        (_finished, "Story {} is done."),
        (_moved_there, None),
    ],
)
def test_what_happened_meanwhile_is_said_by_story(
    cast: Cast, train: Train, meanwhile: Callable[[Cast, int], None], says: str | None
) -> None:
    plan = build_proposal(cast, train)
    meanwhile(cast, plan["consumer"])
    told = {each["number"]: each["stale"] for each in queries.ghosts(cast.tess, plan["proposal"])["moves"]}
    line = queries.shown(cast.tess, plan["proposal"]).parts[0]
    assert [each.stale for each in line.moves if each.move.story == plan["consumer"]] == [
        (says or "").format(plan["consumer"])
    ]
    assert told.get(plan["consumer"], True) is (says is not None)


def test_a_changed_part_is_what_is_accepted(cast: Cast, train: Train) -> None:
    plan = build_proposal(cast, train)
    actions.change_part(
        cast.kim, number=plan["proposal"], team="kestrel", moves={plan["consumer"]: 4}, drop=[plan["late"]], seen=1
    )
    with pytest.raises(Conflict, match="changed after you had last seen it"):
        actions.accept_part(cast.tess, number=plan["proposal"], team="kestrel", seen=1)
    actions.accept_part(cast.tess, number=plan["proposal"], team="kestrel", seen=2)
    assert places(train, plan["consumer"], plan["late"]) == ["I4", None]


@pytest.mark.parametrize(
    ("moves", "drop", "says"),
    [
        ({1: 2}, (), "Story 1 is not in the part of Kestrel."),
        ({}, (10**9,), "Story 1000000000 is not in the part of Kestrel."),
        ({"consumer": 77}, (), "PI 1 has no iteration 77."),
    ],
)
def test_a_part_is_not_changed_into_nonsense(
    cast: Cast, train: Train, moves: dict[Any, int], drop: tuple[int, ...], says: str
) -> None:
    plan = build_proposal(cast, train)
    named = {plan.get(story, story): place for story, place in moves.items()}
    with pytest.raises(Invalid) as caught:
        actions.change_part(cast.tess, number=plan["proposal"], team="kestrel", moves=named, drop=drop)
    assert str(caught.value) == says


def test_a_declined_part_can_still_be_accepted_and_an_accepted_one_not_declined(cast: Cast, train: Train) -> None:
    plan = build_proposal(cast, train)
    actions.decline_part(cast.tess, number=plan["proposal"], team="kestrel", note="We have a trade fair.")
    assert ProposalPart.objects.get(team__slug="kestrel").note == "We have a trade fair."
    actions.accept_part(cast.tess, number=plan["proposal"], team="kestrel")
    with pytest.raises(Locked, match="Kestrel has accepted its part"):
        actions.decline_part(cast.tess, number=plan["proposal"], team="kestrel")


def test_nothing_of_a_withdrawn_proposal_or_a_closed_pi_is_answered(cast: Cast, train: Train) -> None:
    plan = build_proposal(cast, train)
    actions.withdraw_proposal(cast.paul, number=plan["proposal"])
    with pytest.raises(Locked, match="was withdrawn"):
        actions.accept_part(cast.tess, number=plan["proposal"], team="kestrel")
    undo_last(cast.paul)
    with change(root(train)) as frame:
        frame.update(frame.get(Increment, number=1), "pi.advanced", state="closed")
    for act in (actions.accept_part, actions.decline_part):
        with pytest.raises(Locked, match="PI 1 is closed"):
            act(cast.tess, number=plan["proposal"], team="kestrel")


def test_whoever_left_the_team_does_not_undo_its_answer(cast: Cast, train: Train) -> None:
    plan = build_proposal(cast, train)
    actions.accept_part(cast.kim, number=plan["proposal"], team="kestrel")
    with change(root(train)) as frame:
        frame.delete(Membership.objects.get(train=train, person__name="Kim Larsen"), "membership.removed")
    with pytest.raises(Forbidden):
        undo_last(cast.kim)


@pytest.mark.parametrize(
    ("moves", "error", "says"),
    [
        ((), Invalid, "A proposal has 1 to 20,000 moves, not 0."),
        ((Move(10**6, None, 1),), Missing, "There is no story 1000000 on this train."),
        (("consumer", "consumer"), Invalid, "is named twice"),
        (("nobody's",), Invalid, "is not the work of a team of this train"),
    ],
)
def test_a_proposal_about_nothing_sensible_is_refused(
    cast: Cast, train: Train, moves: tuple[Any, ...], error: type[Exception], says: str
) -> None:
    plan = dict(build_proposal(cast, train)) | {"nobody's": build_story(train, team="").number}
    named = [Move(plan[each], None, 2) if isinstance(each, str) else each for each in moves]
    with pytest.raises(error, match=says):
        actions.propose(cast.paul, pi=1, moves=named)
    assert Proposal.objects.count() == 1


def test_the_page_offers_a_team_its_own_part_and_tells_the_others_why_not(cast: Cast, train: Train, as_: As) -> None:
    plan = build_proposal(cast, train)
    address = f"/trains/orion/plan/drafts/{plan['proposal']}"
    page = as_("tess").get(address).content.decode()
    assert (f"{address}/parts/kestrel/accept" in page, f"{address}/parts/merlin/accept" in page) == (True, False)
    assert "Only Merlin answers this part." in page
    refused = as_("tess").post(f"{address}/parts/merlin/accept")
    assert (refused.status_code, states(plan["proposal"])["merlin"]) == (403, "open")


def test_a_page_that_came_too_late_offers_the_rest(cast: Cast, train: Train, as_: As) -> None:
    plan = build_proposal(cast, train)
    _finished(cast, plan["consumer"])
    address = f"/trains/orion/plan/drafts/{plan['proposal']}/parts/kestrel/accept"
    late = as_("tess").post(address, {"seen": "1"})
    assert (late.status_code, "Accept the rest" in late.content.decode()) == (409, True)
    rest = as_("tess").post(address, {"seen": "1", "skip_changed": "1"})
    assert (rest.status_code, states(plan["proposal"])["kestrel"]) == (302, "accepted")


@pytest.mark.parametrize(("address", "most"), [("plan/drafts", 15), ("plan/drafts/1", 20)])
def test_a_page_asks_the_database_as_often_for_three_as_for_one(
    cast: Cast, train: Train, as_: As, address: str, most: int
) -> None:
    plan = build_proposal(cast, train)
    client = as_("tess")
    client.get(f"/trains/orion/{address}")

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/trains/orion/{address}").status_code == 200
        return len(seen)

    one = asked()
    for _ in range(2):
        actions.propose(cast.paul, pi=1, moves=[Move(plan["consumer"], None, 2), Move(plan["provider"], None, 3)])
    stories = [build_story(train, team="kestrel", pi=iteration(train, 1, 1).pi, points=1) for _ in range(2)]
    with change(root(train)) as frame:
        part = ProposalPart.objects.filter(proposal__number=1, team__slug="kestrel").get()
        more = [{"story": each.number, "from": None, "to": 1, "reason": ""} for each in stories]
        frame.update(part, "proposal_part.edited", moves=[*part.moves, *more])
    assert (asked(), one <= most, Story.objects.count()) == (one, True, 5)


def test_a_person_a_team_or_a_pi_that_goes_takes_its_share_of_a_proposal_along(cast: Cast, train: Train) -> None:
    build_proposal(cast, train)
    left = []
    for model, which in ((Person, {"name": "Paul Adeyemi"}), (Team, {"slug": "kestrel"}), (Increment, {"number": 1})):
        with change(root(train)) as frame:
            row = frame.get(model, **which)
            frame.delete(row, f"{row.kind}.removed")
        left.append((Proposal.objects.count(), ProposalPart.objects.count()))
    assert left == [(1, 2), (1, 1), (0, 0)]
