"""From rows to plans of work: hierarchy, teams, calendar, dependencies, and rows that cannot be taken."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from headway.features.exchange.headings import Field, recognise
from headway.features.exchange.interpretation import (
    EpicLevel,
    ImportPlan,
    KnownIteration,
    KnownPi,
    Level,
    Options,
    interpret,
)
from headway.features.exchange.interpretation.release_plan import known_pis
from headway.features.exchange.reading import read_table
from headway.features.exchange.reading.table import Severity
from tests.features.exchange.files import csv_of, real

TODAY = date(2026, 11, 22)
PLAIN = Options(today=TODAY)


def plan_of(data: bytes, options: Options = PLAIN) -> ImportPlan:
    table = read_table("work", data)
    return interpret(table, recognise(table.headings), options)


def errors(plan: ImportPlan) -> list[tuple[int | None, str, str]]:
    return [(p.row, p.column, p.value) for p in plan.problems if p.severity is Severity.ERROR]


def notes(plan: ImportPlan) -> list[str]:
    return [problem.message for problem in plan.problems if problem.severity is Severity.NOTE]


JIRA = "Summary,Issue key,Issue id,Issue Type,Status,Sprint,Sprint,Custom field (Story Points),Parent,Parent key"


def jira(*rows: str) -> bytes:
    return csv_of(JIRA, *rows)


def test_epics_are_features_unless_the_file_has_features_too() -> None:
    epic = "Ticketing,KES-1,10,Epic,To Do,,,,,"
    story = "Sell a day ticket,KES-2,11,Story,In Progress,,PI 3 Sprint 2,3,10,KES-1"
    plan = plan_of(jira(epic, story))
    assert [(f.key, f.title) for f in plan.features] == [("KES-1", "Ticketing")]
    assert [(s.key, s.feature, s.pi, s.iteration, s.points, s.state) for s in plan.stories] == [
        ("KES-2", "KES-1", "PI 3", "Sprint 2", 3, "in_progress")
    ]
    feature = "Season tickets,KES-3,12,Feature,To Do,,,8,10,"
    plan = plan_of(jira(epic, feature, story))
    assert [theme.name for theme in plan.themes] == ["Ticketing"]
    assert [(f.key, f.theme, f.size) for f in plan.features] == [("KES-3", "KES-1", 8)]
    as_themes = plan_of(jira(epic), replace(PLAIN, epics=EpicLevel.THEME))
    assert [theme.key for theme in as_themes.themes] == ["KES-1"]


def test_the_last_sprint_counts_and_parents_may_be_named_by_number() -> None:
    plan = plan_of(
        jira(
            "Ticketing,KES-1,10,Epic,To Do,,,,,",
            'Sell,KES-2,11,Story,Done,Sprint 11,Sprint 12,"2,5",10,',
            "Print,KES-3,13,Sub-task,Done,,,,11,",
        )
    )
    assert [(s.feature, s.iteration, s.points) for s in plan.stories] == [("KES-1", "Sprint 12", 2.5)]
    assert [(t.key, t.story, t.done) for t in plan.tasks] == [("KES-3", "KES-2", True)]


def test_links_become_dependencies_once_whichever_side_tells() -> None:
    plan = plan_of(
        csv_of(
            "Summary,Issue key,Issue Type,Outward issue link (Blocks),Outward issue link (Blocks),"
            "Inward issue link (Blocks)",
            "Reader,A-1,Story,A-2,A-3,",
            "Gate,A-2,Story,,,A-1",
            "Till,A-3,Story,,,X-9",
        )
    )
    assert [(d.consumer, d.provider) for d in plan.dependencies] == [
        ("A-2", "A-1"),
        ("A-3", "A-1"),
        ("A-3", "X-9"),
    ]


def test_a_circle_of_parents_is_refused_and_named() -> None:
    plan = plan_of(
        jira(
            "One,A-1,1,Story,To Do,,,,,A-2",
            "Two,A-2,2,Story,To Do,,,,,A-3",
            "Three,A-3,3,Story,To Do,,,,,A-1",
            "Four,A-4,4,Sub-task,To Do,,,,,A-1",
            "Self,A-5,5,Story,To Do,,,,,A-5",
        )
    )
    assert [row for row, _, _ in errors(plan)] == [2, 3, 4, 6]
    assert "A-1 → A-2 → A-3 → A-1" in plan.problems[0].message
    assert [story.key for story in plan.stories] == ["A-4"]


def test_a_repeated_identifier_is_an_error_of_the_later_row() -> None:
    plan = plan_of(jira("One,A-1,1,Story,To Do,,,,,", "Again,A-1,1,Story,To Do,,,,,"))
    assert errors(plan) == [(3, "Issue key", "A-1")]
    assert "already stands in row 2" in plan.problems[0].message
    assert [story.title for story in plan.stories] == ["One"]


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("One,A-1,1,Story,To Do,,,1000,,", "Custom field (Story Points)", "1000"),
        ("One,A-1,1,Story,To Do,,,three,,", "Custom field (Story Points)", "three"),
        (",A-1,1,Story,To Do,,,,,", "Summary", ""),
        (f"One,A-1,1,Story,To Do,,{'S' * 81},,,", "Sprint", "S" * 81),
    ],
)
def test_a_row_that_cannot_be_taken_names_column_and_value(row: str, column: str, value: str) -> None:
    plan = plan_of(jira(row, "Two,A-2,2,Story,To Do,,,,,"))
    assert errors(plan) == [(2, column, value)]
    assert [story.key for story in plan.stories] == ["A-2"]


def test_words_nobody_knows_are_noted_once_and_taken_as_a_beginning() -> None:
    plan = plan_of(
        jira(
            "One,A-1,1,Gizmo,Marinating,,,,,",
            "Two,A-2,2,Gizmo,Marinating,,,,,",
            "Three,A-3,3,Story,Cancelled,,,,,",
        )
    )
    assert [(story.key, story.state) for story in plan.stories] == [("A-1", "todo"), ("A-2", "todo")]
    assert sorted(notes(plan)) == [
        "The item was cancelled or removed; it is left out.",
        "The state 'Marinating' is not known; items in it come in as not started.",
        "The type 'Gizmo' is not known; its items come in as stories.",
    ]
    levels = plan_of(jira("One,A-1,1,Gizmo,To Do,,,,,"), replace(PLAIN, levels={"gizmo": Level.FEATURE}))
    assert [feature.key for feature in levels.features] == ["A-1"]


def test_a_row_without_identifier_gets_one_from_its_content() -> None:
    data = csv_of("Name,Squad,Sprint", "Draw the map,Kestrel,Sprint 1", "Draw the map ,Kestrel,Sprint 1")
    plan = plan_of(data)
    assert [story.key[:8] for story in plan.stories] == ["content:"]
    assert plan_of(data).stories[0].key == plan.stories[0].key
    assert [row for row, _, _ in errors(plan)] == [3]


def test_a_long_title_is_shortened_and_kept_whole_in_the_description() -> None:
    plan = plan_of(jira(f"{'long ' * 60},A-1,1,Story,To Do,,,,,"))
    story = plan.stories[0]
    assert len(story.title) == 240
    assert story.description == ("long " * 60).strip()


def test_an_indented_table_gives_the_hierarchy() -> None:
    plan = plan_of(
        csv_of(
            "ID,Work Item Type,Title 1,Title 2,Title 3,State,Tags",
            "1,Epic,Lifts,,,New,",
            "2,Feature,,Gondola,,New,",
            "3,User Story,,,Board the gondola,Active,BLOCKER; WEB",
            "4,Feature,,Chairlift,,New,",
            "5,User Story,,,Board the chair,Resolved,",
            "6,Task,Paint the hut,,,New,",
        )
    )
    assert [(f.title, f.theme) for f in plan.features] == [("Gondola", "1"), ("Chairlift", "1")]
    assert [(s.key, s.feature, s.state, s.blocked) for s in plan.stories] == [
        ("3", "2", "in_progress", True),
        ("5", "4", "review", False),
        ("6", None, "todo", False),
    ]


def test_undated_iterations_are_laid_out_from_the_chosen_day_in_the_trains_cadence() -> None:
    data = csv_of(
        "ID,Work Item Type,Title,State,Area Path,Iteration Path",
        r"1,User Story,A,New,D\Teams\Kestrel,D\PI 4\Iteration 10",
        r"2,User Story,B,New,D\Teams\Kestrel,D\PI 4\Iteration 9",
        r"3,User Story,C,New,D\Teams\Kestrel,D\PI 4\Iteration 11 (Plus 1)",
        r"4,User Story,E,New,D\Teams\Kestrel,D\PI 5",
    )
    plan = plan_of(data, replace(PLAIN, first_day=date(2026, 1, 5), iterations_per_pi=2, ip_weeks=1))
    assert [(i.pi, i.name, i.starts_on.isoformat(), i.ends_on.isoformat(), i.is_ip) for i in plan.iterations] == [
        ("PI 4", "Iteration 9", "2026-01-05", "2026-01-18", False),
        ("PI 4", "Iteration 10", "2026-01-19", "2026-02-01", False),
        ("PI 4", "Iteration 11 (Plus 1)", "2026-02-02", "2026-02-08", True),
        ("PI 5", "I1", "2026-02-09", "2026-02-22", False),
        ("PI 5", "I2", "2026-02-23", "2026-03-08", False),
        ("PI 5", "IP", "2026-03-09", "2026-03-15", True),
    ]
    assert [(pi.name, pi.number) for pi in plan.pis] == [("PI 4", 4), ("PI 5", 5)]
    assert [(s.pi, s.iteration) for s in plan.stories][3] == ("PI 5", None)


def test_what_the_train_has_already_is_used_and_not_made_again() -> None:
    known = KnownPi(
        name="PI 4",
        number=4,
        starts_on=date(2026, 1, 5),
        ends_on=date(2026, 2, 1),
        iterations=(
            KnownIteration(name="Sprint 9", starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 18)),
            KnownIteration(name="Sprint 10", starts_on=date(2026, 1, 19), ends_on=date(2026, 2, 1)),
        ),
    )
    data = jira("One,A-1,1,Story,To Do,,Sprint 10,,,", "Two,A-2,2,Story,To Do,,Sprint 11,,,")
    plan = plan_of(data, replace(PLAIN, calendar=(known,)))
    assert [(s.pi, s.iteration) for s in plan.stories] == [("PI 4", "Sprint 10"), ("PI 5", "Sprint 11")]
    assert [(i.pi, i.name, i.starts_on) for i in plan.iterations] == [("PI 5", "Sprint 11", date(2026, 2, 2))]


def test_one_iteration_with_two_beginnings_keeps_the_first_and_says_so() -> None:
    table = read_table("a.csv", csv_of("Title,Sprint,Starts", "A,S1,2026-01-05", "B,S1,2026-01-12", "C,S1,2026-01-05"))
    mapping = recognise(table.headings).changed({2: Field.ITERATION_START})
    plan = interpret(table, mapping, PLAIN)
    assert [i.starts_on for i in plan.iterations] == [date(2026, 1, 5)]
    assert notes(plan) == ["'S1' starts on 2026-01-12 here and on 2026-01-05 before; the earlier row counts."]


def test_labels_may_name_team_type_and_trouble() -> None:
    plan = plan_of(
        csv_of(
            "Title,Issue ID,URL,State,Author Username,Labels,Milestone",
            'Reader,1,https://gitlab.example/g/p/-/issues/1,opened,ann,"team::Kestrel,blocked",Sprint 1',
            'Gate,2,https://gitlab.example/g/p/-/issues/2,closed,ann,"topic: Web,dependency",Sprint 1',
        )
    )
    assert [(s.key, s.team, s.blocked, s.state) for s in plan.stories] == [
        ("g/p#1", "Kestrel", True, "todo"),
        ("g/p#2", "p", False, "done"),
    ]
    assert len([note for note in notes(plan) if "Draw it on the board" in note]) == 1


@pytest.mark.data
def test_the_real_azure_export_becomes_teams_pis_themes_features_and_stories() -> None:
    plan = plan_of(real("exports/ado_safe_demo_export.csv"))
    assert Counter(
        teams=len(plan.teams),
        pis=len(plan.pis),
        themes=len(plan.themes),
        features=len(plan.features),
        stories=len(plan.stories),
        tasks=len(plan.tasks),
    ) == Counter(teams=3, pis=4, themes=14, features=43, stories=82, tasks=0)
    assert {team.name: team.rows for team in plan.teams} == {
        "Agile Standard": 56,
        "Agile Kanban": 31,
        "Team 1": 22,
    }
    assert [pi.name for pi in plan.pis] == ["PI 20", "PI 21", "PI 22", "PI 24"]
    assert [i.name for i in plan.iterations if i.is_ip] == [
        "Iteration 100 (Plus 1)",
        "Iteration 105 (Plus 1)",
        "IP",
    ]
    assert errors(plan) == []


@pytest.mark.data
def test_the_real_github_project_becomes_dated_sprints_and_dependencies_from_its_texts() -> None:
    plan = plan_of(real("exports/hhs_github_project_items_202311.json"))
    assert [(i.name, i.starts_on.isoformat(), i.ends_on.isoformat()) for i in plan.iterations] == [
        ("Sprint 2", "2023-07-12", "2023-07-25"),
        ("Sprint 3", "2023-07-26", "2023-08-08"),
        ("Sprint 4", "2023-08-09", "2023-08-22"),
        ("Sprint 5", "2023-08-23", "2023-09-05"),
        ("Sprint 6", "2023-09-06", "2023-09-19"),
    ]
    assert len(plan.stories) + len([f for f in plan.features if "#" in f.key]) == 138
    assert sum(1 for s in plan.stories if s.points is not None) == 29
    home = "HHS/simpler-grants-gov"
    links = {(d.consumer, d.provider) for d in plan.dependencies}
    assert (f"{home}#299", f"{home}#188") in links
    assert (f"{home}#285", f"{home}#299") in links
    assert (f"{home}#357", f"{home}#283") in links
    assert len(links) == 24
    assert errors(plan) == []


@pytest.mark.data
def test_the_real_delivery_table_becomes_a_quad_with_epics_below_deliverables() -> None:
    plan = plan_of(real("exports/hhs_etl_sprint_quad_202411.json"))
    assert [(pi.name, pi.starts_on.isoformat(), pi.ends_on.isoformat()) for pi in plan.pis] == [
        ("Quad 1.1", "2024-09-09", "2025-01-09")
    ]
    assert [i.name for i in plan.iterations] == ["Sprint 1.2", "Sprint 1.3", "Sprint 1.4"]
    assert len(plan.stories) == 22
    assert len(plan.features) == 6
    assert len(plan.themes) == 4
    assert errors(plan) == [(24, "issue_url", "https://github.com/HHS/simpler-grants-gov/issues/2763")]


@pytest.mark.data
def test_the_real_kubernetes_release_plan_gives_the_published_figures() -> None:
    calendar = known_pis(plan_of(real("plans/k8s_releases.csv")))
    plan = plan_of(real("plans/k8s_kep_release_plan.csv"), replace(PLAIN, calendar=calendar))
    assert len(calendar) == 17
    assert len(plan.teams) == 18
    assert len(plan.features) == 433
    assert len(plan.targets) == 1235
    planned = Counter(target.outcome for target in plan.targets if target.planned)
    assert planned == {"landed": 663, "missed": 223}
    assert round(100 * planned["landed"] / planned.total(), 1) == 74.8
    assert len(plan.decided_pis) == 17
    assert [feature.title for feature in plan.features if feature.title.startswith("KEP Template")][:1] == [
        "KEP Template (85)"
    ]
    assert len({feature.title for feature in plan.features}) == 433
    assert errors(plan) == []


@pytest.mark.data
def test_the_release_plan_alone_is_laid_out_in_the_past() -> None:
    plan = plan_of(real("plans/k8s_kep_release_plan.csv"))
    assert [pi.name for pi in plan.pis] == [f"1.{minor}" for minor in range(20, 37)]
    assert [pi.number for pi in plan.pis] == list(range(20, 37))
    assert plan.pis[-1].ends_on < TODAY
    assert all(pi.closed for pi in plan.pis)


def test_a_release_plan_notes_who_takes_part_and_where_it_went() -> None:
    plan = plan_of(
        csv_of(
            "PI,Feature ID,Feature,Team,Participating teams,Planned,Outcome,Moved to",
            "PI 1,F1,Lift map,Kestrel,Merlin|Kestrel,yes,no,PI 2",
            "PI 2,F1,Lift map,Kestrel,,yes,,",
            "PI 2,F1,Lift map,Kestrel,,yes,,",
            "PI 2,F2,,Kestrel,,yes,,",
            "PI 2,F3,Hut,Kestrel,,perhaps,,",
        )
    )
    assert [(t.pi, t.planned, t.outcome, t.note) for t in plan.targets] == [
        ("PI 1", True, "missed", "With Merlin. Moved to PI 2"),
        ("PI 2", True, "", ""),
    ]
    assert errors(plan) == [(4, "Feature ID", "F1"), (5, "Feature", ""), (6, "Planned", "perhaps")]


def test_a_github_view_exported_as_table_is_read_like_its_json() -> None:
    plan = plan_of(
        b"Title\tURL\tAssignees\tStatus\tLinked pull requests\tMilestone\tLabels\tSprint\tEstimate\n"
        b"[Task]: Draw the map\thttps://github.com/o/maps/issues/7\tann\tIn Progress\t\t[Epic]: Maps\t"
        b"team: Kestrel, blocked\tSprint 3\t5\n"
        b"Print it\thttps://github.com/o/maps/issues/8\t\tDone\t\t\t\t\t\n"
    )
    assert plan.format == "github"
    assert [(s.key, s.title, s.team, s.feature, s.iteration, s.points, s.state, s.blocked) for s in plan.stories] == [
        ("o/maps#7", "Draw the map", "Kestrel", "group:maps", "Sprint 3", 5, "in_progress", True),
        ("o/maps#8", "Print it", "maps", None, None, None, "done", False),
    ]
    assert [(f.title, f.derived) for f in plan.features] == [("Maps", True)]


def test_due_dates_place_items_without_an_iteration_only_if_asked_to() -> None:
    heading = "Тема,Ключ проблемы,Тип задачи,Статус,Спринт,Срок исполнения"
    data = csv_of(
        heading,
        "Карта,КАР-1,История,В работе,,29/июл/26 09:59",
        "Печать,КАР-2,История,Готово,Спринт 7,soon",
        "Сгиб,КАР-3,Подзадача,Готово,,скоро",
    )
    known = KnownPi(
        name="PI 4",
        number=4,
        starts_on=date(2026, 7, 20),
        ends_on=date(2026, 8, 2),
        iterations=(KnownIteration(name="I1", starts_on=date(2026, 7, 20), ends_on=date(2026, 8, 2)),),
    )
    plain = plan_of(data, replace(PLAIN, calendar=(known,)))
    assert [(s.key, s.pi, s.iteration, s.state) for s in plain.stories] == [
        ("КАР-1", None, None, "in_progress"),
        ("КАР-2", "PI 5", "Спринт 7", "done"),
        ("КАР-3", None, None, "done"),
    ]
    assert plain.unused_columns == ("Срок исполнения",)
    placed = plan_of(data, replace(PLAIN, calendar=(known,), place_by_due=True))
    assert [(s.key, s.pi, s.iteration) for s in placed.stories] == [("КАР-1", "PI 4", "I1")]
    assert errors(placed) == [(3, "Срок исполнения", "soon"), (4, "Срок исполнения", "скоро")]
    assert placed.unused_columns == ()
