"""Area paths, iteration paths and the names of sprints."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LEVELS = frozenset(
    {
        "portfolio",
        "portfolios",
        "program",
        "programs",
        "programme",
        "solution",
        "solutions",
        "large solution",
        "art",
        "teams",
        "team",
        "value stream",
    }
)
"""Area nodes that name a level of the organisation, not a team."""
_PI_WORD = re.compile(
    r"\b(pi|program increment|planning interval|increment|release|quarter|quad|q[1-4]|fy\d+)\b|\bpi\s*-?\d+",
    re.IGNORECASE,
)
_PI_NUMBER = re.compile(r"\bpi[\s_-]*(\d+)", re.IGNORECASE)
_IP = re.compile(r"\bip\b|\(plus 1\)|\(\+1\)|innovation|hardening", re.IGNORECASE)
_NAME_LIMIT = 80
_DIGITS = re.compile(r"(\d+)")
_LAST_NUMBER = re.compile(r"(\d+)\D*\Z")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where on the calendar a row stands; both None means no particular time."""

    pi: str | None = None
    iteration: str | None = None


def split_path(path: str) -> tuple[str, ...]:
    """The parts of ``Root\\PI 20\\Iteration 98``."""
    return tuple(part.strip() for part in path.split("\\") if part.strip())


def teams_of_areas(paths: Iterable[str]) -> dict[str, str | None]:
    """The team each area path stands for: its last part, unless that is the root or an organisational level.

    Two areas that end alike get the part above in front, so that they stay two teams.
    """
    split = {path: split_path(path) for path in paths}
    named = {path: parts for path, parts in split.items() if len(parts) > 1 and parts[-1].casefold() not in _LEVELS}
    ends: dict[str, set[tuple[str, ...]]] = {}
    for parts in named.values():
        ends.setdefault(parts[-1].casefold(), set()).add(parts)
    teams: dict[str, str | None] = dict.fromkeys(split)
    for path, parts in named.items():
        alike = len(ends[parts[-1].casefold()]) > 1
        teams[path] = " ".join(parts[-2:])[:_NAME_LIMIT] if alike else parts[-1]
    return teams


def places_of_paths(paths: Iterable[str]) -> dict[str, Place]:
    """The PI and iteration each iteration path (or plain sprint name) stands for."""
    split = {path: split_path(path) for path in paths}
    deep = [parts for parts in split.values() if len(parts) > 1]
    roots = {parts[0] for parts in split.values()}
    rooted = bool(deep) and len(roots) == 1 and not _PI_WORD.search(next(iter(roots)))
    stripped = {path: parts[1:] if rooted else parts for path, parts in split.items()}
    above = {parts[:-1] for parts in stripped.values() if len(parts) > 1}
    return {path: _place(parts, parts in above) for path, parts in stripped.items()}


def is_pi_name(name: str) -> bool:
    """Whether a name looks like that of a PI."""
    return bool(_PI_WORD.search(name))


def is_ip_name(name: str) -> bool:
    """Whether an iteration's name is that of an IP iteration, such as ``Iteration 100 (Plus 1)``."""
    return bool(_IP.search(name))


def last_number(name: str) -> int | None:
    """The last number in a name: 98 for "Iteration 98", 36 for "1.36"."""
    found = _LAST_NUMBER.search(name)
    return int(found[1]) if found and int(found[1]) < 32_000 else None


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key by which "Sprint 9" comes before "Sprint 10"."""
    parts = _DIGITS.split(name.casefold())
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts if part)


def without_team(sprint: str, team: str | None) -> str:
    """A sprint's name without its team in front: the "Sprint 12" of Kestrel is everybody's Sprint 12."""
    if team and sprint.casefold().startswith(team.casefold()):
        rest = sprint[len(team) :].strip(" -–_:.")
        if re.match(r"(sprint|iteration|it|s|i)\s*\d+|\d+", rest, re.IGNORECASE):
            return rest
    return sprint


def _place(parts: tuple[str, ...], holds_others: bool) -> Place:
    if not parts:
        return Place()
    if len(parts) > 1:
        above = [part for part in parts[:-1] if is_pi_name(part)]
        return Place(pi=above[-1] if above else parts[-2], iteration=parts[-1])
    return Place(pi=parts[0]) if holds_others else _named_place(parts[0])


def _named_place(name: str) -> Place:
    """ "PI 20 Sprint 3" names both, "PI 20" only the PI, "Sprint 12" only the iteration."""
    found = _PI_NUMBER.search(name)
    if found is None:
        return Place(pi=name) if is_pi_name(name) and "sprint" not in name.casefold() else Place(iteration=name)
    rest = (name[: found.start()] + name[found.end() :]).strip(" -–_:./")
    iteration = f"I{rest}" if rest.isdecimal() else rest
    return Place(pi=f"PI {int(found[1])}", iteration=iteration or None)
