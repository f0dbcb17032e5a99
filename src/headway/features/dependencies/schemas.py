"""What the dependencies part of the API takes.

Stories and features are named by their number, teams, iterations and people by their id.
"""

from typing import Annotated

from pydantic import Field

from headway.kit.schemas import Change, Command, Id, Number, Page, Word

Needs = Annotated[str, Field(min_length=1, max_length=500)]
Note = Annotated[str, Field(max_length=4000)]


class DependencyFilter(Page):
    """Which dependencies."""

    consumer_team: Id | None = None
    provider_team: Id | None = None
    owner: Id | None = None
    state: Word = ""
    type: Word = ""


class DependencyIn(Command):
    """A new dependency; a team that is left out is the one whose item is linked."""

    needs: Needs
    type: Word = "feature"
    consumer_team: Id | None = None
    provider_team: Id | None = None
    consumer_story: Number | None = None
    provider_story: Number | None = None
    consumer_feature: Number | None = None
    provider_feature: Number | None = None
    needed_by: Id | None = None
    owner: Id | None = None
    note: Note = ""


class DependencyChange(Change):
    """What changes about a dependency."""

    needs: Needs | None = None
    type: Word | None = None
    consumer_team: Id | None = None
    provider_team: Id | None = None
    consumer_story: Number | None = None
    provider_story: Number | None = None
    consumer_feature: Number | None = None
    provider_feature: Number | None = None
    needed_by: Id | None = None
    owner: Id | None = None
    note: Note | None = None


class RequestIn(Change):
    """By which iteration it is needed."""

    needed_by: Id | None = None


class AnswerIn(Change):
    """The provider's answer: negotiate, commit, start, deliver or decline."""

    answer: Word
    committed_by: Id | None = None
    text: Note = ""


class CommentIn(Command):
    """A contribution to the discussion."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]
