"""The program backlog: themes, features, stories, tasks, and which PI a feature is aimed at."""

from django.db import models

from headway.store.models.cadence import Increment, Iteration
from headway.store.models.train import Person, Recorded, Team


class WorkType(models.TextChoices):
    """Business work, or an enabler that prepares the ground for it."""

    FEATURE = "feature", "Business"
    ENABLER = "enabler", "Enabler"


class EnablerKind(models.TextChoices):
    ARCHITECTURE = "architecture", "Architecture"
    INFRASTRUCTURE = "infrastructure", "Infrastructure"
    COMPLIANCE = "compliance", "Compliance"
    EXPLORATION = "exploration", "Exploration"


class Theme(Recorded):
    """A strategic theme; ``weight`` is the share of the train's capacity it is meant to get, in per cent."""

    kind = "theme"

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, max_length=4000)
    weight = models.PositiveSmallIntegerField(default=0)
    color = models.CharField(max_length=7, blank=True)

    class Meta:
        ordering = ["-weight", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["train", "name"], name="theme_once_per_train")]

    def __str__(self) -> str:
        return self.name


class Feature(Recorded):
    """A capability that delivers business value, or an enabler. ``size`` is in points; WSJF parts use 1 to 20."""

    kind = "feature"

    class State(models.TextChoices):
        FUNNEL = "funnel", "Funnel"
        ANALYSING = "analysing", "Analysing"
        READY = "ready", "Ready"
        PLANNED = "planned", "Planned"
        IN_PROGRESS = "in_progress", "In progress"
        VALIDATING = "validating", "Validating"
        DONE = "done", "Done"

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=240)
    description = models.TextField(blank=True, max_length=20_000)
    theme = models.ForeignKey(Theme, on_delete=models.SET_NULL, null=True, blank=True, related_name="features")
    type = models.CharField(max_length=8, choices=WorkType.choices, default=WorkType.FEATURE)
    enabler_kind = models.CharField(max_length=16, choices=EnablerKind.choices, blank=True)
    acceptance_criteria = models.TextField(blank=True, max_length=20_000)
    benefit_hypothesis = models.TextField(blank=True, max_length=4000)
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="features")
    size = models.FloatField(null=True, blank=True)
    user_value = models.PositiveSmallIntegerField(null=True, blank=True)
    time_criticality = models.PositiveSmallIntegerField(null=True, blank=True)
    risk_opportunity = models.PositiveSmallIntegerField(null=True, blank=True)
    job_size = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.FUNNEL)
    rank = models.FloatField(default=0.0)
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["rank", "number"]
        constraints = [models.UniqueConstraint(fields=["train", "number"], name="feature_number_once_per_train")]
        indexes = [models.Index(fields=["train", "source", "external_id"], name="feature_by_external_id")]

    def __str__(self) -> str:
        return self.title


class Target(Recorded):
    """A feature aimed at a PI: whether it was in the committed plan, and what became of it."""

    kind = "target"

    class Outcome(models.TextChoices):
        LANDED = "landed", "Landed"
        MISSED = "missed", "Missed"
        DROPPED = "dropped", "Dropped"

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="targets")
    pi = models.ForeignKey(Increment, on_delete=models.CASCADE, related_name="targets")
    iteration = models.ForeignKey(Iteration, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    planned = models.BooleanField(default=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pi__number", "id"]
        constraints = [models.UniqueConstraint(fields=["feature", "pi"], name="feature_once_per_pi")]

    def __str__(self) -> str:
        return f"{self.feature} in {self.pi}"


class Story(Recorded):
    """Work that one team finishes within an iteration; ``points`` in halves.

    ``pi`` without ``iteration`` stands in the team's backlog column of that PI: the team is known, not yet when.
    """

    kind = "story"

    class State(models.TextChoices):
        TODO = "todo", "To do"
        IN_PROGRESS = "in_progress", "In progress"
        REVIEW = "review", "In review"
        DONE = "done", "Done"

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=240)
    description = models.TextField(blank=True, max_length=20_000)
    acceptance_criteria = models.TextField(blank=True, max_length=20_000)
    feature = models.ForeignKey(Feature, on_delete=models.SET_NULL, null=True, blank=True, related_name="stories")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="stories")
    pi = models.ForeignKey(Increment, on_delete=models.SET_NULL, null=True, blank=True, related_name="stories")
    iteration = models.ForeignKey(Iteration, on_delete=models.SET_NULL, null=True, blank=True, related_name="stories")
    type = models.CharField(max_length=8, choices=WorkType.choices, default=WorkType.FEATURE)
    enabler_kind = models.CharField(max_length=16, choices=EnablerKind.choices, blank=True)
    points = models.FloatField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.TODO)
    blocked = models.BooleanField(default=False)
    rank = models.FloatField(default=0.0)
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["rank", "number"]
        constraints = [models.UniqueConstraint(fields=["train", "number"], name="story_number_once_per_train")]
        indexes = [
            models.Index(fields=["train", "pi", "team"], name="story_by_cell"),
            models.Index(fields=["train", "source", "external_id"], name="story_by_external_id"),
        ]

    def __str__(self) -> str:
        return self.title


class Task(Recorded):
    """A step within a story."""

    kind = "task"

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=240)
    done = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title
