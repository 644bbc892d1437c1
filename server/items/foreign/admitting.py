"""Administrators decide who may report, and open doors for foreign agents."""

import re
import zlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, DuplicateName, InvalidValue, NotFound
from server.foundation import audit
from server.foundation.paging import Page, PageRequest, SortKey, count_up_to, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.foreign.doors import Authentication, Door, digest, new_secret
from server.items.foreign.messages import Dialect, Message, read_json_message
from server.items.foreign.models import InventorySource, WaitingSender
from server.items.foreign.taking import Knock, admitted_agent, hear
from server.items.foreign.xml_reading import read_xml_message
from server.items.models import Agent
from server.items.organisations import require_organisation

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
WAITING_SORTS = {
    "last_seen": SortKey(WaitingSender.last_seen_at, datetime.fromisoformat),
    "hostname": SortKey(WaitingSender.hostname, str),
}


def list_waiting(
    session: Session, actor: Actor, page: PageRequest, *, refused: bool = False
) -> Page[WaitingSender]:
    """Return one page of the senders that wait, or of those that were refused."""
    actor.require(Permission.ADMIN_AGENTS)
    unwanted = WaitingSender.refused_at
    query = select(WaitingSender).where(
        _mine(actor), unwanted.is_not(None) if refused else unwanted.is_(None)
    )
    return fetch_page(session, query, page, WAITING_SORTS, WaitingSender.id)


def count_waiting(session: Session, actor: Actor) -> int:
    """Count the senders that wait for the actor's decision; none for who decides nothing."""
    query = select(WaitingSender).where(_mine(actor), WaitingSender.refused_at.is_(None))
    return count_up_to(session, query)


def admit(
    session: Session, actor: Actor, waiting_id: int, organisation_id: int, now: datetime
) -> Agent:
    """Let a sender report into an organisation; what it sent while it waited lands now."""
    waiting = _waiting(session, actor, waiting_id)
    require_organisation(session, actor, Permission.ADMIN_AGENTS, organisation_id)
    taken = session.scalar(select(Agent).where(Agent.agent_id == waiting.device_id))
    if taken is not None:
        raise Conflict("an agent of this name is known already; revoke that one first")
    message = _kept_message(waiting)
    agent = admitted_agent(session, organisation_id, message, now)
    if message.brings_facts:
        door = Door(organisation_id, waiting.source_id)
        hear(session, agent, Knock(door, message, now, waiting.address))
    session.delete(waiting)
    audit.record(session, actor, "agent.admitted", f"agent:{agent.id}")
    return agent


def refuse(session: Session, actor: Actor, waiting_id: int, now: datetime) -> None:
    """Hear no more from a sender; what it sent is forgotten."""
    waiting = _waiting(session, actor, waiting_id)
    waiting.refused_at = waiting.refused_at or now
    waiting.report = None
    audit.record(session, actor, "waiting_sender.refused", f"waiting_sender:{waiting.id}")


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """What an administrator asks for."""

    slug: str
    name: str
    organisation_id: int
    authentication: str
    admits: bool = False


def create_source(session: Session, actor: Actor, draft: SourceDraft, now: datetime) -> str:
    """Open a door for foreign agents and return its secret, shown this once; "" for none."""
    require_organisation(session, actor, Permission.ADMIN_AGENTS, draft.organisation_id)
    if not _SLUG.fullmatch(draft.slug):
        raise InvalidValue({"slug": "must be 2 to 63 small letters, digits and hyphens"})
    if draft.authentication not in list(Authentication):
        raise InvalidValue({"authentication": f"must be one of {', '.join(Authentication)}"})
    if draft.admits and draft.authentication == Authentication.NONE:
        raise InvalidValue({"admits": "only who proves itself can be admitted unseen"})
    if session.scalar(select(InventorySource.id).where(InventorySource.slug == draft.slug)):
        raise DuplicateName("inventory source", "slug", draft.slug)
    secret = new_secret()
    source = InventorySource(
        slug=draft.slug,
        name=(draft.name.strip() or draft.slug)[:200],
        organisation_id=draft.organisation_id,
        authentication=draft.authentication,
        user_name=draft.slug,
        secret_hash=digest(secret),
        admits=draft.admits,
        created_at=now,
        created_by_id=actor.person_id,
    )
    session.add(source)
    session.flush()
    audit.record(session, actor, "inventory_source.created", f"inventory_source:{source.id}")
    return "" if draft.authentication == Authentication.NONE else secret


def list_sources(session: Session, actor: Actor) -> list[InventorySource]:
    """Return the open sources, by name."""
    actor.require(Permission.ADMIN_AGENTS)
    columns = ScopeColumns(organisation=InventorySource.organisation_id)
    query = select(InventorySource).where(
        visible(actor, Permission.ADMIN_AGENTS, columns), InventorySource.closed_at.is_(None)
    )
    return list(session.scalars(query.order_by(InventorySource.slug).limit(500)))


def close_source(session: Session, actor: Actor, source_id: int, now: datetime) -> None:
    """Close a door; who was admitted by it has to find another."""
    actor.require(Permission.ADMIN_AGENTS)
    source = session.get(InventorySource, source_id)
    if source is None or not actor.may(Permission.ADMIN_AGENTS, source.organisation_id):
        raise NotFound("inventory source", source_id)
    source.closed_at = source.closed_at or now
    audit.record(session, actor, "inventory_source.closed", f"inventory_source:{source_id}")


def _mine(actor: Actor) -> ColumnElement[bool]:
    columns = ScopeColumns(organisation=WaitingSender.organisation_id)
    return visible(actor, Permission.ADMIN_AGENTS, columns)


def _waiting(session: Session, actor: Actor, waiting_id: int) -> WaitingSender:
    actor.require(Permission.ADMIN_AGENTS)
    found = session.scalar(
        select(WaitingSender).where(WaitingSender.id == waiting_id, _mine(actor))
    )
    if found is None:
        raise NotFound("waiting sender", waiting_id)
    return found


def _kept_message(waiting: WaitingSender) -> Message:
    if waiting.report:
        plain = zlib.decompress(waiting.report)
        if plain.lstrip()[:1] == b"{":
            return read_json_message(plain)
        return read_xml_message(plain, waiting.dialect)
    dialect = Dialect(waiting.dialect)
    return Message(
        action="prolog",
        device_id=waiting.device_id,
        dialect=dialect,
        as_json=dialect is Dialect.GLPI,
        tag=waiting.tag,
        name=waiting.hostname,
        version=waiting.version,
    )
