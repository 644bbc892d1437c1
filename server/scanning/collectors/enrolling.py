"""A collector is named by a person, enrols with a one-time token, and gets a key of its own."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cmdb.errors import Conflict, DuplicateName, InvalidValue
from cmdb.model.text import text_key
from discovery.collector.sealing import is_public_key
from server.foundation import audit
from server.foundation.errors import SignInRefused
from server.foundation.permissions import Actor, Permission
from server.items.enrolment import key_digest
from server.items.organisations import require_organisation
from server.scanning.collectors.asking import drop_all
from server.scanning.collectors.models import Collector
from server.scanning.collectors.queries import get_collector
from server.scanning.models import Probe, ScanRun

_TOKEN_PREFIX = "cct_"  # noqa: S105 - it names the kind of token, it is none
_KEY_PREFIX = "cck_"
#: So long a token lets a collector enrol.
TOKEN_VALID_FOR = timedelta(days=1)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Named:
    """A collector with the token that lets it enrol, which cannot be read again."""

    collector: Collector
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CollectorWish:
    """What a collector says of itself when it enrols."""

    token: str = field(repr=False)
    public_key: str
    hostname: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A collector with its key, which cannot be read again."""

    collector: Collector
    key: str = field(repr=False)


def create_collector(
    session: Session, actor: Actor, organisation_id: int, name: str, now: datetime
) -> Named:
    """Name a collector and make its token. Raises ``InvalidValue``, ``DuplicateName``."""
    require_organisation(session, actor, Permission.DISCOVERY_RUN, organisation_id)
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidValue({"name": f"must have 1 to {_LONGEST_NAME} characters"})
    taken = select(Collector.id).where(
        Collector.organisation_id == organisation_id, Collector.name_key == text_key(name)
    )
    if session.scalar(taken) is not None:
        raise DuplicateName("collector", "name", name)
    row = Collector(
        organisation_id=organisation_id, name=name, name_key=text_key(name), created_at=now
    )
    token = _new_token(row, now)
    session.add(row)
    session.flush()  # the audit record names its id
    audit.record(session, actor, "collector.created", f"collector:{row.id}")
    return Named(row, token)


def renew_token(session: Session, actor: Actor, collector_id: int, now: datetime) -> Named:
    """Make another token, with which the collector enrols anew; its key works until then."""
    row = get_collector(session, actor, collector_id)
    actor.require(Permission.DISCOVERY_RUN, row.organisation_id)
    token = _new_token(row, now)
    audit.record(session, actor, "collector.token_made", f"collector:{row.id}")
    return Named(row, token)


def revoke_collector(session: Session, actor: Actor, collector_id: int, now: datetime) -> Collector:
    """Let a collector in no more; what it had to do has failed.

    Raises ``NotFound``, ``Conflict`` when it was revoked already.
    """
    row = get_collector(session, actor, collector_id)
    actor.require(Permission.DISCOVERY_RUN, row.organisation_id)
    if row.revoked_at is not None:
        raise Conflict(f"{row.name} was revoked already")
    row.revoked_at = now
    row.token_hash = row.key_hash = None
    row.public_key = ""
    ended = {"state": "failed", "reason": "the collector was revoked", "finished_at": now}
    for table, open_states in ((ScanRun, ("queued", "running")), (Probe, ("queued",))):
        mine = (table.collector_id == row.id) & table.state.in_(open_states)
        session.execute(update(table).where(mine).values(**ended))
    drop_all(session, row.id)
    audit.record(session, actor, "collector.revoked", f"collector:{row.id}")
    return row


def enrol_collector(session: Session, wish: CollectorWish, now: datetime) -> Enrolled:
    """Enrol a collector; a token works once.

    Raises ``InvalidValue`` for what is no public key, and ``SignInRefused`` for a token that is
    unknown, expired or used: which of these is never said.
    """
    if not is_public_key(wish.public_key):
        raise InvalidValue({"public_key": "must be an X25519 public key in base64"})
    row = session.scalar(
        select(Collector)
        .where(Collector.token_hash == key_digest(wish.token), Collector.token_expires_at > now)
        .with_for_update()
    )
    if row is None:
        raise SignInRefused("this token cannot be used: make a new one under Collectors")
    key = _KEY_PREFIX + secrets.token_urlsafe(32)
    row.token_hash, row.token_expires_at = None, None
    row.key_hash, row.public_key = key_digest(key), wish.public_key
    row.hostname, row.version = wish.hostname[:255], wish.version[:64]
    row.enrolled_at, row.last_seen_at, row.revoked_at = now, now, None
    return Enrolled(row, key)


def collector_with_key(session: Session, key: str) -> Collector:
    """Return the collector that holds ``key``. Raises ``SignInRefused``."""
    found = session.scalar(select(Collector).where(Collector.key_hash == key_digest(key)))
    if found is None:
        raise SignInRefused("this collector is not known, or was revoked: enrol it again")
    return found


def _new_token(row: Collector, now: datetime) -> str:
    token = _TOKEN_PREFIX + secrets.token_urlsafe(32)
    row.token_hash, row.token_expires_at = key_digest(token), now + TOKEN_VALID_FOR
    return token
