"""Which export a row of headings belongs to, and what its columns mean."""

import json
from typing import Any

import pytest

from headway.engine.errors import Invalid
from headway.features.exchange.headings import Field, Mapping, recognise
from tests.features.exchange.files import real


def meaning(mapping: Mapping) -> dict[str, list[str]]:
    return {field.value: [mapping.headings[at] for at in columns] for field, columns in mapping.columns.items()}


def known_headings() -> dict[str, Any]:
    return dict(json.loads(real("exports/tracker_csv_headers.json")))


@pytest.mark.data
@pytest.mark.parametrize(
    ("export", "part", "format_name"),
    [
        ("jira_cloud_2026_en_team_managed", "header", "jira"),
        ("jira_server_ru_localised", "header_selected", "jira"),
        ("jira_2020_short", "header", "jira"),
        ("ado_query_csv", "header", "azure"),
        ("ado_tree_csv", "header", "azure"),
        ("jira_cloud_2026_hebrew_site", "header_tail", "manual"),
    ],
)
def test_real_heading_lines_are_recognised(export: str, part: str, format_name: str) -> None:
    assert recognise(known_headings()[export][part]).format == format_name


@pytest.mark.data
def test_a_jira_cloud_export_is_mapped_with_its_repeated_columns() -> None:
    found = meaning(recognise(known_headings()["jira_cloud_2026_en_team_managed"]["header"]))
    assert found == {
        "id": ["Issue key"],
        "alias": ["Issue id"],
        "kind": ["Issue Type"],
        "title": ["Summary"],
        "description": ["Description"],
        "state": ["Status"],
        "state_group": ["Status Category"],
        "points": ["Custom field (Story point estimate)"],
        "parent": ["Parent key", "Parent"],
        "group": ["Parent summary"],
        "team": ["Custom field (Team)"],
        "repository": ["Project name", "Project key"],
        "iteration": ["Sprint", "Sprint", "Sprint"],
        "due": ["Due date"],
    }


@pytest.mark.data
def test_a_translated_jira_export_is_mapped_with_the_two_sides_of_its_links() -> None:
    found = meaning(recognise(known_headings()["jira_server_ru_localised"]["header_selected"]))
    assert found["id"] == ["Ключ проблемы"]
    assert found["iteration"] == ["Спринт"]
    assert found["points"] == ["Пользовательское поле (Исторические точки)"]
    assert found["blocked_by"] == [
        "Входящая связь задачи (Blocks)",
        "Входящая связь задачи (Gantt End to Start)",
    ]
    assert found["blocks"] == ["Внешняя ссылка на проблему (Blocks)"]


def test_both_spellings_of_story_points_count_and_links_of_no_consequence_do_not() -> None:
    found = meaning(
        recognise(
            [
                "Summary",
                "Issue key",
                "Issue Type",
                "Custom field (Story point estimate)",
                "Custom field (Story Points)",
                "Outward issue link (Blocks)",
                "Outward issue link (Blocks)",
                "Inward issue link (Blocks)",
                "Outward issue link (Dependency)",
                "Inward issue link (Cloners)",
            ]
        )
    )
    assert found["points"] == ["Custom field (Story Points)", "Custom field (Story point estimate)"]
    assert found["blocks"] == ["Outward issue link (Blocks)", "Outward issue link (Blocks)"]
    assert found["blocked_by"] == ["Inward issue link (Blocks)", "Outward issue link (Dependency)"]


def test_an_indented_azure_export_has_a_title_per_level() -> None:
    found = meaning(recognise(["ID", "Work Item Type", "Title 1", "Title 2", "Title 3", "State"]))
    assert found["tree_title"] == ["Title 1", "Title 2", "Title 3"]


@pytest.mark.parametrize(
    ("headings", "format_name"),
    [
        (
            "Title,Description,Issue ID,URL,State,Author Username,Created At (UTC),Milestone,Weight,Labels",
            "gitlab",
        ),
        (
            "Title,URL,Assignees,Status,Labels,Milestone,Repository,Linked pull requests,Estimate,Sprint",
            "github",
        ),
        (
            "release,kep,title,owning_sig,participating_sigs,planned_strict,landed_final_record",
            "release-plan",
        ),
        ("PI,Feature ID,Feature,Team,Planned,Outcome", "release-plan"),
        (
            "release,cycle_start,enhancements_freeze_utc,code_freeze_utc,ga_planned_in_readme",
            "release-calendar",
        ),
        ("Name,Squad,Sprint,Estimate", "manual"),
    ],
)
def test_other_trackers_are_told_by_their_headings(headings: str, format_name: str) -> None:
    assert recognise(headings.split(",")).format == format_name


def test_unknown_headings_begin_with_a_guess_that_can_be_changed() -> None:
    guess = recognise(["Name", "Squad", "Sprint", "Effort in days", "Remarks"])
    assert meaning(guess) == {"title": ["Name"], "team": ["Squad"], "iteration": ["Sprint"]}
    changed = guess.changed({3: Field.POINTS, 4: Field.DESCRIPTION, 1: None})
    assert meaning(changed) == {
        "title": ["Name"],
        "iteration": ["Sprint"],
        "points": ["Effort in days"],
        "description": ["Remarks"],
    }
    assert changed.unused() == ("Squad",)


def test_a_mapping_without_a_title_is_refused_with_the_way_out() -> None:
    with pytest.raises(Invalid, match="No column is marked as the title"):
        recognise(["Colour", "Weight of the bicycle"]).check()
