"""Work that takes longer than a page may: asked for by a person or a change, done by a worker process."""

from django.conf import settings
from django.db import models

from headway.store.models.cadence import Increment
from headway.store.models.train import Train


class Job(models.Model):
    """One piece of long work, from being asked for to its end.

    ``key`` names what the work is about: while one with the same key waits, another is not queued. ``seen_at`` is
    the worker's sign of life. Jobs are no part of the train's history: what they find is written by actions, or is
    a figure that can be computed anew.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    train = models.ForeignKey(Train, on_delete=models.CASCADE, related_name="jobs")
    pi = models.ForeignKey(Increment, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    payload = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    sentence = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    worker = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "id"], name="jobs_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["train", "key"],
                condition=models.Q(state="waiting") & ~models.Q(key=""),
                name="one_waiting_job_per_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ForecastRun(models.Model):
    """The newest forecast of a PI: the journal number it was computed at, and what came out.

    Derived from the train, so it stands in no journal and no export.
    """

    pi = models.OneToOneField(Increment, on_delete=models.CASCADE, related_name="forecast_run")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    trials = models.PositiveIntegerField()
    result = models.JSONField()

    class Meta:
        ordering = ["pi"]

    def __str__(self) -> str:
        return f"forecast of {self.pi}"
