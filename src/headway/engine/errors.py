"""The one error tree of Headway.

Every error carries a sentence for the person who caused it (what is wrong, the value, the way out), a stable
``code`` for programs, and ``data`` with the details. The doors (pages, API, command line) translate the five
kinds into HTTP statuses, form errors and exit codes; nothing else in the house needs to know about those.
"""

from typing import Any


class HeadwayError(Exception):
    """Something the caller can put right; ``str(error)`` is the sentence to show."""

    def __init__(self, message: str, *, code: str, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Missing(HeadwayError):
    """What was asked for does not exist, or not for this person."""


class Forbidden(HeadwayError):
    """The person may not do this; the sentence says who may."""


class Conflict(HeadwayError):
    """Somebody else changed the same thing first; ``data['present']`` is its present state."""


class Invalid(HeadwayError):
    """A value is out of its bounds; ``data`` may name the ``field`` and the ``value``."""


class Locked(HeadwayError):
    """The state of the thing does not allow this now (a closed PI, a frozen baseline)."""
