"""Enrolled agents and the tokens that still let others enrol, for those who administer them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.foundation.paging import Page, PageRequest, SortKey, count_up_to, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.models import Agent, EnrolmentToken
from server.items.suspecting import is_suspect

#: An agent that never reported has been silent since it enrolled.
_HEARD = func.coalesce(Agent.last_report_at, Agent.enrolled_at)

#: Agents of other makers report once a day: their silence begins so much later.
_FOREIGN_GRACE = timedelta(days=2)

AGENT_SORTS = {
    "hostname": SortKey(Agent.hostname, str),
    "heard": SortKey(_HEARD, datetime.fromisoformat),
    "enrolled": SortKey(Agent.enrolled_at, datetime.fromisoformat),
}


@dataclass(frozen=True, slots=True)
class AgentFilter:
    """Which agents; None and "" mean no matter. ``q`` is part of a host's name.

    ``suspect``: they may be a duplicate, or stand for two (``suspecting``). ``troubled``: their
    last report told of problems. ``version``: exactly this one, of any maker. ``not_version``:
    agents of ours that are of another version.
    """

    q: str = ""
    #: Silent since before this moment.
    silent_before: datetime | None = None
    revoked: bool | None = None
    suspect: bool | None = None
    troubled: bool | None = None
    version: str = ""
    not_version: str = ""


def list_agents(
    session: Session, actor: Actor, wanted: AgentFilter, page: PageRequest
) -> Page[Agent]:
    """Return one page of the agents the actor administers."""
    actor.require(Permission.ADMIN_AGENTS)
    return fetch_page(session, _agents(actor, wanted), page, AGENT_SORTS, Agent.id)


def count_agents(session: Session, actor: Actor, wanted: AgentFilter) -> int:
    """Count them, up to the limit of ``paging.COUNT_LIMIT``; none for who administers none."""
    return count_up_to(session, _agents(actor, wanted))


def enrolled_since(
    session: Session, actor: Actor, organisation_id: int, since: datetime, limit: int = 20
) -> list[Agent]:
    """Return the agents that have enrolled into an organisation since then, the latest first."""
    actor.require(Permission.ADMIN_AGENTS, organisation_id)
    query = select(Agent).where(
        Agent.organisation_id == organisation_id,
        Agent.enrolled_at >= since,
        Agent.revoked_at.is_(None),
    )
    return list(session.scalars(query.order_by(Agent.enrolled_at.desc(), Agent.id).limit(limit)))


def usable_tokens(session: Session, actor: Actor, now: datetime) -> list[EnrolmentToken]:
    """Return the enrolment tokens that still work, the newest first; never their secrets."""
    actor.require(Permission.ADMIN_AGENTS)
    columns = ScopeColumns(organisation=EnrolmentToken.organisation_id)
    query = select(EnrolmentToken).where(
        visible(actor, Permission.ADMIN_AGENTS, columns),
        EnrolmentToken.revoked_at.is_(None),
        or_(EnrolmentToken.uses_left.is_(None), EnrolmentToken.uses_left > 0),
        or_(EnrolmentToken.expires_at.is_(None), EnrolmentToken.expires_at > now),
    )
    return list(session.scalars(query.order_by(EnrolmentToken.id.desc()).limit(200)))


def reporting_ids(actor: Actor, wanted: AgentFilter) -> Select[int]:
    """Select the ids of the agents the actor administers that fit and may report."""
    actor.require(Permission.ADMIN_AGENTS)
    return _agents(actor, wanted).where(Agent.revoked_at.is_(None)).with_only_columns(Agent.id)


def agent(session: Session, actor: Actor, agent_row_id: int) -> Agent:
    """Return an agent the actor administers; raises ``NotFound`` for others."""
    actor.require(Permission.ADMIN_AGENTS)
    found = session.scalar(select(Agent).where(Agent.id == agent_row_id, _administered(actor)))
    if found is None:
        raise NotFound("agent", agent_row_id)
    return found


def _administered(actor: Actor) -> ColumnElement[bool]:
    return visible(actor, Permission.ADMIN_AGENTS, ScopeColumns(organisation=Agent.organisation_id))


def _silent(since: datetime) -> ColumnElement[bool]:
    own = Agent.kind == "cadastre"
    return or_(own & (since > _HEARD), ~own & (since - _FOREIGN_GRACE > _HEARD))


def _agents(actor: Actor, wanted: AgentFilter) -> Select[Agent]:
    return select(Agent).where(_administered(actor), *_conditions(wanted))


def _conditions(wanted: AgentFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.q:
        yield Agent.hostname.icontains(wanted.q, autoescape=True)
    if wanted.silent_before is not None:
        yield _silent(wanted.silent_before)
        yield Agent.revoked_at.is_(None)
    if wanted.version:
        yield Agent.version == wanted.version
    if wanted.not_version:
        reported = Agent.version != ""
        yield (Agent.kind == "cadastre") & reported & (Agent.version != wanted.not_version)
    either = (
        (wanted.revoked, Agent.revoked_at.is_not(None)),
        (wanted.suspect, is_suspect()),
        (wanted.troubled, cast(Agent.problems, String) != "{}"),
    )
    for asked, holds in either:
        if asked is not None:
            yield holds if asked else ~holds
