"""Who may do what, where: one vocabulary, one gate, one compilation to SQL.

A grant gives a set of permissions inside an organisation subtree, optionally only for one class of
item, optionally only for what is one's own or one's team's. Actions call ``actor.require``;
queries add ``visible(...)`` to their WHERE, so that lists, counts and single look-ups agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select, true

from cmdb.records.parties import OrganisationClosure
from server.foundation.errors import PermissionDenied


class Permission(StrEnum):
    """Every permission there is, as ``<thing>:<act>``."""

    ITEM_READ = "item:read"
    ITEM_WRITE = "item:write"
    ITEM_IMPORT = "item:import"
    IMPACT_COUNT_HIDDEN = "impact:count_hidden"
    SERVICE_CREATE = "service:create"
    REPORT_SEND = "report:send"
    DISCOVERY_READ = "discovery:read"
    DISCOVERY_RUN = "discovery:run"
    PERSON_READ = "person:read"
    PERSON_WRITE = "person:write"
    GROUP_READ = "group:read"
    GROUP_WRITE = "group:write"
    TICKET_OPEN = "ticket:open"
    TICKET_READ = "ticket:read"
    TICKET_WORK = "ticket:work"
    CHANGE_READ = "change:read"
    CHANGE_WRITE = "change:write"
    CHANGE_APPROVE = "change:approve"
    ADMIN_READ = "admin:read"
    ADMIN_USERS = "admin:users"
    ADMIN_DIRECTORY = "admin:directory"
    ADMIN_AGENTS = "admin:agents"
    ADMIN_JOBS = "admin:jobs"
    ADMIN_RULES = "admin:rules"


class Reach(StrEnum):
    """How far a grant reaches inside its organisation subtree."""

    ALL = "all"
    TEAM = "team"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Grant:
    """Permissions inside one organisation subtree.

    ``organisation_ids`` is the subtree, resolved when the actor was loaded; None means the whole
    tree (the grant stands on the root).
    """

    permissions: frozenset[Permission]
    organisation_id: int | None = None
    organisation_ids: frozenset[int] | None = None
    class_codes: frozenset[str] | None = None
    reach: Reach = Reach.ALL


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody (or something) that asks. Passed by hand, like time."""

    name: str
    person_id: int | None = None
    organisation_id: int | None = None
    group_ids: frozenset[int] = frozenset()
    grants: tuple[Grant, ...] = ()
    language: str = "en"
    time_zone: str = "UTC"
    #: What holds now of what they say of themselves: "available", "busy" or "away".
    availability: str = "available"
    request_id: str = ""
    #: "person", "token", "agent" or "system".
    kind: str = "person"
    #: What a token may at most do; None for a person who is signed in.
    scope: frozenset[Permission] | None = field(default=None)

    def grants_for(self, permission: Permission) -> tuple[Grant, ...]:
        """Return the grants that give ``permission``, after the token's own scope."""
        if self.scope is not None and permission not in self.scope:
            return ()
        return tuple(grant for grant in self.grants if permission in grant.permissions)

    def may(self, permission: Permission, organisation_id: int | None = None) -> bool:
        """Say whether the actor holds ``permission``, in that organisation if one is named."""
        return any(
            organisation_id is None
            or grant.organisation_ids is None
            or organisation_id in grant.organisation_ids
            for grant in self.grants_for(permission)
        )

    def require(self, permission: Permission, organisation_id: int | None = None) -> None:
        """Raise ``PermissionDenied`` unless the actor holds ``permission`` there."""
        if not self.may(permission, organisation_id):
            raise PermissionDenied(permission)


def system_actor(name: str, request_id: str = "") -> Actor:
    """Return the actor of jobs and commands: it may do everything, and says so by name."""
    everything = Grant(frozenset(Permission))
    return Actor(name=name, grants=(everything,), kind="system", request_id=request_id)


@dataclass(frozen=True, slots=True)
class ScopeColumns:
    """Which columns of a table carry its scope.

    ``own`` and ``team`` are conditions already bound to the actor; None means that the table knows
    no such thing, and grants of that reach show nothing of it.
    """

    organisation: SQLColumnExpression[int]
    item_class: SQLColumnExpression[str] | None = None
    own: ColumnElement[bool] | None = None
    team: ColumnElement[bool] | None = None


def visible(actor: Actor, permission: Permission, columns: ScopeColumns) -> ColumnElement[bool]:
    """Compile the actor's grants for ``permission`` into one condition."""
    return _any(_condition(grant, columns) for grant in actor.grants_for(permission))


def _condition(grant: Grant, columns: ScopeColumns) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    if grant.organisation_ids is not None:
        subtree = select(OrganisationClosure.descendant_id).where(
            OrganisationClosure.ancestor_id == grant.organisation_id
        )
        parts.append(columns.organisation.in_(subtree))
    if grant.class_codes is not None:
        known = columns.item_class
        parts.append(false() if known is None else known.in_(sorted(grant.class_codes)))
    if grant.reach is Reach.OWN:
        parts.append(false() if columns.own is None else columns.own)
    if grant.reach is Reach.TEAM:
        parts.append(_any(c for c in (columns.team, columns.own) if c is not None))
    return and_(*parts) if parts else true()


def _any(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    found = list(conditions)
    return or_(*found) if found else false()
