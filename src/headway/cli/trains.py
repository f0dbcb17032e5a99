"""Which train a command is about, and for whom it acts."""

from typing import TYPE_CHECKING

from headway.cli.user import account
from headway.engine.errors import Invalid, Missing

if TYPE_CHECKING:
    from headway.kit.access import Actor
    from headway.store.models import Train, User


def the_train(slug: str | None) -> "Train":
    """The train with this address; without one, the only train there is.

    Raises:
        Missing: there is no such train, or none at all.
        Invalid: there are several and none was named.
    """
    from headway.store.models import Train

    slugs = list(Train.objects.order_by("slug").values_list("slug", flat=True))
    if slug is None and len(slugs) > 1:
        raise Invalid(f"Which train? Say --train with one of {', '.join(slugs)}.", code="train")
    wanted = slug or (slugs[0] if slugs else "")
    if wanted not in slugs:
        there = f"There are: {', '.join(slugs)}." if slugs else "There is none yet."
        raise Missing(f"There is no train {wanted!r} on this installation. {there}", code="train_missing")
    return Train.objects.get(slug=wanted)


def operator(train: "Train", email: str) -> "Actor":
    """Who acts: the named account with its rights; else whoever runs the installation, as if they kept the train.

    Raises:
        Missing: there is no such account, or it is not on the train.
    """
    from headway.kit.access import Actor, Role
    from headway.store.actors import actor_for

    if email:
        return actor_for(account(email), train.slug)
    return Actor(
        train_id=train.pk, train_slug=train.slug, name="Command line", roles=frozenset({Role.RTE, Role.PRODUCT_MANAGER})
    )


def staff_account(email: str) -> "User":
    """The account a new train will belong to: the named one, else the only one that may start trains.

    Raises:
        Missing: no account may start trains.
        Invalid: several may, and none was named.
    """
    from headway.store.models import User

    if email:
        return account(email)
    staff = list(User.objects.filter(is_staff=True, is_active=True).order_by("email")[:20])
    if not staff:
        raise Missing(
            "No account may start trains yet; make one with “headway user add EMAIL --staff”.", code="no_staff"
        )
    if len(staff) > 1:
        named = ", ".join(user.email for user in staff)
        raise Invalid(f"Whose train will it be? Say --as with one of {named}.", code="as")
    return staff[0]
