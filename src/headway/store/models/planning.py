"""Proposals put before the teams, and what-if scenarios kept under a name."""

from django.db import models

from headway.store.models.cadence import Increment
from headway.store.models.train import Person, Recorded, Team


class Proposal(Recorded):
    """A drafted plan for a PI, open for each team's own answer.

    ``settings`` holds what was asked for (weights, pins, locked teams), ``facts`` what the planner said of the plan
    (parts of the objective, bound, gap, notes), ``base`` the journal number of the plan it started from.
    """

    kind = "proposal"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        WITHDRAWN = "withdrawn", "Withdrawn"

    pi = models.ForeignKey(Increment, on_delete=models.CASCADE, related_name="proposals")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    made_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    base = models.PositiveBigIntegerField()
    settings = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["train", "number"], name="proposal_number_once_per_train"),
        ]

    def __str__(self) -> str:
        return f"Proposal {self.number}"


class ProposalPart(Recorded):
    """What a proposal asks of one team, and the team's answer.

    ``moves`` is a list of ``{"story": number, "from": iteration number or null, "to": iteration number or null,
    "reason": sentence}``. Numbers, not identifiers, so that a part means the same after an export.
    """

    kind = "proposal_part"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="parts")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    moves = models.JSONField(default=list)
    note = models.TextField(blank=True, max_length=1000)

    class Meta:
        ordering = ["team"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "team"], name="one_part_per_team_and_proposal"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} for {self.team}"


class Scenario(Recorded):
    """A what-if: some changes to the train that nobody made, and what plan and forecast would be with them.

    Everybody on the train may see it; its owner alone changes it. ``changes`` names teams by slug, stories and
    features by number, iterations by their number in the PI. ``result`` holds plan and forecast before and after, as
    computed at journal number ``computed_at``.
    """

    kind = "scenario"

    pi = models.ForeignKey(Increment, on_delete=models.CASCADE, related_name="scenarios")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    note = models.TextField(blank=True, max_length=2000)
    owner = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changes = models.JSONField(default=list)
    result = models.JSONField(null=True, blank=True)
    computed_at = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["train", "number"], name="scenario_number_once_per_train"),
        ]

    def __str__(self) -> str:
        return self.name
