"""Next Release Problems as plans of one team in one iteration."""

from dataclasses import dataclass
from pathlib import Path

from headway.engine.planner import Dependency, Feature, Problem, Story, Team


@dataclass(frozen=True, kw_only=True)
class Release:
    """What a file says: requirements with costs, who needs whom, and what each customer pays for which."""

    costs: tuple[int, ...]
    needs: tuple[tuple[int, int], ...]
    customers: tuple[tuple[int, tuple[int, ...]], ...]

    def budget(self, percent: int) -> int:
        """This share of the total cost, rounded half up."""
        return (2 * sum(self.costs) * percent + 100) // 200


def read(path: Path) -> Release:
    """Levels with costs, pairs "A B" (A is needed by B), then profit, count and requirements of each customer."""
    numbers = iter(int(word) for word in path.read_text(encoding="ascii").split())
    costs: list[int] = []
    for _level in range(next(numbers)):
        costs += [next(numbers) for _requirement in range(next(numbers))]
    needs = tuple((next(numbers) - 1, next(numbers) - 1) for _pair in range(next(numbers)))
    customers = []
    for _customer in range(next(numbers)):
        profit = next(numbers)
        customers.append((profit, tuple(next(numbers) - 1 for _wish in range(next(numbers)))))
    return Release(costs=tuple(costs), needs=needs, customers=tuple(customers))


def problem(release: Release, percent: int) -> Problem:
    """A requirement is a story of its cost; a customer is a feature whose one free story waits for all it wishes."""
    stories = [Story(key=f"r{i}", team="one", feature=None, points=cost) for i, cost in enumerate(release.costs)]
    links = [Dependency(provider=f"r{a}", consumer=f"r{b}") for a, b in release.needs]
    features = []
    for i, (profit, wishes) in enumerate(release.customers):
        features.append(Feature(key=f"c{i}", value=profit))
        stories.append(Story(key=f"w{i}", team="one", feature=f"c{i}", points=0))
        links += [Dependency(provider=f"r{wish}", consumer=f"w{i}") for wish in sorted(set(wishes))]
    return Problem(
        iterations=("release",),
        teams=(Team(key="one", capacity=(float(release.budget(percent)),)),),
        features=tuple(features),
        stories=tuple(stories),
        dependencies=tuple(links),
    )
