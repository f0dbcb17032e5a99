"""``headway doctor`` finds what is wrong and says what to do; on both databases."""

from pathlib import Path

import pytest
from django.db import connection

from headway.store.models import Iteration, Train
from tests.builders import FIRST_DAY, build_increment
from tests.cli.conftest import Run


def test_a_sound_installation_is_well(headway: Run, orion: Train) -> None:
    done = headway("doctor", "--deep")
    assert done.code == 0, done.out
    assert done.out.endswith("All well.\n")
    assert "The journal is without a gap (1 of 1 trains)." in done.out
    assert "Everything of orion is as its journal says (3 things)." in done.out


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("DELETE FROM store_entry WHERE number = 2", "The journal of orion has a gap: number 2 is missing."),
        ("UPDATE store_train SET seq = 9", "The journal of orion has a gap: it ends at 3, but the train counts 9."),
        ("UPDATE store_entry SET at = '2999-01-01 00:00:00+00:00' WHERE number = 3", "before the last journal entry"),
        ("UPDATE store_person SET name = 'Rose'", "1 things of orion differ from the journal, such as person"),
    ],
)
def test_planted_damage_is_found(headway: Run, orion: Train, damage: str, finding: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(damage)
    done = headway("doctor", "--deep")
    assert done.code == 1
    assert finding in done.out
    assert "→" in done.out
    assert done.out.endswith(" at fault.\n")


def test_a_row_that_refers_into_another_train_is_found(headway: Run, orion: Train) -> None:
    other = Train.objects.create(slug="vega", name="Vega")
    pi = build_increment(other, number=1, starts_on=FIRST_DAY)
    Iteration.objects.filter(pi=pi, number=1).update(train=orion)
    done = headway("doctor")
    assert done.code == 1
    assert "1 of kind “iteration” refer to the pi of another train." in done.out


def test_a_key_that_others_can_read_is_found(headway: Run, orion: Train, data_folder: Path) -> None:
    key = data_folder / "secret_key"
    key.write_text("a key for the tests")
    key.chmod(0o644)
    done = headway("doctor")
    key.unlink()
    assert done.code == 1
    assert "Others on this machine can read" in done.out
    assert f"chmod 600 {key}" in done.out
