"""Which known export a row of headings belongs to."""

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence

from .fields import Field
from .known import AZURE, FIRST_GUESS, FORMATS, JIRA, Format
from .mapping import MANUAL, Mapping

_CUSTOM = re.compile(r"(?:custom field|пользовательское поле|benutzerdefiniertes feld|campo personalizado) \((.*)\)")
_LINK = re.compile(
    r"(?P<way>inward issue link|outward issue link"
    r"|входящая связь задачи|внешняя ссылка на проблему|исходящая связь задачи) \((?P<kind>.*)\)"
)
_OUTWARD = ("outward", "внешняя", "исходящая")
_WAITS_OUTWARD = ("depend", "require", "зависи")
"""Kinds of links whose outward side waits ("depends on"); of the others it is the inward side."""
_HOLDS = ("block", "gantt", "depend", "require", "preced", "зависи", "блок")
_TREE = re.compile(r"title (\d+)")


def recognise(headings: Sequence[str]) -> Mapping:
    """The mapping of a known export, or a first guess with format ``manual`` for the mapping page."""
    names = tuple(headings)
    plain = tuple(_plain(name) for name in names)
    for known in FORMATS:
        columns = _columns(known, plain)
        if known.marks.intersection(plain) and all(columns.get(field) for field in known.needs):
            return Mapping(format=known.name, source=known.source, headings=names, columns=columns)
    return Mapping(format=MANUAL, source="file", headings=names, columns=_found(FIRST_GUESS, plain, single=True))


def _plain(heading: str) -> str:
    text = " ".join(heading.casefold().split())
    custom = _CUSTOM.fullmatch(text)
    return custom.group(1).strip() if custom else text


def _columns(known: Format, plain: tuple[str, ...]) -> dict[Field, tuple[int, ...]]:
    columns = _found(known.words, plain, single=False)
    if known is JIRA:
        columns.update(_link_columns(plain))
    if known is AZURE:
        levels = tuple(at for at, name in enumerate(plain) if _TREE.fullmatch(name))
        if levels:
            columns[Field.TREE_TITLE] = levels
        if not levels and Field.TITLE not in columns:
            return {}
    return columns


def _found(
    words: MappingType[Field, tuple[str, ...]], plain: tuple[str, ...], *, single: bool
) -> dict[Field, tuple[int, ...]]:
    """Columns by meaning, in the order of preference of the words; a column is given out once."""
    columns: dict[Field, tuple[int, ...]] = {}
    taken: set[int] = set()
    for field, alternatives in words.items():
        hits = [at for word in alternatives for at, name in enumerate(plain) if name == word and at not in taken]
        if single:
            hits = hits[:1]
        if hits:
            columns[field] = tuple(hits)
            taken.update(hits)
    return columns


def _link_columns(plain: tuple[str, ...]) -> dict[Field, tuple[int, ...]]:
    """Jira repeats a column per linked issue; its kind and side tell who waits for whom."""
    found: dict[Field, tuple[int, ...]] = {}
    for at, name in enumerate(plain):
        link = _LINK.fullmatch(name)
        if link is None or not link["kind"].startswith(_HOLDS):
            continue
        outward = link["way"].startswith(_OUTWARD)
        waits = outward == link["kind"].startswith(_WAITS_OUTWARD)
        field = Field.BLOCKED_BY if waits else Field.BLOCKS
        found[field] = (*found.get(field, ()), at)
    return found
