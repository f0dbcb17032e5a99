"""Long work is asked for once, taken once, cancelled by those who may, and forgotten after a while."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from headway.engine.errors import Conflict, Forbidden, Invalid, Missing
from headway.kit import clock
from headway.store import jobs
from headway.store.jobs import RunningJob
from headway.store.models import Job, Train, User
from tests.builders import build_train
from tests.cast import Cast

NOON = datetime(2026, 9, 7, 12, tzinfo=UTC)


@jobs.job("tell")
def tell(running: RunningJob) -> dict[str, Any]:
    """A kind for these tests: says who asked and with what."""
    for step in range(3):
        running.tell({"step": step})
    return {"by": running.actor.name, **running.payload}


def test_a_job_asked_for_is_done_in_the_askers_name(cast: Cast) -> None:
    asked = jobs.ask(cast.tess, "tell", {"of": "plans"})
    assert (jobs.work_off(), jobs.work_off()) == (1, 0)
    done = jobs.find(cast.mika, asked.pk)
    assert (done.state, done.result, done.progress) == ("done", {"by": "Tess Okafor", "of": "plans"}, {"step": 2})


def test_a_job_nobody_asked_for_is_done_by_somebody_who_may_only_look(cast: Cast, train: Train) -> None:
    asked = jobs.queue(train.pk, "tell", {})
    jobs.work_off()
    assert jobs.find(cast.tess, asked.pk).result == {"by": "Headway"}


def test_a_job_whose_asker_has_left_fails_with_a_sentence(cast: Cast) -> None:
    asked = jobs.ask(cast.tess, "tell", {})
    User.objects.filter(email="tess@example.org").update(is_active=False)
    jobs.work_off()
    assert jobs.find(cast.rosa, asked.pk).sentence == "There is no train 'orion' that you are part of."


def test_the_same_work_waits_once_and_takes_over_the_newer_wish(cast: Cast, train: Train) -> None:
    first = jobs.queue(train.pk, "tell", {"turn": 1}, key="forecast:1")
    second = jobs.queue(train.pk, "tell", {"turn": 2}, key="forecast:1")
    other = jobs.queue(train.pk, "tell", {"turn": 3}, key="forecast:2")
    assert (second.pk, second.payload, other.pk != first.pk) == (first.pk, {"turn": 2}, True)
    jobs.claim("somebody")
    third = jobs.queue(train.pk, "tell", {"turn": 4}, key="forecast:1")
    assert third.pk not in (first.pk, other.pk)


def test_a_job_is_taken_by_one_worker_and_the_oldest_first(cast: Cast, train: Train) -> None:
    asked = [jobs.queue(train.pk, "tell", {}).pk for _ in range(2)]
    taken = [jobs.claim("one"), jobs.claim("two"), jobs.claim("one")]
    assert [each and (each.pk, each.worker) for each in taken] == [(asked[0], "one"), (asked[1], "two"), None]


def test_more_than_twenty_jobs_do_not_wait(cast: Cast) -> None:
    for _ in range(jobs.WAITING_AT_MOST):
        jobs.ask(cast.tess, "tell", {})
    with pytest.raises(Conflict, match="20 pieces of work wait"):
        jobs.ask(cast.tess, "tell", {})


def test_a_job_is_not_asked_with_a_novel(cast: Cast) -> None:
    with pytest.raises(Invalid, match="may be asked with 200,000 bytes"):
        jobs.ask(cast.tess, "tell", {"novel": "x" * 200_000})


@pytest.mark.parametrize(("name", "allowed"), [("tess", True), ("rosa", True), ("kim", False), ("vera", False)])
def test_work_is_cancelled_by_whoever_asked_or_the_rte(cast: Cast, name: str, allowed: bool) -> None:
    asked = jobs.ask(cast.tess, "tell", {})
    if not allowed:
        with pytest.raises(Forbidden, match="by whoever asked for it"):
            jobs.cancel(cast.actor(name), asked.pk)
        return
    ended = jobs.cancel(cast.actor(name), asked.pk)
    assert (ended.state, ended.sentence) == ("cancelled", f"Cancelled by {cast.actor(name).name} before it began.")
    assert jobs.work_off() == 0


def test_a_running_job_is_asked_to_end_and_ends_as_cancelled(cast: Cast) -> None:
    asked = jobs.ask(cast.tess, "tell", {})
    jobs.claim("somebody")
    assert jobs.cancel(cast.tess, asked.pk).cancel_asked is True
    assert jobs.show_life([asked.pk]) == {asked.pk}
    jobs.finish(asked.pk, Job.State.CANCELLED, "Cancelled.")
    ended = jobs.find(cast.tess, asked.pk)
    assert (ended.state, ended.sentence) == ("cancelled", "Cancelled by Tess Okafor.")
    assert jobs.finish(asked.pk, Job.State.DONE, "") is False


def test_a_job_of_another_train_is_not_there(cast: Cast) -> None:
    asked = jobs.ask(build_train(slug="vega", name="Vega").tess, "tell", {})
    for look in (jobs.find, jobs.cancel):
        with pytest.raises(Missing):
            look(cast.tess, asked.pk)
    with pytest.raises(Missing):
        jobs.find(cast.tess, 10**30)


def test_a_job_without_a_sign_of_life_has_failed(cast: Cast) -> None:
    with clock.frozen(NOON):
        silent, fresh = (jobs.ask(cast.tess, "tell", {}).pk for _ in range(2))
        jobs.claim("far away:1:a"), jobs.claim("far away:1:a")
    with clock.frozen(NOON + timedelta(seconds=25)):
        jobs.show_life([fresh])
    with clock.frozen(NOON + timedelta(seconds=40)):
        assert jobs.recover(lambda worker: False) == 1
    assert [jobs.find(cast.tess, each).state for each in (silent, fresh)] == ["failed", "running"]


def test_ended_jobs_are_forgotten_after_two_weeks_and_derived_figures_after_a_day(cast: Cast, train: Train) -> None:
    with clock.frozen(NOON):
        asked = jobs.ask(cast.tess, "tell", {}).pk
        jobs.queue(train.pk, "tell", {})
        jobs.work_off()
        jobs.ask(cast.tess, "tell", {})
    with clock.frozen(NOON + timedelta(days=2)):
        assert jobs.prune() == 1
    assert Job.objects.filter(pk=asked).count() == 1
    with clock.frozen(NOON + timedelta(days=15)):
        assert (jobs.prune(), Job.objects.count()) == (1, 1)
