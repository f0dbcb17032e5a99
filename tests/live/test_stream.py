"""The event stream, from a real server over real sockets."""

import subprocess
import sys
from time import monotonic

import pytest
from django.db import connection

from headway.engine.errors import Invalid
from headway.features.backlog.actions import move_story
from headway.live.hub import KEPT
from headway.store.change import change
from headway.store.models import Membership, Person, Story, Task, Team, Train, TrainRole
from headway.store.portraits import portrait
from tests.builders import build_story, build_train, iteration, root
from tests.cast import Cast
from tests.live.listening import Heard, Listener


def move(cast: Cast, story: Story, number: int | None) -> None:
    """Tess moves the story into an iteration of PI 1, or out of every PI."""
    there = iteration(Train.objects.get(slug=cast.slug), 1, number) if number else None
    move_story(
        cast.tess,
        number=story.number,
        pi_id=there.pi_id if there else None,
        iteration_id=there.pk if there else None,
    )


def rename_twice(cast: Cast, story: Story, *titles: str) -> None:
    with change(cast.tess) as frame:
        for title in titles:
            frame.update(frame.get(Story, pk=story.pk), "story.edited", title=title)


def newest(train: Train) -> int:
    return Train.objects.get(pk=train.pk).seq


def numbers(heard: list[Heard]) -> list[int | None]:
    return [each.number for each in heard]


def test_a_move_is_heard_within_a_second_with_the_story_as_it_is_now(site: str, cast: Cast, train: Train) -> None:
    story = build_story(train)
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        began = monotonic()
        move(cast, story, 2)
        heard = listener.next("entry", within=1)
        assert monotonic() - began < 1
    story.refresh_from_db()
    assert (heard.number, heard.data["verb"], heard.data["sentence"]) == (
        newest(train),
        "story.moved",
        f"Tess Okafor moved story {story.number} “{story.title}”",
    )
    assert heard.data["after"] == portrait(story)
    assert heard.data["before"] == {"pi_id": None, "iteration_id": None}


def test_a_move_made_by_another_process_is_heard_too(site: str, cast: Cast, train: Train) -> None:
    story = build_story(train)
    address = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{address}"
    else:
        at = connection.settings_dict
        host = str(at["HOST"]).replace("/", "%2F")
        url = f"postgresql://{at['USER']}@{host}/{address}"
    script = (
        "import os, sys, django; os.environ['HEADWAY_DATABASE_URL'] = sys.argv[1]; django.setup()\n"
        "from headway.features.backlog.actions import move_story\n"
        "from headway.store.actors import actor_for\n"
        "from headway.store.models import Increment, User\n"
        "actor = actor_for(User.objects.get(email='tess@example.org'), 'orion')\n"
        "pi = Increment.objects.get(train_id=actor.train_id, number=1)\n"
        "move_story(actor, number=int(sys.argv[2]), pi_id=pi.pk, iteration_id=None)\n"
    )
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        subprocess.run([sys.executable, "-c", script, url, str(story.number)], check=True, timeout=60)
        heard = listener.next("entry", within=1)
    assert (heard.number, heard.data["verb"]) == (newest(train), "story.moved")


def test_a_reader_who_comes_back_hears_all_that_happened_meanwhile(site: str, cast: Cast, train: Train) -> None:
    story = build_story(train)
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        move(cast, story, 1)
        last = listener.next("entry").number
    assert last == newest(train)
    for number in (2, 3, 4):
        move(cast, story, number)
    with Listener(site, cast.user("mika"), last_event_id=last) as listener:
        move(cast, story, 5)
        assert numbers(listener.entries(4)) == [last + 1, last + 2, last + 3, last + 4]


def test_a_reader_behind_what_the_process_keeps_is_served_from_the_journal(site: str, cast: Cast, train: Train) -> None:
    """The server starts with an empty memory; everything since the train's first entry is in the journal."""
    with Listener(site, cast.user("mika"), after=0) as listener:
        assert numbers(listener.entries(newest(train))) == list(range(1, newest(train) + 1))


def test_a_reader_too_far_behind_is_told_to_load_afresh_and_hears_what_follows(
    site: str, cast: Cast, train: Train
) -> None:
    story = build_story(train)
    behind = newest(train)
    with change(root(train)) as frame:
        frame.create_many([Task(story=story, title=f"Step {step}") for step in range(KEPT + 1)], "task.created")
    with Listener(site, cast.user("mika"), after=behind) as listener:
        heard = listener.next("entry", "resync")
        assert (heard.name, heard.number, heard.data) == ("resync", newest(train), {"number": newest(train)})
        move(cast, story, 1)
        assert listener.next("entry", "resync").number == newest(train)


def test_a_connected_reader_is_not_sent_a_flood_but_told_to_load_afresh(site: str, cast: Cast, train: Train) -> None:
    story = build_story(train)
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        with change(root(train)) as frame:
            frame.create_many([Task(story=story, title=f"Step {step}") for step in range(KEPT + 1)], "task.created")
        heard = listener.next("entry", "resync")
        assert (heard.name, heard.number) == ("resync", newest(train))


def test_a_number_from_the_future_means_that_the_database_was_put_back_and_the_page_loads_afresh(
    site: str, cast: Cast, train: Train
) -> None:
    with Listener(site, cast.user("mika"), after=newest(train) + 50) as listener:
        assert listener.next("entry", "resync").data == {"number": newest(train)}


def test_without_a_number_the_stream_begins_now(site: str, cast: Cast, train: Train) -> None:
    story = build_story(train)
    with Listener(site, cast.user("mika")) as listener:
        assert listener.next("presence").data["people"][0]["name"] == "Mika Sato"
        move(cast, story, 1)
        assert listener.next("entry").number == newest(train)


def test_an_undone_change_is_news_of_its_own(site: str, cast: Cast, train: Train) -> None:
    from headway.features.journal.actions import undo_last

    story = build_story(train)
    move(cast, story, 1)
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        undo_last(cast.tess)
        heard = listener.next("entry")
        assert (heard.number, heard.data["after"]["iteration_id"]) == (newest(train), None)


def test_nothing_of_a_change_that_failed_is_ever_heard(site: str, cast: Cast, train: Train) -> None:
    story = build_story(train)
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        with pytest.raises(Invalid):
            rename_twice(cast, story, "Never", "x" * 300)
        move(cast, story, 1)
        heard = listener.next("entry")
        assert (heard.number, heard.data["after"]["title"]) == (newest(train), story.title)


def test_a_stream_tells_of_its_own_train_only(site: str, cast: Cast, train: Train) -> None:
    build_train(slug="vega", name="Vega")
    vega = Train.objects.get(slug="vega")
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        build_story(vega, "A story of another train")
        story = build_story(train)
        heard = listener.next("entry")
        assert (heard.number, heard.data["id"]) == (newest(train), story.pk)


def test_strangers_and_the_signed_out_find_no_stream(site: str, cast: Cast) -> None:
    for user in (cast.user("otto"), None):
        with Listener(site, user) as listener:
            assert listener.status == 404
    with Listener(site, cast.user("mika"), slug="nowhere") as listener:
        assert listener.status == 404


def test_a_position_that_is_no_number_is_refused(site: str, cast: Cast) -> None:
    with Listener(site, cast.user("mika"), after="yesterday") as listener:
        assert listener.status == 400


def test_the_stream_is_never_cached_and_carries_the_security_headers(site: str, cast: Cast) -> None:
    with Listener(site, cast.user("mika")) as listener:
        wanted = {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        }
        assert {name: listener.headers[name] for name in wanted} == wanted


def test_a_stream_says_bye_when_what_its_reader_may_do_has_changed(site: str, cast: Cast, train: Train) -> None:
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        person = Person.objects.get(train=train, user=cast.user("mika"))
        with change(root(train)) as frame:
            frame.create(TrainRole(person=person, role="stakeholder"), "role.created")
        assert listener.next("bye", within=2).data == {"reason": "What you may do has changed."}
        with pytest.raises(ConnectionError):
            listener.next()


def test_a_change_of_somebody_elses_roles_does_not_end_the_stream(site: str, cast: Cast, train: Train) -> None:
    story = build_story(train)
    with Listener(site, cast.user("mika"), after=newest(train)) as listener:
        vera = Person.objects.get(train=train, user=cast.user("vera"))
        with change(root(train)) as frame:
            frame.create(
                Membership(person=vera, team=Team.objects.get(slug="kestrel"), role="member"), "membership.created"
            )
        assert listener.next("entry", "bye").data["verb"] == "membership.created"
        move(cast, story, 1)
        assert listener.next("entry", "bye").data["verb"] == "story.moved"


def test_a_person_taken_off_the_train_hears_bye_and_finds_no_stream_any_more(
    site: str, cast: Cast, train: Train
) -> None:
    mika = cast.user("mika")
    with Listener(site, mika, after=newest(train)) as listener:
        with change(root(train)) as frame:
            frame.delete(frame.get(Person, user=mika), "person.removed")
        assert listener.next("bye", within=2).data == {"reason": "What you may do has changed."}
    with Listener(site, mika) as listener:
        assert listener.status == 404


def test_people_see_who_else_is_here_and_who_has_left(site: str, cast: Cast, train: Train) -> None:
    def sees(listener: Listener, *names: str) -> None:
        """Wait until these are the people who are here."""
        while sorted(each["name"] for each in listener.next("presence").data["people"]) != sorted(names):
            pass

    with Listener(site, cast.user("tess"), after=newest(train)) as tess:
        sees(tess, "Tess Okafor")
        with Listener(site, cast.user("mika"), after=newest(train)) as mika:
            sees(tess, "Mika Sato", "Tess Okafor")
            sees(mika, "Mika Sato", "Tess Okafor")
        sees(tess, "Tess Okafor")


def test_a_reader_who_does_not_read_delays_nobody(site: str, cast: Cast, train: Train) -> None:
    story = build_story(train, description="long " * 4000)
    with (
        Listener(site, cast.user("vera"), after=newest(train), receive_buffer=2048),
        Listener(site, cast.user("mika"), after=newest(train)) as quick,
    ):
        for turn in range(60):  # 1.2 MB, far more than the sockets between hold
            move(cast, story, turn % 5 + 1)
            began = monotonic()
            assert quick.next("entry", within=1).number == newest(train)
            assert monotonic() - began < 1


def test_a_stopping_server_says_bye(cast: Cast, train: Train) -> None:
    from tests.serving import serving

    with serving() as site:
        listener = Listener(site, cast.user("mika"), after=newest(train))
    with listener:
        assert listener.next("bye").data == {"reason": "The server is stopping."}
