"""Starting a train, setting it up, removing it."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from headway.engine.errors import Forbidden, Invalid
from headway.features.trains.policies import RESERVED, SAMPLE_ACCOUNTS, check_place_of, checked_settings
from headway.kit.access import Actor, Permission, Role, require
from headway.store.actors import actor_for, founder
from headway.store.change import Outcome, action, change
from headway.store.models import Person, Train, TrainRole, User


def start_train(user: User, *, name: str, slug: str = "", is_sample: bool = False, **settings: Any) -> Actor:
    """Found a train; the founder becomes its Release Train Engineer.

    Raises:
        Forbidden: the account may not start trains on this installation.
        Invalid: the name or address is empty or taken, or a setting is out of its bounds.
    """
    if not user.is_staff:
        raise Forbidden("Starting a train is for the accounts that run this installation.", code="forbidden")
    values = checked_settings({"name": name, **settings})
    check_place_of(values)
    slug = slugify(slug or name)[:40].strip("-")
    if not slug or slug in RESERVED:
        raise Invalid(
            f"“{slug or name}” makes no address for a train; give a name with letters or digits in it.",
            code="name",
            field="slug" if slug else "name",
            value=slug or name,
        )
    if Train.objects.filter(slug=slug).exists():
        raise Invalid(
            f"The address “{slug}” belongs to another train; choose another.", code="taken", field="slug", value=slug
        )
    with transaction.atomic():
        train = Train.objects.create(slug=slug, is_sample=is_sample, **values)
        actor = founder(train, user)
        with change(actor) as frame:
            frame.record_founding()
            person = frame.create(Person(user=user, name=str(user), email=user.email), "person.created")
            frame.create(TrainRole(person=person, role=Role.RTE.value), "role.created")
    return actor_for(user, slug)


@action
def edit_train(actor: Actor, *, seen: int | None = None, command_id: UUID | None = None, **settings: Any) -> Outcome:
    """Change the train's name, purpose, cadence, buffer or calendar.

    Raises:
        Invalid: a setting is out of its bounds.
    """
    with change(actor, command_id) as frame:
        require(actor, Permission.CONFIGURE_TRAIN)
        values = checked_settings(settings)
        if {"country", "region"} & values.keys():
            check_place_of(values, frame.train.country, frame.train.region)
        frame.update(frame.train, "train.edited", seen=seen, **values)
    return frame.outcome


def remove_train(actor: Actor, *, confirm: str) -> None:
    """Remove the train with everything in it, its journal too; ``confirm`` repeats its address.

    Raises:
        Invalid: ``confirm`` is not the train's address.
    """
    require(actor, Permission.REMOVE_TRAIN)
    if confirm.strip() != actor.train_slug:
        raise Invalid(
            f"To remove the train, repeat its address: {actor.train_slug}. You typed “{confirm}”.",
            code="confirm",
            field="confirm",
            value=confirm,
        )
    _remove(actor.train_id)


def remove_sample(actor: Actor, user: User) -> None:
    """Remove the sample train, and the sample accounts that belong to no other train.

    Its RTE may, and so may whoever runs this installation.

    Raises:
        Invalid: the train is no sample.
        Forbidden: the actor is neither.
    """
    if not user.is_staff:
        require(actor, Permission.REMOVE_TRAIN)
    if not Train.objects.filter(pk=actor.train_id, is_sample=True).exists():
        raise Invalid("This is no sample train; remove it in its settings.", code="no_sample")
    _remove(actor.train_id)


def _remove(train_id: int) -> None:
    with transaction.atomic():
        was_sample = Train.objects.filter(pk=train_id, is_sample=True).exists()
        Train.objects.filter(pk=train_id).delete()
        if was_sample:
            User.objects.filter(email__in=SAMPLE_ACCOUNTS, people__isnull=True).delete()
