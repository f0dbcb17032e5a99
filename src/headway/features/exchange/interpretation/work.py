"""Work items of a tracker, put together into a plan."""

from collections import Counter
from dataclasses import dataclass, field

from ..headings import Field, Mapping
from ..reading import Table
from . import words
from .calendar import Calendar, Wish, lay_out
from .findings import Findings
from .hierarchy import Hierarchy, arrange
from .items import Item, read_items
from .options import Level, Options
from .paths import Place, places_of_paths, teams_of_areas, without_team
from .plan import (
    DependencyValue,
    FeatureValue,
    ImportPlan,
    StoryValue,
    TargetValue,
    TaskValue,
    TeamValue,
    ThemeValue,
)
from .references import KEY_LIMIT, content_key

_THEME_NAME = 120
_STARTED = ("in_progress", "validating", "done")


def interpret_work(table: Table, mapping: Mapping, options: Options) -> ImportPlan:
    """The plan of a table in which a row is a work item."""
    findings = Findings(mapping)
    hierarchy = arrange(read_items(table, mapping, options, findings), mapping.source, options, findings)
    items = list(hierarchy.items.values())
    teams = _teams(items, options)
    places = _places(items, teams)
    calendar = lay_out(
        [
            Wish(
                row=item.row,
                place=places[item.key],
                iteration_days=item.iteration_days,
                pi_days=item.pi_days,
            )
            for item in items
        ],
        options,
        findings,
    )
    for item in items:
        if item.due is not None and places[item.key] == Place():
            places[item.key] = calendar.place_on(item.due)
    assembly = _Assembly(hierarchy=hierarchy, teams=teams, places=places, calendar=calendar, findings=findings)
    assembly.build()
    return ImportPlan(
        format=mapping.format,
        source=mapping.source,
        rows=len(table.rows),
        teams=tuple(TeamValue(name=name, rows=count) for name, count in Counter(filter(None, teams.values())).items()),
        pis=calendar.pis,
        iterations=calendar.iterations,
        themes=tuple(assembly.themes.values()),
        features=tuple(assembly.features.values()),
        stories=tuple(assembly.stories),
        tasks=tuple(assembly.tasks),
        targets=tuple(assembly.targets),
        dependencies=_dependencies(hierarchy, findings),
        problems=findings.all(),
        unused_columns=mapping.unused(),
    )


def _teams(items: list[Item], options: Options) -> dict[str, str | None]:
    """The team of each item by key: named, by its area, or the default."""
    areas = teams_of_areas(item.area for item in items if item.area)
    return {item.key: item.team or areas.get(item.area) or options.default_team or None for item in items}


def _places(items: list[Item], teams: dict[str, str | None]) -> dict[str, Place]:
    """Where each item stands on the calendar; a PI column goes before one read from the iteration's name."""
    names = {item.key: without_team(item.iteration, teams[item.key]) for item in items if item.iteration}
    read = places_of_paths(names.values())
    places = {}
    for item in items:
        place = read.get(names.get(item.key, ""), Place())
        places[item.key] = Place(pi=item.pi or place.pi, iteration=place.iteration)
    return places


@dataclass(kw_only=True)
class _Assembly:
    """Collects the values of a plan, item after item."""

    hierarchy: Hierarchy
    teams: dict[str, str | None]
    places: dict[str, Place]
    calendar: Calendar
    findings: Findings
    themes: dict[str, ThemeValue] = field(default_factory=dict)
    features: dict[str, FeatureValue] = field(default_factory=dict)
    stories: list[StoryValue] = field(default_factory=list)
    tasks: list[TaskValue] = field(default_factory=list)
    targets: list[TargetValue] = field(default_factory=list)
    _theme_by_name: dict[str, str] = field(default_factory=dict)
    _theme_of_row: dict[str, str] = field(default_factory=dict)
    _feature_by_title: dict[str, str] = field(default_factory=dict)

    def build(self) -> None:
        """Themes first, tasks last, so that everything finds what is above it."""
        by_level: dict[Level, list[Item]] = {level: [] for level in Level}
        for item in self.hierarchy.items.values():
            by_level[item.level].append(item)
        for item in by_level[Level.THEME]:
            self._theme_of_row[item.key] = self._theme(item.title, item.key, item.row, item.description)
        for item in by_level[Level.FEATURE]:
            self._add_feature(item)
        for item in by_level[Level.STORY]:
            self._add_story(item)
        for item in by_level[Level.TASK]:
            self._add_task(item)

    def _theme(self, name: str, key: str, row: int, description: str = "") -> str:
        """The key of the theme of that name; a train has each name once."""
        name = name if len(name) <= _THEME_NAME else name[: _THEME_NAME - 1] + "…"
        held = self._theme_by_name.setdefault(name.casefold(), key)
        if held == key:
            self.themes[key] = ThemeValue(key=key, row=row, name=name, description=description[:4000])
        else:
            self.findings.note(row, Field.TITLE, name, "A theme of this name exists already; they become one.")
        return held

    def _theme_above(self, item: Item) -> str | None:
        above = self.hierarchy.above(item.key, Level.THEME)
        if above is not None:
            return self._theme_of_row[above.key]
        return self._named_theme(item)

    def _named_theme(self, item: Item) -> str | None:
        if not item.theme:
            return None
        key = self._theme_by_name.get(item.theme.casefold())
        return key or self._theme(item.theme, f"theme:{item.theme.casefold()}"[:200], item.row)

    def _add_feature(self, item: Item) -> None:
        place = self.calendar.settle(self.places[item.key])
        self._feature_by_title.setdefault(item.title.casefold(), item.key)
        stage = "planned" if place.pi and item.stage not in _STARTED else item.stage
        self.features[item.key] = FeatureValue(
            key=item.key,
            row=item.row,
            title=item.title,
            description=item.description,
            acceptance=item.acceptance,
            theme=self._theme_above(item) or self._outside(item),
            team=self.teams[item.key],
            state=stage,
            enabler_kind=words.enabler_kind_of(item.kind),
            size=item.points,
        )
        if place.pi:
            self.targets.append(
                TargetValue(
                    key=f"{item.key}@{place.pi}"[:200],
                    row=item.row,
                    feature=item.key,
                    pi=place.pi,
                    iteration=place.iteration,
                )
            )

    def _add_story(self, item: Item) -> None:
        place = self.calendar.settle(self.places[item.key])
        self.stories.append(
            StoryValue(
                key=item.key,
                row=item.row,
                title=item.title,
                description=item.description,
                acceptance=item.acceptance,
                feature=self._feature_of(item),
                team=self.teams[item.key],
                pi=place.pi,
                iteration=place.iteration,
                points=item.points,
                state=words.story_state(item.stage),
                blocked=item.blocked and item.stage != "done",
                enabler_kind=words.enabler_kind_of(item.kind),
            )
        )
        self._say_open_end(item)

    def _add_task(self, item: Item) -> None:
        story = self.hierarchy.above(item.key, Level.STORY)
        if story is not None:
            self.tasks.append(
                TaskValue(key=item.key, row=item.row, story=story.key, title=item.title, done=item.stage == "done")
            )

    def _feature_of(self, item: Item) -> str | None:
        """The feature above in the file, one known only by name (a milestone), or a parent elsewhere."""
        above = self.hierarchy.above(item.key, Level.FEATURE)
        if above is not None:
            return above.key
        if self.hierarchy.above(item.key, Level.THEME) is not None:
            self.findings.note(
                item.row,
                Field.PARENT,
                item.title,
                "It hangs directly below a theme; Headway keeps features in between, so the link is dropped.",
            )
            return None
        if not item.group:
            return self._outside(item)
        return self._group_feature(item)

    def _group_feature(self, item: Item) -> str:
        title = item.group[:240]
        parent = self._outside(item)
        key = item.group_key or parent or f"group:{title.casefold()}"[:200]
        key = self._feature_by_title.setdefault(title.casefold(), key)
        if key not in self.features:
            self.features[key] = FeatureValue(
                key=key,
                row=item.row,
                title=title,
                theme=self._named_theme(item),
                team=self.teams[item.key],
                state="in_progress" if item.stage in _STARTED else "funnel",
                derived=True,
            )
        return key

    def _outside(self, item: Item) -> str | None:
        """The parent an item names that is not in the file; an earlier file may have brought it."""
        return next((parent for parent in item.parents if parent not in self.hierarchy.items), None)

    def _say_open_end(self, item: Item) -> None:
        marked = [label for label in item.labels if label.casefold() in {"dependency", "dependencies"}]
        if marked and not item.waits_for:
            self.findings.note(
                item.row,
                Field.LABELS,
                marked[0],
                "The label says that there is a dependency, but the file does not name its other end. "
                "Draw it on the board.",
            )


def _dependencies(hierarchy: Hierarchy, findings: Findings) -> tuple[DependencyValue, ...]:
    """Who waits for whom, once each; ends on tasks move up to their stories."""
    names = {alias: item.key for item in hierarchy.items.values() for alias in item.aliases}
    found: dict[tuple[str, str], DependencyValue] = {}
    for item in hierarchy.items.values():
        pairs = [(item.key, names.get(other, other), Field.BLOCKED_BY) for other in item.waits_for]
        pairs += [(names.get(other, other), item.key, Field.BLOCKS) for other in item.holds]
        for consumer, provider, column in pairs:
            ends = (_end(hierarchy, consumer), _end(hierarchy, provider))
            if None in ends or ends[0] == ends[1]:
                findings.note(
                    item.row,
                    column,
                    provider if consumer == item.key else consumer,
                    "The link joins an item to itself or to a theme and is left out.",
                )
                continue
            key = f"{ends[0]}<{ends[1]}"
            found.setdefault(
                (str(ends[0]), str(ends[1])),
                DependencyValue(
                    key=key if len(key) <= KEY_LIMIT else content_key(key),
                    row=item.row,
                    column=column,
                    consumer=str(ends[0]),
                    provider=str(ends[1]),
                ),
            )
    return tuple(found.values())


def _end(hierarchy: Hierarchy, key: str) -> str | None:
    """The story or feature a link ends at; an item outside the file ends where it says."""
    if key not in hierarchy.items:
        return key
    item = hierarchy.nearest(key, Level.STORY)
    return None if item is None or item.level is Level.THEME else item.key
