"""Writing the backlog: themes, features, stories, tasks, and where a team's stories stand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from headway.engine.errors import Forbidden, Invalid
from headway.features.backlog import queries
from headway.features.backlog.policies import (
    BULK_COLUMNS,
    FEATURE_COLUMNS,
    MAX_BULK,
    MAX_TASKS,
    STORY_COLUMNS,
    check_iteration_of,
    check_open,
    check_outcome,
    check_place,
    checked_feature,
    checked_story,
    checked_theme,
    hand_over_first,
)
from headway.kit.access import Actor, Permission, require
from headway.kit.text import check_text, tidy_text
from headway.store.change import Frame, Outcome, action, change
from headway.store.checks import check_references, check_seen
from headway.store.models import (
    Comment,
    Feature,
    Increment,
    Iteration,
    Story,
    Target,
    Task,
    Team,
    Theme,
)

# Stories ---------------------------------------------------------------------


@action
def create_story(actor: Actor, *, title: str, command_id: UUID | None = None, **values: Any) -> Outcome:
    """Write a story, for a team or (without ``team_id``) for whichever team will take it on.

    ``values`` are columns of Story: description, acceptance_criteria, feature_id, team_id, pi_id, iteration_id,
    type, enabler_kind, points, state, blocked, rank.

    Raises:
        Forbidden: the actor is not in the team (or, without one, in no team at all).
        Invalid: a value is out of its bounds, or refers to something that is not on this train.
        Locked: it would stand in a closed PI.
    """
    with change(actor, command_id) as frame:
        team_id = values.get("team_id")
        require(actor, Permission.EDIT_STORY, team=team_id, anywhere=team_id is None)
        values = checked_story({"title": title, **values})
        check_references(actor, Story, values)
        story = Story(number=frame.next_number(), **values)
        check_place(story, _pi(frame, story.pi_id), _iteration(frame, story.iteration_id))
        check_open(_pi(frame, story.pi_id))
        frame.create(story, "story.created")
    return frame.outcome


@action
def edit_story(
    actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change what a story says: title, texts, feature_id, type, enabler_kind, points, state, blocked, rank.

    Raises:
        Forbidden: the actor is not in the story's team.
        Invalid: a value is out of its bounds; or ``team_id`` names another team, which is no edit.
        Locked: the story stands in a closed PI.
        Conflict: somebody changed the same fields since ``seen``.
    """
    with change(actor, command_id) as frame:
        story = _own_story(frame, number)
        if "team_id" in values:
            _refuse_another_team(frame, story, values.pop("team_id"))
        values = checked_story({**values})
        misplaced = sorted(values.keys() - STORY_COLUMNS)
        if misplaced:
            raise Invalid(
                f"“{misplaced[0]}” is not edited here; a story is placed by moving it.",
                code="unknown_field",
                field=misplaced[0],
            )
        check_references(actor, Story, values)
        frame.update(story, "story.edited", seen=seen, **values)
    return frame.outcome


@action
def move_story(
    actor: Actor,
    *,
    number: int,
    pi_id: int | None,
    iteration_id: int | None,
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Place a story into an iteration, into the team's backlog column of a PI, or out of every PI.

    Raises:
        Forbidden: the actor is not in the story's team.
        Invalid: the iteration lies outside the PI, or the story has no team.
        Locked: the PI it leaves or enters is closed.
        Conflict: somebody moved it since ``seen``.
    """
    with change(actor, command_id) as frame:
        story = frame.get(Story, number=number)
        require(actor, Permission.PLACE_STORY, team=story.team_id, anywhere=story.team_id is None)
        pi, iteration = _pi(frame, pi_id), _iteration(frame, iteration_id)
        check_open(story.pi)
        check_open(pi)
        check_place(story, pi, iteration)
        frame.update(story, "story.moved", seen=seen, pi_id=pi_id, iteration_id=iteration_id)
    return frame.outcome


@action
def take_story(
    actor: Actor, *, number: int, team_id: int, seen: int | None = None, command_id: UUID | None = None
) -> Outcome:
    """Take on a story that no team has: it becomes the work of the actor's team.

    Raises:
        Forbidden: the actor is not in that team.
        Invalid: another team has it; the sentence says how it is handed over.
    """
    with change(actor, command_id) as frame:
        story = frame.get(Story, number=number)
        team = frame.get(Team, pk=team_id)
        require(actor, Permission.EDIT_STORY, team=team.pk)
        if story.team_id not in (None, team.pk):
            raise hand_over_first(story, team)
        check_open(story.pi)
        frame.update(story, "story.taken", seen=seen, team_id=team.pk)
    return frame.outcome


@action
def release_story(actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Hand a story back, so that another team can take it on; it leaves its iteration and PI.

    Raises:
        Forbidden: the actor is not in the story's team.
        Locked: the story stands in a closed PI.
    """
    with change(actor, command_id) as frame:
        story = _own_story(frame, number)
        frame.update(story, "story.released", seen=seen, team_id=None, pi_id=None, iteration_id=None)
    return frame.outcome


@action
def remove_story(actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Remove a story with its tasks; dependencies lose their link to it.

    Raises:
        Forbidden: the actor is not in the story's team.
        Locked: the story stands in a closed PI.
        Conflict: somebody changed it since ``seen``.
    """
    with change(actor, command_id) as frame:
        story = _own_story(frame, number)
        check_seen(story, seen)
        frame.delete(story, "story.removed")
    return frame.outcome


@action
def add_task(actor: Actor, *, story: int, title: str, command_id: UUID | None = None) -> Outcome:
    """Add a step to the story with this number.

    Raises:
        Invalid: the title is empty, or the story has 200 tasks already.
    """
    with change(actor, command_id) as frame:
        row = _own_story(frame, story)
        tasks = list(row.tasks.all())
        if len(tasks) >= MAX_TASKS:
            raise Invalid(
                f"Story {story} has {len(tasks)} tasks, and that is the most; split the story.",
                code="too_many",
                field="title",
            )
        title = check_text(" ".join(title.split()), "task's title", "title")
        position = max((each.position for each in tasks), default=0) + 1
        frame.create(Task(story=row, title=title, position=position), "task.created")
    return frame.outcome


@action
def edit_task(
    actor: Actor,
    *,
    task_id: int,
    title: str | None = None,
    done: bool | None = None,
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Tick a task, or rename it."""
    with change(actor, command_id) as frame:
        task = frame.get(Task, pk=task_id)
        _own_story(frame, task.story.number)
        values: dict[str, Any] = {}
        if title is not None:
            values["title"] = check_text(" ".join(title.split()), "task's title", "title")
        if done is not None:
            values["done"] = done
        frame.update(task, "task.edited", seen=seen, **values)
    return frame.outcome


@action
def remove_task(actor: Actor, *, task_id: int, command_id: UUID | None = None) -> Outcome:
    """Remove a step of a story."""
    with change(actor, command_id) as frame:
        task = frame.get(Task, pk=task_id)
        _own_story(frame, task.story.number)
        frame.delete(task, "task.removed")
    return frame.outcome


# Features --------------------------------------------------------------------


@action
def create_feature(actor: Actor, *, title: str, command_id: UUID | None = None, **values: Any) -> Outcome:
    """Write a feature; without a ``rank`` it comes last in the backlog.

    ``values`` are columns of Feature: description, theme_id, type, enabler_kind, acceptance_criteria,
    benefit_hypothesis, owner_id, team_id, size (points), user_value, time_criticality, risk_opportunity, job_size
    (each on the scale of WSJF), state, rank.

    Raises:
        Forbidden: the actor does not work on the program backlog.
        Invalid: a value is out of its bounds, or refers to something that is not on this train.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.EDIT_BACKLOG, anywhere=True)
        values = checked_feature({"title": title, **values})
        check_references(actor, Feature, values)
        values.setdefault("rank", queries.last_rank(actor) + 1)
        frame.create(Feature(number=frame.next_number(), **values), "feature.created")
    return frame.outcome


@action
def edit_feature(
    actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change what a feature says, its state, and the parts of its WSJF.

    Raises:
        Forbidden: the actor does not work on the program backlog.
        Invalid: a value is out of its bounds, or refers to something that is not on this train.
        Conflict: somebody changed the same fields since ``seen``.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.EDIT_BACKLOG, anywhere=True)
        feature = frame.get(Feature, number=number)
        frame.update(feature, "feature.edited", seen=seen, **_feature_values(actor, values, FEATURE_COLUMNS))
    return frame.outcome


@action
def edit_features(
    actor: Actor,
    *,
    numbers: Sequence[int],
    pi_id: int | None = None,
    command_id: UUID | None = None,
    **values: Any,
) -> Outcome:
    """Change state, theme or owner of several features at once, or bring them into a PI; all of them or none.

    Raises:
        Forbidden: the actor may not do this to the backlog.
        Invalid: more than 500 features, or a value is out of its bounds.
        Locked: the PI is closed.
    """
    with change(actor, command_id) as frame:
        if values:
            require(actor, Permission.EDIT_BACKLOG, anywhere=True)
        if pi_id is not None or not values:
            require(actor, Permission.TARGET_FEATURE)
        if not 0 < len(numbers) <= MAX_BULK:
            raise Invalid(
                f"Choose 1 to {MAX_BULK} features at a time, not {len(numbers)}.", code="too_many", field="numbers"
            )
        values = _feature_values(actor, values, BULK_COLUMNS)
        pi = _pi(frame, pi_id)
        check_open(pi)
        for number in dict.fromkeys(numbers):
            feature = frame.get(Feature, number=number)
            frame.update(feature, "feature.edited", **values)
            if pi is not None and not feature.targets.filter(pi=pi).exists():
                frame.create(Target(feature=feature, pi=pi), "target.created")
    return frame.outcome


@action
def rank_feature(
    actor: Actor,
    *,
    number: int,
    above: int | None,
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Put a feature directly above another one (by number) in the backlog; ``above=None`` puts it last.

    Raises:
        Forbidden: the actor does not work on the program backlog.
        Missing: one of the two is not there.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.EDIT_BACKLOG, anywhere=True)
        feature = frame.get(Feature, number=number)
        other = frame.get(Feature, number=above) if above is not None else None
        others = [each for each in queries.ranked(actor) if each.pk != feature.pk]
        place = others.index(other) if other is not None and other != feature else len(others)
        if other == feature:
            return frame.outcome
        rank = _rank_between(others, place)
        if rank is not None:
            frame.update(feature, "feature.ranked", seen=seen, rank=rank)
        else:  # no number left between the two: number the whole backlog afresh
            others.insert(place, feature)
            for position, each in enumerate(others, start=1):
                frame.update(each, "feature.ranked", rank=float(position))
    return frame.outcome


@action
def remove_feature(actor: Actor, *, number: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Remove a feature; its stories stay with their teams, its targets and its discussion go.

    Raises:
        Forbidden: the actor does not work on the program backlog.
        Locked: it, or a story of it, stands in a closed PI.
        Conflict: somebody changed it since ``seen``.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.EDIT_BACKLOG, anywhere=True)
        feature = frame.get(Feature, number=number)
        aims, stories = feature.targets.select_related("pi"), feature.stories.select_related("pi")
        for pi in {*(target.pi for target in aims), *(story.pi for story in stories)}:
            check_open(pi)
        check_seen(feature, seen)
        frame.delete(feature, "feature.removed")
    return frame.outcome


@action
def comment_on_feature(actor: Actor, *, number: int, text: str, command_id: UUID | None = None) -> Outcome:
    """Say something in the discussion of a feature.

    Raises:
        Forbidden: the actor only reads along.
        Invalid: the text is empty or longer than 4,000 characters.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.COMMENT, anywhere=True)
        feature = frame.get(Feature, number=number)
        text = check_text(text, "comment", "text")
        frame.create(
            Comment(feature=feature, author_id=actor.person_id, author_name=actor.name, text=text, at=frame.at),
            "comment.created",
        )
    return frame.outcome


@action
def remove_comment(actor: Actor, *, comment_id: int, command_id: UUID | None = None) -> Outcome:
    """Take back one's own contribution to a discussion.

    Raises:
        Forbidden: it is somebody else's.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.COMMENT, anywhere=True)
        comment = frame.get(Comment, pk=comment_id)
        if actor.person_id is None or comment.author_id != actor.person_id:
            raise Forbidden(f"This was said by {comment.author_name}; only they can take it back.", code="forbidden")
        frame.delete(comment, "comment.removed")
    return frame.outcome


# Themes ----------------------------------------------------------------------


@action
def create_theme(actor: Actor, *, name: str, command_id: UUID | None = None, **values: Any) -> Outcome:
    """Add a strategic theme: description, weight (per cent of the train's capacity), color (#rrggbb).

    Raises:
        Forbidden: the actor does not work on the program backlog.
        Invalid: the name is taken, or a value is out of its bounds.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.EDIT_BACKLOG, anywhere=True)
        frame.create(Theme(**checked_theme({"name": name, **values})), "theme.created")
    return frame.outcome


@action
def edit_theme(
    actor: Actor, *, theme_id: int, seen: int | None = None, command_id: UUID | None = None, **values: Any
) -> Outcome:
    """Change a theme's name, description, weight or colour.

    Raises:
        Forbidden: the actor does not work on the program backlog.
        Invalid: the name is taken, or a value is out of its bounds.
        Conflict: somebody changed the same fields since ``seen``.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.EDIT_BACKLOG, anywhere=True)
        frame.update(frame.get(Theme, pk=theme_id), "theme.edited", seen=seen, **checked_theme(values))
    return frame.outcome


@action
def remove_theme(actor: Actor, *, theme_id: int, seen: int | None = None, command_id: UUID | None = None) -> Outcome:
    """Remove a theme; its features stay, without one.

    Raises:
        Forbidden: the actor does not work on the program backlog.
        Conflict: somebody changed it since ``seen``.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.EDIT_BACKLOG, anywhere=True)
        theme = frame.get(Theme, pk=theme_id)
        check_seen(theme, seen)
        frame.delete(theme, "theme.removed")
    return frame.outcome


# Targets ---------------------------------------------------------------------


@action
def target_feature(
    actor: Actor,
    *,
    number: int,
    pi_id: int,
    iteration_id: int | None = None,
    planned: bool = True,
    note: str = "",
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Bring a feature into a PI, or say anew how it stands there (``planned=False``: left out of its scope).

    Raises:
        Forbidden: the actor is not Product Manager.
        Invalid: the iteration lies outside the PI.
        Locked: the PI is closed.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.TARGET_FEATURE)
        feature = frame.get(Feature, number=number)
        pi, iteration = frame.get(Increment, pk=pi_id), _iteration(frame, iteration_id)
        check_open(pi)
        check_iteration_of(pi, iteration)
        values = {"iteration_id": iteration_id, "planned": planned, "note": tidy_text(note)}
        target = Target.objects.filter(feature=feature, pi=pi).first()
        if target is None:
            frame.create(Target(feature=feature, pi=pi, **values), "target.created")
        else:
            frame.update(target, "target.edited", seen=seen, **values)
    return frame.outcome


@action
def untarget_feature(actor: Actor, *, number: int, pi_id: int, command_id: UUID | None = None) -> Outcome:
    """Take a feature out of a PI.

    Raises:
        Forbidden: the actor is not Product Manager.
        Locked: the PI is closed.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.TARGET_FEATURE)
        target = frame.get(Target, feature__number=number, pi_id=pi_id)
        check_open(target.pi)
        frame.delete(target, "target.removed")
    return frame.outcome


@action
def note_outcome(
    actor: Actor,
    *,
    number: int,
    pi_id: int,
    outcome: str,
    note: str | None = None,
    seen: int | None = None,
    command_id: UUID | None = None,
) -> Outcome:
    """Say what became of a feature in a PI: landed, missed, dropped, or empty for "not known yet".

    Raises:
        Forbidden: the actor is not Product Manager.
        Locked: the PI is closed.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.TARGET_FEATURE)
        target = frame.get(Target, feature__number=number, pi_id=pi_id)
        check_open(target.pi)
        check_outcome(outcome)
        values = {"outcome": outcome} | ({} if note is None else {"note": tidy_text(note)})
        frame.update(target, "target.edited", seen=seen, **values)
    return frame.outcome


def _own_story(frame: Frame, number: int) -> Story:
    """The story, if the actor may change it; one that no team has taken yet is open to every team."""
    story = frame.get(Story, number=number)
    require(frame.actor, Permission.EDIT_STORY, team=story.team_id, anywhere=story.team_id is None)
    check_open(story.pi)
    return story


def _refuse_another_team(frame: Frame, story: Story, team_id: int | None) -> None:
    if team_id == story.team_id:
        return
    wanted = frame.get(Team, pk=team_id) if team_id is not None else None
    if story.team_id is not None:
        raise hand_over_first(story, wanted)
    raise Invalid(
        f"Story {story.number} has no team yet; {wanted.name if wanted else 'a team'} takes it on by itself.",
        code="another_team",
        field="team",
        value=team_id,
    )


def _feature_values(actor: Actor, values: dict[str, Any], columns: frozenset[str]) -> dict[str, Any]:
    values = checked_feature(values)
    misplaced = sorted(values.keys() - columns)
    if misplaced:
        raise Invalid(f"“{misplaced[0]}” is not changed here.", code="unknown_field", field=misplaced[0])
    check_references(actor, Feature, values)
    return values


def _rank_between(others: Sequence[Feature], place: int) -> float | None:
    """A rank that puts a feature at ``place`` among the others; None where there is no room left."""
    if not others:
        return 1.0
    if place == len(others):
        return others[-1].rank + 1
    low = others[place - 1].rank if place else others[0].rank - 2
    high = others[place].rank
    middle = (low + high) / 2
    return middle if low < middle < high and high - low > 1e-6 else None


def _pi(frame: Frame, pi_id: int | None) -> Increment | None:
    return frame.get(Increment, pk=pi_id) if pi_id is not None else None


def _iteration(frame: Frame, iteration_id: int | None) -> Iteration | None:
    return frame.get(Iteration, pk=iteration_id) if iteration_id is not None else None
