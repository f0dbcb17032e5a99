"""What the sample train is made of, read from the texts beside this module."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

UNPLACED = 0
LAST = 5
IP = 6


@dataclass(frozen=True, kw_only=True)
class PersonText:
    """A person as the texts introduce them; ``teams`` are (team, role, specialty, share) in the order told."""

    name: str
    country: str
    region: str
    role: str = ""
    teams: tuple[tuple[str, str, str, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class TeamText:
    """A team, or (``external``) a party outside the train."""

    slug: str
    name: str
    mission: str
    external: bool = False
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class StoryText:
    """A story of a feature, or of none.

    ``iteration`` is None where the team puts it as it has room, not after ``by``.

    Iterations count from 1; :data:`UNPLACED` stands in the backlog column of the PI.
    """

    key: str
    team: str
    title: str
    feature: str = ""
    enabler_kind: str = ""
    points: int | None = None
    iteration: int | None = None
    by: int = LAST
    blocked: bool = False
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class FeatureText:
    """A feature with its stories; ``pi`` is None for what comes later."""

    title: str
    theme: str
    team: str
    pi: int | None
    state: str
    enabler_kind: str
    wsjf: tuple[int, ...]
    hypothesis: str
    criteria: tuple[str, ...]
    description: str
    outcome: str
    note: str
    stories: tuple[StoryText, ...]

    @property
    def score(self) -> float:
        """Cost of delay over size, as far as it is known."""
        return sum(self.wsjf[:3]) / self.wsjf[3] if self.wsjf else 0.0


@dataclass(frozen=True, kw_only=True)
class DependencyText:
    """A dependency of the third PI. The provider is a story, or an external party that promised iteration ``by``."""

    consumer: str
    provider: str
    party: str
    by: int | None
    type: str
    needs: str
    agreed: str
    talk: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Content:
    """All of it."""

    name: str
    settings: dict[str, str]
    themes: tuple[dict[str, Any], ...]
    milestones: tuple[dict[str, Any], ...]
    overrides: tuple[dict[str, Any], ...]
    talks: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    teams: tuple[TeamText, ...]
    people: tuple[PersonText, ...]
    features: tuple[FeatureText, ...]
    loose: tuple[tuple[int, StoryText], ...]
    dependencies: tuple[DependencyText, ...]

    def stories_of(self, pi: int) -> list[StoryText]:
        """The stories of a PI, those of features first."""
        of_features = [story for each in self.features if each.pi == pi for story in each.stories]
        return of_features + [story for number, story in self.loose if number == pi]


@lru_cache(maxsize=1)
def content() -> Content:
    """The texts, read once."""
    train = _read("train")
    past, present, later = _read("past"), _read("present"), _read("later")
    features = [
        *(_feature(each, each["pi"], f"{each['pi']}.{index}") for index, each in enumerate(past["feature"])),
        *(_feature(each, 3, f"3.{index}") for index, each in enumerate(present["feature"])),
        *(_feature(each, None, f"later.{index}") for index, each in enumerate(later["feature"])),
    ]
    loose = [
        *(
            (each["pi"], story)
            for index, each in enumerate(past["loose"])
            for story in _stories(each, f"loose{index}", "")
        ),
        *((3, story) for each in present["loose"] for story in _stories(each, "3.loose", "")),
    ]
    return Content(
        name=train["name"],
        settings={name: train[name].strip() for name in ("purpose", "time_zone", "country", "region")},
        themes=tuple(train["theme"]),
        milestones=tuple(train["milestone"]),
        overrides=tuple(train["override"]),
        talks=tuple((each["feature"], _talk(each["said"])) for each in train["talk"]),
        teams=tuple(_teams(train)),
        people=tuple(_people(train)),
        features=tuple(features),
        loose=tuple(loose),
        dependencies=tuple(_dependency(each) for each in _read("dependencies")["dependency"]),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("headway.demo").joinpath(f"texts/{name}.toml").read_text("utf-8"))


def _teams(train: dict[str, Any]) -> Iterator[TeamText]:
    for each in train["team"]:
        yield TeamText(slug=each["slug"], name=each["name"], mission=each["mission"])
    for each in train["party"]:
        yield TeamText(
            slug=each["slug"], name=each["name"], mission=each["mission"], external=True, contact=each["contact"]
        )


def _people(train: dict[str, Any]) -> Iterator[PersonText]:
    for each in train["leader"]:
        country, _, region = each["place"].partition("-")
        yield PersonText(name=each["name"], country=country, region=region, role=each["role"])
    places: dict[str, str] = {}
    teams: dict[str, list[tuple[str, str, str, int]]] = {}
    for team in train["team"]:
        for line in team["people"].strip().splitlines():
            name, place, role, specialty, *share = (part.strip() for part in line.split("|"))
            places.setdefault(name, place)
            teams.setdefault(name, []).append((team["slug"], role, specialty, int(share[0]) if share else 100))
    for name, place in places.items():
        country, _, region = place.partition("-")
        yield PersonText(name=name, country=country, region=region, teams=tuple(teams[name]))


def _feature(told: dict[str, Any], pi: int | None, key: str) -> FeatureText:
    return FeatureText(
        title=told["title"],
        theme=told["theme"],
        team=told["team"],
        pi=pi,
        state=told.get("state", "ready"),
        enabler_kind=told.get("type", ""),
        wsjf=tuple(told["wsjf"]),
        hypothesis=told.get("hypothesis", ""),
        criteria=tuple(told.get("criteria", ())),
        description=told.get("description", ""),
        outcome=told.get("outcome", "landed"),
        note=told.get("note", ""),
        stories=tuple(_stories(told, key, told["title"])),
    )


def _stories(told: dict[str, Any], key: str, feature: str) -> Iterator[StoryText]:
    for index, line in enumerate(told.get("stories", "").strip().splitlines()):
        marks, _, title = line.partition("|")
        team, *rest = marks.split()
        named = [mark[1:] for mark in rest if mark.startswith("@")]
        places = [int(mark[1:]) for mark in rest if mark[0] == "i" and mark[1:].isdigit()]
        yield StoryText(
            key=named[0] if named else f"{key}.{index}",
            team=team,
            title=title.strip(),
            feature=feature,
            enabler_kind=told.get("type", ""),
            points=next((int(mark) for mark in rest if mark.isdigit()), None),
            iteration=places[0] if places else None,
            by=told.get("by", LAST),
            blocked="!" in rest,
            late="late" in rest,
        )


def _dependency(told: dict[str, Any]) -> DependencyText:
    return DependencyText(
        consumer=told["consumer"],
        provider=told.get("provider", ""),
        party=told.get("party", ""),
        by=told.get("by"),
        type=told["type"],
        needs=told["needs"],
        agreed=told["agreed"],
        talk=_talk(told.get("talk", ())),
    )


def _talk(lines: Any) -> tuple[tuple[str, str], ...]:
    """Who said what, from lines such as "Tess Okafor: We begin on Thursday."."""
    return tuple((name, text.strip()) for name, _, text in (line.partition(": ") for line in lines))
