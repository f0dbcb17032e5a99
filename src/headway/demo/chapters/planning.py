"""Two days of planning the third PI: targets, stories placed by their teams, dependencies asked for and answered."""

from datetime import date, timedelta
from typing import Any

from headway.demo.chapters.past import advance
from headway.demo.content import UNPLACED, DependencyText
from headway.demo.plan import ITERATIONS, Placed, Room
from headway.demo.telling import Telling, Written
from headway.features.backlog import actions as backlog
from headway.features.capacity.queries import capacity_table
from headway.features.dependencies import actions as dependencies
from headway.store.models import Increment

PI = 3
ANSWERED = frozenset({"committed", "negotiating", "declined"})


def room_of(telling: Telling) -> Room:
    """What each team may commit itself to in each iteration of the third PI, in points."""
    table = capacity_table(telling.rosa(), Increment.objects.get(pk=telling.ids.pis[PI]))
    return {
        (team, iteration): float(table[pk, telling.ids.iterations[PI, iteration]].committable)
        for team, pk in telling.ids.teams.items()
        for iteration in ITERATIONS
        if (pk, telling.ids.iterations[PI, iteration]) in table
    }


def plan_present(telling: Telling, placed: list[Placed]) -> None:
    """Enter the two days."""
    day_one = telling.calendar.planning
    features = [each for each in telling.content.features if each.pi == PI]
    for feature in features:
        telling.enter(day_one - timedelta(days=1), 15, _target, telling, feature.title)
    advance(telling, PI, features)
    for each in placed:
        # Two of three places are found on the first day, the rest on the second.
        day = day_one + timedelta(days=telling.random.random() > 0.67)
        telling.enter(day, telling.random.uniform(9, 16), _place, telling, each)
    places = {each.text.key: each for each in placed}
    for index, dependency in enumerate(telling.content.dependencies):
        _agree(telling, index, dependency, places, day_one)


def _target(telling: Telling, title: str) -> None:
    backlog.target_feature(telling.paul(), number=telling.ids.features[title].number, pi_id=telling.ids.pis[PI])


def _place(telling: Telling, placed: Placed) -> None:
    iteration = None if placed.iteration == UNPLACED else telling.ids.iterations[PI, placed.iteration]
    backlog.move_story(
        telling.actor(telling.somebody(placed.text.team)),
        number=telling.ids.stories[placed.text.key].number,
        pi_id=telling.ids.pis[PI],
        iteration_id=iteration,
    )


def _agree(telling: Telling, index: int, told: DependencyText, places: dict[str, Placed], day: date) -> None:
    """One dependency: recorded and asked for on the first day, talked over, answered on the second."""
    consumer = places[told.consumer]
    asked_at = telling.random.uniform(10, 15)
    telling.enter(day, asked_at, _record, telling, index, told, consumer)
    if told.agreed != "identified":
        telling.enter(day, asked_at + 0.3, _request, telling, index, consumer)
    for turn, (name, text) in enumerate(told.talk):
        telling.enter(day + timedelta(days=1), 9 + turn * 0.8, _say, telling, index, name, text)
    if told.agreed in ANSWERED:
        answered_at = telling.random.uniform(12, 15.5)
        telling.enter(day + timedelta(days=1), answered_at, answer, telling, index, told, places, _ANSWERS[told.agreed])
    elif told.agreed == "obsolete":
        telling.enter(day + timedelta(days=1), 15, _drop, telling, index, consumer)


_ANSWERS = {"committed": "commit", "negotiating": "negotiate", "declined": "decline"}


def _record(telling: Telling, index: int, told: DependencyText, consumer: Placed) -> None:
    team = consumer.text.team
    provider: dict[str, Any] = (
        {"provider_team_id": telling.ids.teams[told.party]}
        if told.party
        else {"provider_story_id": telling.ids.stories[told.provider].id}
    )
    owner = telling.holder(team, "product_owner")
    done = dependencies.create_dependency(
        telling.actor(telling.somebody(team)),
        needs=told.needs,
        type=told.type,
        consumer_story_id=telling.ids.stories[consumer.text.key].id,
        owner_id=telling.ids.people[owner],
        **provider,
    )
    telling.ids.dependencies[index] = Written.first_of(done)


def _request(telling: Telling, index: int, consumer: Placed) -> None:
    needed = telling.ids.iterations[PI, consumer.iteration] if consumer.iteration else None
    dependencies.request_dependency(
        telling.actor(telling.holder(consumer.text.team, "product_owner")),
        number=telling.ids.dependencies[index].number,
        needed_by_id=needed,
    )


def _say(telling: Telling, index: int, name: str, text: str) -> None:
    dependencies.comment_on_dependency(telling.actor(name), number=telling.ids.dependencies[index].number, text=text)


def answer(telling: Telling, index: int, told: DependencyText, places: dict[str, Placed], said: str) -> None:
    """The provider answers; what an external party says is written down by the Release Train Engineer."""
    provider = places.get(told.provider)
    by = told.by or (provider.iteration if provider else None)
    dependencies.answer_dependency(
        telling.actor(telling.holder(provider.text.team, "product_owner")) if provider else telling.rosa(),
        number=telling.ids.dependencies[index].number,
        answer=said,
        committed_by_id=telling.ids.iterations[PI, by] if by and said in {"commit", "negotiate"} else None,
    )


def _drop(telling: Telling, index: int, consumer: Placed) -> None:
    dependencies.drop_dependency(
        telling.actor(telling.holder(consumer.text.team, "product_owner")),
        number=telling.ids.dependencies[index].number,
    )
