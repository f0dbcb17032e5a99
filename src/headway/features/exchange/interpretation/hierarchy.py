"""Levels of items, who is whose parent, and chains that bite their own tail."""

from collections.abc import Iterable
from dataclasses import replace

from ..headings import Field
from . import words
from .findings import Findings
from .items import Item
from .options import EpicLevel, Level, Options


class Hierarchy:
    """The items of a file with their levels and parents."""

    def __init__(self, items: Iterable[Item], parents: dict[str, str]) -> None:
        self.items = {item.key: item for item in items}
        self._parents = parents

    def above(self, key: str, level: Level) -> Item | None:
        """The nearest ancestor on exactly this level."""
        while (parent := self._parents.get(key)) is not None:
            item = self.items[parent]
            if item.level is level:
                return item
            key = parent
        return None

    def nearest(self, key: str, level: Level) -> Item | None:
        """The item itself or the nearest ancestor on at least this level."""
        item = self.items.get(key)
        while item is not None and item.level < level:
            parent = self._parents.get(item.key)
            item = self.items[parent] if parent is not None else None
        return item


def arrange(items: list[Item], source: str, options: Options, findings: Findings) -> Hierarchy:
    """Give every item its level, leave out what is no work, and refuse the rows of parent cycles."""
    items = [_levelled(item, source, _epics(items, options), options, findings) for item in items]
    items = [item for item in items if item.level is not Level.LEFT_OUT]
    names = _names(items)
    parents = {item.key: parent for item in items if (parent := _parent(item, names, findings)) is not None}
    looped = _looped(parents)
    for item in items:
        if item.key in looped:
            _refuse_loop(item, parents, findings)
    kept = [item for item in items if item.key not in looped]
    for item in kept:
        if parents.get(item.key) in looped:
            findings.note(item.row, Field.PARENT, parents.pop(item.key), "Its parent was refused; it comes in alone.")
    hierarchy = Hierarchy(kept, {child: parent for child, parent in parents.items() if child not in looped})
    return Hierarchy((_with_home(item, hierarchy) for item in kept), hierarchy._parents)


def _epics(items: list[Item], options: Options) -> EpicLevel:
    if options.epics is not EpicLevel.AUTO:
        return options.epics
    return EpicLevel.THEME if any(words.is_feature(item.kind) for item in items) else EpicLevel.FEATURE


def _levelled(item: Item, source: str, epics: EpicLevel, options: Options, findings: Findings) -> Item:
    level = options.levels.get(item.kind.casefold())
    if level is None:
        tasks = Level.TASK if source == "azure" else Level.STORY
        level = words.level_of(item.kind, epics=epics, tasks=tasks) if item.kind else Level.STORY
    if level is None:
        findings.note_once(
            item.row,
            Field.KIND,
            item.kind,
            f"The type {item.kind!r} is not known; its items come in as stories.",
        )
        level = Level.STORY
    if item.stage == words.GONE and level is not Level.LEFT_OUT:
        findings.note(item.row, Field.STATE, item.title, "The item was cancelled or removed; it is left out.")
        level = Level.LEFT_OUT
    elif level is Level.LEFT_OUT:
        findings.note(item.row, Field.KIND, item.kind, f"Items of the type {item.kind!r} are left out.")
    return replace(item, level=level)


def _names(items: list[Item]) -> dict[str, str]:
    """Every key and alias with the key it leads to; keys go before aliases."""
    names = {alias: item.key for item in items for alias in item.aliases}
    names.update({item.key: item.key for item in items})
    return names


def _parent(item: Item, names: dict[str, str], findings: Findings) -> str | None:
    found = next((names[parent] for parent in item.parents if parent in names), None)
    if found is None and item.parents and not item.group:
        findings.note(
            item.row,
            Field.PARENT,
            item.parents[0],
            f"The parent {item.parents[0]!r} is not in this file; "
            "if it came with an earlier one, the link to it is kept.",
        )
    return found


def _looped(parents: dict[str, str]) -> set[str]:
    """The keys that are their own ancestor."""
    looped: set[str] = set()
    settled: set[str] = set()
    for start in parents:
        walk: list[str] = []
        at: str | None = start
        while at is not None and at not in settled and at not in walk:
            walk.append(at)
            at = parents.get(at)
        if at in walk:
            looped.update(walk[walk.index(at) :])
        settled.update(walk)
    return looped


def _refuse_loop(item: Item, parents: dict[str, str], findings: Findings) -> None:
    chain = [item.key]
    while (following := parents[chain[-1]]) != item.key and len(chain) < 10:
        chain.append(following)
    findings.error(
        item.row,
        Field.PARENT,
        parents[item.key],
        f"Its chain of parents comes back to itself: {' → '.join([*chain, item.key])}. Remove one of these parents.",
    )


def _with_home(item: Item, hierarchy: Hierarchy) -> Item:
    """A task without a story above it becomes a story, because a task is a step within one."""
    if item.level is Level.TASK and hierarchy.above(item.key, Level.STORY) is None:
        return replace(item, level=Level.STORY)
    return item
