"""Countries and regions as people choose them in a form."""

from django.utils.html import format_html, format_html_join

from headway.features.calendar.public_holidays import countries, regions


def country_choices(none: str) -> list[tuple[str, str]]:
    """Every country with known holidays; ``none`` says what an empty choice means."""
    return [("", none), *((code, f"{name} ({code})") for code, name in countries().items())]


def region_help(country: str) -> str:
    """What to type for a region: all codes of the country, folded away, when it is known."""
    known = regions(country)
    if not known:
        return "Code of a region with holidays of its own, such as BY for Bavaria."
    listed = format_html_join("", "<li>{} {}</li>", known.items())
    return format_html(
        "A code, or empty for what all regions have in common."
        "<details><summary>Regions of {}</summary><ul>{}</ul></details>",
        countries()[country],
        listed,
    )
