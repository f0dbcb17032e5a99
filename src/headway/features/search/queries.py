"""Finding things of a train by their number or by words in their title."""

import re

from django.db.models import Q
from django.urls import reverse

from headway.kit.access import Actor, Permission, require
from headway.store.models import Dependency, Feature, Person, Story, Team

Found = dict[str, str]
PER_KIND = 6


def find(actor: Actor, text: str) -> list[Found]:
    """At most six things of each kind: features, stories, dependencies, teams, people.

    ``text`` is a number ("142", "#142") or words, all of which have to occur; the first 100 characters count.
    """
    require(actor, Permission.VIEW_TRAIN)
    text = text.strip()[:100]
    number = re.fullmatch(r"[#A-Za-z]?(\d{1,9})", text)
    words = text.split()[:8]
    if not words:
        return []
    found: list[Found] = []
    for label, icon, name, model, column in (
        ("Feature", "feature", "feature", Feature, "title"),
        ("Story", "story", "story", Story, "title"),
        ("Dependency", "dependency", "dependency", Dependency, "needs"),
    ):
        matching = _matching(column, words)
        if number:
            matching |= Q(number=int(number.group(1)))
        rows = model._default_manager.filter(matching, train_id=actor.train_id).order_by("number")
        found += [
            {
                "label": title,
                "hint": f"{label} {each}",
                "icon": icon,
                "url": reverse(name, kwargs={"slug": actor.train_slug, "number": each}),
            }
            for each, title in rows.values_list("number", column)[:PER_KIND]
        ]
    return found + _teams_and_people(actor, words)


def _teams_and_people(actor: Actor, words: list[str]) -> list[Found]:
    teams = Team.objects.filter(_matching("name", words), train_id=actor.train_id).values_list("name", "slug")
    people = Person.objects.filter(_matching("name", words), train_id=actor.train_id).values_list("name", "pk")
    return [
        *(
            {
                "label": name,
                "hint": "Team",
                "icon": "team",
                "url": reverse("team", kwargs={"slug": actor.train_slug, "team_slug": slug}),
            }
            for name, slug in teams[:PER_KIND]
        ),
        *(
            {
                "label": name,
                "hint": "Person",
                "icon": "person",
                "url": reverse("person", kwargs={"slug": actor.train_slug, "person_id": pk}),
            }
            for name, pk in people[:PER_KIND]
        ),
    ]


def _matching(column: str, words: list[str]) -> Q:
    matching = Q()
    for word in words:
        matching &= Q(**{f"{column}__icontains": word})
    return matching
