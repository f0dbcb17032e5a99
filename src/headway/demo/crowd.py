"""A crowd that works on the sample train as people would, for live shows: it moves cards, updates states, talks."""

import time
from collections.abc import Callable, Iterator
from random import Random

from headway.demo.chapters.founding import SLUG
from headway.engine.errors import HeadwayError, Missing
from headway.features.backlog import actions as backlog
from headway.features.dependencies import actions as dependencies
from headway.kit.access import Actor, TeamRole
from headway.store.models import Dependency, Feature, Increment, Iteration, Membership, Story, Train

SECONDS_BETWEEN = 25.0
"""How long one person thinks between two changes, on average."""
MOST_FRUITLESS = 300
"""Tries in a row after which there is nothing left to do."""
REMARKS = (
    "I had a look; this still fits.",
    "Can we talk about it after the stand-up?",
    "The first half is there, the second half follows on Thursday.",
    "Thanks, that helps us a lot.",
    "We would like to have it some days earlier, if it can be done.",
    "Checked with the team: yes.",
)
NEXT_STATE = {"todo": "in_progress", "in_progress": "review", "review": "done"}


def work(people: int, seed: int, seconds: float, *, tell: Callable[[str], object]) -> int:
    """Let ``people`` of the sample train work for at most ``seconds``; answers with the number of changes.

    Raises:
        Missing: the sample train is not there.
    """
    random = Random(seed)  # noqa: S311 - chooses cards, guards nothing
    until = time.monotonic() + seconds
    done = 0
    for line in changes(people, random):
        tell(line)
        done += 1
        pause = random.expovariate(people / SECONDS_BETWEEN)
        if time.monotonic() + pause >= until:
            break
        time.sleep(pause)
    return done


def changes(people: int, random: Random) -> Iterator[str]:
    """One change after the other, each told in a sentence, as long as there is something to do.

    Raises:
        Missing: the sample train is not there, or there is nothing left to do on it.
    """
    crowd = _crowd(people, random)
    fruitless = 0
    while fruitless < MOST_FRUITLESS:
        fruitless += 1
        actor = random.choice(crowd)
        deed = random.choices((_move, _carry_on, _remark), weights=(6, 3, 1))[0]
        try:
            line = deed(actor, _open_pi(actor.train_id), random)
        except Missing:
            raise
        except HeadwayError:
            continue  # Refused, as happens to people: somebody was quicker, or the card is not to be moved.
        if line:
            fruitless = 0
            yield f"{actor.name} {line}"
    raise Missing(
        "There is nothing left to do on the sample train; “headway demo --reset” builds it anew.", code="done"
    )


def _crowd(people: int, random: Random) -> list[Actor]:
    train = Train.objects.filter(slug=SLUG, is_sample=True).first()
    if train is None:
        raise Missing("The sample train is not there; load it with “headway demo”.", code="no_sample")
    rows = list(Membership.objects.filter(train=train).select_related("person").order_by("pk"))
    chosen = random.sample(rows, min(people, len(rows)))
    return [
        Actor(
            train_id=train.pk,
            train_slug=train.slug,
            name=row.person.name,
            user_id=row.person.user_id,
            person_id=row.person_id,
            teams={row.team_id: frozenset({TeamRole(row.role)})},
        )
        for row in chosen
    ]


def _open_pi(train_id: int) -> Increment:
    pi = Increment.objects.filter(train_id=train_id).exclude(state=Increment.State.CLOSED).order_by("number").last()
    if pi is None:
        raise Missing("The sample train has no open PI any more; “headway demo --reset” builds it anew.", code="no_pi")
    return pi


def _move(actor: Actor, pi: Increment, random: Random) -> str:
    """A card of the own team goes one iteration to the left or to the right."""
    story = _own_story(actor, pi, random, state=Story.State.TODO)
    iterations = list(Iteration.objects.filter(pi=pi, is_ip=False).order_by("number"))
    if story is None or not iterations:
        return ""
    places = [each.pk for each in iterations]
    at = places.index(story.iteration_id) if story.iteration_id in places else 0
    to = iterations[max(0, min(len(places) - 1, at + random.choice((-1, 1))))]
    if to.pk == story.iteration_id:
        return ""
    backlog.move_story(actor, number=story.number, pi_id=pi.pk, iteration_id=to.pk, seen=story.version)
    return f"moved “{story.title}” to {to.name}"


def _carry_on(actor: Actor, pi: Increment, random: Random) -> str:
    """A card of the own team goes into its next state."""
    story = _own_story(actor, pi, random, state__in=list(NEXT_STATE))
    if story is None:
        return ""
    state = NEXT_STATE[story.state]
    backlog.edit_story(actor, number=story.number, seen=story.version, state=state)
    return f"set “{story.title}” to {Story.State(state).label.lower()}"


def _remark(actor: Actor, pi: Increment, random: Random) -> str:
    """Something is said about a dependency of the own team."""
    team = next(iter(actor.teams))
    found = list(Dependency.objects.filter(train_id=actor.train_id, consumer_team_id=team).order_by("number"))
    if not found:
        return _discuss(actor, random)
    dependency = random.choice(found)
    dependencies.comment_on_dependency(actor, number=dependency.number, text=random.choice(REMARKS))
    return f"spoke about “{dependency.needs}” in {pi.name}"


def _discuss(actor: Actor, random: Random) -> str:
    """Something is said about a feature that is not done, as long as there are no dependencies to speak about."""
    open_ones = Feature.objects.filter(train_id=actor.train_id).exclude(state=Feature.State.DONE)
    found = list(open_ones.order_by("number"))
    if not found:
        return ""
    feature = random.choice(found)
    backlog.comment_on_feature(actor, number=feature.number, text=random.choice(REMARKS))
    return f"spoke about “{feature.title}”"


def _own_story(actor: Actor, pi: Increment, random: Random, **where: object) -> Story | None:
    team = next(iter(actor.teams))
    found = list(Story.objects.filter(train_id=actor.train_id, team_id=team, pi=pi, **where).order_by("number"))
    return random.choice(found) if found else None
