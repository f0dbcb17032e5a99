"""The lists of a train as sheets, for CSV and Excel. Only reads."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from headway.engine.errors import Missing
from headway.features.capacity.queries import capacity_table
from headway.kit.access import Actor
from headway.store.models import (
    Dependency,
    Entry,
    Feature,
    Increment,
    Iteration,
    Membership,
    Person,
    Story,
    Team,
)

from .policies import require_export
from .writing import Cell, Sheet

JOURNAL_LIMIT = 100_000
"""Newest entries in the journal's sheet; the whole journal is in the document of the train."""

_ORIGIN = ("Train", "Version")
"""Where a row comes from and how it was then: by these a list that comes back knows its own."""


def sheet_of(actor: Actor, name: str) -> Sheet:
    """One list of the train.

    Raises:
        Forbidden: the actor may not see the train.
        Missing: there is no such list.
    """
    require_export(actor)
    if name not in LISTS:
        raise Missing(f"There is no list {name!r}. There are: {', '.join(LISTS)}.", code="list_missing")
    return LISTS[name](actor)


def all_sheets(actor: Actor) -> Iterator[Sheet]:
    """Every list of the train, for one workbook."""
    require_export(actor)
    for make in LISTS.values():
        yield make(actor)


def _features(actor: Actor) -> Sheet:
    rows = Feature.objects.filter(train_id=actor.train_id).select_related("theme", "team", "owner")
    targets: dict[int, list[str]] = {}
    for feature_id, pi in Feature.objects.filter(train_id=actor.train_id, targets__isnull=False).values_list(
        "pk", "targets__pi__name"
    ):
        targets.setdefault(feature_id, []).append(pi)
    return Sheet(
        name="Features",
        headings=(
            "Number",
            "Title",
            "Theme",
            "Type",
            "Enabler kind",
            "State",
            "Team",
            "Owner",
            "Size",
            "User value",
            "Time criticality",
            "Risk or opportunity",
            "Job size",
            "PIs",
            "Acceptance criteria",
            "Benefit hypothesis",
            "Description",
            "Source",
            "Identifier",
            *_ORIGIN,
        ),
        rows=[
            (
                row.number,
                row.title,
                _name(row.theme),
                row.get_type_display(),
                row.get_enabler_kind_display(),
                row.get_state_display(),
                _name(row.team),
                _name(row.owner),
                row.size,
                row.user_value,
                row.time_criticality,
                row.risk_opportunity,
                row.job_size,
                ", ".join(targets.get(row.pk, [])),
                row.acceptance_criteria,
                row.benefit_hypothesis,
                row.description,
                row.source,
                row.external_id,
                actor.train_slug,
                row.version,
            )
            for row in rows
        ],
    )


def _stories(actor: Actor) -> Sheet:
    rows = Story.objects.filter(train_id=actor.train_id).select_related("feature", "team", "pi", "iteration")
    return Sheet(
        name="Stories",
        headings=(
            "Number",
            "Title",
            "Feature number",
            "Feature",
            "Team",
            "PI",
            "Iteration",
            "Points",
            "State",
            "Blocked",
            "Type",
            "Enabler kind",
            "Acceptance criteria",
            "Description",
            "Source",
            "Identifier",
            *_ORIGIN,
        ),
        rows=[
            (
                row.number,
                row.title,
                row.feature.number if row.feature else None,
                row.feature.title if row.feature else None,
                _name(row.team),
                _name(row.pi),
                _name(row.iteration),
                row.points,
                row.get_state_display(),
                row.blocked,
                row.get_type_display(),
                row.get_enabler_kind_display(),
                row.acceptance_criteria,
                row.description,
                row.source,
                row.external_id,
                actor.train_slug,
                row.version,
            )
            for row in rows
        ],
    )


def _dependencies(actor: Actor) -> Sheet:
    rows = Dependency.objects.filter(train_id=actor.train_id).select_related(
        "consumer_team",
        "provider_team",
        "consumer_story",
        "provider_story",
        "consumer_feature",
        "provider_feature",
        "needed_by__pi",
        "committed_by__pi",
        "owner",
    )
    return Sheet(
        name="Dependencies",
        headings=(
            "Number",
            "Needs",
            "Type",
            "State",
            "Consumer",
            "Consumer item",
            "Provider",
            "Provider item",
            "Needed by",
            "Committed by",
            "Owner",
            "Note",
        ),
        rows=[
            (
                row.number,
                row.needs,
                row.get_type_display(),
                row.get_state_display(),
                row.consumer_team.name,
                _item(row.consumer_story or row.consumer_feature),
                row.provider_team.name,
                _item(row.provider_story or row.provider_feature),
                _when(row.needed_by),
                _when(row.committed_by),
                _name(row.owner),
                row.note,
            )
            for row in rows
        ],
    )


def _teams(actor: Actor) -> Sheet:
    rows = Team.objects.filter(train_id=actor.train_id)
    return Sheet(
        name="Teams",
        headings=("Name", "Address", "External", "Mission", "Contact"),
        rows=[(row.name, row.slug, row.external, row.mission, row.contact) for row in rows],
    )


def _people(actor: Actor) -> Sheet:
    """A line a membership; people in no team have one too."""
    members: dict[int, list[Membership]] = {}
    for membership in Membership.objects.filter(train_id=actor.train_id).select_related("team"):
        members.setdefault(membership.person_id, []).append(membership)
    rows: list[tuple[Cell, ...]] = []
    for person in Person.objects.filter(train_id=actor.train_id).prefetch_related("roles"):
        roles = ", ".join(str(role) for role in person.roles.all())
        told: tuple[Cell, ...] = (person.name, person.email, roles, person.country, person.region)
        for each in members.get(person.pk, []):
            part = (each.team.name, each.get_role_display(), each.get_specialty_display(), each.share)
            rows.append((*told, *part, each.starts_on, each.ends_on))
        if person.pk not in members:
            rows.append((*told, None, None, None, None, None, None))
    return Sheet(
        name="People",
        headings=(
            "Name",
            "E-mail",
            "Roles on the train",
            "Country",
            "Region",
            "Team",
            "Role in the team",
            "Specialty",
            "Share in %",
            "From",
            "Until",
        ),
        rows=rows,
    )


def _capacity(actor: Actor) -> Sheet:
    """A line a team and iteration, with load and capacity in points."""
    teams = dict(Team.objects.filter(train_id=actor.train_id).values_list("pk", "name"))
    iterations = {each.pk: each for each in Iteration.objects.filter(train_id=actor.train_id).select_related("pi")}
    rows: list[tuple[Cell, ...]] = []
    for pi in Increment.objects.filter(train_id=actor.train_id):
        for (team_id, iteration_id), cell in capacity_table(actor, pi).items():
            iteration = iterations[iteration_id]
            rows.append(
                (
                    pi.name,
                    iteration.name,
                    iteration.starts_on,
                    iteration.ends_on,
                    teams[team_id],
                    float(cell.load),
                    float(cell.points),
                    float(cell.committable),
                    float(cell.capacity.person_days),
                    str(cell.capacity.rule).replace("_", " "),
                )
            )
    return Sheet(
        name="Capacity",
        headings=(
            "PI",
            "Iteration",
            "From",
            "Until",
            "Team",
            "Load in points",
            "Capacity in points",
            "May be committed",
            "Person-days",
            "Rule",
        ),
        rows=rows,
    )


def _journal(actor: Actor) -> Sheet:
    rows = Entry.objects.filter(train_id=actor.train_id).order_by("-number")[:JOURNAL_LIMIT]
    return Sheet(
        name="Journal",
        headings=("Number", "When (UTC)", "Who", "Verb", "Kind", "Title", "What changed"),
        rows=[
            (
                row.number,
                row.at.isoformat(timespec="seconds"),
                row.actor_name,
                row.verb,
                row.kind,
                _titled(row.after or row.before or {}),
                _changed(row),
            )
            for row in rows.iterator()
        ],
    )


def _titled(portrait: Mapping[str, Any]) -> str:
    found = (portrait.get(column) for column in ("title", "name", "needs", "text"))
    return next((str(value) for value in found if value), "")


def _changed(entry: Entry) -> str:
    if not entry.before or not entry.after:
        return ""
    parts = (f"{column}: {value!r} → {entry.after.get(column)!r}" for column, value in entry.before.items())
    return "; ".join(parts)[:2000]


def _name(row: Any) -> str | None:
    return row.name if row is not None else None


def _item(row: Story | Feature | None) -> str | None:
    return f"{row.number} {row.title}" if row is not None else None


def _when(iteration: Iteration | None) -> str | None:
    return f"{iteration.pi.name} {iteration.name}" if iteration is not None else None


LISTS: Mapping[str, Callable[[Actor], Sheet]] = {
    "features": _features,
    "stories": _stories,
    "dependencies": _dependencies,
    "teams": _teams,
    "people": _people,
    "capacity": _capacity,
    "journal": _journal,
}
"""Every list by the name in its address."""
