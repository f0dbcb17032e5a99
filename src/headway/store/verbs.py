"""What the journal can say: every verb, in the past tense, with the permission behind it.

The reference is generated from this table, and a frame refuses a verb that is not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from headway.kit.access import Permission as P


@dataclass(frozen=True, kw_only=True)
class Verb:
    """How a verb reads in a sentence ("Tess *moved* …"), who may cause it, and whether it can be undone."""

    reads: str
    permission: P
    undoable: bool = True


def _made(noun: str, permission: P) -> dict[str, Verb]:
    return {
        f"{noun}.created": Verb(reads="added", permission=permission),
        f"{noun}.edited": Verb(reads="changed", permission=permission),
        f"{noun}.removed": Verb(reads="removed", permission=permission),
    }


VERBS: Mapping[str, Verb] = {
    "train.created": Verb(reads="started", permission=P.CONFIGURE_TRAIN, undoable=False),
    "train.edited": Verb(reads="changed", permission=P.CONFIGURE_TRAIN),
    **_made("team", P.MANAGE_TEAM),
    **_made("person", P.MANAGE_PEOPLE),
    **_made("role", P.MANAGE_PEOPLE),
    **_made("membership", P.MANAGE_TEAM),
    **_made("absence", P.RECORD_ABSENCE),
    **_made("closure", P.CONFIGURE_TRAIN),
    **_made("pi", P.CONFIGURE_TRAIN),
    "pi.advanced": Verb(reads="moved to its next state", permission=P.CONFIGURE_TRAIN, undoable=False),
    **_made("iteration", P.CONFIGURE_TRAIN),
    **_made("milestone", P.CONFIGURE_TRAIN),
    **_made("capacity", P.SET_CAPACITY),
    **_made("theme", P.EDIT_BACKLOG),
    **_made("feature", P.EDIT_BACKLOG),
    "feature.ranked": Verb(reads="ranked", permission=P.EDIT_BACKLOG),
    **_made("target", P.TARGET_FEATURE),
    **_made("story", P.EDIT_STORY),
    "story.moved": Verb(reads="moved", permission=P.PLACE_STORY),
    "story.taken": Verb(reads="took on", permission=P.EDIT_STORY),
    "story.released": Verb(reads="handed back", permission=P.EDIT_STORY),
    **_made("task", P.EDIT_STORY),
    "dependency.created": Verb(reads="recorded", permission=P.REQUEST_DEPENDENCY),
    "dependency.edited": Verb(reads="changed", permission=P.REQUEST_DEPENDENCY),
    "dependency.removed": Verb(reads="removed", permission=P.REQUEST_DEPENDENCY),
    "dependency.requested": Verb(reads="asked for", permission=P.ACCEPT_DEPENDENCY),
    "dependency.answered": Verb(reads="answered", permission=P.ANSWER_DEPENDENCY),
    "dependency.accepted": Verb(reads="accepted", permission=P.ACCEPT_DEPENDENCY),
    "dependency.returned": Verb(reads="sent back", permission=P.ACCEPT_DEPENDENCY),
    "dependency.dropped": Verb(reads="no longer needs", permission=P.ACCEPT_DEPENDENCY),
    **_made("comment", P.COMMENT),
    **_made("proposal", P.DRAFT_PLAN),
    "proposal.created": Verb(reads="drafted", permission=P.DRAFT_PLAN),
    "proposal.withdrawn": Verb(reads="withdrew", permission=P.DRAFT_PLAN),
    **_made("proposal_part", P.DRAFT_PLAN),
    "proposal_part.created": Verb(reads="proposed", permission=P.DRAFT_PLAN),
    "proposal_part.edited": Verb(reads="changed", permission=P.PLACE_STORY),
    "proposal_part.accepted": Verb(reads="accepted", permission=P.PLACE_STORY),
    "proposal_part.declined": Verb(reads="declined", permission=P.PLACE_STORY),
    **_made("scenario", P.ASK_WHAT_IF),
    "scenario.answered": Verb(reads="worked out", permission=P.ASK_WHAT_IF, undoable=False),
    **{
        f"{noun}.imported": Verb(reads="brought in from a file", permission=P.IMPORT_WORK)
        for noun in (
            "team",
            "pi",
            "iteration",
            "milestone",
            "theme",
            "feature",
            "target",
            "story",
            "task",
            "dependency",
        )
    },
}
