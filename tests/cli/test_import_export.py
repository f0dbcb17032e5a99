"""``headway import`` and ``export`` on a train of one's own, and ``headway demo`` where real people work."""

from pathlib import Path

from headway.store.models import Story, Train
from tests.builders import FIRST_DAY, build_increment
from tests.cli.conftest import Run


def test_it_is_not_loaded_where_real_people_have_accounts(headway: Run) -> None:
    headway("user", "add", "ada@example.com", "--generate")
    refused = headway("demo")
    assert refused.code == 1
    assert "1 real account lives here, so the sample train was not loaded." in refused.err
    quiet = headway("demo", "--quiet")
    assert (quiet.code, quiet.err) == (0, "")
    assert "was not loaded" in quiet.out
    assert headway("user", "list").out == "ada@example.com\t-\t-\t-\n"


def test_an_unknown_stage_is_wrong_usage(headway: Run) -> None:
    assert headway("demo", "--stage", "lunch").code == 2


def test_work_comes_in_from_a_file_once(headway: Run, orion: Train, tmp_path: Path) -> None:
    (tmp_path / "wishes.csv").write_text(
        "Id,Wish,Worth\n1,Warm waiting rooms,5\n2,Quiet coaches,3\n3,Clean windows,lots\n"
    )
    named = ("--map", "title=Wish", "--map", "points=Worth")
    dry = headway("import", "wishes.csv", "--dry-run", *named)
    assert dry.code == 0, dry.err
    assert dry.out.endswith("Nothing was written; leave out --dry-run to do it.\n")
    assert "Worth 'lots'" in dry.err
    assert stories() == []
    assert headway("import", "wishes.csv", *named).code == 0
    assert stories()[:2] == [("Quiet coaches", 3.0), ("Warm waiting rooms", 5.0)]
    seq = journal()
    again = headway("import", "wishes.csv", *named)
    assert again.out.endswith("All of it was there already; nothing was changed.\n")
    assert journal() == seq


def test_work_is_placed_by_its_due_date_when_asked(headway: Run, orion: Train, tmp_path: Path) -> None:
    build_increment(orion, number=1, starts_on=FIRST_DAY)
    (tmp_path / "wishes.csv").write_text("Id,Title,Due date\n1,Warm waiting rooms,2026-09-10\n")
    assert headway("import", "wishes.csv", "--place-by-due").code == 0
    assert [str(each.iteration) for each in Story.objects.filter(title="Warm waiting rooms")] == ["I1"]


def test_files_that_lead_nowhere_are_refused_in_a_sentence(headway: Run, orion: Train, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "work.csv").write_text("Title\nWarm waiting rooms\n")
    for arguments in (
        ("import", "empty.csv"),
        ("import", "broken.json", "--new-train"),
        ("import", "work.csv", "--map", "title"),
        ("import", "work.csv", "--map", "title=Wish"),
        ("import", "work.csv", "--train", "nowhere"),
        ("export", "--output", "orion.csv"),
        ("export", "--list", "birds"),
        ("export", "--list", "stories", "--output", "stories.pdf"),
        ("export", "--output", tmp_path / "nowhere" / "orion.json"),
    ):
        done = headway(*arguments)
        assert done.code == 1, arguments
        assert done.err.startswith("headway: "), arguments
        assert "Traceback" not in done.err, arguments
    assert headway("import", "no-such-file.csv").code == 2


def stories() -> list[tuple[str, float | None]]:
    return list(Story.objects.order_by("title").values_list("title", "points"))


def journal() -> int:
    return Train.objects.get().seq
