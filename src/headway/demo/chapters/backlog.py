"""Themes and features are written, talked over and refined into stories."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from headway.demo.content import FeatureText, StoryText
from headway.demo.stages import workday
from headway.demo.telling import Telling, Written
from headway.features.backlog import actions as backlog

TASKS = (
    "Agree the interface in writing",
    "Write the acceptance test first",
    "Try it on last month's data",
    "Ask two passengers at the station",
    "Look at the screens with UX",
    "Update the runbook",
    "Measure before and after",
    "Review with the security champion",
    "Tell the service desk what changes",
    "Remove the old switch",
    "Translate the texts",
    "Show it to the Product Owner",
)


def write_backlog(telling: Telling) -> None:
    """Themes; features of the third PI and of later ones, the most valuable first; their stories, not yet placed."""
    start = telling.calendar.pi(3)
    for theme in telling.content.themes:
        telling.enter(telling.calendar.pi(1) - timedelta(days=22), 10, partial(_write_theme, telling, **theme))
    ahead = sorted((each for each in telling.content.features if each.pi in (3, None)), key=lambda each: -each.score)
    for index, feature in enumerate(ahead):
        day = workday(start - timedelta(days=64 - index // 3))
        telling.enter(day, 9 + index % 3 * 3, write_feature, telling, feature)
    for feature in ahead:
        refine(telling, feature.stories, start - timedelta(days=38), days=22)
    loose = [story for pi, story in telling.content.loose if pi == 3]
    refine(telling, loose, start - timedelta(days=16), days=5)
    _talk(telling, start)


def refine(telling: Telling, stories: Iterable[StoryText], first: date, *, days: int) -> None:
    """Stories are written by their teams within some days, a part of them with tasks."""
    for story in stories:
        day = workday(first + timedelta(days=telling.random.randrange(days)))
        tasks = telling.random.sample(TASKS, telling.random.choice((2, 3, 4))) if telling.random.random() < 0.15 else []
        owner = telling.holder(story.team, "product_owner")
        writer = owner if telling.random.random() < 0.6 else telling.somebody(story.team)
        telling.enter(day, telling.random.uniform(8, 16), write_story, telling, story, writer, story.points, tasks)


def write_feature(telling: Telling, feature: FeatureText) -> None:
    """A feature, by the Product Manager, or by the architect for enablers."""
    values: dict[str, Any] = {} if not feature.wsjf else dict(zip(_PARTS, feature.wsjf, strict=True))
    points = sum(story.points or 0 for story in feature.stories)
    done = backlog.create_feature(
        telling.actor("Ansel Brandt") if feature.enabler_kind else telling.paul(),
        title=feature.title,
        description=feature.description,
        theme_id=telling.ids.themes[feature.theme],
        team_id=telling.ids.teams[feature.team],
        owner_id=telling.ids.people[telling.holder(feature.team, "product_owner")],
        benefit_hypothesis=feature.hypothesis,
        acceptance_criteria="\n".join(f"- {each}" for each in feature.criteria),
        size=points or None,
        state=feature.state,
        enabler_kind=feature.enabler_kind,
        **values,
    )
    telling.ids.features[feature.title] = Written.first_of(done)


def write_story(
    telling: Telling,
    story: StoryText,
    writer: str,
    points: int | None,
    tasks: list[str],
    **place: Any,
) -> None:
    """A story, by somebody of its team; ``place`` may hold pi_id and iteration_id."""
    by = telling.actor(writer)
    feature = telling.ids.features[story.feature] if story.feature else None
    done = backlog.create_story(
        by,
        title=story.title,
        team_id=telling.ids.teams[story.team],
        feature_id=feature.id if feature else None,
        points=points,
        enabler_kind=story.enabler_kind,
        **place,
    )
    telling.ids.stories[story.key] = Written.first_of(done)
    for task in tasks:
        backlog.add_task(by, story=telling.ids.stories[story.key].number, title=task)


_PARTS = ("user_value", "time_criticality", "risk_opportunity", "job_size")


def _write_theme(telling: Telling, *, name: str, **values: Any) -> None:
    done = backlog.create_theme(telling.paul(), name=name, **values)
    telling.ids.themes[name] = done.entries[0].subject_id


def _talk(telling: Telling, start: date) -> None:
    for title, said in telling.content.talks:
        day = workday(start - timedelta(days=telling.random.randrange(12, 25)))
        for index, (name, text) in enumerate(said):
            telling.enter(day, 10 + index, _say, telling, title, name, text)


def _say(telling: Telling, title: str, name: str, text: str) -> None:
    backlog.comment_on_feature(telling.actor(name), number=telling.ids.features[title].number, text=text)
