"""The heartbeat of a train: increments of equal iterations, closed by the IP iteration."""

from dataclasses import dataclass
from datetime import date, timedelta

from headway.engine.errors import Invalid
from headway.engine.values.bounds import text, whole
from headway.engine.values.interval import ONE_DAY, Interval

MOST_ITERATIONS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Cadence:
    """How a PI is cut: ``iterations`` of ``iteration_weeks`` each, then ``ip_weeks`` for the IP iteration.

    The default is five iterations of two weeks and two weeks of IP: twelve weeks.
    ``ip_weeks`` may be 0 for a train that has no IP iteration. Raises Invalid outside the bounds.
    """

    iteration_weeks: int = 2
    iterations: int = 5
    ip_weeks: int = 2

    def __post_init__(self) -> None:
        whole("iteration_weeks", self.iteration_weeks, 1, 4, "weeks")
        whole("iterations", self.iterations, 1, MOST_ITERATIONS)
        whole("ip_weeks", self.ip_weeks, 0, 4, "weeks")

    @property
    def weeks(self) -> int:
        """Length of a whole PI in weeks, the IP iteration included."""
        return self.iterations * self.iteration_weeks + self.ip_weeks


@dataclass(frozen=True, kw_only=True, slots=True)
class IterationPlan:
    """One iteration: its place in the PI (from 1), its name on the board and its days."""

    number: int
    name: str
    interval: Interval
    is_ip: bool = False

    def __post_init__(self) -> None:
        whole("number", self.number, 1, 9999)
        text("name", self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class IncrementPlan:
    """One PI with its iterations, in order and without gap or overlap; raises Invalid otherwise."""

    number: int
    name: str
    iterations: tuple[IterationPlan, ...]

    def __post_init__(self) -> None:
        whole("number", self.number, 1, 9999)
        text("name", self.name)
        if not self.iterations:
            raise Invalid(
                f"{self.name} has no iterations; give it at least one.",
                code="no_iterations",
                field="iterations",
                value=(),
            )
        for before, after in zip(self.iterations, self.iterations[1:], strict=False):
            if after.interval.starts_on != before.interval.ends_on + ONE_DAY:
                raise Invalid(
                    f"{after.name} starts on {after.interval.starts_on} but {before.name} ends on "
                    f"{before.interval.ends_on}; start it the day after.",
                    code="gap_in_increment",
                    field="starts_on",
                    value=after.interval.starts_on,
                )

    @property
    def interval(self) -> Interval:
        """From the first day of the first iteration to the last day of the last."""
        return Interval(starts_on=self.iterations[0].interval.starts_on, ends_on=self.iterations[-1].interval.ends_on)

    @property
    def next_start(self) -> date:
        """The day on which the following PI starts when the cadence is kept."""
        return self.interval.ends_on + ONE_DAY


def generate_increment(cadence: Cadence, starts_on: date, number: int) -> IncrementPlan:
    """Cut the PI ``number`` from the cadence, its first iteration starting on ``starts_on``.

    Iterations are whole weeks laid end to end, so each begins on the weekday of ``starts_on``.
    Raises Invalid when the number is out of range or the calendar ends before the PI does.
    """
    weeks = [cadence.iteration_weeks] * cadence.iterations
    names = [f"I{place}" for place in range(1, cadence.iterations + 1)]
    if cadence.ip_weeks:
        weeks.append(cadence.ip_weeks)
        names.append("IP")
    if starts_on > date.max - timedelta(weeks=cadence.weeks):
        raise Invalid(
            f"A PI that starts on {starts_on} runs off the calendar; give an earlier start.",
            code="out_of_range",
            field="starts_on",
            value=starts_on,
        )
    iterations, day = [], starts_on
    for place, (length, name) in enumerate(zip(weeks, names, strict=True), start=1):
        last = day + timedelta(weeks=length) - ONE_DAY
        iterations.append(
            IterationPlan(
                number=place,
                name=name,
                interval=Interval(starts_on=day, ends_on=last),
                is_ip=place > cadence.iterations,
            )
        )
        day = last + ONE_DAY
    return IncrementPlan(number=number, name=f"PI {number}", iterations=tuple(iterations))
