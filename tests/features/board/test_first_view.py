"""What a board opens with."""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.store.change import change
from headway.store.models import Increment, Target, Train
from tests.builders import build_feature, build_story, root


def opened_with(client: Client) -> str:
    answer = client.get("/trains/orion/board?pi=1")
    return str(answer.content.decode().split('data-view="', 1)[1].split('"', 1)[0])


@pytest.fixture
def pi(train: Train) -> Increment:
    return Increment.objects.get(train=train, number=1)


def test_a_board_without_work_opens_with_stories(as_: Callable[[str], Client], pi: Increment) -> None:
    assert opened_with(as_("tess")) == "stories"


def test_a_pi_of_features_only_opens_with_features(as_: Callable[[str], Client], train: Train, pi: Increment) -> None:
    feature = build_feature(train)
    with change(root(train)) as frame:
        frame.create(Target(feature=feature, pi=pi), "target.created")
    assert opened_with(as_("tess")) == "features"
    build_story(train, pi=pi, feature=feature)
    assert opened_with(as_("tess")) == "stories"
