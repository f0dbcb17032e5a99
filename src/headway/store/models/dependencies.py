"""Dependencies between teams, and the discussion about them."""

from django.db import models

from headway.store.models.cadence import Iteration
from headway.store.models.train import Person, Recorded, Team
from headway.store.models.work import Feature, Story


class Dependency(Recorded):
    """Something one team (the consumer) needs from another team or an external party (the provider)."""

    kind = "dependency"

    class Type(models.TextChoices):
        FEATURE = "feature", "Feature"
        ARCHITECTURAL = "architectural", "Architectural"
        DATA = "data", "Data"
        PLATFORM = "platform", "Platform"
        EXTERNAL = "external", "External"

    class State(models.TextChoices):
        IDENTIFIED = "identified", "Identified"
        REQUESTED = "requested", "Requested"
        NEGOTIATING = "negotiating", "Negotiating"
        COMMITTED = "committed", "Committed"
        IN_PROGRESS = "in_progress", "In progress"
        DELIVERED = "delivered", "Delivered"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        OBSOLETE = "obsolete", "Obsolete"

    number = models.PositiveIntegerField()
    type = models.CharField(max_length=14, choices=Type.choices, default=Type.FEATURE)
    needs = models.CharField(max_length=500)
    consumer_team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="needs")
    provider_team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="provides")
    consumer_story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, blank=True, related_name="needs")
    provider_story = models.ForeignKey(Story, on_delete=models.SET_NULL, null=True, blank=True, related_name="provides")
    consumer_feature = models.ForeignKey(
        Feature, on_delete=models.SET_NULL, null=True, blank=True, related_name="needs"
    )
    provider_feature = models.ForeignKey(
        Feature, on_delete=models.SET_NULL, null=True, blank=True, related_name="provides"
    )
    needed_by = models.ForeignKey(Iteration, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    committed_by = models.ForeignKey(Iteration, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.IDENTIFIED)
    note = models.TextField(blank=True, max_length=4000)
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["train", "number"], name="dependency_number_once_per_train"),
        ]

    def __str__(self) -> str:
        return self.needs


class Comment(Recorded):
    """A contribution to the discussion of a dependency or a feature (exactly one of them)."""

    kind = "comment"

    dependency = models.ForeignKey(Dependency, on_delete=models.CASCADE, null=True, blank=True, related_name="comments")
    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, null=True, blank=True, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=120)
    text = models.TextField(max_length=4000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(dependency__isnull=False, feature__isnull=True)
                | models.Q(dependency__isnull=True, feature__isnull=False),
                name="comment_has_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
