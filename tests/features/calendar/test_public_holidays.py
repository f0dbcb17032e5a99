"""Public holidays, and the silences of the library behind them."""

from datetime import date

import pytest

from headway.engine.errors import Invalid
from headway.features.calendar.public_holidays import (
    LONGEST_REGION,
    check_place,
    countries,
    holidays_between,
    place_name,
    regions,
    silent_years,
)


def test_a_region_adds_its_own_holidays() -> None:
    everywhere = holidays_between("DE", "", 2026, 2026)
    berlin = holidays_between("DE", "BE", 2026, 2026)
    assert dict(berlin.items() - everywhere.items()) == {date(2026, 3, 8): "Women's Day"}


def test_names_do_not_depend_on_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de_DE")
    assert holidays_between("DE", "", 2031, 2031)[date(2031, 10, 3)] == "German Unity Day"


def test_the_same_question_is_answered_once() -> None:
    assert holidays_between("PL", "", 2026, 2027) is holidays_between("PL", "", 2026, 2027)


def test_a_year_outside_the_data_is_told_and_not_taken_for_a_year_without_holidays() -> None:
    assert silent_years("DE", [1950, 2026, 2150]) == [1950, 2150]
    assert silent_years("UA", [2026]) == [2026]  # none are observed under martial law
    assert silent_years("", [2026]) == []


def test_an_unknown_place_has_no_holidays_and_breaks_nothing() -> None:
    assert holidays_between("XX", "", 2026, 2026) == {}
    assert holidays_between("DE", "XX", 2026, 2026) == holidays_between("DE", "", 2026, 2026)


def test_every_country_and_region_that_is_offered_is_accepted() -> None:
    for country in countries():
        check_place(country, "")
        for region in list(regions(country))[:3]:
            assert len(region) <= LONGEST_REGION
            check_place(country, region)


def test_places_are_called_by_name() -> None:
    assert place_name("DE", "BE") == "Germany, Berlin"
    assert place_name("BA", "") == "Bosnia and Herzegovina"
    assert place_name("US", "CA") == "United States, California"


@pytest.mark.parametrize("country", ["DEU", "Germany", "de", "ZZ", "\x00"])
def test_only_the_two_letter_code_names_a_country(country: str) -> None:
    with pytest.raises(Invalid, match="Give its two-letter ISO code"):
        check_place(country, "")
