"""The train, its teams and its people."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from headway.kit import access


class Train(models.Model):
    """An Agile Release Train.

    ``seq`` is the number of its newest journal entry; raising it is the train's write lock. ``last_number`` is
    the newest number given to a feature, story or dependency.
    """

    kind: ClassVar[str] = "train"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    purpose = models.TextField(blank=True, max_length=2000)
    time_zone = models.CharField(max_length=64, default="UTC")
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=12, blank=True)
    iteration_weeks = models.PositiveSmallIntegerField(default=2)
    iterations_per_pi = models.PositiveSmallIntegerField(default=5)
    ip_weeks = models.PositiveSmallIntegerField(default=2)
    buffer_percent = models.PositiveSmallIntegerField(default=20)
    points_per_person = models.FloatField(default=8.0)
    is_sample = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    seq = models.PositiveBigIntegerField(default=0)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def train_id(self) -> int:
        """The train belongs to itself, so that it can be recorded like everything in it."""
        return self.pk


class Recorded(models.Model):
    """Something of a train whose every change stands in the journal."""

    kind: ClassVar[str]

    train = models.ForeignKey(Train, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class Team(Recorded):
    """An agile team, or an external party (``external``) with a row of its own on the board."""

    kind = "team"

    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    mission = models.TextField(blank=True, max_length=2000)
    color = models.CharField(max_length=7, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    external = models.BooleanField(default=False)
    contact = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["external", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["train", "slug"], name="team_slug_once_per_train")]

    def __str__(self) -> str:
        return self.name


class Person(Recorded):
    """Somebody who works on the train; linked to an account once they can sign in."""

    kind = "person"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="people"
    )
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["train", "user"], condition=models.Q(user__isnull=False), name="account_once_per_train"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TrainRole(Recorded):
    """A role that a person holds on the train as a whole."""

    kind = "role"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=24, choices=[(role.value, role.label) for role in access.Role])

    class Meta:
        ordering = ["role", "id"]
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="role_once_per_person")]

    def __str__(self) -> str:
        return access.Role(self.role).label


class Membership(Recorded):
    """A person's part in a team, with the share of their working time that goes to it, in per cent."""

    kind = "membership"

    class Specialty(models.TextChoices):
        DEVELOPER = "developer", "Developer"
        TESTER = "tester", "Tester"
        DATA = "data", "Data engineer"
        SECURITY = "security", "Security engineer"
        UX = "ux", "User experience"
        OPERATIONS = "operations", "Operations"
        ANALYST = "analyst", "Analyst"
        OTHER = "other", "Other"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(
        max_length=16,
        choices=[(role.value, role.label) for role in access.TeamRole],
        default=access.TeamRole.MEMBER.value,
    )
    specialty = models.CharField(max_length=12, choices=Specialty.choices, default=Specialty.DEVELOPER)
    share = models.PositiveSmallIntegerField(default=100)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "team", "role"], name="team_role_once_per_person"),
            models.CheckConstraint(condition=models.Q(share__range=(0, 100)), name="share_is_a_percentage"),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"


class Absence(Recorded):
    """Days on which a person does not work on the train's backlog; both ends included."""

    kind = "absence"

    class Reason(models.TextChoices):
        ABSENCE = "absence", "Absent"
        TRAINING = "training", "In training"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=8, choices=Reason.choices, default=Reason.ABSENCE)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_on", "id"]

    def __str__(self) -> str:
        return f"{self.person}: {self.starts_on} to {self.ends_on}"


class Closure(Recorded):
    """Days on which the whole train rests (a company holiday); both ends included."""

    kind = "closure"

    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on", "id"]

    def __str__(self) -> str:
        return self.name
