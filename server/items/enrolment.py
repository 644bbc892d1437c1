"""Agents enrol with a token and get a key of their own; a key can be revoked and is never shown."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select, update
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, NotFound
from server.foundation import audit
from server.foundation.errors import SignInRefused
from server.foundation.permissions import Actor, Permission
from server.items.models import Agent, EnrolmentToken
from server.items.organisations import require_organisation

_TOKEN_PREFIX = "cet_"  # noqa: S105 - it names the kind of token, it is none
_KEY_PREFIX = "cak_"
#: As many agents as any token lets in, unless it lets in any number.
MOST_USES = 1_000_000


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """What an administrator asks for; ``uses`` None means any number of agents."""

    name: str
    organisation_id: int
    uses: int | None = 1
    valid_for: timedelta | None = timedelta(days=1)


def create_token(session: Session, actor: Actor, draft: TokenDraft, now: datetime) -> str:
    """Create an enrolment token and return it; it cannot be read again."""
    require_organisation(session, actor, Permission.ADMIN_AGENTS, draft.organisation_id)
    if not draft.name.strip():
        raise InvalidValue({"name": "must not be empty"})
    if draft.uses is not None and not 1 <= draft.uses <= MOST_USES:
        raise InvalidValue({"uses": f"must be from 1 to {MOST_USES}"})
    secret = _TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = EnrolmentToken(
        token_hash=key_digest(secret),
        name=draft.name.strip(),
        organisation_id=draft.organisation_id,
        uses_left=draft.uses,
        created_at=now,
        created_by_id=actor.person_id,
        expires_at=None if draft.valid_for is None else now + draft.valid_for,
    )
    session.add(token)
    session.flush()  # the audit record names its id
    audit.record(session, actor, "enrolment_token.created", f"enrolment_token:{token.id}")
    return secret


def revoke_token(session: Session, actor: Actor, token_id: int, now: datetime) -> None:
    """Make a token useless from now on."""
    actor.require(Permission.ADMIN_AGENTS)
    token = session.get(EnrolmentToken, token_id)
    if token is None or not actor.may(Permission.ADMIN_AGENTS, token.organisation_id):
        raise NotFound("enrolment token", token_id)
    token.revoked_at = token.revoked_at or now
    audit.record(session, actor, "enrolment_token.revoked", f"enrolment_token:{token_id}")


#: Why a report is refused whose key nobody holds.
UNKNOWN_KEY = "this agent key is not known, or was revoked: enrol the agent again"


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """What an agent says of itself when it enrols."""

    token: str
    agent_id: str
    hostname: str = ""
    version: str = ""


def enrol(session: Session, request: EnrolmentRequest, now: datetime) -> str:
    """Enrol an agent and return its key.

    An agent that enrols again gets a new key and loses the old one. Raises ``SignInRefused`` for a
    token that is unknown, expired, revoked or used up: which of these is never said.
    """
    token = session.scalar(
        select(EnrolmentToken)
        .where(EnrolmentToken.token_hash == key_digest(request.token))
        .with_for_update()
    )
    if token is None or not _usable(token, now):
        raise SignInRefused("this enrolment token cannot be used")
    if token.uses_left is not None:
        token.uses_left -= 1
    key = _KEY_PREFIX + secrets.token_urlsafe(32)
    agent = session.scalar(select(Agent).where(Agent.agent_id == request.agent_id))
    if agent is not None and agent.organisation_id != token.organisation_id:
        # Another organisation's agent cannot be taken over by knowing its id.
        raise SignInRefused("this agent is enrolled elsewhere; give it a new identity first")
    if agent is None:
        agent = Agent(agent_id=request.agent_id, enrolled_at=now, problems={})
        session.add(agent)
    agent.key_hash = key_digest(key)
    agent.organisation_id = token.organisation_id
    agent.hostname = request.hostname[:255]
    agent.version = request.version[:64]
    agent.revoked_at = None
    agent.enrolled_at = now
    # A re-enrolled agent starts counting anew.
    agent.last_sequence = -1
    return key


def _usable(token: EnrolmentToken, now: datetime) -> bool:
    if token.revoked_at is not None or token.uses_left == 0:
        return False
    return token.expires_at is None or token.expires_at > now


def agents_with_keys(session: Session, keys: Iterable[str]) -> dict[str, Agent]:
    """Return the agents that hold these keys; a key that nobody holds, or no more, is left out."""
    wanted = {key_digest(key): key for key in keys}
    found = session.scalars(_holders(), {"digests": list(wanted)})
    return {wanted[agent.key_hash]: agent for agent in found}


@cache
def _holders() -> Select[Agent]:
    return select(Agent).where(_holding())


@cache
def _any_holder() -> Select[int]:
    return select(Agent.id).where(_holding())


def _holding() -> ColumnElement[bool]:
    """Return the condition that an agent may report by a key with one of the ``digests``."""
    known = Agent.key_hash.in_(bindparam("digests", expanding=True))
    return known & Agent.revoked_at.is_(None)


def require_key(connection: Connection, key: str) -> None:
    """Raise ``SignInRefused`` unless an agent holds ``key``, by the cheapest question there is."""
    if connection.execute(_any_holder(), {"digests": [key_digest(key)]}).first() is None:
        raise SignInRefused(UNKNOWN_KEY)


def agent_with_key(session: Session, key: str) -> Agent:
    """Return the agent that holds ``key``. Raises ``SignInRefused``."""
    agent = agents_with_keys(session, [key]).get(key)
    if agent is None:
        raise SignInRefused(UNKNOWN_KEY)
    return agent


def revoke_agent(session: Session, actor: Actor, agent_row_id: int, now: datetime) -> None:
    """Refuse this agent's reports from now on."""
    actor.require(Permission.ADMIN_AGENTS)
    agent = session.get(Agent, agent_row_id)
    if agent is None or not actor.may(Permission.ADMIN_AGENTS, agent.organisation_id):
        raise NotFound("agent", agent_row_id)
    session.execute(update(Agent).where(Agent.id == agent_row_id).values(revoked_at=now))
    audit.record(session, actor, "agent.revoked", f"agent:{agent_row_id}")


def key_digest(secret: str) -> bytes:
    """Return what is stored of a key or an enrolment token: both are random, a hash is enough."""
    return hashlib.sha256(secret.encode()).digest()
