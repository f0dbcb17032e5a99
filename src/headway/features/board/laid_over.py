"""What an overlay says of each string, for the list that is the board's twin in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from headway.engine.errors import Missing
from headway.engine.network.health import Health
from headway.features.board.network_queries import longest_way
from headway.features.board.queries import PiRow, stamp, strings_in_words
from headway.features.board.words import Line
from headway.features.forecast import queries as forecast
from headway.features.planner import queries as planner
from headway.kit.access import Actor

MOST_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What an overlay says of one string: words, how they are to be taken, or the health it would have."""

    words: str = ""
    mood: str = ""
    health: Health | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """An overlay in words: what its column is called, what it says by the number of the dependency, where more is."""

    name: str
    column: str
    sentence: str
    address: str = ""
    link: str = ""
    notes: Mapping[int, Note] = field(default_factory=dict)


def laid_over(actor: Actor, pi: PiRow, asked: str) -> Over | None:
    """The overlay of this name (``chain``, ``forecast``, ``proposal:5``); an unknown name is none.

    Raises:
        Missing: no such proposal for this PI.
    """
    kind, _, about = asked.partition(":")
    if kind == "chain" and not about:
        return _chain(actor, pi)
    if kind == "forecast" and not about:
        return _forecast(actor, pi)
    if kind == "proposal" and about.isascii() and about.isdigit() and len(about) <= MOST_DIGITS:
        return _proposal(actor, pi, int(about))
    return None


def _chain(actor: Actor, pi: PiRow) -> Over:
    way = longest_way(actor, pi, stamp(actor))
    steps = set(zip(way.cards, way.cards[1:], strict=False))
    lines = [each.line for each in strings_in_words(actor, pi)]
    on_it = {line.number: Note(words="on the chain") for line in lines if _step(line) in steps}
    cards, iterations = way.length.cards, way.length.iterations
    sentence = f"{cards} cards, at least {iterations} iterations, {way.length.points:g} points." if steps else ""
    return Over(
        name="Critical chain",
        column="Critical chain",
        sentence=sentence or "No card waits for another: there is no chain.",
        notes=on_it,
    )


def _step(line: Line) -> tuple[str, str]:
    return line.provider.key, line.consumer.key


def _forecast(actor: Actor, pi: PiRow) -> Over:
    standing = forecast.standing(actor, forecast.increment_numbered(actor, pi.number))
    chances = forecast.overlay(standing)["dependencies"]
    notes = {}
    for line in (each.line for each in strings_in_words(actor, pi)):
        chance = chances.get(str(line.id), {}).get("chance")
        if chance is not None:
            notes[line.number] = Note(words=f"{forecast.percent(chance)} %", mood=forecast.mood(chance))
    return Over(
        name="Forecast",
        column="Chance to come in time",
        sentence=forecast.facts(standing)["sentence"] or f"The forecast is {standing.age}.",
        address=f"forecast?pi={pi.number}",
        link="The whole forecast",
        notes=notes,
    )


def _proposal(actor: Actor, pi: PiRow, number: int) -> Over:
    found = planner.ghosts(actor, number)
    if found["pi"]["id"] != pi.id:
        raise Missing(
            f"Proposal {number} is for PI {found['pi']['number']}, not for {pi.name}.", code="proposal_missing"
        )
    moves = {each["story"]: each["to"] for each in found["moves"] if each["state"] == "open"}
    now = {each.line.number: each.line for each in strings_in_words(actor, pi)}
    then = {each.line.number: each.line for each in strings_in_words(actor, pi, moves)}
    return Over(
        name=f"Proposal {number}",
        column=f"With proposal {number}",
        sentence=f"{len(moves)} cards would move; strings that stay as they are have no entry.",
        address=f"plan/drafts/{number}",
        link="The whole proposal",
        notes={
            each: Note(words=line.verdict, health=line.health)
            for each, line in then.items()
            if each in now and (line.health, line.slack) != (now[each].health, now[each].slack)
        },
    )
