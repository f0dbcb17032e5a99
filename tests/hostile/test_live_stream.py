"""What the stream says must not depend on what has gone since, nor on other people's cookies."""

from headway.features.backlog import actions as backlog
from headway.features.calendar import actions as calendar
from headway.live.messages import entry_messages
from headway.live.stream import _who
from headway.store.models import Train
from tests.builders import FIRST_DAY, build_feature, build_increment, build_story, iteration, root
from tests.cast import Cast
from tests.serving import session_cookie


def test_a_reader_who_comes_back_late_hears_of_a_story_whose_pi_is_gone(cast: Cast, train: Train) -> None:
    build_increment(train, number=2, starts_on=FIRST_DAY.replace(year=2027), state="planning")
    second = iteration(train, 2, 1)
    feature = build_feature(train)
    story = build_story(train, feature=feature)
    backlog.move_story(cast.tess, number=story.number, pi_id=second.pi_id, iteration_id=second.pk)
    calendar.remove_increment(root(train), number=2)
    backlog.remove_feature(root(train), number=feature.number)
    backlog.remove_story(cast.tess, number=story.number)
    train.refresh_from_db()
    heard = entry_messages(train.pk, 0, 1000)
    assert [number for number, _ in heard] == list(range(1, train.seq + 1))


def test_a_cookie_of_another_application_does_not_close_the_stream(cast: Cast) -> None:
    mine = f"headway_session={session_cookie(cast.user('tess'))}"
    for other in ("path=/x", "a@b=c", "bad[key]=1", "expires", '="', "utm=a b;c"):
        assert _who(f"{other}; {mine}", "orion") == cast.tess
        assert _who(f"{mine}; {other}", "orion") == cast.tess
