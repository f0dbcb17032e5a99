"""A train in the middle of a PI: Monday of I4, with three iterations behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from headway.features.apps import load_jobs
from headway.features.backlog.actions import edit_story
from headway.features.forecast.actions import look_up
from headway.features.forecast.problem_queries import Question, problem_of
from headway.features.forecast.queries import Standing
from headway.kit import clock
from headway.kit.access import Actor
from headway.store import jobs
from headway.store.change import change
from headway.store.models import Increment, Iteration, Story, Target, Train
from tests.builders import FIRST_DAY, build_feature, build_story, iteration, root
from tests.cast import Cast

DAY_ONE_OF_I4 = FIRST_DAY + timedelta(weeks=6)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


@contextmanager
def on(day: date) -> Iterator[None]:
    """The clock held at noon of a day."""
    with clock.frozen(noon(day)):
        yield


def at(train: Train, number: int, **values: Any) -> dict[str, Any]:
    """What puts a story into an iteration of PI 1."""
    there: Iteration = iteration(train, 1, number)
    return {"pi_id": there.pi_id, "iteration": there, **values}


def finish(cast: Cast, story: Story, day: date) -> None:
    """Somebody of its team brings a story to "done" on a day."""
    name = "mika" if story.team and story.team.slug == "merlin" else "tess"
    with on(day):
        edit_story(cast.actor(name), number=story.number, state="done")


def past(cast: Cast, train: Train, done: dict[str, tuple[float, float, float]]) -> None:
    """Let each team finish so many points in I1, I2 and I3."""
    for team, points in done.items():
        for number, each in enumerate(points, start=1):
            with on(FIRST_DAY - timedelta(days=3)):
                story = build_story(train, f"{team} {number}", team=team, **at(train, number, points=each))
            finish(cast, story, story.iteration.starts_on + timedelta(days=4))  # type: ignore[union-attr]


def steady(cast: Cast, train: Train) -> None:
    """Two teams with a history."""
    past(cast, train, {"kestrel": (10, 12, 8), "merlin": (6, 9, 9)})


def planned(
    train: Train, title: str = "Reading history", *, number: int = 4, team: str = "kestrel", **values: Any
) -> Story:
    """A feature with one story of 5 points in an iteration of PI 1, aimed at that PI."""
    scores = {"user_value": 8, "time_criticality": 5, "risk_opportunity": 3, "job_size": 5}
    feature = build_feature(train, title, state="planned", **scores)
    with change(root(train)) as frame:
        frame.create(Target(feature=feature, pi=Increment.objects.get(train=train, number=1)), "target.created")
    return build_story(train, title, team=team, feature=feature, **at(train, number, **{"points": 5, **values}))


def increment(train: Train) -> Increment:
    return Increment.objects.select_related("train").get(train=train, number=1)


def question(cast: Cast, train: Train) -> Question:
    """The engine's question, as of the first day of I4."""
    with on(DAY_ONE_OF_I4):
        return problem_of(cast.vera, increment(train))


def look(actor: Actor, train: Train) -> Standing:
    """Somebody looks at the forecast on the first day of I4."""
    with on(DAY_ONE_OF_I4):
        return look_up(actor, increment(train))


def work() -> int:
    """The worker does what waits, on the first day of I4."""
    load_jobs()
    with on(DAY_ONE_OF_I4):
        return jobs.work_off()


def computed(cast: Cast, train: Train) -> Standing:
    """The forecast as it stands after somebody looked and the worker was done."""
    look(cast.vera, train)
    work()
    return look(cast.vera, train)
