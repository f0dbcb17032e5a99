"""Kinds of long work that go wrong in every way, for the tests of the worker."""

import os
import signal
from pathlib import Path
from typing import Any

from headway.engine.errors import Invalid
from headway.store.change import change
from headway.store.jobs import RunningJob, job
from headway.store.models import Job, Story
from headway.store.workers import worker_lives


@job("answer")
def answer(running: RunningJob) -> dict[str, Any]:
    running.tell({"done": 1}, now=True)
    return {"twice": running.payload["number"] * 2}


@job("look")
def look(running: RunningJob) -> dict[str, Any]:
    """Whether a worker is known to live, while one does."""
    return {"lives": worker_lives()}


@job("note")
def note(running: RunningJob) -> dict[str, Any]:
    """Leave a line that shows who did it; short appended writes do not mix."""
    with Path(running.payload["file"]).open("a", encoding="utf-8") as notes:
        notes.write(f"{running.id}\n")
    return {}


@job("refuse")
def refuse(running: RunningJob) -> dict[str, Any]:
    raise Invalid("These pins cannot hold together.", code="pins")


@job("stumble")
def stumble(running: RunningJob) -> dict[str, Any]:
    return {"never": 1 // 0}


@job("die")
def die(running: RunningJob) -> dict[str, Any]:
    """Killed in the middle of a change, as by a machine without memory."""
    with change(running.actor) as frame:
        story = frame.get(Story, number=running.payload["story"])
        frame.update(story, "story.moved", iteration_id=running.payload["iteration"])
        os.kill(os.getpid(), signal.SIGKILL)
    return {}


@job("never", seconds=-1.5)
def never(running: RunningJob) -> dict[str, Any]:
    """Takes longer than it may."""
    while True:
        signal.pause()


@job("deaf")
def deaf(running: RunningJob) -> dict[str, Any]:
    """Is cancelled, and does not listen."""
    Job.objects.filter(pk=running.id).update(cancel_asked=True, sentence="Cancelled by Tess Okafor.")
    while True:
        signal.pause()


@job("listening")
def listening(running: RunningJob) -> dict[str, Any]:
    """Is cancelled, and ends by itself."""
    Job.objects.filter(pk=running.id).update(cancel_asked=True, sentence="Cancelled by Tess Okafor.")
    while True:
        running.stop_if_cancelled()


@job("stop")
def stop(running: RunningJob) -> dict[str, Any]:
    """Asks its worker to end, as a stopping server does, and goes on."""
    worker = Job.objects.get(pk=running.id).worker.split(":")
    os.kill(int(worker[1]), signal.SIGTERM)
    while True:
        signal.pause()


@job("wait")
def wait(running: RunningJob) -> dict[str, Any]:
    """Tells its process, then waits for its end."""
    with Path(running.payload["pipe"]).open("w", encoding="utf-8") as told:
        told.write(f"{os.getpid()}\n")
    while True:
        signal.pause()
