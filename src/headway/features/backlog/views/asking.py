"""What the pages of the backlog read from a request."""

from typing import Any

from django.http import HttpRequest

NOT_A_FILTER = ("panel", "page", "sort", "pi")


def own_query(request: HttpRequest) -> Any:
    """The query without what does not filter the list."""
    data = request.GET.copy()
    for name in NOT_A_FILTER:
        data.pop(name, None)
    return data


def number_in(text: str) -> int | None:
    """A number typed into an address, None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
