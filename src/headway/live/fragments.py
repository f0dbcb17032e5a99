"""Pieces of page that a journal entry changes, rendered once and sent to everybody.

A feature registers a renderer in its ``fragments.py``. What it returns is put into the entry's message under
``fragments``; keys such as ``story:12`` replace the elements that carry ``data-fragment="story:12"``. A fragment
must look the same for everybody who may see the train.
"""

import logging
from collections.abc import Callable, Mapping

from headway.store.models import Entry

log = logging.getLogger(__name__)

Renderer = Callable[[Entry], Mapping[str, str]]

_renderers: dict[str, list[Renderer]] = {}


def renders(*kinds: str) -> Callable[[Renderer], Renderer]:
    """Register a renderer for entries about these kinds of thing."""

    def register(renderer: Renderer) -> Renderer:
        for kind in kinds:
            _renderers.setdefault(kind, []).append(renderer)
        return renderer

    return register


def fragments_of(entry: Entry) -> dict[str, str]:
    """All fragments that this entry changes."""
    found: dict[str, str] = {}
    for renderer in _renderers.get(entry.kind, ()):
        try:
            found.update(renderer(entry))
        except Exception:  # one entry that cannot be drawn must not end the stream of everybody who comes to it
            log.exception("Entry %s of train %s could not be drawn", entry.number, entry.train_id)
    return found
