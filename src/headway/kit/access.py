"""Who may do what: the one declared permission table.

Pages, API and command line ask :func:`may` or :func:`require`; the permissions page and the reference print
:data:`TABLE`. A permission is granted by a role on the train, or by a role *in the team whose work it is*. That
the Release Train Engineer is missing from the rows that move a team's work is the point of the product: teams
own their plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from headway.engine.errors import Forbidden


class Role(StrEnum):
    """A role on the train as a whole."""

    RTE = "rte"
    PRODUCT_MANAGER = "product_manager"
    BUSINESS_OWNER = "business_owner"
    SYSTEM_ARCHITECT = "system_architect"
    INTEGRATION_SPECIALIST = "integration_specialist"
    STAKEHOLDER = "stakeholder"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


class TeamRole(StrEnum):
    """A role within one team."""

    SCRUM_MASTER = "scrum_master"
    PRODUCT_OWNER = "product_owner"
    MEMBER = "member"

    @property
    def label(self) -> str:
        return _TEAM_ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.RTE: "Release Train Engineer",
    Role.PRODUCT_MANAGER: "Product Manager",
    Role.BUSINESS_OWNER: "Business Owner",
    Role.SYSTEM_ARCHITECT: "System Architect",
    Role.INTEGRATION_SPECIALIST: "Integration Specialist",
    Role.STAKEHOLDER: "Stakeholder",
}
_TEAM_ROLE_LABELS = {
    TeamRole.SCRUM_MASTER: "Scrum Master",
    TeamRole.PRODUCT_OWNER: "Product Owner",
    TeamRole.MEMBER: "Team member",
}


class Scope(StrEnum):
    """What a personal token may do at most; a browser session has all scopes."""

    READ = "read"
    WORK = "work"
    TRAIN = "train"


class Permission(StrEnum):
    """One row of the permission table."""

    VIEW_TRAIN = "view_train"
    CONFIGURE_TRAIN = "configure_train"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TEAM = "manage_team"
    RECORD_ABSENCE = "record_absence"
    SET_CAPACITY = "set_capacity"
    EDIT_BACKLOG = "edit_backlog"
    TARGET_FEATURE = "target_feature"
    EDIT_STORY = "edit_story"
    PLACE_STORY = "place_story"
    REQUEST_DEPENDENCY = "request_dependency"
    ANSWER_DEPENDENCY = "answer_dependency"
    ACCEPT_DEPENDENCY = "accept_dependency"
    COMMENT = "comment"
    DRAFT_PLAN = "draft_plan"
    ASK_WHAT_IF = "ask_what_if"
    IMPORT_WORK = "import_work"
    REMOVE_TRAIN = "remove_train"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who holds a permission, and why that is so."""

    title: str
    reason: str
    scope: Scope
    roles: frozenset[Role] = frozenset()
    team_roles: frozenset[TeamRole] = frozenset()
    everyone: bool = False

    def holders(self) -> str:
        """The holders in words: "Product Manager, or a Product Owner of the team"."""
        if self.everyone:
            return "everyone on the train"
        parts = [role.label for role in Role if role in self.roles]
        if self.team_roles == _WHOLE_TEAM:
            parts.append("a member of the team whose work it is")
        else:
            parts.extend(f"the team's {role.label}" for role in TeamRole if role in self.team_roles)
        return " or ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


_WHOLE_TEAM = frozenset(TeamRole)
_WORKING_ROLES = frozenset(Role) - {Role.STAKEHOLDER}

TABLE: Mapping[Permission, Rule] = {
    Permission.VIEW_TRAIN: Rule(
        title="See the train",
        reason="Work is visible to all who plan and deliver it together.",
        scope=Scope.READ,
        everyone=True,
    ),
    Permission.CONFIGURE_TRAIN: Rule(
        title="Set up the train: cadence, PIs, milestones, calendar, policies",
        reason="The Release Train Engineer keeps the frame in which the teams plan.",
        scope=Scope.TRAIN,
        roles=frozenset({Role.RTE}),
    ),
    Permission.MANAGE_PEOPLE: Rule(
        title="Add people and give roles on the train",
        reason="Who belongs to the train is agreed with the Release Train Engineer.",
        scope=Scope.TRAIN,
        roles=frozenset({Role.RTE}),
    ),
    Permission.MANAGE_TEAM: Rule(
        title="Describe a team and say who is in it",
        reason="A team's Scrum Master looks after its membership together with the Release Train Engineer.",
        scope=Scope.TRAIN,
        roles=frozenset({Role.RTE}),
        team_roles=frozenset({TeamRole.SCRUM_MASTER}),
    ),
    Permission.RECORD_ABSENCE: Rule(
        title="Record absences and training",
        reason="Absences are known first in the team; the Release Train Engineer may add what is announced to all.",
        scope=Scope.WORK,
        roles=frozenset({Role.RTE}),
        team_roles=_WHOLE_TEAM,
    ),
    Permission.SET_CAPACITY: Rule(
        title="Override the computed capacity of an iteration",
        reason="How much a team can take on is the team's own call.",
        scope=Scope.WORK,
        team_roles=_WHOLE_TEAM,
    ),
    Permission.EDIT_BACKLOG: Rule(
        title="Edit themes and features",
        reason="The Product Manager owns the program backlog and works on it with architect and Product Owners.",
        scope=Scope.WORK,
        roles=frozenset({Role.PRODUCT_MANAGER, Role.SYSTEM_ARCHITECT}),
        team_roles=frozenset({TeamRole.PRODUCT_OWNER}),
    ),
    Permission.TARGET_FEATURE: Rule(
        title="Bring a feature into a PI, or take it out",
        reason="What the train aims for in a PI is for Product Management to propose.",
        scope=Scope.WORK,
        roles=frozenset({Role.PRODUCT_MANAGER}),
    ),
    Permission.EDIT_STORY: Rule(
        title="Write, estimate and update a team's stories and tasks",
        reason="Stories belong to the team that delivers them.",
        scope=Scope.WORK,
        team_roles=_WHOLE_TEAM,
    ),
    Permission.PLACE_STORY: Rule(
        title="Place a team's work into iterations",
        reason="Teams own their plan: nobody moves a team's work but the team.",
        scope=Scope.WORK,
        team_roles=_WHOLE_TEAM,
    ),
    Permission.REQUEST_DEPENDENCY: Rule(
        title="Record a dependency",
        reason="Whoever sees a dependency should be able to name it; the teams then agree on it.",
        scope=Scope.WORK,
        roles=frozenset({Role.RTE, Role.PRODUCT_MANAGER, Role.SYSTEM_ARCHITECT, Role.INTEGRATION_SPECIALIST}),
        team_roles=_WHOLE_TEAM,
    ),
    Permission.ANSWER_DEPENDENCY: Rule(
        title="Answer a dependency for the provider: negotiate, commit, deliver, decline",
        reason="Only the team that has to deliver can promise.",
        scope=Scope.WORK,
        team_roles=_WHOLE_TEAM,
    ),
    Permission.ACCEPT_DEPENDENCY: Rule(
        title="Speak for the consumer of a dependency: say what is needed by when, accept what was delivered",
        reason="Only the team that asked knows whether it got what it needs.",
        scope=Scope.WORK,
        team_roles=_WHOLE_TEAM,
    ),
    Permission.COMMENT: Rule(
        title="Take part in discussions",
        reason="Everybody who works on the train may speak; stakeholders read along.",
        scope=Scope.WORK,
        roles=_WORKING_ROLES,
        team_roles=_WHOLE_TEAM,
    ),
    Permission.DRAFT_PLAN: Rule(
        title="Have a plan drafted and put before the teams",
        reason="A draft is a question to the teams: it moves nothing until each team accepts its own part.",
        scope=Scope.WORK,
        roles=frozenset({Role.RTE, Role.PRODUCT_MANAGER, Role.SYSTEM_ARCHITECT}),
        team_roles=_WHOLE_TEAM,
    ),
    Permission.ASK_WHAT_IF: Rule(
        title="Ask what would be if, and keep the answer under a name",
        reason="A scenario changes nothing on the train; whoever works here may ask.",
        scope=Scope.WORK,
        roles=_WORKING_ROLES,
        team_roles=_WHOLE_TEAM,
    ),
    Permission.IMPORT_WORK: Rule(
        title="Import work from a file",
        reason="An import creates work for many teams at once; it never overwrites what a team changed here.",
        scope=Scope.TRAIN,
        roles=frozenset({Role.RTE, Role.PRODUCT_MANAGER}),
    ),
    Permission.REMOVE_TRAIN: Rule(
        title="Remove the train with all that is in it",
        reason="Only the keeper of the frame can take it away.",
        scope=Scope.TRAIN,
        roles=frozenset({Role.RTE}),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person acting in one train: every action and every query begins with one.

    ``teams`` maps the id of each of the person's teams to the roles held there. ``as_of`` is the train's journal
    number when the actor was looked up: whatever is read afterwards is at least as new, so a page that follows the
    stream from there misses nothing.
    """

    train_id: int
    train_slug: str
    name: str
    user_id: int | None = None
    person_id: int | None = None
    roles: frozenset[Role] = frozenset()
    teams: Mapping[int, frozenset[TeamRole]] = field(default_factory=dict)
    scopes: frozenset[Scope] = frozenset(Scope)
    as_of: int = field(default=0, compare=False)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether something is allowed, and the sentence that says why."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


def may(actor: Actor, permission: Permission, *, team: int | None = None, anywhere: bool = False) -> Verdict:
    """Say whether ``actor`` holds ``permission``, for work of ``team`` (its id) where that matters.

    With ``anywhere`` a role in any of the actor's teams counts: for work that no team has taken yet, and for
    pages that ask whether to offer a control at all.
    """
    rule = TABLE[permission]
    if rule.scope not in actor.scopes:
        return Verdict(allowed=False, reason=f"This token lacks the scope “{rule.scope}”: {rule.title.lower()}.")
    if rule.everyone or rule.roles & actor.roles or _held_in_team(actor, rule, team, anywhere):
        return Verdict(allowed=True, reason=f"{rule.title}: {rule.reason}")
    return Verdict(allowed=False, reason=f"{rule.title}: this is for {rule.holders()}. {rule.reason}")


def require(actor: Actor, permission: Permission, *, team: int | None = None, anywhere: bool = False) -> None:
    """Raise :class:`Forbidden` with the reason unless :func:`may` allows it."""
    verdict = may(actor, permission, team=team, anywhere=anywhere)
    if not verdict:
        raise Forbidden(verdict.reason, code="forbidden", permission=str(permission))


def _held_in_team(actor: Actor, rule: Rule, team: int | None, anywhere: bool) -> bool:
    if anywhere:
        return any(roles & rule.team_roles for roles in actor.teams.values())
    return team is not None and bool(actor.teams.get(team, frozenset()) & rule.team_roles)
