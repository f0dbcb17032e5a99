"""Short ways to the values the engine's tests speak about."""

from datetime import date
from decimal import Decimal

from hypothesis import settings

from headway.engine.network.graph import Item, Link, Network
from headway.engine.rules.capacity import PastIteration
from headway.engine.values.cadence import IterationPlan
from headway.engine.values.interval import Interval
from headway.engine.values.team import Away, AwayReason, Member

MONDAY = date(2026, 3, 2)
SECOND_FRIDAY = date(2026, 3, 13)
TWO_WEEKS = Interval(starts_on=MONDAY, ends_on=date(2026, 3, 15))

calm = settings(deadline=None, max_examples=80)


def iteration(interval: Interval = TWO_WEEKS, *, is_ip: bool = False) -> IterationPlan:
    return IterationPlan(number=1, name="IP" if is_ip else "I1", interval=interval, is_ip=is_ip)


def member(name: str = "Ada", **told: object) -> Member:
    return Member(**({"person": name.lower(), "name": name, "starts_on": date(2025, 1, 1)} | told))


def days(first: date, last: date | None = None) -> Interval:
    return Interval(starts_on=first, ends_on=last or first)


def away(first: date, last: date | None = None, reason: str = "absence", note: str = "") -> Away:
    return Away(interval=days(first, last), reason=AwayReason(reason), note=note)


def past(*pairs: tuple[object, object]) -> list[PastIteration]:
    return [
        PastIteration(name=f"P{place}", points=Decimal(str(points)), person_days=Decimal(str(present)))
        for place, (points, present) in enumerate(pairs, start=1)
    ]


def network(positions: dict[str, int | None], links: str, **told: dict[str, object]) -> Network:
    """``network({"a": 0, "b": 1}, "a>b")``; every key is its own team unless ``teams`` says otherwise."""
    teams, points, done = told.get("teams", {}), told.get("points", {}), told.get("done", {})
    items = [
        Item(
            key=key,
            team=str(teams.get(key, key)),
            points=Decimal(str(points.get(key, 1))),
            iteration=place,
            done=bool(done.get(key)),
        )
        for key, place in positions.items()
    ]
    ends = (link.split(">") for link in links.split())
    return Network(items, [Link(provider=provider, consumer=consumer) for provider, consumer in ends])
