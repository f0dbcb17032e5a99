"""Program Increments, their iterations, milestones, and the capacity teams set by hand."""

from django.db import models

from headway.store.models.train import Recorded, Team


class Increment(Recorded):
    """A Program Increment (PI)."""

    kind = "pi"

    class State(models.TextChoices):
        DRAFTING = "drafting", "Drafting"
        PLANNING = "planning", "Planning"
        COMMITTED = "committed", "Committed"
        EXECUTING = "executing", "Executing"
        CLOSED = "closed", "Closed"

    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFTING)
    starts_on = models.DateField()
    ends_on = models.DateField()
    buffer_percent = models.PositiveSmallIntegerField(default=20)

    class Meta:
        ordering = ["number", "id"]
        constraints = [models.UniqueConstraint(fields=["train", "number"], name="pi_number_once_per_train")]

    def __str__(self) -> str:
        return self.name


class Iteration(Recorded):
    """An iteration of a PI; the last one is usually the IP iteration (innovation and planning)."""

    kind = "iteration"

    pi = models.ForeignKey(Increment, on_delete=models.CASCADE, related_name="iterations")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    is_ip = models.BooleanField(default=False)

    class Meta:
        ordering = ["pi__number", "number", "id"]
        constraints = [models.UniqueConstraint(fields=["pi", "number"], name="iteration_number_once_per_pi")]

    def __str__(self) -> str:
        return self.name


class Milestone(Recorded):
    """A date that matters to the train."""

    kind = "milestone"

    pi = models.ForeignKey(Increment, on_delete=models.SET_NULL, null=True, blank=True, related_name="milestones")
    name = models.CharField(max_length=120)
    on = models.DateField()
    note = models.TextField(blank=True, max_length=2000)

    class Meta:
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return self.name


class CapacityOverride(Recorded):
    """The capacity a team set by hand for an iteration, in points, with the reason."""

    kind = "capacity"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="capacity_overrides")
    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="capacity_overrides")
    points = models.FloatField()
    note = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "iteration"], name="one_override_per_cell")]

    def __str__(self) -> str:
        return f"{self.team} in {self.iteration}: {self.points}"
