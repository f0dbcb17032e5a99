"""The third PI is carried out: stories start, get stuck, are late or done; what was promised is delivered."""

from collections import defaultdict
from datetime import date, timedelta
from functools import partial
from typing import Any

from headway.demo.chapters.past import edit_story, move_feature
from headway.demo.chapters.planning import PI, answer
from headway.demo.content import IP, UNPLACED, DependencyText
from headway.demo.plan import Placed
from headway.demo.stages import ITERATION_DAYS, workday
from headway.demo.telling import Telling
from headway.features.backlog import actions as backlog
from headway.features.dependencies import actions as dependencies
from headway.store.models import Story

ALSO_LATE = 0.05
"""The share of stories that run late without the texts saying so, after the first iteration."""


def execute_present(telling: Telling, placed: list[Placed]) -> None:
    """Enter twelve weeks of work, day by day."""
    started: dict[str, date] = {}
    done: dict[str, date] = {}
    for each in placed:
        if each.iteration != UNPLACED:
            key = each.text.key
            started[key], done[key] = _work_on(telling, each)
    _move_features(telling, placed, started, done)
    places = {each.text.key: each for each in placed}
    for index, dependency in enumerate(telling.content.dependencies):
        _deliver(telling, index, dependency, places, started, done)


def _work_on(telling: Telling, placed: Placed) -> tuple[date, date]:
    """A story from "to do" to "done"; answers with the days on which it is started and finished."""
    random, key = telling.random, placed.text.key
    first = telling.calendar.iteration(PI, placed.iteration)
    by = telling.somebody(placed.text.team)
    unlucky = random.random() < ALSO_LATE and placed.iteration > 1
    late = placed.text.late or (unlucky and not placed.text.blocked)
    after = random.choice((0, 0, 1, 1, 2, 3, 4))
    # Blocked from its second day on, so that it is stuck in the middle of its iteration, whatever the weekday.
    starts_on = first if placed.text.blocked else workday(first + timedelta(days=after))
    if late or placed.text.blocked:
        ends_on = workday(first + timedelta(days=ITERATION_DAYS + random.randrange(9, 12)))
    else:
        ends_on = workday(min(starts_on + timedelta(days=random.randrange(3, 8)), first + timedelta(days=10)))
    _enter(telling, starts_on, by, key, state="in_progress")
    if placed.text.blocked:
        _enter(telling, workday(starts_on + timedelta(days=1)), by, key, blocked=True)
        _enter(telling, ends_on - timedelta(days=1), by, key, blocked=False)
    if not late:
        _enter(telling, max(starts_on, ends_on - timedelta(days=1)), by, key, 0.5, state="review")
    _enter(telling, ends_on, by, key, state="done")
    telling.enter(ends_on, 8, _tick_tasks, telling, by, key)
    return starts_on, ends_on


def _enter(telling: Telling, day: date, by: str, key: str, later: float = 0, **values: Any) -> None:
    hour = (9 if "state" in values and values["state"] == "in_progress" else 13) + later
    telling.enter(day, telling.random.uniform(hour, hour + 3), partial(edit_story, telling, by, key, **values))


def _tick_tasks(telling: Telling, name: str, key: str) -> None:
    by = telling.actor(name)
    story = Story.objects.get(train_id=by.train_id, number=telling.ids.stories[key].number)
    for task in story.tasks.all():
        backlog.edit_task(by, task_id=task.pk, done=True)


def _move_features(telling: Telling, placed: list[Placed], started: dict[str, date], done: dict[str, date]) -> None:
    """A feature begins with its first story, and is done some days after its last one, if all of them are placed."""
    stories: dict[str, list[Placed]] = defaultdict(list)
    for each in placed:
        if each.text.feature:
            stories[each.text.feature].append(each)
    for title, own in stories.items():
        begun = [started[each.text.key] for each in own if each.text.key in started]
        telling.enter(min(begun), 13, move_feature, telling, title, "in_progress")
        if len(begun) == len(own):
            last = max(done[each.text.key] for each in own)
            telling.enter(last, 17, move_feature, telling, title, "validating")
            accepted = workday(last + timedelta(days=telling.random.randrange(2, 6)))
            telling.enter(accepted, 15, move_feature, telling, title, "done")


def _deliver(
    telling: Telling,
    index: int,
    told: DependencyText,
    places: dict[str, Placed],
    started: dict[str, date],
    done: dict[str, date],
) -> None:
    """What was promised is started, delivered and accepted; what was left open is settled in time, or nearly."""
    if told.agreed not in {"committed", "negotiating", "requested"}:
        return
    consumer = places[told.consumer]
    needed = telling.calendar.iteration(PI, consumer.iteration or IP)
    settled = telling.calendar.pi(PI)
    if told.agreed != "committed":
        settled = needed + timedelta(days=11 if told.agreed == "negotiating" else -4)
        telling.enter(settled, 15, answer, telling, index, told, places, "commit")
    if told.by:
        ends_on = telling.calendar.iteration(PI, told.by) + timedelta(days=9)
        starts_on = ends_on - timedelta(days=7)
    else:
        starts_on, ends_on = started[told.provider], done[told.provider]
    starts_on, ends_on = max(starts_on, settled), max(ends_on, settled + timedelta(days=1))
    telling.enter(starts_on, 17, answer, telling, index, told, places, "start")
    telling.enter(ends_on, 17.3, answer, telling, index, told, places, "deliver")
    telling.enter(workday(ends_on + timedelta(days=1)), 10, _accept, telling, index, consumer)


def _accept(telling: Telling, index: int, consumer: Placed) -> None:
    dependencies.accept_dependency(
        telling.actor(telling.holder(consumer.text.team, "product_owner")),
        number=telling.ids.dependencies[index].number,
    )
