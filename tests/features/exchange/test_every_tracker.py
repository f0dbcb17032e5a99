"""A small export of every tracker Headway names, from the file to the train, as CSV and as Excel, and once more."""

from pathlib import Path

import pytest

from headway.features.exchange.comparison import Preview
from headway.features.exchange.files import import_file
from headway.features.exchange.reading import read_table
from headway.kit.access import Actor
from headway.store.models import Dependency, Entry, Feature, Story, Train
from tests.cast import Cast
from tests.features.exchange.files import csv_of, workbook_of

JIRA = csv_of(
    "Summary,Issue key,Issue id,Issue Type,Status,Sprint,Custom field (Story Points),Parent key,"
    "Outward issue link (Blocks),Custom field (Team)",
    "Ticketing,OR-1,11,Epic,In Progress,,,,,Kestrel",
    "Sell a day ticket,OR-2,12,Story,In Progress,I1,3,OR-1,OR-3,Kestrel",
    "Print it,OR-3,13,Story,To Do,I2,2.5,OR-1,,Merlin",
)
JIRA_RU = csv_of(
    "Тема,Ключ проблемы,Тип задачи,Статус,Спринт,Пользовательское поле (Исторические точки),Родитель,"
    "Внешняя ссылка на проблему (Blocks),Команда",
    "Билеты,OR-1,Эпик,В работе,,,,,Kestrel",
    "Продать билет,OR-2,История,В работе,I1,3,OR-1,OR-3,Kestrel",
    "Распечатать,OR-3,История,К выполнению,I2,2.5,OR-1,,Merlin",
)
AZURE = csv_of(
    "ID,Work Item Type,Title,State,Story Points,Parent,Area Path,Iteration Path,Successors",
    r"1,Feature,Ticketing,Active,,,Rail\Kestrel,,",
    r"2,User Story,Sell a day ticket,Active,3,1,Rail\Kestrel,Rail\PI 1\I1,3",
    r"3,User Story,Print it,New,2.5,1,Rail\Merlin,Rail\PI 1\I2,",
)
GITHUB = csv_of(
    "Title,URL,Type,Status,Parent issue,Repository,Linked pull requests,Estimate,Sprint,Team,Body",
    "Ticketing,https://github.com/rail/app/issues/1,Epic,In progress,,rail/app,,,,Kestrel,",
    "Sell a day ticket,https://github.com/rail/app/issues/2,Story,In progress,https://github.com/rail/app/issues/1,"
    "rail/app,,3,I1,Kestrel,Blocks #3",
    "Print it,https://github.com/rail/app/issues/3,Story,Todo,https://github.com/rail/app/issues/1,"
    "rail/app,,2.5,I2,Merlin,",
)
GITLAB = csv_of(
    "Title,Description,Issue ID,URL,State,Author,Author Username,Assignee,Assignee Username,Confidential,Locked,"
    "Due Date,Created At (UTC),Updated At (UTC),Closed At (UTC),Milestone,Weight,Labels,Time Estimate,Time Spent,"
    "Epic ID,Epic Title",
    "Sell a day ticket,Blocks #3,2,https://gitlab.example/rail/app/-/issues/2,Open,Ann,ann,,,No,No,"
    ',2026-09-01 08:00:00,2026-09-02 08:00:00,,I1,3,"team::Kestrel,blocked",0,0,1,Ticketing',
    "Print it,,3,https://gitlab.example/rail/app/-/issues/3,Closed,Ann,ann,,,No,No,"
    ",2026-09-01 08:00:00,2026-09-02 08:00:00,2026-09-09 08:00:00,I2,2.5,team::Merlin,0,0,1,Ticketing",
)
EXPORTS = {"jira": JIRA, "jira in Russian": JIRA_RU, "azure": AZURE, "github": GITHUB, "gitlab": GITLAB}


def as_excel(data: bytes) -> bytes:
    table = read_table("work.csv", data)
    return workbook_of(table.headings, *(row.cells for row in table.rows))


def taken(actor: Actor, data: bytes, ending: str) -> Preview:
    name = str(Path("work").with_suffix(f".{ending}"))
    return import_file(actor, file_name=name, data=as_excel(data) if ending == "xlsx" else data)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("tracker", EXPORTS)
def test_a_feature_two_stories_and_their_dependency_come_in_once(
    cast: Cast, train: Train, tracker: str, ending: str
) -> None:
    preview = taken(cast.paul, EXPORTS[tracker], ending)
    assert (preview.plan.format, preview.errors) == (tracker.partition(" ")[0], ())
    feature = Feature.objects.get(train=train)
    stories = Story.objects.filter(train=train).select_related("team").order_by("external_id")
    assert [(str(each.team), each.points, each.feature_id) for each in stories] == [
        ("Kestrel", 3, feature.pk),
        ("Merlin", 2.5, feature.pk),
    ]
    assert [str(each.iteration) for each in stories] == ["I1", "I2"]
    link = Dependency.objects.get(train=train)
    assert (link.provider_story, link.consumer_story) == (stories[0], stories[1])
    entries = Entry.objects.count()
    assert taken(cast.paul, EXPORTS[tracker], ending).changes_nothing
    assert Entry.objects.count() == entries
