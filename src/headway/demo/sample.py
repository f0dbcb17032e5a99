"""Loading the sample train, finding it, and removing it with the accounts that came with it."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from headway.demo.chapters import execute_present, found, gather, plan_present, room_of, tell_past, write_backlog
from headway.demo.chapters.founding import SLUG
from headway.demo.content import content
from headway.demo.plan import past_plan, present_plan, velocities
from headway.demo.stages import Stage, calendar, eve_of_planning
from headway.demo.telling import CAST, DOMAIN, Telling, email_of
from headway.engine.errors import Conflict, Missing
from headway.features.trains.actions import remove_train
from headway.features.trains.policies import SAMPLE_ACCOUNTS
from headway.kit import clock
from headway.kit.access import Actor, Role
from headway.kit.settings import settings
from headway.store.models import Train, User

SIGN_IN_FILE = "sample_sign_in.txt"


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What loading made: the train's address, and how one signs in."""

    slug: str
    deeds: int
    sign_in: str


def load(stage: Stage = Stage.MID_PI, seed: int = 1, *, password: str | None = None) -> Loaded:
    """Tell the sample train into the database, wholly or not at all, and write the sign-in file.

    The same seed on the same day gives the same train. ``password`` is made up when None.

    Raises:
        Conflict: there is a train at its address already.
    """
    if Train.objects.filter(slug=SLUG).exists():
        raise Conflict(f"There is a train at the address “{SLUG}” already.", code="taken")
    password = password or "-".join(secrets.token_hex(2) for _ in range(3))
    texts, random = content(), Random(seed)  # noqa: S311 - a story is to be told, not a secret kept
    with transaction.atomic():
        users = _accounts(password)
        telling = Telling(
            texts, calendar(stage, clock.now()), random, {email: user.pk for email, user in users.items()}
        )
        founder = users[f"rosa@{DOMAIN}"]
        founder.is_staff = True  # for this one founding; never saved
        velocity = velocities(texts)
        found(telling, founder)
        gather(telling)
        write_backlog(telling)
        for pi in (1, 2):
            tell_past(telling, pi, past_plan(texts, pi, velocity, random))
        # Teams plan by what they can do, which is only known once they are there.
        deeds = telling.tell(eve_of_planning(telling.calendar))
        if telling.calendar.until > eve_of_planning(telling.calendar):
            present = present_plan(texts, room_of(telling))
            plan_present(telling, present)
            execute_present(telling, present)
            deeds += telling.tell()
    sign_in = _write_sign_in(password)
    return Loaded(slug=SLUG, deeds=deeds, sign_in=sign_in)


def sample() -> Train | None:
    """The sample train, if it is there."""
    return Train.objects.filter(is_sample=True, slug=SLUG).first()


def days_since_loading() -> int:
    """How many days ago the sample train was loaded: from then its calendar is told."""
    try:
        then = datetime.fromtimestamp(_sign_in_path().stat().st_mtime, UTC)
    except FileNotFoundError:
        return 0
    return (clock.now() - then).days


def remove(train: Train) -> None:
    """Remove the sample train, and the sample accounts that belong to no other train.

    Raises:
        Missing: it is not the sample train.
    """
    if not train.is_sample:
        raise Missing(f"{train.name} is no sample train.", code="no_sample")
    keeper = Actor(train_id=train.pk, train_slug=train.slug, name="headway demo", roles=frozenset({Role.RTE}))
    remove_train(keeper, confirm=train.slug)
    with suppress(FileNotFoundError):
        _sign_in_path().unlink()


def real_accounts() -> int:
    """How many accounts of this installation did not come with the sample train."""
    return User.objects.exclude(email__in=SAMPLE_ACCOUNTS).count()


def sign_in_text() -> str:
    """How one signs in to the sample train, as it was written when it was loaded; empty when unknown."""
    try:
        return _sign_in_path().read_text("utf-8")
    except FileNotFoundError:
        return ""


def _accounts(password: str) -> dict[str, User]:
    """The sample accounts, all with this password, those of an earlier sample too."""
    hashed = make_password(password)
    staff = real_accounts() == 0
    users = {}
    for person in content().people:
        if person.name in CAST:
            email = email_of(person)
            given = {"name": person.name, "password": hashed}
            users[email], _ = User.objects.update_or_create(email=email, defaults=given)
    if staff:
        # On a fresh installation Rosa may start further trains; where others work, she may not.
        User.objects.filter(email=f"rosa@{DOMAIN}").update(is_staff=True)
    return users


_WHO = {
    "rosa": "Release Train Engineer",
    "paul": "Product Manager",
    "bea": "Business Owner",
    "ansel": "System Architect",
    "tess": "Scrum Master of Kestrel: may move Kestrel's cards",
    "mika": "member of Merlin: may move Merlin's cards",
    "vera": "stakeholder: reads along",
}


def _write_sign_in(password: str) -> str:
    lines = [
        "Sign in to the sample train as",
        *(f"  {f'{name}@{DOMAIN}':<20} {who}" for name, who in _WHO.items()),
        f"Password for all of them: {password}",
    ]
    text = "\n".join(lines) + "\n"
    path = _sign_in_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
    return text


def _sign_in_path() -> Path:
    return settings().data_dir / SIGN_IN_FILE
