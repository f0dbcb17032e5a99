"""Plans brought into a train: created once, changed by the three-way rule, never half."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from headway.engine.errors import Forbidden
from headway.features.exchange.actions import run_import
from headway.features.exchange.comparison import Preview, Verdict
from headway.features.exchange.headings import recognise
from headway.features.exchange.interpretation import ImportPlan, Options
from headway.features.exchange.queries import options_for, plan_import, preview_import
from headway.features.exchange.reading import read_table
from headway.kit.access import Actor
from headway.store.change import change
from headway.store.models import (
    Dependency,
    Entry,
    Feature,
    ImportedRow,
    ImportRun,
    Increment,
    Iteration,
    Story,
    Target,
    Task,
    Team,
    Theme,
    Train,
)
from tests.builders import root
from tests.cast import Cast
from tests.features.exchange.files import csv_of, real

HEADINGS = "ID,Work Item Type,Title,State,Story Points,Parent,Area Path,Iteration Path,Predecessors"
FILE = (
    r"1,Feature,Lift map,New,,,D\Teams\Falcon,D\PI 7,",
    r"2,User Story,Draw the map,Active,3,1,D\Teams\Falcon,D\PI 7\Iteration 1,",
    r"3,User Story,Print the map,New,5,1,D\Teams\Kestrel,D\PI 7\Iteration 2,2",
    r"4,Task,Choose the paper,Closed,,3,D\Teams\Kestrel,D\PI 7\Iteration 2,",
)


def azure(*rows: str) -> bytes:
    return csv_of(HEADINGS, *rows)


def plan_of(actor: Actor, data: bytes, **choices: object) -> ImportPlan:
    table = read_table("work.csv", data)
    options: Options = replace(options_for(actor), **choices)  # type: ignore[arg-type]
    return plan_import(actor, table, mapping=recognise(table.headings), options=options)


def preview(actor: Actor, data: bytes) -> Preview:
    return preview_import(actor, plan_of(actor, data))


def bring_in(actor: Actor, data: bytes, **choices: object) -> ImportRun:
    run_import(actor, plan=plan_of(actor, data, **choices), file_name="work.csv", digest="d")
    return ImportRun.objects.latest("id")


def counted(*models: type[Model]) -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in models}


ALL = (Team, Increment, Iteration, Theme, Feature, Target, Story, Task, Dependency, Entry, ImportedRow)


def test_a_file_becomes_teams_iterations_features_stories_tasks_and_dependencies(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    pi = Increment.objects.get(name="PI 7")
    assert (pi.number, pi.state, pi.iterations.count()) == (7, "planning", 2)
    feature = Feature.objects.get(external_id="1")
    assert (feature.title, feature.source, feature.team and feature.team.name) == ("Lift map", "azure", "Falcon")
    assert [target.pi_id for target in feature.targets.all()] == [pi.pk]
    drawn, printed = Story.objects.filter(feature=feature).order_by("number")
    assert (drawn.title, drawn.points, drawn.state) == ("Draw the map", 3, "in_progress")
    assert (printed.team and printed.team.slug, printed.iteration and printed.iteration.name) == (
        "kestrel",
        "Iteration 2",
    )
    assert [(task.title, task.done) for task in printed.tasks.all()] == [("Choose the paper", True)]
    link = Dependency.objects.get()
    assert (link.consumer_story, link.provider_story, link.needs) == (printed, drawn, "Draw the map")
    assert (link.consumer_team.name, link.provider_team.name) == ("Kestrel", "Falcon")


def test_the_dry_run_says_the_same_as_the_import_and_writes_nothing(cast: Cast, train: Train) -> None:
    before = counted(*ALL)
    foreseen = preview(cast.rosa, azure(*FILE))
    assert counted(*ALL) == before
    run = bring_in(cast.rosa, azure(*FILE))
    assert run.counts["by_kind"] == foreseen.counts
    assert foreseen.counts["story"] == {"created": 2}


def test_the_same_file_twice_changes_nothing(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    after_first = counted(*ALL)
    again = preview(cast.rosa, azure(*FILE))
    assert again.changes_nothing
    assert {step.verdict for step in again.steps} == {Verdict.SAME}
    bring_in(cast.rosa, azure(*FILE))
    assert counted(*ALL) == after_first


def test_news_of_the_file_arrive_where_nobody_changed_anything_here(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    news = azure(
        FILE[0], FILE[1].replace("Active", "Closed").replace("Draw the map", "Draw the lifts"), FILE[2], FILE[3]
    )
    changed = [step for step in preview(cast.rosa, news).steps if step.verdict is Verdict.CHANGED]
    assert [(step.row, dict(step.before), dict(step.values)) for step in changed] == [
        (
            3,
            {"title": "Draw the map", "state": "in_progress"},
            {"title": "Draw the lifts", "state": "done"},
        )
    ]
    bring_in(cast.rosa, news)
    story = Story.objects.get(external_id="2")
    assert (story.title, story.state, story.version) == ("Draw the lifts", "done", 2)


def test_what_a_team_changed_here_is_kept_and_said(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    story = Story.objects.get(external_id="2")
    second = Iteration.objects.get(pi__name="PI 7", name="Iteration 2")
    with change(root(train)) as frame:
        frame.update(story, "story.moved", iteration_id=second.pk)
        frame.update(story, "story.edited", points=8.0)
    news = azure(FILE[0], FILE[1].replace(",3,1,", ",5,1,").replace("Active", "Resolved"), *FILE[2:])
    step = next(step for step in preview(cast.rosa, news).steps if step.key == "2")
    first = Iteration.objects.get(pi__name="PI 7", name="Iteration 1")
    assert (step.verdict, dict(step.values), dict(step.kept)) == (
        Verdict.CHANGED,
        {"state": "review"},
        {"points": 5.0, "iteration_id": first.pk},
    )
    assert step.reason == "Changed here since the last import: kept."
    bring_in(cast.rosa, news)
    story.refresh_from_db()
    assert (story.points, story.iteration_id, story.state) == (8.0, second.pk, "review")
    still = next(step for step in preview(cast.rosa, news).steps if step.key == "2")
    assert still.verdict is Verdict.KEPT


def test_a_move_in_the_file_never_tears_pi_and_iteration_apart(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    story = Story.objects.get(external_id="2")
    second = Iteration.objects.get(pi__name="PI 7", name="Iteration 2")
    with change(root(train)) as frame:
        frame.update(story, "story.moved", iteration_id=second.pk)
    bring_in(cast.rosa, azure(FILE[0], FILE[1].replace(r"PI 7\Iteration 1", r"PI 8\Iteration 9"), *FILE[2:]))
    story.refresh_from_db()
    assert (story.iteration_id, story.pi_id) == (second.pk, second.pi_id)


def test_what_was_removed_here_is_not_brought_back(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    with change(root(train)) as frame:
        frame.delete(Story.objects.get(external_id="2"), "story.removed")
    step = next(step for step in preview(cast.rosa, azure(*FILE)).steps if step.key == "2")
    assert (step.verdict, step.reason) == (
        Verdict.SKIPPED,
        "It was removed here since the last import and is not brought back.",
    )


def test_a_column_the_file_does_not_have_is_never_emptied(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    bring_in(cast.rosa, csv_of("ID,Work Item Type,Title,State", "2,User Story,Draw the map,Closed"))
    story = Story.objects.get(external_id="2")
    assert (story.state, story.points, story.iteration and story.iteration.name) == ("done", 3, "Iteration 1")
    assert (story.feature and story.feature.external_id, story.team and story.team.name) == ("1", "Falcon")


def test_a_row_that_cannot_be_taken_leaves_nothing_of_itself(cast: Cast, train: Train) -> None:
    run = bring_in(cast.rosa, azure(FILE[0], r"9,User Story,Colour,New,1000,1,D\Teams\Heron,D\PI 9\It 4,", *FILE[1:]))
    assert run.counts["errors"] == 1
    assert not Story.objects.filter(external_id="9").exists()
    assert not Team.objects.filter(name="Heron").exists()
    assert not Increment.objects.filter(name="PI 9").exists()
    assert Story.objects.count() == 2


def test_links_to_items_of_an_earlier_file_are_found(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    bring_in(cast.rosa, azure(r"20,User Story,Fold the map,New,1,1,D\Teams\Kestrel,D\PI 7\Iteration 2,3; 99"))
    story = Story.objects.get(external_id="20")
    assert story.feature == Feature.objects.get(external_id="1")
    assert [link.provider_story and link.provider_story.external_id for link in story.needs.all()] == ["3"]
    missing = preview(cast.rosa, azure(r"20,User Story,Fold the map,New,1,1,D\Teams\Kestrel,D\PI 7\Iteration 2,3; 99"))
    assert [(note.row, note.value) for note in missing.notes if "neither" in note.message] == [(2, "99")]


def test_a_team_that_comes_with_the_same_file_counts_for_its_dependencies(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(r"1,User Story,Map,New,,,,,", r"2,User Story,Print,New,,,,,1"))
    assert Dependency.objects.count() == 0
    news = azure(r"1,User Story,Map,New,,,D\Teams\Falcon,,", r"2,User Story,Print,New,,,D\Teams\Kestrel,,1")
    bring_in(cast.rosa, news)
    assert [(link.consumer_team.name, link.provider_team.name) for link in Dependency.objects.all()] == [
        ("Kestrel", "Falcon")
    ]
    assert preview(cast.rosa, news).changes_nothing


def test_a_closed_pi_stays_as_it_is(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, azure(*FILE))
    with change(root(train)) as frame:
        frame.update(Increment.objects.get(name="PI 7"), "pi.advanced", state="closed")
    news = azure(FILE[0], FILE[1].replace(r"PI 7\Iteration 1", r"PI 7\Iteration 2"), *FILE[2:])
    step = next(step for step in preview(cast.rosa, news).steps if step.key == "2")
    assert (step.verdict, step.reason) == (Verdict.KEPT, "Its PI is closed; what it came to is frozen.")
    bring_in(cast.rosa, azure(r"30,User Story,Late,New,1,1,D\Teams\Kestrel,D\PI 7\Iteration 2,"))
    late = Story.objects.get(external_id="30")
    assert (late.pi_id, late.iteration_id) == (None, None)


@pytest.mark.parametrize("name", ["bea", "ansel", "tess", "mika", "vera"])
def test_only_those_who_may_import_can(cast: Cast, train: Train, name: str) -> None:
    plan = plan_of(cast.rosa, azure(*FILE))
    with pytest.raises(Forbidden):
        run_import(cast.actor(name), plan=plan, file_name="work.csv", digest="d")
    with pytest.raises(Forbidden):
        preview_import(cast.actor(name), plan)
    assert Story.objects.count() == 0


def test_the_product_manager_may_import_too(cast: Cast, train: Train) -> None:
    assert bring_in(cast.paul, azure(*FILE)).actor_name == "Paul Adeyemi"


def test_a_retried_import_answers_as_it_did_before(cast: Cast, train: Train) -> None:
    plan, command = plan_of(cast.rosa, azure(*FILE)), uuid4()
    first = run_import(cast.rosa, plan=plan, file_name="a", digest="d", command_id=command)
    second = run_import(cast.rosa, plan=plan, file_name="a", digest="d", command_id=command)
    assert [entry.pk for entry in second.entries] == [entry.pk for entry in first.entries]
    assert ImportRun.objects.count() == 1


def test_the_number_of_queries_of_a_dry_run_does_not_grow_with_the_file(
    cast: Cast, train: Train, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = cast.rosa
    for count in (1, 30):
        rows = [rf"{at},User Story,S{at},New,1,,D\Teams\Kestrel,D\PI 7\Iteration 1," for at in range(count)]
        plan = plan_of(actor, azure(*rows))
        with django_assert_num_queries(12):
            preview_import(actor, plan)


@pytest.mark.data
def test_the_real_azure_export_comes_in_and_a_second_time_changes_nothing(cast: Cast, train: Train) -> None:
    data = real("exports/ado_safe_demo_export.csv")
    bring_in(cast.rosa, data, first_day=date(2026, 11, 30))
    assert counted(Theme, Feature, Story, Target) == {"Theme": 14, "Feature": 43, "Story": 82, "Target": 43}
    assert sorted(Team.objects.filter(external=False).values_list("name", flat=True)) == [
        "Agile Kanban",
        "Agile Standard",
        "Kestrel",
        "Merlin",
        "Team 1",
    ]
    assert preview(cast.rosa, data).changes_nothing


@pytest.mark.data
def test_the_real_github_project_comes_in_with_its_dependencies(cast: Cast, train: Train) -> None:
    data = real("exports/hhs_github_project_items_202311.json")
    bring_in(cast.rosa, data)
    assert counted(Story) == {"Story": 134}
    assert Story.objects.filter(iteration__isnull=False).count() == 99
    links = Dependency.objects.all()
    assert [(link.consumer_story or link.consumer_feature) is not None for link in links] == [True] * len(links)
    assert len(links) > 8
    assert preview(cast.rosa, data).changes_nothing


@pytest.mark.data
def test_the_real_release_plan_becomes_a_train_with_its_history(cast: Cast, train: Train) -> None:
    bring_in(cast.rosa, real("plans/k8s_releases.csv"))
    run = bring_in(cast.rosa, real("plans/k8s_kep_release_plan.csv"))
    assert run.counts["errors"] == 0
    assert counted(Feature, Target) == {"Feature": 433, "Target": 1235}
    releases = Increment.objects.filter(name__startswith="1.")
    assert [(pi.name, pi.state) for pi in releases] == [(f"1.{minor}", "closed") for minor in range(20, 37)]
    assert Target.objects.filter(planned=True).count() == 886
    assert Target.objects.filter(planned=True, outcome="landed").count() == 663
    assert Team.objects.filter(name__startswith="sig-").count() == 18
    assert preview(cast.rosa, real("plans/k8s_kep_release_plan.csv")).changes_nothing
