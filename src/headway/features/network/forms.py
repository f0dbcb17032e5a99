"""The filters of the network's pages; a value that makes no sense filters nothing."""

from typing import Any

from django import forms

from headway.engine.network.cuts import Cost
from headway.features.network.queries import Asked, Look

ALL = "all"
LONGEST_SLIP = 12
COST_CHOICES = [
    (Cost.POINTS.value, "points of the work that goes on against a mock"),
    (Cost.VALUE.value, "value of the feature that waits"),
    (Cost.LINKS.value, "number of dependencies"),
]


def asked(data: Any) -> Asked:
    """What an address asks for."""
    pi, team = data.get("pi", ""), data.get("team", "")
    return Asked(
        pi=int(pi) if pi.isascii() and pi.isdigit() and len(pi) < 6 else None,
        all_pis=pi == ALL,
        team=team[:100],
        arrived=data.get("arrived", "") == "1",
    )


def cost(data: Any) -> Cost:
    """By what cuts are weighed."""
    wanted = data.get("by", "")
    return Cost(wanted) if wanted in set(Cost) else Cost.POINTS


def slip(data: Any) -> int:
    """By how many iterations something slips."""
    wanted = data.get("by", "")
    return min(max(int(wanted), 1), LONGEST_SLIP) if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 else 1


class NetworkFilter(forms.Form):
    """PI, team, and whether what has been delivered counts too."""

    pi = forms.ChoiceField(required=False, label="PI")
    team = forms.ChoiceField(required=False, label="Team on either side")
    arrived = forms.ChoiceField(
        required=False, choices=[("", "Somebody waits"), ("1", "Delivered ones too")], label="Dependencies"
    )

    def __init__(self, look: Look) -> None:
        chosen = ALL if look.is_all else str(look.pi.number if look.pi else "")
        team = look.scope.team.slug if look.scope.team else ""
        super().__init__({"pi": chosen, "team": team, "arrived": "1" if look.scope.arrived else ""})
        pis = [(str(each.number), each.name) for each in look.pis]
        teams = [(each.slug, each.name) for each in look.scope.web.teams]
        self.fields["pi"].choices = [*pis, (ALL, "All PIs")]  # type: ignore[attr-defined]
        self.fields["team"].choices = [("", "Any team"), *teams]  # type: ignore[attr-defined]
