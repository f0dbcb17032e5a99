"""The append-only journal, the commands behind it, and what imports brought in."""

from django.conf import settings
from django.db import models

from headway.store.models.train import Train


class Command(models.Model):
    """One completed write: the numbers of the journal entries it made, kept so that a retry is harmless."""

    train = models.ForeignKey(Train, on_delete=models.CASCADE, related_name="+")
    uuid = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    undoes = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="undone_by")

    class Meta:
        ordering = ["last"]
        constraints = [models.UniqueConstraint(fields=["train", "uuid"], name="command_once_per_train")]
        indexes = [models.Index(fields=["train", "user", "last"], name="commands_of_a_person")]

    def __str__(self) -> str:
        return str(self.uuid)


class Entry(models.Model):
    """What happened to one thing: who, when, which verb, what was, what is.

    ``before`` holds the old values of the columns that changed (the whole portrait when the thing was removed,
    null when it was made); ``after`` the whole new portrait (null when it was removed).
    """

    train = models.ForeignKey(Train, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=120)
    verb = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    subject_id = models.PositiveBigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    command = models.ForeignKey(Command, on_delete=models.CASCADE, related_name="entries")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["train", "number"], name="journal_number_once_per_train")]
        indexes = [models.Index(fields=["train", "kind", "subject_id", "number"], name="history_of_a_thing")]

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"


class ImportRun(models.Model):
    """One file that was imported, with what came of it."""

    train = models.ForeignKey(Train, on_delete=models.CASCADE, related_name="imports")
    source = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=120)
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """What the last import said about one thing, so that the next one can tell its news from a team's changes."""

    train = models.ForeignKey(Train, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    subject_id = models.PositiveBigIntegerField()
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["train", "source", "kind", "external_id"], name="imported_once_per_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
