"""What an empty list of the backlog says: who fills it, and the way there for whoever looks at it."""

from dataclasses import dataclass
from typing import cast

from django.urls import reverse

from headway.features.trains.queries import sample_train_of
from headway.kit.access import TABLE, Permission, may
from headway.kit.http import TrainRequest
from headway.store.models import User


@dataclass(frozen=True, kw_only=True)
class Emptiness:
    """Words and ways of an empty page; an address is empty where there is no such way for the viewer."""

    who: str
    action_label: str = ""
    action_url: str = ""
    sample_url: str = ""


@dataclass(frozen=True, kw_only=True)
class _Page:
    permission: Permission
    new: str
    new_label: str
    staff: Permission
    """Who may staff the train so that somebody can write here."""
    staffing: str
    staffing_label: str


_MANAGER = "Give somebody the role Product Manager"
_PAGES = {
    "features": _Page(
        permission=Permission.EDIT_BACKLOG,
        new="feature-new",
        new_label="New feature",
        staff=Permission.MANAGE_PEOPLE,
        staffing="people",
        staffing_label=_MANAGER,
    ),
    "themes": _Page(
        permission=Permission.EDIT_BACKLOG,
        new="theme-new",
        new_label="New theme",
        staff=Permission.MANAGE_PEOPLE,
        staffing="people",
        staffing_label=_MANAGER,
    ),
    "stories": _Page(
        permission=Permission.EDIT_STORY,
        new="story-new",
        new_label="New story",
        staff=Permission.MANAGE_TEAM,
        staffing="teams",
        staffing_label="See who is in the teams",
    ),
}


def emptiness(request: TrainRequest, name: str) -> Emptiness:
    """What the empty page of this name says to whoever asks for it."""
    page, actor = _PAGES[name], request.actor
    label = url = ""
    if may(actor, page.permission, anywhere=True):
        label, url = page.new_label, reverse(page.new, args=[actor.train_slug])
    elif may(actor, page.staff, anywhere=True):
        label, url = page.staffing_label, reverse(page.staffing, args=[actor.train_slug])
    sample = sample_train_of(cast(User, request.user))
    return Emptiness(
        who=f"Written by: {TABLE[page.permission].holders()}.",
        action_label=label,
        action_url=url,
        sample_url=reverse(name, args=[sample]) if sample and sample != actor.train_slug else "",
    )
