"""The components of the design system, each by what a reader meets."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory

ADDRESS = "/trains/orion/features?sort=-wsjf&team=kestrel&page=2"


def rendered(source: str, **context: object) -> str:
    request = context.pop("request", None) or RequestFactory().get(ADDRESS)
    start = "" if source.startswith("{% extends") else "{% load ui %}"
    return Template(start + source).render(RequestContext(request, context))  # type: ignore[arg-type]


def words(html: str) -> str:
    """What a reader reads: the text without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_load_within_what_may_be_committed_is_shown_against_the_capacity() -> None:
    html = rendered("{% load_bar load=28 capacity=40 committable=32 %}")
    assert words(html) == "28 / 40"
    assert re.findall(r'class="load-(\w+)"(?: x="([\d.]+%)")? width="([\d.]+%?)"', html) == [
        ("room", "", "100.00%"),
        ("solid", "", "70.00%"),
        ("tick", "80.00%", "1.5"),
    ]


@pytest.mark.parametrize(
    ("load", "said", "hatch"),
    [(35, "3 over", "hatch-warn"), (46, "14 over", "hatch-bad"), (32.5, "0.5 over", "hatch-warn")],
)
def test_load_beyond_what_may_be_committed_is_said_in_words_and_hatched(load: float, said: str, hatch: str) -> None:
    html = rendered("{% load_bar load=load capacity=40 committable=32 %}", load=load)
    assert words(html) == said
    assert re.findall(r"url\(#([\w-]+)\)", html) == [hatch]


def test_a_team_without_capacity_still_has_a_bar() -> None:
    assert words(rendered("{% load_bar load=None capacity=None %}")) == "0 / 0"


def test_an_icon_without_a_label_is_hidden_from_readers_and_one_with_a_label_is_read() -> None:
    assert re.findall(r'aria-hidden="true"', rendered('{% icon "blocked" %}')) == ['aria-hidden="true"']
    assert re.findall(r'aria-label="([^"]+)"', rendered('{% icon "blocked" label="Blocked" %}')) == ["Blocked"]


def test_an_icon_that_nobody_drew_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="There is no icon “unicorn”"):
        rendered('{% icon "unicorn" %}')


def test_a_state_is_told_by_word_and_shape() -> None:
    html = rendered('{% state_badge "in_progress" %}')
    assert (words(html), re.findall(r"#([\w-]+)\"", html)) == ("In progress", ["half"])


def test_a_conflict_is_told_by_word_and_warning_sign() -> None:
    html = rendered('{% health "conflict" slack=-1 %}')
    assert (words(html), re.findall(r"icons\.svg#([\w-]+)", html)) == ("Conflict -1", ["warning"])


@pytest.mark.parametrize(
    ("name", "mark"),
    [("Rosa Lindqvist", "RL"), ("Tess", "T"), ("Anna van der Meer", "AM"), ("", "?"), ("- åsa", "Å")],
)
def test_initials_are_the_first_of_the_first_and_of_the_last_word(name: str, mark: str) -> None:
    assert rendered("{{ name|initial_letters }}", name=name) == mark


def test_markup_in_a_name_stays_text() -> None:
    html = rendered("{% person name detail=name %}{% initials name %}{% badge name %}", name="<b>x</b>")
    assert re.findall(r"<b>", html) == []


def test_sorting_by_the_sorted_column_turns_the_order_round_and_keeps_the_filters() -> None:
    html = rendered('{% sort_header "wsjf" "WSJF" align="right" %}')
    assert re.findall(r'aria-sort="(\w+)"', html) == ["descending"]
    assert re.findall(r'<a class="sort" href="([^"]+)"', html) == ["?sort=wsjf&amp;team=kestrel"]


def test_the_other_pages_of_a_list_keep_the_filters() -> None:
    html = rendered("{% pagination page %}", page=Paginator(range(120), 50).page(2))
    assert words(html) == "51–100 of 120 Earlier page 1 2 3 Later page"
    assert re.findall(r'rel="next" href="([^"]+)"', html) == ["?sort=-wsjf&amp;team=kestrel&amp;page=3"]


def test_a_form_that_changes_something_carries_its_command_and_the_version_seen() -> None:
    html = rendered("{% command_fields seen=7 %}")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', html))
    assert sorted(fields) == ["command_id", "csrfmiddlewaretoken", "seen"]
    assert fields["seen"] == "7"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", fields["command_id"])


class StoryForm(forms.Form):
    points = forms.DecimalField(label="Points", max_value=100, help_text="0 to 100.")


def test_a_field_ties_its_help_and_its_errors_to_the_control() -> None:
    form = StoryForm({"points": "144"})
    html = rendered("{% field form.points %}", form=form)
    described = re.findall(r'aria-describedby="([^"]+)"', html)[0].split()
    assert sorted(described) == sorted(re.findall(r'<div class="field-\w+" id="([^"]+)"', html))
    assert words(html) == "Points 0 to 100. Ensure this value is less than or equal to 100."


@pytest.mark.parametrize(("own_zone", "shown"), [("America/Lima", "2 Mar 2026 04:05"), ("", "2 Mar 2026 18:05")])
def test_a_moment_is_shown_in_the_viewers_zone_and_the_trains_zone_is_on_hover(own_zone: str, shown: str) -> None:
    when = dt.datetime(2026, 3, 2, 9, 5, tzinfo=dt.UTC)
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=False, time_zone=own_zone)  # type: ignore[assignment]
    html = rendered("{% local_time when %}", when=when, train=SimpleNamespace(time_zone="Asia/Tokyo"), request=request)
    assert words(html) == shown
    assert re.findall(r'title="([^"]+)"', html) == ["Mon 2 Mar 2026 18:05 Asia/Tokyo"]


def test_a_title_with_markup_stays_text_in_tab_and_heading() -> None:
    html = rendered(
        '{% extends "web/train_base.html" %}{% block page_title %}{{ title }}{% endblock %}',
        title="A & <i>B</i>",
        train=SimpleNamespace(name="Orion", slug="orion"),
    )
    assert re.findall(r"(?m)^  <title>(.*?)</title>|<h1>(.*?)</h1>", html) == [
        ("A &amp; &lt;i&gt;B&lt;/i&gt; - Orion - Headway", ""),
        ("", "A &amp; &lt;i&gt;B&lt;/i&gt;"),
    ]


def test_a_dialog_is_named_by_its_title() -> None:
    html = rendered('{% dialog "close-pi" title="Close PI 3?" %}<p>For ever.</p>{% enddialog %}')
    assert re.findall(r'<dialog[^>]* id="([^"]+)" aria-labelledby="([^"]+)"', html) == [("close-pi", "close-pi-title")]
    assert words(html) == "Close PI 3? For ever."
