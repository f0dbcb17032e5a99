"""Telling a story through the public actions: a timetable of things people do, and the people who do them."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import ParamSpec

from headway.demo.content import Content, PersonText
from headway.demo.stages import Calendar
from headway.kit import clock
from headway.kit.access import Actor, Role, TeamRole
from headway.store.change import Outcome

P = ParamSpec("P")


@dataclass(frozen=True, kw_only=True)
class Written:
    """A story, feature or dependency once it has been written down."""

    number: int
    id: int

    @classmethod
    def first_of(cls, outcome: Outcome) -> "Written":
        """What an action has just made, from the first entry it wrote."""
        entry = outcome.entries[0]
        return cls(number=(entry.after or {})["number"], id=entry.subject_id)


@dataclass(kw_only=True)
class Ids:
    """What the database has called things, by the names that the texts use."""

    teams: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    themes: dict[str, int] = field(default_factory=dict)
    pis: dict[int, int] = field(default_factory=dict)
    iterations: dict[tuple[int, int], int] = field(default_factory=dict)
    features: dict[str, Written] = field(default_factory=dict)
    stories: dict[str, Written] = field(default_factory=dict)
    dependencies: dict[int, Written] = field(default_factory=dict)


class Telling:
    """The story of one sample train: chapters enter what happens, :meth:`tell` lets it happen in order."""

    def __init__(self, content: Content, calendar: Calendar, random: Random, users: dict[str, int]) -> None:
        self.content = content
        self.calendar = calendar
        self.random = random
        self.ids = Ids()
        self.founder: Actor | None = None
        self._users = users
        self._people = {person.name: person for person in content.people}
        self._deeds: list[tuple[datetime, int, Callable[[], object]]] = []

    def enter(self, day: date, hour: float, deed: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
        """Enter something that happens on a day, at an hour (UTC; 9.5 is half past nine) and a few minutes."""
        hours, minutes = int(hour), int(hour % 1 * 60)
        moment = datetime.combine(day, time(hours, minutes, self.random.randrange(60)), UTC)
        moment += timedelta(minutes=self.random.randrange(12))
        self._deeds.append((moment, len(self._deeds), partial(deed, *args, **kwargs)))

    def tell(self, until: datetime | None = None) -> int:
        """Let everything happen that is entered up to a moment, at most to the end of the story.

        What lies later stays entered. Answers with the number of deeds.
        """
        until = min(until or self.calendar.until, self.calendar.until)
        due = sorted((each for each in self._deeds if each[0] <= until), key=lambda each: each[:2])
        self._deeds = [each for each in self._deeds if each[0] > until]
        for moment, _, deed in due:
            with clock.frozen(min(moment, self.calendar.now)):
                deed()
        return len(due)

    # Who does it -----------------------------------------------------------

    def rosa(self) -> Actor:
        """The Release Train Engineer."""
        return self.actor("Rosa Lind")

    def paul(self) -> Actor:
        """The Product Manager."""
        return self.actor("Paul Adeyemi")

    def actor(self, name: str) -> Actor:
        """Somebody of the train, with the roles that the texts give them."""
        if self.founder is None:
            raise LookupError("The train has not been founded yet")
        person = self._people[name]
        return Actor(
            train_id=self.founder.train_id,
            train_slug=self.founder.train_slug,
            name=name,
            user_id=self._users.get(email_of(person)),
            person_id=self.ids.people.get(name),
            roles=frozenset({Role(person.role)} if person.role else ()),
            teams={self.ids.teams[team]: frozenset({TeamRole(role)}) for team, role, _, _ in person.teams},
        )

    def holder(self, team: str, role: str) -> str:
        """The name of a team's Scrum Master or Product Owner."""
        return next(person.name for person in self.content.people for each in person.teams if each[:2] == (team, role))

    def somebody(self, team: str) -> str:
        """The name of a member of a team, drawn by lot."""
        return self.random.choice(self.members(team))

    def members(self, team: str) -> list[str]:
        """The names of a team's members who build."""
        return [
            person.name
            for person in self.content.people
            for each in person.teams
            if each[0] == team and each[1] == TeamRole.MEMBER
        ]


CAST = {"Rosa Lind", "Paul Adeyemi", "Bea Novak", "Ansel Brandt", "Tess Okafor", "Mika Sato", "Vera Duarte"}
"""The people one can sign in as."""

DOMAIN = "example.org"
"""Reserved for examples (RFC 2606), so that nobody real has such an address."""

_PLAIN = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d", "ß": "s"})


def email_of(person: PersonText) -> str:
    """The address of a person: first name only for those one can sign in as."""
    letters = unicodedata.normalize("NFKD", person.name.lower().translate(_PLAIN))
    words = "".join(each for each in letters if each.isascii() and (each.isalpha() or each in " -")).split()
    return f"{words[0] if person.name in CAST else '.'.join(words)}@{DOMAIN}"
