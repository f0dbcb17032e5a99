"""Identifiers of work items, and the ones named in the text of an item."""

import hashlib
import re
from dataclasses import dataclass

KEY_LIMIT = 200
_ADDRESS = re.compile(
    r"https?://[^/\s]{1,200}/(?P<path>[^\s?#)]{1,300}?)/(?:-/)?"
    r"(?:issues|work_items|pull|merge_requests)/(?P<number>\d{1,12})/?"
)
# Every repetition below is bounded: the texts come from strangers, and an unbounded one takes quadratic time.
_REPOSITORY = r"[\w.-]{1,100}/[\w.-]{1,100}"
_REFERENCE = re.compile(rf"{_ADDRESS.pattern}|(?P<repo>{_REPOSITORY})?#(?P<local>\d{{1,12}})")
_LIST = r"(?:\s|,|;|&|and\b|\[[ xX]\]|[-*]){0,12}"
_ONE = rf"(?:https?://\S{{1,300}}?/\d{{1,12}}|(?:{_REPOSITORY})?#\d{{1,12}})"
_MANY = rf":?{_LIST}((?:{_ONE}{_LIST}){{1,50}})"
_WAITS = re.compile(rf"\b(?:is )?(?:blocked by|depends on|waits for)\b{_MANY}", re.IGNORECASE)
_HOLDS = re.compile(rf"\b(?:unblocks|blocks)(?: to)?\b{_MANY}", re.IGNORECASE)
_SECTION = re.compile(r"^#+\s*dependenc(?:y|ies)\s*$(.*?)(?=^#+\s|\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Named:
    """The items a text names as those it waits for, and those that wait for it."""

    waits_for: tuple[str, ...]
    holds: tuple[str, ...]


def key_of(text: str) -> str:
    """The short stable form of an identifier: an issue's address becomes ``owner/repository#357``."""
    cleaned = " ".join(text.split())
    found = _ADDRESS.fullmatch(cleaned)
    key = f"{found['path']}#{found['number']}" if found else cleaned
    return key if len(key) <= KEY_LIMIT else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def content_key(*parts: str) -> str:
    """The identifier of a row that has none: it stays the same as long as these parts do."""
    digest = hashlib.sha256("\x1f".join(" ".join(part.split()).casefold() for part in parts).encode())
    return f"content:{digest.hexdigest()[:32]}"


def named_in(text: str, own_key: str) -> Named:
    """What the text of the item `own_key` says it waits for or holds up.

    Read are "Blocked by #188, #109", "Blocks #285" and the references in a section headed "Dependencies".
    """
    lines = text.replace("\r\n", "\n")
    waits = [piece for found in _WAITS.finditer(lines) for piece in _keys(found[1], own_key)]
    waits += [piece for found in _SECTION.finditer(lines) for piece in _keys(found[1], own_key)]
    holds = [piece for found in _HOLDS.finditer(lines) for piece in _keys(found[1], own_key)]
    return Named(
        waits_for=tuple(dict.fromkeys(key for key in waits if key != own_key)),
        holds=tuple(dict.fromkeys(key for key in holds if key != own_key)),
    )


def _keys(text: str, own_key: str) -> list[str]:
    home = own_key.rpartition("#")[0]
    keys = []
    for found in _REFERENCE.finditer(text):
        if found["path"]:
            keys.append(f"{found['path']}#{found['number']}")
        else:
            keys.append(f"{found['repo'] or home}#{found['local']}")
    return keys
