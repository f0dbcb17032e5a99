"""Weighted shortest job first: the order of the program backlog (requirement B2).

``WSJF = (user-business value + time criticality + risk reduction or opportunity enablement) / job size``,
each on the scale 1, 2, 3, 5, 8, 13, 20. The number has no unit; it only ranks features scored on the same
scale.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from headway.engine.errors import Invalid

SCALE = (1, 2, 3, 5, 8, 13, 20)
PARTS = ("user_value", "time_criticality", "risk_opportunity", "job_size")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wsjf:
    """The four scores of a feature; None where nobody has scored yet. Raises Invalid off the scale."""

    user_value: int | None = None
    time_criticality: int | None = None
    risk_opportunity: int | None = None
    job_size: int | None = None

    def __post_init__(self) -> None:
        for part in PARTS:
            value = getattr(self, part)
            if value is not None and (type(value) is not int or value not in SCALE):
                raise Invalid(
                    f"{part.replace('_', ' ').capitalize()} is {value!r}; choose one of {', '.join(map(str, SCALE))}.",
                    code="off_the_scale",
                    field=part,
                    value=value,
                )

    @property
    def missing(self) -> tuple[str, ...]:
        """The scores still to be given, in the order of the formula."""
        return tuple(part for part in PARTS if getattr(self, part) is None)

    @property
    def cost_of_delay(self) -> int | None:
        """Sum of the three value scores, 3 to 60; None while one is missing."""
        if self.user_value is None or self.time_criticality is None or self.risk_opportunity is None:
            return None
        return self.user_value + self.time_criticality + self.risk_opportunity

    @property
    def score(self) -> Decimal | None:
        """Cost of delay per job size to three places; None while a score is missing.

        Three places keep any two different quotients of the scale apart, so features may be ranked by it.
        """
        cost = self.cost_of_delay
        if cost is None or self.job_size is None:
            return None
        return (Decimal(cost) / self.job_size).quantize(Decimal("0.001"), ROUND_HALF_EVEN)
