"""Who sees a forecast, which changes make one old, and the few rules of thumb it stands on."""

from collections.abc import Mapping

from headway.kit.access import Actor, Permission, require

KIND = "forecast"
"""The kind of job that computes forecasts."""

VERSION = 1
"""Of kept results; one of another version is as good as none, and computed anew."""

TRIALS = 10_000
DRIVER_TRIALS = 1_500
DRIVER_SECONDS = 10
"""How long the search for drivers of risk may take: what it found by then is shown."""

STILL_TO_DO: Mapping[str, float] = {"todo": 1.0, "in_progress": 0.5, "review": 0.2, "done": 0.0}
"""Part of a story's points that is still to be done, by its state."""

USUAL_POINTS = 3.0
"""What a story without an estimate counts when nothing in the PI is estimated."""

IP_SHARE = 0.25
"""Part of its capacity a team gives to unfinished work in the IP iteration, until past ones say otherwise."""

PROMISE = 0.8
"""The part of the planned value from which on a PI counts as predictable (80 to 100 %)."""

ENOUGH_PAST = 30
"""Past forecasts that have to be compared with what came before their coverage says much."""

SURE = 0.95
"""From this chance on a feature or dependency is told among those that need nobody's eye."""

MOST_SHOWN = 60
"""Features told with all their numbers, the least likely first; the others are named with their chance."""

QUIET_SECONDS = 5
"""A forecast is not computed anew within so many seconds of the last: changes come in bursts."""

MOST_CHANGES = 500
"""Changes looked through to see whether one matters; more than these are taken to."""

_ALL = frozenset({"*"})

MATTERS: Mapping[str, frozenset[str]] = {
    "story": frozenset({"feature_id", "team_id", "pi_id", "iteration_id", "points", "state", "rank"}),
    "feature": frozenset({"team_id", "size", "state", "user_value", "time_criticality", "risk_opportunity"}),
    "target": frozenset({"feature_id", "pi_id", "iteration_id", "planned", "outcome"}),
    "dependency": frozenset(
        {
            "consumer_team_id",
            "provider_team_id",
            "consumer_story_id",
            "provider_story_id",
            "consumer_feature_id",
            "provider_feature_id",
            "needed_by_id",
            "committed_by_id",
            "state",
        }
    ),
    "team": frozenset({"external", "name"}),
    "person": frozenset({"country", "region"}),
    "membership": frozenset({"person_id", "team_id", "share", "starts_on", "ends_on"}),
    "train": frozenset({"time_zone", "country", "region", "points_per_person"}),
    "pi": frozenset({"state", "starts_on", "ends_on"}),
    "iteration": frozenset({"pi_id", "starts_on", "ends_on", "is_ip", "name"}),
    "capacity": _ALL,
    "absence": _ALL,
    "closure": _ALL,
}
"""Which columns of which things a forecast stands on. What is made or removed always counts."""


def require_view(actor: Actor) -> None:
    """Everybody on the train may see its odds, and what they come from."""
    require(actor, Permission.VIEW_TRAIN)


def matters(kind: str, changed: Mapping[str, object] | None) -> bool:
    """Whether a change may move a forecast; ``changed`` holds the old values, None when the thing is new."""
    columns = MATTERS.get(kind)
    if columns is None:
        return False
    return changed is None or columns is _ALL or not columns.isdisjoint(changed)
