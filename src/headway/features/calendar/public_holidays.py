"""Public holidays of a country and region, from the ``holidays`` library, with its silences made audible.

The library answers with no holidays at all for a year outside its data; here that is a year one can ask for
(:func:`silent_years`), and an unknown country or region is refused where it is typed, not discovered in a plan.
The library takes most of a second to import, so that happens on first use;
a server asks it to beforehand (:func:`warm_up`).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from headway.engine.errors import Invalid

LONGEST_REGION = 12
"""Characters a region code may have; two regions of the library have longer ones and are not offered."""


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """Every country with known holidays: ISO code → English name, ordered by name."""
    from holidays.registry import COUNTRIES

    named = {code: _in_words(name) for name, code, *_ in COUNTRIES.values()}
    return dict(sorted(named.items(), key=lambda each: each[1]))


@lru_cache(maxsize=300)
def regions(country: str) -> Mapping[str, str]:
    """The regions of a country that have holidays of their own: code → name."""
    if country not in countries():
        return {}
    from holidays import country_holidays

    calendar = country_holidays(country)
    names = calendar.get_subdivision_aliases()
    found = {
        code: next(iter(names.get(code) or ()), code) for code in calendar.subdivisions if len(code) <= LONGEST_REGION
    }
    return dict(sorted(found.items(), key=lambda each: each[1]))


def check_place(country: str, region: str) -> None:
    """Refuse a country or region that has no holiday calendar; both may be empty.

    Raises:
        Invalid: naming the value and what there is instead.
    """
    if country and country not in countries():
        raise Invalid(
            f"There is no holiday calendar for the country “{country}”. Give its two-letter ISO code, "
            "such as DE or FR, or leave it empty.",
            code="country",
            field="country",
            value=country,
        )
    if region and region not in regions(country):
        raise Invalid(
            f"“{region}” is no region of {countries()[country]} with holidays of its own. {_ways_out(country)}"
            if country
            else f"The region “{region}” needs a country; give one, or leave the region empty.",
            code="region",
            field="region",
            value=region,
        )


def place_name(country: str, region: str) -> str:
    """The place in words: “Germany, Berlin”."""
    name = countries().get(country, country)
    return f"{name}, {regions(country).get(region, region)}" if region else name


@lru_cache(maxsize=2048)
def holidays_between(country: str, region: str, first_year: int, last_year: int) -> Mapping[date, str]:
    """The public holidays of these years, both included. Equal questions get the very same mapping."""
    if country not in countries():
        return {}
    from holidays import country_holidays

    years = range(first_year, last_year + 1)
    known = region if region in regions(country) else None
    return dict(sorted(country_holidays(country, subdiv=known, years=years, language="en_US").items()))


def warm_up() -> None:
    """Let the library do now what it does at its first question, so that no visitor waits for that."""
    for country in ("DE", "GB"):
        holidays_between(country, "", 2026, 2026)


def silent_years(country: str, years: Iterable[int]) -> list[int]:
    """The years for which nothing is known about the country, so that "no holidays" means "no data"."""
    return [year for year in sorted(set(years)) if country and not holidays_between(country, "", year, year)]


def _ways_out(country: str) -> str:
    known = list(regions(country))
    if not known:
        return "All of it has the same holidays; leave the region empty."
    shown = ", ".join(known[:12])
    return f"There are {shown}{' and others' if len(known) > 12 else ''}; or leave it empty."


def _in_words(name: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.sub(r"\b(And|Of|The)\b", lambda small: small[0].lower(), words)
