"""How much room each link has, in iterations."""

from dataclasses import dataclass

from headway.engine.network.graph import Link, Network
from headway.engine.network.health import slack

_UNKNOWN = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkSlack:
    """One link and its room.

    ``slack`` is the consumer's position less the provider's, ``gap`` what has to lie between them (1 across
    teams, 0 within a team) and ``spare`` the slack less the gap: negative when that many iterations are
    missing. ``slack`` and ``spare`` are None when either end is not planned. ``strings`` is how many
    dependencies the link stands for.
    """

    provider: str
    consumer: str
    strings: int
    slack: int | None
    gap: int

    @property
    def spare(self) -> int | None:
        """Iterations by which the provider may slip before the consumer has to move."""
        return None if self.slack is None else self.slack - self.gap

    @property
    def short(self) -> bool:
        """Whether the consumer stands too early for its provider."""
        return self.spare is not None and self.spare < 0


def slack_table(network: Network) -> tuple[LinkSlack, ...]:
    """The room of every open link, the least first and the unknown last.

    Links between a whole and its part are left out, and links of which an end is done: nobody waits there.
    """
    told = [room_of(network, link) for link in open_strings(network)]
    return tuple(sorted(told, key=lambda each: _UNKNOWN if each.spare is None else each.spare))


def open_strings(network: Network) -> list[Link]:
    """The links that are strings between two pieces of work that are not done."""
    return [
        link
        for link in network.links
        if not link.part and not network.item(link.provider).done and not network.item(link.consumer).done
    ]


def room_of(network: Network, link: Link) -> LinkSlack:
    """The room of one link."""
    return LinkSlack(
        provider=link.provider,
        consumer=link.consumer,
        strings=link.strings,
        slack=slack(network.item(link.provider).iteration, network.item(link.consumer).iteration),
        gap=network.gap(link),
    )
