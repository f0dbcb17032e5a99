"""Who may see and move what on the board."""

from headway.kit.access import Actor, Permission, may, require


def require_view(actor: Actor) -> None:
    """Everybody on the train may look at its board."""
    require(actor, Permission.VIEW_TRAIN)


def teams_to_place(actor: Actor) -> list[int]:
    """The teams whose stories this person may drag: teams own their plan."""
    return sorted(team for team in actor.teams if may(actor, Permission.PLACE_STORY, team=team))


def may_target(actor: Actor) -> bool:
    """Whether this person brings features into a PI, or takes them out."""
    return bool(may(actor, Permission.TARGET_FEATURE))


def may_link(actor: Actor) -> bool:
    """Whether this person records dependencies."""
    return bool(may(actor, Permission.REQUEST_DEPENDENCY, anywhere=True))
