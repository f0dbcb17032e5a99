"""Dates, numbers, paths and references as trackers write them."""

from contextlib import suppress
from datetime import date
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.features.exchange.interpretation.cells import date_of, days_of, points_of, reads_day_first, yes
from headway.features.exchange.interpretation.paths import (
    Place,
    natural,
    places_of_paths,
    teams_of_areas,
    without_team,
)
from headway.features.exchange.interpretation.references import key_of, named_in


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-11", date(2026, 9, 11)),
        ("2020-10-07T08:00Z", date(2020, 10, 7)),
        ("11/Sep/26 1:54 PM", date(2026, 9, 11)),
        ("19/Aug/20 12:36 PM", date(2020, 8, 19)),
        ("29/июл/26 09:59", date(2026, 7, 29)),
        ("3 мая 2026", date(2026, 5, 3)),
        ("23.8.2026", date(2026, 8, 23)),
        ("8/23/2026 1:00:00 PM", date(2026, 8, 23)),
        ("23/8/26", date(2026, 8, 23)),
        ("1. März 2026", date(2026, 3, 1)),
        ("05/05/2026", date(2026, 5, 5)),
    ],
)
def test_dates_are_read_in_the_forms_trackers_write(text: str, day: date) -> None:
    assert date_of(text) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("30/Feb/26", "'30/Feb/26' is no day of the calendar"),
        ("2026-13-01", "'2026-13-01' is no day of the calendar"),
        ("0201-01-01", "out of range"),
        ("9999-12-31", "out of range"),
        ("soon", "'soon' is no date Headway can read"),
        ("3/4/2026", "can be read in two ways"),
        ("11/Xyz/26", "names a month Headway does not know"),
    ],
)
def test_other_dates_are_refused_with_the_value_and_the_way_out(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        date_of(text)


def test_the_order_of_day_and_month_is_told_by_the_other_dates_of_the_column() -> None:
    assert reads_day_first(["3/4/2026", "23/4/2026"]) is True
    assert reads_day_first(["3/4/2026", "4/23/2026"]) is False
    assert reads_day_first(["3/4/2026", "5/6/2026"]) is None
    assert date_of("3/4/2026", day_first=True) == date(2026, 4, 3)
    assert date_of("3/4/2026", day_first=False) == date(2026, 3, 4)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_day_survives_being_written_and_read(day: date) -> None:
    assert date_of(day.isoformat()) == day
    assert date_of(f"{day.day}.{day.month}.{day.year}") == day


def test_points_are_whole_or_half_numbers_up_to_a_hundred() -> None:
    assert [points_of(text) for text in ("3", "0.5", "2,5", "13.0", "100")] == [3, 0.5, 2.5, 13, 100]
    for text, sentence in [
        ("101", "Points go from 0 to 100"),
        ("-1", "out of range"),
        ("0.3", "neither whole nor half"),
        ("XL", "'XL' is no number of points"),
        ("nan", "out of range"),
        ("inf", "out of range"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            points_of(text)


def test_yes_and_no_are_read_and_anything_else_is_questioned() -> None:
    assert [yes(text) for text in ("1", "Yes", "TRUE", "x", "0", "no", "")] == [True] * 4 + [False] * 3
    with pytest.raises(ValueError, match="'perhaps' is neither yes nor no"):
        yes("perhaps")


def test_iteration_paths_give_pi_and_iteration() -> None:
    root = "Demo"
    assert places_of_paths(
        [root, rf"{root}\PI 20", rf"{root}\PI 20\Iteration 98", rf"{root}\PI 20\Iteration 100 (Plus 1)"]
    ) == {
        root: Place(),
        rf"{root}\PI 20": Place(pi="PI 20"),
        rf"{root}\PI 20\Iteration 98": Place(pi="PI 20", iteration="Iteration 98"),
        rf"{root}\PI 20\Iteration 100 (Plus 1)": Place(pi="PI 20", iteration="Iteration 100 (Plus 1)"),
    }


def test_sprint_names_may_carry_their_pi() -> None:
    assert places_of_paths(["PI 20 Sprint 3", "PI20.4", "PI 21", "Sprint 12"]) == {
        "PI 20 Sprint 3": Place(pi="PI 20", iteration="Sprint 3"),
        "PI20.4": Place(pi="PI 20", iteration="I4"),
        "PI 21": Place(pi="PI 21"),
        "Sprint 12": Place(iteration="Sprint 12"),
    }


def test_area_paths_give_teams_but_levels_of_the_organisation_do_not() -> None:
    assert teams_of_areas(
        [r"Org\SAFe\Teams\Team 1", r"Org\SAFe\Program", r"Org\Portfolio", "Org", r"Org\A\Web", r"Org\B\Web"]
    ) == {
        r"Org\SAFe\Teams\Team 1": "Team 1",
        r"Org\SAFe\Program": None,
        r"Org\Portfolio": None,
        "Org": None,
        r"Org\A\Web": "A Web",
        r"Org\B\Web": "B Web",
    }


def test_a_sprint_named_after_its_team_is_the_sprint_of_everybody() -> None:
    assert without_team("Kestrel Sprint 12", "Kestrel") == "Sprint 12"
    assert without_team("Kestrel farewell", "Kestrel") == "Kestrel farewell"
    assert without_team("Sprint 12", None) == "Sprint 12"


def test_names_sort_by_the_numbers_in_them() -> None:
    assert sorted(["Sprint 10", "Sprint 9", "1.20", "1.9"], key=natural) == [
        "Sprint 9",
        "Sprint 10",
        "1.9",
        "1.20",
    ]


def test_addresses_become_short_identifiers() -> None:
    assert key_of("https://github.com/HHS/simpler-grants-gov/issues/357") == "HHS/simpler-grants-gov#357"
    assert key_of("https://gitlab.example/group/sub/project/-/issues/12") == "group/sub/project#12"
    assert key_of(" KES-12 ") == "KES-12"


def test_the_text_of_an_issue_tells_what_it_waits_for() -> None:
    text = (
        "### Summary\r\nRelated to #189 \r\nBlocked by #188, #109 and other/home#7\nUnblocks to #285 \n"
        "### Dependencies\r\n- [x] #42\n* https://github.com/o/r/issues/9\n- Ask the help desk\n\n"
        "### Acceptance criteria\n- [ ] see #500, no dependencies\n"
    )
    named = named_in(text, "o/r#1")
    assert named.waits_for == ("o/r#188", "o/r#109", "other/home#7", "o/r#42", "o/r#9")
    assert named.holds == ("o/r#285",)


def test_an_issue_never_waits_for_itself() -> None:
    assert named_in("Blocked by #1", "o/r#1").waits_for == ()


@pytest.mark.parametrize(
    "text",
    [
        "blocked by " + "-" * 100_000,
        "blocked by " + "a" * 100_000,
        "blocked by " * 9_000,
        "blocked by https://" + "x/" * 50_000,
        "### Dependencies\n" * 6_000,
        "### Dependencies\n" + "a/" * 50_000,
        "#" * 100_000,
        "#1 " * 30_000,
        "blocked by " + "#1, " * 25_000,
        "https://a/" + "/issues/" * 12_000,
    ],
    ids=lambda text: str(text[:20]),
)
def test_a_hostile_text_takes_no_longer_than_an_ordinary_one(text: str) -> None:
    started = perf_counter()
    named_in(text, "o/r#7")
    key_of(text)
    date_reading = suppress(ValueError)
    with date_reading:
        date_of(text)
    assert perf_counter() - started < 2


@pytest.mark.parametrize("text", ["inf", "1e400", "-1", "nan", "0", "400", "soon", "9" * 5000])
def test_a_length_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no length in days"):
        days_of(text)
