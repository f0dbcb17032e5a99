"""The sample train has the promised shape, asked through the queries that the pages use."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from headway.demo import sample
from headway.demo.crowd import changes
from headway.demo.stages import Stage
from headway.engine.errors import Conflict, Missing
from headway.engine.network.cycles import find_cycles
from headway.engine.network.graph import Item, Link, Network
from headway.features.capacity.queries import capacity_table
from headway.features.dependencies.queries import Wanted, listed
from headway.features.exchange.whole_train import export_train
from headway.kit import clock
from headway.kit.access import Actor
from headway.store.models import (
    Absence,
    CapacityOverride,
    Comment,
    Dependency,
    Entry,
    Feature,
    Increment,
    Iteration,
    Membership,
    Person,
    Story,
    Target,
    Team,
    Train,
    User,
)
from tests.demo import SUNDAY_NIGHT

Acting = Callable[[str], Actor]


def test_it_is_labelled_as_sample(orion: Train) -> None:
    assert orion.is_sample


def test_it_has_nine_teams_and_about_95_people_of_several_countries(orion: Train) -> None:
    assert Team.objects.filter(train=orion, external=False).count() == 9
    assert Team.objects.filter(train=orion, external=True).count() == 2
    people = Person.objects.filter(train=orion)
    assert 90 <= people.count() <= 100
    assert people.exclude(country="").values("country").distinct().count() >= 5
    assert Membership.objects.filter(train=orion, share__lt=100).count() >= 10
    reasons = Counter(Absence.objects.filter(train=orion).values_list("reason", flat=True))
    assert reasons["absence"] >= 20
    assert reasons["training"] >= 8
    assert CapacityOverride.objects.filter(train=orion).exclude(note="").count() == 4


def test_every_team_has_a_scrum_master_and_a_product_owner_and_is_of_usual_size(orion: Train) -> None:
    for team in Team.objects.filter(train=orion, external=False):
        roles = Counter(team.memberships.values_list("role", flat=True))
        assert (roles["scrum_master"], roles["product_owner"]) == (1, 1), team
        assert team.memberships.filter(share__gte=50).count() <= 10, team


def test_two_pis_are_closed_with_outcomes_and_the_third_is_in_its_second_iteration(orion: Train) -> None:
    assert list(Increment.objects.filter(train=orion).values_list("state", flat=True)) == [
        "closed",
        "closed",
        "executing",
    ]
    outcomes = Counter(Target.objects.filter(train=orion, pi__number__lt=3).values_list("outcome", flat=True))
    assert outcomes == {"landed": 18, "missed": 1}
    running = Iteration.objects.get(train=orion, starts_on__lte=clock.today(), ends_on__gte=clock.today())
    assert (running.pi.number, running.number) == (3, 2)


def test_the_backlog_is_as_large_as_promised(orion: Train) -> None:
    assert Feature.objects.filter(train=orion).count() == 81
    assert Story.objects.filter(train=orion, pi__number=3).count() == 246
    assert Story.objects.filter(train=orion, pi__number__lt=3).exclude(state="done").count() == 0
    assert Feature.objects.filter(train=orion, type="enabler", targets__pi__number=3).count() >= 5
    assert set(Feature.objects.filter(train=orion).values_list("state", flat=True)) >= {
        "funnel",
        "analysing",
        "ready",
        "planned",
        "in_progress",
        "done",
    }


def test_the_third_pi_has_done_late_and_blocked_work(orion: Train) -> None:
    present = Story.objects.filter(train=orion, pi__number=3)
    assert present.filter(state="done").count() >= 30
    assert present.filter(iteration__ends_on__lt=clock.today()).exclude(state="done").count() == 3
    assert present.filter(blocked=True).count() == 2
    assert present.filter(iteration=None).count() == 4
    assert present.filter(iteration__number__gt=2).exclude(state="todo").count() == 0


def test_dependencies_are_of_all_types_and_in_many_states(orion: Train) -> None:
    rows = Dependency.objects.filter(train=orion)
    assert rows.count() >= 45
    assert set(rows.values_list("type", flat=True)) == set(Dependency.Type.values)
    assert set(rows.values_list("state", flat=True)) >= {
        "identified",
        "requested",
        "negotiating",
        "committed",
        "in_progress",
        "accepted",
        "declined",
        "obsolete",
    }
    assert Comment.objects.filter(train=orion, dependency__isnull=False).count() >= 25
    assert rows.filter(provider_team__external=True).count() >= 4


def test_strings_are_tight_and_in_conflict_as_the_board_shows_them(acting: Acting) -> None:
    health: Counter[str] = Counter()
    for page in (1, 2, 3):
        shown, _ = listed(acting("rosa"), Wanted(), page)
        if shown.number == page:
            health.update(str(line.health) for line in shown.object_list)
    assert 4 <= health["conflict"] <= 6
    assert health["tight"] >= 6
    assert health["ok"] >= 20


def test_three_stories_wait_for_each_other_in_a_circle(orion: Train) -> None:
    rows = Dependency.objects.filter(train=orion, consumer_story__isnull=False, provider_story__isnull=False)
    rows = rows.exclude(state__in=["declined", "obsolete"]).select_related("consumer_story", "provider_story")
    links = [Link(consumer=str(row.consumer_story), provider=str(row.provider_story)) for row in rows]
    keys = sorted({key for link in links for key in (link.consumer, link.provider)})
    network = Network([Item(key=key) for key in keys], links)
    assert find_cycles(network).members == {
        "Find out when somebody has got off",
        "Which train was it, from time and place",
        "Price a trip from check-in to check-out",
    }


def test_heron_is_overloaded_and_most_cells_are_not(orion: Train, acting: Acting) -> None:
    table = capacity_table(acting("rosa"), Increment.objects.get(train=orion, number=3))
    heron = Team.objects.get(train=orion, slug="heron").pk
    plain = Iteration.objects.filter(train=orion, pi__number=3, is_ip=False).values_list("pk", flat=True)
    cells = {place: cell for place, cell in table.items() if place[1] in set(plain)}
    over = {place for place, cell in cells.items() if cell.load > cell.points}
    assert len(over) >= 3
    assert {team for team, _ in over} == {heron}
    crowded = {place for place, cell in cells.items() if cell.is_full and place[0] != heron}
    assert len(crowded) <= 5
    assert all(cells[place].weight.over_committable <= 4 for place in crowded)
    assert sum(cell.load for cell in cells.values()) <= sum(cell.committable for cell in cells.values())
    assert all(cell.capacity.rule in {"velocity", "override"} for cell in cells.values())


def test_the_journal_tells_it_in_order_by_many_people_and_never_ahead_of_the_clock(orion: Train) -> None:
    entries = list(Entry.objects.filter(train=orion).order_by("number").values_list("number", "at", "actor_name"))
    assert [number for number, _, _ in entries] == list(range(1, orion.seq + 1))
    moments = [at for _, at, _ in entries]
    assert moments == sorted(moments)
    assert moments[-1] <= SUNDAY_NIGHT
    assert (moments[-1] - moments[0]).days > 180
    assert len({name for _, _, name in entries}) >= 60


def test_it_is_not_told_over_a_train_that_is_there(orion: Train) -> None:
    with pytest.raises(Conflict, match="There is a train at the address “orion” already"):
        sample.load(Stage.MID_PI, 1)


def test_removing_it_takes_its_accounts_and_nobody_elses(orion: Train) -> None:
    User.objects.create_user("ada@example.com", name="Ada Nkemelu")
    assert sample.real_accounts() == 1
    sample.remove(orion)
    assert list(User.objects.values_list("email", flat=True)) == ["ada@example.com"]
    assert Train.objects.count() == 0


def test_the_crowd_works_within_its_own_teams_and_keeps_the_journal_whole(orion: Train) -> None:
    before = orion.seq
    made = changes(20, Random(7))
    lines = [next(made) for _ in range(40)]
    orion.refresh_from_db()
    entries = list(Entry.objects.filter(train=orion, number__gt=before).order_by("number"))
    assert orion.seq == before + len(entries)
    assert len(entries) >= len(lines) == 40
    for entry in entries:
        if entry.kind == "story":
            team = (entry.after or {})["team_id"]
            assert Membership.objects.filter(team_id=team, person__name=entry.actor_name).exists()


def test_a_crowd_without_a_train_is_told_so(orion: Train) -> None:
    sample.remove(orion)
    with pytest.raises(Missing, match="The sample train is not there"):
        next(changes(3, Random(1)))


def test_the_same_seed_on_the_same_day_gives_the_same_train(orion: Train, acting: Acting) -> None:
    told = _comparable(export_train(acting("rosa")))
    sample.remove(orion)
    sample.load(Stage.MID_PI, 1, password="another phrase altogether")
    assert _comparable(export_train(acting("rosa"))) == told


def _comparable(document: dict[str, Any]) -> dict[str, Any]:
    """An export without the command ids, which are drawn anew each time."""
    return {**document, "commands": [{**each, "uuid": ""} for each in document["commands"]]}
