"""Cards that a journal entry changed, drawn once for every open board.

Keys read ``board:<id of the PI>:<key of the card>``; the PI is 0 where the card is the same on every board.
"""

from collections.abc import Mapping

from headway.features.board.queries import cards_of_dependency, cards_of_story
from headway.live.fragments import renders
from headway.store.models import Entry


@renders("story")
def story_cards(entry: Entry) -> Mapping[str, str]:
    """The story's card, and its feature's on the boards it left and entered."""
    return cards_of_story(entry)


@renders("dependency")
def dependency_cards(entry: Entry) -> Mapping[str, str]:
    """Cards of ends that are linked to no item."""
    return cards_of_dependency(entry)
