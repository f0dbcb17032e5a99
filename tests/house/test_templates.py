"""What the design system promises of every template, stylesheet and script of the house."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

import headway
from headway.web.templatetags.ui import STATES, icon_names

SOURCE = Path(headway.__file__).parent
TEMPLATES = sorted(SOURCE.glob("**/templates/**/*.html"))
STYLES = sorted(SOURCE.glob("**/static/**/*.css"))
MODULES = sorted(SOURCE.glob("**/static/**/*.js"))
TOKENS = SOURCE / "web" / "static" / "web" / "tokens.css"


def short(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def found_in(paths: list[Path], pattern: str) -> list[str]:
    """Every place that fits ``pattern``, as "file: text"."""
    return [
        f"{short(path)}: {match.group(0)}"
        for path in paths
        for match in re.finditer(pattern, path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_every_template_compiles(path: Path) -> None:
    get_template(str(path).split("/templates/")[1])


def test_no_template_holds_inline_style_script_or_handler() -> None:
    assert found_in(TEMPLATES, r"<style\b|\sstyle=|<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=\"|javascript:") == []


def test_no_template_style_or_module_reaches_outside_the_house() -> None:
    outside = r"(?:src|href)=\"(?:https?:)?//[^\"]*|@import[^;]*|url\(\s*['\"]?(?:https?:)?//[^)]*"
    assert found_in([*TEMPLATES, *STYLES], outside) == []


def test_every_icon_that_a_template_names_is_drawn() -> None:
    named = re.compile(r"""{%\s*icon ["']([^"']+)["']|(?<!-)\bicon=["']([^"']+)["']""")
    used = {
        name
        for path in TEMPLATES
        for match in named.finditer(path.read_text(encoding="utf-8"))
        for name in match.groups()
        if name
    }
    used |= {state.icon for state in STATES.values()}
    assert used - icon_names() == set()


def test_every_static_file_that_a_template_names_exists() -> None:
    named = re.compile(r"""{%\s*static ["']([^"']+)["']""")
    names = {name for path in TEMPLATES for name in named.findall(path.read_text(encoding="utf-8"))}
    assert {name for name in names if finders.find(name) is None} == set()


def test_every_import_of_a_module_leads_to_a_file() -> None:
    imported = re.compile(r"(?:from|import)\s*\(?[\"'](\.[^\"']+)[\"']")
    missing = []
    for path in MODULES:
        address = str(path).split("/static/")[1]
        for target in imported.findall(path.read_text(encoding="utf-8")):
            name = str((Path("/") / address).parent.joinpath(target).resolve()).lstrip("/")
            if finders.find(name) is None:
                missing.append(f"{short(path)}: {target}")
    assert missing == []


def test_colours_are_decided_in_named_tokens_alone() -> None:
    others = [path for path in STYLES if path.name not in {"tokens.css", "print.css"}]
    assert found_in(others, r"(?m)(?<!, )(?<![\w-])#[0-9a-fA-F]{3,8}\b(?=[^{\n]*[;}])") == []


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` after WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def tokens(theme: int) -> dict[str, str]:
    """The colour tokens of the light (0) or the dark (1) theme."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS.read_text(encoding="utf-8"))
    return {name: values[theme] for name, *values in pairs}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast_on_every_ground_it_stands_on(theme: int) -> None:
    colour = tokens(theme)
    grounds = ("ground", "surface", "surface-2")
    texts = ("text", "text-2", "text-3", "accent", "good", "warn", "bad")
    pairs = [(text, ground) for text in texts for ground in grounds]
    pairs += [(state, f"{state}-soft") for state in ("accent", "good", "warn", "bad", "quiet")]
    pairs += [
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("text-2", "surface-3"),
        ("text-2", "quiet-soft"),
    ]
    pairs += [("text", "accent-soft"), ("text-3", "accent-soft")]
    faint = {pair: round(contrast(*(colour[each] for each in pair)), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_edges_of_controls_and_marks_of_state_can_be_told_from_their_ground(theme: int) -> None:
    colour = tokens(theme)
    marks = ("line-strong", "focus", "fill", "fill-warn", "fill-bad", *(f"hue-{at}" for at in range(12)))
    faint = {
        (mark, ground): round(contrast(colour[mark], colour[ground]), 2)
        for mark in marks
        for ground in ("surface", "ground")
    }
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 3} == {}
