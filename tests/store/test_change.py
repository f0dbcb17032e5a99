"""The write frame."""

from uuid import uuid4

import pytest

from headway.engine.errors import Conflict, Forbidden, Invalid, Missing
from headway.features.backlog.actions import move_story
from headway.features.journal.actions import undo_last
from headway.store.change import change
from headway.store.models import Entry, Story, Train
from headway.store.portraits import portrait, snapshot
from tests.builders import build_story, build_train, iteration
from tests.cast import Cast


def place(cast: Cast, train: Train, story: Story, number: int, **more: object) -> None:
    there = iteration(train, 1, number)
    move_story(cast.tess, number=story.number, pi_id=there.pi_id, iteration_id=there.pk, **more)  # type: ignore[arg-type]


def test_a_move_is_one_numbered_entry_with_before_and_after(cast: Cast, train: Train) -> None:
    story = build_story(train)
    train.refresh_from_db()
    place(cast, train, story, 2)
    story.refresh_from_db()
    entry = Entry.objects.latest("number")
    assert entry.number == train.seq + 1
    assert (entry.verb, entry.actor_name) == ("story.moved", "Tess Okafor")
    assert entry.before == {"pi_id": None, "iteration_id": None}
    assert entry.after == portrait(story)


def test_journal_numbers_have_no_gaps(cast: Cast, train: Train) -> None:
    story = build_story(train)
    for number in (1, 1, 2, 2, 3):
        place(cast, train, story, number)
    train.refresh_from_db()
    numbers = list(Entry.objects.filter(train=train).values_list("number", flat=True))
    assert numbers == list(range(1, train.seq + 1))


def test_the_journal_replays_to_the_present_snapshot(cast: Cast, train: Train) -> None:
    story = build_story(train)
    place(cast, train, story, 2)
    undo_last(cast.tess)
    replayed: dict[str, dict[int, object]] = {kind: {} for kind in snapshot(train)}
    for entry in Entry.objects.filter(train=train).order_by("number"):
        if entry.after is None:
            del replayed[entry.kind][entry.subject_id]
        else:
            replayed[entry.kind][entry.subject_id] = entry.after
    assert replayed == snapshot(Train.objects.get(pk=train.pk))


def test_a_retried_command_is_carried_out_once(cast: Cast, train: Train) -> None:
    story = build_story(train)
    there = iteration(train, 1, 2)
    command = uuid4()
    first = move_story(cast.tess, number=story.number, pi_id=there.pi_id, iteration_id=there.pk, command_id=command)
    again = move_story(cast.tess, number=story.number, pi_id=there.pi_id, iteration_id=there.pk, command_id=command)
    assert again.number == first.number
    assert Entry.objects.filter(verb="story.moved").count() == 1


def test_a_command_id_of_somebody_else_is_refused(cast: Cast, train: Train) -> None:
    story = build_story(train)
    command = uuid4()
    place(cast, train, story, 1, command_id=command)
    with pytest.raises(Conflict, match="used by somebody else"):
        move_story(cast.kim, number=story.number, pi_id=None, iteration_id=None, command_id=command)


def test_a_stale_version_is_a_conflict_that_carries_the_present_state(cast: Cast, train: Train) -> None:
    story = build_story(train)
    place(cast, train, story, 1)
    with pytest.raises(Conflict, match="Tess Okafor changed") as caught:
        place(cast, train, story, 3, seen=1)
    story.refresh_from_db()
    assert caught.value.data["present"] == portrait(story)


def test_a_change_of_another_column_is_no_conflict(cast: Cast, train: Train) -> None:
    story = build_story(train)
    with change(cast.tess) as frame:
        frame.update(frame.get(Story, pk=story.pk), "story.edited", title="Show the last readings")
    place(cast, train, story, 3, seen=1)
    story.refresh_from_db()
    assert (story.title, story.iteration) == ("Show the last readings", iteration(train, 1, 3))


def test_nobody_moves_a_teams_work_but_the_team(cast: Cast, train: Train) -> None:
    story = build_story(train)
    for name in ("rosa", "paul", "bea", "ansel", "mika", "vera"):
        with pytest.raises(Forbidden, match="Teams own their plan"):
            move_story(cast.actor(name), number=story.number, pi_id=None, iteration_id=None)


def test_a_story_of_another_train_is_missing(cast: Cast, train: Train) -> None:
    other = build_train(slug="vega", name="Vega")
    story = build_story(Train.objects.get(slug=other.slug))
    with pytest.raises(Missing, match="There is no story"):
        move_story(cast.tess, number=story.number, pi_id=None, iteration_id=None)


def test_an_overlong_text_is_refused_with_its_length(cast: Cast, train: Train) -> None:
    with pytest.raises(Invalid, match="may have 240 characters; this one has 300"):
        build_story(train, title="x" * 300)


def test_undo_takes_back_ones_own_last_change_and_then_the_one_before(cast: Cast, train: Train) -> None:
    story = build_story(train)
    place(cast, train, story, 1)
    place(cast, train, story, 2)
    undo_last(cast.tess)
    story.refresh_from_db()
    assert story.iteration == iteration(train, 1, 1)
    undo_last(cast.tess)
    story.refresh_from_db()
    assert story.iteration is None
    with pytest.raises(Missing, match="no change of yours"):
        undo_last(cast.tess)


def test_undo_is_refused_when_somebody_changed_the_same_thing_since(cast: Cast, train: Train) -> None:
    story = build_story(train)
    place(cast, train, story, 1)
    there = iteration(train, 1, 2)
    move_story(cast.kim, number=story.number, pi_id=there.pi_id, iteration_id=there.pk)
    with pytest.raises(Conflict, match="Kim Larsen has changed the same thing since"):
        undo_last(cast.tess)


def test_a_removed_story_takes_its_tasks_along_and_loosens_its_links_in_the_journal(cast: Cast, train: Train) -> None:
    from headway.store.models import Dependency, Task
    from tests.builders import build_dependency

    story = build_story(train)
    dependency = build_dependency(train, consumer_story=story)
    with change(cast.tess) as frame:
        frame.create(Task(story=story, title="Write the query"), "task.created")
    with change(cast.tess) as frame:
        frame.delete(frame.get(Story, pk=story.pk), "story.removed")
    assert not Task.objects.exists()
    assert Dependency.objects.get(pk=dependency.pk).consumer_story is None
    verbs = list(Entry.objects.order_by("-number").values_list("verb", flat=True)[:3])
    assert sorted(verbs) == ["dependency.edited", "story.removed", "task.removed"]
    undo_last(cast.tess)
    assert Dependency.objects.get(pk=dependency.pk).consumer_story_id == story.pk
    assert Task.objects.get().title == "Write the query"
