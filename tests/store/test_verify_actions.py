"""Every action of the house: old snapshot + journal entries == new snapshot."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from importlib import import_module, util
from pkgutil import iter_modules

import pytest

import headway.features
from headway.features.backlog import actions as backlog
from headway.features.calendar import actions as calendar
from headway.features.capacity import actions as capacity
from headway.features.dependencies import actions as dependencies
from headway.features.exchange import actions as exchange
from headway.features.journal import actions as journal
from headway.features.people import actions as people
from headway.features.planner import actions as planner
from headway.features.planner.moves import Move
from headway.features.trains import actions as trains
from headway.features.whatif import actions as whatif
from headway.kit.access import Actor
from headway.store.change import ACTIONS, Outcome, change
from headway.store.models import (
    Absence,
    CapacityOverride,
    Closure,
    Comment,
    Feature,
    Increment,
    Membership,
    Milestone,
    Person,
    Target,
    Task,
    Team,
    Theme,
    Train,
    User,
)
from tests.builders import FIRST_DAY, build_dependency, build_feature, build_increment, build_story, iteration, root
from tests.cast import Cast
from tests.features.exchange.test_importing_work import plan_of
from tests.features.planner.plans import build_plan, build_proposal
from tests.store.verify import verify_action

Act = Callable[..., Outcome]
Scenario = Callable[[Cast, Train], Act]
SCENARIOS: dict[str, list[Scenario]] = {}

WORK = b"Key,Type,Summary,Parent,Team,Points\nA-1,Epic,Reach,,,\nA-2,Story,Ask,A-1,Kestrel,3\n"


def scenario(name: str) -> Callable[[Scenario], Scenario]:
    """Register a stage for the action with this name: it returns what is still to be given a command id."""

    def register(stage: Scenario) -> Scenario:
        SCENARIOS.setdefault(name, []).append(stage)
        return stage

    return register


def team(train: Train, slug: str = "kestrel") -> int:
    return Team.objects.get(train=train, slug=slug).pk


def person(train: Train, name: str = "Kim Larsen") -> Person:
    return Person.objects.get(train=train, name=name)


# Backlog ----------------------------------------------------------------------


@scenario("backlog.create_story")
def _(cast: Cast, train: Train) -> Act:
    there = iteration(train, 1, 2)
    return partial(
        backlog.create_story, cast.tess, title="A", team_id=team(train), pi_id=there.pi_id, iteration_id=there.pk
    )


@scenario("backlog.edit_story")
def _(cast: Cast, train: Train) -> Act:
    number = build_story(train).number
    return partial(backlog.edit_story, cast.tess, number=number, title="B", points=2.5, blocked=True)


@scenario("backlog.edit_story")
def _(cast: Cast, train: Train) -> Act:
    """Nothing changes, so nothing is written."""
    story = build_story(train, points=3)
    return partial(backlog.edit_story, cast.tess, number=story.number, points=3)


@scenario("backlog.move_story")
def _(cast: Cast, train: Train) -> Act:
    there = iteration(train, 1, 2)
    number = build_story(train).number
    return partial(backlog.move_story, cast.tess, number=number, pi_id=there.pi_id, iteration_id=there.pk)


@scenario("backlog.take_story")
def _(cast: Cast, train: Train) -> Act:
    number = build_story(train, team="").number
    return partial(backlog.take_story, cast.tess, number=number, team_id=team(train))


@scenario("backlog.release_story")
def _(cast: Cast, train: Train) -> Act:
    there = iteration(train, 1, 2)
    number = build_story(train, pi_id=there.pi_id, iteration=there).number
    return partial(backlog.release_story, cast.tess, number=number)


@scenario("backlog.remove_story")
def _(cast: Cast, train: Train) -> Act:
    story = build_story(train)
    build_dependency(train, consumer_story=story)
    with change(root(train)) as frame:
        frame.create(Task(story=story, title="T"), "task.created")
    return partial(backlog.remove_story, cast.tess, number=story.number)


@scenario("backlog.add_task")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.add_task, cast.tess, story=build_story(train).number, title="T")


def a_task(train: Train) -> int:
    story = build_story(train)
    with change(root(train)) as frame:
        return frame.create(Task(story=story, title="T"), "task.created").pk


@scenario("backlog.edit_task")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.edit_task, cast.tess, task_id=a_task(train), done=True, title="U")


@scenario("backlog.remove_task")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.remove_task, cast.tess, task_id=a_task(train))


@scenario("backlog.create_feature")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.create_feature, cast.paul, title="F", user_value=8, size=20.5)


@scenario("backlog.edit_feature")
def _(cast: Cast, train: Train) -> Act:
    number = build_feature(train).number
    return partial(backlog.edit_feature, cast.paul, number=number, state="ready", job_size=5, team_id=team(train))


@scenario("backlog.edit_features")
def _(cast: Cast, train: Train) -> Act:
    numbers = [build_feature(train, title).number for title in "AB"]
    pi = iteration(train, 1, 1).pi_id
    return partial(backlog.edit_features, cast.paul, numbers=numbers, state="ready", pi_id=pi)


@scenario("backlog.rank_feature")
def _(cast: Cast, train: Train) -> Act:
    first, second = build_feature(train, "A", rank=1.0), build_feature(train, "B", rank=2.0)
    return partial(backlog.rank_feature, cast.paul, number=second.number, above=first.number)


@scenario("backlog.rank_feature")
def _(cast: Cast, train: Train) -> Act:
    """No number is left between equal ranks, so all are numbered afresh."""
    _, second, third = (build_feature(train, title) for title in "ABC")
    return partial(backlog.rank_feature, cast.paul, number=third.number, above=second.number)


def a_full_feature(train: Train) -> Feature:
    feature = build_feature(train)
    build_story(train, feature=feature)
    build_dependency(train, consumer_feature=feature)
    with change(root(train)) as frame:
        frame.create(Target(feature=feature, pi_id=iteration(train, 1, 1).pi_id), "target.created")
        frame.create(Comment(feature=feature, author_name="Bea", text="Why?", at=frame.at), "comment.created")
    return feature


@scenario("backlog.remove_feature")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.remove_feature, cast.paul, number=a_full_feature(train).number)


@scenario("backlog.comment_on_feature")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.comment_on_feature, cast.bea, number=build_feature(train).number, text="Why?")


@scenario("backlog.remove_comment")
def _(cast: Cast, train: Train) -> Act:
    said = backlog.comment_on_feature(cast.bea, number=build_feature(train).number, text="Why?").subject
    return partial(backlog.remove_comment, cast.bea, comment_id=said.pk)


def a_theme(train: Train) -> int:
    with change(root(train)) as frame:
        theme = frame.create(Theme(name="Reach"), "theme.created")
    build_feature(train, theme=theme)
    return theme.pk


@scenario("backlog.create_theme")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.create_theme, cast.paul, name="Trust", weight=30, color="#112233")


@scenario("backlog.edit_theme")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.edit_theme, cast.paul, theme_id=a_theme(train), weight=40)


@scenario("backlog.remove_theme")
def _(cast: Cast, train: Train) -> Act:
    return partial(backlog.remove_theme, cast.paul, theme_id=a_theme(train))


@scenario("backlog.target_feature")
def _(cast: Cast, train: Train) -> Act:
    number, there = build_feature(train).number, iteration(train, 1, 2)
    return partial(
        backlog.target_feature, cast.paul, number=number, pi_id=there.pi_id, iteration_id=there.pk, note="First"
    )


@scenario("backlog.note_outcome")
def _(cast: Cast, train: Train) -> Act:
    number, pi = a_full_feature(train).number, iteration(train, 1, 1).pi_id
    return partial(backlog.note_outcome, cast.paul, number=number, pi_id=pi, outcome="landed", note="In time")


@scenario("backlog.untarget_feature")
def _(cast: Cast, train: Train) -> Act:
    number, pi = a_full_feature(train).number, iteration(train, 1, 1).pi_id
    return partial(backlog.untarget_feature, cast.paul, number=number, pi_id=pi)


# Dependencies -----------------------------------------------------------------


@scenario("dependencies.create_dependency")
def _(cast: Cast, train: Train) -> Act:
    consumer, provider = build_story(train), build_story(train, team="merlin")
    return partial(
        dependencies.create_dependency,
        cast.tess,
        needs="An address",
        consumer_story_id=consumer.pk,
        provider_story_id=provider.pk,
    )


@scenario("dependencies.edit_dependency")
def _(cast: Cast, train: Train) -> Act:
    number = build_dependency(train).number
    return partial(dependencies.edit_dependency, cast.tess, number=number, type="data", note="N")


@scenario("dependencies.remove_dependency")
def _(cast: Cast, train: Train) -> Act:
    number = build_dependency(train).number
    dependencies.comment_on_dependency(cast.bea, number=number, text="Really?")
    return partial(dependencies.remove_dependency, cast.tess, number=number)


@scenario("dependencies.request_dependency")
def _(cast: Cast, train: Train) -> Act:
    number, when = build_dependency(train).number, iteration(train, 1, 3).pk
    return partial(dependencies.request_dependency, cast.tess, number=number, needed_by_id=when)


@scenario("dependencies.answer_dependency")
def _(cast: Cast, train: Train) -> Act:
    number, when = build_dependency(train, state="requested").number, iteration(train, 1, 3).pk
    return partial(
        dependencies.answer_dependency,
        cast.mika,
        number=number,
        answer="commit",
        committed_by_id=when,
        text="We do it.",
    )


@scenario("dependencies.accept_dependency")
def _(cast: Cast, train: Train) -> Act:
    return partial(dependencies.accept_dependency, cast.tess, number=build_dependency(train, state="delivered").number)


@scenario("dependencies.return_dependency")
def _(cast: Cast, train: Train) -> Act:
    return partial(dependencies.return_dependency, cast.tess, number=build_dependency(train, state="delivered").number)


@scenario("dependencies.drop_dependency")
def _(cast: Cast, train: Train) -> Act:
    return partial(dependencies.drop_dependency, cast.tess, number=build_dependency(train, state="committed").number)


@scenario("dependencies.comment_on_dependency")
def _(cast: Cast, train: Train) -> Act:
    number = build_dependency(train).number
    return partial(dependencies.comment_on_dependency, cast.bea, number=number, text="When?")


# Journal ----------------------------------------------------------------------


@scenario("journal.undo_last")
def _(cast: Cast, train: Train) -> Act:
    backlog.remove_feature(cast.paul, number=a_full_feature(train).number)
    return partial(journal.undo_last, cast.paul)


@scenario("journal.undo_last")
def _(cast: Cast, train: Train) -> Act:
    backlog.create_feature(cast.paul, title="F")
    return partial(journal.undo_last, cast.paul)


# Drafts ------------------------------------------------------------------------


@scenario("planner.propose")
def _(cast: Cast, train: Train) -> Act:
    plan = build_plan(train)
    moves = [Move(plan["consumer"], None, 3, "It needs it."), Move(plan["provider"], None, None)]
    return partial(planner.propose, cast.paul, pi=1, moves=moves, settings={"seconds": 2.5}, facts={"gap": 0.125})


@scenario("planner.withdraw_proposal")
def _(cast: Cast, train: Train) -> Act:
    return partial(planner.withdraw_proposal, cast.rosa, number=build_proposal(cast, train)["proposal"])


@scenario("planner.accept_part")
def _(cast: Cast, train: Train) -> Act:
    return partial(
        planner.accept_part, cast.tess, number=build_proposal(cast, train)["proposal"], team="kestrel", note="Gladly."
    )


@scenario("planner.accept_part")
def _(cast: Cast, train: Train) -> Act:
    plan = build_proposal(cast, train)
    backlog.remove_story(cast.tess, number=plan["consumer"])
    return partial(planner.accept_part, cast.tess, number=plan["proposal"], team="kestrel", skip_changed=True)


@scenario("planner.decline_part")
def _(cast: Cast, train: Train) -> Act:
    number = build_proposal(cast, train)["proposal"]
    return partial(planner.decline_part, cast.mika, number=number, team="merlin", note="No.")


@scenario("planner.change_part")
def _(cast: Cast, train: Train) -> Act:
    plan = build_proposal(cast, train)
    return partial(
        planner.change_part,
        cast.tess,
        number=plan["proposal"],
        team="kestrel",
        moves={plan["late"]: None},
        drop=[plan["consumer"]],
    )


# Train, calendar, capacity ------------------------------------------------------


@scenario("trains.edit_train")
def _(cast: Cast, train: Train) -> Act:
    return partial(trains.edit_train, cast.rosa, name="Orion the Second", buffer_percent=25)


@scenario("calendar.plan_increment")
def _(cast: Cast, train: Train) -> Act:
    return partial(calendar.plan_increment, cast.rosa, starts_on=FIRST_DAY + timedelta(weeks=12))


@scenario("calendar.edit_increment")
def _(cast: Cast, train: Train) -> Act:
    return partial(calendar.edit_increment, cast.rosa, number=1, name="Autumn", buffer_percent=30)


@scenario("calendar.advance_increment")
def _(cast: Cast, train: Train) -> Act:
    return partial(calendar.advance_increment, cast.rosa, number=1, to="committed")


@scenario("calendar.advance_increment")
def _(cast: Cast, train: Train) -> Act:
    """Closing settles the targets."""
    a_full_feature(train)
    with change(root(train)) as frame:
        frame.update(frame.get(Increment, number=1), "pi.edited", state="executing")
    return partial(calendar.advance_increment, cast.rosa, number=1, to="closed")


@scenario("calendar.remove_increment")
def _(cast: Cast, train: Train) -> Act:
    a_full_feature(train)
    there = iteration(train, 1, 2)
    build_story(train, pi_id=there.pi_id, iteration=there)
    build_dependency(train, needed_by=there)
    return partial(calendar.remove_increment, cast.rosa, number=1)


@scenario("calendar.edit_iteration")
def _(cast: Cast, train: Train) -> Act:
    return partial(calendar.edit_iteration, cast.rosa, iteration_id=iteration(train, 1, 2).pk, name="Second")


@scenario("calendar.add_milestone")
def _(cast: Cast, train: Train) -> Act:
    return partial(calendar.add_milestone, cast.rosa, name="Fair", on=FIRST_DAY + timedelta(days=20))


@scenario("calendar.edit_milestone")
def _(cast: Cast, train: Train) -> Act:
    with change(root(train)) as frame:
        row = frame.create(Milestone(name="Fair", on=FIRST_DAY), "milestone.created")
    return partial(calendar.edit_milestone, cast.rosa, milestone_id=row.pk, on=FIRST_DAY + timedelta(days=3))


@scenario("calendar.remove_milestone")
def _(cast: Cast, train: Train) -> Act:
    with change(root(train)) as frame:
        row = frame.create(Milestone(name="Fair", on=FIRST_DAY), "milestone.created")
    return partial(calendar.remove_milestone, cast.rosa, milestone_id=row.pk)


def a_closure(train: Train) -> int:
    with change(root(train)) as frame:
        return frame.create(Closure(name="Winter", starts_on=FIRST_DAY, ends_on=FIRST_DAY), "closure.created").pk


@scenario("calendar.add_closure")
def _(cast: Cast, train: Train) -> Act:
    return partial(calendar.add_closure, cast.rosa, name="Winter", starts_on=FIRST_DAY, ends_on=FIRST_DAY)


@scenario("calendar.edit_closure")
def _(cast: Cast, train: Train) -> Act:
    return partial(calendar.edit_closure, cast.rosa, closure_id=a_closure(train), name="Summer")


@scenario("calendar.remove_closure")
def _(cast: Cast, train: Train) -> Act:
    return partial(calendar.remove_closure, cast.rosa, closure_id=a_closure(train))


@scenario("capacity.set_capacity")
def _(cast: Cast, train: Train) -> Act:
    there = iteration(train, 1, 2).pk
    return partial(capacity.set_capacity, cast.tess, team="kestrel", iteration_id=there, points=21.5, note="Kim is new")


@scenario("capacity.clear_capacity")
def _(cast: Cast, train: Train) -> Act:
    there = iteration(train, 1, 2)
    with change(root(train)) as frame:
        frame.create(CapacityOverride(team_id=team(train), iteration=there, points=20, note="N"), "capacity.created")
    return partial(capacity.clear_capacity, cast.tess, team="kestrel", iteration_id=there.pk)


# People -------------------------------------------------------------------------


@scenario("people.add_team")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.add_team, cast.rosa, name="Osprey", mission="Fish")


@scenario("people.edit_team")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.edit_team, cast.tess, team="kestrel", mission="Hover")


@scenario("people.order_teams")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.order_teams, cast.rosa, teams=["nordlicht", "merlin", "kestrel"])


@scenario("people.remove_team")
def _(cast: Cast, train: Train) -> Act:
    build_story(train)
    build_dependency(train)
    build_feature(train, team_id=team(train))
    return partial(people.remove_team, cast.rosa, team="kestrel")


@scenario("people.add_member")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.add_member, cast.tess, team="kestrel", person_id=person(train, "Ansel Brandt").pk, share=50)


@scenario("people.edit_member")
def _(cast: Cast, train: Train) -> Act:
    member = Membership.objects.get(person=person(train))
    return partial(people.edit_member, cast.tess, membership_id=member.pk, share=60)


@scenario("people.remove_member")
def _(cast: Cast, train: Train) -> Act:
    member = Membership.objects.get(person=person(train))
    return partial(people.remove_member, cast.tess, membership_id=member.pk)


@scenario("people.add_person")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.add_person, cast.rosa, name="Noor Haddad", email="noor@example.org", roles=["stakeholder"])


@scenario("people.edit_person")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.edit_person, cast.rosa, person_id=person(train).pk, name="Kim Larsen-Holt")


@scenario("people.remove_person")
def _(cast: Cast, train: Train) -> Act:
    kim = person(train)
    build_feature(train, owner=kim)
    backlog.comment_on_feature(cast.kim, number=build_feature(train).number, text="Hm")
    with change(root(train)) as frame:
        frame.create(Absence(person=kim, starts_on=FIRST_DAY, ends_on=FIRST_DAY), "absence.created")
    return partial(people.remove_person, cast.rosa, person_id=kim.pk)


@scenario("people.set_roles")
def _(cast: Cast, train: Train) -> Act:
    ansel = person(train, "Ansel Brandt")
    return partial(people.set_roles, cast.rosa, person_id=ansel.pk, roles=["business_owner", "stakeholder"])


@scenario("people.link_account")
def _(cast: Cast, train: Train) -> Act:
    User.objects.create_user("noor@example.org", name="Noor")
    noor = people.add_person(cast.rosa, name="Noor", email="noor@example.org").subject
    with change(root(train)) as frame:
        frame.update(frame.get(Person, pk=noor.pk), "person.edited", user_id=None)
    return partial(people.link_account, cast.rosa, person_id=noor.pk)


@scenario("people.unlink_account")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.unlink_account, cast.rosa, person_id=person(train).pk)


@scenario("people.record_absence")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.record_absence, cast.tess, person_id=person(train).pk, starts_on=FIRST_DAY, ends_on=FIRST_DAY)


def an_absence(train: Train) -> int:
    with change(root(train)) as frame:
        row = Absence(person=person(train), starts_on=FIRST_DAY, ends_on=FIRST_DAY)
        return frame.create(row, "absence.created").pk


@scenario("people.edit_absence")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.edit_absence, cast.tess, absence_id=an_absence(train), reason="training")


@scenario("people.remove_absence")
def _(cast: Cast, train: Train) -> Act:
    return partial(people.remove_absence, cast.tess, absence_id=an_absence(train))


# Exchange -------------------------------------------------------------------------


@scenario("exchange.run_import")
def _(cast: Cast, train: Train) -> Act:
    actor: Actor = cast.rosa
    return partial(exchange.run_import, actor, plan=plan_of(actor, WORK), file_name="work.csv", digest="d")


# What if --------------------------------------------------------------------------

AWAY = {"kind": "capacity", "team": "merlin", "iteration": 2, "percent": 0.0}


def a_scenario(cast: Cast) -> int:
    number: int = whatif.keep_scenario(cast.tess, pi=1, name="Merlin away", changes=[AWAY]).subject.number
    return number


@scenario("whatif.keep_scenario")
def _(cast: Cast, train: Train) -> Act:
    return partial(whatif.keep_scenario, cast.tess, pi=1, name="Merlin away", changes=[AWAY])


@scenario("whatif.edit_scenario")
def _(cast: Cast, train: Train) -> Act:
    number = a_scenario(cast)
    return partial(whatif.edit_scenario, cast.tess, number=number, name="Merlin half away", changes=[])


@scenario("whatif.answer_scenario")
def _(cast: Cast, train: Train) -> Act:
    number = a_scenario(cast)
    return partial(whatif.answer_scenario, cast.mika, number=number, changes=[AWAY], result={"v": 1}, computed_at=7)


@scenario("whatif.remove_scenario")
def _(cast: Cast, train: Train) -> Act:
    return partial(whatif.remove_scenario, cast.rosa, number=a_scenario(cast))


STAGES = [(name, index) for name, stages in SCENARIOS.items() for index in range(len(stages))]


@pytest.mark.parametrize(("name", "index"), STAGES)
def test_the_journal_tells_the_whole_change(name: str, index: int, cast: Cast, train: Train) -> None:
    build_increment(train, number=9, starts_on=FIRST_DAY + timedelta(weeks=60))
    verify_action(train, SCENARIOS[name][index](cast, train))


def test_every_action_of_the_house_has_a_scenario() -> None:
    for module in iter_modules(headway.features.__path__):
        found = f"headway.features.{module.name}.actions"
        if module.ispkg and util.find_spec(found):
            import_module(found)
    assert sorted(SCENARIOS) == sorted(ACTIONS)
