"""A plan as rows of the store: which columns of which thing the file speaks about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..headings import Field
from ..interpretation import (
    DependencyValue,
    FeatureValue,
    ImportPlan,
    IterationValue,
    OwnValue,
    StoryValue,
    TargetValue,
)


@dataclass(frozen=True, kw_only=True)
class Ref:
    """A reference to another thing by its external identifier; it may be new in the same import."""

    kind: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One thing the file speaks about."""

    kind: str
    key: str
    row: int | None
    title: str
    values: Mapping[str, Any]
    """Columns an import keeps in step with the file; a Ref stands for the id of another thing."""
    at_first: Mapping[str, Any] = field(default_factory=dict)
    """Columns that are set when the thing is made and never again."""
    natural: tuple[Any, ...] = ()
    needs: tuple[Ref, ...] = ()
    """References without which the thing cannot be."""
    column: str = ""
    """The column to name in messages, where it is not the title."""
    number: int | None = None
    """The number by which a row of an exported list knows its thing."""
    version: int = 0
    """The version the thing had when it was exported."""


_STORY_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "description": (Field.DESCRIPTION,),
    "acceptance_criteria": (Field.ACCEPTANCE,),
    "state": (Field.STATE, Field.STATE_GROUP, Field.CLOSED),
    "points": (Field.POINTS,),
    "size": (Field.POINTS,),
    "blocked": (Field.BLOCKED, Field.LABELS, Field.STATE),
    "feature_id": (Field.PARENT, Field.GROUP, Field.TREE_TITLE),
    "theme_id": (Field.PARENT, Field.THEME, Field.TREE_TITLE),
    "pi_id": (Field.PI, Field.ITERATION, Field.DUE),
    "iteration_id": (Field.PI, Field.ITERATION, Field.DUE),
    "done": (Field.STATE, Field.STATE_GROUP, Field.CLOSED),
}
"""The meanings a column of a story, feature or task is read from; a file without them says nothing about it."""


def wanted_things(plan: ImportPlan) -> list[Wanted]:
    """Everything of a plan, each thing after those it refers to."""
    writer = _Writer(plan)
    return [*writer.containers(), *writer.backlog(), *writer.links(), *writer.closings()]


class _Writer:
    def __init__(self, plan: ImportPlan) -> None:
        self._plan = plan
        self._level = {
            **{feature.key: "feature" for feature in plan.features},
            **{story.key: "story" for story in plan.stories},
        }

    def containers(self) -> Iterator[Wanted]:
        """Teams, PIs, iterations, milestones: made when missing, never changed by an import."""
        for team in self._plan.teams:
            yield _made_once("team", team.name, {"name": team.name}, (team.name,))
        for pi in self._plan.pis:
            dates = {"starts_on": pi.starts_on, "ends_on": pi.ends_on}
            yield _made_once(
                "pi", pi.name, {"name": pi.name, "number": pi.number, "state": "planning", **dates}, (pi.name,)
            )
        for iteration in self._plan.iterations:
            yield _iteration(iteration)
        for milestone in self._plan.milestones:
            home = Ref(kind="pi", key=milestone.pi)
            values = {"pi_id": home, "name": milestone.name, "on": milestone.on}
            yield _made_once("milestone", milestone.name, values, (home, milestone.name))

    def backlog(self) -> Iterator[Wanted]:
        """Themes, features with their targets, stories and tasks."""
        yield from _own_names(self._plan.own)
        yield from map(_own, self._plan.own)
        for theme in self._plan.themes:
            yield Wanted(
                kind="theme",
                key=theme.key,
                row=theme.row,
                title=theme.name,
                values=self._spoken({"description": theme.description}) | {"name": theme.name},
                natural=(theme.name,),
            )
        for feature in self._plan.features:
            yield self._feature(feature)
        for target in self._plan.targets:
            yield self._target(target)
        for story in self._plan.stories:
            yield self._story(story)
        for position, task in enumerate(self._plan.tasks):
            story_ref = Ref(kind="story", key=task.story)
            yield Wanted(
                kind="task",
                key=task.key,
                row=task.row,
                title=task.title,
                values={"title": task.title, "story_id": story_ref} | self._spoken({"done": task.done}),
                at_first={"position": min(position, 30_000)},
                needs=(story_ref,),
            )

    def links(self) -> Iterator[Wanted]:
        """Dependencies; what their ends are is known only once the ends are."""
        for link in self._plan.dependencies:
            yield self._dependency(link)

    def closings(self) -> Iterator[Wanted]:
        """PIs whose outcomes the file gives; they are closed when they are over."""
        for name in self._plan.decided_pis:
            yield Wanted(kind="closing", key=name, row=None, title=name, values={"state": "closed"}, natural=(name,))

    def _spoken(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The columns the file says anything about."""
        fields = self._plan.fields
        return {
            column: value
            for column, value in values.items()
            if (self._plan.teams if column == "team_id" else fields.intersection(_STORY_FIELDS[column]))
        }

    def _feature(self, feature: FeatureValue) -> Wanted:
        own = {"team_id": _ref("team", feature.team), "state": feature.state}
        said = {
            "description": feature.description,
            "acceptance_criteria": feature.acceptance,
            "size": feature.size,
            **own,
        }
        theme = self._spoken({"theme_id": _ref("theme", feature.theme)})
        kept = theme if feature.derived else self._spoken(said) | theme
        return Wanted(
            kind="feature",
            key=feature.key,
            row=feature.row,
            title=feature.title,
            values={"title": feature.title, **kept},
            at_first={
                **(own if feature.derived else {}),
                "type": "enabler" if feature.enabler_kind else "feature",
                "enabler_kind": feature.enabler_kind,
                "source": self._plan.source,
                "external_id": feature.key,
            },
            natural=(self._plan.source, feature.key),
        )

    def _target(self, target: TargetValue) -> Wanted:
        feature, pi = Ref(kind="feature", key=target.feature), Ref(kind="pi", key=target.pi)
        values: dict[str, Any] = {"outcome": target.outcome, "note": target.note, "planned": target.planned}
        if target.iteration:
            values["iteration_id"] = Ref(kind="iteration", key=f"{target.pi}/{target.iteration}")
        spoken = values if self._plan.decided_pis or Field.PLANNED in self._plan.fields else {}
        return Wanted(
            kind="target",
            key=target.key,
            row=target.row,
            title=f"{target.feature} in {target.pi}",
            values=spoken,
            at_first={**values, "feature_id": feature, "pi_id": pi},
            natural=(feature, pi),
            needs=(feature, pi),
        )

    def _story(self, story: StoryValue) -> Wanted:
        iteration = f"{story.pi}/{story.iteration}" if story.iteration else None
        values = {
            "description": story.description,
            "acceptance_criteria": story.acceptance,
            "points": story.points,
            "state": story.state,
            "blocked": story.blocked,
            "feature_id": _ref("feature", story.feature),
            "team_id": _ref("team", story.team),
            "pi_id": _ref("pi", story.pi),
            "iteration_id": _ref("iteration", iteration),
        }
        return Wanted(
            kind="story",
            key=story.key,
            row=story.row,
            title=story.title,
            values={"title": story.title, **self._spoken(values)},
            at_first={
                "type": "enabler" if story.enabler_kind else "feature",
                "enabler_kind": story.enabler_kind,
                "source": self._plan.source,
                "external_id": story.key,
            },
            natural=(self._plan.source, story.key),
        )

    def _dependency(self, link: DependencyValue) -> Wanted:
        ends = {
            "consumer": Ref(kind=self._level.get(link.consumer, "item"), key=link.consumer),
            "provider": Ref(kind=self._level.get(link.provider, "item"), key=link.provider),
        }
        return Wanted(
            kind="dependency",
            key=link.key,
            row=link.row,
            title=f"{link.consumer} waits for {link.provider}",
            values={},
            at_first={**ends, "source": self._plan.source, "external_id": link.key},
            natural=(self._plan.source, link.key),
            needs=tuple(ends.values()),
            column=link.column,
        )


def _own_names(rows: Iterable[OwnValue]) -> Iterator[Wanted]:
    """Teams and themes an exported list names; made when missing."""
    named = {ref: None for row in rows for ref in row.names.values() if ref and ref[0] in ("team", "theme")}
    for kind, name in named:
        yield _made_once(kind, name, {"name": name}, (name,))


def _own(row: OwnValue) -> Wanted:
    names = {column: _ref(*ref) if ref else None for column, ref in row.names.items()}
    return Wanted(
        kind=row.kind,
        key=row.key,
        row=row.row,
        title=row.title,
        values={**row.columns, **names},
        at_first={"source": row.source, "external_id": row.external_id},
        natural=(row.source, row.external_id),
        number=row.number,
        version=row.version,
    )


def _made_once(kind: str, key: str, values: Mapping[str, Any], natural: tuple[Any, ...]) -> Wanted:
    return Wanted(kind=kind, key=key, row=None, title=key, values={}, at_first=values, natural=natural)


def _iteration(iteration: IterationValue) -> Wanted:
    pi = Ref(kind="pi", key=iteration.pi)
    values = {
        "pi_id": pi,
        "name": iteration.name,
        "starts_on": iteration.starts_on,
        "ends_on": iteration.ends_on,
        "is_ip": iteration.is_ip,
    }
    return _made_once("iteration", f"{iteration.pi}/{iteration.name}", values, (pi, iteration.name))


def _ref(kind: str, key: str | None) -> Ref | None:
    return None if key is None else Ref(kind=kind, key=key)
