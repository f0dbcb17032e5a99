"""What an operator can set, and how mistakes are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headway.engine.errors import Invalid
from headway.kit.settings import Settings, settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working folder, and no settings in the environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HEADWAY_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


def test_without_any_setting_headway_keeps_to_itself(folder: Path) -> None:
    ours = settings()
    assert (ours.host, ours.port, ours.debug) == ("127.0.0.1", 8000, False)
    assert ours.resolved_database_url() == f"sqlite:///{folder / 'var' / 'headway.sqlite3'}"


def test_the_file_is_read_and_the_environment_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "headway.toml").write_text('port = 8080\nallowed_hosts = "a.example.org, b.example.org"\n')
    monkeypatch.setenv("HEADWAY_PORT", "9090")
    assert (settings().port, settings().allowed_hosts) == (9090, ["a.example.org", "b.example.org"])


def test_a_misspelt_setting_in_the_file_is_told(folder: Path) -> None:
    (folder / "headway.toml").write_text("prot = 8080\n")
    with pytest.raises(Invalid, match="HEADWAY_PROT = 8080"):
        settings()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "70000", "less than or equal to 65535"),
        ("THREADS", "0", "greater than or equal to 1"),
        ("DATABASE_URL", "mysql://x", "should start with postgresql:// or sqlite:///, or be empty"),
        ("PUBLIC_URL", "headway.example.org", "should start with https://"),
        ("TIME_ZONE", "Mars", "a zone of the IANA database, such as Europe/Berlin"),
        ("LOG_FORMAT", "xml", "'text' or 'json'"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_what_would_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"HEADWAY_{name}", value)
    with pytest.raises(Invalid) as caught:
        settings()
    first, *others = str(caught.value).splitlines()
    assert (first, len(others)) == ("These settings need correcting:", 1)
    assert others[0].startswith(f"  HEADWAY_{name} = {value!r}: ")
    assert told in others[0]
