"""Loading the sample train, stage by stage, and signing in to it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from headway.demo import sample
from headway.demo.stages import Stage
from headway.kit import clock
from headway.store.models import Entry, Increment, Story, User


@pytest.mark.django_db
def test_one_can_sign_in_as_each_of_the_cast_with_the_password_in_the_file(data_folder: Path) -> None:
    told = sample.load(Stage.BACKLOG, 3)
    file = data_folder / "sample_sign_in.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == told.sign_in == sample.sign_in_text()
    password = told.sign_in.rstrip().rpartition(": ")[2]
    for name in ("rosa", "paul", "bea", "ansel", "tess", "mika", "vera"):
        user = User.objects.get(email=f"{name}@example.org")
        assert f"{name}@example.org" in told.sign_in
        assert user.check_password(password)
        assert user.people.get().train.slug == told.slug
        assert user.is_staff == (name == "rosa")
    assert list(Increment.objects.values_list("state", flat=True)) == ["closed", "executing", "drafting"]
    assert Story.objects.filter(pi__number=3).count() == 0
    assert Story.objects.filter(pi=None).count() == 246 + 16, "those of the third PI, and those for later"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stage", "states", "placed"),
    [
        (Stage.PLANNING, ["closed", "closed", "planning"], range(40, 200)),
        (Stage.COMMITTED, ["closed", "closed", "committed"], 242),
        (Stage.CLOSING, ["closed", "closed", "executing"], 242),
    ],
)
def test_every_stage_tells_the_story_so_far(stage: Stage, states: list[str], placed: int | range) -> None:
    User.objects.create_user("ada@example.com", name="Ada Nkemelu")
    with clock.frozen(datetime(2026, 3, 4, 9, 30, tzinfo=UTC)):
        sample.load(stage, 2, password="a phrase for the tests")
        assert list(Increment.objects.values_list("state", flat=True)) == states
        in_place = Story.objects.filter(pi__number=3, iteration__isnull=False).count()
        assert in_place in placed if isinstance(placed, range) else in_place == placed
        last = Entry.objects.order_by("number").last()
        assert last is not None
        assert last.at <= clock.now()
    assert User.objects.filter(is_staff=True).count() == 0, "where real people work, no sample account may start trains"
    assert sample.real_accounts() == 1
