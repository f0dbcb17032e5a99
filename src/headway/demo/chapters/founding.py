"""The train is founded; teams and people come together; the calendar is set."""

from datetime import date, timedelta
from functools import partial

from headway.demo.content import PersonText, TeamText
from headway.demo.stages import PI_DAYS, PIS, workday
from headway.demo.telling import Telling, email_of
from headway.features.calendar import actions as calendar
from headway.features.capacity import actions as capacity
from headway.features.capacity.queries import capacity_table
from headway.features.people import actions as people
from headway.features.trains.actions import start_train
from headway.store.models import Increment, Iteration, User

SLUG = "orion"
TRAINING = (
    "Accessible design",
    "Incident command",
    "Threat modelling",
    "Writing for passengers",
    "Property-based testing",
    "First aid",
    "SQL tuning",
)


def found(telling: Telling, founder: User) -> None:
    """The train itself; its settings follow the texts."""
    texts = telling.content

    def deed() -> None:
        # Points a person: what these teams show in their first PIs, in place of the usual starting figure.
        settings = {**texts.settings, "points_per_person": 4.0}
        telling.founder = start_train(founder, name=texts.name, slug=SLUG, is_sample=True, **settings)
        assert telling.founder.person_id is not None  # noqa: S101 - the founder becomes a person of the train
        telling.ids.people["Rosa Lind"] = telling.founder.person_id

    telling.enter(_long_ago(telling, 28), 8, deed)


def gather(telling: Telling) -> None:
    """Teams, people, memberships, PIs, milestones, days off, and who is away when."""
    day = _long_ago(telling, 26)
    telling.enter(day, 9, _add_teams, telling)
    for person in telling.content.people:
        telling.enter(day, 10, _add_person, telling, person)
    for person in telling.content.people:
        for index in range(len(person.teams)):
            first = person.teams[index][1] == "scrum_master"
            telling.enter(day, 11 if first else 13, _join, telling, person, index)
    for number in PIS:
        ahead = timedelta(days=44 if number > 1 else 20)
        telling.enter(telling.calendar.pi(number) - ahead, 9, _plan_pi, telling, number)
    _mark_dates(telling)
    _go_away(telling)
    _set_capacities(telling)


def _long_ago(telling: Telling, days: int) -> date:
    return telling.calendar.pi(1) - timedelta(days=days)


def _add_teams(telling: Telling) -> None:
    for team in telling.content.teams:
        _add_team(telling, team)


def _add_team(telling: Telling, team: TeamText) -> None:
    done = people.add_team(
        telling.rosa(),
        name=team.name,
        slug=team.slug,
        mission=team.mission,
        external=team.external,
        contact=team.contact,
    )
    telling.ids.teams[team.slug] = done.entries[0].subject_id


def _add_person(telling: Telling, person: PersonText) -> None:
    known = telling.ids.people.get(person.name)
    if known is not None:
        people.edit_person(telling.rosa(), person_id=known, country=person.country, region=person.region)
        return
    done = people.add_person(
        telling.rosa(),
        name=person.name,
        email=email_of(person),
        country=person.country,
        region=person.region,
        roles=[person.role] if person.role else [],
    )
    telling.ids.people[person.name] = done.entries[0].subject_id


def _join(telling: Telling, person: PersonText, index: int) -> None:
    team, role, specialty, share = person.teams[index]
    by = telling.rosa() if role == "scrum_master" else telling.actor(telling.holder(team, "scrum_master"))
    people.add_member(
        by, team=team, person_id=telling.ids.people[person.name], role=role, specialty=specialty, share=share
    )


def _plan_pi(telling: Telling, number: int) -> None:
    done = calendar.plan_increment(telling.rosa(), starts_on=telling.calendar.pi(number))
    telling.ids.pis[number] = done.entries[0].subject_id
    for pk, iteration in Iteration.objects.filter(pi_id=telling.ids.pis[number]).values_list("pk", "number"):
        telling.ids.iterations[number, iteration] = pk


def _mark_dates(telling: Telling) -> None:
    known_on = telling.calendar.pi(3) - timedelta(days=30)
    for each in telling.content.milestones:
        on = telling.calendar.iteration(3, each["iteration"]) + timedelta(days=each["day"])
        telling.enter(known_on, 14, _add_milestone, telling, each["name"], on, each["note"])
    outing = telling.calendar.iteration(3, 4) + timedelta(days=4)
    telling.enter(known_on, 15, _add_closure, telling, "Outing of the whole railway", outing)


def _add_milestone(telling: Telling, name: str, on: date, note: str) -> None:
    calendar.add_milestone(telling.rosa(), name=name, on=on, note=note)


def _add_closure(telling: Telling, name: str, day: date) -> None:
    calendar.add_closure(telling.rosa(), name=name, starts_on=day, ends_on=day)


def _go_away(telling: Telling) -> None:
    """Holidays and trainings of the third PI, noted some weeks before by the Scrum Masters."""
    random, start = telling.random, telling.calendar.pi(3)
    for person in telling.content.people:
        if not person.teams:
            continue
        if random.random() < 0.4:
            _away(telling, person, start + timedelta(days=random.randrange(PI_DAYS)), random.choice((1, 2, 4, 4, 8)))
        if random.random() < 0.25:
            day = workday(start + timedelta(days=random.randrange(PI_DAYS)))
            _away(telling, person, day, random.choice((0, 1)), random.choice(TRAINING))


def _away(telling: Telling, person: PersonText, first: date, days: int, training: str = "") -> None:
    first = workday(first)
    noted_on = telling.calendar.planning - timedelta(days=telling.random.randrange(4, 21))

    def deed() -> None:
        people.record_absence(
            telling.actor(telling.holder(person.teams[0][0], "scrum_master")),
            person_id=telling.ids.people[person.name],
            starts_on=first,
            ends_on=first + timedelta(days=days),
            reason="training" if training else "absence",
            note=training or "Holiday",
        )

    telling.enter(noted_on, telling.random.uniform(8, 16), deed)


def _set_capacities(telling: Telling) -> None:
    for each in telling.content.overrides:
        telling.enter(telling.calendar.planning - timedelta(days=1), 9, partial(_set_capacity, telling, **each))


def _set_capacity(telling: Telling, *, team: str, iteration: int, factor: float, note: str) -> None:
    actor = telling.actor(telling.holder(team, "scrum_master"))
    pi = Increment.objects.get(pk=telling.ids.pis[3])
    place = telling.ids.teams[team], telling.ids.iterations[3, iteration]
    points = float(capacity_table(actor, pi)[place].points)
    capacity.set_capacity(actor, team=team, iteration_id=place[1], points=round(points * factor), note=note)
