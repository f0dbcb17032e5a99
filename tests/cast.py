"""The named cast: one person for each way of standing towards a train.

Rosa (RTE), Paul (Product Manager), Bea (Business Owner), Ansel (System Architect), Tess (Scrum Master of Kestrel),
Kim (member of Kestrel), Mika (member of Merlin), Vera (stakeholder), Otto (outsider: has an account, is not on
the train).
"""

from dataclasses import dataclass

from headway.kit.access import Actor, Role, TeamRole
from headway.store.actors import actor_for
from headway.store.models import User

ON_THE_TRAIN: dict[str, tuple[str, frozenset[Role], dict[str, TeamRole]]] = {
    "rosa": ("Rosa Lind", frozenset({Role.RTE}), {}),
    "paul": ("Paul Adeyemi", frozenset({Role.PRODUCT_MANAGER}), {}),
    "bea": ("Bea Novak", frozenset({Role.BUSINESS_OWNER}), {}),
    "ansel": ("Ansel Brandt", frozenset({Role.SYSTEM_ARCHITECT}), {}),
    "tess": ("Tess Okafor", frozenset(), {"kestrel": TeamRole.SCRUM_MASTER}),
    "kim": ("Kim Larsen", frozenset(), {"kestrel": TeamRole.MEMBER}),
    "mika": ("Mika Sato", frozenset(), {"merlin": TeamRole.MEMBER}),
    "vera": ("Vera Duarte", frozenset({Role.STAKEHOLDER}), {}),
}
OUTSIDER = "otto"
EVERYBODY = (*ON_THE_TRAIN, OUTSIDER)


def email_of(name: str) -> str:
    return f"{name}@example.org"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The people of one test train."""

    slug: str

    def user(self, name: str) -> User:
        """The account of one of the cast, by first name in lower case."""
        return User.objects.get(email=email_of(name))

    def actor(self, name: str) -> Actor:
        """The actor one of the cast is on the train (not for the outsider, who is none)."""
        return actor_for(self.user(name), self.slug)

    def __getattr__(self, name: str) -> Actor:
        if name in ON_THE_TRAIN:
            return self.actor(name)
        raise AttributeError(name)
