"""May I, and why (not)?"""

from collections.abc import Callable

import pytest
from django.test import Client

from headway.features.trains import queries
from headway.kit.access import TABLE, Permission
from headway.store.models import Person, Team, Train
from tests.builders import build_train
from tests.cast import ON_THE_TRAIN, Cast

As = Callable[[str], Client]


@pytest.mark.parametrize("name", ON_THE_TRAIN)
def test_the_page_answers_for_somebody_else_as_they_are_answered_themselves(
    cast: Cast, train: Train, name: str
) -> None:
    person = Person.objects.get(train=train, user=cast.user(name))
    asked = queries.actor_of_person(cast.vera, person)
    own = cast.actor(name)
    for team in (None, *Team.objects.values_list("pk", flat=True)):
        assert queries.permission_rows(asked, team) == queries.permission_rows(own, team)


def test_every_permission_of_the_table_is_on_the_page_with_its_reason(as_: As) -> None:
    page = as_("vera").get("/trains/orion/permissions").content.decode().replace("&#x27;", "'")
    assert [rule.title for rule in TABLE.values() if rule.title not in page or rule.reason not in page] == []


def test_ones_own_team_is_asked_about_unless_another_is_chosen(cast: Cast, as_: As, train: Train) -> None:
    client = as_("tess")
    merlin = Team.objects.get(train=train, slug="merlin").pk

    def allowed(query: str) -> set[str]:
        rows = client.get(f"/trains/orion/permissions{query}").context["rows"]
        return {row.key for row in rows if row.verdict}

    assert Permission.PLACE_STORY in allowed("")
    assert Permission.PLACE_STORY not in allowed(f"?team={merlin}")
    assert Permission.PLACE_STORY not in allowed("?team=")


@pytest.mark.parametrize(
    "query", ["person=x&team=", "team=x", "team=-1", "team=999999", "person=", "team=99999999999999999999"]
)
def test_a_strange_question_is_about_oneself_and_no_team(as_: As, query: str) -> None:
    response = as_("rosa").get(f"/trains/orion/permissions?{query}")
    assert (response.status_code, response.context["is_me"], response.context["team"]) == (200, True, None)


def test_people_of_another_train_are_not_found(as_: As, cast: Cast) -> None:
    other = Train.objects.get(slug=build_train(slug="vega", name="Vega").slug)
    foreign = Person.objects.filter(train=other).first()
    assert foreign is not None
    assert as_("rosa").get(f"/trains/orion/permissions?person={foreign.pk}").status_code == 404
