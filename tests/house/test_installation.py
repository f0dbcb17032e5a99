"""What an installation rests on: migrations, static files, licences, settings."""

import importlib.metadata as metadata
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

import headway
from headway.engine.errors import Invalid
from headway.kit.settings import Settings
from headway.kit.settings import settings as load_settings

ROOT = Path(headway.__file__).parent.parent.parent

ALLOWED = re.compile(
    r"""
    \b(MIT|BSD|Apache|ISC|PSF|Python\ Software\ Foundation|MPL|Mozilla\ Public|LGPL|Lesser\ General|AGPL|GPL-3
    |Unlicense|Zlib|HPND|CC0|0BSD|PostgreSQL)\b
    """,
    re.VERBOSE,
)
FORBIDDEN = re.compile(r"\b(SSPL|Business Source|BUSL|Commons Clause|Proprietary|GPL-2\.0-only|Elastic)\b")


def test_models_and_migrations_agree(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_migrated_database_has_nothing_left_to_migrate(db: None) -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_django_finds_nothing_to_complain_about() -> None:
    call_command("check", fail_level="WARNING")


def test_every_static_file_can_be_hashed_with_the_files_it_names(tmp_path: Path) -> None:
    storage = {"BACKEND": "headway.web.staticfiles.ModuleManifestStorage"}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={**settings.STORAGES, "staticfiles": storage}):
        call_command("collectstatic", interactive=False, verbosity=0)
    names = {path.name for path in tmp_path.rglob("*")}
    assert "staticfiles.json" in names
    unhashed = r"""(?:import|from)\s*\(?["']\.{1,2}/(?:(?![0-9a-f]{12}\.)[^"'])*["']"""
    modules = [path for path in tmp_path.rglob("*.js") if re.search(r"\.[0-9a-f]{12}\.js$", path.name)]
    ours = [path for path in modules if "django_htmx" not in path.parts]
    assert [path.name for path in ours if _bare_import(path.read_text(encoding="utf-8"))] == [], unhashed


def _bare_import(text: str) -> bool:
    """Whether a collected module still imports a file by a name without its hash."""
    named = re.findall(r"""(?:^|\n)\s*(?:import|export)\b[^"';]*?["'](\.{1,2}/[^"']+)["']""", text)
    return any(not re.search(r"\.[0-9a-f]{12}\.js$", each) for each in named)


def _needed(name: str, seen: set[str]) -> set[str]:
    """The distributions that ``name`` pulls in here, itself included."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in seen:
        return seen
    try:
        requires = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # for another platform, or an extra we do not ask for
        return seen
    seen.add(key)
    for each in requires:
        if "extra ==" not in each:
            _needed(re.split(r"[\s\[<>=!~;(]", each, maxsplit=1)[0], seen)
    return seen


def _licence(name: str) -> str:
    about = metadata.metadata(name)
    classifiers = [each for each in about.get_all("Classifier") or [] if each.startswith("License ::")]
    return " ".join([about.get("License-Expression") or "", (about.get("License") or "")[:200], *classifiers])


def test_what_we_install_may_be_given_away_under_the_agpl() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    seen: set[str] = set()
    for each in wanted:
        name, _, extra = re.match(r"([\w.-]+)(\[(\w+)\])?", each).groups()  # type: ignore[union-attr]
        _needed(f"{name}-{extra}" if extra else name, seen)
        _needed(name, seen)
    unclear = sorted(
        f"{name}: {_licence(name)!r}"
        for name in seen
        if not ALLOWED.search(_licence(name)) or FORBIDDEN.search(_licence(name))
    )
    assert unclear == []


def test_every_mistake_in_the_settings_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWAY_PORT", "99999")
    monkeypatch.setenv("HEADWAY_TIME_ZONE", "Mars/Olympus")
    monkeypatch.setenv("HEADWAY_DATABASE_URL", "mysql://nowhere")
    load_settings.cache_clear()
    try:
        with pytest.raises(Invalid) as caught:
            load_settings()
    finally:
        monkeypatch.undo()
        load_settings.cache_clear()
    named = re.findall(r"HEADWAY_\w+ = '[^']*'", str(caught.value))
    assert sorted(named) == [
        "HEADWAY_DATABASE_URL = 'mysql://nowhere'",
        "HEADWAY_PORT = '99999'",
        "HEADWAY_TIME_ZONE = 'Mars/Olympus'",
    ]


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_secret_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    ours = Settings(data_dir=tmp_path)
    secret = ours.resolved_secret_key()
    assert secret == ours.resolved_secret_key()
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
