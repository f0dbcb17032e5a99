"""``headway demo``, ``import`` and ``export``, on the sample train."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headway.demo import sample
from headway.demo.stages import Stage
from headway.store.models import Train
from tests.cli.conftest import Run


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, data_folder: Path) -> Iterator[sample.Loaded]:
    """The sample train before its third PI is planned, told once."""
    with django_db_blocker.unblock():
        yield sample.load(Stage.BACKLOG, 5)
        train = sample.sample()
        if train is not None:
            sample.remove(train)


@pytest.fixture
def with_the_sample(loaded: sample.Loaded, headway: Run, data_folder: Path) -> Run:
    (data_folder / sample.SIGN_IN_FILE).write_text(loaded.sign_in)
    return headway


def test_loading_again_only_says_how_to_sign_in(with_the_sample: Run, loaded: sample.Loaded) -> None:
    before = Train.objects.get().seq
    assert with_the_sample("demo", "--quiet") == (0, loaded.sign_in, "")
    assert "there already" in with_the_sample("demo").out
    assert Train.objects.get().seq == before


def test_removing_it_takes_everything_away(with_the_sample: Run, data_folder: Path) -> None:
    assert with_the_sample("demo", "--remove").code == 0
    assert with_the_sample("user", "list").out == ""
    assert not (data_folder / sample.SIGN_IN_FILE).exists()
    assert with_the_sample("demo", "--remove") == (1, "", "headway: The sample train is not there.\n")


def test_a_crowd_works_for_a_while(with_the_sample: Run) -> None:
    done = with_the_sample("demo", "--quiet", "--crowd", "90", "--minutes", "0.02")
    assert done.code == 0, done.err
    assert "90 people work on the sample train" in done.out
    assert "The crowd has gone home after " in done.out
    assert with_the_sample("doctor", "--deep").code == 0


def test_a_train_goes_out_and_comes_in_again_identical(with_the_sample: Run, tmp_path: Path) -> None:
    assert with_the_sample("export", "--train", "orion", "--output", "orion.json").code == 0
    made = with_the_sample("import", "orion.json", "--new-train", "--slug", "copy")
    assert made.code == 0, made.err
    assert with_the_sample("export", "--train", "copy", "--output", "copy.json").code == 0
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("orion.json", "copy.json"))
    for kind in ("story", "feature", "dependency", "team", "iteration"):
        assert second["things"][kind] == first["things"][kind]
    which = with_the_sample("export")
    assert (which.code, which.err) == (1, "headway: Which train? Say --train with one of copy, orion.\n")


def test_an_import_acts_with_the_rights_of_an_account_if_told_so(with_the_sample: Run, tmp_path: Path) -> None:
    (tmp_path / "work.csv").write_text("Id,Title\n1,Warm waiting rooms\n")
    refused = with_the_sample("import", "work.csv", "--as", "vera@example.org")
    assert refused.code == 1
    assert "Import work from a file" in refused.err
    assert with_the_sample("import", "work.csv", "--as", "nobody@example.org").code == 1
    assert with_the_sample("import", "work.csv", "--as", "paul@example.org").code == 0


def test_a_list_is_written_once_unless_forced(with_the_sample: Run, tmp_path: Path) -> None:
    assert with_the_sample("export", "--list", "features", "--output", "features.csv").code == 0
    assert len((tmp_path / "features.csv").read_text("utf-8-sig").splitlines()) > 66
    assert with_the_sample("export", "--list", "features", "--output", "features.csv").code == 1
    assert with_the_sample("export", "--list", "features", "--output", "features.csv", "--force").code == 0
    assert with_the_sample("export", "--list", "all", "--output", "all.xlsx").code == 0
