"""Reading drafts: the proposals of a PI with their parts, and the work that makes them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from headway.engine.errors import Missing
from headway.features.planner.moves import Move, moves_of, stale_moves
from headway.features.planner.policies import KIND, PARTS, may_answer, may_withdraw
from headway.kit import clock
from headway.kit.access import Actor, Permission, Verdict, require
from headway.store import jobs
from headway.store.change import missing
from headway.store.models import Feature, Increment, Iteration, Job, Proposal, ProposalPart, Story

SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class MoveLine:
    """A move as pages show it; ``stale`` says why it cannot be made any more."""

    move: Move
    story: Story | None
    at: str
    to: str
    stale: str

    @property
    def direction(self) -> str:
        """in, out, earlier or later."""
        if self.move.at is None or self.move.to is None:
            return "in" if self.move.to is not None else "out"
        return "earlier" if self.move.to < self.move.at else "later"


@dataclass(frozen=True, kw_only=True)
class LoadCell:
    """A team in an iteration before and after, in points."""

    iteration: str
    before: float
    after: float
    capacity: float
    committable: float

    @property
    def change(self) -> float:
        """Points more (or, negative, less) than before."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class PartLine:
    """A team's part: its moves, its load before and after, and whether the actor answers for it."""

    part: ProposalPart
    moves: list[MoveLine]
    loads: list[LoadCell]
    verdict: Verdict

    @property
    def stale(self) -> int:
        """How many of its moves cannot be made any more."""
        return sum(bool(each.stale) for each in self.moves)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A part of the objective before and after, with its unit and definition."""

    label: str
    before: float | None
    after: float
    unit: str
    means: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class FeatureLine:
    """A feature that comes in, goes out, or finishes in another iteration."""

    feature: Feature
    before: str
    after: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A proposal with all that its page says; the parts the actor answers for come first."""

    proposal: Proposal
    parts: list[PartLine]
    figures: list[Figure]
    features: list[FeatureLine]
    iterations: list[Iteration]
    withdrawable: Verdict


def increment(actor: Actor, number: int) -> Increment:
    """The PI with this number, or :class:`Missing`."""
    require(actor, Permission.VIEW_TRAIN)
    found = Increment.objects.filter(train_id=actor.train_id, number=number).first()
    if found is None:
        raise missing(Increment, number=number)
    return found


def increments(actor: Actor) -> list[Increment]:
    """The PIs that can be drafted, in order."""
    require(actor, Permission.VIEW_TRAIN)
    found = Increment.objects.filter(train_id=actor.train_id).exclude(state=Increment.State.CLOSED)
    return list(found.order_by("number"))


def can_be_planned(actor: Actor) -> set[int]:
    """The ids of the PIs with a development iteration that is not over."""
    require(actor, Permission.VIEW_TRAIN)
    left = Iteration.objects.filter(train_id=actor.train_id, is_ip=False, ends_on__gte=clock.today())
    return set(left.values_list("pi_id", flat=True))


def drafts(actor: Actor, limit: int = SHOWN) -> list[Job]:
    """The newest drafting jobs of the train."""
    require(actor, Permission.VIEW_TRAIN)
    return jobs.latest(actor, KIND, limit=limit)


def draft(actor: Actor, job_id: int) -> Job:
    """One drafting job of the train, or :class:`Missing`."""
    require(actor, Permission.VIEW_TRAIN)
    found = jobs.find(actor, job_id)
    if found.kind != KIND:
        raise Missing(f"Job {job_id} drafts no plan.", code="job_missing")
    return found


def proposals(actor: Actor, *, pi: int | None = None, state: str = "", limit: int = SHOWN) -> list[Proposal]:
    """The newest proposals with their parts, newest first."""
    require(actor, Permission.VIEW_TRAIN)
    found = Proposal.objects.filter(train_id=actor.train_id)
    if pi is not None:
        found = found.filter(pi__number=pi)
    if state:
        found = found.filter(state=state)
    parts = ProposalPart.objects.select_related("team").order_by("team__position", "team__name")
    rows = found.select_related("pi", "made_by").prefetch_related(Prefetch("parts", queryset=parts))
    return list(rows.order_by("-number")[:limit])


def proposal(actor: Actor, number: int) -> Proposal:
    """The proposal with this number and its parts, or :class:`Missing`."""
    require(actor, Permission.VIEW_TRAIN)
    parts = ProposalPart.objects.select_related("team", "proposal__pi").order_by("team__position", "team__name")
    rows = Proposal.objects.filter(train_id=actor.train_id, number=number)
    found = rows.select_related("pi", "made_by").prefetch_related(Prefetch("parts", queryset=parts)).first()
    if found is None:
        raise missing(Proposal, number=number)
    return found


def shown(actor: Actor, number: int) -> Shown:
    """A proposal as its page tells it."""
    row = proposal(actor, number)
    iterations = list(Iteration.objects.filter(pi=row.pi).order_by("number"))
    places = {each.number: each for each in iterations}
    names = {number: each.name for number, each in places.items()}
    stories = _stories(actor, row)
    loads = row.facts.get("loads", [])
    parts = [_part(actor, part, stories, places, loads) for part in row.parts.all()]
    return Shown(
        proposal=row,
        parts=sorted(parts, key=lambda line: not line.verdict),
        figures=_figures(row),
        features=_features(actor, row, names),
        iterations=iterations,
        withdrawable=may_withdraw(actor, row),
    )


def ghosts(actor: Actor, number: int) -> dict[str, Any]:
    """A proposal for the board: each move with the ids of story, team and iterations."""
    row = proposal(actor, number)
    places = {each.number: each for each in Iteration.objects.filter(pi=row.pi)}
    ids = {number: each.pk for number, each in places.items()}
    stories = _stories(actor, row)
    moves = []
    for part in row.parts.all():
        stale = stale_moves(part, stories, places) if part.state != ProposalPart.State.ACCEPTED else {}
        verdict = bool(may_answer(actor, part))
        for move in moves_of(part):
            story = stories.get(move.story)
            if story is not None:
                moves.append(
                    {
                        "story": story.pk,
                        "number": story.number,
                        "title": story.title,
                        "points": story.points,
                        "team": part.team_id,
                        "from": ids.get(move.at) if move.at is not None else None,
                        "to": ids.get(move.to) if move.to is not None else None,
                        "reason": move.reason,
                        "stale": move.story in stale,
                        "state": part.state,
                        "version": part.version,
                        "may_answer": verdict,
                    }
                )
    return {**_told(actor, row), "moves": moves}


def told(actor: Actor, rows: Iterable[Proposal]) -> list[dict[str, Any]]:
    """Proposals as the API lists them."""
    return [_told(actor, row) for row in rows]


def whole(actor: Actor, number: int) -> dict[str, Any]:
    """One proposal as the API tells it, with what was wished, what was found, and every move."""
    row = proposal(actor, number)
    parts = {part.team_id: part for part in row.parts.all()}
    body = _told(actor, row)
    for each in body["parts"]:
        part = parts[each["team"]]
        each["moves"] = [move.told() for move in moves_of(part)]
        each["note"] = part.note
    return {**body, "settings": row.settings, "facts": row.facts}


def counts(parts: Iterable[ProposalPart]) -> Mapping[str, int]:
    """How many parts are open, accepted and declined."""
    return Counter(part.state for part in parts)


def _told(actor: Actor, row: Proposal) -> dict[str, Any]:
    slug = actor.train_slug
    return {
        "number": row.number,
        "state": row.state,
        "version": row.version,
        "pi": {"id": row.pi_id, "number": row.pi.number},
        "base": row.base,
        "made_by": row.made_by.name if row.made_by else None,
        "made_at": row.made_at.isoformat(),
        "url": reverse("proposal", args=[slug, row.number]),
        "parts": [_told_part(actor, row, part) for part in row.parts.all()],
    }


def _told_part(actor: Actor, row: Proposal, part: ProposalPart) -> dict[str, Any]:
    verdict = may_answer(actor, part)
    where = f"/api/v1/trains/{actor.train_slug}/proposals/{row.number}/parts/{part.team.slug}"
    return {
        "team": part.team_id,
        "slug": part.team.slug,
        "name": part.team.name,
        "state": part.state,
        "version": part.version,
        "count": len(part.moves),
        "may_answer": bool(verdict),
        "reason": "" if verdict else verdict.reason,
        "accept": f"{where}/accept",
        "decline": f"{where}/decline",
        "change": where,
    }


def _stories(actor: Actor, row: Proposal) -> dict[int, Story]:
    numbers = {move.story for part in row.parts.all() for move in moves_of(part)}
    found = Story.objects.filter(train_id=actor.train_id, number__in=numbers)
    return {each.number: each for each in found.select_related("iteration", "pi", "feature")}


def _part(
    actor: Actor,
    part: ProposalPart,
    stories: Mapping[int, Story],
    places: Mapping[int, Iteration],
    loads: Sequence[Mapping[str, Any]],
) -> PartLine:
    names = {number: each.name for number, each in places.items()}
    stale = stale_moves(part, stories, places) if part.state != ProposalPart.State.ACCEPTED else {}
    lines = [
        MoveLine(
            move=move,
            story=stories.get(move.story),
            at=_place(names, move.at),
            to=_place(names, move.to),
            stale=stale.get(move.story, ""),
        )
        for move in moves_of(part)
    ]
    cells = [
        LoadCell(
            iteration=_place(names, each["iteration"]),
            before=each["before"],
            after=each["after"],
            capacity=each["capacity"],
            committable=each["committable"],
        )
        for each in loads
        if each["team"] == part.team.slug
    ]
    return PartLine(part=part, moves=lines, loads=cells, verdict=may_answer(actor, part))


def _place(names: Mapping[int, str], number: int | None) -> str:
    return "backlog" if number is None else names.get(number, f"iteration {number}")


def _figures(row: Proposal) -> list[Figure]:
    before, after = row.facts.get("before", {}), row.facts.get("objective", {})
    weights = row.settings.get("weights", {})
    return [
        Figure(
            label=label,
            before=before.get(name),
            after=after[name],
            unit=unit,
            means=means,
            weight=weights.get(name, 0),
        )
        for name, (label, unit, means) in PARTS.items()
        if name in after
    ]


def _features(actor: Actor, row: Proposal, names: Mapping[int, str]) -> list[FeatureLine]:
    told_rows = [each for each in row.facts.get("features", []) if each["before"] != each["after"]]
    found = Feature.objects.filter(train_id=actor.train_id, number__in=[each["number"] for each in told_rows])
    features = {each.number: each for each in found}
    return [
        FeatureLine(
            feature=features[each["number"]],
            before="not all of it" if each["before"] is None else _place(names, each["before"]),
            after="not all of it" if each["after"] is None else _place(names, each["after"]),
            kind=_kind(each["before"], each["after"]),
        )
        for each in told_rows
        if each["number"] in features
    ]


def _kind(before: int | None, after: int | None) -> str:
    if before is None or after is None:
        return "in" if before is None else "out"
    return "earlier" if after < before else "later"
