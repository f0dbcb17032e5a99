"""From a scenario to the questions of planner and forecast, with its changes in the words of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headway.engine.errors import Invalid
from headway.engine.forecast import ForecastProblem
from headway.engine.planner import Problem
from headway.engine.scenario import AddFeature, CapacityChange, Change, DropFeature, NewStory, Slip
from headway.features.forecast.problem_queries import Question as OddsQuestion
from headway.features.forecast.problem_queries import problem_of
from headway.features.planner.question import Question as PlanQuestion
from headway.features.planner.question import question
from headway.features.whatif.policies import Change as Kept
from headway.features.whatif.policies import require_asking
from headway.kit.access import Actor
from headway.store.models import Dependency, Scenario


@dataclass(frozen=True, kw_only=True)
class Questions:
    """Both questions as the train stands at journal ``number``, and what their keys stand for.

    Without history there are no odds: ``odds`` is None and ``odds_missing`` says what is missing.
    """

    number: int
    problem: Problem
    plan_changes: tuple[Change, ...]
    odds: ForecastProblem | None
    odds_changes: tuple[Change, ...]
    odds_missing: str
    team_ids: Mapping[str, int]
    feature_numbers: Mapping[str, int]
    feature_titles: Mapping[str, str]
    story_numbers: Mapping[str, int]
    story_titles: Mapping[str, str]
    story_teams: Mapping[str, int]

    def item_of(self, story: str) -> str:
        """The forecast's key of one of the planner's stories."""
        return f"S{story}" if story in self.story_numbers else story

    def group_of(self, feature: str) -> str:
        """The forecast's key of one of the planner's features."""
        return f"F{feature}" if feature in self.feature_numbers else feature


def questions_of(actor: Actor, scenario: Scenario) -> Questions:
    """Read the PI as it stands now.

    Raises:
        Invalid: there is nothing to plan in the PI, or a change is about what is over, arrived or not in the PI.
    """
    require_asking(actor)
    plan, odds = question(actor, scenario.pi), problem_of(actor, scenario.pi)
    if plan.problem is None:
        raise Invalid(" ".join(each.sentence for each in plan.stops), code="nothing_to_plan")
    words = _Words(plan, plan.problem, odds)
    added = [change for change in words.plan_changes(scenario.changes) if isinstance(change, AddFeature)]
    fresh = {key: story for feature in added for key, story in feature.named()}
    titles = {key: each["title"] for key, each in _added(scenario.changes)}
    teams = {key: row.id for key, row in plan.teams.items()}
    return Questions(
        number=plan.number,
        problem=plan.problem,
        plan_changes=tuple(words.plan_changes(scenario.changes)),
        odds=odds.problem,
        odds_changes=tuple(words.odds_changes(scenario.changes)) if odds.problem else (),
        odds_missing=odds.missing,
        team_ids=teams,
        feature_numbers={key: row.number for key, row in plan.features.items()},
        feature_titles={key: row.title for key, row in plan.features.items()} | titles,
        story_numbers={key: row.number for key, row in plan.stories.items()},
        story_titles={key: row.title for key, row in plan.stories.items()}
        | {key: titles[key.split("/")[0]] for key in fresh},
        story_teams={key: row.team_id for key, row in plan.stories.items()}
        | {key: teams[story.team] for key, story in fresh.items()},
    )


class _Words:
    """A scenario's changes in the keys of the two questions."""

    def __init__(self, plan: PlanQuestion, problem: Problem, odds: OddsQuestion) -> None:
        self._plan, self._problem, self._odds = plan, problem, odds
        self._plan_team = {row.slug: key for key, row in plan.teams.items()}
        by_id = {pk: key for key, pk in odds.teams.items()}
        self._odds_team = {row.slug: by_id.get(row.id, "") for row in plan.teams.values()}

    def plan_changes(self, kept: Sequence[Kept]) -> Iterator[Change]:
        """The changes as the planner takes them."""
        for key, each in _numbered(kept):
            match each["kind"]:
                case "capacity":
                    yield from self._capacity(each, self._plan_team)
                case "slip":
                    yield from self._plan_slips(self._dependency(each["dependency"]), each["iterations"])
                case "drop":
                    yield DropFeature(feature=self._known(each["feature"], str(each["feature"]) in self._in_plan()))
                case "add":
                    yield _fresh(key, each, self._plan_team)

    def odds_changes(self, kept: Sequence[Kept]) -> Iterator[Change]:
        """The changes as the forecast takes them."""
        for key, each in _numbered(kept):
            match each["kind"]:
                case "capacity":
                    yield from self._capacity(each, self._odds_team)
                case "slip":
                    yield self._odds_slip(each["dependency"], each["iterations"])
                case "drop":
                    if f"F{each['feature']}" in self._in_odds():
                        yield DropFeature(feature=f"F{each['feature']}")
                case "add":
                    yield _fresh(key, each, self._odds_team)

    def _capacity(self, each: Kept, teams: Mapping[str, str]) -> Iterator[CapacityChange]:
        """One change an iteration that is not over yet; what is over cannot be otherwise."""
        open_ones = [row for row in self._plan.iterations if not row.over]
        chosen = [row for row in open_ones if each["iteration"] in (None, row.number)]
        if not chosen:
            raise Invalid(
                f"Iteration {each['iteration']} is over or holds no planned work, so its capacity changes nothing; "
                "choose one that is still to come.",
                code="over",
                field="iteration",
                value=each["iteration"],
            )
        for row in chosen:
            yield CapacityChange(team=teams.get(each["team"], ""), iteration=row.name, percent=each["percent"])

    def _dependency(self, number: int) -> Dependency:
        row = Dependency.objects.filter(train_id=self._plan.pi.train_id, number=number).first()
        if row is None:
            raise _nothing_waits(number)
        return row

    def _plan_slips(self, row: Dependency, iterations: int) -> Iterator[Slip]:
        stories = {each.id: key for key, each in self._plan.stories.items()}
        if row.provider_story_id is not None:
            if key := stories.get(row.provider_story_id):
                yield Slip(provider=key, iterations=iterations)
        elif row.provider_feature_id is not None:
            for key in self._last_of(row.provider_feature_id, row.provider_team_id):
                yield Slip(provider=key, iterations=iterations)
        else:
            waiting = {
                key
                for key, each in self._plan.stories.items()
                if each.id == row.consumer_story_id
                or (row.consumer_feature_id is not None and each.feature_id == row.consumer_feature_id)
            }
            for arrival in self._problem.arrivals:
                if arrival.story in waiting:
                    yield Slip(consumer=arrival.story, iterations=iterations)

    def _last_of(self, feature_id: int, team_id: int) -> list[str]:
        """The stories with which a team finishes its part of a feature."""
        present = self._problem.present
        mine = [
            key for key, each in self._plan.stories.items() if (each.feature_id, each.team_id) == (feature_id, team_id)
        ]
        places = {key: place for key in mine if present and (place := present.at(key)) is not None}
        return [key for key, place in places.items() if place == max(places.values())]

    def _odds_slip(self, number: int, iterations: int) -> Slip:
        problem, key = self._odds.problem, f"D{number}"
        for link in problem.dependencies if problem else ():
            if link.key == key:
                return Slip(provider=link.provider, iterations=iterations)
        for arrival in problem.arrivals if problem else ():
            if arrival.key == key:
                return Slip(consumer=arrival.item, iterations=iterations)
        raise _nothing_waits(number)

    def _in_plan(self) -> set[str]:
        return {feature.key for feature in self._problem.features}

    def _in_odds(self) -> set[str]:
        return {item.feature for item in self._odds.problem.items if item.feature} if self._odds.problem else set()

    def _known(self, number: int, there: bool) -> str:
        if not there:
            raise Invalid(
                f"Feature {number} is not in {self._plan.pi.name}, so it cannot be dropped from it.",
                code="unknown",
                field="feature",
                value=number,
            )
        return str(number)


def _numbered(kept: Sequence[Kept]) -> Iterator[tuple[str, Kept]]:
    return ((f"new {turn}", each) for turn, each in enumerate(kept, 1))


def _added(kept: Sequence[Kept]) -> list[tuple[str, Kept]]:
    return [(key, each) for key, each in _numbered(kept) if each["kind"] == "add"]


def _fresh(key: str, each: Kept, teams: Mapping[str, str]) -> AddFeature:
    stories = tuple(NewStory(team=teams.get(one["team"], ""), points=one["points"]) for one in each["stories"])
    return AddFeature(key=key, value=each["value"], stories=stories)


def _nothing_waits(number: int) -> Invalid:
    return Invalid(
        f"Nothing that is still to do in this PI waits for dependency {number}, so it cannot slip.",
        code="unknown",
        field="dependency",
        value=number,
    )
