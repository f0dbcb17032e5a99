"""From the planner's answer back to the train: moves with reasons, and the figures a proposal shows."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from headway.engine.planner import Conflict, Member, Objective, Plan, Problem, Result, Why, score
from headway.features.planner.moves import Move
from headway.features.planner.policies import PARTS
from headway.features.planner.question import Question

LOG_KEPT = 60


def moves(question: Question, plan: Plan, ask: Callable[[str], Why]) -> list[Move]:
    """What the plan asks to be moved, each with the reason; ``ask`` says why a story is not earlier, or not in."""
    problem = question.problem
    if problem is None or problem.present is None:
        return []
    glance = _Glance(question, problem, plan)
    found = []
    for key in question.stories:
        now, then = problem.present.at(key), plan.at(key)
        if now != then:
            said = glance.reason(key)
            reason = " ".join(filter(None, (said, _in_the_way(question, now, then, ask(key), said))))
            found.append(Move(int(key), _number(question, now), _number(question, then), reason))
    return found


def facts(question: Question, result: Result) -> dict[str, Any]:
    """What a proposal keeps of the planner's answer. Things are named by what an export keeps: numbers and slugs."""
    problem = question.problem
    if problem is None or problem.present is None:
        return {}
    return {
        "objective": _parts(result.objective),
        "before": _parts(score(problem, problem.present)),
        "total": result.objective.total,
        "bound": result.bound,
        "gap": result.gap,
        "stopped": result.stopped,
        "seconds": round(result.seconds, 2),
        "rounds": result.rounds,
        "notes": list(result.notes),
        "trail": trail((each.seconds, each.total, None) for each in result.log),
        "findings": [
            {"weight": each.weight, "sentence": each.sentence, "subject": each.subject, "number": each.number}
            for each in question.findings[:200]
        ],
        "loads": _loads(question, problem, result.plan),
        "features": _features(question, problem, result.plan),
    }


def trail(steps: Iterable[tuple[float, float, float | None]]) -> list[list[float | None]]:
    """Seconds, objective and bound of a search, thinned out to what a small chart can show."""
    told = [[round(seconds, 2), total, bound] for seconds, total, bound in steps]
    if len(told) <= LOG_KEPT:
        return told
    stride = len(told) / LOG_KEPT
    return [*(told[int(index * stride)] for index in range(LOG_KEPT - 1)), told[-1]]


def contradiction(question: Question, conflict: Conflict) -> dict[str, Any]:
    """A conflict as a job's result keeps it: its members with what they are about, and the ways out."""
    return {
        "message": conflict.message,
        "minimal": conflict.minimal,
        "proven": conflict.proven,
        "members": [_member(question, each) for each in conflict.members],
        "ways": [
            {
                "member": each.member,
                "change": each.change,
                "opens": each.opens,
                "costs": round(each.costs, 1),
            }
            for each in conflict.relaxations
        ],
    }


def _member(question: Question, member: Member) -> dict[str, Any]:
    links = []
    for key in dict.fromkeys((member.subject, *member.stories)):
        if key in question.stories:
            links.append({"subject": "story", "number": question.stories[key].number, "title": _title(question, key)})
        elif key in question.features:
            title = question.features[key].title
            links.append({"subject": "feature", "number": question.features[key].number, "title": title})
    return {"kind": member.kind, "sentence": member.sentence, "links": links[:8]}


def _title(question: Question, key: str) -> str:
    return question.stories[key].title


def _parts(objective: Objective) -> dict[str, float]:
    return {name: round(getattr(objective, name), 5) for name in PARTS}


def _number(question: Question, index: int | None) -> int | None:
    there = question.iteration(index)
    return None if there is None else there.number


def _loads(question: Question, problem: Problem, plan: Plan) -> list[dict[str, Any]]:
    """Points in every cell before and after, with what fits and what may be committed."""
    before: dict[tuple[str, int], float] = defaultdict(float)
    after: dict[tuple[str, int], float] = defaultdict(float)
    present = problem.present or Plan(placement={})
    for story in problem.stories:
        for loads, at in ((before, present.at(story.key)), (after, plan.at(story.key))):
            if at is not None:
                loads[story.team, at] += story.points
    return [
        {
            "team": row.slug,
            "iteration": each.number,
            "before": before[key, index],
            "after": after[key, index],
            "capacity": float(question.table[row.id, each.id].points),
            "committable": float(question.table[row.id, each.id].committable),
        }
        for key, row in question.teams.items()
        for index, each in enumerate(question.iterations)
    ]


def _features(question: Question, problem: Problem, plan: Plan) -> list[dict[str, Any]]:
    """Which features are in, before and after, and the iteration each finishes in (None: not all of it has a place)."""
    stories: dict[str, list[str]] = defaultdict(list)
    for story in problem.stories:
        if story.feature is not None:
            stories[story.feature].append(story.key)
    return [
        {
            "number": row.number,
            "before": _number(question, _finish(stories[key], problem.present)),
            "after": _number(question, _finish(stories[key], plan)),
        }
        for key, row in question.features.items()
        if stories[key]
    ]


def _finish(stories: list[str], plan: Plan | None) -> int | None:
    places = [plan.at(key) if plan is not None else None for key in stories]
    return None if None in places else max(place for place in places if place is not None)


def _in_the_way(question: Question, now: int | None, then: int | None, answer: Why, said: str) -> str:
    """What, besides what was said, keeps a story from coming earlier than it is proposed, or from coming in at all."""
    if then is None:
        return answer.message.partition(" is not in the PI. ")[2]
    if (now is not None and then < now) or not answer.choices:
        return ""
    nearest = answer.choices[0]
    if nearest.free or question.iterations[nearest.iteration].over:
        return ""
    waits = said.startswith("It needs story")
    told = [each.message for each in nearest.obstacles if not (waits and each.rule == "provider")]
    return f"Not in {question.iterations[nearest.iteration].name}: {' '.join(told)}" if told else ""


class _Glance:
    """Reasons that can be seen from the plan alone, without asking the planner again."""

    def __init__(self, question: Question, problem: Problem, plan: Plan) -> None:
        self.question, self.problem, self.plan = question, problem, plan
        self.needs: dict[str, list[str]] = defaultdict(list)
        self.serves: dict[str, list[str]] = defaultdict(list)
        for link in problem.dependencies:
            self.needs[link.consumer].append(link.provider)
            self.serves[link.provider].append(link.consumer)
        self.stories = {story.key: story for story in problem.stories}
        present = problem.present or Plan(placement={})
        self.before = self._load(present)
        self.present = present

    def reason(self, key: str) -> str:
        now, then = self.present.at(key), self.plan.at(key)
        story = self.stories[key]
        feature = self._feature(key)
        if then is None:
            return (
                f"{feature[0].upper()}{feature[1:]} does not fit into the PI as a whole."
                if feature
                else "There is no room for it."
            )
        if now is None:
            return f"There is room for {feature}." if feature else "There is room for it."
        if (waits := self._waits(key, now)) is not None:
            return waits
        room = self.problem.committable(next(team for team in self.problem.teams if team.key == story.team))
        if self.before[story.team, now] > room[now] + 1e-6:
            over = self.before[story.team, now] - room[now]
            return f"{self._name(now)} holds {over:g} points more than {story.team} may commit."
        if self.question.iterations[now].over:
            return f"{self._name(now)} is over."
        if then < now:
            return f"Earlier, so that {feature} is done sooner." if feature else "There is room for it earlier."
        return "It makes room for work that is worth more, or needed sooner."

    def _waits(self, key: str, now: int) -> str | None:
        """A dependency that would be too late, or without slack, where the story stands now."""
        story = self.stories[key]
        for provider in self.needs[key]:
            comes = self.plan.at(provider)
            if comes is not None and comes >= now and self.stories[provider].team != story.team:
                return (
                    f"It needs story {provider} of {self.stories[provider].team}, which comes in {self._name(comes)}."
                )
        for consumer in self.serves[key]:
            wanted = self.plan.at(consumer)
            if wanted is not None and wanted <= now and self.stories[consumer].team != story.team:
                return f"Story {consumer} of {self.stories[consumer].team} needs it in {self._name(wanted)}."
        return None

    def _feature(self, key: str) -> str:
        row = self.question.features.get(self.stories[key].feature or "")
        return f"feature {row.number} “{row.title}”" if row else ""

    def _name(self, index: int) -> str:
        return self.question.iterations[index].name

    def _load(self, plan: Plan) -> dict[tuple[str, int], float]:
        loads: dict[tuple[str, int], float] = defaultdict(float)
        for story in self.problem.stories:
            at = plan.at(story.key)
            if at is not None:
                loads[story.team, at] += story.points
        return loads
