"""The answer: which story is worked in which iteration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from headway.engine.values.bounds import text, whole

LAST_ITERATION = 51


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Where every planned story is: ``placement`` gives the index (from 0) of the iteration of a story's key.

    A story that is not named is not in the PI. A plan cannot be changed; ``with_`` and ``without`` give another.
    """

    placement: Mapping[str, int]

    def __post_init__(self) -> None:
        for key, place in self.placement.items():
            text("story", key)
            whole("iteration", place, 0, LAST_ITERATION)
        object.__setattr__(self, "placement", MappingProxyType(dict(self.placement)))

    def __hash__(self) -> int:
        return hash(frozenset(self.placement.items()))

    def __reduce__(self) -> tuple[Callable[[dict[str, int]], "Plan"], tuple[dict[str, int]]]:
        return _plan, (dict(self.placement),)

    def __len__(self) -> int:
        return len(self.placement)

    def at(self, story: str) -> int | None:
        """The index of the story's iteration, None when it is not in the PI."""
        return self.placement.get(story)

    def with_(self, places: Mapping[str, int]) -> "Plan":
        """The same plan in which these stories are there."""
        return Plan(placement={**self.placement, **places})

    def without(self, *stories: str) -> "Plan":
        """The same plan without these stories."""
        return Plan(placement={key: place for key, place in self.placement.items() if key not in set(stories)})


def _plan(placement: dict[str, int]) -> Plan:
    return Plan(placement=placement)
