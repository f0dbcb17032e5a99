"""Release plans: a row is a feature aimed at a PI, with what became of it. And calendars of releases."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from ..headings import Field, Mapping
from ..reading import Row, Table
from . import cells
from .calendar import Calendar, Wish, lay_out
from .findings import Findings
from .items import NAME_LIMIT, TITLE_LIMIT, Stretch
from .options import KnownPi, Options
from .paths import Place, natural
from .plan import FeatureValue, ImportPlan, MilestoneValue, PiValue, TargetValue, TeamValue
from .references import key_of

_NOTE_LIMIT = 500
_LAST_STAGES = frozenset({"stable", "ga", "done", "released", "implemented", "removed"})
_COMMON_SHARE = 0.8


@dataclass(frozen=True, kw_only=True)
class _Aim:
    """One row: a feature aimed at a PI."""

    row: int
    feature: str
    title: str
    pi: str
    team: str
    planned: bool
    outcome: str
    final: bool
    note: str


def interpret_release_plan(table: Table, mapping: Mapping, options: Options) -> ImportPlan:
    """Releases become PIs, owners teams, and each row a target of its feature."""
    findings = Findings(mapping)
    aims = _aims(table, mapping, findings)
    wishes = [Wish(row=aim.row, place=Place(pi=aim.pi)) for aim in aims]
    calendar = lay_out(wishes, _ending_before_today(aims, options), findings)
    decided = {aim.pi for aim in aims if aim.outcome}
    return ImportPlan(
        format=mapping.format,
        source=mapping.source,
        rows=len(table.rows),
        teams=tuple(TeamValue(name=name, rows=count) for name, count in Counter(a.team for a in aims).items() if name),
        pis=_closed(calendar, decided, options.today),
        decided_pis=tuple(sorted(decided, key=natural)),
        iterations=calendar.iterations,
        features=_features(aims),
        targets=tuple(_target(aim) for aim in aims),
        problems=findings.all(),
        unused_columns=mapping.unused(),
    )


def interpret_release_calendar(table: Table, mapping: Mapping, options: Options) -> ImportPlan:
    """A row is a PI with its first and last day; further date columns become milestones."""
    findings = Findings(mapping)
    wishes: list[Wish] = []
    milestones: list[MilestoneValue] = []
    for row in table.rows:
        name = mapping.cell(row, Field.PI)
        read = _dates(row, mapping, findings)
        starts_on, ends_on = read(Field.PI_START), read(Field.PI_END)
        if not name or len(name) > NAME_LIMIT or starts_on is None or ends_on is None or ends_on < starts_on:
            findings.error(
                row.number,
                Field.PI_END,
                mapping.cell(row, Field.PI_END),
                f"A PI needs a name of up to {NAME_LIMIT} characters, a first and a later last day.",
            )
            continue
        days = Stretch(starts_on=starts_on, ends_on=ends_on)
        wishes.append(Wish(row=row.number, place=Place(pi=name), pi_days=days))
        milestones += _milestones(row, name, mapping, findings)
    calendar = lay_out(wishes, options, findings)
    return ImportPlan(
        format=mapping.format,
        source=mapping.source,
        rows=len(table.rows),
        pis=calendar.pis,
        iterations=calendar.iterations,
        milestones=tuple(milestones),
        problems=findings.all(),
        unused_columns=mapping.unused(),
    )


def known_pis(plan: ImportPlan) -> tuple[KnownPi, ...]:
    """The PIs of a release calendar, to lay a release plan on."""
    return tuple(KnownPi(name=pi.name, number=pi.number, starts_on=pi.starts_on, ends_on=pi.ends_on) for pi in plan.pis)


def _aims(table: Table, mapping: Mapping, findings: Findings) -> list[_Aim]:
    aims: dict[tuple[str, str], _Aim] = {}
    for row in table.rows:
        aim = _aim(row, mapping, findings)
        if aim is None:
            continue
        earlier = aims.get((aim.feature, aim.pi))
        if earlier is None:
            aims[aim.feature, aim.pi] = aim
        else:
            findings.error(
                row.number,
                Field.ID,
                aim.feature,
                f"Row {earlier.row} already aims {aim.feature} at {aim.pi}. Remove one of the two rows.",
            )
    return _one_name_per_team(list(aims.values()), findings)


def _aim(row: Row, mapping: Mapping, findings: Findings) -> _Aim | None:
    feature, pi = key_of(mapping.cell(row, Field.ID)), mapping.cell(row, Field.PI)
    title = " ".join(mapping.cell(row, Field.TITLE).split())
    for field, value in ((Field.ID, feature), (Field.PI, pi), (Field.TITLE, title)):
        if not value:
            findings.error(row.number, field, "", "The cell is empty; every row needs it. Fill it or remove the row.")
            return None
    if len(pi) > NAME_LIMIT:
        findings.error(row.number, Field.PI, pi, f"The name is longer than {NAME_LIMIT} characters. Shorten it.")
        return None
    planned = _flag(row, mapping, Field.PLANNED, findings)
    landed = _flag(row, mapping, Field.LANDED, findings) if mapping.cell(row, Field.LANDED) else None
    if row.number in findings.refused:
        return None
    stage = mapping.cell(row, Field.STAGE)
    return _Aim(
        row=row.number,
        feature=feature,
        title=title[:TITLE_LIMIT],
        pi=pi,
        team=mapping.cell(row, Field.TEAM)[:NAME_LIMIT],
        planned=planned,
        outcome=_outcome(planned, landed),
        final=not stage or stage.casefold() in _LAST_STAGES,
        note=_note(row, mapping),
    )


def _flag(row: Row, mapping: Mapping, field: Field, findings: Findings) -> bool:
    text = mapping.cell(row, field)
    try:
        return cells.yes(text)
    except ValueError as error:
        findings.error(row.number, field, text, str(error))
        return False


def _outcome(planned: bool, landed: bool | None) -> str:
    """Landed as recorded; else missed if it was in the plan, and dropped if it never was."""
    if landed is None:
        return ""
    if landed:
        return "landed"
    return "missed" if planned else "dropped"


def _note(row: Row, mapping: Mapping) -> str:
    own = mapping.cell(row, Field.TEAM)
    others = [
        name
        for name in mapping.cell(row, Field.PARTICIPANTS).replace(",", "|").split("|")
        if name.strip() and name != own
    ]
    parts = [
        f"With {', '.join(others)}" if others else "",
        f"Stage {stage}" if (stage := mapping.cell(row, Field.STAGE)) else "",
        f"Moved to {moved}" if (moved := mapping.cell(row, Field.MOVED_TO)) else "",
        *mapping.cells(row, Field.NOTE),
    ]
    return ". ".join(part for part in parts if part)[:_NOTE_LIMIT]


def _one_name_per_team(aims: list[_Aim], findings: Findings) -> list[_Aim]:
    """A name without the prefix all others carry ("api-machinery", "sig-api-machinery") is the same."""
    names = Counter(aim.team for aim in aims if aim.team)
    prefixes = Counter(name.partition("-")[0] for name in names if "-" in name)
    prefix, count = prefixes.most_common(1)[0] if prefixes else ("", 0)
    if count < len(names) * _COMMON_SHARE:
        return aims
    alias = {name: f"{prefix}-{name}" for name in names if f"{prefix}-{name}" in names}
    for aim in aims:
        if aim.team in alias:
            findings.note(aim.row, Field.TEAM, aim.team, f"Taken as {alias[aim.team]}, the name the other rows use.")
    return [replace(aim, team=alias.get(aim.team, aim.team)) for aim in aims]


def _features(aims: Iterable[_Aim]) -> tuple[FeatureValue, ...]:
    """Each feature once, as its last release tells it."""
    by_feature: dict[str, list[_Aim]] = {}
    for aim in aims:
        by_feature.setdefault(aim.feature, []).append(aim)
    shared = _shared_titles(by_feature)
    found = []
    for key, rows in by_feature.items():
        rows.sort(key=lambda aim: natural(aim.pi))
        titles = [aim.title for aim in rows if aim.title.casefold() not in shared]
        titles = titles or [f"{rows[-1].title[: TITLE_LIMIT - len(key) - 3]} ({key})"]
        teams = [aim.team for aim in rows if aim.team]
        found.append(
            FeatureValue(
                key=key,
                row=rows[0].row,
                title=titles[-1],
                team=teams[-1] if teams else None,
                state=_state(rows),
            )
        )
    return tuple(found)


def _shared_titles(by_feature: dict[str, list[_Aim]]) -> set[str]:
    """Titles several features carry ("KEP Template"); they say less than a title of one's own."""
    carried = Counter(title for rows in by_feature.values() for title in {aim.title.casefold() for aim in rows})
    return {title for title, count in carried.items() if count > 1}


def _state(rows: list[_Aim]) -> str:
    last = rows[-1]
    if last.outcome == "landed":
        return "done" if last.final else "in_progress"
    return "in_progress" if any(aim.outcome == "landed" for aim in rows) else "planned"


def _target(aim: _Aim) -> TargetValue:
    return TargetValue(
        key=f"{aim.feature}@{aim.pi}"[:200],
        row=aim.row,
        feature=aim.feature,
        pi=aim.pi,
        planned=aim.planned,
        outcome=aim.outcome,
        note=aim.note,
    )


def _closed(calendar: Calendar, decided: set[str], today: date) -> tuple[PiValue, ...]:
    return tuple(replace(pi, closed=pi.name in decided and pi.ends_on < today) for pi in calendar.pis)


def _ending_before_today(aims: list[_Aim], options: Options) -> Options:
    """Releases without dates but with outcomes lie behind us: lay them out so that the last has ended."""
    if options.first_day or options.calendar or not aims or not all(aim.outcome for aim in aims):
        return options
    weeks = options.iteration_weeks * options.iterations_per_pi + options.ip_weeks
    releases = len({aim.pi for aim in aims})
    monday = options.today.toordinal() - options.today.weekday()
    return replace(options, first_day=date.fromordinal(monday - 7 * weeks * releases))


def _dates(row: Row, mapping: Mapping, findings: Findings) -> Callable[[Field], date | None]:
    def read(field: Field) -> date | None:
        text = mapping.cell(row, field)
        try:
            return cells.date_of(text) if text else None
        except ValueError as error:
            findings.error(row.number, field, text, str(error))
            return None

    return read


def _milestones(row: Row, pi: str, mapping: Mapping, findings: Findings) -> list[MilestoneValue]:
    found = []
    for at in mapping.columns.get(Field.MILESTONE, ()):
        text = row.cells[at].strip()
        if not text:
            continue
        name = mapping.headings[at].casefold().removesuffix("_utc").replace("_", " ").capitalize()
        try:
            found.append(MilestoneValue(pi=pi, name=f"{pi}: {name}"[:120], on=cells.date_of(text)))
        except ValueError as error:
            findings.note(row.number, Field.MILESTONE, text, str(error))
    return found
