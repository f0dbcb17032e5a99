"""The lists Headway exports, brought in again: by command line, API and page they know their own."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from headway.features.exchange.comparison import Preview
from headway.features.exchange.files import exported_list, import_file
from headway.kit.access import Actor
from headway.store.change import change
from headway.store.models import Entry, Feature, Increment, Iteration, Story, Target, Team, Theme, Train
from tests.builders import build_feature, build_story, build_train, iteration, root
from tests.cast import Cast

As = Callable[[str], Client]
KINDS = {"features": "headway-features", "stories": "headway-stories"}


@pytest.fixture
def full(train: Train) -> Train:
    """Features and stories that use every column of their lists, with texts that are hard to carry."""
    with change(root(train)) as frame:
        theme = frame.create(Theme(name="Quiet, warm coaches"), "theme.created")
        pi = Increment.objects.get(train=train)
        frame.update(pi, "pi.edited", name="2026/Q4, autumn")
    lift = build_feature(
        train,
        "=cmd|'/C calc'!A1",
        theme=theme,
        team=Team.objects.get(train=train, slug="kestrel"),
        state="in_progress",
        size=13.5,
        user_value=8,
        time_criticality=5,
        risk_opportunity=3,
        job_size=2,
        description="- first\n- second; with, commas\n",
        acceptance_criteria="'quoted'",
        benefit_hypothesis="+5 % riders",
        source="jira",
        external_id="OR-7",
    )
    build_feature(train, "Signal box", type="enabler", enabler_kind="architecture")
    with change(root(train)) as frame:
        frame.create(Target(feature=lift, pi=pi), "target.created")
    build_story(train, "Show it", feature=lift, points=2.5, blocked=True, iteration=iteration(train, 1, 2), pi=pi)
    build_story(train, "Prove it", type="enabler", enabler_kind="exploration", state="review", points=0)
    return train


def taken(actor: Actor, data: bytes, *, name: str = "list.csv", dry_run: bool = False) -> Preview:
    return import_file(actor, file_name=name, data=data, dry_run=dry_run)


def edited(data: bytes, title: str, **cells: str) -> bytes:
    """The list with the cells of one row written over, as somebody does in a spreadsheet."""
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))
    row = next(row for row in rows if row["Title"] == title)
    row.update({column.replace("_", " "): value for column, value in cells.items()})
    return written(rows)


def written(rows: list[dict[str, str]]) -> bytes:
    target = StringIO(newline="")
    writer = csv.DictWriter(target, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def everything(train: Train) -> list[Any]:
    return [list(model.objects.filter(train=train).order_by("pk").values()) for model in (Feature, Story, Target, Team)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("name", KINDS)
def test_a_list_that_comes_back_unchanged_changes_nothing(cast: Cast, full: Train, name: str, ending: str) -> None:
    before, entries = everything(full), Entry.objects.count()
    preview = taken(cast.paul, exported_list(cast.paul, name, ending).data, name=f"list.{ending}")
    assert (preview.plan.format, preview.problems) == (KINDS[name], ())
    assert {step.verdict.value for step in preview.steps} == {"same"}
    assert everything(full) == before
    assert Entry.objects.count() == entries


def test_business_and_enabler_features_stay_features(cast: Cast, full: Train) -> None:
    preview = taken(cast.paul, exported_list(cast.paul, "features", "csv").data)
    assert preview.counts == {"team": {"same": 1}, "theme": {"same": 1}, "feature": {"same": 2}, "target": {"same": 1}}
    assert preview.plan.unused_columns == ("Owner",)


def test_an_edit_in_the_spreadsheet_arrives(cast: Cast, full: Train) -> None:
    data = exported_list(cast.paul, "features", "csv").data
    preview = taken(
        cast.paul, edited(data, "Signal box", Title="Signal tower", Type="Business", User_value="13", Theme="Safety")
    )
    assert preview.counts["feature"] == {"same": 1, "changed": 1}
    found = Feature.objects.select_related("theme").get(title="Signal tower")
    assert (found.type, found.enabler_kind, found.user_value, str(found.theme)) == ("feature", "", 13, "Safety")


def test_a_story_is_moved_and_rid_of_its_feature_by_number(cast: Cast, full: Train) -> None:
    data = exported_list(cast.paul, "stories", "csv").data
    taken(cast.paul, edited(data, "Show it", Iteration="I3", Feature_number="", Feature="", Blocked="no"))
    found = Story.objects.get(title="Show it")
    assert (found.iteration, found.feature, found.blocked) == (Iteration.objects.get(train=full, number=3), None, False)


def test_what_was_changed_here_since_the_export_is_kept(cast: Cast, full: Train) -> None:
    data = exported_list(cast.paul, "stories", "csv").data
    with change(cast.mika) as frame:
        frame.update(frame.get(Story, title="Prove it"), "story.edited", points=8)
    preview = taken(cast.paul, edited(data, "Prove it", Title="Prove it twice"))
    assert Story.objects.get(title="Prove it").points == 8
    kept = next(step for step in preview.steps if step.verdict.value == "kept")
    assert (sorted(kept.kept), kept.reason) == (["points", "title"], "Changed here since the export: kept.")


def test_a_row_without_a_number_is_new_and_only_once(cast: Cast, full: Train) -> None:
    data = exported_list(cast.paul, "stories", "csv").data
    data = edited(data, "Prove it", Number="", Version="", Train="", Title="Brand new", Team="Merlin")
    assert taken(cast.paul, data).counts["story"] == {"same": 1, "created": 1}
    assert taken(cast.paul, data).counts["story"] == {"same": 2}
    assert Story.objects.get(title="Brand new").team == Team.objects.get(train=full, slug="merlin")


def test_what_was_removed_here_is_named_and_not_brought_back(cast: Cast, full: Train) -> None:
    data = exported_list(cast.paul, "stories", "csv").data
    number = Story.objects.get(title="Prove it").number
    with change(root(full)) as frame:
        frame.delete(frame.get(Story, title="Prove it"), "story.removed")
    skipped = next(step for step in taken(cast.paul, data).steps if step.verdict.value == "skipped")
    assert skipped.reason == (
        f"This train has no story {number} any more. Empty its number to bring it in as a new one."
    )


def test_another_train_takes_the_list_as_new_work_once(cast: Cast, full: Train) -> None:
    lists = [exported_list(cast.paul, name, "csv").data for name in KINDS]
    other = build_train("vega", "Vega").paul
    for _ in range(2):
        for data in lists:
            taken(other, data)
    features = Feature.objects.filter(train__slug="vega").order_by("number")
    assert [(each.title, each.size, each.source) for each in features] == [
        ("=cmd|'/C calc'!A1", 13.5, "jira"),
        ("Signal box", None, "headway"),
    ]
    stories = Story.objects.filter(train__slug="vega").order_by("number")
    assert [(each.title, each.points, each.feature, each.pi) for each in stories] == [
        ("Show it", 2.5, features[0], None),
        ("Prove it", 0, None, None),
    ]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"State": "Lunch"}, "State", "Lunch"),
        ({"Type": "Story"}, "Type", "Story"),
        ({"User_value": "40"}, "User value", "40"),
        ({"Size": "big"}, "Size", "big"),
        ({"Number": "1.5"}, "Number", "1.5"),
        ({"Title": ""}, "Title", ""),
    ],
)
def test_a_row_that_cannot_be_taken_is_left_out_and_named(
    cast: Cast, full: Train, cells: dict[str, str], column: str, value: str
) -> None:
    before = everything(full)
    data = edited(exported_list(cast.paul, "features", "csv").data, "Signal box", **cells)
    problem = taken(cast.paul, data).errors[0]
    assert (problem.column, problem.value) == (column, value)
    assert everything(full) == before


def test_page_and_api_read_a_list_that_comes_back_like_the_command_line(as_: As, cast: Cast, full: Train) -> None:
    data = exported_list(cast.paul, "features", "csv").data
    client = as_("paul")
    sent = client.post("/trains/orion/import", {"file": SimpleUploadedFile("orion-features.csv", data)}, follow=True)
    assert "Headway list of features" in sent.content.decode()
    answer = client.post("/api/v1/trains/orion/import", {"file": SimpleUploadedFile("orion-features.csv", data)})
    assert answer.json()["format"] == "headway-features"
    assert answer.json()["counts"]["feature"] == {"same": 2}
